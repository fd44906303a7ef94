// SPDX-License-Identifier: MIT
/* The calls whose fate behind a wait is looked at, in the order of the published table. */
#include <string.h>

#include "effect_calls.h"

#define CALL(name) { .id = #name, .run = call_##name }

const struct effect_call effect_calls[] = {
	/* The same file. */
	CALL(stat),
	CALL(fstat),
	CALL(open),
	CALL(close),
	CALL(read),
	CALL(pread),
	CALL(write),
	CALL(pwrite),
	CALL(odirect_read),
	CALL(odirect_write),
	CALL(mmap),
	CALL(munmap),
	CALL(load_pinned),
	CALL(load_present),
	CALL(load_hole),
	CALL(store_present),
	CALL(store_hole),
	CALL(msync),
	CALL(pin_pinned),
	CALL(pin_present),
	CALL(device_fault_pinned),
	CALL(device_fault_present),
	CALL(fsync),
	CALL(fallocate),
	CALL(punch_after),
	CALL(truncate_mid),
	CALL(truncate_grow),
	CALL(fiemap),
	CALL(seek_hole),
	CALL(fchmod),
	CALL(utimens),
	CALL(getxattr),
	CALL(setxattr),
	CALL(flock),
	CALL(link),
	CALL(unlink),
	CALL(rename),
	CALL(reflink_from),
	/* The same directory. */
	CALL(create),
	CALL(lookup),
	CALL(unlink_neighbour),
	CALL(rename_neighbour),
	CALL(readdir),
	CALL(mkdir),
	/* The same filesystem. */
	CALL(read_elsewhere),
	CALL(write_elsewhere),
	CALL(fsync_elsewhere),
	CALL(sync),
	CALL(syncfs),
	CALL(statfs),
	{ .id = "freeze", .run = call_freeze, .freezes = true },
	CALL(umount),
	CALL(drop_caches),
};

const size_t effect_calls_count = sizeof(effect_calls) / sizeof(effect_calls[0]);

const struct effect_call *effect_call(const char *id)
{
	for (size_t i = 0; i < effect_calls_count; i++) {
		if (strcmp(effect_calls[i].id, id) == 0)
			return &effect_calls[i];
	}
	return NULL;
}
