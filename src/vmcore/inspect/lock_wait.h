/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock that a sleeping task waits for. A waiter is a struct on the stack of whoever
 * waits, linked into the lock's list: the functions in a backtrace say which kind.
 */
#ifndef KDK_LOCK_WAIT_H
#define KDK_LOCK_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "vmcore/kernel/frame.h"
#include "vmcore/kernel/tasks.h"

enum kdk_lock_kind {
	KDK_LOCK_NONE,
	KDK_LOCK_MUTEX,
	KDK_LOCK_RWSEM,
};

struct kdk_lock {
	enum kdk_lock_kind kind;
	uint64_t address;
	uint64_t owner;		/* task_struct; 0: nobody, or not known */
	bool readers;		/* rwsem held by readers: owner is the last of them, if any is known */
};

/* The list of a lock's waiters, which a task's stack leads to. */
struct kdk_lock_waiters {
	uint64_t task_offset;	/* of the task pointer in a waiter */
	uint64_t type_offset;	/* rwsem: what it waits for; UINT64_MAX: not known */
	uint64_t first;		/* waiter that was found */
};

/* False: the task waits for neither a mutex nor a rwsem, as far as its stack tells. */
bool kdk_lock_wait_find(struct kdk_kernel *kernel, const struct kdk_task *task,
			const struct kdk_backtrace *trace, enum kdk_lock_kind *ret_kind,
			struct kdk_lock_waiters *ret);

/* The lock whose list of waiters starts at `head`. */
struct kdk_error *kdk_lock_read(struct kdk_kernel *kernel, enum kdk_lock_kind kind,
				uint64_t head, struct kdk_lock *ret);

/* "mutex", "rwsem"; NULL for none. */
const char *kdk_lock_kind_name(enum kdk_lock_kind kind);

#endif
