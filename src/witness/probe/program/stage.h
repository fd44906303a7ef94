/* SPDX-License-Identifier: MIT */
/*
 * The stage of one cell: a supervisor, an owner process that has the file mapped and the driver attached, and
 * the one who carries out the operation, which is a thread of the owner or another process. They share this
 * structure; the supervisor conducts and is the only one who reports.
 */
#ifndef STAGE_H
#define STAGE_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../abi.h"
#include "content.h"

#define FILE_PAGES 16
#define DEVICE_FIRST 4
#define DEVICE_PAGES 8
#define READ_PAGES_MAX 32
/* The same address in every cell, far from everything else, so that all pages share one page table. */
#define MAP_ADDRESS ((char *)0x200000000000)
#define MOVED_ADDRESS ((char *)0x300000000000)
#define PATH_ROOM 96

struct memory_kind {
	const char *name;
	const char *mount;	/* where its filesystem is mounted */
	bool dax;
};

struct driver_kind {
	const char *name;
	uint32_t kind;		/* enum gup_probe_driver, 0 for none */
	bool mirrors;
};

struct operation;

struct cell {
	const struct memory_kind *memory;
	const struct driver_kind *driver;
	const struct operation *operation;
};

/* What the owner can be asked to do. */
enum request {
	REQUEST_READ,		/* every page by the CPU at the addresses of setup, and the driver's by the device */
	REQUEST_FAULT,		/* empty the device's table, then let the device read its first page */
	REQUEST_READ_FILE,	/* every page up to the end of the file, with pread() */
	REQUEST_QUIT,
};

struct readings {
	char cpu[FILE_PAGES][DESCRIPTION_MAX];
	char device[DEVICE_PAGES][DESCRIPTION_MAX];
	char file[READ_PAGES_MAX][DESCRIPTION_MAX];
	int file_pages;
	int64_t size_bytes;
	int64_t blocks;		/* st_blocks: units of 512 bytes */
};

struct stage {
	const struct cell *cell;
	int device;		/* open /dev/gup_probe, the supervisor's too; -1 for none */
	char path[PATH_ROOM];	/* the file */
	char other[PATH_ROOM];	/* a second name: target of rename and reflink */

	pid_t owner;
	pid_t actor;		/* 0: the operation is done by a thread of the owner */
	sem_t owner_ready, actor_ready, go, request, reply;
	enum request requested;

	/* The owner's setup. */
	const char *failed_step;	/* NULL: all went well */
	int failed_error;
	int attach_error;		/* 0, or why the driver was refused */

	/* The operation. */
	atomic_int task;		/* thread number of who carries it out */
	atomic_bool done;
	int error;			/* valid when done: 0, or the errno it ended with */
	int64_t started_ns, ended_ns;

	struct readings readings;	/* what the owner was asked to read */
};

int64_t now_ns(void);
void sleep_ms(int ms);
/* False if the semaphore did not come within the limit. */
bool wait_for(sem_t *semaphore, int limit_ms);

/* The owner's life; does not return. */
void owner_main(struct stage *stage) __attribute__((noreturn));
/* The other process's life; does not return. */
void actor_main(struct stage *stage) __attribute__((noreturn));
/* Marks the beginning, carries the operation out, marks the end. */
struct op_context;
void perform(struct stage *stage, struct op_context *context);

#endif
