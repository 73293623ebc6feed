/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Backtraces: the architecture's unwinder with the dump's memory, symbols and types. */
#ifndef KDK_UNWIND_H
#define KDK_UNWIND_H

#include "vmcore/kernel/frame.h"
#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/percpu.h"
#include "vmcore/kernel/tasks.h"

struct kdk_unwinder;

/*
 * kernel and percpu (NULL: CPUs' own stacks are not known) are borrowed and must
 * outlive it. An architecture without an unwinder is KDK_ERROR_UNSUPPORTED.
 */
struct kdk_error *kdk_unwinder_create(struct kdk_kernel *kernel, const struct kdk_percpu *percpu,
				      struct kdk_unwinder **ret);

/* NULL is fine. */
void kdk_unwinder_destroy(struct kdk_unwinder *unwinder);

KDK_DEFINE_CLEANUP(struct kdk_unwinder *, kdk_unwinder_destroy)

/*
 * From registers; task, which may be NULL, is whose stack it is. A walk that goes astray
 * is no error: frames up to there, and a note.
 */
struct kdk_error *kdk_unwinder_registers(struct kdk_unwinder *unwinder,
					 const struct kdk_registers *registers,
					 const struct kdk_task *task, struct kdk_backtrace *ret);

/* Of a task that is not running. */
struct kdk_error *kdk_unwinder_task(struct kdk_unwinder *unwinder, const struct kdk_task *task,
				    struct kdk_backtrace *ret);

/* The task's stack, [begin, end): end is 0 when its size is not known. */
uint64_t kdk_unwinder_stack_size(const struct kdk_unwinder *unwinder);

#endif
