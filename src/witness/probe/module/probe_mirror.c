// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The drivers that mirror: a page table of their own, filled by device faults, emptied by an interval
 * notifier, no page held in between. The protocol is that of Documentation/mm/hmm.rst: read the sequence
 * number, look the page up, take the driver lock, look at the number again, and only then fill the table.
 */
#include <linux/hmm.h>
#include <linux/jiffies.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "probe.h"

#define PROBE_ENTRY_VALID	(1UL << 0)
#define PROBE_ENTRY_WRITE	(1UL << 1)
#define PROBE_ENTRY_SHIFT	2

/* A fault that keeps colliding gives up after this long, as hmm.rst advises. */
#define PROBE_FAULT_LIMIT	(5 * HZ)

static struct page *probe_entry_page(unsigned long entry)
{
	return pfn_to_page(entry >> PROBE_ENTRY_SHIFT);
}

static bool probe_entry_allows(unsigned long entry, bool write)
{
	unsigned long need = PROBE_ENTRY_VALID | (write ? PROBE_ENTRY_WRITE : 0);

	return (entry & need) == need;
}

static enum gup_probe_event probe_event(enum mmu_notifier_event event)
{
	switch (event) {
	case MMU_NOTIFY_UNMAP:
		return GUP_PROBE_UNMAP;
	case MMU_NOTIFY_CLEAR:
		return GUP_PROBE_CLEAR;
	case MMU_NOTIFY_PROTECTION_VMA:
		return GUP_PROBE_PROTECTION_VMA;
	case MMU_NOTIFY_PROTECTION_PAGE:
		return GUP_PROBE_PROTECTION_PAGE;
	case MMU_NOTIFY_SOFT_DIRTY:
		return GUP_PROBE_SOFT_DIRTY;
	case MMU_NOTIFY_RELEASE:
		return GUP_PROBE_MM_RELEASE;
	case MMU_NOTIFY_MIGRATE:
		return GUP_PROBE_MIGRATE;
	case MMU_NOTIFY_EXCLUSIVE:
		return GUP_PROBE_EXCLUSIVE;
	default:
		return GUP_PROBE_OTHER;
	}
}

static void probe_clear_entries(struct probe_device *dev, const struct mmu_notifier_range *range)
{
	unsigned long start = max(range->start, dev->addr);
	unsigned long end = min(range->end, dev->addr + dev->pages * PAGE_SIZE);
	unsigned long addr;

	for (addr = start; addr < end; addr += PAGE_SIZE) {
		unsigned long *entry = &dev->table[(addr - dev->addr) >> PAGE_SHIFT];

		if (!*entry)
			continue;
		dev->counts.entries_cleared++;
		if (!probe_bug(GUP_PROBE_BUG_KEEP_TABLE))
			*entry = 0;
	}
}

/*
 * The device copies pages under table_lock, so when this has the lock no access is in flight, and after it
 * has cleared an entry none can begin: that is all the draining this device needs.
 */
static bool probe_invalidate(struct mmu_interval_notifier *notifier, const struct mmu_notifier_range *range,
			     unsigned long cur_seq)
{
	struct probe_device *dev = container_of(notifier, struct probe_device, notifier);

	if (mmu_notifier_range_blockable(range))
		mutex_lock(&dev->table_lock);
	else if (!mutex_trylock(&dev->table_lock))
		return false;

	mmu_interval_set_seq(notifier, cur_seq);
	dev->counts.events[probe_event(range->event)]++;
	probe_clear_entries(dev, range);
	mutex_unlock(&dev->table_lock);

	/* Stands for a device that is slow to acknowledge; the caller waits for it with all its locks. */
	if (mmu_notifier_range_blockable(range))
		probe_callback_delay();
	return true;
}

static const struct mmu_interval_notifier_ops probe_notifier_ops = {
	.invalidate = probe_invalidate,
};

/* Looks one page up with hmm_range_fault(). Returns 0 and the entry, -EBUSY to try again, or an error. */
static int probe_lookup_hmm(struct probe_device *dev, unsigned long addr, bool write, unsigned long seq,
			    unsigned long *entry)
{
	unsigned long pfn = 0;
	struct hmm_range range = {
		.notifier = &dev->notifier,
		.notifier_seq = seq,
		.start = addr,
		.end = addr + PAGE_SIZE,
		.hmm_pfns = &pfn,
		.default_flags = HMM_PFN_REQ_FAULT | (write ? HMM_PFN_REQ_WRITE : 0),
	};
	int ret;

	mmap_read_lock(dev->mm);
	ret = hmm_range_fault(&range);
	mmap_read_unlock(dev->mm);
	if (ret)
		return ret;

	*entry = page_to_pfn(hmm_pfn_to_page(pfn)) << PROBE_ENTRY_SHIFT | PROBE_ENTRY_VALID;
	if (pfn & HMM_PFN_WRITE)
		*entry |= PROBE_ENTRY_WRITE;
	return 0;
}

/* The same with GUP, as drivers did before HMM: the reference goes at once, the notifier protects the entry. */
static int probe_lookup_gup(struct probe_device *dev, unsigned long addr, bool write, unsigned long *entry)
{
	struct page *page;
	int got;

	/* get_user_pages_fast() knows the caller's address space only. */
	if (current->mm != dev->mm)
		return -EPERM;

	got = get_user_pages_fast(addr, 1, write ? FOLL_WRITE : 0, &page);
	if (got != 1)
		return got < 0 ? got : -EFAULT;

	*entry = page_to_pfn(page) << PROBE_ENTRY_SHIFT | PROBE_ENTRY_VALID;
	/* A read does not tell whether the page may be written to: a write faults again. */
	if (write)
		*entry |= PROBE_ENTRY_WRITE;
	if (!probe_bug(GUP_PROBE_BUG_KEEP_REFERENCE))
		put_page(page);
	return 0;
}

/*
 * The same, but the page stays pinned after an invalidation has emptied its entry, until the page is faulted
 * again or the driver lets go: what i915 does with its user pointers.
 */
static int probe_lookup_userptr(struct probe_device *dev, unsigned long addr, bool write, unsigned long *entry)
{
	struct page *page, *old;
	int got;

	if (current->mm != dev->mm)
		return -EPERM;

	got = pin_user_pages_fast(addr, 1, write ? FOLL_WRITE : 0, &page);
	if (got != 1)
		return got < 0 ? got : -EFAULT;

	*entry = page_to_pfn(page) << PROBE_ENTRY_SHIFT | PROBE_ENTRY_VALID;
	if (write)
		*entry |= PROBE_ENTRY_WRITE;
	old = xchg(&dev->held[(addr - dev->addr) >> PAGE_SHIFT], page);
	if (old)
		unpin_user_page(old);
	return 0;
}

/* One attempt at a device fault. Returns -EBUSY if it collided with an invalidation. */
static int probe_try_fault(struct probe_device *dev, u32 page, bool write)
{
	unsigned long addr = dev->addr + page * PAGE_SIZE;
	unsigned long entry, seq;
	int ret;

	seq = mmu_interval_read_begin(&dev->notifier);
	if (dev->kind == GUP_PROBE_HMM_MIRROR)
		ret = probe_lookup_hmm(dev, addr, write, seq, &entry);
	else if (dev->kind == GUP_PROBE_USERPTR)
		ret = probe_lookup_userptr(dev, addr, write, &entry);
	else
		ret = probe_lookup_gup(dev, addr, write, &entry);
	if (ret)
		return ret;

	/* Widens the gap in which an invalidation makes what was looked up stale. */
	probe_fault_delay();

	mutex_lock(&dev->table_lock);
	if (mmu_interval_read_retry(&dev->notifier, seq) && !probe_bug(GUP_PROBE_BUG_SKIP_RETRY))
		ret = -EBUSY;
	else
		dev->table[page] = entry;
	mutex_unlock(&dev->table_lock);
	return ret;
}

static int probe_fault(struct probe_device *dev, u32 page, bool write)
{
	unsigned long limit = jiffies + PROBE_FAULT_LIMIT;
	int ret;

	/* The process may be gone while its device lives on. */
	if (!mmget_not_zero(dev->mm))
		return -EFAULT;

	mutex_lock(&dev->table_lock);
	dev->counts.faults++;
	mutex_unlock(&dev->table_lock);

	for (;;) {
		ret = probe_try_fault(dev, page, write);
		if (ret != -EBUSY || time_after(jiffies, limit) || fatal_signal_pending(current))
			break;
		mutex_lock(&dev->table_lock);
		dev->counts.retries++;
		mutex_unlock(&dev->table_lock);
	}
	mmput(dev->mm);
	return ret;
}

static int probe_mirror_access(struct probe_device *dev, u32 page, bool write, void *bounce)
{
	unsigned long limit = jiffies + PROBE_FAULT_LIMIT;
	int ret;

	do {
		bool allowed;

		mutex_lock(&dev->table_lock);
		allowed = probe_entry_allows(dev->table[page], write);
		if (allowed)
			probe_copy_page(probe_entry_page(dev->table[page]), write, bounce);
		mutex_unlock(&dev->table_lock);
		if (allowed)
			return 0;

		/* The entry that a fault brings may be gone again before it is used. */
		ret = probe_fault(dev, page, write);
	} while (!ret && time_before(jiffies, limit));

	return ret ? ret : -EBUSY;
}

static void probe_free_tables(struct probe_device *dev)
{
	kvfree(dev->table);
	kvfree(dev->held);
	dev->table = NULL;
	dev->held = NULL;
}

static int probe_mirror_attach(struct probe_device *dev)
{
	int ret = -ENOMEM;

	dev->table = kvcalloc(dev->pages, sizeof(*dev->table), GFP_KERNEL);
	if (dev->kind == GUP_PROBE_USERPTR)
		dev->held = kvcalloc(dev->pages, sizeof(*dev->held), GFP_KERNEL);
	if (dev->table && (dev->held || dev->kind != GUP_PROBE_USERPTR))
		ret = mmu_interval_notifier_insert(&dev->notifier, dev->mm, dev->addr, dev->pages * PAGE_SIZE,
						   &probe_notifier_ops);
	if (ret)
		probe_free_tables(dev);
	return ret;
}

static void probe_mirror_release(struct probe_device *dev)
{
	u32 i;

	/* Waits for callbacks that are running: after it nobody else looks at the table. */
	mmu_interval_notifier_remove(&dev->notifier);
	for (i = 0; dev->held && i < dev->pages; i++) {
		if (dev->held[i])
			unpin_user_page(dev->held[i]);
	}
	probe_free_tables(dev);
}

static struct page *probe_mirror_peek(struct probe_device *dev, u32 page)
{
	return dev->table[page] ? probe_entry_page(dev->table[page]) : NULL;
}

const struct probe_driver_ops probe_mirror_ops = {
	.attach = probe_mirror_attach,
	.release = probe_mirror_release,
	.access = probe_mirror_access,
	.peek = probe_mirror_peek,
};
