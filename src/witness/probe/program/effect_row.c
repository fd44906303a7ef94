// SPDX-License-Identifier: MIT
/* Rows of the table: one call behind one wait, watched, signalled, killed, and let go. */
#include <string.h>

#include "content.h"
#include "effect.h"
#include "kinds.h"
#include "report.h"
#include "trial.h"

/* A call that waits for a driver, or for one that does; and which calls are looked at behind it. */
struct situation {
	const char *driver;
	const struct effect_call *wait;
	bool (*includes)(const struct effect_call *call);
};

static bool all_calls(const struct effect_call *call)
{
	(void)call;
	return true;
}

/* The wait is the same for every reference: a few calls show it. */
static bool some_calls(const struct effect_call *call)
{
	static const char *const ids[] = { "pread", "pwrite", "mmap", "load_pinned", "fsync",
					   "truncate_mid", "unlink", "freeze" };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (strcmp(ids[i], call->id) == 0)
			return true;
	}
	return false;
}

static const struct situation situations[] = {
	{ "gup", &trunc_0, all_calls },
	{ "gup", &punch, all_calls },
	{ "get", &trunc_0, some_calls },
};

/* Calls that stand still with something in their hands, and who may need it. In the first situation only. */
static const struct {
	const char *first, *call;
} behind_calls[] = {
	{ "unlink", "stat" },
	{ "unlink", "lookup" },
	{ "unlink", "create" },
	{ "unlink", "readdir" },
	{ "unlink", "unlink_neighbour" },
	{ "unlink", "write_elsewhere" },
	{ "rename", "create" },
	{ "rename", "readdir" },
	{ "freeze", "stat" },
	{ "freeze", "open" },
	{ "freeze", "load_present" },
	{ "freeze", "store_present" },
	{ "freeze", "create" },
	{ "freeze", "read_elsewhere" },
	{ "freeze", "write_elsewhere" },
	{ "freeze", "fsync_elsewhere" },
	{ "freeze", "sync" },
	{ "freeze", "statfs" },
	{ "freeze", "umount" },
	{ "pwrite", "pread" },
};

struct row {
	const struct situation *situation;
	const struct effect_call *first;	/* NULL: the call meets the wait itself */
	const struct effect_call *call;
};

struct finding {
	struct task_state waiter;
	bool stands;
	int error;			/* of a call that ended */
	struct task_state waiting;	/* of one that did not */
	bool signal_ended_it;		/* second trial */
	int signal_error;
	bool kill_ended_it;		/* second trial, or third when the signal was enough in the second */
	int error_after;		/* first trial: of one that stood still, when all had let go */
};

const char *start_holder(struct effect_stage *stage)
{
	struct player *holder = &stage->players[HOLDER];
	const char *wrong = start_player(stage, HOLDER);

	if (!wrong)
		wrong = must_do(holder, &make_files);
	if (!wrong)
		wrong = must_do(holder, &get_ready);
	if (!wrong)
		wrong = must_do(holder, &attach_driver);
	return wrong;
}

const char *start_waiter(struct effect_stage *stage, const struct effect_call *wait, struct task_state *waiting)
{
	struct player *waiter = &stage->players[WAITER];

	begin_call(waiter, wait);
	return stands_still(waiter, LITTLE_PATIENCE_MS, waiting) ? NULL : "the waiter does not wait";
}

static const char *bring_in(struct effect_stage *stage, enum part part)
{
	const char *wrong = start_player(stage, part);

	return wrong ? wrong : must_do(&stage->players[part], &get_ready);
}

/* Steps 1 to 5. */
static const char *set_up(const struct row *row, struct effect_stage *stage, struct finding *finding)
{
	struct player *first = &stage->players[FIRST_BYSTANDER];
	struct task_state waiting;
	const char *wrong = start_holder(stage);

	if (!wrong)
		wrong = bring_in(stage, WAITER);
	if (!wrong)
		wrong = bring_in(stage, BYSTANDER);
	if (!wrong && row->first)
		wrong = bring_in(stage, FIRST_BYSTANDER);
	if (!wrong)
		wrong = start_waiter(stage, row->situation->wait, &finding->waiter);
	if (wrong || !row->first)
		return wrong;
	begin_call(first, row->first);
	return stands_still(first, LITTLE_PATIENCE_MS, &waiting) ? NULL : "the first call does not stand still";
}

/* Step 8: everybody goes on. A call that the holder's pin no longer stops may still be one that needs the thaw. */
static const char *let_go(const struct row *row, struct effect_stage *stage, struct finding *finding)
{
	struct player *bystander = &stage->players[BYSTANDER];
	const char *wrong;

	if (!finding->stands && !end_player(bystander))
		return "the bystander does not die";
	wrong = must_do(&stage->players[HOLDER], &detach_driver);
	if (wrong)
		return wrong;
	if (!call_ends(&stage->players[WAITER], STEP_LIMIT_MS))
		return "the waiter does not end after the driver let go";
	if (row->first && !call_ends(&stage->players[FIRST_BYSTANDER], STEP_LIMIT_MS))
		return "the first call does not end after the driver let go";
	if (!finding->stands)
		return NULL;
	if (row->first && row->first->freezes) {
		/* Frozen by now; what stood still behind the freeze is what the thaw lets go. */
		clear_effect_stage(stage, true);
		return NULL;
	}
	if (!call_ends(bystander, STEP_LIMIT_MS))
		return "the call does not end after the driver let go";
	finding->error_after = bystander->error;
	return NULL;
}

static const char *conduct(const struct row *row, enum trial_kind kind, struct effect_stage *stage,
			   struct finding *finding)
{
	struct player *bystander = &stage->players[BYSTANDER];

	/* Step 6. */
	begin_call(bystander, row->call);
	finding->stands = stands_still(bystander, BLOCKED_AFTER_MS, &finding->waiting);
	if (!finding->stands) {
		if (!atomic_load(&bystander->done))
			return "the bystander died";
		finding->error = bystander->error;
	}
	if (atomic_load(&stage->players[WAITER].done) ||
	    (row->first && atomic_load(&stage->players[FIRST_BYSTANDER].done)))
		return "who was to wait has not waited on";
	/* Step 7. */
	if (kind == TRIAL_INTERRUPT) {
		finding->signal_ended_it = signal_ends_call(bystander);
		finding->signal_error = finding->signal_ended_it ? bystander->error : 0;
	}
	if (kind == TRIAL_KILL || (kind == TRIAL_INTERRUPT && !finding->signal_ended_it))
		finding->kill_ended_it = kill_ends_player(bystander);
	return kind == TRIAL_OBSERVE ? let_go(row, stage, finding) : NULL;
}

static bool leaves_frozen(const struct row *row)
{
	return row->call->freezes || (row->first && row->first->freezes);
}

static const char *run_row_trial(const struct row *row, enum trial_kind kind, const struct memory_kind *memory,
				 struct effect_stage *stage, struct finding *finding)
{
	const char *wrong, *left;

	memset(finding, 0, sizeof(*finding));
	set_effect_stage(stage, memory, driver_named(row->situation->driver));
	wrong = set_up(row, stage, finding);
	if (!wrong)
		wrong = conduct(row, kind, stage, finding);
	left = clear_effect_stage(stage, leaves_frozen(row));
	return wrong ? wrong : left;
}

static void report_stand(const struct row *row, const struct finding *finding)
{
	const struct task_state *waiting = &finding->waiting;

	report("outcome stands_still -");
	report("waits %c %s", waiting->state, waiting->function);
	report("stack %s", waiting->stack);
	/* Behind a freeze it is the thaw that lets it go, and the stage is cleared for that. */
	if (!row->first || !row->first->freezes)
		report("after %s %s", finding->error_after ? "failed" : "completed",
		       error_name(finding->error_after));
}

/* The trials with signals, each on new files. */
static const char *signal_row(const struct row *row, const struct memory_kind *memory, struct effect_stage *stage)
{
	struct finding finding;
	const char *wrong = run_row_trial(row, TRIAL_INTERRUPT, memory, stage, &finding);

	if (wrong)
		return wrong;
	report("interruptible %s %s", finding.signal_ended_it ? "yes" : "no", error_name(finding.signal_error));
	if (finding.signal_ended_it)
		wrong = run_row_trial(row, TRIAL_KILL, memory, stage, &finding);
	if (!wrong)
		report("killable %s", finding.kill_ended_it ? "yes" : "no");
	return wrong;
}

static bool run_row(const struct row *row, const struct memory_kind *memory, struct effect_stage *stage)
{
	struct finding finding;
	const char *wrong;

	report("effect %s %s %s %s %s", memory->name, row->situation->driver, row->situation->wait->id,
	       row->first ? row->first->id : "-", row->call->id);
	wrong = run_row_trial(row, TRIAL_OBSERVE, memory, stage, &finding);
	if (!wrong) {
		report("waiter %c %s", finding.waiter.state, finding.waiter.function);
		if (finding.stands) {
			report_stand(row, &finding);
			wrong = signal_row(row, memory, stage);
		} else {
			report("outcome %s %s", finding.error ? "failed" : "completed", error_name(finding.error));
		}
	}
	if (wrong)
		report("error %s", wrong);
	else
		report("end");
	return !wrong;
}

bool run_effect_rows(const struct memory_kind *memory, struct effect_stage *stage)
{
	for (size_t s = 0; s < sizeof(situations) / sizeof(situations[0]); s++) {
		for (size_t i = 0; i < effect_calls_count; i++) {
			struct row row = { &situations[s], NULL, &effect_calls[i] };

			if (situations[s].includes(&effect_calls[i]) && !run_row(&row, memory, stage))
				return false;
		}
	}
	for (size_t i = 0; i < sizeof(behind_calls) / sizeof(behind_calls[0]); i++) {
		struct row row = { &situations[0], effect_call(behind_calls[i].first),
				   effect_call(behind_calls[i].call) };

		if (!run_row(&row, memory, stage))
			return false;
	}
	return true;
}
