// SPDX-License-Identifier: MIT
/* What a thread does to the mapping, all of it, that the driver is attached to a part of. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "operations.h"
#include "stage.h"

static int result_of(int returned)
{
	return returned < 0 ? errno : 0;
}

int op_msync(struct op_context *c)
{
	return result_of(msync(c->map, c->map_bytes, MS_SYNC));
}

int op_munmap(struct op_context *c)
{
	return result_of(munmap(c->map, c->map_bytes));
}

int op_mremap(struct op_context *c)
{
	void *moved = mremap(c->map, c->map_bytes, c->map_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, MOVED_ADDRESS);

	return moved == MAP_FAILED ? errno : 0;
}

int op_mprotect_ro(struct op_context *c)
{
	return result_of(mprotect(c->map, c->map_bytes, PROT_READ));
}

int op_mprotect_none(struct op_context *c)
{
	return result_of(mprotect(c->map, c->map_bytes, PROT_NONE));
}

static int advise(struct op_context *c, int advice)
{
	return result_of(madvise(c->map, c->map_bytes, advice));
}

int op_madv_dontneed(struct op_context *c)
{
	return advise(c, MADV_DONTNEED);
}

int op_madv_remove(struct op_context *c)
{
	return advise(c, MADV_REMOVE);
}

int op_madv_free(struct op_context *c)
{
	return advise(c, MADV_FREE);
}

int op_madv_pageout(struct op_context *c)
{
	return advise(c, MADV_PAGEOUT);
}

/* "4" clears the soft-dirty bits, which write-protects; the other values leave page tables writable. */
int op_clear_refs(struct op_context *c)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);
	int error;

	(void)c;
	if (fd < 0)
		return errno;
	error = write(fd, "4", 1) == 1 ? 0 : errno;
	close(fd);
	return error;
}

static void write_device_pages(struct op_context *c)
{
	size_t start = DEVICE_FIRST * PAGE;

	memcpy(c->map + start, c->pages + start, DEVICE_PAGES * PAGE);
}

/* The child is there while the parent writes, and gone when this returns. */
static int fork_and_write(struct op_context *c, bool by_child)
{
	int alive[2], status;
	pid_t child;
	char byte;

	if (pipe(alive))
		return errno;
	child = fork();
	if (child < 0)
		return errno;
	if (child == 0) {
		close(alive[1]);
		if (by_child)
			write_device_pages(c);
		else
			(void)!read(alive[0], &byte, 1);
		_exit(0);
	}
	if (!by_child)
		write_device_pages(c);
	close(alive[1]);
	close(alive[0]);
	if (waitpid(child, &status, 0) != child)
		return errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EIO;
}

int op_fork_parent_write(struct op_context *c)
{
	return fork_and_write(c, false);
}

int op_fork_child_write(struct op_context *c)
{
	return fork_and_write(c, true);
}
