/* SPDX-License-Identifier: MIT */
/*
 * What the probe module and the probe program say to each other.
 *
 * One open file of /dev/gup_probe is one device with one driver attached to one range of one process. The
 * attachment outlives the process: it ends with GUP_PROBE_RELEASE or with the last reference to the open
 * file, so that a holder can be killed while its device goes on holding.
 */
#ifndef GUP_PROBE_ABI_H
#define GUP_PROBE_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define GUP_PROBE_PAGES_MAX 512

enum gup_probe_driver {
	GUP_PROBE_GUP = 1,	/* FOLL_PIN, held */
	GUP_PROBE_GUP_LONGTERM,	/* FOLL_PIN | FOLL_LONGTERM, held */
	GUP_PROBE_GET,		/* FOLL_GET, held */
	GUP_PROBE_HMM_MIRROR,	/* hmm_range_fault under an interval notifier, nothing held */
	GUP_PROBE_NOTIFIER,	/* the same with GUP in the fault, the reference dropped at once */
	GUP_PROBE_GUP_READ,	/* FOLL_PIN for reading only, held */
	GUP_PROBE_GET_READ,	/* FOLL_GET for reading only, held */
	GUP_PROBE_USERPTR,	/* FOLL_PIN in the fault, held through invalidations until the next fault of the page */
};

/* enum mmu_notifier_event, numbered here so that a kernel may renumber its own. */
enum gup_probe_event {
	GUP_PROBE_UNMAP,
	GUP_PROBE_CLEAR,
	GUP_PROBE_PROTECTION_VMA,
	GUP_PROBE_PROTECTION_PAGE,
	GUP_PROBE_SOFT_DIRTY,
	GUP_PROBE_MM_RELEASE,
	GUP_PROBE_MIGRATE,
	GUP_PROBE_EXCLUSIVE,
	GUP_PROBE_OTHER,
	GUP_PROBE_EVENTS,
};

/* Bits of the module's parameter "bugs": mistakes that a real driver could make. */
enum gup_probe_bug {
	GUP_PROBE_BUG_FORGET_PIN = 1 << 0,	/* lets go right after pinning, and goes on using the pages */
	GUP_PROBE_BUG_SKIP_RETRY = 1 << 1,	/* fills the table without looking at the sequence number */
	GUP_PROBE_BUG_KEEP_TABLE = 1 << 2,	/* leaves the table as it is when it is told to clear it */
	GUP_PROBE_BUG_KEEP_REFERENCE = 1 << 3,	/* the notifier driver does not drop what its fault got */
};

struct gup_probe_attach {
	__u64 addr;	/* page-aligned, in the calling process */
	__u32 pages;	/* 1 to GUP_PROBE_PAGES_MAX */
	__u32 driver;	/* enum gup_probe_driver */
};

/* The device reads or writes one whole page of its range. */
struct gup_probe_access {
	__u64 buffer;	/* one page in the calling process */
	__u32 page;	/* counted from the start of the range */
	__u32 write;	/* 0: memory to buffer, 1: buffer to memory */
};

/* All counted since the driver was attached. */
struct gup_probe_counts {
	__u64 events[GUP_PROBE_EVENTS];	/* callbacks, by type */
	__u64 entries_cleared;		/* table entries that callbacks took away */
	__u64 faults;			/* device faults begun */
	__u64 retries;			/* faults begun again after a collision */
};

/* What is known of the page behind one entry, without touching it. */
struct gup_probe_page {
	__u32 page;		/* in: counted from the start of the range */
	__u32 present;		/* 0: the table has no entry, and what follows is 0 */
	__u64 pfn;
	__u32 references;	/* page_ref_count() */
	__u32 dirty;		/* PageDirty() */
};

#define GUP_PROBE_ATTACH	_IOW('g', 1, struct gup_probe_attach)
#define GUP_PROBE_ACCESS	_IOW('g', 2, struct gup_probe_access)
#define GUP_PROBE_COUNTS	_IOR('g', 3, struct gup_probe_counts)
#define GUP_PROBE_PAGE		_IOWR('g', 4, struct gup_probe_page)
#define GUP_PROBE_RELEASE	_IO('g', 5)

#endif
