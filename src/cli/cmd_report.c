/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/fact.h"
#include "cli/report_text.h"
#include "cli/stack_view.h"
#include "core/i18n.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/inspect/report_html.h"

enum { HTML = 'H' };

static const struct kdk_option options[] = {
	{ HTML, "html", "FILE",
	  N_("write a web page that needs nothing else (\"-\": standard output)") },
	KDK_CLI_FACT_OPTIONS
};

static void json_kernel(struct kdk_json *json, const struct kdk_diagnosis *diagnosis)
{
	const struct kdk_summary *summary = &diagnosis->summary;

	kdk_json_object_begin(json, "kernel");
	kdk_json_string(json, "release", *summary->release ? summary->release : NULL);
	kdk_json_string(json, "arch", *summary->arch ? summary->arch : NULL);
	kdk_json_string(json, "version", *summary->version ? summary->version : NULL);
	kdk_json_string(json, "nodename", *summary->nodename ? summary->nodename : NULL);
	if (diagnosis->taint_known) {
		char letters[33];

		kdk_taint_letters(diagnosis->taint, letters);
		kdk_json_object_begin(json, "taint");
		kdk_json_unsigned(json, "bits", diagnosis->taint);
		kdk_json_string(json, "letters", letters);
		kdk_json_array_begin(json, "words");
		for (unsigned int bit = 0; bit < 64; bit++)
			if (diagnosis->taint >> bit & 1 && kdk_taint_text(bit))
				kdk_json_string(json, NULL, kdk_taint_text(bit));
		kdk_json_array_end(json);
		kdk_json_object_end(json);
	} else {
		kdk_json_null(json, "taint");
	}
	kdk_json_object_end(json);
}

static void json_lines(struct kdk_json *json, const char *name,
		       const struct kdk_diagnosis_lines *lines)
{
	kdk_json_array_begin(json, name);
	for (size_t i = 0; i < lines->count; i++) {
		kdk_json_object_begin(json, NULL);
		if (lines->lines[i].has_time)
			kdk_json_unsigned(json, "ts_ns", lines->lines[i].ts_nsec);
		else
			kdk_json_null(json, "ts_ns");
		kdk_json_string(json, "text", lines->lines[i].text);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
}

static void json_task(struct kdk_json *json, const char *name,
		      const struct kdk_stack *stack)
{
	if (!stack || !stack->count || !stack->tasks[0].address) {
		kdk_json_null(json, name);
		return;
	}
	kdk_json_object_begin(json, name);
	kdk_json_signed(json, "pid", stack->tasks[0].pid);
	kdk_json_string(json, "comm", stack->tasks[0].comm);
	kdk_json_address(json, "address", stack->tasks[0].address);
	kdk_json_object_end(json);
}

static void json_code(struct kdk_json *json, const struct kdk_fault *fault)
{
	const struct kdk_disassembly *parts[] = { &fault->before, &fault->after };
	char hex[2 * KDK_FAULT_CODE + 1] = "";

	if (!fault->pc_known) {
		kdk_json_null(json, "code");
		return;
	}
	for (size_t i = 0; i < fault->code_size; i++)
		snprintf(hex + 2 * i, 3, "%02x", fault->code[i]);
	kdk_json_object_begin(json, "code");
	kdk_json_address(json, "pc", fault->pc);
	kdk_json_address(json, "start", fault->code_start);
	kdk_json_string(json, "bytes", hex);
	kdk_json_array_begin(json, "instructions");
	for (size_t p = 0; p < KDK_ARRAY_SIZE(parts); p++) {
		for (size_t i = 0; i < parts[p]->count; i++) {
			const struct kdk_instruction *one = &parts[p]->instructions[i];

			kdk_json_object_begin(json, NULL);
			kdk_json_address(json, "address", one->address);
			kdk_json_string(json, "mnemonic", one->mnemonic);
			kdk_json_string(json, "operands", one->operands);
			kdk_json_string(json, "symbol", one->symbol);
			kdk_json_object_end(json);
		}
	}
	kdk_json_array_end(json);
	kdk_json_object_end(json);
}

static void json_fault(struct kdk_json *json, const struct kdk_fault *fault)
{
	static const char *const access[] = {
		[KDK_ACCESS_READ] = "read",
		[KDK_ACCESS_WRITE] = "write",
		[KDK_ACCESS_EXECUTE] = "execute",
	};

	kdk_json_object_begin(json, "fault");
	if (fault->address_known)
		kdk_json_address(json, "address", fault->address);
	else
		kdk_json_null(json, "address");
	kdk_json_string(json, "access", access[fault->access]);
	kdk_json_string(json, "points_to",
			fault->address_known ? kdk_pointee_name(fault->pointee) : NULL);
	kdk_json_string(json, "text", fault->text && *fault->text ? fault->text : NULL);
	kdk_json_array_begin(json, "registers");
	for (size_t i = 0; i < fault->register_count; i++) {
		kdk_json_object_begin(json, NULL);
		kdk_json_string(json, "name", fault->registers[i].name);
		kdk_json_address(json, "value", fault->registers[i].value);
		kdk_json_string(json, "points_to",
				kdk_pointee_name(fault->registers[i].pointee));
		kdk_json_string(json, "text", fault->registers[i].text);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	json_code(json, fault);
	kdk_json_object_end(json);
}

static void json_suspect(struct kdk_json *json, const struct kdk_suspect *suspect)
{
	kdk_json_object_begin(json, "suspect");
	kdk_json_string(json, "function", suspect->function);
	kdk_json_string(json, "module", suspect->module);
	kdk_json_string(json, "why", kdk_suspect_why_text(suspect->why));
	if (suspect->frame != KDK_NO_FRAME)
		kdk_json_unsigned(json, "frame", suspect->frame);
	else
		kdk_json_null(json, "frame");
	kdk_json_object_end(json);
}

static void json_frames(struct kdk_json *json, const char *name,
			const struct kdk_diagnosis *diagnosis,
			const struct kdk_stack *stack)
{
	static const struct kdk_backtrace nothing;

	kdk_cli_trace_json(json, name, diagnosis->kernel->arch,
			   stack ? &stack->trace : &nothing);
}

static void json_crash(struct kdk_json *json, const struct kdk_diagnosis *diagnosis)
{
	char time[KDK_UNIT_TEXT];

	kdk_json_object_begin(json, "crash");
	kdk_json_string(json, "reason", diagnosis->reason);
	kdk_json_string(json, "kind", kdk_crash_kind_name(diagnosis->kind));
	kdk_json_bool(json, "crashed", diagnosis->crashed);
	kdk_json_string(json, "text", diagnosis->verdict);
	kdk_json_string(json, "time",
			diagnosis->summary.time_known
				? kdk_time_format(diagnosis->summary.time, time)
				: NULL);
	if (diagnosis->uptime_known)
		kdk_json_unsigned(json, "uptime_s", diagnosis->uptime_nsec / 1000000000);
	else
		kdk_json_null(json, "uptime_s");
	if (diagnosis->cpu >= 0)
		kdk_json_signed(json, "cpu", diagnosis->cpu);
	else
		kdk_json_null(json, "cpu");
	json_task(json, "task", diagnosis->panic);
	json_frames(json, "frames", diagnosis, diagnosis->panic);
	kdk_json_string(json, "signature", diagnosis->signature);
	json_suspect(json, &diagnosis->suspect);
	if (diagnosis->culprit && diagnosis->culprit != diagnosis->panic) {
		kdk_json_object_begin(json, "culprit");
		json_task(json, "task", diagnosis->culprit);
		json_frames(json, "frames", diagnosis, diagnosis->culprit);
		kdk_json_object_end(json);
	} else {
		kdk_json_null(json, "culprit");
	}
	json_fault(json, &diagnosis->fault);
	kdk_json_unsigned(json, "oopses", diagnosis->oopses);
	json_lines(json, "evidence", &diagnosis->evidence);
	json_lines(json, "warnings", &diagnosis->warnings);
	kdk_json_object_end(json);
}

static void json_cpus(struct kdk_json *json, const struct kdk_diagnosis *diagnosis)
{
	kdk_json_array_begin(json, "cpu_states");
	for (size_t i = 0; i < diagnosis->cpus.count; i++) {
		const struct kdk_stack *stack = &diagnosis->cpus.stacks[i];
		const struct kdk_frame *frame = stack->trace.count ? stack->trace.frames
								   : NULL;

		kdk_json_object_begin(json, NULL);
		kdk_json_unsigned(json, "cpu", stack->tasks[0].cpu);
		json_task(json, "task", stack);
		kdk_json_string(json, "function", frame ? frame->function : NULL);
		kdk_json_string(json, "module", frame ? frame->module : NULL);
		kdk_json_string(json, "registers_from",
				stack->source == KDK_REGISTERS_NONE
					? NULL
					: kdk_registers_source_name(stack->source));
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
}

static void json_modules(struct kdk_json *json, const struct kdk_diagnosis *diagnosis)
{
	kdk_json_array_begin(json, "modules");
	for (size_t i = 0; diagnosis->modules && i < diagnosis->modules->count; i++) {
		const struct kdk_module *module = &diagnosis->modules->modules[i];
		char letters[33];

		kdk_taint_letters(module->taints, letters);
		kdk_json_object_begin(json, NULL);
		kdk_json_string(json, "name", module->name);
		kdk_json_unsigned(json, "size", module->size);
		kdk_json_address(json, "address", module->address);
		kdk_json_string(json, "taint", letters);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
}

static void json_memory(struct kdk_json *json, const struct kdk_diagnosis *diagnosis)
{
	if (!diagnosis->memory_known) {
		kdk_json_null(json, "memory");
		return;
	}
	kdk_json_object_begin(json, "memory");
	for (unsigned int i = 0; i < KDK_MEM_ITEMS; i++)
		if (diagnosis->memory.known[i])
			kdk_json_unsigned(json, kdk_memory_item_name(i),
					  diagnosis->memory.value[i]);
	kdk_json_object_end(json);
}

static void json_sources(struct kdk_json *json, const struct kdk_diagnosis *diagnosis)
{
	kdk_json_object_begin(json, "dump");
	kdk_json_string(json, "format", diagnosis->summary.format);
	if (diagnosis->summary.dump_level >= 0)
		kdk_json_signed(json, "level", diagnosis->summary.dump_level);
	else
		kdk_json_null(json, "level");
	kdk_json_bool(json, "complete", !diagnosis->summary.incomplete);
	kdk_json_object_end(json);
	kdk_json_object_begin(json, "provenance");
	kdk_json_string(json, "symbols", diagnosis->symbols_source);
	kdk_json_string(json, "types", diagnosis->types_source);
	kdk_json_string(json, "unwind",
			diagnosis->unwind_source && *diagnosis->unwind_source
				? diagnosis->unwind_source
				: NULL);
	kdk_json_object_end(json);
}

static void write_json(FILE *out, const struct kdk_diagnosis *diagnosis)
{
	struct kdk_json json;

	kdk_json_open(&json, out);
	json_kernel(&json, diagnosis);
	json_crash(&json, diagnosis);
	if (diagnosis->cpu_count)
		kdk_json_unsigned(&json, "cpus", diagnosis->cpu_count);
	else
		kdk_json_null(&json, "cpus");
	json_cpus(&json, diagnosis);
	if (diagnosis->tasks_known) {
		kdk_json_unsigned(&json, "tasks", diagnosis->task_count);
		kdk_json_unsigned(&json, "tasks_blocked", diagnosis->blocked_count);
	} else {
		kdk_json_null(&json, "tasks");
		kdk_json_null(&json, "tasks_blocked");
	}
	json_modules(&json, diagnosis);
	json_memory(&json, diagnosis);
	json_sources(&json, diagnosis);
	kdk_cli_remarks_json(&json, &diagnosis->remarks);
	kdk_json_close(&json);
}

static struct kdk_error *
write_html(struct kdk_cli *cli, const struct kdk_diagnosis *diagnosis, const char *path)
{
	bool failed;
	FILE *out;

	if (!strcmp(path, "-")) {
		kdk_report_html(diagnosis, cli->out);
		return NULL;
	}
	out = fopen(path, "we");
	if (!out)
		return kdk_error_system(errno, _("creating %s"), path);
	kdk_report_html(diagnosis, out);
	failed = ferror(out);
	if (fclose(out) || failed)
		return kdk_error_system(errno, _("writing %s"), path);
	return NULL;
}

static struct kdk_error *show(const struct kdk_cli_fact *fact,
			      const struct kdk_diagnosis *diagnosis)
{
	const char *path = fact->value[HTML];
	struct kdk_error *err = NULL;

	if (path) {
		err = write_html(fact->cli, diagnosis, path);
		/* One stream holds one thing. */
		if (err || !strcmp(path, "-"))
			return err;
	}
	if (fact->cli->json) {
		write_json(fact->cli->out, diagnosis);
		return NULL;
	}
	kdk_cli_report_text(fact->cli->out, diagnosis);
	kdk_cli_remarks(fact->cli, &diagnosis->remarks);
	return NULL;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	struct kdk_diagnosis diagnosis = { 0 };
	struct kdk_cli_fact fact = { 0 };
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);

	if (!err)
		err = kdk_cli_fact_arguments(&fact, 0);
	if (!err)
		err = kdk_diagnosis_read(fact.kernel, &diagnosis);
	if (!err)
		err = show(&fact, &diagnosis);
	kdk_diagnosis_deinit(&diagnosis);
	kdk_cli_fact_deinit(&fact);
	return err;
}

const struct kdk_command kdk_command_report = {
	.name = "report",
	.summary = N_("what happened: kind of crash, place, suspect, evidence"),
	.arguments = "DUMP",
	.options = options,
	.example = "kdumpkit report vmcore\n"
		   "kdumpkit report --html report.html vmcore",
	.run = run,
};
