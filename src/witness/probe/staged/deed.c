// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "deed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../program/trial.h"
#include "scene.h"

#define DEEDS_MAX 8

static struct deed deeds[DEEDS_MAX];
static char deed_pages[FILE_PAGES * PAGE] __attribute__((aligned(PAGE)));

static int open_for(const char *path, int flags)
{
	return path && flags != NO_FILE ? open(path, flags) : -1;
}

static void deed_main(struct deed_shared *shared, const struct deed_kind *kind, struct op_context *context,
		      int open_flags)
{
	forget_mappings();
	for (unsigned int i = 0; i < FILE_PAGES; i++)
		fill_page(deed_pages + i * PAGE, WRITER_OPERATION, i);
	context->pages = deed_pages;
	context->fd = open_for(context->path, open_flags);
	context->other_fd = open_for(context->other, O_RDWR);
	if (context->path && open_flags != NO_FILE && context->fd < 0)
		shared->setup_error = errno;
	else if (kind->prepare)
		shared->setup_error = kind->prepare(context);
	atomic_store(&shared->task, gettid());
	sem_post(&shared->ready);
	if (shared->setup_error)
		_exit(1);
	while (sem_wait(&shared->go))
		;
	shared->error = kind->run(context);
	atomic_store(&shared->done, true);
	_exit(0);
}

static struct deed *free_deed(void)
{
	for (int i = 0; i < DEEDS_MAX; i++) {
		if (!deeds[i].process)
			return &deeds[i];
	}
	errno = EAGAIN;
	return NULL;
}

static struct deed_shared *new_shared(void)
{
	struct deed_shared *shared;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return NULL;
	sem_init(&shared->ready, 1, 0);
	sem_init(&shared->go, 1, 0);
	return shared;
}

struct deed *deed_ready(const struct deed_kind *kind, const char *path, const char *other, int open_flags)
{
	struct op_context context = { .path = path, .other = other, .fd = -1, .other_fd = -1 };
	struct deed *deed = free_deed();

	if (!deed)
		return NULL;
	deed->shared = new_shared();
	if (!deed->shared)
		return NULL;
	deed->process = fork();
	if (deed->process == 0)
		deed_main(deed->shared, kind, &context, open_flags);
	if (deed->process < 0 || !wait_for(&deed->shared->ready, STEP_LIMIT_MS)) {
		errno = ETIMEDOUT;
		return NULL;
	}
	errno = deed->shared->setup_error;
	return errno ? NULL : deed;
}

void deed_go(struct deed *deed)
{
	sem_post(&deed->shared->go);
}

struct deed *deed_named(const char *operation, const char *path, const char *other)
{
	for (size_t i = 0; i < operations_count; i++) {
		struct deed_kind kind = { .run = operations[i].run };

		if (strcmp(operations[i].id, operation) == 0)
			return deed_ready(&kind, path, other, operations[i].open_flags);
	}
	errno = ENOSYS;
	return NULL;
}

bool deed_done_within(struct deed *deed, int limit_ms)
{
	int64_t limit = now_ns() + limit_ms * 1000000LL;

	while (!atomic_load(&deed->shared->done)) {
		if (now_ns() >= limit)
			return false;
		sleep_ms(2);
	}
	return true;
}

bool deed_blocked(struct deed *deed)
{
	int64_t limit = now_ns() + SPINNING_AFTER_MS * 1000000LL;
	struct task_state before;

	if (deed_done_within(deed, BLOCKED_AFTER_MS))
		return false;
	for (;;) {
		read_task_state(deed->process, deed->shared->task, &before);
		/* Slow, and not blocked: what it was seen in before says nothing. */
		deed->waiting.state = 0;
		if (deed_done_within(deed, 100))
			return false;
		read_task_state(deed->process, deed->shared->task, &deed->waiting);
		if (strchr("SD", deed->waiting.state) && deed->waiting.switches == before.switches)
			return true;
		if (now_ns() > limit)
			return true;
	}
}

bool deed_killed(struct deed *deed)
{
	kill(deed->process, SIGKILL);
	for (int waited = 0; waited < SIGNAL_LIMIT_MS; waited += 10) {
		sleep_ms(10);
		if (task_is_dead(deed->process, deed->shared->task))
			return true;
	}
	return false;
}

bool deed_end(struct deed *deed)
{
	int64_t limit = now_ns() + STEP_LIMIT_MS * 1000000LL;

	if (!deed->process)
		return true;
	kill(deed->process, SIGKILL);
	while (waitpid(deed->process, NULL, WNOHANG) == 0) {
		if (now_ns() > limit)
			return false;
		sleep_ms(2);
	}
	munmap(deed->shared, sizeof(*deed->shared));
	memset(deed, 0, sizeof(*deed));
	return true;
}

bool deeds_end(void)
{
	bool all = true;

	for (int i = 0; i < DEEDS_MAX; i++)
		all = deed_end(&deeds[i]) && all;
	return all;
}
