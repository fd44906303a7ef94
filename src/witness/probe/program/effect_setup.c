// SPDX-License-Identifier: MIT
/* The calls that set the stage of a side effect, those of holder and waiter, and those that only stories make. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "effect.h"

static char pages[FILE_PAGES * PAGE] __attribute__((aligned(PAGE)));

static int result_of(ssize_t returned)
{
	return returned < 0 ? errno : 0;
}

static int make_file(const char *path, size_t bytes)
{
	int fd = open(path, O_CREAT | O_RDWR, 0600);
	int error;

	if (fd < 0)
		return errno;
	error = pwrite(fd, pages, bytes, 0) == (ssize_t)bytes ? result_of(fsync(fd)) : errno;
	close(fd);
	return error;
}

/* Step 1. */
static int run_make_files(struct effect_context *c)
{
	struct effect_stage *stage = c->stage;
	char directory[PATH_ROOM];
	int error;

	for (unsigned int i = 0; i < FILE_PAGES; i++)
		fill_page(pages + i * PAGE, WRITER_FILE, i);
	snprintf(directory, sizeof(directory), "%s/elsewhere", stage->memory->mount);
	if (mkdir(directory, 0700) && errno != EEXIST)
		return errno;
	error = make_file(stage->elsewhere, PAGE);
	if (!error)
		error = make_file(stage->neighbour, PAGE);
	if (!error)
		error = make_file(stage->clone, 0);
	if (!error)
		error = make_file(stage->path, sizeof(pages));
	if (error)
		return error;
	if (setxattr(stage->path, "user.probe", "value", 5, 0))
		return errno;
	return result_of(truncate(stage->path, EFFECT_PAGES * PAGE));
}

static int open_into(int *fd, const char *path, int flags)
{
	*fd = open(path, flags);
	return *fd < 0 ? errno : 0;
}

/* Steps 2 and 5: everything that a call may need is open and mapped before it begins. */
static int run_get_ready(struct effect_context *c)
{
	struct effect_stage *stage = c->stage;
	int error = open_into(&c->fd, stage->path, O_RDWR);

	if (!error)
		error = open_into(&c->direct_fd, stage->path, O_RDWR | O_DIRECT);
	if (!error)
		error = open_into(&c->clone_fd, stage->clone, O_RDWR);
	if (!error)
		error = open_into(&c->elsewhere_fd, stage->elsewhere, O_RDWR);
	if (!error)
		error = open_into(&c->mount_fd, stage->memory->mount, O_RDONLY | O_DIRECTORY);
	if (!error)
		error = open_into(&c->device, "/dev/gup_probe", O_RDWR | O_CLOEXEC);
	if (error)
		return error;
	c->map = mmap(MAP_ADDRESS, EFFECT_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE,
		      c->fd, 0);
	return c->map == MAP_FAILED ? errno : 0;
}

static int device_access(struct effect_context *c, unsigned int page)
{
	struct gup_probe_access access = { .buffer = (uintptr_t)pages, .page = page, .write = 1 };

	return result_of(ioctl(c->device, GUP_PROBE_ACCESS, &access));
}

/* Step 3: the driver on its pages, each of which the device writes. */
static int run_attach_driver(struct effect_context *c)
{
	struct gup_probe_attach attach = {
		.addr = (uintptr_t)(c->map + DEVICE_FIRST * PAGE),
		.pages = DEVICE_PAGES,
		.driver = c->stage->driver->kind,
	};
	int error = result_of(ioctl(c->device, GUP_PROBE_ATTACH, &attach));

	for (unsigned int i = 0; i < DEVICE_PAGES && !error; i++)
		error = device_access(c, i);
	return error;
}

static int run_detach_driver(struct effect_context *c)
{
	return result_of(ioctl(c->device, GUP_PROBE_RELEASE));
}

static int run_device_write(struct effect_context *c)
{
	return device_access(c, 0);
}

static int run_leave(struct effect_context *c)
{
	(void)c;
	_exit(0);
}

/* A child has all that is open as well; it ends with the stage, or with the guest at the latest. */
static int run_leave_child_behind(struct effect_context *c)
{
	pid_t child = fork();

	if (child < 0)
		return errno;
	if (child == 0) {
		while (!atomic_load(&c->stage->stop))
			sleep_ms(10);
	}
	_exit(0);
}

static int read_counts(struct effect_context *c, struct gup_probe_counts *counts)
{
	return result_of(ioctl(c->device, GUP_PROBE_COUNTS, counts));
}

/* Leaves in self->count how many callbacks for removed entries the driver had. */
static int run_count_callbacks(struct effect_context *c)
{
	struct gup_probe_counts counts = { 0 };
	int error = read_counts(c, &counts);

	c->self->count = (long)counts.events[GUP_PROBE_CLEAR];
	return error;
}

/* Leaves in self->count how often a device fault had to begin again. */
static int run_count_retries(struct effect_context *c)
{
	struct gup_probe_counts counts = { 0 };
	int error = read_counts(c, &counts);

	c->self->count = (long)counts.retries;
	return error;
}

static int punch_driver_pages(struct effect_context *c)
{
	return result_of(fallocate(c->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, DEVICE_FIRST * PAGE,
				   DEVICE_PAGES * PAGE));
}

static int run_punch(struct effect_context *c)
{
	return punch_driver_pages(c);
}

/* Counts in self->count. */
static int run_punch_on_and_on(struct effect_context *c)
{
	int error = 0;

	for (c->self->count = 0; !error && !atomic_load(&c->stage->stop); c->self->count++)
		error = punch_driver_pages(c);
	return error;
}

static int run_trunc_0(struct effect_context *c)
{
	return result_of(ftruncate(c->fd, 0));
}

static int run_trunc_mid(struct effect_context *c)
{
	return result_of(ftruncate(c->fd, 8 * PAGE));
}

#define STAGE_CALL(name) const struct effect_call name = { .id = #name, .run = run_##name }

STAGE_CALL(make_files);
STAGE_CALL(get_ready);
STAGE_CALL(attach_driver);
STAGE_CALL(detach_driver);
STAGE_CALL(device_write);
STAGE_CALL(leave);
STAGE_CALL(leave_child_behind);
STAGE_CALL(count_callbacks);
STAGE_CALL(count_retries);
STAGE_CALL(punch);
STAGE_CALL(punch_on_and_on);
STAGE_CALL(trunc_0);
STAGE_CALL(trunc_mid);
