/* SPDX-License-Identifier: MIT */
/* The calls of effect_calls.c, by the file that has them. Each returns 0 or an errno. */
#ifndef EFFECT_CALLS_H
#define EFFECT_CALLS_H

#include "effect.h"

int call_stat(struct effect_context *c);
int call_fstat(struct effect_context *c);
int call_open(struct effect_context *c);
int call_close(struct effect_context *c);
int call_read(struct effect_context *c);
int call_pread(struct effect_context *c);
int call_write(struct effect_context *c);
int call_pwrite(struct effect_context *c);
int call_odirect_read(struct effect_context *c);
int call_odirect_write(struct effect_context *c);
int call_mmap(struct effect_context *c);
int call_munmap(struct effect_context *c);
int call_load_pinned(struct effect_context *c);
int call_load_present(struct effect_context *c);
int call_load_hole(struct effect_context *c);
int call_store_present(struct effect_context *c);
int call_store_hole(struct effect_context *c);
int call_msync(struct effect_context *c);
int call_pin_pinned(struct effect_context *c);
int call_pin_present(struct effect_context *c);
int call_device_fault_pinned(struct effect_context *c);
int call_device_fault_present(struct effect_context *c);
int call_fsync(struct effect_context *c);
int call_fallocate(struct effect_context *c);
int call_punch_after(struct effect_context *c);
int call_truncate_mid(struct effect_context *c);
int call_truncate_grow(struct effect_context *c);
int call_fiemap(struct effect_context *c);
int call_seek_hole(struct effect_context *c);
int call_fchmod(struct effect_context *c);
int call_utimens(struct effect_context *c);
int call_getxattr(struct effect_context *c);
int call_setxattr(struct effect_context *c);
int call_flock(struct effect_context *c);
int call_link(struct effect_context *c);
int call_unlink(struct effect_context *c);
int call_rename(struct effect_context *c);
int call_reflink_from(struct effect_context *c);
int call_create(struct effect_context *c);
int call_lookup(struct effect_context *c);
int call_unlink_neighbour(struct effect_context *c);
int call_rename_neighbour(struct effect_context *c);
int call_readdir(struct effect_context *c);
int call_mkdir(struct effect_context *c);
int call_read_elsewhere(struct effect_context *c);
int call_write_elsewhere(struct effect_context *c);
int call_fsync_elsewhere(struct effect_context *c);
int call_sync(struct effect_context *c);
int call_syncfs(struct effect_context *c);
int call_statfs(struct effect_context *c);
int call_umount(struct effect_context *c);
int call_drop_caches(struct effect_context *c);
int call_freeze(struct effect_context *c);

#endif
