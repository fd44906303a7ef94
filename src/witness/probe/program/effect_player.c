// SPDX-License-Identifier: MIT
/* The processes that play the parts of a side effect: started, told what to do, watched, ended. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effect.h"
#include "trial.h"

struct effect_stage *new_effect_stage(void)
{
	void *memory = mmap(NULL, sizeof(struct effect_stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void on_signal(int signal)
{
	(void)signal;
}

void set_effect_stage(struct effect_stage *stage, const struct memory_kind *memory,
		      const struct driver_kind *driver)
{
	static unsigned int files;
	const char *mount = memory->mount;
	/* No SA_RESTART: an interrupted call returns. Players inherit it. */
	struct sigaction handler = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &handler, NULL);
	memset(stage, 0, sizeof(*stage));
	stage->memory = memory;
	stage->driver = driver;
	snprintf(stage->path, PATH_ROOM, "%s/file%u", mount, files);
	snprintf(stage->renamed, PATH_ROOM, "%s/renamed%u", mount, files);
	snprintf(stage->neighbour, PATH_ROOM, "%s/neighbour%u", mount, files);
	snprintf(stage->neighbour_renamed, PATH_ROOM, "%s/moved%u", mount, files);
	snprintf(stage->fresh, PATH_ROOM, "%s/fresh%u", mount, files);
	snprintf(stage->fresh_directory, PATH_ROOM, "%s/directory%u", mount, files);
	snprintf(stage->clone, PATH_ROOM, "%s/clone%u", mount, files);
	snprintf(stage->elsewhere, PATH_ROOM, "%s/elsewhere/file", mount);
	files++;
}

static void play(struct effect_stage *stage, struct player *self)
{
	struct effect_context context = {
		.stage = stage,
		.self = self,
		.fd = -1,
		.direct_fd = -1,
		.clone_fd = -1,
		.elsewhere_fd = -1,
		.mount_fd = -1,
		.device = -1,
	};

	for (;;) {
		/* A signal that a trial sends comes later, during the call. */
		while (sem_wait(&self->go))
			;
		atomic_store(&self->task, gettid());
		self->error = self->call->run(&context);
		atomic_store(&self->done, true);
	}
}

const char *start_player(struct effect_stage *stage, enum part part)
{
	struct player *player = &stage->players[part];
	pid_t process;

	sem_init(&player->go, 1, 0);
	process = fork();
	if (process == 0)
		play(stage, player);
	if (process < 0)
		return "cannot start a process";
	/* Here only: the child shares it, and would write its own 0 there. */
	player->process = process;
	atomic_store(&player->task, process);
	return NULL;
}

void begin_call(struct player *player, const struct effect_call *call)
{
	player->call = call;
	player->error = 0;
	atomic_store(&player->done, false);
	sem_post(&player->go);
}

bool call_ends(struct player *player, int limit_ms)
{
	int64_t limit = now_ns() + limit_ms * 1000000LL;

	while (!atomic_load(&player->done)) {
		if (now_ns() >= limit || player_is_dead(player))
			return atomic_load(&player->done);
		sleep_ms(2);
	}
	return true;
}

const char *must_do(struct player *player, const struct effect_call *call)
{
	begin_call(player, call);
	if (!call_ends(player, STEP_LIMIT_MS) || player->error)
		return call->id;
	return NULL;
}

bool stands_still(struct player *player, int patience_ms, struct task_state *waiting)
{
	int64_t limit = now_ns() + SPINNING_AFTER_MS * 1000000LL;
	struct task_state before;

	if (call_ends(player, patience_ms))
		return false;
	for (;;) {
		read_task_state(player->process, player->task, &before);
		if (call_ends(player, 100))
			return false;
		read_task_state(player->process, player->task, waiting);
		if (strchr("SD", waiting->state) && waiting->switches == before.switches)
			return true;
		if (now_ns() > limit)
			return true;
	}
}

bool player_is_dead(struct player *player)
{
	return task_is_dead(player->process, player->task);
}

bool signal_ends_call(struct player *player)
{
	tgkill(player->process, player->task, SIGUSR1);
	return call_ends(player, SIGNAL_LIMIT_MS);
}

bool player_dies(struct player *player, int limit_ms)
{
	for (int waited = 0; waited < limit_ms; waited += 10) {
		sleep_ms(10);
		if (player_is_dead(player))
			return true;
	}
	return false;
}

bool kill_ends_player(struct player *player)
{
	kill(player->process, SIGKILL);
	return player_dies(player, SIGNAL_LIMIT_MS);
}

static bool is_reaped(struct player *player)
{
	if (player->process > 0 && waitpid(player->process, NULL, WNOHANG) == 0)
		return false;
	player->process = 0;
	return true;
}

bool end_player(struct player *player)
{
	int64_t limit = now_ns() + STEP_LIMIT_MS * 1000000LL;

	if (player->process > 0)
		kill(player->process, SIGKILL);
	while (!is_reaped(player)) {
		if (now_ns() > limit)
			return false;
		sleep_ms(2);
	}
	return true;
}

static void thaw(const struct memory_kind *memory)
{
	int fd = open(memory->mount, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return;
	ioctl(fd, FITHAW, 0);
	close(fd);
}

static bool all_are_reaped(struct effect_stage *stage)
{
	bool all = true;

	for (int part = 0; part < PARTS; part++)
		all &= is_reaped(&stage->players[part]);
	return all;
}

const char *clear_effect_stage(struct effect_stage *stage, bool frozen)
{
	int64_t limit = now_ns() + STEP_LIMIT_MS * 1000000LL;

	atomic_store(&stage->stop, true);
	/* The holder first: with it goes its device, and what waits for that can end. */
	for (int part = 0; part < PARTS; part++) {
		if (stage->players[part].process > 0)
			kill(stage->players[part].process, SIGKILL);
	}
	while (!all_are_reaped(stage)) {
		/* A freeze that has only now come to its end keeps others from theirs. */
		if (frozen)
			thaw(stage->memory);
		if (now_ns() > limit)
			return "a process does not die";
		sleep_ms(2);
	}
	if (frozen)
		thaw(stage->memory);
	unlink(stage->path);
	unlink(stage->renamed);
	unlink(stage->neighbour);
	unlink(stage->neighbour_renamed);
	unlink(stage->fresh);
	rmdir(stage->fresh_directory);
	unlink(stage->clone);
	return NULL;
}
