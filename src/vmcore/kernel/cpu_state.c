/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/cpu_state.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"

#define NOTE_HEADER 12
#define PRSTATUS_MAX 1024	/* desc of any architecture's */
#define NEAR_WORDS 256		/* of a stack, searched for a pointer to its task */
#define TASK_STACK_MAX 65536	/* longest stack that a note's sp is looked for in */

struct reader {
	struct kdk_kernel *kernel;
	const struct kdk_tasks *tasks;
	struct kdk_cpu_states *states;
	size_t capacity;
};

/* struct elf_prstatus: pr_pid and pr_reg lie behind longs. */
static bool parse_prstatus(struct kdk_kernel *kernel, const uint8_t *desc, size_t size,
			   struct kdk_cpu_state *state)
{
	const struct kdk_arch *arch = kernel->arch;
	size_t pid = arch->word_bytes == 8 ? 32 : 24, registers = arch->word_bytes == 8 ? 112 : 72;
	struct kdk_unwind_reader reader = {
		.big_endian = arch->big_endian, .word_bytes = arch->word_bytes,
	};

	if (size < registers)
		return false;
	state->pid = kdk_get_u32(desc + pid, arch->big_endian);
	state->registers.known = 0;
	return arch->unwind->prstatus(&reader, desc + registers, size - registers,
				      &state->registers);
}

static bool read_word(struct kdk_kernel *kernel, uint64_t address, uint64_t *ret)
{
	struct kdk_error *err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, address, ret);

	kdk_error_destroy(err);
	return !err;
}

static bool find_symbol(struct kdk_kernel *kernel, const char *name, uint64_t *ret)
{
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);

	kdk_error_destroy(err);
	return !err && kdk_symbols_find(symbols, name, ret);
}

static bool find_offset(struct kdk_kernel *kernel, const char *path, uint64_t *ret)
{
	struct kdk_error *err = kdk_kernel_offset(kernel, path, ret);

	kdk_error_destroy(err);
	return !err;
}

/* The task that a CPU says it runs; by its own variable, then by its run queue. */
static uint64_t current_task(struct kdk_kernel *kernel, const struct kdk_percpu *percpu,
			     unsigned int cpu)
{
	uint64_t variable, offset, task;

	if (find_offset(kernel, "pcpu_hot.current_task", &offset) &&
	    kdk_percpu_address(kernel, percpu, "pcpu_hot", cpu, &variable) &&
	    read_word(kernel, variable + offset, &task) && task)
		return task;
	if (kdk_percpu_address(kernel, percpu, "current_task", cpu, &variable) &&
	    read_word(kernel, variable, &task) && task)
		return task;
	if (find_offset(kernel, "rq.curr", &offset) &&
	    kdk_percpu_address(kernel, percpu, "runqueues", cpu, &variable) &&
	    read_word(kernel, variable + offset, &task))
		return task;
	return 0;
}

/* crash_notes: a per-CPU pointer to a buffer that holds one note each once a CPU has stopped. */
static bool read_crash_note(struct kdk_kernel *kernel, const struct kdk_percpu *percpu,
			    struct kdk_cpu_state *state)
{
	bool big = kernel->arch->big_endian;
	uint8_t bytes[NOTE_HEADER + 8 + PRSTATUS_MAX];
	uint64_t pointer, address;
	struct kdk_error *err;
	size_t size;

	if (!find_symbol(kernel, "crash_notes", &pointer) ||
	    !read_word(kernel, pointer, &pointer) || !pointer ||
	    !kdk_percpu_pointer(kernel, percpu, pointer, state->cpu, &address))
		return false;
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address, bytes, NOTE_HEADER + 8);
	kdk_error_destroy(err);
	if (err || kdk_get_u32(bytes, big) != 5 || kdk_get_u32(bytes + 8, big) != NT_PRSTATUS ||
	    memcmp(bytes + NOTE_HEADER, "CORE", 5))
		return false;
	size = kdk_get_u32(bytes + 4, big);
	if (size > PRSTATUS_MAX)
		return false;
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address + NOTE_HEADER + 8,
			      bytes + NOTE_HEADER + 8, size);
	kdk_error_destroy(err);
	return !err && parse_prstatus(kernel, bytes + NOTE_HEADER + 8, size, state);
}

static struct kdk_cpu_state *cpu_of(struct kdk_cpu_states *states, unsigned int cpu)
{
	for (size_t i = 0; i < states->count; i++)
		if (states->cpus[i].cpu == cpu)
			return &states->cpus[i];
	return NULL;
}

static struct kdk_error *add_cpu(struct reader *reader, unsigned int cpu,
				 struct kdk_cpu_state **ret)
{
	struct kdk_cpu_states *states = reader->states;

	if (states->count == reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 16;
		struct kdk_cpu_state *grown = realloc(states->cpus, capacity * sizeof(*grown));

		if (!grown)
			return &kdk_enomem;
		states->cpus = grown;
		reader->capacity = capacity;
	}
	*ret = &states->cpus[states->count++];
	**ret = (struct kdk_cpu_state){ .cpu = cpu };
	return NULL;
}

static bool task_holds(struct kdk_kernel *kernel, uint64_t address, uint64_t sp)
{
	struct kdk_error *err;
	uint64_t stack;

	if (!address)
		return false;
	err = kdk_object_u64(kernel, address, "task_struct.stack", &stack);
	kdk_error_destroy(err);
	return !err && sp >= stack && sp - stack < TASK_STACK_MAX;
}

/*
 * Whose a note is: the CPU whose current task has the note's pid (idle tasks share
 * theirs) and, of several, the one whose stack holds the note's stack pointer.
 */
static struct kdk_cpu_state *match_cpu(struct reader *reader, const struct kdk_cpu_state *note)
{
	uint64_t sp = note->registers.value[reader->kernel->arch->unwind->sp];
	struct kdk_cpu_state *found = NULL;
	size_t matches = 0;

	for (size_t i = 0; i < reader->states->count; i++) {
		struct kdk_cpu_state *state = &reader->states->cpus[i];
		struct kdk_error *err;
		uint64_t pid;

		if (state->source != KDK_REGISTERS_NONE || !state->task)
			continue;
		err = kdk_object_u64(reader->kernel, state->task, "task_struct.pid", &pid);
		kdk_error_destroy(err);
		if (err || pid != note->pid)
			continue;
		if (task_holds(reader->kernel, state->task, sp))
			return state;
		found = state;
		matches++;
	}
	return matches == 1 ? found : NULL;
}

static bool holds(const struct kdk_task *task, uint64_t pid, uint64_t sp)
{
	return (uint32_t)task->pid == pid && task->stack && sp >= task->stack &&
	       sp - task->stack < TASK_STACK_MAX;
}

/* Idle tasks are in no list, but code that runs has a pointer to its task at hand. */
static bool find_task_near(struct kdk_kernel *kernel, const struct kdk_cpu_state *note,
			   struct kdk_task *ret)
{
	uint64_t sp = note->registers.value[kernel->arch->unwind->sp];
	unsigned int word = kernel->arch->word_bytes;

	for (unsigned int i = 0; i < KDK_REGISTERS + NEAR_WORDS; i++) {
		uint64_t candidate;
		struct kdk_error *err;

		if (i < KDK_REGISTERS && kdk_registers_has(&note->registers, i))
			candidate = note->registers.value[i];
		else if (i < KDK_REGISTERS ||
			 !read_word(kernel, sp + (i - KDK_REGISTERS) * word, &candidate))
			continue;
		/* Kernel addresses are the upper half. */
		if (candidate & (word - 1) || !(candidate >> (word * 8 - 1)))
			continue;
		err = kdk_task_read(kernel, candidate, ret);
		kdk_error_destroy(err);
		if (!err && holds(ret, note->pid, sp) && ret->cpu < KDK_CPUS_MAX)
			return true;
	}
	return false;
}

/* Without per-CPU variables: the task on whose stack it was, and the CPU of that one. */
static struct kdk_error *add_by_task(struct reader *reader, const struct kdk_cpu_state *note)
{
	uint64_t sp = note->registers.value[reader->kernel->arch->unwind->sp];
	const struct kdk_task *found = NULL;
	struct kdk_cpu_state *state;
	struct kdk_error *err;
	struct kdk_task near;

	for (size_t i = 0; reader->tasks && i < reader->tasks->count; i++) {
		const struct kdk_task *task = &reader->tasks->tasks[i];

		if (holds(task, note->pid, sp) && (!found || task->stack > found->stack))
			found = task;
	}
	if (!found && find_task_near(reader->kernel, note, &near))
		found = &near;
	if (!found || cpu_of(reader->states, found->cpu))
		return NULL;
	err = add_cpu(reader, found->cpu, &state);
	if (err)
		return err;
	state->task = found->address;
	state->registers = note->registers;
	state->pid = note->pid;
	state->source = KDK_REGISTERS_MATCHED;
	return NULL;
}

/* QEMU numbers its notes pid = CPU + 1, and says who it is by a note of its own. */
static bool by_hypervisor(const struct kdk_dump *dump)
{
	uint32_t count = 0;
	bool qemu = false;

	for (size_t i = 0; i < dump->note_count; i++)
		qemu |= !strcmp(dump->notes[i].name, "QEMU");
	if (qemu)
		return true;
	/* Not every version of it does: then all notes are numbered without a gap. */
	for (size_t i = 0; i < dump->note_count; i++) {
		const struct kdk_note *note = &dump->notes[i];

		if (note->type != NT_PRSTATUS || strcmp(note->name, "CORE"))
			continue;
		count++;
		if (note->desc_size < 36 ||
		    kdk_get_u32(note->desc + (dump->facts.word_bytes == 8 ? 32 : 24),
				dump->facts.big_endian) != count)
			return false;
	}
	return count > 0;
}

static struct kdk_error *take_numbered(struct reader *reader, const struct kdk_cpu_state *note)
{
	struct kdk_cpu_state *state;
	struct kdk_error *err;

	if (!note->pid || note->pid > KDK_CPUS_MAX)
		return NULL;
	state = cpu_of(reader->states, note->pid - 1);
	if (!state) {
		if (reader->states->percpu.count)
			return NULL;
		err = add_cpu(reader, note->pid - 1, &state);
		if (err)
			return err;
	}
	if (state->source != KDK_REGISTERS_NONE)
		return NULL;
	state->registers = note->registers;
	state->pid = note->pid;
	state->source = KDK_REGISTERS_HYPERVISOR;
	for (size_t i = 0; !state->task && reader->tasks && i < reader->tasks->count; i++)
		if (reader->tasks->tasks[i].on_cpu && reader->tasks->tasks[i].cpu == state->cpu)
			state->task = reader->tasks->tasks[i].address;
	return NULL;
}

static struct kdk_error *take_container_notes(struct reader *reader)
{
	const struct kdk_dump *dump = reader->kernel->dump;
	bool crashed = reader->kernel->info &&
		       kdk_vmcoreinfo_find(reader->kernel->info, "CRASHTIME");
	bool numbered = by_hypervisor(dump);
	struct kdk_error *err = NULL;

	/* A kernel that crashed into kexec wrote its notes itself, whoever saved them. */
	for (size_t i = 0; i < dump->note_count && !err; i++) {
		const struct kdk_note *note = &dump->notes[i];
		struct kdk_cpu_state parsed = { 0 }, *state;

		if (note->type != NT_PRSTATUS || strcmp(note->name, "CORE") ||
		    !parse_prstatus(reader->kernel, note->desc, note->desc_size, &parsed))
			continue;
		if (numbered && !crashed) {
			err = take_numbered(reader, &parsed);
			continue;
		}
		if (!reader->states->percpu.count) {
			err = add_by_task(reader, &parsed);
			continue;
		}
		state = match_cpu(reader, &parsed);
		if (!state)
			continue;
		state->registers = parsed.registers;
		state->pid = parsed.pid;
		state->source = KDK_REGISTERS_MATCHED;
	}
	return err;
}

/* panic_cpu is set by panic() alone, crashing_cpu by every way into kexec. */
static int find_panic_cpu(struct kdk_kernel *kernel)
{
	static const char *const names[] = { "panic_cpu", "crashing_cpu", "panic_redirect_cpu" };

	for (size_t i = 0; i < KDK_ARRAY_SIZE(names); i++) {
		struct kdk_error *err;
		uint64_t address;
		uint32_t cpu;

		if (!find_symbol(kernel, names[i], &address))
			continue;
		err = kdk_memory_read_u32(kernel->memory, KDK_VIRTUAL, address, &cpu);
		kdk_error_destroy(err);
		if (!err && cpu < KDK_CPUS_MAX)
			return cpu;
	}
	return -1;
}

/* The one whose registers were taken inside of the way into kexec. */
static int panic_cpu_by_code(struct kdk_kernel *kernel, const struct kdk_cpu_states *states)
{
	static const char *const functions[] = {
		"__crash_kexec", "crash_kexec", "panic", "vpanic", "machine_kexec",
	};
	struct kdk_symbols *symbols;
	struct kdk_symbol symbol;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);

	kdk_error_destroy(err);
	for (size_t i = 0; !err && i < states->count; i++) {
		const struct kdk_cpu_state *state = &states->cpus[i];

		if (state->source == KDK_REGISTERS_NONE ||
		    !kdk_symbols_at(symbols, state->registers.value[kernel->arch->unwind->pc],
				    &symbol))
			continue;
		for (size_t f = 0; f < KDK_ARRAY_SIZE(functions); f++)
			if (!strcmp(symbol.name, functions[f]))
				return state->cpu;
	}
	return -1;
}

static int compare(const void *left, const void *right)
{
	const struct kdk_cpu_state *a = left, *b = right;

	return (a->cpu > b->cpu) - (a->cpu < b->cpu);
}

static struct kdk_error *read_all(struct reader *reader)
{
	struct kdk_cpu_states *states = reader->states;
	struct kdk_cpu_state *state;
	struct kdk_error *err = kdk_percpu_read(reader->kernel, &states->percpu);

	if (err) {
		states->note = strdup(err->message);
		kdk_error_destroy(err);
	}
	for (size_t cpu = 0; cpu < states->percpu.count; cpu++) {
		if (!states->percpu.cpus[cpu].possible)
			continue;
		err = add_cpu(reader, cpu, &state);
		if (err)
			return err;
		state->task = current_task(reader->kernel, &states->percpu, cpu);
		if (read_crash_note(reader->kernel, &states->percpu, state))
			state->source = KDK_REGISTERS_CRASH_NOTES;
	}
	err = take_container_notes(reader);
	if (err)
		return err;
	if (states->count)
		qsort(states->cpus, states->count, sizeof(*states->cpus), compare);
	states->panic_cpu = find_panic_cpu(reader->kernel);
	if (states->panic_cpu < 0)
		states->panic_cpu = panic_cpu_by_code(reader->kernel, states);
	return NULL;
}

struct kdk_error *kdk_cpu_states_read(struct kdk_kernel *kernel, const struct kdk_tasks *tasks,
				      struct kdk_cpu_states *ret)
{
	struct kdk_cpu_states states = { .panic_cpu = -1 };
	struct reader reader = { .kernel = kernel, .tasks = tasks, .states = &states };
	struct kdk_error *err;

	if (!kernel->arch || !kernel->memory || !kernel->arch->unwind)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED, "stacks of %s cannot be walked",
				     kernel->arch ? kernel->arch->name : "this architecture");
	err = read_all(&reader);
	if (err) {
		kdk_cpu_states_deinit(&states);
		return err;
	}
	*ret = states;
	return NULL;
}

void kdk_cpu_states_deinit(struct kdk_cpu_states *states)
{
	free(states->cpus);
	free(states->note);
	kdk_percpu_deinit(&states->percpu);
	*states = (struct kdk_cpu_states){ .panic_cpu = -1 };
}

const struct kdk_cpu_state *kdk_cpu_states_cpu(const struct kdk_cpu_states *states,
					       unsigned int cpu)
{
	for (size_t i = 0; i < states->count; i++)
		if (states->cpus[i].cpu == cpu)
			return &states->cpus[i];
	return NULL;
}

const struct kdk_cpu_state *kdk_cpu_states_task(const struct kdk_cpu_states *states,
						uint64_t task)
{
	for (size_t i = 0; task && i < states->count; i++)
		if (states->cpus[i].task == task)
			return &states->cpus[i];
	return NULL;
}

const char *kdk_registers_source_name(enum kdk_registers_source source)
{
	switch (source) {
	case KDK_REGISTERS_CRASH_NOTES:
		return "crash notes";
	case KDK_REGISTERS_HYPERVISOR:
		return "hypervisor";
	case KDK_REGISTERS_MATCHED:
		return "matched by task";
	default:
		return "none";
	}
}
