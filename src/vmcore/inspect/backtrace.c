/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/backtrace.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/frame_lines.h"
#include "vmcore/kernel/unwind.h"

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_tasks tasks;
	struct kdk_cpu_states cpus;
	struct kdk_unwinder *unwinder;
	struct kdk_stacks *stacks;
	size_t capacity;
	bool fold;
	uint32_t *table;	/* folding: hash table of stack index + 1 */
	size_t table_size;	/* a power of two */
};

static struct kdk_error *note(struct kdk_stacks *stacks, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static struct kdk_error *note(struct kdk_stacks *stacks, const char *format, ...)
{
	char **grown = realloc(stacks->notes, (stacks->note_count + 1) * sizeof(*grown));
	va_list args;
	int length;

	if (!grown)
		return &kdk_enomem;
	stacks->notes = grown;
	va_start(args, format);
	length = vasprintf(&grown[stacks->note_count], format, args);
	va_end(args);
	if (length < 0)
		return &kdk_enomem;
	stacks->note_count++;
	return NULL;
}

/* Stacks are equal when a person reads the same in them: sp differs with every task. */
static bool frame_equal(const struct kdk_frame *a, const struct kdk_frame *b)
{
	return a->pc == b->pc && a->how == b->how && a->stack == b->stack &&
	       a->exception == b->exception && a->user == b->user &&
	       a->recovered == b->recovered;
}

static bool trace_equal(const struct kdk_backtrace *a, const struct kdk_backtrace *b)
{
	if (a->count != b->count || a->complete != b->complete || !a->note != !b->note ||
	    (a->note && strcmp(a->note, b->note)))
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!frame_equal(&a->frames[i], &b->frames[i]))
			return false;
	return true;
}

static uint64_t trace_hash(const struct kdk_backtrace *trace)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < trace->count; i++)
		hash = (hash ^ trace->frames[i].pc) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

static struct kdk_error *table_grow(struct reader *reader)
{
	size_t size = reader->table_size ? reader->table_size * 2 : 256;
	uint32_t *table;

	if (reader->stacks->count * 2 < reader->table_size)
		return NULL;
	table = calloc(size, sizeof(*table));
	if (!table)
		return &kdk_enomem;
	for (size_t i = 0; i < reader->stacks->count; i++) {
		uint64_t at = trace_hash(&reader->stacks->stacks[i].trace);

		while (table[at & (size - 1)])
			at++;
		table[at & (size - 1)] = i + 1;
	}
	free(reader->table);
	reader->table = table;
	reader->table_size = size;
	return NULL;
}

/* A stack with an equal trace; NULL: none, and *ret_slot is where the new one's index goes. */
static struct kdk_stack *find_equal(struct reader *reader, const struct kdk_backtrace *trace,
				    uint32_t **ret_slot)
{
	for (uint64_t at = trace_hash(trace);; at++) {
		uint32_t *slot = &reader->table[at & (reader->table_size - 1)];
		struct kdk_stack *stack = *slot ? &reader->stacks->stacks[*slot - 1] : NULL;

		*ret_slot = slot;
		if (!stack || trace_equal(&stack->trace, trace))
			return stack;
	}
}

static struct kdk_error *add_task(struct reader *reader, struct kdk_stack *stack,
				  const struct kdk_task *task, const struct kdk_cpu_state *cpu)
{
	struct kdk_stack_task *last;

	/* Room doubles at every power of two. */
	if (!(stack->count & (stack->count - 1))) {
		last = realloc(stack->tasks, (stack->count ? stack->count * 2 : 1) * sizeof(*last));
		if (!last)
			return &kdk_enomem;
		stack->tasks = last;
	}
	last = &stack->tasks[stack->count++];
	*last = (struct kdk_stack_task){
		.address = task->address,
		.pid = task->pid,
		.tgid = task->tgid,
		.cpu = cpu ? cpu->cpu : task->cpu,
		.current = cpu,
		.panicked = cpu && (int)cpu->cpu == reader->cpus.panic_cpu,
		.state = kdk_task_state(task),
	};
	memcpy(last->comm, task->comm, sizeof(last->comm));
	return NULL;
}

/* Takes over the trace, also on error. */
static struct kdk_error *add_stack(struct reader *reader, struct kdk_backtrace *trace,
				   const struct kdk_task *task, const struct kdk_cpu_state *cpu)
{
	struct kdk_stacks *stacks = reader->stacks;
	struct kdk_stack *stack = NULL;
	struct kdk_error *err;
	uint32_t *slot = NULL;

	err = reader->fold ? table_grow(reader) : NULL;
	if (err)
		goto out;
	if (reader->fold)
		stack = find_equal(reader, trace, &slot);
	if (stack) {
		kdk_backtrace_deinit(trace);
		return add_task(reader, stack, task, cpu);
	}
	if (stacks->count == reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 16;
		struct kdk_stack *grown = realloc(stacks->stacks, capacity * sizeof(*grown));

		err = &kdk_enomem;
		if (!grown)
			goto out;
		stacks->stacks = grown;
		reader->capacity = capacity;
	}
	stack = &stacks->stacks[stacks->count++];
	if (slot)
		*slot = stacks->count;
	*stack = (struct kdk_stack){
		.source = cpu ? cpu->source : KDK_REGISTERS_NONE,
		.trace = *trace,
	};
	return add_task(reader, stack, task, cpu);
out:
	kdk_backtrace_deinit(trace);
	return err;
}

static struct kdk_error *no_registers(const struct kdk_cpu_state *cpu,
				      struct kdk_backtrace *ret)
{
	struct kdk_backtrace trace = { 0 };

	if (asprintf(&trace.note, "it ran on CPU %u, whose registers are not in the dump",
		     cpu->cpu) < 0)
		return &kdk_enomem;
	*ret = trace;
	return NULL;
}

static struct kdk_error *unwind(struct reader *reader, const struct kdk_task *task,
				const struct kdk_cpu_state *cpu)
{
	struct kdk_backtrace trace = { 0 };
	struct kdk_error *err;

	if (!cpu)
		err = kdk_unwinder_task(reader->unwinder, task, &trace);
	else if (cpu->source == KDK_REGISTERS_NONE)
		err = no_registers(cpu, &trace);
	else
		err = kdk_unwinder_registers(reader->unwinder, &cpu->registers, task, &trace);
	return err ? err : add_stack(reader, &trace, task, cpu);
}

/* A task that no list has (they may be damaged) is read by its address. */
static struct kdk_error *unwind_cpu(struct reader *reader, const struct kdk_cpu_state *cpu)
{
	const struct kdk_task *listed = kdk_tasks_by_address(&reader->tasks, cpu->task);
	struct kdk_task task = { .comm = "?" };
	struct kdk_error *err;

	if (!listed && cpu->task) {
		err = kdk_task_read(reader->kernel, cpu->task, &task);
		kdk_error_destroy(err);
	}
	return unwind(reader, listed ? listed : &task, cpu);
}

static struct kdk_error *read_cpus(struct reader *reader)
{
	if (!reader->cpus.count)
		return note(reader->stacks,
			    "the dump's registers fit no task: what the CPUs were doing is not known");
	for (size_t i = 0; i < reader->cpus.count; i++) {
		const struct kdk_cpu_state *cpu = &reader->cpus.cpus[i];
		struct kdk_error *err;

		if (cpu->source == KDK_REGISTERS_NONE && cpu->cpu < reader->cpus.percpu.count &&
		    !reader->cpus.percpu.cpus[cpu->cpu].online) {
			err = note(reader->stacks, "CPU %u was offline", cpu->cpu);
			if (err)
				return err;
			continue;
		}
		err = unwind_cpu(reader, cpu);
		if (err)
			return err;
	}
	return NULL;
}

static struct kdk_error *read_cpu(struct reader *reader, uint64_t number)
{
	const struct kdk_cpu_state *cpu =
		number <= KDK_CPUS_MAX ? kdk_cpu_states_cpu(&reader->cpus, number) : NULL;

	if (!cpu)
		return kdk_error_new(KDK_ERROR_ABSENT, "there is no CPU %ju: the dump has %zu CPUs%s",
				     (uintmax_t)number, reader->cpus.count,
				     reader->cpus.percpu.count ? "" : " whose registers are known");
	return unwind_cpu(reader, cpu);
}

static struct kdk_error *read_panic(struct reader *reader)
{
	const struct kdk_cpu_state *only = NULL;
	size_t known = 0;

	if (reader->cpus.panic_cpu >= 0 &&
	    kdk_cpu_states_cpu(&reader->cpus, reader->cpus.panic_cpu))
		return read_cpu(reader, reader->cpus.panic_cpu);
	for (size_t i = 0; i < reader->cpus.count; i++) {
		if (reader->cpus.cpus[i].source == KDK_REGISTERS_NONE)
			continue;
		only = &reader->cpus.cpus[i];
		known++;
	}
	if (known == 1)
		return unwind_cpu(reader, only);
	return kdk_error_new(KDK_ERROR_ABSENT,
			     "the kernel does not say which CPU crashed, or it did not crash: look at all of them (-a)");
}

static struct kdk_error *read_task(struct reader *reader, const struct kdk_task *task)
{
	return unwind(reader, task, kdk_cpu_states_task(&reader->cpus, task->address));
}

static struct kdk_error *read_pid(struct reader *reader, uint64_t pid)
{
	size_t found = 0;

	for (size_t i = 0; i < reader->tasks.count; i++) {
		struct kdk_error *err;

		if (pid > INT32_MAX || reader->tasks.tasks[i].pid != (int32_t)pid)
			continue;
		err = read_task(reader, &reader->tasks.tasks[i]);
		if (err)
			return err;
		found++;
	}
	if (found)
		return NULL;
	return kdk_error_new(KDK_ERROR_ABSENT, "there is no task with pid %ju", (uintmax_t)pid);
}

static struct kdk_error *read_address(struct reader *reader, uint64_t address)
{
	uint64_t size = kdk_unwinder_stack_size(reader->unwinder);

	for (size_t i = 0; i < reader->tasks.count; i++) {
		const struct kdk_task *task = &reader->tasks.tasks[i];

		if (task->address == address ||
		    (task->stack && address >= task->stack && address - task->stack < size))
			return read_task(reader, task);
	}
	return kdk_error_new(KDK_ERROR_ABSENT, "%#jx is neither a task nor in a task's stack",
			     (uintmax_t)address);
}

static int compare(const void *left, const void *right)
{
	const struct kdk_stack *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return (a->tasks[0].pid > b->tasks[0].pid) - (a->tasks[0].pid < b->tasks[0].pid);
}

static struct kdk_error *read_everything(struct reader *reader)
{
	reader->fold = true;
	for (size_t i = 0; i < reader->tasks.count; i++) {
		struct kdk_error *err = read_task(reader, &reader->tasks.tasks[i]);

		if (err)
			return err;
	}
	if (reader->stacks->count)
		qsort(reader->stacks->stacks, reader->stacks->count,
		      sizeof(*reader->stacks->stacks), compare);
	return NULL;
}

static struct kdk_error *read_selected(struct reader *reader, enum kdk_stacks_of which,
				       uint64_t value)
{
	switch (which) {
	case KDK_STACKS_PANIC:
		return read_panic(reader);
	case KDK_STACKS_CPUS:
		return read_cpus(reader);
	case KDK_STACKS_CPU:
		return read_cpu(reader, value);
	case KDK_STACKS_PID:
		return read_pid(reader, value);
	case KDK_STACKS_ADDRESS:
		return read_address(reader, value);
	case KDK_STACKS_ALL:
		break;
	}
	return read_everything(reader);
}

/* Tasks are needed by all but the CPUs whose own variables name them. */
static struct kdk_error *prepare(struct reader *reader, enum kdk_stacks_of which)
{
	bool by_cpu = which == KDK_STACKS_PANIC || which == KDK_STACKS_CPUS ||
		      which == KDK_STACKS_CPU;
	struct kdk_error *err = NULL;

	if (by_cpu) {
		err = kdk_cpu_states_read(reader->kernel, NULL, &reader->cpus);
		if (err || reader->cpus.percpu.count)
			return err;
		kdk_cpu_states_deinit(&reader->cpus);
	}
	err = kdk_tasks_read(reader->kernel, &reader->tasks);
	/* A CPU's stack can be read where no list of tasks can. */
	if (err && !by_cpu)
		return err;
	if (err) {
		struct kdk_error *failed = note(reader->stacks, "%s", err->message);

		kdk_error_destroy(err);
		if (failed)
			return failed;
	}
	err = kdk_cpu_states_read(reader->kernel, &reader->tasks, &reader->cpus);
	if (!err && reader->tasks.note)
		err = note(reader->stacks, "%s", reader->tasks.note);
	if (!err && reader->cpus.note)
		err = note(reader->stacks, "%s", reader->cpus.note);
	return err;
}

static struct kdk_error *read_stacks(struct reader *reader, enum kdk_stacks_of which,
				     uint64_t value)
{
	struct kdk_error *err = prepare(reader, which);

	if (err)
		return err;
	reader->stacks->panic_cpu = reader->cpus.panic_cpu;
	err = kdk_unwinder_create(reader->kernel,
				  reader->cpus.percpu.count ? &reader->cpus.percpu : NULL,
				  &reader->unwinder);
	return err ? err : read_selected(reader, which, value);
}

/* Without debuginfo there are no lines; of a file that was asked for that is to be said. */
static struct kdk_error *add_lines(struct reader *reader)
{
	const struct kdk_debuginfo_options *options = reader->kernel->debuginfo;
	struct kdk_debuginfo *debuginfo;
	struct kdk_error *err = kdk_kernel_debuginfo(reader->kernel, &debuginfo);

	if (err) {
		bool given = options && options->vmlinux;
		struct kdk_error *failed = NULL;

		if (err->kind == KDK_ERROR_MEMORY || (given && err->kind != KDK_ERROR_ABSENT))
			return err;
		if (given)
			failed = note(reader->stacks, "%s", err->message);
		kdk_error_destroy(err);
		return failed;
	}
	for (size_t i = 0; !err && i < reader->stacks->count; i++)
		err = kdk_backtrace_add_lines(&reader->stacks->stacks[i].trace, debuginfo);
	return err;
}

struct kdk_error *kdk_stacks_read(struct kdk_kernel *kernel, enum kdk_stacks_of which,
				  uint64_t value, struct kdk_stacks *ret)
{
	struct kdk_stacks stacks = { .panic_cpu = -1 };
	struct reader reader = { .kernel = kernel, .stacks = &stacks };
	struct kdk_error *err = read_stacks(&reader, which, value);

	if (!err)
		err = add_lines(&reader);
	kdk_unwinder_destroy(reader.unwinder);
	kdk_cpu_states_deinit(&reader.cpus);
	kdk_tasks_deinit(&reader.tasks);
	free(reader.table);
	if (err) {
		kdk_stacks_deinit(&stacks);
		return err;
	}
	*ret = stacks;
	return NULL;
}

void kdk_stacks_deinit(struct kdk_stacks *stacks)
{
	for (size_t i = 0; i < stacks->count; i++) {
		free(stacks->stacks[i].tasks);
		kdk_backtrace_deinit(&stacks->stacks[i].trace);
	}
	for (size_t i = 0; i < stacks->note_count; i++)
		free(stacks->notes[i]);
	free(stacks->stacks);
	free(stacks->notes);
	*stacks = (struct kdk_stacks){ .panic_cpu = -1 };
}
