/* SPDX-License-Identifier: MIT */
/* What /proc tells of a task that does not come back. */
#ifndef TASK_STATE_H
#define TASK_STATE_H

#include <stdbool.h>
#include <sys/types.h>

#define STACK_ROOM 300

struct task_state {
	char state;		/* R, S, D, Z, ...; 0: there is no such task any more */
	long switches;		/* voluntary and involuntary context switches so far */
	char function[64];	/* where it sleeps: the innermost function that is not the scheduler's, or "-" */
	char stack[STACK_ROOM];	/* function names, innermost first, separated by spaces */
};

/* True if there is such a task. */
bool read_task_state(pid_t process, pid_t task, struct task_state *state);
/* Gone, or dead and only waiting for its parent. */
bool task_is_dead(pid_t process, pid_t task);

#endif
