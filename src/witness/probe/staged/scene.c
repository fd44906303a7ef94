// SPDX-License-Identifier: MIT
/* The scene that is on, its ending, and what it says. */
#define _GNU_SOURCE
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../program/report.h"
#include "../program/trial.h"
#include "props.h"

static const struct scene *current;
static jmp_buf scene_over;

const char *scene_mount(void)
{
	return scene_is_xfs() ? "/mnt/xfs_dax" : "/mnt/ext4_dax";
}

bool scene_is_xfs(void)
{
	return strcmp(current->memory, "xfs_dax") == 0;
}

void mark_log(const char *id, const char *memory)
{
	int fd = open("/dev/kmsg", O_WRONLY);
	char line[80];
	int length;

	/* As a warning, so that it reaches the console: the log is split at these lines. One write is one record. */
	length = snprintf(line, sizeof(line), "<4>staged: %s %s\n", id, memory);
	if (fd >= 0)
		(void)!write(fd, line, (size_t)length);
	close(fd);
}

/* A warning that the kernel gives once for a boot is given once for a scene. */
static void rearm_warnings(void)
{
	int fd = open("/sys/kernel/debug/clear_warn_once", O_WRONLY);

	if (fd >= 0)
		(void)!write(fd, "1", 1);
	close(fd);
}

bool run_scene(const struct scene *scene)
{
	bool clear;

	current = scene;
	rearm_warnings();
	mark_log(scene->id, scene->memory);
	report("scene %s %s", scene->id, scene->memory);
	if (setjmp(scene_over) == 0) {
		scene->run();
		report("end");
	}
	clear = take_down_props();
	if (!clear)
		report("error a process does not die");
	return clear;
}

void require(bool ok, const char *step)
{
	if (ok)
		return;
	report("error %s: %s", step, error_name(errno));
	longjmp(scene_over, 1);
}

void cannot(const char *reason)
{
	report("not_staged %s", reason);
	longjmp(scene_over, 1);
}

void saw(const char *name, const char *format, ...)
{
	char text[REPORT_LINE_MAX - 80];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	report("saw %s %s", name, text);
}

void saw_memory(const char *name, const char *page)
{
	char description[DESCRIPTION_MAX];

	describe_memory(page, description);
	saw(name, "%s", description);
}

void saw_file(const char *name, const char *path, unsigned int page)
{
	char description[DESCRIPTION_MAX] = "nothing";
	static char buffer[PAGE];
	int fd = open(path, O_RDONLY);
	ssize_t got;

	require(fd >= 0, "open to read");
	got = pread(fd, buffer, PAGE, (off_t)page * PAGE);
	require(got >= 0, "pread");
	close(fd);
	if (got > 0)
		describe_bytes(buffer, (size_t)got, description);
	saw(name, "%s", description);
}

static void saw_ended(const char *name, const struct deed *deed)
{
	if (deed->shared->error)
		saw(name, "failed %s", error_name(deed->shared->error));
	else
		saw(name, "completed");
}

void saw_deed(const char *name, struct deed *deed)
{
	char waits[80];

	if (!deed_blocked(deed)) {
		saw_ended(name, deed);
		return;
	}
	saw(name, "blocked");
	snprintf(waits, sizeof(waits), "%s_waits", name);
	saw(waits, "%c %s", deed->waiting.state, deed->waiting.state == 'R' ? "-" : deed->waiting.function);
}

void saw_deed_end(const char *name, struct deed *deed)
{
	require(deed_done_within(deed, STEP_LIMIT_MS), "an operation that can go on");
	saw_ended(name, deed);
}

struct deed *ready_or_end(const char *operation, const char *path, const char *other)
{
	struct deed *deed = deed_named(operation, path, other);

	require(deed != NULL, operation);
	return deed;
}

struct deed *start_or_end(const char *operation, const char *path, const char *other)
{
	struct deed *deed = ready_or_end(operation, path, other);

	deed_go(deed);
	return deed;
}
