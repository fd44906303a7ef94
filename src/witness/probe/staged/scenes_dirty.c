// SPDX-License-Identifier: MIT
/* Marks and promises: which pages a flush has to know of, which blocks a synchronous mapping has committed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../program/trial.h"
#include "blocks.h"
#include "scene.h"
#include "scenes.h"
#include "trace.h"

#define HUGE_PAGES 512UL	/* pages that one entry maps at most */
#define TRIES 6

/* A written file of 2 MiB. */
static int huge_file(void)
{
	static char page[PAGE];
	int fd = open_file(new_path(), O_CREAT | O_EXCL | O_RDWR);

	require(fallocate(fd, 0, 0, HUGE_PAGES * PAGE) == 0, "fallocate");
	for (unsigned int i = 0; i < HUGE_PAGES; i++)
		require(pwrite(fd, page, PAGE, (off_t)i * PAGE) == PAGE, "write");
	require(fsync(fd) == 0, "fsync");
	return fd;
}

/*
 * One whose blocks one entry can map. Allocators align large files sometimes, and else place one file behind the
 * other: a small one in between moves the next one on.
 */
static int aligned_file(void)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = huge_file(), gap = open_file(new_path(), O_CREAT | O_EXCL | O_RDWR);
		uint64_t beyond = extent_of(fd, 0).physical % (HUGE_PAGES * PAGE);

		if (beyond == 0 && contiguous_pages(fd, 0, HUGE_PAGES) >= HUGE_PAGES)
			return fd;
		if (beyond)
			require(fallocate(gap, 0, 0, (off_t)(HUGE_PAGES * PAGE - beyond)) == 0, "fallocate");
	}
	cannot("the filesystem gives no 2 MiB of blocks that one entry can map");
}

static long faults_so_far(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* Writes every page through the mapping. The number of faults tells the size of the entries. */
static void store_all(const char *name, char *map)
{
	long before = faults_so_far();

	for (unsigned int i = 0; i < HUGE_PAGES; i++)
		((volatile char *)map)[i * PAGE] = 'x';
	saw(name, "%s", faults_so_far() - before < (long)HUGE_PAGES / 2 ? "of 2 MiB" : "of 4 KiB");
}

static unsigned int flushed_by_fsync(int fd)
{
	trace_flushes();
	require(fsync(fd) == 0, "fsync");
	return flushed_pages();
}

/* Half of a dirty file is cut off: what does the next fsync flush of the half that stays? */
static void flush_after_cut(const char *name, int fd)
{
	require(ftruncate(fd, HUGE_PAGES / 2 * PAGE) == 0, "ftruncate");
	saw(name, "%u", flushed_by_fsync(fd));
}

void scene_huge_truncate(void)
{
	int fd = aligned_file();
	char *map = try_map(fd, HUGE_PAGES * PAGE, MAP_SHARED);

	require(map != MAP_FAILED, "mmap");
	store_all("entries", map);
	saw("pages_flushed_with_no_cut", "%u", flushed_by_fsync(fd));
	store_all("entries_again", map);
	flush_after_cut("pages_flushed_after_cut_in_2_mib_entry", fd);
	saw("store_after_that", "%c", ((volatile char *)map)[0]);
	unmap_file(map);

	/* The control: a mapping that starts one page later has the wrong alignment for large entries. */
	fd = huge_file();
	map = mmap(MAP_ADDRESS + PAGE, HUGE_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	require(map != MAP_FAILED, "mmap");
	store_all("control_entries", map);
	flush_after_cut("pages_flushed_after_cut_in_4_kib_entries", fd);
	munmap(map, HUGE_PAGES * PAGE);
}

/* fs/xfs/libxfs/xfs_fs.h: not in the user headers of the C library. */
#define XFS_IOC_GOINGDOWN_ _IOR('X', 125, uint32_t)
#define XFS_GOING_NOLOGFLUSH 2

/* A power cut, as far as the filesystem's log is concerned: what is not committed is lost. */
static void cut_power(void)
{
	uint32_t how = XFS_GOING_NOLOGFLUSH;
	int fd = open(scene_mount(), O_RDONLY);

	require(fd >= 0 && ioctl(fd, XFS_IOC_GOINGDOWN_, &how) == 0, "shutdown");
	close(fd);
}

/*
 * A store through a synchronous mapping, then a power cut. What the kernel promises for such a mapping: once
 * a page can be written to, the block under it is committed.
 */
static void store_and_cut(int fd, const char *path, char *map, unsigned int page)
{
	unsigned long before = log_forces();
	struct extent now;

	fill_page(map + page * PAGE, WRITER_OPERATION, page);
	saw("log_forced_by_the_store", log_forces() > before ? "yes" : "no");
	now = extent_of(fd, page);
	saw("block_after_the_store", "%s%s", now.shared ? "shared" : "its own", now.unwritten ? ", unwritten" : "");
	saw_file("file_has", path, page);
	cut_power();
	unmap_file(map);
	close_file(fd);
	mount_anew();
	saw_file("file_has_after_power_cut", path, page);
}

static char *map_synchronously(int fd)
{
	char *map = try_map(fd, FILE_PAGES * PAGE, MAP_SHARED_VALIDATE | MAP_SYNC);

	require(map != MAP_FAILED, "mmap with MAP_SYNC");
	return map;
}

/* A file of which all blocks are shared and committed. */
static int shared_file(const char *path)
{
	const char *other = new_path();
	int fd = new_file(path, FILE_PAGES, WRITER_FILE);
	int other_fd = open_file(other, O_CREAT | O_EXCL | O_RDWR);

	require(ioctl(other_fd, FICLONE, fd) == 0, "clone");
	require(fsync(other_fd) == 0 && fsync(fd) == 0 && syncfs(fd) == 0, "sync");
	close_file(other_fd);
	require(extent_of(fd, 4).shared, "a shared block");
	return fd;
}

/* The first block to be copied: its allocation is a change of the inode. */
void scene_sync_shared(void)
{
	const char *path = new_path();
	int fd = shared_file(path);

	store_and_cut(fd, path, map_synchronously(fd), 4);
}

/*
 * Another block after that, and after a commit: XFS has set blocks aside for it with the first (cowextsize), so that
 * taking one changes nothing that a commit has to wait for.
 */
void scene_sync_shared_next(void)
{
	const char *path = new_path();
	int fd = shared_file(path);
	char *map = map_synchronously(fd);

	fill_page(map + 4 * PAGE, WRITER_OPERATION, 4);
	require(fsync(fd) == 0 && syncfs(fd) == 0, "sync");
	store_and_cut(fd, path, map, 5);
}

/* A control: the block of a hole is new, too. */
void scene_sync_hole(void)
{
	const char *path = new_path();
	int fd = open_file(path, O_CREAT | O_EXCL | O_RDWR);

	require(ftruncate(fd, FILE_PAGES * PAGE) == 0 && syncfs(fd) == 0, "sync");
	store_and_cut(fd, path, map_synchronously(fd), 4);
}

/* The other control: a block that was the file's own and committed before. Only the time of the store is new. */
void scene_sync_written(void)
{
	const char *path = new_path();
	int fd = new_file(path, FILE_PAGES, WRITER_FILE);

	require(syncfs(fd) == 0, "sync");
	store_and_cut(fd, path, map_synchronously(fd), 4);
}

static int op_fsync_file(struct op_context *context)
{
	return fsync(context->fd) ? errno : 0;
}

#define SLOW_CALLBACK_MS 5000
#define SETTLE_MS 300

/*
 * A pinned page, the entry of which an fsync has locked: it waits in the callback of a mirror of the same
 * page. Then a truncate comes, for which the callback is quick. Without the fsync it would wait for the pin.
 */
void scene_locked_entry(void)
{
	static const struct deed_kind syncing = { .run = op_fsync_file };
	const char *path = new_path();
	int fd = new_file(path, FILE_PAGES, WRITER_FILE);
	char *map = map_file(fd, FILE_PAGES, true);
	struct device *pin = attach_or_end(GUP_PROBE_GUP, map + 4 * PAGE, 1);
	struct device *mirror = attach_or_end(GUP_PROBE_HMM_MIRROR, map + 4 * PAGE, 1);
	struct deed *sync = deed_ready(&syncing, path, NULL, O_RDWR);
	/* Ready now: a process that is made during the fsync waits for the lock of the file's list of mappings. */
	struct deed *truncate = ready_or_end("trunc_0", path, NULL);
	unsigned long long before;

	require(sync != NULL, "a process that syncs");
	require(write_as_device(pin, 0, 4) == 0 && write_as_device(mirror, 0, 4) == 0, "device writes");
	before = device_events(mirror);
	set_module("callback_delay_us", SLOW_CALLBACK_MS * 1000);
	deed_go(sync);
	for (int waited = 0; device_events(mirror) == before; waited += 10) {
		require(waited < STEP_LIMIT_MS, "the callback of the fsync");
		sleep_ms(10);
	}
	/* Counted comes before asleep. */
	sleep_ms(SETTLE_MS);
	set_module("callback_delay_us", 0);
	deed_go(truncate);
	saw_deed("truncate_while_fsync_has_the_entry_locked", truncate);
	saw("fsync_still_in_its_callback", atomic_load(&sync->shared->done) ? "no" : "yes");
	saw_deed_end("fsync", sync);
	saw_deed("truncate_after_fsync", truncate);
	saw_device("device_reads", pin, 0);
	detach(pin);
	saw_deed_end("truncate_after_release", truncate);
}
