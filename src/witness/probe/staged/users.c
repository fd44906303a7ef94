// SPDX-License-Identifier: MIT
/* The cells of the real users: each user, memory and operation. users.md has the procedure. */
#define _GNU_SOURCE
#include "users.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../program/report.h"
#include "../program/trial.h"
#include "disk.h"
#include "scene.h"

static const struct user users[] = {
	{ .name = "vmsplice", .live = live_vmsplice },
	{ .name = "direct_read", .live = live_direct_read, .stalls_disk = true },
	{ .name = "direct_write", .live = live_direct_write, .stalls_disk = true },
	{ .name = "aio_read", .live = live_aio_read, .stalls_disk = true },
	{ .name = "uring_read", .live = live_uring_read, .stalls_disk = true },
	{ .name = "uring_fixed", .live = live_uring_fixed },
	{ .name = "process_vm_writev", .live = live_process_vm_writev },
	{ .name = "process_vm_readv", .live = live_process_vm_readv },
	{ .name = "proc_mem", .live = live_proc_mem },
	{ .name = "ptrace", .live = live_ptrace },
	{ .name = "af_xdp", .live = live_af_xdp },
	{ .name = "rdma_mr", .live = live_rdma_mr },
	{ .name = "kvm", .live = live_kvm },
};

static const char *const memories[] = { "ext4_dax", "xfs_dax" };
static const char *const operation_ids[] = { "trunc_0", "punch" };

/* A call that holds pages while it sleeps is in its sleep after this long. */
#define SETTLE_MS 300

void user_holds(struct use *use)
{
	sem_post(&use->ready);
}

void user_waits(struct use *use)
{
	while (sem_wait(&use->finish))
		;
}

void user_refused(struct use *use, int error)
{
	use->error = error;
	sem_post(&use->ready);
	sem_post(&use->finished);
	_exit(0);
}

void user_missing(struct use *use, const char *what)
{
	/* The text is one of this program's own, so the supervisor has it at the same address. */
	use->missing = what;
	user_refused(use, 0);
}

void user_result(struct use *use, const char *call, long returned, int error)
{
	if (returned < 0)
		snprintf(use->result, RESULT_MAX, "%s: %s", call, error_name(error));
	else
		snprintf(use->result, RESULT_MAX, "%s: %ld", call, returned);
}

void user_has(struct use *use, const char *bytes, long length)
{
	for (; use->pages_count < DEVICE_PAGES && length >= (use->pages_count + 1) * PAGE; use->pages_count++)
		describe_bytes(bytes + use->pages_count * PAGE, PAGE, use->pages[use->pages_count]);
}

static struct use *new_use(void)
{
	struct use *use = mmap(NULL, sizeof(*use), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	require(use != MAP_FAILED, "memory");
	sem_init(&use->ready, 1, 0);
	sem_init(&use->finish, 1, 0);
	sem_init(&use->finished, 1, 0);
	return use;
}

/* A process with a mapping of its own, of the file or, if @path is NULL, of anonymous memory. */
static void user_main(const struct user *user, struct use *use, const char *path)
{
	int fd = path ? open(path, O_RDWR) : -1;
	int flags = path ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	volatile char *map;

	forget_mappings();
	map = mmap(MAP_ADDRESS, FILE_PAGES * PAGE, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
	if (map == MAP_FAILED)
		user_missing(use, "the mapping");
	for (size_t i = 0; i < FILE_PAGES; i++)
		(void)map[i * PAGE];
	close(fd);
	user->live(use, (char *)MAP_ADDRESS + DEVICE_FIRST * PAGE);
	sem_post(&use->finished);
	_exit(0);
}

static pid_t start_user(const struct user *user, struct use *use, const char *path)
{
	pid_t process = fork();

	if (process == 0)
		user_main(user, use, path);
	require(process > 0, "fork");
	require(wait_for(&use->ready, STEP_LIMIT_MS), "the user");
	/* It may be just before its call. */
	sleep_ms(SETTLE_MS);
	return process;
}

static void finish_user(const struct user *user, struct use *use)
{
	if (user->stalls_disk)
		require(let_disk_go_on(), "letting the disk go on");
	sem_post(&use->finish);
	require(wait_for(&use->finished, STEP_LIMIT_MS), "the end of the user");
}

static bool reap_user(pid_t process)
{
	int64_t limit = now_ns() + STEP_LIMIT_MS * 1000000LL;

	kill(process, SIGKILL);
	while (waitpid(process, NULL, WNOHANG) == 0) {
		if (now_ns() > limit)
			return false;
		sleep_ms(2);
	}
	return true;
}

static void saw_pages(const char *word, const char (*pages)[DESCRIPTION_MAX], int count)
{
	char line[REPORT_LINE_MAX - 40] = "";
	int used = 0;

	for (int i = 0; i < count && used < (int)sizeof(line) - DESCRIPTION_MAX; i++)
		used += snprintf(line + used, sizeof(line) - (size_t)used, "%s%s", i > 0 ? " " : "", pages[i]);
	saw(word, "%s", count > 0 ? line : "-");
}

static void saw_cpu(const char *name, const char *map)
{
	static char pages[FILE_PAGES][DESCRIPTION_MAX];

	for (size_t i = 0; i < FILE_PAGES; i++)
		describe_memory(map + i * PAGE, pages[i]);
	saw_pages(name, pages, FILE_PAGES);
}

static void saw_whole_file(int fd)
{
	static char pages[FILE_PAGES][DESCRIPTION_MAX], buffer[PAGE];
	int count = 0;

	for (; count < FILE_PAGES; count++) {
		ssize_t got = pread(fd, buffer, PAGE, (off_t)count * PAGE);

		if (got <= 0)
			break;
		describe_bytes(buffer, (size_t)got, pages[count]);
	}
	saw_pages("file_reads", pages, count);
}

/* Is the refusal due to the memory? The same on memory that anybody may hold. */
static void saw_control(const struct user *user)
{
	struct use *use = new_use();
	pid_t process = start_user(user, use, NULL);

	saw("on_anonymous_memory", "%s", use->missing || use->error ? error_name(use->error) : "accepted");
	if (!use->missing && !use->error)
		finish_user(user, use);
	require(reap_user(process), "the end of a process");
}

/* An operation that nobody wakes for so long after its reason to wait has gone is not woken at all. */
#define NOT_WOKEN_MS 3000

/* The user has let go: the operation goes on, or sleeps on until another reference to the page comes and goes. */
static void saw_after_release(struct deed *deed, const char *map)
{
	struct device *passing;

	if (deed_done_within(deed, NOT_WOKEN_MS)) {
		saw_deed_end("after_release", deed);
		return;
	}
	saw_deed("after_release", deed);
	saw_cpu("cpu_reads_after_release", map);
	passing = attach_or_end(GUP_PROBE_GET, map + DEVICE_FIRST * PAGE, 1);
	saw("references_beside_that_of_a_new_one", "%u", references_of(passing) - 2);
	detach(passing);
	saw_deed_end("after_another_reference_came_and_went", deed);
}

static void meet(const struct user *user, struct use *use, const char *operation, const char *path, int fd,
		 const char *map)
{
	struct deed *deed = start_or_end(operation, path, NULL);

	saw_deed("outcome", deed);
	saw_cpu("cpu_reads", map);
	finish_user(user, use);
	if (deed->waiting.state)
		saw_after_release(deed, map);
	saw("user", "%s", use->result[0] ? use->result : "-");
	saw_pages("user_has", use->pages, use->pages_count);
	saw_whole_file(fd);
}

/* The cell that run_scene() is to run. */
static const struct user *cell_user;
static const char *cell_operation;

static void run_cell_of_user(void)
{
	const char *path = new_path();
	int fd = new_file(path, FILE_PAGES, WRITER_FILE);
	struct use *use = new_use();
	pid_t process;
	char *map;

	require(make_disk(), "the disk");
	require(!cell_user->stalls_disk || stop_disk(), "stopping the disk");
	map = map_file(fd, FILE_PAGES, true);
	process = start_user(cell_user, use, path);
	if (use->missing || use->error) {
		saw("attach", use->missing ? "missing %s" : "refused %s", use->missing ? use->missing : error_name(use->error));
		if (cell_user->stalls_disk)
			let_disk_go_on();
		else if (use->error)
			saw_control(cell_user);
	} else {
		saw("attach", "accepted");
		meet(cell_user, use, cell_operation, path, fd, map);
	}
	require(reap_user(process), "the end of a process");
	munmap(use, sizeof(*use));
}

static bool wanted(char **names, const char *name)
{
	if (!*names)
		return true;
	for (; *names; names++) {
		if (strcmp(*names, name) == 0)
			return true;
	}
	return false;
}

static bool run_memory(const struct user *user, const char *memory)
{
	char id[64];

	for (size_t i = 0; i < sizeof(operation_ids) / sizeof(operation_ids[0]); i++) {
		struct scene scene = { id, memory, run_cell_of_user };

		cell_user = user;
		cell_operation = operation_ids[i];
		snprintf(id, sizeof(id), "%s:%s", user->name, cell_operation);
		if (!run_scene(&scene))
			return false;
	}
	return true;
}

bool run_users(char **names)
{
	for (size_t u = 0; u < sizeof(users) / sizeof(users[0]); u++) {
		for (size_t m = 0; wanted(names, users[u].name) && m < sizeof(memories) / sizeof(memories[0]); m++) {
			if (!run_memory(&users[u], memories[m]))
				return false;
		}
	}
	return true;
}
