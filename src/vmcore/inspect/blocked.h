/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks that sleep uninterruptibly: since when, where, and for whom they wait. */
#ifndef KDK_BLOCKED_H
#define KDK_BLOCKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/inspect/lock_wait.h"
#include "vmcore/inspect/remarks.h"
#include "vmcore/kernel/tasks.h"

#define KDK_BLOCKED_NONE SIZE_MAX

struct kdk_blocked_task {
	struct kdk_task task;
	char state;		/* 'D', or an owner's that is not blocked itself */
	bool waited_known;
	uint64_t waited_ns;	/* since it last ran, until the crash */
	char *where;		/* owned; hostile: "function+0x10 [module]" that it sleeps in; NULL */
	struct kdk_lock lock;	/* kind NONE: waits for something else */
	bool reads;		/* rwsem: as a reader */
	char *lock_name;	/* owned; hostile: symbol that the lock lies in; NULL: none */
	size_t owner;		/* index of the task that holds the lock; KDK_BLOCKED_NONE */
	bool deadlocked;	/* waits in a circle */
};

struct kdk_blocked {
	struct kdk_blocked_task *tasks;	/* blocked ones by pid, then owners that are not blocked */
	size_t count;
	size_t blocked;		/* how many of them are */
	/*
	 * Circles of tasks: each waits for the next and the last one for the first. Start
	 * of circle i in `circle` is circle_starts[i], its end circle_starts[i + 1].
	 */
	size_t *circle, *circle_starts;
	size_t circle_count;
	struct kdk_remarks remarks;
};

/* Kernel threads that idle in TASK_IDLE are not blocked. */
struct kdk_error *kdk_blocked_read(struct kdk_kernel *kernel, struct kdk_blocked *ret);
void kdk_blocked_deinit(struct kdk_blocked *blocked);

#endif
