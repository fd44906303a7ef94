// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The drivers that pin: get the pages once, hold them until released, use them in between without asking
 * anybody. What RDMA without on-demand paging, O_DIRECT or V4L2 do.
 */
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "probe.h"

/* True for a device that asked for reading only. */
static bool probe_pin_reads(const struct probe_device *dev)
{
	return dev->kind == GUP_PROBE_GUP_READ || dev->kind == GUP_PROBE_GET_READ;
}

static void probe_put_pages(struct probe_device *dev, u32 count, bool dirty)
{
	u32 i;

	if (dev->kind != GUP_PROBE_GET && dev->kind != GUP_PROBE_GET_READ) {
		unpin_user_pages_dirty_lock(dev->held, count, dirty);
		return;
	}
	for (i = 0; i < count; i++) {
		if (dirty)
			set_page_dirty_lock(dev->held[i]);
		put_page(dev->held[i]);
	}
}

static int probe_get_pages(struct probe_device *dev)
{
	switch (dev->kind) {
	case GUP_PROBE_GUP:
		return pin_user_pages_fast(dev->addr, dev->pages, FOLL_WRITE, dev->held);
	case GUP_PROBE_GUP_LONGTERM:
		return pin_user_pages_fast(dev->addr, dev->pages, FOLL_WRITE | FOLL_LONGTERM, dev->held);
	case GUP_PROBE_GUP_READ:
		return pin_user_pages_fast(dev->addr, dev->pages, 0, dev->held);
	case GUP_PROBE_GET_READ:
		return get_user_pages_fast(dev->addr, dev->pages, 0, dev->held);
	case GUP_PROBE_GET:
		return get_user_pages_fast(dev->addr, dev->pages, FOLL_WRITE, dev->held);
	default:
		return -EINVAL;
	}
}

static int probe_pin_attach(struct probe_device *dev)
{
	int got;

	dev->held = kvcalloc(dev->pages, sizeof(*dev->held), GFP_KERNEL);
	if (!dev->held)
		return -ENOMEM;

	got = probe_get_pages(dev);
	if (got == dev->pages) {
		if (probe_bug(GUP_PROBE_BUG_FORGET_PIN))
			probe_put_pages(dev, got, false);
		return 0;
	}

	/* All or nothing: a driver cannot use half of a buffer. */
	if (got > 0)
		probe_put_pages(dev, got, false);
	kvfree(dev->held);
	dev->held = NULL;
	return got < 0 ? got : -EFAULT;
}

static void probe_pin_release(struct probe_device *dev)
{
	/* The device may have written to every page that it may write to: it does not keep track. */
	if (!probe_bug(GUP_PROBE_BUG_FORGET_PIN))
		probe_put_pages(dev, dev->pages, !probe_pin_reads(dev));
	kvfree(dev->held);
	dev->held = NULL;
}

static int probe_pin_access(struct probe_device *dev, u32 page, bool write, void *bounce)
{
	if (write && probe_pin_reads(dev))
		return -EPERM;
	probe_copy_page(dev->held[page], write, bounce);
	return 0;
}

static struct page *probe_pin_peek(struct probe_device *dev, u32 page)
{
	return dev->held[page];
}

const struct probe_driver_ops probe_pin_ops = {
	.attach = probe_pin_attach,
	.release = probe_pin_release,
	.access = probe_pin_access,
	.peek = probe_pin_peek,
};
