/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/tasks.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/percpu.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/tasks_layout.h"

/* PID_MAX_LIMIT of 64-bit kernels, and as many for what a broken list may repeat */
#define TASKS_MAX (1u << 22)

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_task_layout layout;
	struct kdk_tasks *tasks;
	size_t capacity;
	uint64_t *seen;		/* hash set of task addresses; 0 is empty */
	size_t seen_size;	/* a power of two */
	uint64_t init;
};

static void note(struct kdk_tasks *tasks, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first trouble is the one that is told. */
static void note(struct kdk_tasks *tasks, const char *format, ...)
{
	va_list args;

	if (tasks->note)
		return;
	va_start(args, format);
	if (vasprintf(&tasks->note, format, args) < 0)
		tasks->note = NULL;
	va_end(args);
}

static bool seen_insert(uint64_t *set, size_t size, uint64_t address)
{
	size_t at = address * 0x9e3779b97f4a7c15u >> 20;

	for (;; at++) {
		uint64_t *slot = &set[at & (size - 1)];

		if (*slot == address)
			return false;
		if (!*slot) {
			*slot = address;
			return true;
		}
	}
}

static struct kdk_error *seen_grow(struct reader *reader)
{
	size_t size = reader->seen_size ? reader->seen_size * 2 : 1024;
	uint64_t *set;

	if (reader->tasks->count * 2 < reader->seen_size)
		return NULL;
	set = calloc(size, sizeof(*set));
	if (!set)
		return &kdk_enomem;
	for (size_t i = 0; i < reader->tasks->count; i++)
		seen_insert(set, size, reader->tasks->tasks[i].address);
	free(reader->seen);
	reader->seen = set;
	reader->seen_size = size;
	return NULL;
}

static bool seen_has(const struct reader *reader, uint64_t address)
{
	size_t at = address * 0x9e3779b97f4a7c15u >> 20;

	for (;; at++) {
		uint64_t slot = reader->seen[at & (reader->seen_size - 1)];

		if (slot == address)
			return true;
		if (!slot)
			return false;
	}
}

/* *ret_new: false when it is in the list already. NULL when a task cannot be read at all. */
static struct kdk_error *add(struct reader *reader, uint64_t address, bool *ret_new,
			     struct kdk_task **ret)
{
	struct kdk_tasks *tasks = reader->tasks;
	struct kdk_error *err = seen_grow(reader);

	*ret_new = false;
	*ret = NULL;
	if (err)
		return err;
	if (seen_has(reader, address) || tasks->count >= TASKS_MAX)
		return NULL;
	if (tasks->count == reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 64;
		struct kdk_task *grown = realloc(tasks->tasks, capacity * sizeof(*grown));

		if (!grown)
			return &kdk_enomem;
		tasks->tasks = grown;
		reader->capacity = capacity;
	}
	err = kdk_task_layout_read(reader->kernel, &reader->layout, address,
				   &tasks->tasks[tasks->count]);
	if (err) {
		note(tasks, "task %#jx: %s", (uintmax_t)address, err->message);
		kdk_error_destroy(err);
		return NULL;
	}
	seen_insert(reader->seen, reader->seen_size, address);
	*ret = &tasks->tasks[tasks->count++];
	*ret_new = true;
	return NULL;
}

static bool read_word(struct reader *reader, uint64_t address, uint64_t *ret)
{
	struct kdk_error *err = kdk_memory_read_word(reader->kernel->memory, KDK_VIRTUAL,
						     address, ret);

	kdk_error_destroy(err);
	return !err;
}

/* A ring of tasks linked through a list_head at `offset` of each. */
struct ring {
	uint64_t head;		/* address of the list_head that begins and ends it */
	uint64_t offset;
	uint64_t own;		/* a task of it that is known before; 0 */
	bool leaders;
	const char *name;
};

/*
 * Walks one way, direction 0 by next and 1 by prev, until the ring closes. False where a
 * link does not lead back to where it came from, or to a task that was here before.
 */
static struct kdk_error *walk_ring(struct reader *reader, const struct ring *ring,
				   unsigned int direction, bool *ret_closed)
{
	unsigned int word = reader->kernel->arch->word_bytes;
	uint64_t link = ring->head, next, back;
	struct kdk_error *err;
	struct kdk_task *task;
	bool new;

	*ret_closed = false;
	for (;;) {
		if (!read_word(reader, link + direction * word, &next))
			return NULL;
		if (next == ring->head) {
			*ret_closed = true;
			return NULL;
		}
		if (!read_word(reader, next + !direction * word, &back) || back != link)
			return NULL;
		err = add(reader, next - ring->offset, &new, &task);
		if (err)
			return err;
		/* Only the leader, brought by the list of processes, may be met again. */
		if (!new && next - ring->offset != ring->own)
			return NULL;
		if (task)
			task->leader = ring->leaders;
		link = next;
	}
}

static struct kdk_error *walk_both(struct reader *reader, const struct ring *ring)
{
	struct kdk_error *err;
	bool closed;

	err = walk_ring(reader, ring, 0, &closed);
	if (err || closed)
		return err;
	note(reader->tasks, "%s is damaged: it was read from both ends, tasks may be missing",
	     ring->name);
	return walk_ring(reader, ring, 1, &closed);
}

/* The threads of every process found so far. */
static struct kdk_error *walk_threads(struct reader *reader)
{
	const struct kdk_task_layout *layout = &reader->layout;
	size_t leaders = reader->tasks->count;
	struct kdk_error *err;

	for (size_t i = 0; i < leaders; i++) {
		uint64_t task = reader->tasks->tasks[i].address, signal;
		struct ring ring = { .own = task, .name = "a process's list of threads" };

		if (!reader->tasks->tasks[i].leader || !layout->threads_known)
			continue;
		ring.offset = layout->thread_link;
		if (!layout->by_signal) {
			ring.head = task + layout->thread_link;
		} else if (read_word(reader, task + layout->signal, &signal) && signal) {
			ring.head = signal + layout->thread_head;
		} else {
			continue;
		}
		err = walk_both(reader, &ring);
		if (err)
			return err;
	}
	return NULL;
}

/* The idle task of a CPU; 0 when the kernel does not say. */
static uint64_t idle_address(struct reader *reader, const struct kdk_percpu *percpu, size_t cpu)
{
	uint64_t variable, task;

	if (reader->layout.idle_known &&
	    kdk_percpu_address(reader->kernel, percpu, "runqueues", cpu, &variable) &&
	    read_word(reader, variable + reader->layout.idle, &task))
		return task;
	if (kdk_percpu_address(reader->kernel, percpu, "idle_threads", cpu, &variable) &&
	    read_word(reader, variable, &task) && task)
		return task;
	return cpu ? 0 : reader->init;
}

static struct kdk_error *walk_idle(struct reader *reader)
{
	struct kdk_percpu percpu = { 0 };
	struct kdk_error *err = kdk_percpu_read(reader->kernel, &percpu);
	struct kdk_task *task;
	bool new;

	if (err) {
		note(reader->tasks, "idle tasks: %s", err->message);
		kdk_error_destroy(err);
		err = add(reader, reader->init, &new, &task);
		if (task)
			task->idle = true;
		return err;
	}
	for (size_t cpu = 0; cpu < percpu.count && !err; cpu++) {
		uint64_t address = idle_address(reader, &percpu, cpu);

		if (!address || !percpu.cpus[cpu].possible)
			continue;
		err = add(reader, address, &new, &task);
		if (task) {
			task->idle = true;
			/* One that never ran has no CPU of its own yet. */
			task->cpu = cpu;
		}
	}
	kdk_percpu_deinit(&percpu);
	return err;
}

static int compare(const void *left, const void *right)
{
	const struct kdk_task *a = left, *b = right;

	if (a->idle != b->idle)
		return a->idle ? -1 : 1;
	if (a->idle && a->cpu != b->cpu)
		return a->cpu < b->cpu ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
}

static struct kdk_error *read_all(struct reader *reader)
{
	struct ring ring = {
		.offset = reader->layout.tasks,
		.head = reader->init + reader->layout.tasks,
		.leaders = true,
		.name = "the list of processes",
	};
	struct kdk_error *err;

	err = walk_idle(reader);
	if (!err)
		err = walk_both(reader, &ring);
	if (!err)
		err = walk_threads(reader);
	return err;
}

struct kdk_error *kdk_tasks_read(struct kdk_kernel *kernel, struct kdk_tasks *ret)
{
	struct kdk_tasks tasks = { 0 };
	struct reader reader = { .kernel = kernel, .tasks = &tasks };
	struct kdk_error *err;

	err = kdk_task_layout_make(kernel, &reader.layout);
	if (!err)
		err = kdk_tasks_find_init(kernel, &reader.init);
	if (!err)
		err = read_all(&reader);
	if (!err && !tasks.count)
		err = kdk_error_new(KDK_ERROR_ABSENT, "init_task at %#jx is not readable: %s",
				    (uintmax_t)reader.init, tasks.note ? tasks.note : "");
	free(reader.seen);
	if (err) {
		kdk_tasks_deinit(&tasks);
		return kdk_error_wrap(err, "reading tasks");
	}
	qsort(tasks.tasks, tasks.count, sizeof(*tasks.tasks), compare);
	*ret = tasks;
	return NULL;
}

void kdk_tasks_deinit(struct kdk_tasks *tasks)
{
	free(tasks->tasks);
	free(tasks->note);
	*tasks = (struct kdk_tasks){ 0 };
}

struct kdk_error *kdk_task_read(struct kdk_kernel *kernel, uint64_t address,
				struct kdk_task *ret)
{
	struct kdk_task_layout layout;
	struct kdk_error *err = kdk_task_layout_make(kernel, &layout);

	return err ? err : kdk_task_layout_read(kernel, &layout, address, ret);
}

const struct kdk_task *kdk_tasks_by_pid(const struct kdk_tasks *tasks, int32_t pid)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->tasks[i].pid == pid)
			return &tasks->tasks[i];
	return NULL;
}

const struct kdk_task *kdk_tasks_by_address(const struct kdk_tasks *tasks, uint64_t address)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->tasks[i].address == address)
			return &tasks->tasks[i];
	return NULL;
}

/* Values of include/linux/sched.h since 4.14; EXIT_* have been the same since 3.15. */
char kdk_task_state(const struct kdk_task *task)
{
	static const char letters[] = "RSDTtXZP";
	uint32_t state = task->state | task->exit_state;

	/* TASK_UNINTERRUPTIBLE | TASK_NOLOAD */
	if ((task->state & 0x402) == 0x402)
		return 'I';
	state &= 0x7f;
	return letters[state ? 32 - __builtin_clz(state) : 0];
}
