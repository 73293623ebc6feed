/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/stack_view.h"

#include <string.h>

#include "core/i18n.h"
#include "core/text.h"

#define PLACE_COLUMNS 44
#define SOURCE_INDENT 10
#define SOURCE_COLUMNS 70
#define REPEATS_MIN 3	/* equal frames that are counted, not shown */

static void print_place(FILE *out, const struct kdk_frame *frame)
{
	struct kdk_buffer buffer = { 0 };
	size_t columns;

	if (frame->user)
		kdk_buffer_printf(&buffer, _("user space %#jx"), (uintmax_t)frame->pc);
	else if (!frame->function)
		kdk_buffer_printf(&buffer, "%#jx", (uintmax_t)frame->pc);
	else
		kdk_buffer_escape(&buffer, frame->function, strlen(frame->function),
				  kdk_text_locale_flags());
	if (frame->function && !frame->user && !frame->inlined)
		kdk_buffer_printf(&buffer, "+%#jx", (uintmax_t)frame->offset);
	if (frame->module) {
		kdk_buffer_puts(&buffer, "  [");
		kdk_buffer_escape(&buffer, frame->module, strlen(frame->module),
				  kdk_text_locale_flags());
		kdk_buffer_puts(&buffer, "]");
	}
	if (buffer.failed || !buffer.data) {
		kdk_buffer_deinit(&buffer);
		return;
	}
	columns = kdk_text_columns(buffer.data);
	fprintf(out, "%s%*s", buffer.data,
		(int)(columns < PLACE_COLUMNS ? PLACE_COLUMNS - columns : 0), "");
	kdk_buffer_deinit(&buffer);
}

static void print_registers(FILE *out, const struct kdk_arch *arch,
			    const struct kdk_registers *registers)
{
	const char *const *names = arch->unwind->registers;
	unsigned int shown = 0;

	for (unsigned int i = 0; i < KDK_REGISTERS && names[i]; i++) {
		if (!kdk_registers_has(registers, i))
			continue;
		fprintf(out, "%s%8s: %0*jx", shown % 3 ? " " : "      ", names[i],
			arch->word_bytes * 2, (uintmax_t)registers->value[i]);
		shown++;
		if (!(shown % 3))
			fputc('\n', out);
	}
	if (shown % 3)
		fputc('\n', out);
}

/* Below the function; of long paths the end. */
static void print_source(FILE *out, const struct kdk_frame *frame)
{
	const char *file = frame->file, *next;
	char line[16];
	size_t room = SOURCE_COLUMNS - snprintf(line, sizeof(line), ":%u", frame->line);

	while (strlen(file) + (file != frame->file) > room && (next = strchr(file + 1, '/')))
		file = next;
	fprintf(out, "%*s%s", SOURCE_INDENT, "", file == frame->file ? "" : "…");
	kdk_text_print(out, file, strlen(file), kdk_text_locale_flags());
	fprintf(out, "%s\n", line);
}

static void print_frame(FILE *out, size_t index, const struct kdk_frame *frame)
{
	fprintf(out, " %c#%-2zu ", frame->how == KDK_FRAME_GUESS ? '?' : ' ', index);
	print_place(out, frame);
	if (frame->inlined)
		fprintf(out, "  %s\n", _("inlined"));
	else
		fprintf(out, "  %s%s\n", kdk_frame_how_name(frame->how),
			frame->recovered ? _(", recovered from a tracer") : "");
	if (frame->file)
		print_source(out, frame);
}

/* Where the stack changes, and what has been interrupted. */
static void print_border(FILE *out, const struct kdk_backtrace *trace, size_t index)
{
	const struct kdk_frame *frame = &trace->frames[index];
	const struct kdk_frame *taken = kdk_backtrace_exception(trace, index);
	bool changed = index ? frame->stack != trace->frames[index - 1].stack :
		       frame->stack != KDK_STACK_TASK && frame->stack != KDK_STACK_UNKNOWN;

	if (frame->user)
		changed = false;
	if (taken && taken->how != KDK_FRAME_REGISTERS)
		fprintf(out, "  --- %s ---\n",
			taken->exception_name ? taken->exception_name : _("exception"));
	if (!changed)
		return;
	if (frame->stack == KDK_STACK_TASK)
		fprintf(out, _("  --- stack of the task ---\n"));
	else
		fprintf(out, _("  --- stack %s of CPU %u ---\n"), kdk_stack_kind_name(frame->stack),
			frame->stack_cpu);
}

/*
 * How often what is at this frame comes again behind it, with what is inlined there: a
 * recursion. *ret_last is the last frame of it.
 */
static size_t repeats(const struct kdk_backtrace *trace, size_t index, size_t *ret_last)
{
	const struct kdk_frame *frame = &trace->frames[index];
	size_t count = 0;

	*ret_last = index;
	for (size_t i = index + 1; !frame->inlined && i < trace->count; i++) {
		const struct kdk_frame *next = &trace->frames[i];

		if (next->pc != frame->pc || next->how != frame->how ||
		    next->stack != frame->stack || next->exception || next->recovered)
			break;
		if (next->inlined)
			continue;
		*ret_last = i;
		count++;
	}
	return count;
}

void kdk_cli_trace_print(FILE *out, const struct kdk_arch *arch,
			 const struct kdk_backtrace *trace, bool registers)
{
	for (size_t i = 0; i < trace->count; i++) {
		size_t same, last;

		print_border(out, trace, i);
		print_frame(out, i, &trace->frames[i]);
		if (registers)
			print_registers(out, arch, &trace->frames[i].registers);
		same = repeats(trace, i, &last);
		if (same < REPEATS_MIN)
			continue;
		fprintf(out, ngettext("       … the same %zu more time\n",
				      "       … the same %zu more times\n", same), same);
		i = last;
	}
	if (trace->note)
		fprintf(out, "  (%s)\n", trace->note);
}

static void json_registers(struct kdk_json *json, const struct kdk_arch *arch,
			   const struct kdk_registers *registers)
{
	const char *const *names = arch->unwind->registers;

	kdk_json_object_begin(json, "registers");
	for (unsigned int i = 0; i < KDK_REGISTERS && names[i]; i++)
		if (kdk_registers_has(registers, i))
			kdk_json_address(json, names[i], registers->value[i]);
	kdk_json_object_end(json);
}

static void json_frame(struct kdk_json *json, const struct kdk_arch *arch,
		       const struct kdk_frame *frame)
{
	kdk_json_object_begin(json, NULL);
	kdk_json_string(json, "function", frame->function);
	if (frame->function && !frame->inlined)
		kdk_json_unsigned(json, "offset", frame->offset);
	else
		kdk_json_null(json, "offset");
	kdk_json_string(json, "module", frame->module);
	kdk_json_address(json, "pc", frame->pc);
	kdk_json_address(json, "sp", frame->sp);
	kdk_json_string(json, "stack", kdk_stack_kind_name(frame->stack));
	kdk_json_string(json, "how", kdk_frame_how_name(frame->how));
	kdk_json_string(json, "file", frame->file);
	if (frame->file)
		kdk_json_unsigned(json, "line", frame->line);
	else
		kdk_json_null(json, "line");
	kdk_json_bool(json, "inlined", frame->inlined);
	kdk_json_bool(json, "recovered", frame->recovered);
	kdk_json_bool(json, "user", frame->user);
	if (frame->exception)
		kdk_json_string(json, "exception",
				frame->exception_name ? frame->exception_name : "exception");
	else
		kdk_json_null(json, "exception");
	if (frame->registers.known)
		json_registers(json, arch, &frame->registers);
	kdk_json_object_end(json);
}

void kdk_cli_trace_json(struct kdk_json *json, const char *name, const struct kdk_arch *arch,
			const struct kdk_backtrace *trace)
{
	kdk_json_array_begin(json, name);
	for (size_t i = 0; i < trace->count; i++)
		json_frame(json, arch, &trace->frames[i]);
	kdk_json_array_end(json);
}
