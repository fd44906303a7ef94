/* SPDX-License-Identifier: MIT */
/* Something that another process does, watched from here: whether it waits, where, and when it ends. */
#ifndef DEED_H
#define DEED_H

#include <semaphore.h>
#include <stdatomic.h>

#include "../program/operations.h"
#include "../program/stage.h"
#include "../program/task_state.h"

/* Shared between the process and its watcher. */
struct deed_shared {
	sem_t ready, go;
	atomic_int task;
	atomic_bool done;
	int error;		/* valid when done: 0 or an errno */
	int setup_error;	/* of what came before: an errno */
};

/* What a deed is. @prepare may be NULL; it comes first and is not watched. Both return 0 or an errno. */
struct deed_kind {
	int (*prepare)(struct op_context *context);
	int (*run)(struct op_context *context);
};

struct deed {
	pid_t process;		/* 0: not in use */
	struct deed_shared *shared;
	struct task_state waiting;	/* of deed_blocked() */
};

/*
 * Starts a process that opens @path with @open_flags (NO_FILE: not at all), and @other if there is one, and
 * stands ready. What the caller has mapped of DAX files is not mapped in it. Returns NULL and sets errno when
 * the process or its preparation fails.
 */
struct deed *deed_ready(const struct deed_kind *kind, const char *path, const char *other, int open_flags);
void deed_go(struct deed *deed);
/* deed_ready() for one of the operations of the cells, by its id. */
struct deed *deed_named(const char *operation, const char *path, const char *other);

/* The rule of procedure.md: not back in time, and asleep in one place or running for much too long. */
bool deed_blocked(struct deed *deed);
bool deed_done_within(struct deed *deed, int limit_ms);
/* True if SIGKILL ends it within SIGNAL_LIMIT_MS. */
bool deed_killed(struct deed *deed);
/* Kills and reaps it. False if it does not die. */
bool deed_end(struct deed *deed);
/* The same for all that were started. */
bool deeds_end(void);

#endif
