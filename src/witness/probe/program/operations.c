// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "operations.h"

#include <fcntl.h>

#define FILE_OP(name) { .id = #name, .place = BY_OTHER_PROCESS, .open_flags = O_RDWR, .run = op_##name }
#define NAME_OP(name) { .id = #name, .place = BY_OTHER_PROCESS, .open_flags = NO_FILE, .run = op_##name }
#define MM_OP(name) { .id = #name, .place = BY_THREAD, .open_flags = NO_FILE, .run = op_##name }
#define REFLINK_OP(name, order) \
	{ .id = #name, .place = BY_OTHER_PROCESS, .open_flags = O_RDWR, .source_order = order, .run = op_reflink }

const struct operation operations[] = {
	FILE_OP(trunc_0),
	FILE_OP(trunc_mid),
	FILE_OP(trunc_unaligned),
	FILE_OP(trunc_beyond),
	FILE_OP(trunc_grow),
	NAME_OP(open_trunc),
	FILE_OP(punch),
	FILE_OP(punch_subpage),
	FILE_OP(punch_elsewhere),
	FILE_OP(zero),
	FILE_OP(zero_elsewhere),
	FILE_OP(collapse),
	FILE_OP(collapse_after),
	FILE_OP(insert),
	FILE_OP(insert_after),
	REFLINK_OP(reflink_src_above, 1),
	REFLINK_OP(reflink_src_below, -1),
	FILE_OP(fsync),
	FILE_OP(pread),
	FILE_OP(pwrite),
	{ .id = "odirect_write", .place = BY_OTHER_PROCESS, .open_flags = O_RDWR | O_DIRECT, .run = op_pwrite },
	NAME_OP(rename),
	NAME_OP(unlink),
	NAME_OP(umount),
	NAME_OP(drop_caches),
	MM_OP(msync),
	MM_OP(munmap),
	MM_OP(mremap),
	MM_OP(mprotect_ro),
	MM_OP(mprotect_none),
	MM_OP(madv_dontneed),
	MM_OP(madv_remove),
	MM_OP(madv_free),
	MM_OP(madv_pageout),
	MM_OP(clear_refs),
	MM_OP(fork_parent_write),
	MM_OP(fork_child_write),
};

const size_t operations_count = sizeof(operations) / sizeof(operations[0]);
