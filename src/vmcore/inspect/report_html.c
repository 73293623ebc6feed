/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/report_html.h"

#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "core/units.h"

#define STACK_FRAMES 40 /* drawn of one stack */
#define STACKS 16	/* drawn of all CPUs' */

static const char style[] =
	":root{color-scheme:light "
	"dark;--ink:#1b1f24;--dim:#667;--paper:#fff;--line:#d5d9e0;"
	"--bad:#b3261e;--mark:#fde8e6;--a:#3b6fb6;--b:#5a9e6f;--c:#c9973b;--d:#8a6bbf;--e:#c3c9d4}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e4e7ec;--dim:#9aa3b2;--paper:#15181d;"
	"--line:#333a45;--bad:#ff8a80;--mark:#4a2320;--e:#4a5261}}"
	"*{box-sizing:border-box}body{margin:0 auto;max-width:62rem;padding:1.5rem;"
	"font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}"
	"h1{font-size:1.5rem;margin:0;color:var(--bad)}h2{font-size:1.1rem;margin:2rem 0 "
	".5rem}"
	"p.lead{font-size:1.1rem;margin:.5rem 0 1rem}dl{display:grid;"
	"grid-template-columns:max-content 1fr;gap:.2rem "
	"1rem;margin:0}dt{color:var(--dim)}"
	"dd{margin:0;overflow-wrap:anywhere}pre,code,td.m{font:13px/1.45 "
	"ui-monospace,monospace}"
	"pre{overflow-x:auto;border:1px solid "
	"var(--line);border-radius:6px;padding:.75rem;margin:0}"
	"pre "
	"b{background:var(--mark);font-weight:inherit}table{border-collapse:collapse;width:100%}"
	"td,th{text-align:left;padding:.15rem .6rem .15rem 0;border-bottom:1px solid "
	"var(--line);"
	"vertical-align:top}svg{max-width:100%;height:auto}svg text{font:12px "
	"ui-monospace,monospace;"
	"fill:var(--ink)}footer{margin-top:2rem;color:var(--dim);font-size:.85rem}";

void kdk_html_text(FILE *out, const char *text)
{
	struct kdk_buffer escaped = { 0 };

	kdk_buffer_escape(&escaped, text, strlen(text), KDK_TEXT_KEEP_TAB);
	for (const char *at = escaped.failed || !escaped.data ? "" : escaped.data; *at;
	     at++) {
		switch (*at) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*at, out);
		}
	}
	kdk_buffer_deinit(&escaped);
}

static void text_buffer(FILE *out, struct kdk_buffer *buffer)
{
	if (buffer->data && !buffer->failed)
		kdk_html_text(out, buffer->data);
	kdk_buffer_deinit(buffer);
	*buffer = (struct kdk_buffer){ 0 };
}

static void field(FILE *out, const char *label, struct kdk_buffer *buffer)
{
	if (!buffer->size || buffer->failed) {
		kdk_buffer_deinit(buffer);
		*buffer = (struct kdk_buffer){ 0 };
		return;
	}
	fprintf(out, "<dt>%s</dt><dd>", label);
	text_buffer(out, buffer);
	fputs("</dd>\n", out);
}

static void head(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
	      "'none'; "
	      "style-src 'unsafe-inline'\">\n<title>",
	      out);
	kdk_html_text(out, diagnosis->signature);
	fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
	kdk_html_text(out, kdk_crash_kind_title(diagnosis->kind));
	fputs("</h1>\n<p class=\"lead\">", out);
	kdk_html_text(out, diagnosis->verdict);
	fputs("</p>\n", out);
}

static void lines(FILE *out, const char *title, const struct kdk_diagnosis_lines *what)
{
	if (!what->count)
		return;
	fprintf(out, "<h2>%s</h2>\n<pre>", title);
	for (size_t i = 0; i < what->count; i++) {
		if (what->lines[i].has_time)
			fprintf(out, "[%5ju.%06u] ",
				(uintmax_t)(what->lines[i].ts_nsec / 1000000000),
				(unsigned int)(what->lines[i].ts_nsec % 1000000000 /
					       1000));
		kdk_html_text(out, what->lines[i].text);
		fputc('\n', out);
	}
	fputs("</pre>\n", out);
}

static void suspect_fields(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	const struct kdk_suspect *suspect = &diagnosis->suspect;
	const struct kdk_fault *fault = &diagnosis->fault;
	struct kdk_buffer text = { 0 };

	if (diagnosis->crashed) {
		if (suspect->function)
			kdk_buffer_puts(&text, suspect->function);
		if (suspect->module)
			kdk_buffer_printf(&text, " [%s]", suspect->module);
		kdk_buffer_printf(&text, "%s%s", suspect->function ? ": " : "",
				  kdk_suspect_why_text(suspect->why));
		field(out, "Suspect", &text);
	}
	if (fault->address_known) {
		kdk_buffer_printf(&text, "%#" PRIx64 ": %s", fault->address,
				  fault->text && *fault->text ? fault->text : "?");
		field(out, "Address", &text);
	}
	for (size_t i = 0; i < fault->register_count; i++) {
		kdk_buffer_printf(&text, "%s %#" PRIx64 ": %s", fault->registers[i].name,
				  fault->registers[i].value, fault->registers[i].text);
		field(out, "Register", &text);
	}
	if (diagnosis->panic && diagnosis->panic->count) {
		const struct kdk_stack_task *task = &diagnosis->panic->tasks[0];

		kdk_buffer_printf(&text, "%s, PID %d, on CPU %u", task->comm,
				  (int)task->pid, task->cpu);
		field(out, "Task", &text);
	}
}

static void taint_field(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	struct kdk_buffer text = { 0 };
	bool more = false;
	char letters[33];

	if (!diagnosis->taint_known)
		return;
	kdk_taint_letters(diagnosis->taint, letters);
	kdk_buffer_puts(&text, diagnosis->taint ? letters : "none");
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(diagnosis->taint >> bit & 1) || !kdk_taint_text(bit))
			continue;
		kdk_buffer_printf(&text, "%s%s", more ? "; " : ": ", kdk_taint_text(bit));
		more = true;
	}
	field(out, "Taint", &text);
}

static void fields(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	const struct kdk_summary *summary = &diagnosis->summary;
	char time[KDK_UNIT_TEXT];
	struct kdk_buffer text = { 0 };

	fputs("<h2>At a glance</h2>\n<dl>\n", out);
	suspect_fields(out, diagnosis);
	if (summary->time_known) {
		kdk_buffer_puts(&text, kdk_time_format(summary->time, time));
		field(out, "Time", &text);
	}
	if (diagnosis->uptime_known) {
		kdk_buffer_puts(&text,
				kdk_duration_format(diagnosis->uptime_nsec / 1000000000,
						    time));
		field(out, "Up for", &text);
	}
	kdk_buffer_printf(&text, "%s, %s", *summary->release ? summary->release : "?",
			  *summary->arch ? summary->arch : "?");
	if (*summary->nodename && strcmp(summary->nodename, "(none)") != 0)
		kdk_buffer_printf(&text, ", %s", summary->nodename);
	field(out, "Kernel", &text);
	taint_field(out, diagnosis);
	if (diagnosis->tasks_known) {
		kdk_buffer_printf(&text,
				  "%zu, blocked (state D): "
				  "%zu",
				  diagnosis->task_count, diagnosis->blocked_count);
		field(out, "Tasks", &text);
	}
	kdk_buffer_puts(&text, diagnosis->signature);
	field(out, "Signature", &text);
	fputs("</dl>\n", out);
}

static void trace(FILE *out, const struct kdk_diagnosis *diagnosis, const char *title,
		  const struct kdk_stack *stack)
{
	if (!stack || !stack->trace.count)
		return;
	fprintf(out, "<h2>%s</h2>\n<pre>", title);
	for (size_t i = 0; i < stack->trace.count; i++) {
		const struct kdk_frame *frame = &stack->trace.frames[i];
		const struct kdk_frame *taken = kdk_backtrace_exception(&stack->trace, i);
		bool mark = stack == diagnosis->culprit && i == diagnosis->suspect.frame;
		struct kdk_buffer text = { 0 };

		if (taken && i) {
			kdk_buffer_printf(&text, "     --- %s ---\n",
					  taken->exception_name ? taken->exception_name
								: "exception");
			if (text.data && !text.failed)
				fputs(text.data, out);
			kdk_buffer_deinit(&text);
			text = (struct kdk_buffer){ 0 };
		}
		kdk_buffer_printf(&text, "#%-3zu ", i);
		if (frame->user)
			kdk_buffer_printf(&text, "user space %#" PRIx64, frame->pc);
		else
			kdk_frame_say(frame, &text);
		if (frame->how == KDK_FRAME_GUESS)
			kdk_buffer_puts(&text, "  (a guess)");
		if (frame->file)
			kdk_buffer_printf(&text, "  %s:%u", frame->file, frame->line);
		fputs(mark ? "<b>" : "", out);
		text_buffer(out, &text);
		fputs(mark ? "</b>\n" : "\n", out);
	}
	fputs("</pre>\n", out);
}

static void code(FILE *out, const struct kdk_fault *fault)
{
	const struct kdk_disassembly *parts[] = { &fault->before, &fault->after };

	if (!fault->pc_known || (!fault->code_size && !fault->after.count))
		return;
	fputs("<h2>Code where it happened</h2>\n<pre>", out);
	for (size_t i = 0; i < fault->code_size && !fault->after.count; i++)
		fprintf(out,
			fault->code_start + i == fault->pc ? "<b>%02x</b>%s" : "%02x%s",
			fault->code[i], i % 16 == 15 ? "\n" : " ");
	for (size_t p = 0; p < KDK_ARRAY_SIZE(parts); p++) {
		for (size_t i = 0; i < parts[p]->count; i++) {
			const struct kdk_instruction *one = &parts[p]->instructions[i];
			bool mark = one->address == fault->pc;
			struct kdk_buffer text = { 0 };

			kdk_buffer_printf(&text, "%016" PRIx64 "  ", one->address);
			for (unsigned int b = 0; b < 11 || b < one->size; b++)
				kdk_buffer_printf(&text, b < one->size ? "%02x " : "   ",
						  b < one->size ? one->bytes[b] : 0);
			kdk_buffer_printf(&text, " %-8s %s", one->mnemonic,
					  one->operands);
			if (one->symbol)
				kdk_buffer_printf(&text, " <%s>", one->symbol);
			fputs(mark ? "<b>" : "", out);
			text_buffer(out, &text);
			fputs(mark ? "</b>\n" : "\n", out);
		}
	}
	fputs("</pre>\n", out);
}

static void cpus(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	if (!diagnosis->cpus.count)
		return;
	fputs("<h2>What the CPUs were doing</h2>\n<table>\n"
	      "<tr><th>CPU</th><th>Task</th><th>PID</th><th>Function</th></tr>\n",
	      out);
	for (size_t i = 0; i < diagnosis->cpus.count; i++) {
		const struct kdk_stack *stack = &diagnosis->cpus.stacks[i];
		struct kdk_buffer text = { 0 };

		fprintf(out, "<tr><td>%u</td><td>", stack->tasks[0].cpu);
		kdk_html_text(out, stack->tasks[0].comm);
		fprintf(out,
			"</td><td>%d</td><td "
			"class=\"m\">",
			(int)stack->tasks[0].pid);
		if (stack->trace.count)
			kdk_frame_say(&stack->trace.frames[0], &text);
		text_buffer(out, &text);
		fputs("</td></tr>\n", out);
	}
	fputs("</table>\n", out);
}

/* Memory as one bar; what is left over is what no other part accounts for. */
static void memory_picture(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	static const struct {
		enum kdk_memory_item item;
		const char *label, *colour;
	} parts[] = {
		{ KDK_MEM_ANON, "Processes", "a" },
		{ KDK_MEM_CACHED, "Files and tmpfs", "b" },
		{ KDK_MEM_BUFFERS, "Block devices", "b" },
		{ KDK_MEM_SLAB, "Kernel objects", "c" },
		{ KDK_MEM_PAGE_TABLES, "Page tables", "d" },
		{ KDK_MEM_KERNEL_STACKS, "Kernel stacks", "d" },
		{ KDK_MEM_FREE, "Free", "e" },
	};
	const struct kdk_memory_use *use = &diagnosis->memory;
	uint64_t total = use->value[KDK_MEM_TOTAL], sum = 0;
	char size[KDK_UNIT_TEXT];
	unsigned int row = 0;

	if (!diagnosis->memory_known || !use->known[KDK_MEM_TOTAL] || !total)
		return;
	fprintf(out,
		"<h2>Memory (%s)</h2>\n<svg viewBox=\"0 0 800 240\" width=\"800\" "
		"height=\"240\" "
		"role=\"img\" aria-label=\"Use of "
		"memory\">\n",
		kdk_size_format(total, size));
	for (size_t i = 0; i <= KDK_ARRAY_SIZE(parts); i++) {
		bool other = i == KDK_ARRAY_SIZE(parts);
		uint64_t value = other			     ? total - sum
				 : use->known[parts[i].item] ? use->value[parts[i].item]
							     : 0;

		/*
		 * Counters of a moving machine may add up to a little more than there is.
		 */
		if (value > total - sum)
			value = total - sum;
		fprintf(out,
			"<rect x=\"%.2f\" y=\"4\" width=\"%.2f\" height=\"32\" "
			"style=\"fill:%s%s%s\"/>\n",
			800.0 * (double)sum / (double)total,
			800.0 * (double)value / (double)total,
			other ? "var(--dim" : "var(--", other ? "" : parts[i].colour,
			")");
		fprintf(out,
			"<rect x=\"0\" y=\"%u\" width=\"12\" height=\"12\" "
			"style=\"fill:%s%s%s\"/>"
			"<text x=\"20\" y=\"%u\">%s: %s (%.1f "
			"%%)</text>\n",
			52 + row * 22, other ? "var(--dim" : "var(--",
			other ? "" : parts[i].colour, ")", 62 + row * 22,
			other ? "Other" : parts[i].label, kdk_size_format(value, size),
			100.0 * (double)value / (double)total);
		sum += value;
		row++;
	}
	fputs("</svg>\n", out);
}

static unsigned int drawn(const struct kdk_stack *stack)
{
	return stack->trace.count < STACK_FRAMES ? (unsigned int)stack->trace.count
						 : STACK_FRAMES;
}

static void stack_frame(FILE *out, const struct kdk_frame *frame, bool mark,
			unsigned int x, unsigned int y)
{
	static const char *const colours[] = {
		[KDK_STACK_TASK] = "a",	   [KDK_STACK_IRQ] = "c",
		[KDK_STACK_SOFTIRQ] = "c", [KDK_STACK_NMI] = "d",
		[KDK_STACK_UNKNOWN] = "e",
	};
	const char *colour = frame->user ? "e"
			     : frame->stack < KDK_ARRAY_SIZE(colours) &&
					     colours[frame->stack]
				     ? colours[frame->stack]
				     : "d";
	struct kdk_buffer text = { 0 }, escaped = { 0 }, cut = { 0 };

	if (frame->user)
		kdk_buffer_puts(&text, "user space");
	else
		kdk_frame_say(frame, &text);
	if (text.data && !text.failed)
		kdk_buffer_escape(&escaped, text.data, text.size, 0);
	if (escaped.data && !escaped.failed)
		kdk_buffer_cut(&cut, escaped.data, 32);
	fprintf(out,
		"<rect x=\"%u\" y=\"%u\" width=\"252\" height=\"18\" rx=\"3\" "
		"style=\"fill:var(--%s);fill-opacity:.28%s\"/><text x=\"%u\" y=\"%u\">",
		x, y, colour, mark ? ";stroke:var(--bad);stroke-width:2" : "", x + 6,
		y + 13);
	text_buffer(out, &cut);
	fputs("</text>\n", out);
	kdk_buffer_deinit(&text);
	kdk_buffer_deinit(&escaped);
}

/* Each CPU a column; the colour says which stack a frame is on. */
static void stacks_picture(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	size_t count = diagnosis->cpus.count < STACKS ? diagnosis->cpus.count : STACKS;
	unsigned int tallest[(STACKS + 2) / 3] = { 0 }, y = 0, height = 0;

	for (size_t i = 0; i < count; i++)
		if (drawn(&diagnosis->cpus.stacks[i]) > tallest[i / 3])
			tallest[i / 3] = drawn(&diagnosis->cpus.stacks[i]);
	for (size_t i = 0; i < count; i += 3)
		height += 34 + 20 * tallest[i / 3];
	if (!count)
		return;
	fprintf(out,
		"<h2>Stacks of the CPUs</h2>\n<svg viewBox=\"0 0 800 %u\" "
		"width=\"800\" "
		"height=\"%u\" role=\"img\" aria-label=\"Stacks of the "
		"CPUs\">\n",
		height, height);
	for (size_t i = 0; i < count; i++) {
		const struct kdk_stack *stack = &diagnosis->cpus.stacks[i];
		unsigned int x = (unsigned int)(i % 3) * 268;

		if (i && !(i % 3))
			y += 34 + 20 * tallest[i / 3 - 1];
		fprintf(out,
			"<text x=\"%u\" y=\"%u\">CPU %u: "
			"",
			x, y + 14, stack->tasks[0].cpu);
		kdk_html_text(out, stack->tasks[0].comm);
		fputs("</text>\n", out);
		for (unsigned int f = 0; f < drawn(stack); f++)
			stack_frame(out, &stack->trace.frames[f],
				    stack == diagnosis->culprit &&
					    f == diagnosis->suspect.frame,
				    x, y + 22 + 20 * f);
	}
	fputs("</svg>\n", out);
}

static void modules(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	if (!diagnosis->modules || !diagnosis->modules->count)
		return;
	fputs("<h2>Modules</h2>\n<p>", out);
	for (size_t i = 0; i < diagnosis->modules->count; i++) {
		const struct kdk_module *module = &diagnosis->modules->modules[i];
		char letters[33];

		kdk_taint_letters(module->taints, letters);
		fputs("<code>", out);
		kdk_html_text(out, module->name);
		fprintf(out, *letters ? "(%s)</code> " : "%s</code> ", letters);
	}
	fputs("</p>\n", out);
}

static void foot(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	const struct kdk_summary *summary = &diagnosis->summary;

	fputs("<footer>\n", out);
	for (size_t i = 0; i < diagnosis->remarks.count; i++) {
		fputs("Note: ", out);
		kdk_html_text(out, diagnosis->remarks.lines[i]);
		fputs("<br>\n", out);
	}
	fprintf(out, "Dump: %s%s; symbols: ", summary->container,
		summary->incomplete ? ", incomplete" : "");
	kdk_html_text(out,
		      diagnosis->symbols_source ? diagnosis->symbols_source : "none");
	fputs("; types: ", out);
	kdk_html_text(out, diagnosis->types_source ? diagnosis->types_source : "none");
	fputs("\n</footer>\n</body>\n</html>\n", out);
}

void kdk_report_html(const struct kdk_diagnosis *diagnosis, FILE *out)
{
	head(out, diagnosis);
	lines(out, "Evidence in the log", &diagnosis->evidence);
	fields(out, diagnosis);
	trace(out, diagnosis, "Stack of the task that crashed", diagnosis->panic);
	if (diagnosis->culprit != diagnosis->panic)
		trace(out, diagnosis,
		      diagnosis->kind == KDK_CRASH_HUNG_TASK
			      ? "Stack of the task that hung"
			      : "Stack of the CPU that was "
				"stuck",
		      diagnosis->culprit);
	code(out, &diagnosis->fault);
	stacks_picture(out, diagnosis);
	memory_picture(out, diagnosis);
	cpus(out, diagnosis);
	lines(out, "Last warnings before the crash", &diagnosis->warnings);
	modules(out, diagnosis);
	foot(out, diagnosis);
}
