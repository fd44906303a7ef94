// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "stage.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"

#define NS_PER_MS 1000000L

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void sleep_ms(int ms)
{
	struct timespec rest = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS };

	while (nanosleep(&rest, &rest) && errno == EINTR)
		;
}

bool wait_for(sem_t *semaphore, int limit_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += limit_ms / 1000;
	until.tv_nsec += limit_ms % 1000 * NS_PER_MS;
	if (until.tv_nsec >= 1000 * NS_PER_MS) {
		until.tv_sec++;
		until.tv_nsec -= 1000 * NS_PER_MS;
	}
	while (sem_timedwait(semaphore, &until)) {
		if (errno != EINTR)
			return false;
	}
	return true;
}

void perform(struct stage *stage, struct op_context *context)
{
	atomic_store(&stage->task, gettid());
	sem_post(&stage->actor_ready);
	/* A signal that the trial sends comes later, during the operation. */
	while (sem_wait(&stage->go))
		;
	stage->started_ns = now_ns();
	stage->error = stage->cell->operation->run(context);
	stage->ended_ns = now_ns();
	atomic_store(&stage->done, true);
}
