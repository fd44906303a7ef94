// SPDX-License-Identifier: MIT
/* What a bystander does near the file: in its directory, on its filesystem. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "effect_calls.h"

static char buffer[PAGE];

static int result_of(ssize_t returned)
{
	return returned < 0 ? errno : 0;
}

int call_create(struct effect_context *c)
{
	return result_of(open(c->stage->fresh, O_CREAT | O_EXCL | O_RDWR, 0600));
}

/* Of a name that nobody has asked for before: the filesystem has to look in the directory. */
int call_lookup(struct effect_context *c)
{
	struct stat status;
	int error = result_of(stat(c->stage->fresh_directory, &status));

	return error == ENOENT ? 0 : error;
}

int call_unlink_neighbour(struct effect_context *c)
{
	return result_of(unlink(c->stage->neighbour));
}

int call_rename_neighbour(struct effect_context *c)
{
	return result_of(rename(c->stage->neighbour, c->stage->neighbour_renamed));
}

int call_readdir(struct effect_context *c)
{
	return result_of(getdents64(c->mount_fd, buffer, sizeof(buffer)));
}

int call_mkdir(struct effect_context *c)
{
	return result_of(mkdir(c->stage->fresh_directory, 0700));
}

int call_read_elsewhere(struct effect_context *c)
{
	return result_of(pread(c->elsewhere_fd, buffer, PAGE, 0));
}

int call_write_elsewhere(struct effect_context *c)
{
	return result_of(pwrite(c->elsewhere_fd, buffer, PAGE, 0));
}

int call_fsync_elsewhere(struct effect_context *c)
{
	return result_of(fsync(c->elsewhere_fd));
}

int call_sync(struct effect_context *c)
{
	(void)c;
	sync();
	return 0;
}

int call_syncfs(struct effect_context *c)
{
	return result_of(syncfs(c->mount_fd));
}

int call_statfs(struct effect_context *c)
{
	struct statfs status;

	return result_of(statfs(c->stage->memory->mount, &status));
}

int call_freeze(struct effect_context *c)
{
	return result_of(ioctl(c->mount_fd, FIFREEZE, 0));
}

int call_umount(struct effect_context *c)
{
	return result_of(umount2(c->stage->memory->mount, 0));
}

int call_drop_caches(struct effect_context *c)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	int error;

	(void)c;
	if (fd < 0)
		return errno;
	error = result_of(write(fd, "3", 1));
	close(fd);
	return error;
}
