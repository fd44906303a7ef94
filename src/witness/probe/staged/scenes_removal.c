// SPDX-License-Identifier: MIT
/* Blocks that leave a file while something still points at them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../program/trial.h"
#include "blocks.h"
#include "scene.h"
#include "scenes.h"

/* A file that nobody maps any more, pages 4 to 11 of which a device has pinned. */
struct pinned_file {
	const char *path;
	int fd;
	struct device *device;
	uint64_t block;		/* of page 4 */
};

/* What earlier scenes left to the background must not have its blocks freed amid this one. */
static void begin_quietly(void)
{
	if (scene_is_xfs())
		mount_anew();
}

static struct pinned_file pin_and_unmap(void)
{
	struct pinned_file file = { .path = new_path() };
	char *map;

	file.fd = new_file(file.path, FILE_PAGES, WRITER_FILE);
	map = map_file(file.fd, FILE_PAGES, true);
	file.device = attach_or_end(GUP_PROBE_GUP, map + DEVICE_FIRST * PAGE, DEVICE_PAGES);
	file.block = extent_of(file.fd, DEVICE_FIRST).physical;
	unmap_file(map);
	return file;
}

void scene_zero_range(void)
{
	struct pinned_file file = pin_and_unmap();
	struct extent now;

	saw_deed("zero_range", start_or_end("zero", file.path, NULL));
	now = extent_of(file.fd, DEVICE_FIRST);
	saw("block", "%s, %s", now.physical == file.block ? "the same" : "another", now.unwritten ? "unwritten" : "written");
	require(write_as_device(file.device, 0, DEVICE_FIRST) == 0, "device write");
	saw_device("device_reads", file.device, 0);
	saw_file("file_has", file.path, DEVICE_FIRST);
}

void scene_collapse(void)
{
	struct pinned_file file = pin_and_unmap();

	saw_deed("collapse", start_or_end("collapse", file.path, NULL));
	saw_file("file_has_at_page_4", file.path, 4);
	/* The device's page 4 is what page 8 of the file was when it was pinned. */
	require(write_as_device(file.device, 4, 8) == 0, "device write");
	saw_file("file_has_at_page_4_after_device_wrote_page_8", file.path, 4);
	saw_file("file_has_at_page_8", file.path, 8);
}

void scene_unlinked(void)
{
	struct pinned_file file;
	const char *other;
	int other_fd, page;

	begin_quietly();
	file = pin_and_unmap();
	other = new_path();
	other_fd = new_file(other, 0, WRITER_OTHER_FILE);
	fill_filesystem();
	close_file(file.fd);
	saw_deed("unlink", start_or_end("unlink", file.path, NULL));
	page = take_block(other_fd, file.block);
	saw("block_reused", page < 0 ? "no" : "yes");
	if (page < 0)
		return;
	saw_device("device_reads", file.device, 0);
	require(write_as_device(file.device, 0, DEVICE_FIRST) == 0, "device write");
	saw_file("other_file_has", other, (unsigned int)page);
}

/* A process that maps the file, and nothing more. */
static int map_only(struct op_context *context)
{
	return mmap(NULL, FILE_PAGES * PAGE, PROT_READ, MAP_SHARED, context->fd, 0) == MAP_FAILED ? errno : 0;
}

static int stay(struct op_context *context)
{
	(void)context;
	pause();
	return 0;
}

void scene_unmapped(void)
{
	static const struct deed_kind mapping = { .prepare = map_only, .run = stay };
	struct pinned_file file = pin_and_unmap(), control = pin_and_unmap();
	struct stat status;
	struct deed *deed;

	saw_deed("truncate", start_or_end("trunc_0", file.path, NULL));
	require(fstat(file.fd, &status) == 0, "fstat");
	saw("size_and_blocks", "%lld %lld", (long long)status.st_size, (long long)status.st_blocks);
	saw_device("device_reads", file.device, 0);
	require(deed_ready(&mapping, control.path, NULL, O_RDONLY) != NULL, "a process that maps the file");
	deed = start_or_end("trunc_0", control.path, NULL);
	saw_deed("truncate_while_another_process_maps_the_file", deed);
	detach(control.device);
	saw_deed_end("that_truncate_after_release", deed);
}

static void splice_and_unlink(void)
{
	const char *path = new_path(), *other = new_path();
	int fd = new_file(path, FILE_PAGES, WRITER_FILE);
	int other_fd = new_file(other, 0, WRITER_OTHER_FILE), ends[2], page;
	char *map = map_file(fd, FILE_PAGES, true), description[DESCRIPTION_MAX];
	struct iovec range = { map + DEVICE_FIRST * PAGE, DEVICE_PAGES * PAGE };
	uint64_t block = extent_of(fd, DEVICE_FIRST).physical;
	static char buffer[PAGE];

	require(pipe(ends) == 0, "pipe");
	require(vmsplice(ends[1], &range, 1, 0) == DEVICE_PAGES * PAGE, "vmsplice");
	unmap_file(map);
	fill_filesystem();
	close_file(fd);
	saw_deed("unlink", start_or_end("unlink", path, NULL));
	page = take_block(other_fd, block);
	saw("block_reused", page < 0 ? "no" : "yes");
	require(read(ends[0], buffer, PAGE) == PAGE, "read of the pipe");
	describe_bytes(buffer, PAGE, description);
	saw("pipe_has", "%s", description[0] == 'o' ? "the other file's bytes" : description);
	close(ends[0]);
	close(ends[1]);
}

void scene_vmsplice(void)
{
	begin_quietly();
	splice_and_unlink();
}

/* Takes the persistent memory away from its driver. */
static int unbind(struct op_context *context)
{
	int fd = open("/sys/bus/nd/drivers/nd_pmem/unbind", O_WRONLY), error = 0;
	char device[128] = "";
	const char *name;

	/* The disk's link to the device that its driver is bound to: ".../pfn0.1". */
	if (readlink("/sys/block/pmem0/device", device, sizeof(device) - 1) < 0)
		return errno;
	name = strrchr(device, '/') ? strrchr(device, '/') + 1 : device;
	if (fd < 0 || write(fd, name, strlen(name)) < 0)
		error = errno;
	close(fd);
	(void)context;
	return error;
}

/* Ends the guest where the kernel does not survive it: what was seen until then has been said. */
void scene_unbind(void)
{
	static const struct deed_kind unbinding = { .run = unbind };
	const char *path = new_path();
	int fd = new_file(path, FILE_PAGES, WRITER_FILE);
	char *map = map_file(fd, FILE_PAGES, true);
	struct device *device = attach_or_end(GUP_PROBE_GUP, map + DEVICE_FIRST * PAGE, DEVICE_PAGES);
	struct deed *deed;

	require(write_as_device(device, 0, DEVICE_FIRST) == 0, "device write");
	deed = deed_ready(&unbinding, path, NULL, NO_FILE);
	require(deed != NULL, "a process that unbinds");
	deed_go(deed);
	saw_deed("unbind_under_a_pin_and_a_mount", deed);
	saw_memory("cpu_reads", map + 4 * PAGE);
	saw("next", "the device reads its page");
	saw_device("device_reads", device, 0);
	saw("next", "the device lets go");
	detach(device);
	saw_deed("unbind_after_release", deed);
}
