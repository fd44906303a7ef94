// SPDX-License-Identifier: MIT
/*
 * The second program of the guest: scenes that ask the kernel about single facts, and real users of memory.
 *
 *	staged facts [ID ...]		the scenes of those facts, or all but those that end the guest
 *	staged users [NAME ...]		the cells of those users, or all
 *
 * Report lines as of the probe program; scene.h says what they are.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../program/report.h"
#include "scene.h"
#include "scenes.h"
#include "users.h"

static const struct scene scenes[] = {
	{ "K35", "ext4_dax", scene_rounds },
	{ "K35", "xfs_dax", scene_rounds },
	{ "K43", "ext4_dax", scene_hole },
	{ "K43", "xfs_dax", scene_hole },
	{ "K53", "ext4_dax", scene_zero_range },
	{ "K54", "ext4_dax", scene_collapse },
	{ "K60_write", "xfs_dax", scene_shared_write },
	{ "K60_fault", "xfs_dax", scene_shared_fault },
	{ "K62", "ext4_dax", scene_unlinked },
	{ "K62", "xfs_dax", scene_unlinked },
	{ "K63", "ext4_dax", scene_unmapped },
	{ "K63", "xfs_dax", scene_unmapped },
	{ "K65", "ext4_dax", scene_flush_under_pin },
	{ "K65", "xfs_dax", scene_flush_under_pin },
	{ "K158", "ext4_dax", scene_userptr },
	{ "K158", "xfs_dax", scene_userptr },
	{ "K174", "ext4_dax", scene_locked_entry },
	{ "K174", "xfs_dax", scene_locked_entry },
	{ "K211", "xfs_dax", scene_reflink },
	{ "K213", "ext4_dax", scene_vmsplice },
	{ "K213", "xfs_dax", scene_vmsplice },
	{ "K215", "xfs_dax", scene_other_owner },
	{ "huge_truncate", "ext4_dax", scene_huge_truncate },
	{ "huge_truncate", "xfs_dax", scene_huge_truncate },
	{ "shared_read_pin", "xfs_dax", scene_read_pin },
	{ "stale_write", "xfs_dax", scene_stale_write },
	{ "stale_unshare", "xfs_dax", scene_stale_unshare },
	{ "sync_hole", "xfs_dax", scene_sync_hole },
	{ "sync_written", "xfs_dax", scene_sync_written },
	{ "sync_shared", "xfs_dax", scene_sync_shared },
	{ "sync_shared_next", "xfs_dax", scene_sync_shared_next },
	/* Only when asked for by name: the kernel may not survive it. */
	{ "K81", "ext4_dax", scene_unbind },
};

static bool wanted(char **names, const char *id)
{
	if (!*names)
		return strcmp(id, "K81") != 0;
	for (; *names; names++) {
		if (strcmp(*names, id) == 0)
			return true;
	}
	return false;
}

static bool run_scenes(char **names)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		if (wanted(names, scenes[i].id) && !run_scene(&scenes[i]))
			return false;
	}
	return true;
}

/* What programs write into the kernel's log is limited else, and the marks of the scenes must all arrive. */
static void unlimit_log(void)
{
	int fd = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY);

	if (fd >= 0)
		(void)!write(fd, "on", 2);
	close(fd);
}

static bool mount_kernel_views(void)
{
	bool debug = mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) == 0 || errno == EBUSY;
	bool tracing = mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) == 0 || errno == EBUSY;

	return debug && tracing;
}

static bool run(char **arguments)
{
	const char *command = arguments[0] ? arguments[0] : "";

	if (!mount_kernel_views()) {
		report("error cannot mount debugfs and tracefs: %s", error_name(errno));
		return false;
	}
	if (strcmp(command, "facts") == 0)
		return run_scenes(arguments + 1);
	if (strcmp(command, "users") == 0)
		return run_users(arguments + 1);
	report("error what to run is not said");
	return false;
}

int main(int argc, char **argv)
{
	struct utsname kernel;
	bool complete;

	(void)argc;
	report_start();
	uname(&kernel);
	report("kernel %s", kernel.release);
	unlimit_log();
	complete = run(argv + 1);
	report("done %s", complete ? "complete" : "incomplete");
	return complete ? 0 : 1;
}
