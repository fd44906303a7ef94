// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "blocks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "scene.h"

/* fs/xfs/libxfs/xfs_fs.h: not in the user headers of the C library. */
struct xfs_reserved_blocks {
	uint64_t count;
	uint64_t available;
};
#define XFS_IOC_SET_RESBLKS_ _IOWR('X', 114, struct xfs_reserved_blocks)

/*
 * Blocks that are left free after all, from the end of the last file: XFS begins no write with less in reserve.
 * The new file then takes as many as it gets, of those and of the freed ones.
 */
#define LEFT_FREE 64
#define NEW_PAGES_MAX 128

static struct fiemap_extent map_extent(int fd, unsigned int page, uint64_t length)
{
	struct {
		struct fiemap head;
		struct fiemap_extent extent;
	} request = { .head = { .fm_start = (uint64_t)page * PAGE, .fm_length = length, .fm_extent_count = 1 } };

	require(ioctl(fd, FS_IOC_FIEMAP, &request) == 0, "fiemap");
	if (request.head.fm_mapped_extents == 0)
		memset(&request.extent, 0, sizeof(request.extent));
	return request.extent;
}

struct extent extent_of(int fd, unsigned int page)
{
	struct fiemap_extent found = map_extent(fd, page, PAGE);
	struct extent extent = { 0 };

	if (!found.fe_length)
		return extent;
	extent.physical = found.fe_physical + (uint64_t)page * PAGE - found.fe_logical;
	extent.unwritten = found.fe_flags & FIEMAP_EXTENT_UNWRITTEN;
	extent.shared = found.fe_flags & FIEMAP_EXTENT_SHARED;
	return extent;
}

uint64_t contiguous_pages(int fd, unsigned int first, unsigned int limit)
{
	struct fiemap_extent found = map_extent(fd, first, (uint64_t)limit * PAGE);

	if (!found.fe_length)
		return 0;
	return (found.fe_logical + found.fe_length) / PAGE - first;
}

/* Blocks that root alone may use, or that are kept for bad times, would be taken before the freed ones. */
static void give_up_reserve(void)
{
	struct xfs_reserved_blocks none = { 0 };
	int fd;

	if (scene_is_xfs()) {
		fd = open_file(scene_mount(), O_RDONLY);
		require(ioctl(fd, XFS_IOC_SET_RESBLKS_, &none) == 0, "resblks");
		close_file(fd);
		return;
	}
	fd = open("/sys/fs/ext4/pmem0/reserved_clusters", O_WRONLY);
	require(fd >= 0 && write(fd, "0", 1) == 1, "reserved_clusters");
	close(fd);
}

/* XFS frees the blocks of a file without a name in the background; asking how many are free makes it begin. */
#define BACKGROUND_MS 500

void mount_anew(void)
{
	require(umount2(scene_mount(), 0) == 0, "umount");
	require(mount("/dev/pmem1", scene_mount(), "xfs", 0, "dax=always") == 0, "mount");
}

static void sync_filesystem(void)
{
	int fd = open_file(scene_mount(), O_RDONLY);
	struct statfs space;

	require(fstatfs(fd, &space) == 0, "fstatfs");
	sleep_ms(BACKGROUND_MS);
	require(syncfs(fd) == 0, "syncfs");
	close_file(fd);
}

/* Appends chunks of falling size until not even one block is left. */
static off_t allocate_all(int fd)
{
	off_t end = 0;

	for (off_t chunk = 64L << 20; chunk >= PAGE;) {
		if (fallocate(fd, 0, end, chunk) == 0) {
			end += chunk;
		} else {
			require(errno == ENOSPC, "fallocate");
			chunk /= 2;
		}
	}
	return end;
}

void fill_filesystem(void)
{
	int fd = open_file(new_path(), O_CREAT | O_EXCL | O_RDWR);
	int rest = open_file(new_path(), O_CREAT | O_EXCL | O_RDWR);

	off_t end;

	give_up_reserve();
	sync_filesystem();
	end = allocate_all(fd);
	/* What a commit frees now was free before the scene: it has to go too. */
	sync_filesystem();
	allocate_all(rest);
	require(ftruncate(fd, end - LEFT_FREE * PAGE) == 0, "ftruncate");
	sync_filesystem();
}

int take_block(int fd, uint64_t physical)
{
	static char page[PAGE];
	int found = -1;

	sync_filesystem();
	fill_page(page, WRITER_OTHER_FILE, 0);
	for (unsigned int i = 0; i < NEW_PAGES_MAX; i++) {
		if (pwrite(fd, page, PAGE, (off_t)i * PAGE) != PAGE)
			break;
	}
	require(fsync(fd) == 0, "fsync");
	for (unsigned int i = 0; i < NEW_PAGES_MAX && found < 0; i++) {
		if (extent_of(fd, i).physical == physical)
			found = (int)i;
	}
	return found;
}
