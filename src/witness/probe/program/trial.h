/* SPDX-License-Identifier: MIT */
/*
 * One trial of a cell: setting the stage, letting the operation go, and seeing what becomes of it. The
 * numbered steps are those of procedure.md.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "stage.h"
#include "task_state.h"

/* Milliseconds of guest time. */
#define BLOCKED_AFTER_MS 300	/* an operation that has not ended by then, and sleeps, is blocked */
#define SPINNING_AFTER_MS 5000	/* one that runs on in the kernel for so long is blocked, too: it spins */
#define SIGNAL_LIMIT_MS 300	/* a signal that had no effect by then has none */
/*
 * A race is won by waiting: the device's fault sleeps for the first time before it uses what it found, and
 * the operation is let go after the second.
 */
#define RACE_FAULT_DELAY_MS 1500
#define RACE_LEAD_MS 500
#define STEP_LIMIT_MS 20000	/* anything else: the guest may be slow, a step that takes this long hangs */

enum trial_kind {
	TRIAL_OBSERVE,		/* reads, then releases the driver and looks again */
	TRIAL_INTERRUPT,	/* a signal with a handler during the wait */
	TRIAL_KILL,		/* SIGKILL during the wait */
	TRIAL_RACE,		/* the operation comes while a device fault has looked a page up and not used it yet */
};

enum outcome {
	OUTCOME_COMPLETED,
	OUTCOME_BLOCKED,
	OUTCOME_REFUSED,	/* the driver was not let in; the operation was not tried */
	OUTCOME_FAILED,		/* the operation ended with an errno */
};

struct trial {
	enum outcome outcome;
	int error;			/* of the driver or of the operation, by outcome */
	int64_t elapsed_ns;		/* of the operation, when it ended while the driver held on */
	struct task_state waiting;	/* when blocked */
	bool signal_ended_it;		/* TRIAL_INTERRUPT, TRIAL_KILL */
	int signal_error;		/* TRIAL_INTERRUPT: what the interrupted operation returned */
	struct gup_probe_counts counts;	/* during the operation */
	struct gup_probe_page behind[DEVICE_PAGES];
	int error_after_release;
};

/*
 * Runs one trial on a stage from new_stage(). TRIAL_OBSERVE leaves what the owner read in *held (while the
 * driver held on) and *after (when it had let go), TRIAL_RACE in *held alone. Returns NULL, or what went wrong with the trial itself.
 */
const char *run_trial(const struct cell *cell, enum trial_kind kind, struct stage *stage, struct readings *held,
		      struct readings *after, struct trial *trial);

/* Shared with the processes that a trial starts; NULL without memory. */
struct stage *new_stage(void);

#endif
