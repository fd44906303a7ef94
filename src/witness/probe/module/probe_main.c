// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A device that can be told to reach the memory of a process in any of the ways that drivers do: by pinning
 * pages or by mirroring page tables. It is a character device; its "DMA" is a copy by the CPU, so that what a
 * device would see and do can be compared, byte by byte, with what the process and the file see.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/delay.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "probe.h"

static unsigned int fault_delay_us;
module_param(fault_delay_us, uint, 0644);
MODULE_PARM_DESC(fault_delay_us, "Sleep between looking a page up and filling the device's table (default 0)");

static unsigned int callback_delay_us;
module_param(callback_delay_us, uint, 0644);
MODULE_PARM_DESC(callback_delay_us, "Sleep in each invalidation callback (default 0)");

static unsigned int bugs;
module_param(bugs, uint, 0644);
MODULE_PARM_DESC(bugs, "Planted mistakes: 1 forget the pin, 2 skip the retry, 4 keep the table, 8 keep the reference");

bool probe_bug(unsigned int bug)
{
	return READ_ONCE(bugs) & bug;
}

static void probe_delay(unsigned int us)
{
	if (us)
		fsleep(us);
}

void probe_fault_delay(void)
{
	probe_delay(READ_ONCE(fault_delay_us));
}

void probe_callback_delay(void)
{
	probe_delay(READ_ONCE(callback_delay_us));
}

void probe_copy_page(struct page *page, bool write, void *bounce)
{
	void *memory = kmap_local_page(page);

	if (write)
		memcpy(memory, bounce, PAGE_SIZE);
	else
		memcpy(bounce, memory, PAGE_SIZE);
	kunmap_local(memory);
}

static const struct probe_driver_ops *probe_ops_of(u32 driver)
{
	switch (driver) {
	case GUP_PROBE_GUP:
	case GUP_PROBE_GUP_LONGTERM:
	case GUP_PROBE_GET:
	case GUP_PROBE_GUP_READ:
	case GUP_PROBE_GET_READ:
		return &probe_pin_ops;
	case GUP_PROBE_HMM_MIRROR:
	case GUP_PROBE_NOTIFIER:
	case GUP_PROBE_USERPTR:
		return &probe_mirror_ops;
	default:
		return NULL;
	}
}

static int probe_attach(struct probe_device *dev, const struct gup_probe_attach *arg)
{
	const struct probe_driver_ops *ops = probe_ops_of(arg->driver);
	int ret;

	if (!ops || !arg->pages || arg->pages > GUP_PROBE_PAGES_MAX || !PAGE_ALIGNED(arg->addr))
		return -EINVAL;
	if (dev->ops)
		return -EBUSY;

	dev->kind = arg->driver;
	dev->addr = arg->addr;
	dev->pages = arg->pages;
	dev->mm = current->mm;
	memset(&dev->counts, 0, sizeof(dev->counts));
	mmgrab(dev->mm);
	ret = ops->attach(dev);
	if (ret) {
		mmdrop(dev->mm);
		return ret;
	}
	dev->ops = ops;
	return 0;
}

static void probe_release(struct probe_device *dev)
{
	if (!dev->ops)
		return;
	dev->ops->release(dev);
	dev->ops = NULL;
	mmdrop(dev->mm);
}

static int probe_access(struct probe_device *dev, const struct gup_probe_access *arg)
{
	void __user *buffer = u64_to_user_ptr(arg->buffer);
	void *bounce;
	int ret = -EFAULT;

	if (!dev->ops)
		return -ENXIO;
	if (arg->page >= dev->pages)
		return -EINVAL;

	bounce = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!bounce)
		return -ENOMEM;
	/* User memory is touched outside table_lock: a fault on it may run a callback that takes the lock. */
	if (arg->write && copy_from_user(bounce, buffer, PAGE_SIZE))
		goto out;
	ret = dev->ops->access(dev, arg->page, arg->write, bounce);
	if (!ret && !arg->write && copy_to_user(buffer, bounce, PAGE_SIZE))
		ret = -EFAULT;
out:
	kfree(bounce);
	return ret;
}

static int probe_page(struct probe_device *dev, struct gup_probe_page *arg)
{
	struct page *page;

	if (!dev->ops)
		return -ENXIO;
	if (arg->page >= dev->pages)
		return -EINVAL;

	mutex_lock(&dev->table_lock);
	page = dev->ops->peek(dev, arg->page);
	arg->present = page != NULL;
	arg->pfn = page ? page_to_pfn(page) : 0;
	arg->references = page ? page_ref_count(page) : 0;
	arg->dirty = page ? PageDirty(page) : 0;
	mutex_unlock(&dev->table_lock);
	return 0;
}

static long probe_ioctl_attached(struct probe_device *dev, unsigned int cmd, void __user *user)
{
	struct gup_probe_access access;
	struct gup_probe_counts counts;
	struct gup_probe_page page;
	int ret;

	switch (cmd) {
	case GUP_PROBE_ACCESS:
		if (copy_from_user(&access, user, sizeof(access)))
			return -EFAULT;
		return probe_access(dev, &access);
	case GUP_PROBE_COUNTS:
		mutex_lock(&dev->table_lock);
		counts = dev->counts;
		mutex_unlock(&dev->table_lock);
		return copy_to_user(user, &counts, sizeof(counts)) ? -EFAULT : 0;
	case GUP_PROBE_PAGE:
		if (copy_from_user(&page, user, sizeof(page)))
			return -EFAULT;
		ret = probe_page(dev, &page);
		if (!ret && copy_to_user(user, &page, sizeof(page)))
			ret = -EFAULT;
		return ret;
	default:
		return -ENOTTY;
	}
}

static long probe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct probe_device *dev = file->private_data;
	void __user *user = (void __user *)arg;
	struct gup_probe_attach attach;
	long ret = 0;

	switch (cmd) {
	case GUP_PROBE_ATTACH:
		if (copy_from_user(&attach, user, sizeof(attach)))
			return -EFAULT;
		down_write(&dev->setup);
		ret = probe_attach(dev, &attach);
		up_write(&dev->setup);
		return ret;
	case GUP_PROBE_RELEASE:
		/* Waits for an access that is under way, a device fault included. */
		down_write(&dev->setup);
		probe_release(dev);
		up_write(&dev->setup);
		return 0;
	default:
		down_read(&dev->setup);
		ret = probe_ioctl_attached(dev, cmd, user);
		up_read(&dev->setup);
		return ret;
	}
}

static int probe_open(struct inode *inode, struct file *file)
{
	struct probe_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return -ENOMEM;
	init_rwsem(&dev->setup);
	mutex_init(&dev->table_lock);
	file->private_data = dev;
	return 0;
}

static int probe_close(struct inode *inode, struct file *file)
{
	struct probe_device *dev = file->private_data;

	probe_release(dev);
	kfree(dev);
	return 0;
}

static const struct file_operations probe_fops = {
	.owner = THIS_MODULE,
	.open = probe_open,
	.release = probe_close,
	.unlocked_ioctl = probe_ioctl,
};

static struct miscdevice probe_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "gup_probe",
	.fops = &probe_fops,
	.mode = 0600,
};

module_misc_device(probe_misc);

MODULE_DESCRIPTION("Reaches the memory of a process as pinning and as mirroring drivers do");
/* pin_user_pages_fast() and hmm_range_fault() are exported to GPL modules only. */
MODULE_LICENSE("Dual MIT/GPL");
