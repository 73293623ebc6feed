/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/tasks_list.h"

#include <stdlib.h>

#include "vmcore/inspect/mm_counters.h"
#include "vmcore/inspect/shape.h"

enum { RUNTIME, START, SIGNAL, CRED, TASK_MEMBERS };

static const char *const task_paths[TASK_MEMBERS] = {
	[RUNTIME] = "task_struct.se.sum_exec_runtime",
	[START] = "task_struct.start_boottime|task_struct.real_start_time",
	[SIGNAL] = "task_struct.signal",
	[CRED] = "task_struct.real_cred",
};

enum { THREADS, ENDED, SIGNAL_MEMBERS };

static const char *const signal_paths[SIGNAL_MEMBERS] = {
	[THREADS] = "signal_struct.nr_threads",
	[ENDED] = "signal_struct.sum_sched_runtime",
};

static const char *const cred_paths[] = { "cred.uid" };

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_shape task, signal, cred;
	struct kdk_mm_layout mm;
	struct kdk_percpu percpu;
	struct kdk_tasks_list *list;
};

static void fill_memory(struct reader *reader, struct kdk_tasks_list_entry *entry)
{
	uint64_t page = reader->kernel->page_size;
	struct kdk_mm_counters counters;
	struct kdk_error *err;

	if (!entry->task.mm || entry->kthread)
		return;
	err = kdk_mm_counters_read(reader->kernel, &reader->mm, &reader->percpu,
				   entry->task.mm, &counters);
	if (err) {
		kdk_remarks_add_error(&reader->list->remarks, err, "memory of task %d",
				      entry->task.pid);
		return;
	}
	entry->rss = (counters.file + counters.anon + counters.shmem) * page;
	entry->size = counters.total * page;
	entry->swap = counters.swap * page;
}

static void fill(struct reader *reader, struct kdk_tasks_list_entry *entry)
{
	uint64_t task[TASK_MEMBERS], signal[SIGNAL_MEMBERS], uid;
	struct kdk_error *err;

	entry->state = kdk_task_state(&entry->task);
	entry->kthread = entry->task.flags & KDK_TASK_KTHREAD;
	err = kdk_shape_read(reader->kernel, &reader->task, entry->task.address, task);
	kdk_remarks_add_error(&reader->list->remarks, err, "task %d", entry->task.pid);
	entry->cpu_ns = task[RUNTIME];
	entry->start_ns = task[START];
	err = kdk_shape_read(reader->kernel, &reader->cred, task[CRED], &uid);
	kdk_error_destroy(err);
	entry->uid = err ? 0 : uid;
	err = kdk_shape_read(reader->kernel, &reader->signal, task[SIGNAL], signal);
	kdk_error_destroy(err);
	if (!err) {
		entry->threads = signal[THREADS];
		if (entry->task.leader)
			entry->cpu_ns += signal[ENDED];
	}
	fill_memory(reader, entry);
}

static int by_pid(const void *key, const void *member)
{
	const struct kdk_tasks_list_entry *entry = member;
	int32_t pid = *(const int32_t *)key;

	/* Idle tasks stand first and share pid 0. */
	if (entry->task.idle)
		return 1;
	return (pid > entry->task.pid) - (pid < entry->task.pid);
}

/* A process's time is that of all its threads. */
static void add_threads(struct kdk_tasks_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct kdk_tasks_list_entry *entry = &list->entries[i], *leader;

		if (entry->task.idle)
			continue;
		if (entry->task.leader) {
			list->processes++;
			continue;
		}
		leader = bsearch(&entry->task.tgid, list->entries, list->count,
				 sizeof(*list->entries), by_pid);
		if (leader && leader->task.leader)
			leader->cpu_ns += entry->cpu_ns;
	}
}

static struct kdk_error *make_shapes(struct reader *reader)
{
	struct kdk_error *err;

	err = kdk_shape_make(reader->kernel, task_paths, TASK_MEMBERS, 0, &reader->task);
	if (!err)
		err = kdk_shape_make(reader->kernel, signal_paths, SIGNAL_MEMBERS, 0,
				     &reader->signal);
	if (!err)
		err = kdk_shape_make(reader->kernel, cred_paths, 1, 0, &reader->cred);
	if (!err)
		kdk_mm_layout_make(reader->kernel, &reader->mm);
	return err;
}

static struct kdk_error *read_all(struct reader *reader, const struct kdk_tasks *tasks)
{
	struct kdk_tasks_list *list = reader->list;

	list->entries = calloc(tasks->count, sizeof(*list->entries));
	if (!list->entries)
		return &kdk_enomem;
	if (tasks->note)
		kdk_remarks_add(&list->remarks, "%s", tasks->note);
	for (size_t i = 0; i < tasks->count; i++) {
		list->entries[i].task = tasks->tasks[i];
		fill(reader, &list->entries[i]);
		list->count++;
	}
	add_threads(list);
	return NULL;
}

struct kdk_error *kdk_tasks_list_read(struct kdk_kernel *kernel,
				      struct kdk_tasks_list *ret)
{
	struct kdk_tasks_list list = { 0 };
	struct reader reader = { .kernel = kernel, .list = &list };
	struct kdk_tasks tasks = { 0 };
	struct kdk_error *err = kdk_kernel_need_memory(kernel);

	if (!err)
		err = make_shapes(&reader);
	if (!err)
		err = kdk_tasks_read(kernel, &tasks);
	if (err)
		return err;
	/* Without it, what CPUs have not added up yet is missing from rss. */
	kdk_error_destroy(kdk_percpu_read(kernel, &reader.percpu));
	err = read_all(&reader, &tasks);
	kdk_percpu_deinit(&reader.percpu);
	kdk_tasks_deinit(&tasks);
	if (err)
		kdk_tasks_list_deinit(&list);
	else
		*ret = list;
	return err;
}

void kdk_tasks_list_deinit(struct kdk_tasks_list *list)
{
	free(list->entries);
	kdk_remarks_deinit(&list->remarks);
	*list = (struct kdk_tasks_list){ 0 };
}
