// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "disk.h"

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "../program/stage.h"

#define BACKING "/dev/ram0"
#define BACKING_MOUNT "/mnt/ext4"	/* none of the memories here, and in the way */
#define SECTORS 16384	/* of 512 bytes */

struct dm_request {
	struct dm_ioctl head;
	struct dm_target_spec target;
	char parameters[32];
};

static bool disk_ioctl(unsigned long command, unsigned int flags)
{
	struct dm_request request = { .head = {
		.version = { DM_VERSION_MAJOR, 0, 0 },
		.data_size = sizeof(request),
		.data_start = sizeof(request.head),
		.flags = flags,
		.name = "slow",
	} };
	int control = open("/dev/mapper/control", O_RDWR);
	bool ok;

	if (command == DM_TABLE_LOAD) {
		request.head.target_count = 1;
		request.target.length = SECTORS;
		strcpy(request.target.target_type, "linear");
		strcpy(request.parameters, BACKING " 0");
	}
	ok = control >= 0 && ioctl(control, command, &request) == 0;
	close(control);
	return ok;
}

static bool fill_backing(void)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));
	int fd = open(BACKING, O_WRONLY | O_DIRECT);
	bool ok = fd >= 0;

	for (unsigned int i = 0; ok && i < FILE_PAGES; i++) {
		fill_page(page, WRITER_OTHER_FILE, i);
		ok = pwrite(fd, page, PAGE, (off_t)i * PAGE) == PAGE;
	}
	close(fd);
	return ok;
}

bool make_disk(void)
{
	static bool made;

	if (!made)
		made = umount2(BACKING_MOUNT, 0) == 0 && disk_ioctl(DM_DEV_CREATE, 0) &&
		       disk_ioctl(DM_TABLE_LOAD, 0) && let_disk_go_on();
	return made && fill_backing();
}

bool stop_disk(void)
{
	return disk_ioctl(DM_DEV_SUSPEND, DM_SUSPEND_FLAG | DM_SKIP_LOCKFS_FLAG);
}

bool let_disk_go_on(void)
{
	return disk_ioctl(DM_DEV_SUSPEND, 0);
}
