/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report_text.h"

#include <inttypes.h>
#include <string.h>

#include "core/i18n.h"
#include "core/text.h"
#include "core/units.h"

#define COLUMNS 80
#define LABEL 12 /* columns of "Signature:" and what other languages have for it */
#define FRAMES 24
#define BYTES_IN_LINE 16
#define INSTRUCTION_BYTES 8 /* shown in one column; longer ones push on */

/* Words of escaped text within the columns; every line after the first is indented. */
static void put_wrapped(FILE *out, const char *text, size_t column, size_t indent)
{
	bool begun = false;

	while (*text) {
		size_t size = strcspn(text, " ");
		char word[256];
		size_t columns;

		if (!size) {
			text++;
			continue;
		}
		if (size >= sizeof(word))
			size = sizeof(word) - 1;
		memcpy(word, text, size);
		word[size] = '\0';
		columns = kdk_text_columns(word);
		if (begun && column + 1 + columns > COLUMNS) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (begun) {
			fputc(' ', out);
			column++;
		}
		fputs(word, out);
		column += columns;
		begun = true;
		text += size;
	}
	fputc('\n', out);
}

static void put_text(FILE *out, const char *text, size_t column, size_t indent)
{
	struct kdk_buffer escaped = { 0 };

	kdk_buffer_escape(&escaped, text, strlen(text),
			  kdk_text_locale_flags() | KDK_TEXT_KEEP_TAB);
	for (size_t i = 0; i < escaped.size; i++)
		if (escaped.data[i] == '\t')
			escaped.data[i] = ' ';
	put_wrapped(out, escaped.data && !escaped.failed ? escaped.data : "", column,
		    indent);
	kdk_buffer_deinit(&escaped);
}

static void put_field(FILE *out, const char *label, const char *text)
{
	size_t columns = kdk_text_columns(label);

	fprintf(out, "%s%*s", label, (int)(columns < LABEL ? LABEL - columns : 1), "");
	put_text(out, text, columns < LABEL ? LABEL : columns + 1, LABEL);
}

/* Puts what the buffer holds, and empties it. */
static void put_buffer(FILE *out, const char *label, struct kdk_buffer *buffer)
{
	if (buffer->data && !buffer->failed && buffer->size)
		put_field(out, label, buffer->data);
	kdk_buffer_deinit(buffer);
	*buffer = (struct kdk_buffer){ 0 };
}

static void put_lines(FILE *out, const char *title,
		      const struct kdk_diagnosis_lines *lines)
{
	if (!lines->count)
		return;
	fprintf(out, "\n%s\n", title);
	for (size_t i = 0; i < lines->count; i++) {
		const struct kdk_diagnosis_line *line = &lines->lines[i];
		int column = 2;

		fputs("  ", out);
		if (line->has_time)
			column += fprintf(
				out, "[%5ju.%06u] ",
				(uintmax_t)(line->ts_nsec / 1000000000),
				(unsigned int)(line->ts_nsec % 1000000000 / 1000));
		put_text(out, line->text, column, 6);
	}
}

static void put_verdict(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	struct kdk_buffer text = { 0 };

	kdk_buffer_puts(&text, _(kdk_crash_kind_title(diagnosis->kind)));
	put_buffer(out, _("Crash:"), &text);
	put_field(out, "", diagnosis->verdict);
}

static void put_suspect(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	const struct kdk_suspect *suspect = &diagnosis->suspect;
	struct kdk_buffer text = { 0 };

	if (suspect->function && suspect->module)
		kdk_buffer_printf(&text, "%s [%s]: ", suspect->function, suspect->module);
	else if (suspect->function)
		kdk_buffer_printf(&text, "%s: ", suspect->function);
	kdk_buffer_puts(&text, _(kdk_suspect_why_text(suspect->why)));
	put_buffer(out, _("Suspect:"), &text);
}

static void put_fault(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	const struct kdk_fault *fault = &diagnosis->fault;
	struct kdk_buffer text = { 0 };

	if (fault->address_known) {
		kdk_buffer_printf(&text, "%#" PRIx64 ": %s", fault->address,
				  fault->text && *fault->text ? fault->text : "?");
		put_buffer(out, _("Address:"), &text);
	}
	for (size_t i = 0; i < fault->register_count; i++) {
		kdk_buffer_printf(&text, "%s %#" PRIx64 ": %s", fault->registers[i].name,
				  fault->registers[i].value, fault->registers[i].text);
		put_buffer(out, _("Register:"), &text);
	}
}

static void put_task(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	struct kdk_buffer text = { 0 };
	const struct kdk_stack_task *task;

	if (!diagnosis->panic || !diagnosis->panic->count)
		return;
	task = &diagnosis->panic->tasks[0];
	kdk_buffer_printf(&text, _("%s, PID %d, on CPU %u"), task->comm, (int)task->pid,
			  task->cpu);
	put_buffer(out, _("Task:"), &text);
}

static void put_time(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	char time[KDK_UNIT_TEXT], uptime[KDK_UNIT_TEXT];
	struct kdk_buffer text = { 0 };

	if (diagnosis->summary.time_known)
		kdk_buffer_puts(&text, kdk_time_format(diagnosis->summary.time, time));
	if (diagnosis->uptime_known)
		kdk_buffer_printf(&text,
				  diagnosis->summary.time_known ? _(", %s after boot")
								: _("%s after boot"),
				  kdk_duration_format(diagnosis->uptime_nsec / 1000000000,
						      uptime));
	put_buffer(out, _("Time:"), &text);
}

static void put_taint(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	struct kdk_buffer text = { 0 };
	char letters[33];
	bool more = false;

	if (!diagnosis->taint_known)
		return;
	kdk_taint_letters(diagnosis->taint, letters);
	kdk_buffer_puts(&text, diagnosis->taint ? letters : _("none"));
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(diagnosis->taint >> bit & 1) || !kdk_taint_text(bit))
			continue;
		kdk_buffer_printf(&text, "%s%s", more ? "; " : ": ",
				  _(kdk_taint_text(bit)));
		more = true;
	}
	put_buffer(out, _("Taint:"), &text);
}

static void put_memory(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	const struct kdk_memory_use *use = &diagnosis->memory;
	char total[KDK_UNIT_TEXT], available[KDK_UNIT_TEXT];
	struct kdk_buffer text = { 0 };
	uint64_t size = use->value[KDK_MEM_TOTAL];
	enum kdk_memory_item item = use->known[KDK_MEM_AVAILABLE] ? KDK_MEM_AVAILABLE
								  : KDK_MEM_FREE;

	if (!diagnosis->memory_known || !use->known[KDK_MEM_TOTAL] || !use->known[item] ||
	    !size)
		return;
	kdk_buffer_printf(&text, _("%s, of which %s (%u %%) could be had"),
			  kdk_size_format(size, total),
			  kdk_size_format(use->value[item], available),
			  (unsigned int)((double)use->value[item] * 100 / (double)size));
	if ((double)use->value[item] < (double)size / 20)
		kdk_buffer_printf(&text, ": %s", _("memory was short"));
	put_buffer(out, _("Memory:"), &text);
}

static void put_machine(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	const struct kdk_summary *summary = &diagnosis->summary;
	struct kdk_buffer text = { 0 };

	if (*summary->release)
		kdk_buffer_printf(&text, "%s, ", summary->release);
	kdk_buffer_puts(&text, summary->arch && *summary->arch ? summary->arch : "?");
	if (*summary->nodename && strcmp(summary->nodename, "(none)") != 0)
		kdk_buffer_printf(&text, ", %s", summary->nodename);
	put_buffer(out, _("Kernel:"), &text);
	put_taint(out, diagnosis);
	if (diagnosis->cpu_count) {
		kdk_buffer_printf(&text, "%zu", diagnosis->cpu_count);
		put_buffer(out, _("CPUs:"), &text);
	}
	if (diagnosis->tasks_known) {
		kdk_buffer_printf(&text, _("%zu, blocked (state D): %zu"),
				  diagnosis->task_count, diagnosis->blocked_count);
		put_buffer(out, _("Tasks:"), &text);
	}
	put_memory(out, diagnosis);
}

/*
 * How many frames from `from` on are of the same function at the same place, with what is
 * inlined there; *ret_end is what follows them.
 */
static size_t run_length(const struct kdk_backtrace *trace, size_t from, size_t *ret_end)
{
	size_t times = 1;

	*ret_end = from + 1;
	for (size_t i = from + 1; !trace->frames[from].inlined && i < trace->count; i++) {
		const struct kdk_frame *frame = &trace->frames[i];

		if (frame->pc != trace->frames[from].pc || !frame->function ||
		    frame->exception)
			break;
		if (frame->inlined)
			continue;
		*ret_end = i + 1;
		times++;
	}
	return times;
}

static void put_frame(FILE *out, const struct kdk_diagnosis *diagnosis,
		      const struct kdk_stack *stack, size_t index, size_t times)
{
	const struct kdk_frame *frame = &stack->trace.frames[index];
	struct kdk_buffer text = { 0 };
	const struct kdk_frame *taken = kdk_backtrace_exception(&stack->trace, index);
	bool mark = stack == diagnosis->culprit && index == diagnosis->suspect.frame;

	if (taken && index)
		fprintf(out, "   --- %s ---\n",
			taken->exception_name ? taken->exception_name : _("exception"));
	if (frame->user)
		kdk_buffer_printf(&text, _("user space %#jx"), (uintmax_t)frame->pc);
	else
		kdk_frame_say(frame, &text);
	if (frame->how == KDK_FRAME_GUESS)
		kdk_buffer_printf(&text, "  %s", _("(a guess)"));
	if (times > 1)
		kdk_buffer_printf(&text, _("  (%zu times)"), times);
	if (frame->file)
		kdk_buffer_printf(&text, "  %s:%u", frame->file, frame->line);
	fprintf(out, " %c #%-3zu ", mark ? '>' : ' ', index);
	put_text(out, text.data && !text.failed ? text.data : "", 8, 10);
	kdk_buffer_deinit(&text);
}

static void put_stack(FILE *out, const struct kdk_diagnosis *diagnosis, const char *title,
		      const struct kdk_stack *stack)
{
	size_t shown = 0, end;

	if (!stack || (!stack->trace.count && !stack->trace.note))
		return;
	fprintf(out, "\n%s\n", title);
	for (size_t i = 0; i < stack->trace.count; i = end) {
		size_t times = run_length(&stack->trace, i, &end);

		if (shown++ == FRAMES) {
			fprintf(out, _("   … %zu more: see kdumpkit bt\n"),
				stack->trace.count - i);
			break;
		}
		put_frame(out, diagnosis, stack, i, times);
	}
	if (stack->trace.note) {
		fputs("   ", out);
		put_text(out, stack->trace.note, 3, 3);
	}
}

static void put_bytes(FILE *out, const struct kdk_fault *fault)
{
	for (size_t i = 0; i < fault->code_size; i += BYTES_IN_LINE) {
		fprintf(out, "  %016" PRIx64 " ", fault->code_start + i);
		for (size_t b = i; b < i + BYTES_IN_LINE && b < fault->code_size; b++)
			fprintf(out,
				fault->code_start + b == fault->pc ? " <%02x>" : " %02x",
				fault->code[b]);
		fputc('\n', out);
	}
}

static void put_instruction(FILE *out, const struct kdk_fault *fault,
			    const struct kdk_disassembly *code,
			    const struct kdk_instruction *one)
{
	struct kdk_buffer text = { 0 };
	int column;

	column = fprintf(out, " %c ", one->address == fault->pc ? '>' : ' ');
	if (code->function)
		column += fprintf(out, "+%#-6" PRIx64 " ", one->address - code->start);
	for (unsigned int i = 0; i < INSTRUCTION_BYTES || i < one->size; i++)
		column += i < one->size ? fprintf(out, "%02x ", one->bytes[i])
					: fprintf(out, "   ");
	kdk_buffer_printf(&text, *one->operands ? "%s %s" : "%s%s", one->mnemonic,
			  one->operands);
	if (one->symbol)
		kdk_buffer_printf(&text, " <%s>", one->symbol);
	put_text(out, text.data && !text.failed ? text.data : "", column, column);
	kdk_buffer_deinit(&text);
}

static void put_code(FILE *out, const struct kdk_fault *fault)
{
	if (!fault->pc_known)
		return;
	if (!fault->code_size && !fault->after.count) {
		fprintf(out, "\n%s\n", _("Code: the dump does not have it"));
		return;
	}
	fprintf(out, "\n%s\n", _("Code where it happened"));
	if (!fault->after.count)
		put_bytes(out, fault);
	for (size_t i = 0; i < fault->before.count; i++)
		put_instruction(out, fault, &fault->before,
				&fault->before.instructions[i]);
	for (size_t i = 0; i < fault->after.count; i++)
		put_instruction(out, fault, &fault->after, &fault->after.instructions[i]);
}

/* One line of what the buffer holds, and empties it. */
static void put_cut(FILE *out, struct kdk_buffer *text)
{
	struct kdk_buffer escaped = { 0 }, cut = { 0 };

	if (text->data && !text->failed)
		kdk_buffer_escape(&escaped, text->data, text->size,
				  kdk_text_locale_flags());
	if (escaped.data && !escaped.failed)
		kdk_buffer_cut(&cut, escaped.data, COLUMNS);
	fprintf(out, "%s\n", cut.data && !cut.failed ? cut.data : "");
	kdk_buffer_deinit(text);
	kdk_buffer_deinit(&escaped);
	kdk_buffer_deinit(&cut);
}

static void put_cpus(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	if (!diagnosis->cpus.count)
		return;
	fprintf(out, "\n%s\n", _("What the CPUs were doing"));
	for (size_t i = 0; i < diagnosis->cpus.count; i++) {
		const struct kdk_stack *stack = &diagnosis->cpus.stacks[i];
		const struct kdk_stack_task *task = &stack->tasks[0];
		struct kdk_buffer text = { 0 };

		kdk_buffer_printf(&text, " %c %3u  %-15s %7d  ",
				  stack == diagnosis->panic ? '>' : ' ', task->cpu,
				  task->comm, (int)task->pid);
		if (stack->trace.count)
			kdk_frame_say(&stack->trace.frames[0], &text);
		else
			kdk_buffer_puts(&text,
					stack->trace.note ? stack->trace.note : "?");
		put_cut(out, &text);
	}
}

static void put_sources(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	const struct kdk_summary *summary = &diagnosis->summary;
	struct kdk_buffer text = { 0 };

	fputc('\n', out);
	put_field(out, _("Signature:"), diagnosis->signature);
	kdk_buffer_puts(&text, summary->container);
	if (summary->dump_level >= 0)
		kdk_buffer_printf(&text, _(", level %d"), summary->dump_level);
	if (summary->incomplete)
		kdk_buffer_printf(&text, ", %s", _("incomplete"));
	put_buffer(out, _("Dump:"), &text);
	kdk_buffer_puts(&text,
			diagnosis->symbols_source ? diagnosis->symbols_source : "-");
	put_buffer(out, _("Symbols:"), &text);
	kdk_buffer_puts(&text, diagnosis->types_source ? diagnosis->types_source : "-");
	put_buffer(out, _("Types:"), &text);
}

void kdk_cli_report_text(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	put_verdict(out, diagnosis);
	put_lines(out, _("Evidence in the log"), &diagnosis->evidence);
	fputc('\n', out);
	if (diagnosis->crashed)
		put_suspect(out, diagnosis);
	put_fault(out, diagnosis);
	put_task(out, diagnosis);
	put_time(out, diagnosis);
	put_machine(out, diagnosis);
	put_stack(out, diagnosis, _("Stack of the task that crashed"), diagnosis->panic);
	if (diagnosis->culprit && diagnosis->culprit != diagnosis->panic)
		put_stack(out, diagnosis,
			  diagnosis->kind == KDK_CRASH_HUNG_TASK
				  ? _("Stack of the task that hung")
				  : _("Stack of the CPU that was stuck"),
			  diagnosis->culprit);
	put_code(out, &diagnosis->fault);
	put_cpus(out, diagnosis);
	put_lines(out,
		  diagnosis->crashed ? _("Last warnings before the crash")
				     : _("Last warnings in the log"),
		  &diagnosis->warnings);
	put_sources(out, diagnosis);
}
