/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ps shows of the tasks of a dumped kernel. */
#ifndef KDK_TASKS_LIST_H
#define KDK_TASKS_LIST_H

#include "vmcore/inspect/remarks.h"
#include "vmcore/kernel/tasks.h"

struct kdk_tasks_list_entry {
	struct kdk_task task;
	char state;		/* as /proc/PID/stat has it */
	bool kthread;
	uint32_t uid;
	uint32_t threads;	/* of its process */
	uint64_t rss;		/* bytes resident; 0 for kernel threads */
	uint64_t size;		/* bytes mapped */
	uint64_t swap;		/* bytes swapped out */
	uint64_t cpu_ns;	/* on a CPU; of a leader: all threads, ended ones too */
	uint64_t start_ns;	/* of boot time at which it started */
};

struct kdk_tasks_list {
	struct kdk_tasks_list_entry *entries;	/* by pid; idle tasks first, by CPU */
	size_t count;
	size_t processes;	/* leaders of thread groups, idle tasks not counted */
	struct kdk_remarks remarks;
};

struct kdk_error *kdk_tasks_list_read(struct kdk_kernel *kernel,
				      struct kdk_tasks_list *ret);
void kdk_tasks_list_deinit(struct kdk_tasks_list *list);

#endif
