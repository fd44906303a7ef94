// SPDX-License-Identifier: MIT
/* The process that carries out operations on the file without having it mapped. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "operations.h"
#include "stage.h"

static char pages[FILE_PAGES * PAGE] __attribute__((aligned(PAGE)));

static int open_or_fail(struct stage *stage, const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd >= 0)
		return fd;
	stage->failed_step = "open by the other process";
	stage->failed_error = errno;
	sem_post(&stage->actor_ready);
	_exit(1);
}

void actor_main(struct stage *stage)
{
	const struct operation *operation = stage->cell->operation;
	struct op_context context = {
		.path = stage->path,
		.other = stage->other,
		.mount = stage->cell->memory->mount,
		.fd = -1,
		.other_fd = -1,
		.pages = pages,
	};

	for (unsigned int i = 0; i < FILE_PAGES; i++)
		fill_page(pages + i * PAGE, WRITER_OPERATION, i);
	if (operation->open_flags != NO_FILE)
		context.fd = open_or_fail(stage, stage->path, operation->open_flags);
	if (operation->source_order)
		context.other_fd = open_or_fail(stage, stage->other, O_RDWR);
	perform(stage, &context);
	_exit(0);
}
