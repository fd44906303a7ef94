// SPDX-License-Identifier: MIT
/* What a reference does to a wait, and what its holder sees. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../program/trial.h"
#include "scene.h"
#include "scenes.h"
#include "trace.h"

/* Each round of a break unmaps the whole file: a mirror of a page that nobody pins counts the rounds. */
static void saw_rounds(const char *name, struct device *counter, unsigned long long before)
{
	saw(name, "%llu", device_events(counter) - before);
}

/*
 * Three pages, each with a holder of its own, let go one after the other: in the order in which the break
 * looks for them, so that each is waited for, or in the other, so that only one is.
 */
static void three_holders(const char *name, bool in_order)
{
	const char *path = new_path();
	int fd = new_file(path, FILE_PAGES, WRITER_FILE);
	char *map = map_file(fd, FILE_PAGES, true);
	struct device *counter = attach_or_end(GUP_PROBE_HMM_MIRROR, map + 12 * PAGE, 1);
	struct device *holders[3];
	unsigned long long before;
	struct deed *truncate;

	for (unsigned int i = 0; i < 3; i++)
		holders[i] = attach_or_end(GUP_PROBE_GUP, map + (4 + 2 * i) * PAGE, 1);
	before = device_events(counter);
	truncate = start_or_end("trunc_0", path, NULL);
	for (unsigned int i = 0; i < 3; i++) {
		if (!deed_blocked(truncate))
			break;
		saw_rounds(name, counter, before);
		detach(holders[in_order ? i : 2 - i]);
	}
	saw_deed_end(name, truncate);
	unmap_file(map);
}

#define RELAYS 12

/* A new pin before the old one goes, each on the page that the truncate is not waiting for. */
static void hand_over(void)
{
	const char *path = new_path();
	int fd = new_file(path, FILE_PAGES, WRITER_FILE);
	char *map = map_file(fd, FILE_PAGES, true);
	struct device *holder = attach_or_end(GUP_PROBE_GUP, map + 4 * PAGE, 1);
	struct deed *truncate = start_or_end("trunc_0", path, NULL);
	unsigned int relays;

	for (relays = 0; relays < RELAYS && deed_blocked(truncate); relays++) {
		struct device *next = attach_or_end(GUP_PROBE_GUP, map + (relays % 2 ? 4 : 6) * PAGE, 1);

		detach(holder);
		holder = next;
	}
	saw("relays_that_kept_it_waiting", "%u of %u", relays, RELAYS);
	saw_deed("truncate_after_them", truncate);
	detach(holder);
	saw_deed_end("truncate_after_release", truncate);
}

void scene_rounds(void)
{
	three_holders("rounds_in_order", true);
	three_holders("rounds_in_other_order", false);
	hand_over();
}

/* Another process writes pages 4 and 5 through a mapping of its own. */
static int write_mapped(struct op_context *context)
{
	char *map = mmap(NULL, FILE_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, context->fd, 0);

	if (map == MAP_FAILED)
		return errno;
	memcpy(map + 4 * PAGE, context->pages + 4 * PAGE, 2 * PAGE);
	return 0;
}

void scene_hole(void)
{
	static const struct deed_kind writing = { .run = write_mapped };
	const char *path = new_path();
	int fd = open_file(path, O_CREAT | O_EXCL | O_RDWR);
	struct device *pin, *mirror;
	unsigned long long before;
	struct deed *writer;
	char *map;

	require(ftruncate(fd, FILE_PAGES * PAGE) == 0, "ftruncate");
	map = map_file(fd, FILE_PAGES, true);
	pin = attach_or_end(GUP_PROBE_GUP_READ, map + 4 * PAGE, 1);
	mirror = attach_or_end(GUP_PROBE_HMM_MIRROR, map + 5 * PAGE, 1);
	saw_device("pin_reads_before", pin, 0);
	saw_device("mirror_reads_before", mirror, 0);
	before = device_events(mirror);
	writer = deed_ready(&writing, path, NULL, O_RDWR);
	require(writer != NULL, "a writer");
	deed_go(writer);
	saw_deed("write_through_a_mapping", writer);
	saw("mirror_was_told", device_events(mirror) > before ? "yes" : "no");
	saw_device("pin_reads_after", pin, 0);
	saw_device("mirror_reads_after", mirror, 0);
	saw_memory("cpu_reads_the_pinned_page", map + 4 * PAGE);
	saw_file("file_has", path, 4);
}

void scene_userptr(void)
{
	const char *path = new_path();
	int fd = new_file(path, FILE_PAGES, WRITER_FILE);
	char *map = map_file(fd, FILE_PAGES, true);
	struct device *device = attach_or_end(GUP_PROBE_USERPTR, map + DEVICE_FIRST * PAGE, DEVICE_PAGES);
	unsigned long long before;
	struct deed *truncate;

	for (unsigned int i = 0; i < DEVICE_PAGES; i++)
		require(write_as_device(device, i, DEVICE_FIRST + i) == 0, "device write");
	before = device_events(device);
	truncate = start_or_end("trunc_0", path, NULL);
	saw_deed("truncate", truncate);
	saw("driver_was_told", device_events(device) > before ? "yes" : "no");
	detach(device);
	saw_deed_end("truncate_after_release", truncate);
}

static unsigned int flushed_by_fsync(int fd)
{
	trace_flushes();
	require(fsync(fd) == 0, "fsync");
	return flushed_pages();
}

/* Written by the device, flushed, written by the device again: does the second flush know? */
static void write_flush_write(const char *name, uint32_t driver)
{
	int fd = new_file(new_path(), FILE_PAGES, WRITER_FILE);
	char *map = map_file(fd, FILE_PAGES, true);
	struct device *device = attach_or_end(driver, map + DEVICE_FIRST * PAGE, 1);
	unsigned int first, second;

	require(write_as_device(device, 0, 1) == 0, "device write");
	first = flushed_by_fsync(fd);
	require(write_as_device(device, 0, 2) == 0, "device write");
	second = flushed_by_fsync(fd);
	/* In 6.1 the entries that only were read are flushed too, the first time. */
	saw(name, "first fsync %s, second %u", first > 0 ? "flushed" : "did not flush", second);
	detach(device);
}

void scene_flush_under_pin(void)
{
	write_flush_write("pages_flushed_under_pin", GUP_PROBE_GUP);
	write_flush_write("pages_flushed_under_mirror", GUP_PROBE_HMM_MIRROR);
}
