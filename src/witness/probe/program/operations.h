/* SPDX-License-Identifier: MIT */
/* The operations whose meeting with a driver is looked at. */
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include <stddef.h>

enum op_place {
	BY_OTHER_PROCESS,	/* which has the file open, and not mapped */
	BY_THREAD,		/* of the process that has it mapped */
};

/* What an operation works on. */
struct op_context {
	const char *path;
	const char *other;	/* new name of a rename; target of a reflink, an empty file */
	const char *mount;
	int fd;			/* the file, opened with the operation's flags */
	int other_fd;		/* the target of a reflink, else -1 */
	char *map;
	size_t map_bytes;
	char *pages;		/* aligned buffer of FILE_PAGES pages, each filled as WRITER_OPERATION */
};

struct operation {
	const char *id;
	enum op_place place;
	int open_flags;		/* for fd; NO_FILE: not opened beforehand */
	/* Where a reflink's source stands to its target by inode number: 1 above, -1 below, 0 no reflink. */
	int source_order;
	int (*run)(struct op_context *context);	/* 0 or an errno */
};

#define NO_FILE (-1)

extern const struct operation operations[];
extern const size_t operations_count;

int op_trunc_0(struct op_context *c);
int op_trunc_mid(struct op_context *c);
int op_trunc_unaligned(struct op_context *c);
int op_trunc_beyond(struct op_context *c);
int op_trunc_grow(struct op_context *c);
int op_open_trunc(struct op_context *c);
int op_punch(struct op_context *c);
int op_punch_subpage(struct op_context *c);
int op_punch_elsewhere(struct op_context *c);
int op_zero(struct op_context *c);
int op_zero_elsewhere(struct op_context *c);
int op_collapse(struct op_context *c);
int op_collapse_after(struct op_context *c);
int op_insert(struct op_context *c);
int op_insert_after(struct op_context *c);
int op_reflink(struct op_context *c);
int op_fsync(struct op_context *c);
int op_pread(struct op_context *c);
int op_pwrite(struct op_context *c);
int op_rename(struct op_context *c);
int op_unlink(struct op_context *c);
int op_umount(struct op_context *c);
int op_drop_caches(struct op_context *c);

int op_msync(struct op_context *c);
int op_munmap(struct op_context *c);
int op_mremap(struct op_context *c);
int op_mprotect_ro(struct op_context *c);
int op_mprotect_none(struct op_context *c);
int op_madv_dontneed(struct op_context *c);
int op_madv_remove(struct op_context *c);
int op_madv_free(struct op_context *c);
int op_madv_pageout(struct op_context *c);
int op_clear_refs(struct op_context *c);
int op_fork_parent_write(struct op_context *c);
int op_fork_child_write(struct op_context *c);

#endif
