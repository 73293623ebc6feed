/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/diagnosis.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "vmcore/inspect/signature.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/types.h"

#define WARNINGS 6
#define LINE_MAX_SIZE 1024 /* of a line of the log that is kept */

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_diagnosis *diagnosis;
	struct kdk_log *log;	    /* NULL: there is none */
	struct kdk_crash_log found; /* in the log */
	struct kdk_modules *modules;
};

/* Nothing but a lack of memory ends the diagnosis. */
static struct kdk_error *bear(struct reader *reader, struct kdk_error *err,
			      const char *what)
{
	if (err == &kdk_enomem)
		return err;
	kdk_remarks_add_error(&reader->diagnosis->remarks, err, "%s", what);
	return NULL;
}

static struct kdk_error *line_copy(const struct kdk_log_record *record, char **ret)
{
	struct kdk_text_span line = kdk_crash_line(record);

	*ret = strndup(line.text, line.size < LINE_MAX_SIZE ? line.size : LINE_MAX_SIZE);
	return *ret ? NULL : &kdk_enomem;
}

static struct kdk_error *add_line(const struct reader *reader,
				  struct kdk_diagnosis_lines *lines, size_t index)
{
	struct kdk_diagnosis_line *grown =
		reallocarray(lines->lines, lines->count + 1, sizeof(*grown));
	struct kdk_error *err;

	if (!grown)
		return &kdk_enomem;
	lines->lines = grown;
	grown[lines->count].ts_nsec = reader->log->records[index].ts_nsec;
	grown[lines->count].has_time = reader->log->has_time;
	err = line_copy(&reader->log->records[index], &grown[lines->count].text);
	lines->count += !err;
	return err;
}

/* Parts of other reports are no warnings of their own. */
static bool is_warning(const struct kdk_log_record *record)
{
	static const char *const parts[] = { "------------[",
					     " ",
					     "\t",
					     "\"",
					     "Call Trace:",
					     "Hardware name: ",
					     "CPU: ",
					     "Modules linked in:",
					     "task:",
					     "---[" };
	struct kdk_text_span line = kdk_crash_line(record);

	for (size_t i = 0; i < KDK_ARRAY_SIZE(parts); i++)
		if (line.size >= strlen(parts[i]) &&
		    !memcmp(line.text, parts[i], strlen(parts[i])))
			return false;
	return line.size && record->level <= 4;
}

/* The last few warnings and worse from before the crash. */
static struct kdk_error *add_warnings(struct reader *reader)
{
	const struct kdk_log *log = reader->log;
	size_t end = reader->found.headline != KDK_NO_RECORD ? reader->found.headline
		     : reader->found.panic != KDK_NO_RECORD  ? reader->found.panic
							     : log->count;
	size_t indexes[WARNINGS], count = 0;
	struct kdk_error *err = NULL;

	for (size_t i = end; log->has_level && i-- > 0 && count < WARNINGS;)
		if (is_warning(&log->records[i]))
			indexes[count++] = i;
	while (count-- && !err)
		err = add_line(reader, &reader->diagnosis->warnings, indexes[count]);
	return err;
}

static struct kdk_error *take_log(struct reader *reader)
{
	struct kdk_diagnosis *diagnosis = reader->diagnosis;
	const struct kdk_crash_log *found = &reader->found;
	const struct kdk_log *log = reader->log;
	size_t line = found->panic != KDK_NO_RECORD ? found->panic : found->headline;
	struct kdk_error *err = NULL;

	if (line != KDK_NO_RECORD)
		err = line_copy(&log->records[line], &diagnosis->reason);
	for (size_t i = 0; i < found->evidence_count && !err; i++)
		err = add_line(reader, &diagnosis->evidence, found->evidence[i]);
	if (!err)
		err = add_warnings(reader);
	if (log->has_time && log->count) {
		diagnosis->uptime_known = true;
		diagnosis->uptime_nsec =
			log->records[line != KDK_NO_RECORD ? line : log->count - 1]
				.ts_nsec;
	}
	diagnosis->oopses = found->oopses;
	diagnosis->kind = found->kind;
	return err;
}

static struct kdk_error *read_log(struct reader *reader)
{
	struct kdk_error *err = kdk_log_read(reader->kernel, &reader->log);

	reader->found = (struct kdk_crash_log){
		.panic = KDK_NO_RECORD,
		.headline = KDK_NO_RECORD,
		.cpu = -1,
		.stuck_cpu = -1,
		.pid = -1,
		.blocked_pid = -1,
	};
	if (err)
		return bear(reader, err, "the log");
	kdk_crash_log_read(reader->log, &reader->found);
	for (size_t i = 0; i < reader->log->note_count; i++)
		kdk_remarks_add(&reader->diagnosis->remarks, "%s", reader->log->notes[i]);
	return take_log(reader);
}

static const struct kdk_stack *stack_of_cpu(const struct kdk_stacks *stacks, int cpu)
{
	for (size_t i = 0; i < stacks->count && cpu >= 0; i++)
		if (stacks->stacks[i].count &&
		    stacks->stacks[i].tasks[0].cpu == (unsigned int)cpu)
			return &stacks->stacks[i];
	return NULL;
}

/* By the kernel's variables, then by what the log says. */
static void find_panic(struct reader *reader)
{
	struct kdk_diagnosis *diagnosis = reader->diagnosis;

	diagnosis->cpu = diagnosis->cpus.panic_cpu;
	diagnosis->crashed =
		diagnosis->cpu >= 0 || reader->found.panic != KDK_NO_RECORD ||
		(reader->found.headline != KDK_NO_RECORD && reader->found.at_the_end &&
		 diagnosis->kind != KDK_CRASH_UNKNOWN);
	if (!diagnosis->crashed)
		diagnosis->kind = KDK_CRASH_UNKNOWN;
	else if (diagnosis->cpu < 0)
		diagnosis->cpu = reader->found.cpu;
	diagnosis->panic = stack_of_cpu(&diagnosis->cpus, diagnosis->cpu);
	diagnosis->culprit = diagnosis->panic;
}

static struct kdk_error *read_cpus(struct reader *reader)
{
	struct kdk_diagnosis *diagnosis = reader->diagnosis;
	struct kdk_error *err =
		kdk_stacks_read(reader->kernel, KDK_STACKS_CPUS, 0, &diagnosis->cpus);

	if (err)
		diagnosis->cpus.panic_cpu = -1;
	err = bear(reader, err, "the CPUs' stacks");
	for (size_t i = 0; i < diagnosis->cpus.note_count; i++)
		kdk_remarks_add(&diagnosis->remarks, "%s", diagnosis->cpus.notes[i]);
	diagnosis->cpu_count = diagnosis->cpus.count;
	find_panic(reader);
	return err;
}

static enum kdk_crash_kind kind_of_dump(const struct kdk_diagnosis *diagnosis)
{
	return diagnosis->panic && diagnosis->crashed
		       ? kdk_crash_kind_by_frames(&diagnosis->panic->trace)
		       : KDK_CRASH_UNKNOWN;
}

/* Old kernels crash on sysrq by writing to NULL: the stack knows better than the log. */
static void weigh(struct kdk_diagnosis *diagnosis)
{
	enum kdk_crash_kind by_frames = kind_of_dump(diagnosis);

	if (diagnosis->kind == KDK_CRASH_UNKNOWN || by_frames == KDK_CRASH_SYSRQ)
		diagnosis->kind = by_frames;
}

/* A hung task and a stuck CPU are found by others. */
static struct kdk_error *find_culprit(struct reader *reader)
{
	struct kdk_diagnosis *diagnosis = reader->diagnosis;
	const struct kdk_stack *other;
	struct kdk_error *err;

	if (diagnosis->kind == KDK_CRASH_HUNG_TASK) {
		diagnosis->culprit = NULL;
		if (reader->found.blocked_pid < 0)
			return NULL;
		err = kdk_stacks_read(reader->kernel, KDK_STACKS_PID,
				      reader->found.blocked_pid, &diagnosis->blocked);
		if (!err && diagnosis->blocked.count)
			diagnosis->culprit = &diagnosis->blocked.stacks[0];
		return bear(reader, err, "the task that hung");
	}
	if (!kdk_crash_kind_is_lockup(diagnosis->kind))
		return NULL;
	other = stack_of_cpu(&diagnosis->cpus, reader->found.stuck_cpu);
	if (other && other->trace.count)
		diagnosis->culprit = other;
	return NULL;
}

static struct kdk_error *accuse(struct reader *reader)
{
	static const struct kdk_backtrace nothing;
	struct kdk_diagnosis *diagnosis = reader->diagnosis;
	const struct kdk_backtrace *trace =
		diagnosis->culprit ? &diagnosis->culprit->trace : &nothing;

	/* What runs in a kernel that did not crash is nobody's fault. */
	kdk_trace_parts_find(trace, &diagnosis->parts);
	if (diagnosis->crashed)
		kdk_suspect_find(trace, &diagnosis->parts, diagnosis->kind,
				 reader->modules, &diagnosis->suspect);
	return kdk_signature_make(diagnosis->kind, trace, &diagnosis->parts,
				  &diagnosis->suspect, &diagnosis->signature);
}

static struct kdk_error *read_fault(struct reader *reader)
{
	struct kdk_diagnosis *diagnosis = reader->diagnosis;
	enum kdk_crash_kind kind = diagnosis->kind;
	size_t frame = kdk_crash_kind_is_lockup(kind) &&
				       diagnosis->suspect.frame != KDK_NO_FRAME
			       ? diagnosis->suspect.frame
			       : diagnosis->parts.fault;
	const struct kdk_registers *registers = NULL;
	bool pointers = kind == KDK_CRASH_NULL_POINTER || kind == KDK_CRASH_OOPS ||
			kind == KDK_CRASH_GPF || kind == KDK_CRASH_BUG;

	if (!diagnosis->crashed || kind == KDK_CRASH_SYSRQ || kind == KDK_CRASH_HUNG_TASK)
		return NULL;
	if (diagnosis->culprit && frame != KDK_NO_FRAME &&
	    diagnosis->culprit->trace.frames[frame].registers.known)
		registers = &diagnosis->culprit->trace.frames[frame].registers;
	return kdk_fault_read(reader->kernel, reader->log ? &reader->found : NULL,
			      registers, pointers, &diagnosis->fault);
}

static struct kdk_error *read_tasks(struct reader *reader)
{
	struct kdk_diagnosis *diagnosis = reader->diagnosis;
	struct kdk_tasks tasks = { 0 };
	struct kdk_error *err = kdk_tasks_read(reader->kernel, &tasks);

	if (err)
		return bear(reader, err, "the tasks");
	diagnosis->tasks_known = true;
	for (size_t i = 0; i < tasks.count; i++) {
		diagnosis->task_count += !tasks.tasks[i].idle;
		diagnosis->blocked_count += kdk_task_state(&tasks.tasks[i]) == 'D';
	}
	if (tasks.note)
		kdk_remarks_add(&diagnosis->remarks, "%s", tasks.note);
	kdk_tasks_deinit(&tasks);
	return NULL;
}

static struct kdk_error *read_taint(struct reader *reader)
{
	struct kdk_diagnosis *diagnosis = reader->diagnosis;
	uint64_t address;
	struct kdk_error *err =
		kdk_kernel_symbol(reader->kernel, "tainted_mask", &address);

	if (!err)
		err = kdk_memory_read_word(reader->kernel->memory, KDK_VIRTUAL, address,
					   &diagnosis->taint);
	if (err && err != &kdk_enomem && reader->found.taint_known) {
		kdk_error_destroy(err);
		err = NULL;
		diagnosis->taint = reader->found.taint;
	}
	diagnosis->taint_known = !err;
	return bear(reader, err, "the kernel's taint");
}

static struct kdk_error *read_memory(struct reader *reader)
{
	struct kdk_diagnosis *diagnosis = reader->diagnosis;
	struct kdk_error *err = kdk_memory_use_read(reader->kernel, &diagnosis->memory);

	diagnosis->memory_known = !err;
	return bear(reader, err, "the use of memory");
}

/* "orc, registers": each way that the frames of the crash were found, the first use
 * first. */
static struct kdk_error *name_unwind(struct kdk_diagnosis *diagnosis)
{
	const struct kdk_backtrace *trace = diagnosis->panic ? &diagnosis->panic->trace
							     : NULL;
	struct kdk_buffer text = { 0 };
	uint32_t named = 1u << KDK_FRAME_REGISTERS;

	for (size_t i = 0; trace && i < trace->count; i++) {
		enum kdk_frame_how how = trace->frames[i].how;

		if (named >> how & 1)
			continue;
		named |= 1u << how;
		kdk_buffer_printf(&text, "%s%s", text.size ? ", " : "",
				  kdk_frame_how_name(how));
	}
	return kdk_buffer_take(&text, &diagnosis->unwind_source);
}

static struct kdk_error *name_sources(struct reader *reader)
{
	struct kdk_diagnosis *diagnosis = reader->diagnosis;
	struct kdk_symbols *symbols;
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_symbols(reader->kernel, &symbols);

	if (!err)
		diagnosis->symbols_source = kdk_symbols_source(symbols);
	err = bear(reader, err, "symbols");
	if (err)
		return err;
	err = kdk_kernel_types(reader->kernel, &types);
	if (!err)
		diagnosis->types_source = kdk_types_source(types);
	err = bear(reader, err, "types");
	return err ? err : name_unwind(diagnosis);
}

static struct kdk_error *read_modules(struct reader *reader)
{
	struct kdk_error *err = kdk_kernel_modules(reader->kernel, &reader->modules);

	if (err)
		reader->modules = NULL;
	else if (reader->modules->note)
		kdk_remarks_add(&reader->diagnosis->remarks, "%s", reader->modules->note);
	reader->diagnosis->modules = reader->modules;
	return bear(reader, err, "the modules");
}

static struct kdk_error *read_rest(struct reader *reader)
{
	struct kdk_error *err = read_tasks(reader);

	if (!err)
		err = read_taint(reader);
	if (!err)
		err = read_memory(reader);
	if (!err)
		err = name_sources(reader);
	return err;
}

static struct kdk_error *read_all(struct reader *reader)
{
	struct kdk_error *err = read_log(reader);

	if (!err)
		err = read_cpus(reader);
	if (err)
		return err;
	weigh(reader->diagnosis);
	err = read_modules(reader);
	if (!err)
		err = find_culprit(reader);
	if (!err)
		err = accuse(reader);
	if (!err)
		err = read_fault(reader);
	if (!err && reader->kernel->memory)
		err = read_rest(reader);
	return err ? err : kdk_diagnosis_say(reader->diagnosis);
}

struct kdk_error *kdk_diagnosis_read(struct kdk_kernel *kernel, struct kdk_diagnosis *ret)
{
	struct kdk_diagnosis diagnosis = {
		.kernel = kernel,
		.cpu = -1,
		.suspect.frame = KDK_NO_FRAME,
	};
	struct reader reader = { .kernel = kernel, .diagnosis = &diagnosis };
	struct kdk_error *err;

	kdk_summary_read(kernel, &diagnosis.summary);
	err = read_all(&reader);
	kdk_log_destroy(reader.log);
	if (err)
		kdk_diagnosis_deinit(&diagnosis);
	else
		*ret = diagnosis;
	return err;
}

static void lines_deinit(struct kdk_diagnosis_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->lines[i].text);
	free(lines->lines);
}

void kdk_diagnosis_deinit(struct kdk_diagnosis *diagnosis)
{
	kdk_stacks_deinit(&diagnosis->cpus);
	kdk_stacks_deinit(&diagnosis->blocked);
	kdk_fault_deinit(&diagnosis->fault);
	kdk_memory_use_deinit(&diagnosis->memory);
	kdk_remarks_deinit(&diagnosis->remarks);
	lines_deinit(&diagnosis->evidence);
	lines_deinit(&diagnosis->warnings);
	free(diagnosis->reason);
	free(diagnosis->verdict);
	free(diagnosis->signature);
	free(diagnosis->unwind_source);
	*diagnosis = (struct kdk_diagnosis){ .cpu = -1, .suspect.frame = KDK_NO_FRAME };
}
