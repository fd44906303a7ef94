/* SPDX-License-Identifier: MIT */
/* Where a file's pages are on the device, and how to get hold of blocks that were just freed. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

struct extent {
	uint64_t physical;	/* bytes from the start of the device; 0: no block */
	bool unwritten;
	bool shared;
};

/* The extent of page @page, as the filesystem has it in memory. */
struct extent extent_of(int fd, unsigned int page);
/* From @first on, the number of pages of one extent that are also contiguous on the device. */
uint64_t contiguous_pages(int fd, unsigned int first, unsigned int limit);

/* Unmounts the XFS of the scene and mounts it again, which ends all that it does in the background. */
void mount_anew(void);

/* Takes all free blocks of the filesystem but a few, so that the next ones to be freed are soon used again. */
void fill_filesystem(void);
/*
 * Commits what was freed and lets the empty file @fd have it for its pages, o0 each. Returns the page that got
 * the block at @physical, or -1. The file must be there before the filesystem is full.
 */
int take_block(int fd, uint64_t physical);

#endif
