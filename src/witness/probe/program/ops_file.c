// SPDX-License-Identifier: MIT
/* What another process does to the file, its name or its filesystem. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "operations.h"
#include "stage.h"

static int result_of(int returned)
{
	return returned < 0 ? errno : 0;
}

static int truncate_to(struct op_context *c, off_t bytes)
{
	return result_of(ftruncate(c->fd, bytes));
}

int op_trunc_0(struct op_context *c)
{
	return truncate_to(c, 0);
}

int op_trunc_mid(struct op_context *c)
{
	return truncate_to(c, 8 * PAGE);
}

int op_trunc_unaligned(struct op_context *c)
{
	return truncate_to(c, 11 * PAGE + 1000);
}

int op_trunc_beyond(struct op_context *c)
{
	return truncate_to(c, 13 * PAGE);
}

int op_trunc_grow(struct op_context *c)
{
	return truncate_to(c, 32 * PAGE);
}

int op_open_trunc(struct op_context *c)
{
	int fd = open(c->path, O_RDWR | O_TRUNC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int allocate(struct op_context *c, int mode, off_t start, off_t length)
{
	return result_of(fallocate(c->fd, mode, start, length));
}

int op_punch(struct op_context *c)
{
	return allocate(c, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4 * PAGE, 8 * PAGE);
}

int op_punch_subpage(struct op_context *c)
{
	return allocate(c, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4 * PAGE + 1000, 200);
}

int op_punch_elsewhere(struct op_context *c)
{
	return allocate(c, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 13 * PAGE, 2 * PAGE);
}

int op_zero(struct op_context *c)
{
	return allocate(c, FALLOC_FL_ZERO_RANGE, 4 * PAGE, 8 * PAGE);
}

int op_zero_elsewhere(struct op_context *c)
{
	return allocate(c, FALLOC_FL_ZERO_RANGE, 13 * PAGE, 2 * PAGE);
}

int op_collapse(struct op_context *c)
{
	return allocate(c, FALLOC_FL_COLLAPSE_RANGE, 4 * PAGE, 4 * PAGE);
}

int op_collapse_after(struct op_context *c)
{
	return allocate(c, FALLOC_FL_COLLAPSE_RANGE, 13 * PAGE, 1 * PAGE);
}

int op_insert(struct op_context *c)
{
	return allocate(c, FALLOC_FL_INSERT_RANGE, 4 * PAGE, 4 * PAGE);
}

int op_insert_after(struct op_context *c)
{
	return allocate(c, FALLOC_FL_INSERT_RANGE, 13 * PAGE, 1 * PAGE);
}

int op_reflink(struct op_context *c)
{
	return result_of(ioctl(c->other_fd, FICLONE, c->fd));
}

int op_fsync(struct op_context *c)
{
	return result_of(fsync(c->fd));
}

/* A transfer that is cut short is an error here: no operation in the table may end so. */
static int whole(ssize_t transferred, size_t wanted)
{
	if (transferred < 0)
		return errno;
	return (size_t)transferred == wanted ? 0 : EIO;
}

int op_pread(struct op_context *c)
{
	static char buffer[DEVICE_PAGES * PAGE];

	return whole(pread(c->fd, buffer, sizeof(buffer), DEVICE_FIRST * PAGE), sizeof(buffer));
}

int op_pwrite(struct op_context *c)
{
	size_t length = DEVICE_PAGES * PAGE;

	return whole(pwrite(c->fd, c->pages + DEVICE_FIRST * PAGE, length, DEVICE_FIRST * PAGE), length);
}

int op_rename(struct op_context *c)
{
	return result_of(rename(c->path, c->other));
}

int op_unlink(struct op_context *c)
{
	return result_of(unlink(c->path));
}

int op_umount(struct op_context *c)
{
	return result_of(umount2(c->mount, 0));
}

int op_drop_caches(struct op_context *c)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	int error;

	(void)c;
	if (fd < 0)
		return errno;
	error = whole(write(fd, "3", 1), 1);
	close(fd);
	return error;
}
