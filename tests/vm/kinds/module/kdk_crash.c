// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crashes the kernel that it is loaded into, in the way that was written to
 * /proc/kdk_crash. Only for virtual machines that are there to be crashed.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/uaccess.h>

struct kdk_node {
	struct kdk_node *next;
	unsigned long payload[23];
};

static DEFINE_MUTEX(kdk_mutex_a);
static DEFINE_MUTEX(kdk_mutex_b);
static DECLARE_RWSEM(kdk_rwsem);
static DECLARE_COMPLETION(kdk_never);
static atomic_t kdk_ready = ATOMIC_INIT(0);
static struct hrtimer kdk_hrtimer;
static struct timer_list kdk_timer;
static struct irq_work kdk_work;
static struct kdk_node *volatile kdk_nothing;
static volatile unsigned long kdk_turns;

static noinline unsigned long kdk_recurse(unsigned long depth)
{
	volatile char room[64];

	room[depth % sizeof(room)] = depth;
	return kdk_recurse(depth + 1) + room[depth % sizeof(room)];
}

static noinline void kdk_spin(void)
{
	for (;;)
		kdk_turns++;
}

static noinline unsigned long kdk_follow(struct kdk_node *node)
{
	return node->payload[3];
}

static noinline void kdk_null_pointer(void)
{
	kdk_turns += kdk_follow(kdk_nothing);
}

static noinline void kdk_use_after_free(void)
{
	struct kdk_node *node = kzalloc(sizeof(*node), GFP_KERNEL);
	struct kdk_node *volatile gone = node;

	if (!node)
		return;
	node->next = node;
	kfree(node);
	kdk_turns += kdk_follow(gone->next);
}

static noinline void kdk_bug(void)
{
	BUG();
}

static noinline void kdk_gpf(void)
{
	kdk_turns += kdk_follow((struct kdk_node *)0x1234567800000000UL);
}

static noinline void kdk_warn(void)
{
	WARN(1, "kdk_crash: %d of %d is enough\n", 1, 2);
}

static noinline void kdk_soft_lockup(void)
{
	preempt_disable();
	kdk_spin();
}

static noinline void kdk_rcu_stall(void)
{
	rcu_read_lock();
	preempt_disable();
	kdk_spin();
}

static noinline void kdk_stack_overflow(void)
{
	kdk_turns += kdk_recurse(1);
}

static noinline enum hrtimer_restart kdk_hrtimer_fires(struct hrtimer *timer)
{
	kdk_null_pointer();
	return HRTIMER_NORESTART;
}

static noinline void kdk_hard_irq(void)
{
	hrtimer_init(&kdk_hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	kdk_hrtimer.function = kdk_hrtimer_fires;
	preempt_disable();
	hrtimer_start(&kdk_hrtimer, ms_to_ktime(50), HRTIMER_MODE_REL_PINNED_HARD);
	kdk_spin();
}

static noinline void kdk_timer_fires(struct timer_list *timer)
{
	kdk_null_pointer();
}

static noinline void kdk_soft_irq(void)
{
	timer_setup(&kdk_timer, kdk_timer_fires, TIMER_PINNED);
	preempt_disable();
	mod_timer(&kdk_timer, jiffies + HZ / 10);
	kdk_spin();
}

static noinline void kdk_irq_work_runs(struct irq_work *work)
{
	BUG();
}

static noinline void kdk_irq_work(void)
{
	init_irq_work(&kdk_work, kdk_irq_work_runs);
	irq_work_queue(&kdk_work);
	kdk_spin();
}

static noinline void kdk_out_of_memory(void)
{
	while (alloc_pages(GFP_KERNEL, 0))
		kdk_turns++;
}

/* Keeps the mutex that kdk_waits wants. */
static noinline int kdk_holds(void *unused)
{
	mutex_lock(&kdk_mutex_a);
	atomic_inc(&kdk_ready);
	wait_for_completion_interruptible(&kdk_never);
	mutex_unlock(&kdk_mutex_a);
	return 0;
}

static noinline int kdk_waits(void *unused)
{
	mutex_lock(&kdk_mutex_a);
	mutex_unlock(&kdk_mutex_a);
	return 0;
}

static noinline void kdk_wait_for(int count)
{
	while (atomic_read(&kdk_ready) < count)
		msleep(20);
}

static noinline void kdk_hung_task(void)
{
	kthread_run(kdk_holds, NULL, "kdk_holds");
	kdk_wait_for(1);
	kthread_run(kdk_waits, NULL, "kdk_waits");
}

/* Mutex a, then b, then the semaphore, then a again: nobody gets on. */
static noinline int kdk_first(void *unused)
{
	mutex_lock(&kdk_mutex_a);
	atomic_inc(&kdk_ready);
	kdk_wait_for(3);
	mutex_lock(&kdk_mutex_b);
	return 0;
}

static noinline int kdk_second(void *unused)
{
	mutex_lock(&kdk_mutex_b);
	atomic_inc(&kdk_ready);
	kdk_wait_for(3);
	down_read(&kdk_rwsem);
	return 0;
}

static noinline int kdk_third(void *unused)
{
	down_write(&kdk_rwsem);
	atomic_inc(&kdk_ready);
	kdk_wait_for(3);
	mutex_lock(&kdk_mutex_a);
	return 0;
}

static noinline void kdk_deadlock(void)
{
	kthread_run(kdk_first, NULL, "kdk_first");
	kthread_run(kdk_second, NULL, "kdk_second");
	kthread_run(kdk_third, NULL, "kdk_third");
	kdk_wait_for(3);
	msleep(500);
}

static const struct {
	const char *name;
	void (*crash)(void);
} kdk_kinds[] = {
	{ "null-pointer", kdk_null_pointer },
	{ "use-after-free", kdk_use_after_free },
	{ "bug", kdk_bug },
	{ "gpf", kdk_gpf },
	{ "warn", kdk_warn },
	{ "soft-lockup", kdk_soft_lockup },
	{ "rcu-stall", kdk_rcu_stall },
	{ "stack-overflow", kdk_stack_overflow },
	{ "hard-irq", kdk_hard_irq },
	{ "soft-irq", kdk_soft_irq },
	{ "irq-work", kdk_irq_work },
	{ "out-of-memory", kdk_out_of_memory },
	{ "hung-task", kdk_hung_task },
	{ "deadlock", kdk_deadlock },
	{ "spin", kdk_spin },
};

static ssize_t kdk_crash_write(struct file *file, const char __user *text, size_t size,
			       loff_t *at)
{
	char name[32] = "";
	unsigned int i;

	if (size >= sizeof(name) || copy_from_user(name, text, size))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(kdk_kinds); i++) {
		if (sysfs_streq(name, kdk_kinds[i].name)) {
			kdk_kinds[i].crash();
			return size;
		}
	}
	return -EINVAL;
}

static const struct proc_ops kdk_crash_ops = {
	.proc_write = kdk_crash_write,
};

static int __init kdk_crash_init(void)
{
	return proc_create("kdk_crash", 0200, NULL, &kdk_crash_ops) ? 0 : -ENOMEM;
}
module_init(kdk_crash_init);

MODULE_DESCRIPTION("Crashes a kernel on request");
MODULE_LICENSE("GPL");
