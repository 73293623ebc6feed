/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/blocked.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "vmcore/kernel/cpu_state.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/unwind.h"

struct by_address {
	uint64_t address;
	size_t task;	/* index in tasks */
};

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_tasks tasks;
	struct by_address *order;	/* sorted */
	size_t *entry;			/* of each task: index in ret->tasks, or KDK_BLOCKED_NONE */
	struct kdk_cpu_states cpus;
	struct kdk_unwinder *unwinder;	/* NULL: stacks cannot be walked */
	uint64_t stack_size;
	uint64_t sched_start, sched_end;	/* code that only sleeps for others */
	uint64_t now;			/* in the scheduler's ns; 0: not known */
	struct kdk_blocked *ret;
	size_t capacity;
};

static int compare_address(const void *left, const void *right)
{
	const struct by_address *a = left, *b = right;

	return (a->address > b->address) - (a->address < b->address);
}

/* Index in tasks; KDK_BLOCKED_NONE: no task is there. */
static size_t task_at(const struct reader *reader, uint64_t address)
{
	const struct by_address key = { .address = address };
	const struct by_address *found = bsearch(&key, reader->order, reader->tasks.count,
						 sizeof(key), compare_address);

	return found ? found->task : KDK_BLOCKED_NONE;
}

static struct kdk_error *index_tasks(struct reader *reader)
{
	size_t count = reader->tasks.count;

	reader->order = calloc(count ? count : 1, sizeof(*reader->order));
	reader->entry = calloc(count ? count : 1, sizeof(*reader->entry));
	if (!reader->order || !reader->entry)
		return &kdk_enomem;
	for (size_t i = 0; i < count; i++) {
		reader->order[i] = (struct by_address){ reader->tasks.tasks[i].address, i };
		reader->entry[i] = KDK_BLOCKED_NONE;
	}
	qsort(reader->order, count, sizeof(*reader->order), compare_address);
	return NULL;
}

static struct kdk_error *add_task(struct reader *reader, size_t task)
{
	struct kdk_blocked *ret = reader->ret;

	if (ret->count == reader->capacity) {
		size_t capacity = reader->capacity ? 2 * reader->capacity : 16;
		struct kdk_blocked_task *more = reallocarray(ret->tasks, capacity, sizeof(*more));

		if (!more)
			return &kdk_enomem;
		ret->tasks = more;
		reader->capacity = capacity;
	}
	reader->entry[task] = ret->count;
	ret->tasks[ret->count++] = (struct kdk_blocked_task){
		.task = reader->tasks.tasks[task],
		.state = kdk_task_state(&reader->tasks.tasks[task]),
		.owner = KDK_BLOCKED_NONE,
	};
	return NULL;
}

/* "name+0x10 [module]"; NULL when there is no symbol. */
static char *place(const char *name, uint64_t offset, const char *module)
{
	struct kdk_buffer buffer = { 0 };
	struct kdk_error *err;
	char *text = NULL;

	kdk_buffer_puts(&buffer, name);
	if (offset)
		kdk_buffer_printf(&buffer, "+%#" PRIx64, offset);
	if (module)
		kdk_buffer_printf(&buffer, " [%s]", module);
	err = kdk_buffer_take(&buffer, &text);
	kdk_error_destroy(err);
	return text;
}

/* Whether a frame is the scheduler's or a lock's own: not why somebody sleeps. */
static bool is_waiting_itself(const struct reader *reader, const struct kdk_frame *frame)
{
	static const char *const names[] = {
		"mutex_lock", "__mutex_lock", "down", "__down", "rwsem_", "schedule", "io_schedule",
		"wait_for_completion",
	};

	if (frame->pc > reader->sched_start && frame->pc <= reader->sched_end)
		return true;
	for (size_t i = 0; frame->function && i < KDK_ARRAY_SIZE(names); i++)
		if (!strncmp(frame->function, names[i], strlen(names[i])))
			return true;
	return false;
}

static void take_place(const struct reader *reader, struct kdk_blocked_task *entry,
		       const struct kdk_backtrace *trace)
{
	for (size_t i = 0; i < trace->count; i++) {
		const struct kdk_frame *frame = &trace->frames[i];

		if (!frame->function || is_waiting_itself(reader, frame))
			continue;
		entry->where = place(frame->function, frame->offset, frame->module);
		return;
	}
}

static char *lock_name(struct kdk_kernel *kernel, uint64_t address)
{
	struct kdk_symbols *symbols;
	struct kdk_symbol symbol;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);

	kdk_error_destroy(err);
	if (err || !kdk_symbols_at(symbols, address, &symbol))
		return NULL;
	return place(symbol.name, address - symbol.address, symbol.module);
}

/* The task whose waiter a list node is; KDK_BLOCKED_NONE: none, so it is the list's head. */
static size_t waiter_task(struct reader *reader, const struct kdk_lock_waiters *waiters,
			  uint64_t node)
{
	struct kdk_error *err;
	uint64_t address, stack;
	size_t task;

	err = kdk_memory_read_word(reader->kernel->memory, KDK_VIRTUAL,
				   node + waiters->task_offset, &address);
	if (err) {
		kdk_error_destroy(err);
		return KDK_BLOCKED_NONE;
	}
	task = task_at(reader, address);
	if (task == KDK_BLOCKED_NONE)
		return task;
	stack = reader->tasks.tasks[task].stack;
	return stack && node - stack < reader->stack_size ? task : KDK_BLOCKED_NONE;
}

/* Along the list of waiters to its head. A list is no longer than there are tasks. */
static struct kdk_error *find_head(struct reader *reader, const struct kdk_lock_waiters *waiters,
				   uint64_t *ret)
{
	uint64_t node = waiters->first;

	for (size_t i = 0; i <= reader->tasks.count; i++) {
		struct kdk_error *err = kdk_memory_read_word(reader->kernel->memory, KDK_VIRTUAL,
							     node, &node);

		if (err)
			return err;
		if (waiter_task(reader, waiters, node) == KDK_BLOCKED_NONE) {
			*ret = node;
			return NULL;
		}
	}
	return kdk_error_new(KDK_ERROR_FORMAT, "the list of its waiters loops");
}

static bool waits_to_read(struct reader *reader, const struct kdk_lock_waiters *waiters,
			  uint64_t node)
{
	uint32_t type = 0;

	if (waiters->type_offset != UINT64_MAX)
		kdk_error_destroy(kdk_memory_read_u32(reader->kernel->memory, KDK_VIRTUAL,
						      node + waiters->type_offset, &type));
	return type == 1;
}

/* Everybody in the lock's list waits for it. */
static struct kdk_error *take_lock(struct reader *reader, const struct kdk_lock_waiters *waiters,
				   uint64_t head, const struct kdk_lock *lock)
{
	uint64_t node = head;

	for (size_t i = 0; i <= reader->tasks.count; i++) {
		struct kdk_blocked_task *entry;
		struct kdk_error *err;
		size_t task;

		err = kdk_memory_read_word(reader->kernel->memory, KDK_VIRTUAL, node, &node);
		if (err)
			return err;
		task = waiter_task(reader, waiters, node);
		if (task == KDK_BLOCKED_NONE)
			break;
		if (reader->entry[task] == KDK_BLOCKED_NONE)
			continue;
		entry = &reader->ret->tasks[reader->entry[task]];
		entry->lock = *lock;
		entry->reads = waits_to_read(reader, waiters, node);
		free(entry->lock_name);
		entry->lock_name = lock_name(reader->kernel, lock->address);
	}
	return NULL;
}

static struct kdk_error *find_lock(struct reader *reader, size_t index,
				   const struct kdk_backtrace *trace)
{
	const struct kdk_task *task = &reader->ret->tasks[index].task;
	struct kdk_lock_waiters waiters;
	enum kdk_lock_kind kind;
	struct kdk_lock lock;
	struct kdk_error *err;
	uint64_t head = 0;

	if (!kdk_lock_wait_find(reader->kernel, task, trace, &kind, &waiters))
		return NULL;
	err = find_head(reader, &waiters, &head);
	if (!err)
		err = kdk_lock_read(reader->kernel, kind, head, &lock);
	if (!err)
		err = take_lock(reader, &waiters, head, &lock);
	if (err == &kdk_enomem)
		return err;
	kdk_remarks_add_error(&reader->ret->remarks, err, "the %s that %d waits for",
			      kdk_lock_kind_name(kind), (int)task->pid);
	return NULL;
}

/* Where it sleeps, what it waits for, and who has that: who may be a task added here. */
static struct kdk_error *examine(struct reader *reader, size_t index)
{
	struct kdk_blocked_task *entry = &reader->ret->tasks[index];
	struct kdk_backtrace trace = { 0 };
	struct kdk_error *err;
	size_t owner;

	if (reader->unwinder && !kdk_cpu_states_task(&reader->cpus, entry->task.address)) {
		err = kdk_unwinder_task(reader->unwinder, &entry->task, &trace);
		if (err)
			return err;
		take_place(reader, entry, &trace);
		err = entry->lock.kind ? NULL : find_lock(reader, index, &trace);
		kdk_backtrace_deinit(&trace);
		if (err)
			return err;
	}
	if (!entry->lock.owner)
		return NULL;
	owner = task_at(reader, entry->lock.owner);
	if (owner == KDK_BLOCKED_NONE) {
		kdk_remarks_add(&reader->ret->remarks, "the owner of the %s at %#" PRIx64 " is no task",
				kdk_lock_kind_name(entry->lock.kind), entry->lock.address);
		return NULL;
	}
	if (reader->entry[owner] == KDK_BLOCKED_NONE) {
		err = add_task(reader, owner);
		if (err)
			return err;
	}
	reader->ret->tasks[index].owner = reader->entry[owner];
	return NULL;
}

/* What a task waits for to happen: who holds a lock alone. Readers may be many. */
static size_t waits_for(const struct kdk_blocked *blocked, size_t index)
{
	const struct kdk_blocked_task *entry = &blocked->tasks[index];

	return entry->lock.readers ? KDK_BLOCKED_NONE : entry->owner;
}

static void add_circle(struct kdk_blocked *ret, size_t *used, size_t first)
{
	size_t at = first;

	ret->circle_starts[ret->circle_count++] = *used;
	do {
		ret->tasks[at].deadlocked = true;
		ret->circle[(*used)++] = at;
		at = waits_for(ret, at);
	} while (at != first);
	ret->circle_starts[ret->circle_count] = *used;
}

/* Everybody waits for at most one other, so that each walk meets at most one circle. */
static struct kdk_error *find_circles(struct kdk_blocked *ret)
{
	_cleanup_free_ size_t *walk = calloc(ret->count + 1, sizeof(*walk));
	size_t used = 0;

	ret->circle = calloc(ret->count + 1, sizeof(*ret->circle));
	ret->circle_starts = calloc(ret->count + 1, sizeof(*ret->circle_starts));
	if (!walk || !ret->circle || !ret->circle_starts)
		return &kdk_enomem;
	for (size_t i = 0; i < ret->count; i++) {
		size_t at = i;

		while (at != KDK_BLOCKED_NONE && !walk[at]) {
			walk[at] = i + 1;
			at = waits_for(ret, at);
		}
		if (at != KDK_BLOCKED_NONE && walk[at] == i + 1)
			add_circle(ret, &used, at);
	}
	return NULL;
}

/* The latest that any run queue's clock or any task's start on a CPU says. */
static void find_now(struct reader *reader)
{
	for (size_t i = 0; i < reader->cpus.percpu.count; i++) {
		uint64_t queue, clock;
		struct kdk_error *err;

		if (!kdk_percpu_address(reader->kernel, &reader->cpus.percpu, "runqueues", i, &queue))
			continue;
		err = kdk_object_u64(reader->kernel, queue, "rq.clock", &clock);
		if (!err && clock > reader->now)
			reader->now = clock;
		kdk_error_destroy(err);
	}
}

static void take_times(struct reader *reader)
{
	struct kdk_blocked *ret = reader->ret;

	find_now(reader);
	for (size_t i = 0; i < ret->count && reader->now; i++) {
		struct kdk_blocked_task *entry = &ret->tasks[i];
		struct kdk_error *err;
		uint64_t last;

		err = kdk_object_u64(reader->kernel, entry->task.address,
				     "task_struct.sched_info.last_arrival", &last);
		if (!err && last && last <= reader->now) {
			entry->waited_known = true;
			entry->waited_ns = reader->now - last;
		}
		kdk_error_destroy(err);
	}
}

static struct kdk_error *prepare(struct reader *reader)
{
	struct kdk_kernel *kernel = reader->kernel;
	struct kdk_remarks *remarks = &reader->ret->remarks;
	struct kdk_error *err = kdk_tasks_read(kernel, &reader->tasks);

	if (!err)
		err = index_tasks(reader);
	if (err)
		return err;
	if (reader->tasks.note)
		kdk_remarks_add(remarks, "%s", reader->tasks.note);
	err = kdk_cpu_states_read(kernel, &reader->tasks, &reader->cpus);
	if (!err)
		err = kdk_unwinder_create(kernel, reader->cpus.percpu.count ?
					  &reader->cpus.percpu : NULL, &reader->unwinder);
	if (err == &kdk_enomem)
		return err;
	kdk_remarks_add_error(remarks, err, "where tasks sleep is not known");
	if (reader->unwinder)
		reader->stack_size = kdk_unwinder_stack_size(reader->unwinder);
	err = kdk_kernel_symbol(kernel, "__sched_text_start", &reader->sched_start);
	if (!err)
		err = kdk_kernel_symbol(kernel, "__sched_text_end", &reader->sched_end);
	kdk_error_destroy(err);
	return NULL;
}

static struct kdk_error *read_all(struct reader *reader)
{
	struct kdk_error *err = prepare(reader);

	for (size_t i = 0; !err && i < reader->tasks.count; i++)
		if (kdk_task_state(&reader->tasks.tasks[i]) == 'D')
			err = add_task(reader, i);
	reader->ret->blocked = reader->ret->count;
	for (size_t i = 0; !err && i < reader->ret->count; i++)
		err = examine(reader, i);
	if (!err)
		err = find_circles(reader->ret);
	if (!err)
		take_times(reader);
	return err;
}

struct kdk_error *kdk_blocked_read(struct kdk_kernel *kernel, struct kdk_blocked *ret)
{
	struct kdk_blocked blocked = { 0 };
	struct reader reader = { .kernel = kernel, .ret = &blocked };
	struct kdk_error *err = read_all(&reader);

	kdk_unwinder_destroy(reader.unwinder);
	kdk_cpu_states_deinit(&reader.cpus);
	kdk_tasks_deinit(&reader.tasks);
	free(reader.order);
	free(reader.entry);
	if (err)
		kdk_blocked_deinit(&blocked);
	else
		*ret = blocked;
	return err;
}

void kdk_blocked_deinit(struct kdk_blocked *blocked)
{
	for (size_t i = 0; i < blocked->count; i++) {
		free(blocked->tasks[i].where);
		free(blocked->tasks[i].lock_name);
	}
	free(blocked->tasks);
	free(blocked->circle);
	free(blocked->circle_starts);
	kdk_remarks_deinit(&blocked->remarks);
	*blocked = (struct kdk_blocked){ 0 };
}
