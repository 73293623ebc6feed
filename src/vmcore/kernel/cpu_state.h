/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each CPU was doing: its registers, its task, and which of them crashed. */
#ifndef KDK_CPU_STATE_H
#define KDK_CPU_STATE_H

#include "vmcore/kernel/frame.h"
#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/percpu.h"
#include "vmcore/kernel/tasks.h"

enum kdk_registers_source {
	KDK_REGISTERS_NONE,		/* offline, or did not answer */
	KDK_REGISTERS_CRASH_NOTES,	/* what the crashing kernel stored for this CPU */
	KDK_REGISTERS_HYPERVISOR,	/* the container's note, numbered by CPU (QEMU) */
	KDK_REGISTERS_MATCHED,		/* the container's note whose stack is this CPU's */
};

struct kdk_cpu_state {
	unsigned int cpu;
	uint64_t task;			/* task_struct of the current one; 0 when not known */
	enum kdk_registers_source source;
	struct kdk_registers registers;	/* unless source is NONE */
	uint64_t pid;			/* pr_pid of the note */
};

struct kdk_cpu_states {
	struct kdk_cpu_state *cpus;	/* possible CPUs, by number; when they cannot be told, those with registers */
	size_t count;
	struct kdk_percpu percpu;	/* count 0: per-CPU variables cannot be found */
	int panic_cpu;			/* -1: nobody says */
	char *note;			/* why percpu is empty; NULL */
};

/*
 * Registers are matched by CPU, task and stack, never by the order of notes: kernels
 * leave out CPUs that are offline or do not answer. tasks may be NULL; where per-CPU variables cannot be found
 * they are what registers are matched by. An architecture whose stacks cannot be walked is
 * KDK_ERROR_UNSUPPORTED.
 */
struct kdk_error *kdk_cpu_states_read(struct kdk_kernel *kernel, const struct kdk_tasks *tasks,
				      struct kdk_cpu_states *ret);
void kdk_cpu_states_deinit(struct kdk_cpu_states *states);

/* NULL when there is no such CPU. */
const struct kdk_cpu_state *kdk_cpu_states_cpu(const struct kdk_cpu_states *states,
					       unsigned int cpu);
/* The CPU that a task is current on; NULL: none. */
const struct kdk_cpu_state *kdk_cpu_states_task(const struct kdk_cpu_states *states,
						uint64_t task);

/* "crash notes" … */
const char *kdk_registers_source_name(enum kdk_registers_source source);

#endif
