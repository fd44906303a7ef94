// SPDX-License-Identifier: MIT
/* What a bystander does to the file: by its name, its descriptor or its mapping. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "effect_calls.h"

/* Pages that calls go to: in the driver's range, present outside of it, never written. */
#define PINNED_PAGE 4
#define PRESENT_PAGE 12
#define HOLE_PAGE 17

static char buffer[PAGE] __attribute__((aligned(PAGE)));

/* What a transfer brings is no matter here: only whether it returns. */
static int result_of(ssize_t returned)
{
	return returned < 0 ? errno : 0;
}

int call_stat(struct effect_context *c)
{
	struct stat status;

	return result_of(stat(c->stage->path, &status));
}

int call_fstat(struct effect_context *c)
{
	struct stat status;

	return result_of(fstat(c->fd, &status));
}

int call_open(struct effect_context *c)
{
	return result_of(open(c->stage->path, O_RDWR));
}

int call_close(struct effect_context *c)
{
	return result_of(close(c->fd));
}

int call_read(struct effect_context *c)
{
	return result_of(read(c->fd, buffer, PAGE));
}

int call_pread(struct effect_context *c)
{
	return result_of(pread(c->fd, buffer, PAGE, PRESENT_PAGE * PAGE));
}

int call_write(struct effect_context *c)
{
	return result_of(write(c->fd, buffer, PAGE));
}

int call_pwrite(struct effect_context *c)
{
	return result_of(pwrite(c->fd, buffer, PAGE, PRESENT_PAGE * PAGE));
}

int call_odirect_read(struct effect_context *c)
{
	return result_of(pread(c->direct_fd, buffer, PAGE, PRESENT_PAGE * PAGE));
}

int call_odirect_write(struct effect_context *c)
{
	return result_of(pwrite(c->direct_fd, buffer, PAGE, PRESENT_PAGE * PAGE));
}

int call_mmap(struct effect_context *c)
{
	void *map = mmap(MOVED_ADDRESS, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, c->fd, 0);

	return map == MAP_FAILED ? errno : 0;
}

int call_munmap(struct effect_context *c)
{
	return result_of(munmap(c->map, EFFECT_PAGES * PAGE));
}

static int load(struct effect_context *c, unsigned int page)
{
	char description[DESCRIPTION_MAX];

	describe_memory(c->map + page * PAGE, description);
	return strncmp(description, "SIG", 3) == 0 ? EFAULT : 0;
}

int call_load_pinned(struct effect_context *c)
{
	return load(c, PINNED_PAGE);
}

int call_load_present(struct effect_context *c)
{
	return load(c, PRESENT_PAGE);
}

int call_load_hole(struct effect_context *c)
{
	return load(c, HOLE_PAGE);
}

static int store(struct effect_context *c, unsigned int page)
{
	*(volatile char *)(c->map + page * PAGE) = 1;
	return 0;
}

int call_store_present(struct effect_context *c)
{
	return store(c, PRESENT_PAGE);
}

int call_store_hole(struct effect_context *c)
{
	return store(c, HOLE_PAGE);
}

int call_msync(struct effect_context *c)
{
	return result_of(msync(c->map, EFFECT_PAGES * PAGE, MS_SYNC));
}

/* A device of the bystander's own, on one page of its mapping. */
static int attach(struct effect_context *c, unsigned int page, uint32_t driver)
{
	struct gup_probe_attach argument = {
		.addr = (uintptr_t)(c->map + page * PAGE),
		.pages = 1,
		.driver = driver,
	};

	return result_of(ioctl(c->device, GUP_PROBE_ATTACH, &argument));
}

int call_pin_pinned(struct effect_context *c)
{
	return attach(c, PINNED_PAGE, GUP_PROBE_GUP);
}

int call_pin_present(struct effect_context *c)
{
	return attach(c, PRESENT_PAGE, GUP_PROBE_GUP);
}

static int device_fault(struct effect_context *c, unsigned int page)
{
	struct gup_probe_access access = { .buffer = (uintptr_t)buffer, .page = 0, .write = 1 };
	int error = attach(c, page, GUP_PROBE_HMM_MIRROR);

	return error ? error : result_of(ioctl(c->device, GUP_PROBE_ACCESS, &access));
}

int call_device_fault_pinned(struct effect_context *c)
{
	return device_fault(c, PINNED_PAGE);
}

int call_device_fault_present(struct effect_context *c)
{
	return device_fault(c, PRESENT_PAGE);
}

int call_fsync(struct effect_context *c)
{
	return result_of(fsync(c->fd));
}

int call_fallocate(struct effect_context *c)
{
	return result_of(fallocate(c->fd, FALLOC_FL_KEEP_SIZE, HOLE_PAGE * PAGE, PAGE));
}

int call_punch_after(struct effect_context *c)
{
	return result_of(fallocate(c->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PRESENT_PAGE * PAGE, PAGE));
}

int call_truncate_mid(struct effect_context *c)
{
	return result_of(ftruncate(c->fd, 8 * PAGE));
}

int call_truncate_grow(struct effect_context *c)
{
	return result_of(ftruncate(c->fd, 32 * PAGE));
}

int call_fiemap(struct effect_context *c)
{
	struct fiemap map = { .fm_length = FIEMAP_MAX_OFFSET };

	return result_of(ioctl(c->fd, FS_IOC_FIEMAP, &map));
}

int call_seek_hole(struct effect_context *c)
{
	return result_of(lseek(c->fd, 0, SEEK_HOLE));
}

int call_fchmod(struct effect_context *c)
{
	return result_of(fchmod(c->fd, 0640));
}

int call_utimens(struct effect_context *c)
{
	static const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	return result_of(futimens(c->fd, times));
}

/* The attribute is there: see make_files. */
int call_getxattr(struct effect_context *c)
{
	return result_of(fgetxattr(c->fd, "user.probe", buffer, PAGE));
}

int call_setxattr(struct effect_context *c)
{
	return result_of(fsetxattr(c->fd, "user.probe", "other", 5, 0));
}

int call_flock(struct effect_context *c)
{
	return result_of(flock(c->fd, LOCK_EX));
}

int call_link(struct effect_context *c)
{
	return result_of(link(c->stage->path, c->stage->fresh));
}

int call_unlink(struct effect_context *c)
{
	return result_of(unlink(c->stage->path));
}

int call_rename(struct effect_context *c)
{
	return result_of(rename(c->stage->path, c->stage->renamed));
}

int call_reflink_from(struct effect_context *c)
{
	return result_of(ioctl(c->clone_fd, FICLONE, c->fd));
}
