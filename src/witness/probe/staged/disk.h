/* SPDX-License-Identifier: MIT */
/* A disk that can be stopped: transfers wait in it until it is let go on. Device mapper over a RAM disk. */
#ifndef DISK_H
#define DISK_H

#include <stdbool.h>

#define DISK_PATH "/dev/dm-0"

/* Makes it, of FILE_PAGES pages o0, o1, ... False, with errno, if the kernel has no device mapper. */
bool make_disk(void);
bool stop_disk(void);
bool let_disk_go_on(void);

#endif
