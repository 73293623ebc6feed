/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stacks of a crashed kernel: of the task that panicked, of CPUs, of any task, of all. */
#ifndef KDK_BACKTRACE_H
#define KDK_BACKTRACE_H

#include "vmcore/kernel/cpu_state.h"
#include "vmcore/kernel/frame.h"
#include "vmcore/kernel/tasks.h"

enum kdk_stacks_of {
	KDK_STACKS_PANIC,	/* the task that crashed */
	KDK_STACKS_CPUS,	/* what every CPU was running */
	KDK_STACKS_CPU,		/* … one CPU: `value` */
	KDK_STACKS_PID,		/* the task with that pid; 0: every CPU's idle task */
	KDK_STACKS_ADDRESS,	/* the task_struct there, or the task whose stack it lies in */
	KDK_STACKS_ALL,		/* every task, equal stacks folded */
};

struct kdk_stack_task {
	uint64_t address;
	int32_t pid, tgid;
	char comm[KDK_TASK_COMM];	/* hostile */
	unsigned int cpu;
	bool current;		/* it was running there */
	bool panicked;
	char state;		/* see kdk_task_state() */
};

struct kdk_stack {
	struct kdk_stack_task *tasks;	/* by pid; more than one only where equal stacks are folded */
	size_t count;
	enum kdk_registers_source source;	/* NONE: of a sleeping task */
	struct kdk_backtrace trace;
};

struct kdk_stacks {
	struct kdk_stack *stacks;	/* folded ones: most tasks first */
	size_t count;
	char **notes;		/* what is missing and why */
	size_t note_count;
	int panic_cpu;		/* -1: not known */
};

/*
 * Frames have lines and inlined calls where there is debuginfo. KDK_ERROR_ABSENT: no such
 * task or CPU, or nobody says which task crashed.
 */
struct kdk_error *kdk_stacks_read(struct kdk_kernel *kernel, enum kdk_stacks_of which,
				  uint64_t value, struct kdk_stacks *ret);
void kdk_stacks_deinit(struct kdk_stacks *stacks);

#endif
