// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "report.h"

#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX 0x00200000
#endif

const struct memory_kind memory_kinds[] = {
	{ .name = "ext4_dax", .mount = "/mnt/ext4_dax", .dax = true },
	{ .name = "xfs_dax", .mount = "/mnt/xfs_dax", .dax = true },
	{ .name = "ext4", .mount = "/mnt/ext4", .dax = false },
	{ .name = "xfs", .mount = "/mnt/xfs", .dax = false },
};

const size_t memory_kinds_count = sizeof(memory_kinds) / sizeof(memory_kinds[0]);

const struct driver_kind driver_kinds[] = {
	{ .name = "none" },
	{ .name = "gup", .kind = GUP_PROBE_GUP },
	{ .name = "gup_longterm", .kind = GUP_PROBE_GUP_LONGTERM },
	{ .name = "get", .kind = GUP_PROBE_GET },
	{ .name = "hmm_mirror", .kind = GUP_PROBE_HMM_MIRROR, .mirrors = true },
	{ .name = "notifier", .kind = GUP_PROBE_NOTIFIER, .mirrors = true },
};

const size_t driver_kinds_count = sizeof(driver_kinds) / sizeof(driver_kinds[0]);

const struct driver_kind *driver_named(const char *name)
{
	for (size_t i = 0; i < driver_kinds_count; i++) {
		if (strcmp(driver_kinds[i].name, name) == 0)
			return &driver_kinds[i];
	}
	return NULL;
}

/* "yes", "no", or the errno that stood in the way of the answer. */
static const char *dax_attribute(int fd)
{
	struct statx status;

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status))
		return error_name(errno);
	return status.stx_attributes & STATX_ATTR_DAX ? "yes" : "no";
}

static const char *sync_mapping(int fd)
{
	void *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);

	if (map == MAP_FAILED)
		return error_name(errno);
	munmap(map, PAGE);
	return "yes";
}

static void report_mount(const struct memory_kind *memory)
{
	FILE *mounts = setmntent("/proc/mounts", "r");
	struct mntent *entry;

	while (mounts && (entry = getmntent(mounts))) {
		if (strcmp(entry->mnt_dir, memory->mount) == 0)
			report("mount %s %s %s %s", memory->name, entry->mnt_fsname, entry->mnt_type, entry->mnt_opts);
	}
	if (mounts)
		endmntent(mounts);
}

void report_memory(const struct memory_kind *memory)
{
	char path[PATH_ROOM];
	int fd;

	snprintf(path, sizeof(path), "%s/proof", memory->mount);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	if (fd < 0 || ftruncate(fd, PAGE)) {
		report("error %s: cannot make a file: %s", memory->name, error_name(errno));
		return;
	}
	report("memory %s dax %s map_sync %s", memory->name, dax_attribute(fd), sync_mapping(fd));
	report_mount(memory);
	close(fd);
	unlink(path);
}
