// SPDX-License-Identifier: MIT
/*
 * Stories: what a row cannot tell, since more than one thing happens while a call waits. Each is a list of facts,
 * a question and its answer, in the order in which they were found.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "content.h"
#include "effect.h"
#include "kinds.h"
#include "module.h"
#include "report.h"
#include "trial.h"

/* Milliseconds: longer than it takes to see that a call stands still. */
#define SLOW_CALLBACK_MS 1500
/* Milliseconds between looking a page up and using it: longer than a punch takes on any machine. */
#define SLOW_FAULT_MS 100

struct story {
	const char *id;
	const char *driver;
	/* NULL, or what went wrong. */
	const char *(*tell)(struct effect_stage *stage);
};

static struct player *part(struct effect_stage *stage, enum part which)
{
	return &stage->players[which];
}

/* "stands_still S ext4_break_layouts", "completed", "died", or an errno. */
static void fact_of_call(const char *question, struct player *player)
{
	struct task_state waiting;

	if (stands_still(player, BLOCKED_AFTER_MS, &waiting))
		report("fact %s stands_still %c %s", question, waiting.state, waiting.function);
	else if (!atomic_load(&player->done))
		report("fact %s died", question);
	else
		report("fact %s %s", question, player->error ? error_name(player->error) : "completed");
}

static void fact(const char *question, bool yes)
{
	report("fact %s %s", question, yes ? "yes" : "no");
}

static const char *bring_in(struct effect_stage *stage, enum part which)
{
	const char *wrong = start_player(stage, which);

	return wrong ? wrong : must_do(part(stage, which), &get_ready);
}

/* Holder, waiter and bystander ready, and the waiter waiting. */
static const char *wait_for_holder(struct effect_stage *stage)
{
	struct task_state waiting;
	const char *wrong = start_holder(stage);

	if (!wrong)
		wrong = bring_in(stage, WAITER);
	if (!wrong)
		wrong = bring_in(stage, BYSTANDER);
	return wrong ? wrong : start_waiter(stage, &trunc_0, &waiting);
}

static const char *second_pin(struct effect_stage *stage)
{
	const char *wrong = wait_for_holder(stage);

	if (wrong)
		return wrong;
	begin_call(part(stage, BYSTANDER), effect_call("pin_present"));
	fact_of_call("second_pin", part(stage, BYSTANDER));
	wrong = must_do(part(stage, HOLDER), &detach_driver);
	if (wrong)
		return wrong;
	fact_of_call("truncate_after_first_release", part(stage, WAITER));
	wrong = must_do(part(stage, BYSTANDER), &detach_driver);
	if (wrong)
		return wrong;
	fact_of_call("truncate_after_second_release", part(stage, WAITER));
	return NULL;
}

static const char *two_waiters(struct effect_stage *stage)
{
	const char *wrong = wait_for_holder(stage);
	struct stat status;

	if (wrong)
		return wrong;
	begin_call(part(stage, BYSTANDER), &trunc_mid);
	fact_of_call("second_truncate", part(stage, BYSTANDER));
	wrong = must_do(part(stage, HOLDER), &detach_driver);
	if (wrong)
		return wrong;
	if (!call_ends(part(stage, WAITER), STEP_LIMIT_MS) || !call_ends(part(stage, BYSTANDER), STEP_LIMIT_MS))
		return "a truncate does not end";
	if (stat(stage->path, &status))
		return "stat";
	/* 8 pages: the second came second; 0: it came first. */
	report("fact size_pages_in_the_end %lld", (long long)status.st_size / PAGE);
	return NULL;
}

static const char *first_waiter_gives_up(struct effect_stage *stage)
{
	const char *wrong = wait_for_holder(stage);

	if (wrong)
		return wrong;
	begin_call(part(stage, BYSTANDER), &trunc_mid);
	fact_of_call("second_truncate", part(stage, BYSTANDER));
	signal_ends_call(part(stage, WAITER));
	fact_of_call("first_truncate_after_signal", part(stage, WAITER));
	fact_of_call("second_truncate_then", part(stage, BYSTANDER));
	return NULL;
}

static const char *holder_exits(struct effect_stage *stage)
{
	const char *wrong = wait_for_holder(stage);

	if (wrong)
		return wrong;
	begin_call(part(stage, HOLDER), &leave);
	fact_of_call("truncate", part(stage, WAITER));
	fact("holder_is_gone", player_dies(part(stage, HOLDER), STEP_LIMIT_MS));
	return NULL;
}

static const char *holder_leaves_device_to_child(struct effect_stage *stage)
{
	const char *wrong = wait_for_holder(stage);

	if (wrong)
		return wrong;
	begin_call(part(stage, HOLDER), &leave_child_behind);
	fact_of_call("truncate", part(stage, WAITER));
	fact("holder_is_gone", player_dies(part(stage, HOLDER), STEP_LIMIT_MS));
	atomic_store(&stage->stop, true);
	call_ends(part(stage, WAITER), STEP_LIMIT_MS);
	fact_of_call("truncate_after_child_exit", part(stage, WAITER));
	return NULL;
}

static const char *holder_is_killed(struct effect_stage *stage)
{
	const char *wrong = wait_for_holder(stage);

	if (wrong)
		return wrong;
	fact("holder_dies", kill_ends_player(part(stage, HOLDER)));
	fact_of_call("truncate", part(stage, WAITER));
	return NULL;
}

/* The holder needs what the waiter has, and the waiter what the holder has. */
static const char *holder_writes(struct effect_stage *stage)
{
	const char *wrong = wait_for_holder(stage);

	if (wrong)
		return wrong;
	begin_call(part(stage, HOLDER), effect_call("pwrite"));
	fact_of_call("holders_write", part(stage, HOLDER));
	signal_ends_call(part(stage, HOLDER));
	fact_of_call("holders_write_after_signal", part(stage, HOLDER));
	fact("holder_dies_by_sigkill", kill_ends_player(part(stage, HOLDER)));
	fact_of_call("truncate", part(stage, WAITER));
	signal_ends_call(part(stage, WAITER));
	fact_of_call("truncate_after_signal", part(stage, WAITER));
	fact("holder_is_gone_then", player_dies(part(stage, HOLDER), STEP_LIMIT_MS));
	return NULL;
}

/* Holder and waiter are one. */
static const char *holder_truncates(struct effect_stage *stage)
{
	const char *wrong = start_holder(stage);

	if (wrong)
		return wrong;
	begin_call(part(stage, HOLDER), &trunc_0);
	fact_of_call("holders_truncate", part(stage, HOLDER));
	signal_ends_call(part(stage, HOLDER));
	fact_of_call("holders_truncate_after_signal", part(stage, HOLDER));
	begin_call(part(stage, HOLDER), &trunc_0);
	fact_of_call("holders_truncate_again", part(stage, HOLDER));
	fact("holder_dies_by_sigkill", kill_ends_player(part(stage, HOLDER)));
	return NULL;
}

/* One call while a truncate is inside a slow callback of a mirroring driver. */
static const char *behind_slow_callback(struct effect_stage *stage, const char *call)
{
	struct player *bystander = part(stage, BYSTANDER);
	char question[64];
	const char *wrong = start_holder(stage);

	if (!wrong)
		wrong = bring_in(stage, WAITER);
	if (!wrong)
		wrong = bring_in(stage, BYSTANDER);
	if (wrong)
		return wrong;
	if (!set_module_parameter("callback_delay_us", SLOW_CALLBACK_MS * 1000))
		return "the module does not take its parameters";
	begin_call(part(stage, WAITER), &trunc_0);
	sleep_ms(100);
	begin_call(bystander, effect_call(call));
	snprintf(question, sizeof(question), "%s_meanwhile", call);
	fact_of_call(question, bystander);
	if (!call_ends(part(stage, WAITER), STEP_LIMIT_MS))
		return "the truncate does not end";
	set_module_parameter("callback_delay_us", 0);
	fact_of_call("truncate", part(stage, WAITER));
	if (!call_ends(bystander, STEP_LIMIT_MS))
		return "the call does not end";
	wrong = must_do(part(stage, HOLDER), &count_callbacks);
	report("fact callbacks_for_removed_entries %ld", part(stage, HOLDER)->count);
	return wrong;
}

#define SLOW(call) \
	static const char *slow_callback_##call(struct effect_stage *stage) \
	{ \
		return behind_slow_callback(stage, #call); \
	}

SLOW(stat)
SLOW(pread)
SLOW(load_present)
SLOW(mmap)
SLOW(fsync)
SLOW(write_elsewhere)

/* The device asks for a page that another process takes away again and again. */
static const char *fault_against_puncher(struct effect_stage *stage, unsigned int delay_ms)
{
	const char *wrong = start_holder(stage);
	bool in_time;

	if (!wrong)
		wrong = bring_in(stage, WAITER);
	if (wrong)
		return wrong;
	if (!set_module_parameter("fault_delay_us", delay_ms * 1000))
		return "the module does not take its parameters";
	begin_call(part(stage, WAITER), &punch_on_and_on);
	sleep_ms(100);
	begin_call(part(stage, HOLDER), &device_write);
	in_time = call_ends(part(stage, HOLDER), STEP_LIMIT_MS);
	set_module_parameter("fault_delay_us", 0);
	if (!in_time)
		return "the device's fault does not end";
	fact_of_call("device_write", part(stage, HOLDER));
	atomic_store(&stage->stop, true);
	fact_of_call("punches", part(stage, WAITER));
	wrong = must_do(part(stage, HOLDER), &count_retries);
	report("recorded retries %ld", part(stage, HOLDER)->count);
	report("recorded punches %ld", part(stage, WAITER)->count);
	return wrong;
}

static const char *quick_fault_against_puncher(struct effect_stage *stage)
{
	return fault_against_puncher(stage, 0);
}

static const char *slow_fault_against_puncher(struct effect_stage *stage)
{
	return fault_against_puncher(stage, SLOW_FAULT_MS);
}

#define STORY(name, with) { .id = #name, .driver = with, .tell = name }

static const struct story stories[] = {
	STORY(second_pin, "gup"),
	STORY(two_waiters, "gup"),
	STORY(first_waiter_gives_up, "gup"),
	STORY(holder_exits, "gup"),
	STORY(holder_leaves_device_to_child, "gup"),
	STORY(holder_is_killed, "gup"),
	STORY(holder_writes, "gup"),
	STORY(holder_truncates, "gup"),
	STORY(slow_callback_stat, "hmm_mirror"),
	STORY(slow_callback_pread, "hmm_mirror"),
	STORY(slow_callback_load_present, "hmm_mirror"),
	STORY(slow_callback_mmap, "hmm_mirror"),
	STORY(slow_callback_fsync, "hmm_mirror"),
	STORY(slow_callback_write_elsewhere, "hmm_mirror"),
	STORY(quick_fault_against_puncher, "hmm_mirror"),
	STORY(slow_fault_against_puncher, "hmm_mirror"),
};

static bool run_story(const struct story *story, const struct memory_kind *memory, struct effect_stage *stage)
{
	const char *wrong, *left;

	report("story %s %s %s", memory->name, story->driver, story->id);
	set_effect_stage(stage, memory, driver_named(story->driver));
	wrong = story->tell(stage);
	left = clear_effect_stage(stage, false);
	if (wrong || left) {
		report("error %s", wrong ? wrong : left);
		return false;
	}
	report("end");
	return true;
}

bool run_effect_stories(const struct memory_kind *memory, struct effect_stage *stage)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		if (!run_story(&stories[i], memory, stage))
			return false;
	}
	return true;
}
