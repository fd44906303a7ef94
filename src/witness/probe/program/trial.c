// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "operations.h"

struct stage *new_stage(void)
{
	void *memory = mmap(NULL, sizeof(struct stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void on_signal(int signal)
{
	(void)signal;
}

static void set_stage(struct stage *stage, const struct cell *cell)
{
	static unsigned int files;

	memset(stage, 0, sizeof(*stage));
	stage->cell = cell;
	stage->device = -1;
	snprintf(stage->path, PATH_ROOM, "%s/file%u", cell->memory->mount, files);
	snprintf(stage->other, PATH_ROOM, "%s/other%u", cell->memory->mount, files);
	files++;
	sem_init(&stage->owner_ready, 1, 0);
	sem_init(&stage->actor_ready, 1, 0);
	sem_init(&stage->go, 1, 0);
	sem_init(&stage->request, 1, 0);
	sem_init(&stage->reply, 1, 0);
}

static bool ask(struct stage *stage, enum request request)
{
	stage->requested = request;
	sem_post(&stage->request);
	return wait_for(&stage->reply, STEP_LIMIT_MS);
}

/* The number goes into the stage here only: the child shares it, and would write its own 0 there. */
static pid_t start_process(struct stage *stage, void (*life)(struct stage *))
{
	pid_t process = fork();

	if (process == 0)
		life(stage);
	return process;
}

/* Steps 1 to 5: everything is in place and the operation waits for its start. */
static const char *start(struct stage *stage)
{
	const struct cell *cell = stage->cell;
	/* No SA_RESTART: an interrupted operation returns. */
	struct sigaction handler = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &handler, NULL);
	if (cell->driver->kind) {
		stage->device = open("/dev/gup_probe", O_RDWR);
		if (stage->device < 0)
			return "cannot open /dev/gup_probe";
	}
	stage->owner = start_process(stage, owner_main);
	if (stage->owner < 0)
		return "cannot start the owner";
	if (!wait_for(&stage->owner_ready, STEP_LIMIT_MS))
		return "the owner hangs in its setup";
	if (stage->failed_step)
		return stage->failed_step;
	if (stage->attach_error)
		return NULL;
	if (cell->operation->place == BY_OTHER_PROCESS) {
		stage->actor = start_process(stage, actor_main);
		if (stage->actor < 0)
			return "cannot start the other process";
	}
	if (!wait_for(&stage->actor_ready, STEP_LIMIT_MS))
		return "the operation hangs before its start";
	return stage->failed_step;
}

static pid_t process_of(const struct stage *stage)
{
	return stage->actor ? stage->actor : stage->owner;
}

static bool wait_until_done(struct stage *stage, int limit_ms)
{
	int64_t limit = now_ns() + limit_ms * 1000000LL;

	while (!atomic_load(&stage->done)) {
		if (now_ns() >= limit)
			return false;
		sleep_ms(2);
	}
	return true;
}

/*
 * Step 6. An emulated machine may be slow: who has not ended in time counts as blocked when it sleeps and,
 * looked at again, has slept through, or when it has been running for much longer.
 */
static bool is_blocked(struct stage *stage, struct task_state *waiting)
{
	int64_t limit = now_ns() + SPINNING_AFTER_MS * 1000000LL;
	struct task_state before;

	if (wait_until_done(stage, BLOCKED_AFTER_MS))
		return false;
	for (;;) {
		read_task_state(process_of(stage), stage->task, &before);
		if (wait_until_done(stage, 100))
			return false;
		read_task_state(process_of(stage), stage->task, waiting);
		if (strchr("SD", waiting->state) && waiting->switches == before.switches)
			return true;
		if (now_ns() > limit)
			return true;
	}
}

static void subtract_counts(struct gup_probe_counts *counts, const struct gup_probe_counts *before)
{
	for (int i = 0; i < GUP_PROBE_EVENTS; i++)
		counts->events[i] -= before->events[i];
	counts->entries_cleared -= before->entries_cleared;
	counts->faults -= before->faults;
	counts->retries -= before->retries;
}

/* Step 7, device: counts of the operation, and what is behind the table now. */
static void read_device(struct stage *stage, const struct gup_probe_counts *before, struct trial *trial)
{
	if (stage->device < 0)
		return;
	ioctl(stage->device, GUP_PROBE_COUNTS, &trial->counts);
	subtract_counts(&trial->counts, before);
	for (unsigned int i = 0; i < DEVICE_PAGES; i++) {
		trial->behind[i].page = i;
		ioctl(stage->device, GUP_PROBE_PAGE, &trial->behind[i]);
	}
}

/* Step 9 of the second and third trial. */
static void send_signal(struct stage *stage, enum trial_kind kind, struct trial *trial)
{
	pid_t process = process_of(stage);

	if (kind == TRIAL_INTERRUPT) {
		tgkill(process, stage->task, SIGUSR1);
		trial->signal_ended_it = wait_until_done(stage, SIGNAL_LIMIT_MS);
		trial->signal_error = trial->signal_ended_it ? stage->error : 0;
		return;
	}
	kill(process, SIGKILL);
	for (int waited = 0; waited < SIGNAL_LIMIT_MS && !trial->signal_ended_it; waited += 10) {
		sleep_ms(10);
		trial->signal_ended_it = task_is_dead(process, stage->task);
	}
}

static void release_driver(struct stage *stage)
{
	if (stage->device >= 0)
		ioctl(stage->device, GUP_PROBE_RELEASE);
}

static bool reap(pid_t process)
{
	int64_t limit = now_ns() + STEP_LIMIT_MS * 1000000LL;

	while (process > 0 && waitpid(process, NULL, WNOHANG) == 0) {
		if (now_ns() > limit)
			return false;
		sleep_ms(2);
	}
	return true;
}

/* Step 11: whatever happened, nothing of the trial is left. */
static const char *clear_stage(struct stage *stage)
{
	release_driver(stage);
	if (stage->actor > 0)
		kill(stage->actor, SIGKILL);
	if (stage->owner > 0)
		kill(stage->owner, SIGKILL);
	if (!reap(stage->actor) || !reap(stage->owner))
		return "a process does not die";
	if (stage->device >= 0)
		close(stage->device);
	unlink(stage->path);
	unlink(stage->other);
	return NULL;
}

/* Step 6, and what the device saw of it. */
static void let_go_and_watch(struct stage *stage, struct trial *trial)
{
	struct gup_probe_counts before = { 0 };

	if (stage->device >= 0)
		ioctl(stage->device, GUP_PROBE_COUNTS, &before);
	sem_post(&stage->go);
	if (is_blocked(stage, &trial->waiting)) {
		trial->outcome = OUTCOME_BLOCKED;
	} else {
		trial->outcome = stage->error ? OUTCOME_FAILED : OUTCOME_COMPLETED;
		trial->error = stage->error;
		trial->elapsed_ns = stage->ended_ns - stage->started_ns;
	}
	read_device(stage, &before, trial);
}

/* Steps 7, 8 and 10. */
static const char *read_and_release(struct stage *stage, struct readings *held, struct readings *after,
				    struct trial *trial)
{
	if (!ask(stage, REQUEST_READ))
		return "the owner hangs while it reads";
	*held = stage->readings;
	release_driver(stage);
	if (trial->outcome != OUTCOME_REFUSED && !wait_until_done(stage, STEP_LIMIT_MS))
		return "the operation does not end after the driver let go";
	trial->error_after_release = stage->error;
	if (!ask(stage, REQUEST_READ_FILE))
		return "the owner hangs while it reads the file";
	*after = stage->readings;
	return NULL;
}

/* Both meet; then, with nothing else going on, the device and the CPU have to see the same. */
static const char *race(struct stage *stage, struct readings *held, struct trial *trial)
{
	stage->requested = REQUEST_FAULT;
	sem_post(&stage->request);
	sleep_ms(RACE_LEAD_MS);
	let_go_and_watch(stage, trial);
	if (!wait_for(&stage->reply, STEP_LIMIT_MS))
		return "the device's fault does not end";
	if (!ask(stage, REQUEST_READ))
		return "the owner hangs while it reads";
	*held = stage->readings;
	ioctl(stage->device, GUP_PROBE_COUNTS, &trial->counts);
	return NULL;
}

static const char *conduct(struct stage *stage, enum trial_kind kind, struct readings *held,
			   struct readings *after, struct trial *trial)
{
	if (kind == TRIAL_RACE)
		return stage->attach_error ? "the driver was refused" : race(stage, held, trial);
	if (stage->attach_error) {
		trial->outcome = OUTCOME_REFUSED;
		trial->error = stage->attach_error;
	} else {
		let_go_and_watch(stage, trial);
	}
	if (kind == TRIAL_OBSERVE)
		return read_and_release(stage, held, after, trial);
	if (trial->outcome == OUTCOME_BLOCKED)
		send_signal(stage, kind, trial);
	return NULL;
}

const char *run_trial(const struct cell *cell, enum trial_kind kind, struct stage *stage, struct readings *held,
		      struct readings *after, struct trial *trial)
{
	const char *wrong, *left;

	memset(trial, 0, sizeof(*trial));
	set_stage(stage, cell);
	wrong = start(stage);
	if (!wrong)
		wrong = conduct(stage, kind, held, after, trial);
	left = clear_stage(stage);
	return wrong ? wrong : left;
}
