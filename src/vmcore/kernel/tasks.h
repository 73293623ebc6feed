/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every task of the dumped kernel. */
#ifndef KDK_TASKS_H
#define KDK_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/kernel/kernel.h"

#define KDK_TASK_COMM 17	/* TASK_COMM_LEN and a NUL of our own */

/* Members of a task_struct; one that the types do not know, or memory lacks, is 0. */
struct kdk_task {
	uint64_t address;
	int32_t pid, tgid;
	int32_t ppid;		/* tgid of real_parent */
	char comm[KDK_TASK_COMM];	/* hostile */
	uint32_t state;		/* __state or state */
	uint32_t exit_state;
	uint32_t flags;		/* PF_* */
	uint32_t cpu;		/* that it runs or last ran on */
	bool on_cpu;
	bool leader;		/* of its thread group: what /proc lists */
	bool idle;		/* a CPU's idle task, which /proc does not list */
	uint64_t stack;		/* lowest address */
	uint64_t mm;		/* 0: a kernel thread, or gone */
};

#define KDK_TASK_KTHREAD 0x00200000	/* PF_KTHREAD */

struct kdk_tasks {
	struct kdk_task *tasks;	/* by pid, idle tasks first, by CPU */
	size_t count;
	char *note;		/* what is missing and why: a list that loops or leads nowhere; NULL */
};

/*
 * All of them, by init_task's list, each process's list of threads and the CPUs'
 * idle tasks. A damaged list is walked from its other end too, and said in the note; an
 * error means that not even init_task could be had.
 */
struct kdk_error *kdk_tasks_read(struct kdk_kernel *kernel, struct kdk_tasks *ret);
void kdk_tasks_deinit(struct kdk_tasks *tasks);

/* One task by the address of its task_struct. Fails only when no member could be read. */
struct kdk_error *kdk_task_read(struct kdk_kernel *kernel, uint64_t address,
				struct kdk_task *ret);

/* NULL when there is none. A pid of 0 finds the first idle task. */
const struct kdk_task *kdk_tasks_by_pid(const struct kdk_tasks *tasks, int32_t pid);
const struct kdk_task *kdk_tasks_by_address(const struct kdk_tasks *tasks, uint64_t address);

/* 'R', 'S', 'D', 'T', 't', 'X', 'Z', 'P' or 'I' as /proc/PID/stat has it. */
char kdk_task_state(const struct kdk_task *task);

/*
 * init_task's address: its symbol, or, in kernels that name functions only, the place in
 * the kernel's data that looks like it.
 */
struct kdk_error *kdk_tasks_find_init(struct kdk_kernel *kernel, uint64_t *ret);

#endif
