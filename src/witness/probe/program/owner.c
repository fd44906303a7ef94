// SPDX-License-Identifier: MIT
/*
 * The process that has the file mapped and the driver attached. It sets the cell up, lets one of its threads
 * carry out operations on the mapping, and reads when the supervisor asks it to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operations.h"
#include "stage.h"

static int file;
static char pages[FILE_PAGES * PAGE] __attribute__((aligned(PAGE)));

static void require(struct stage *stage, bool ok, const char *step)
{
	if (ok)
		return;
	stage->failed_step = step;
	stage->failed_error = errno;
	sem_post(&stage->owner_ready);
	_exit(1);
}

static void fill_pages(enum writer writer)
{
	for (unsigned int i = 0; i < FILE_PAGES; i++)
		fill_page(pages + i * PAGE, writer, i);
}

static ino_t inode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : status.st_ino;
}

/* Of two files made one after the other, either may have the higher number: names are swapped to suit. */
static void make_reflink_target(struct stage *stage, int order)
{
	int fd = open(stage->path, O_CREAT | O_EXCL | O_RDWR, 0600);

	require(stage, fd >= 0, "create");
	close(fd);
	fd = open(stage->other, O_CREAT | O_EXCL | O_RDWR, 0600);
	require(stage, fd >= 0, "create");
	close(fd);
	if ((inode_of(stage->path) > inode_of(stage->other)) != (order > 0))
		require(stage, renameat2(AT_FDCWD, stage->path, AT_FDCWD, stage->other, RENAME_EXCHANGE) == 0,
			"exchange");
}

static void make_file(struct stage *stage)
{
	int order = stage->cell->operation->source_order;

	if (order)
		make_reflink_target(stage, order);
	file = open(stage->path, O_CREAT | O_RDWR, 0600);
	require(stage, file >= 0, "open");
	fill_pages(WRITER_FILE);
	require(stage, pwrite(file, pages, sizeof(pages), 0) == sizeof(pages), "write");
	require(stage, fsync(file) == 0, "fsync");
}

static void map_file(struct stage *stage)
{
	volatile const char *map;

	map = mmap(MAP_ADDRESS, FILE_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, file, 0);
	require(stage, map == MAP_ADDRESS, "mmap");
	for (size_t i = 0; i < FILE_PAGES; i++)
		(void)map[i * PAGE];
}

static int device_access(struct stage *stage, unsigned int page, char *buffer, bool write)
{
	struct gup_probe_access access = { .buffer = (uintptr_t)buffer, .page = page, .write = write };

	return ioctl(stage->device, GUP_PROBE_ACCESS, &access) ? errno : 0;
}

static void attach_driver(struct stage *stage)
{
	struct gup_probe_attach attach = {
		.addr = (uintptr_t)(MAP_ADDRESS + DEVICE_FIRST * PAGE),
		.pages = DEVICE_PAGES,
		.driver = stage->cell->driver->kind,
	};

	if (stage->device < 0)
		return;
	if (ioctl(stage->device, GUP_PROBE_ATTACH, &attach)) {
		stage->attach_error = errno;
		return;
	}
	for (unsigned int i = 0; i < DEVICE_PAGES; i++) {
		char *page = pages + i * PAGE;

		fill_page(page, WRITER_DEVICE, DEVICE_FIRST + i);
		errno = device_access(stage, i, page, true);
		require(stage, errno == 0, "device write");
	}
}

static void *thread_main(void *argument)
{
	struct stage *stage = argument;
	struct op_context context = {
		.path = stage->path,
		.other = stage->other,
		.mount = stage->cell->memory->mount,
		.fd = file,
		.other_fd = -1,
		.map = MAP_ADDRESS,
		.map_bytes = FILE_PAGES * PAGE,
		.pages = pages,
	};

	perform(stage, &context);
	return NULL;
}

static void read_memory(struct stage *stage)
{
	static char buffer[PAGE] __attribute__((aligned(PAGE)));

	for (unsigned int i = 0; i < FILE_PAGES; i++)
		describe_memory(MAP_ADDRESS + i * PAGE, stage->readings.cpu[i]);
	if (stage->device < 0 || stage->attach_error)
		return;
	for (unsigned int i = 0; i < DEVICE_PAGES; i++) {
		int error = device_access(stage, i, buffer, false);

		if (error)
			snprintf(stage->readings.device[i], DESCRIPTION_MAX, "%s", error_name(error));
		else
			describe_bytes(buffer, PAGE, stage->readings.device[i]);
	}
}

static void read_size(struct stage *stage)
{
	struct stat status;

	if (fstat(file, &status))
		return;
	stage->readings.size_bytes = status.st_size;
	stage->readings.blocks = status.st_blocks;
}

static void read_file(struct stage *stage)
{
	static char buffer[PAGE];

	read_size(stage);
	stage->readings.file_pages = 0;
	for (int i = 0; i < READ_PAGES_MAX; i++) {
		ssize_t got = pread(file, buffer, PAGE, (off_t)i * PAGE);

		if (got == 0)
			break;
		if (got < 0)
			snprintf(stage->readings.file[i], DESCRIPTION_MAX, "%s", error_name(errno));
		else
			describe_bytes(buffer, (size_t)got, stage->readings.file[i]);
		stage->readings.file_pages = i + 1;
	}
}

/* What the device reads, or whether it can, shows later: what counts is the entry that this leaves. */
static void fault_anew(struct stage *stage)
{
	static char buffer[PAGE] __attribute__((aligned(PAGE)));

	madvise(MAP_ADDRESS, FILE_PAGES * PAGE, MADV_DONTNEED);
	device_access(stage, 0, buffer, false);
}

static void serve(struct stage *stage)
{
	for (;;) {
		while (sem_wait(&stage->request))
			;
		switch (stage->requested) {
		case REQUEST_READ:
			/* Size and blocks first: reading a hole through a mapping may allocate. */
			read_size(stage);
			read_memory(stage);
			break;
		case REQUEST_FAULT:
			fault_anew(stage);
			break;
		case REQUEST_READ_FILE:
			read_file(stage);
			break;
		case REQUEST_QUIT:
			_exit(0);
		}
		sem_post(&stage->reply);
	}
}

void owner_main(struct stage *stage)
{
	pthread_t thread;

	make_file(stage);
	map_file(stage);
	attach_driver(stage);
	/* What the operation will write; the device has what it was to write. */
	fill_pages(WRITER_OPERATION);
	if (stage->cell->operation->place == BY_THREAD && !stage->attach_error)
		require(stage, pthread_create(&thread, NULL, thread_main, stage) == 0, "thread");
	sem_post(&stage->owner_ready);
	serve(stage);
	_exit(0);
}
