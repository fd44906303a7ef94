// SPDX-License-Identifier: MIT
/* System calls that copy to or from the memory of a process, and a guest of KVM that has it for its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "users.h"

/* Memory of which a touch hangs until somebody supplies it: as slow as a network or a swap device can be. */
struct slow_memory {
	struct use *use;
	int fd;
	char *memory;
};

static char supply[USER_BYTES] __attribute__((aligned(PAGE)));

static void make_slow(struct use *use, struct slow_memory *slow)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	slow->use = use;
	slow->fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	slow->memory = mmap(NULL, USER_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range.range.start = (uintptr_t)slow->memory;
	range.range.len = USER_BYTES;
	if (slow->fd < 0 || ioctl(slow->fd, UFFDIO_API, &api) || ioctl(slow->fd, UFFDIO_REGISTER, &range))
		user_missing(use, "userfaultfd");
}

static void *supply_later(void *argument)
{
	struct slow_memory *slow = argument;
	struct uffdio_copy copy = {
		.dst = (uintptr_t)slow->memory, .src = (uintptr_t)supply, .len = USER_BYTES,
	};

	user_waits(slow->use);
	ioctl(slow->fd, UFFDIO_COPY, &copy);
	return NULL;
}

/* Between this process's own memory and the pages: what a debugger or a checkpointer does to another's. */
static void copy_slowly(struct use *use, char *memory, bool write)
{
	struct slow_memory slow;
	struct iovec local, remote = { memory, USER_BYTES };
	pthread_t supplier;
	ssize_t done;

	for (unsigned int i = 0; i < DEVICE_PAGES; i++)
		fill_page(supply + i * PAGE, WRITER_DEVICE, DEVICE_FIRST + i);
	make_slow(use, &slow);
	local = (struct iovec){ slow.memory, USER_BYTES };
	pthread_create(&supplier, NULL, supply_later, &slow);
	user_holds(use);
	done = syscall(write ? SYS_process_vm_writev : SYS_process_vm_readv, getpid(), &local, 1, &remote, 1, 0);
	user_result(use, write ? "process_vm_writev" : "process_vm_readv", done, errno);
	if (!write)
		user_has(use, slow.memory, done);
}

void live_process_vm_writev(struct use *use, char *memory)
{
	copy_slowly(use, memory, true);
}

void live_process_vm_readv(struct use *use, char *memory)
{
	copy_slowly(use, memory, false);
}

void live_proc_mem(struct use *use, char *memory)
{
	int fd = open("/proc/self/mem", O_RDWR);
	ssize_t done;

	for (unsigned int i = 0; i < DEVICE_PAGES; i++)
		fill_page(supply + i * PAGE, WRITER_DEVICE, DEVICE_FIRST + i);
	if (fd < 0)
		user_missing(use, "/proc/self/mem");
	done = pwrite(fd, supply, USER_BYTES, (off_t)(uintptr_t)memory);
	if (done < 0)
		user_refused(use, errno);
	user_result(use, "write", done, errno);
	user_holds(use);
	user_waits(use);
}

/* A debugger's poke into each page of a process that is stopped, and stays so. */
void live_ptrace(struct use *use, char *memory)
{
	pid_t child = fork();
	unsigned int poked = 0;
	long word;

	if (child == 0)
		for (;;)
			pause();
	if (child < 0 || ptrace(PTRACE_ATTACH, child, NULL, NULL) || waitpid(child, NULL, 0) != child)
		user_missing(use, "ptrace");
	for (; poked < DEVICE_PAGES; poked++) {
		memset(&word, WRITER_DEVICE + DEVICE_FIRST + (int)poked, sizeof(word));
		if (ptrace(PTRACE_POKEDATA, child, memory + poked * PAGE, word))
			break;
	}
	user_result(use, "pokes", poked == DEVICE_PAGES ? DEVICE_PAGES : -1, errno);
	user_holds(use);
	user_waits(use);
	kill(child, SIGKILL);
}
