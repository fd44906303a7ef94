// SPDX-License-Identifier: MIT
/* Blocks that two files of an XFS share. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../program/trial.h"
#include "blocks.h"
#include "scene.h"
#include "scenes.h"

struct shared_pair {
	const char *path, *other;
	int fd, other_fd;
};

static struct shared_pair share(void)
{
	struct shared_pair pair = { .path = new_path(), .other = new_path() };

	pair.fd = new_file(pair.path, FILE_PAGES, WRITER_FILE);
	pair.other_fd = open_file(pair.other, O_CREAT | O_EXCL | O_RDWR);
	require(ioctl(pair.other_fd, FICLONE, pair.fd) == 0, "clone");
	require(fsync(pair.fd) == 0 && fsync(pair.other_fd) == 0, "fsync");
	require(extent_of(pair.fd, 4).shared, "a shared block");
	return pair;
}

static void saw_moved(const char *name, const struct shared_pair *pair)
{
	bool moved = extent_of(pair->fd, 4).physical != extent_of(pair->other_fd, 4).physical;

	saw(name, "%s", moved ? "another" : "the same");
}

/*
 * One write to shared blocks, with a device holding them for reading. It holds them by FOLL_GET: FOLL_PIN is
 * a question of its own (scene_read_pin).
 */
static void write_under_read(const struct shared_pair *pair, const struct deed_kind *writing)
{
	char *map = map_file(pair->fd, FILE_PAGES, true);
	struct device *pin = attach_or_end(GUP_PROBE_GET_READ, map + 4 * PAGE, DEVICE_PAGES);
	struct deed *deed = deed_ready(writing, pair->path, NULL, O_RDWR);

	require(deed != NULL, "a writer");
	saw_device("device_reads_before", pin, 0);
	deed_go(deed);
	saw_deed("write", deed);
	saw_moved("block_after", pair);
	saw_device("device_reads_after", pin, 0);
	saw_file("file_has", pair->path, 4);
	saw_file("other_file_has", pair->other, 4);
}

static int store(struct op_context *context)
{
	memcpy(context->map + 4 * PAGE, context->pages + 4 * PAGE, PAGE);
	return 0;
}

/* Maps the file and has page 4 in its page tables before the block under it changes. */
static int map_and_read(struct op_context *context)
{
	context->map = mmap(NULL, FILE_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, context->fd, 0);
	if (context->map == MAP_FAILED)
		return errno;
	(void)((volatile char *)context->map)[4 * PAGE];
	return 0;
}

static int map_and_store(struct op_context *context)
{
	int error = map_and_read(context);

	return error ? error : store(context);
}

void scene_shared_write(void)
{
	static const struct deed_kind writing = { .run = op_pwrite };
	struct shared_pair pair = share();

	write_under_read(&pair, &writing);
}

/* A driver in a process of its own pins page 4 for reading, through a mapping that has read it or written to it. */
static int pin_for_reading(struct op_context *context)
{
	struct gup_probe_attach request = {
		.addr = (uintptr_t)context->map + 4 * PAGE, .pages = 1, .driver = GUP_PROBE_GUP_READ,
	};
	int device = open("/dev/gup_probe", O_RDWR);

	return ioctl(device, GUP_PROBE_ATTACH, &request) ? errno : 0;
}

static void saw_pin(const char *name, const char *killable_name, int (*prepare)(struct op_context *))
{
	struct deed_kind pinning = { .prepare = prepare, .run = pin_for_reading };
	struct shared_pair pair = share();
	struct deed *deed = deed_ready(&pinning, pair.path, NULL, O_RDWR);

	require(deed != NULL, "a process that pins");
	deed_go(deed);
	saw_deed(name, deed);
	if (!atomic_load(&deed->shared->done))
		saw(killable_name, deed_killed(deed) ? "yes" : "no");
}

void scene_read_pin(void)
{
	saw_pin("pin_after_a_read", "pin_after_a_read_killable", map_and_read);
	saw_pin("pin_after_a_write", "pin_after_a_write_killable", map_and_store);
}

void scene_shared_fault(void)
{
	static const struct deed_kind writing = { .run = map_and_store };
	struct shared_pair pair = share();

	write_under_read(&pair, &writing);
}

/* The block that a device holds through one file is freed by the other, which maps it and never read it. */
static void free_by_other_owner(void)
{
	struct shared_pair pair = share();
	const char *reuser = new_path();
	uint64_t block = extent_of(pair.fd, 4).physical;
	char *map = map_file(pair.fd, FILE_PAGES, true);
	struct device *pin = attach_or_end(GUP_PROBE_GET_READ, map + 4 * PAGE, DEVICE_PAGES);
	char *other_map = map_file(pair.other_fd, FILE_PAGES, false);
	int reuser_fd = new_file(reuser, 0, WRITER_OTHER_FILE), page;

	(void)*(volatile char *)other_map;
	saw_deed("write_to_the_pinned_file", start_or_end("pwrite", pair.path, NULL));
	saw_moved("its_block", &pair);
	fill_filesystem();
	saw_deed("truncate_of_the_other_owner", start_or_end("trunc_0", pair.other, NULL));
	page = take_block(reuser_fd, block);
	saw("block_reused", page < 0 ? "no" : "yes");
	saw_device("device_reads", pin, 0);
	if (page >= 0)
		saw_file("third_file_has", reuser, (unsigned int)page);
}

void scene_other_owner(void)
{
	mount_anew();
	free_by_other_owner();
}

static ino_t inode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : status.st_ino;
}

/* Two new names; the inode number of @path stands above or below that of @target, as asked. */
static void name_pair(const char *path, const char *target, bool above)
{
	close_file(new_file(path, 0, WRITER_FILE));
	close_file(new_file(target, 0, WRITER_FILE));
	if ((inode_of(path) > inode_of(target)) != above)
		require(renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_EXCHANGE) == 0, "exchange");
}

/* A clone from a file with a pinned page. */
static void clone_pinned(bool above, const char *clone_name, const char *killable_name)
{
	const char *path = new_path(), *target = new_path();
	struct device *pin;
	struct deed *clone;
	char *map;
	int fd;

	name_pair(path, target, above);
	fd = open_file(path, O_RDWR);
	write_pages(fd, FILE_PAGES, WRITER_FILE);
	map = map_file(fd, FILE_PAGES, true);
	pin = attach_or_end(GUP_PROBE_GUP, map + 4 * PAGE, 1);
	clone = start_or_end(above ? "reflink_src_above" : "reflink_src_below", path, target);
	saw_deed(clone_name, clone);
	saw(killable_name, deed_killed(clone) ? "yes" : "no");
	detach(pin);
	require(deed_end(clone), "a clone that was killed ends when the pin is gone");
	unmap_file(map);
}

void scene_reflink(void)
{
	clone_pinned(true, "clone_source_above", "clone_source_above_killable");
	clone_pinned(false, "clone_source_below", "clone_source_below_killable");
}

/* What those see who have mapped the old block, when read(2) has the new one. */
static void saw_mappings(const struct shared_pair *pair, char *map, struct deed *storing)
{
	char *fresh;

	saw_moved("block_after", pair);
	saw_file("file_has", pair->path, 4);
	saw_memory("old_mapping_reads", map + 4 * PAGE);
	fresh = map_file(pair->fd, FILE_PAGES, false);
	saw_memory("fresh_mapping_reads", fresh + 4 * PAGE);
	deed_go(storing);
	saw_deed("store_through_the_old_mapping", storing);
	saw("store_killable", atomic_load(&storing->shared->done) ? "-" : deed_killed(storing) ? "yes" : "no");
	saw_file("other_file_has", pair->other, 4);
}

void scene_stale_write(void)
{
	static const struct deed_kind storing = { .prepare = map_and_read, .run = store };
	struct shared_pair pair = share();
	char *map = map_file(pair.fd, FILE_PAGES, true);
	struct deed *deed = deed_ready(&storing, pair.path, NULL, O_RDWR);

	require(deed != NULL, "a process with a mapping");
	saw_deed("write", start_or_end("pwrite", pair.path, NULL));
	saw_mappings(&pair, map, deed);
}

static int unshare(struct op_context *context)
{
	return fallocate(context->fd, FALLOC_FL_UNSHARE_RANGE, 4 * PAGE, DEVICE_PAGES * PAGE) ? errno : 0;
}

void scene_stale_unshare(void)
{
	static const struct deed_kind storing = { .prepare = map_and_read, .run = store };
	static const struct deed_kind unsharing = { .run = unshare };
	struct shared_pair pair = share();
	char *map = map_file(pair.fd, FILE_PAGES, true);
	struct deed *deed = deed_ready(&storing, pair.path, NULL, O_RDWR);
	struct deed *own = deed_ready(&unsharing, pair.path, NULL, O_RDWR);

	require(deed != NULL && own != NULL, "two processes");
	deed_go(own);
	saw_deed("unshare", own);
	/* The copy has the same bytes: a write tells the two blocks apart. */
	saw_deed("write", start_or_end("pwrite", pair.path, NULL));
	saw_mappings(&pair, map, deed);
}
