/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Inside the module: a device, and what a kind of driver has to offer. */
#ifndef GUP_PROBE_H
#define GUP_PROBE_H

#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>

#include "abi.h"

struct probe_device;

struct probe_driver_ops {
	int (*attach)(struct probe_device *dev);
	void (*release)(struct probe_device *dev);
	/* Copies one page between memory and @bounce; the device's own access, wherever it has to get it from. */
	int (*access)(struct probe_device *dev, u32 page, bool write, void *bounce);
	/* The page behind an entry, or NULL; called with table_lock held. */
	struct page *(*peek)(struct probe_device *dev, u32 page);
};

/*
 * Lock order: setup, then mmap_lock (registering, faulting), then table_lock (callbacks run under mmap_lock).
 * Callbacks take table_lock only, so removing a notifier under setup cannot deadlock with one.
 */
struct probe_device {
	struct rw_semaphore setup;	/* write: attach, release; read: everything that needs an attachment */
	const struct probe_driver_ops *ops;	/* NULL: nothing attached */
	enum gup_probe_driver kind;
	struct mm_struct *mm;		/* struct held (mmgrab), address space not */
	unsigned long addr;
	u32 pages;

	struct mutex table_lock;	/* the table and the counts */
	struct page **held;		/* kinds that pin: one reference each; GUP_PROBE_USERPTR: NULL where none */
	unsigned long *table;		/* mirroring kinds: PROBE_ENTRY_* and pfn, 0 is empty */
	struct mmu_interval_notifier notifier;
	struct gup_probe_counts counts;
};

extern const struct probe_driver_ops probe_pin_ops;
extern const struct probe_driver_ops probe_mirror_ops;

/* True if the planted @bug (enum gup_probe_bug) is switched on. */
bool probe_bug(unsigned int bug);
/* Sleep for the module parameters of the same names, in microseconds; 0 does not sleep. */
void probe_fault_delay(void);
void probe_callback_delay(void);

/* Copies one page between @page and @bounce. */
void probe_copy_page(struct page *page, bool write, void *bounce);

#endif
