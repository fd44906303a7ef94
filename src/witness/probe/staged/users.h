/* SPDX-License-Identifier: MIT */
/*
 * Real users of memory, with no probe: each takes hold of pages 4 to 11 of a mapping in the way that its
 * system calls do, and lets go when it is told.
 */
#ifndef USERS_H
#define USERS_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "../program/stage.h"

#define USER_BYTES (DEVICE_PAGES * PAGE)
#define RESULT_MAX 64

/* Shared between the process of a user and the supervisor. */
struct use {
	sem_t ready, finish, finished;
	int error;			/* why the user was refused, 0 if it was not */
	const char *missing;		/* what the kernel has not got, so that the user cannot be tried */
	char result[RESULT_MAX];	/* what the user's own call returned in the end */
	char pages[DEVICE_PAGES][DESCRIPTION_MAX];	/* what it has of pages 4 to 11, if it has anything */
	int pages_count;
};

/*
 * The life of a user over the 8 pages at @memory: takes hold, calls user_holds() or user_refused(), waits with
 * user_waits() for its end if it is one that can wait, says what it got, and returns.
 */
struct user {
	const char *name;
	void (*live)(struct use *use, char *memory);
	bool stalls_disk;	/* its transfer hangs in a disk that has stopped, and ends when that goes on */
};

/* Called by a user that is about to make, or has made, the call that holds the pages. */
void user_holds(struct use *use);
void user_waits(struct use *use);
/* The kernel refuses with @error; the life is over. */
void user_refused(struct use *use, int error) __attribute__((noreturn));
void user_missing(struct use *use, const char *what) __attribute__((noreturn));
/* What its call returned, as bytes or an errno. */
void user_result(struct use *use, const char *call, long returned, int error);
/* Bytes that it has got for its pages, counted from the first. */
void user_has(struct use *use, const char *bytes, long length);

void live_vmsplice(struct use *use, char *memory);
void live_direct_read(struct use *use, char *memory);
void live_direct_write(struct use *use, char *memory);
void live_aio_read(struct use *use, char *memory);
void live_uring_read(struct use *use, char *memory);
void live_uring_fixed(struct use *use, char *memory);
void live_process_vm_writev(struct use *use, char *memory);
void live_process_vm_readv(struct use *use, char *memory);
void live_proc_mem(struct use *use, char *memory);
void live_ptrace(struct use *use, char *memory);
void live_af_xdp(struct use *use, char *memory);
void live_rdma_mr(struct use *use, char *memory);
void live_kvm(struct use *use, char *memory);

/* Runs the cells of the named users, or of all. False if one left something behind. */
bool run_users(char **names);

#endif
