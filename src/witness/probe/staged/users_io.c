// SPDX-License-Identifier: MIT
/* Transfers between a disk and the mapping, on descriptors with O_DIRECT, and pages in a pipe. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "disk.h"
#include "users.h"

/* Where the transfers begin on the disk, which holds o4 to o11 there. */
#define DISK_OFFSET (DEVICE_FIRST * PAGE)

void live_vmsplice(struct use *use, char *memory)
{
	struct iovec range = { memory, USER_BYTES };
	static char buffer[USER_BYTES];
	int ends[2];
	ssize_t got;

	if (pipe(ends) || vmsplice(ends[1], &range, 1, 0) != (ssize_t)range.iov_len)
		user_refused(use, errno);
	user_holds(use);
	user_waits(use);
	got = read(ends[0], buffer, sizeof(buffer));
	user_result(use, "read of the pipe", got, errno);
	user_has(use, buffer, got);
}

static int open_disk(struct use *use, int flags)
{
	int fd = open(DISK_PATH, flags | O_DIRECT);

	if (fd < 0)
		user_missing(use, "device mapper");
	return fd;
}

void live_direct_read(struct use *use, char *memory)
{
	int fd = open_disk(use, O_RDONLY);
	ssize_t got;

	user_holds(use);
	got = pread(fd, memory, USER_BYTES, DISK_OFFSET);
	user_result(use, "read", got, errno);
}

void live_direct_write(struct use *use, char *memory)
{
	static char buffer[USER_BYTES] __attribute__((aligned(PAGE)));
	int fd = open_disk(use, O_RDWR);
	ssize_t done;

	user_holds(use);
	done = pwrite(fd, memory, USER_BYTES, DISK_OFFSET);
	user_result(use, "write", done, errno);
	/* What has reached the disk. */
	user_has(use, buffer, pread(fd, buffer, USER_BYTES, DISK_OFFSET));
}

void live_aio_read(struct use *use, char *memory)
{
	struct iocb request = {
		.aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_fildes = (uint32_t)open_disk(use, O_RDONLY),
		.aio_buf = (uintptr_t)memory,
		.aio_nbytes = USER_BYTES,
		.aio_offset = DISK_OFFSET,
	};
	struct iocb *requests[] = { &request };
	struct io_event event = { 0 };
	aio_context_t context = 0;

	if (syscall(SYS_io_setup, 1, &context))
		user_missing(use, "io_setup");
	if (syscall(SYS_io_submit, context, 1, requests) != 1)
		user_refused(use, errno);
	user_holds(use);
	if (syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		event.res = -errno;
	user_result(use, "io_getevents", event.res, (int)-event.res);
}

struct ring {
	int fd;
	char *queues, *entries;
	struct io_uring_params parameters;
};

static struct ring new_ring(struct use *use)
{
	struct ring ring = { 0 };

	ring.fd = (int)syscall(SYS_io_uring_setup, 1, &ring.parameters);
	if (ring.fd < 0)
		user_missing(use, "io_uring");
	ring.queues = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING);
	ring.entries = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQES);
	if (ring.queues == MAP_FAILED || ring.entries == MAP_FAILED)
		user_missing(use, "the rings of io_uring");
	return ring;
}

/* The queue has one entry: number 0 of both arrays, and the tail goes from 0 to 1. */
static long submit(struct ring *ring, const struct io_uring_sqe *request)
{
	atomic_uint *tail = (atomic_uint *)(ring->queues + ring->parameters.sq_off.tail);

	memcpy(ring->entries, request, sizeof(*request));
	*(unsigned int *)(ring->queues + ring->parameters.sq_off.array) = 0;
	atomic_store(tail, 1);
	return syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0);
}

static int completion(const struct ring *ring)
{
	const struct io_uring_cqe *entries = (void *)(ring->queues + ring->parameters.cq_off.cqes);

	if (syscall(SYS_io_uring_enter, ring->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -errno;
	return entries[0].res;
}

void live_uring_read(struct use *use, char *memory)
{
	struct io_uring_sqe request = {
		.opcode = IORING_OP_READ,
		.fd = open_disk(use, O_RDONLY),
		.addr = (uintptr_t)memory,
		.len = USER_BYTES,
		.off = DISK_OFFSET,
	};
	struct ring ring = new_ring(use);
	int result;

	if (submit(&ring, &request) != 1)
		user_refused(use, errno);
	user_holds(use);
	result = completion(&ring);
	user_result(use, "completion", result, -result);
}

void live_uring_fixed(struct use *use, char *memory)
{
	struct iovec range = { memory, USER_BYTES };
	struct ring ring = new_ring(use);

	if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &range, 1))
		user_refused(use, errno);
	user_holds(use);
	user_waits(use);
	user_result(use, "unregister", syscall(SYS_io_uring_register, ring.fd, IORING_UNREGISTER_BUFFERS, NULL, 0), errno);
}
