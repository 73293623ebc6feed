/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a task_struct keeps what struct kdk_task holds: asked once, used for every task. */
#ifndef KDK_TASKS_LAYOUT_H
#define KDK_TASKS_LAYOUT_H

#include "vmcore/kernel/tasks.h"

enum kdk_task_member {
	KDK_TASK_M_PID,
	KDK_TASK_M_TGID,
	KDK_TASK_M_COMM,
	KDK_TASK_M_STATE,
	KDK_TASK_M_EXIT_STATE,
	KDK_TASK_M_FLAGS,
	KDK_TASK_M_CPU,
	KDK_TASK_M_ON_CPU,
	KDK_TASK_M_STACK,
	KDK_TASK_M_MM,
	KDK_TASK_M_PARENT,
	KDK_TASK_M_COUNT,
};

struct kdk_task_layout {
	struct {
		uint64_t offset;
		uint32_t size;	/* 0: the types do not know it */
	} member[KDK_TASK_M_COUNT];
	uint64_t begin, end;	/* bytes of a task_struct that hold all of them */
	uint64_t tasks;		/* offset of the list_head of processes */
	bool threads_known, by_signal;
	uint64_t thread_link;	/* list_head of the threads of a process */
	uint64_t signal, thread_head;	/* by_signal: task_struct.signal, signal_struct.thread_head */
	bool idle_known;
	uint64_t idle;		/* rq.idle */
};

/* An error when the types lack what no task can be told without: pid, comm, tasks. */
struct kdk_error *kdk_task_layout_make(struct kdk_kernel *kernel, struct kdk_task_layout *ret);

/* As kdk_task_read(). */
struct kdk_error *kdk_task_layout_read(struct kdk_kernel *kernel,
				       const struct kdk_task_layout *layout, uint64_t address,
				       struct kdk_task *ret);

#endif
