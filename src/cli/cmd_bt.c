/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/open.h"
#include "cli/stack_view.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/inspect/backtrace.h"

enum {
	OPTION_ALL = 256 + 4,
	OPTION_PART,
};

static const struct kdk_option options[] = {
	{ 'p', "panic", NULL, N_("the task that crashed (the default)") },
	{ 'a', "cpus", NULL, N_("what every CPU was running") },
	{ 'c', "cpu", "CPU", N_("what one CPU was running") },
	{ 'r', "registers", NULL, N_("show registers where they are known") },
	{ 0, "all", NULL, N_("every task; equal stacks are shown once, with their tasks") },
	{ 0, "part", "FILE", N_("another part of a split set (may be repeated)") },
	KDK_SYMBOL_OPTIONS,
	{ 0 },
};

struct bt {
	struct kdk_cli *cli;
	struct kdk_kernel *kernel;
	enum kdk_stacks_of which;
	uint64_t value;
	bool chosen;		/* which has been */
	bool registers;
	struct kdk_stacks stacks;
};

static struct kdk_error *choose(struct bt *bt, enum kdk_stacks_of which, uint64_t value)
{
	if (bt->chosen)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("give one of -p, -a, -c CPU, --all, a pid or an address"));
	bt->chosen = true;
	bt->which = which;
	bt->value = value;
	return NULL;
}

static struct kdk_error *take_option(struct bt *bt, int option, const char *value,
				     struct kdk_cli_parts *parts)
{
	struct kdk_error *err;
	uint64_t cpu;

	switch (option) {
	case 'p':
		return choose(bt, KDK_STACKS_PANIC, 0);
	case 'a':
		return choose(bt, KDK_STACKS_CPUS, 0);
	case 'c':
		err = kdk_number_parse(value, &cpu);
		return err ? err : choose(bt, KDK_STACKS_CPU, cpu);
	case 'r':
		bt->registers = true;
		return NULL;
	case OPTION_ALL:
		return choose(bt, KDK_STACKS_ALL, 0);
	default:
		return kdk_cli_parts_add(parts, value);
	}
}

/* "1" is a pid; "0xffff8880…", or digits that are no decimal number, an address. */
static struct kdk_error *take_argument(struct bt *bt, const char *text)
{
	uint64_t number;
	struct kdk_error *err;

	if (strncmp(text, "0x", 2)) {
		err = kdk_number_parse(text, &number);
		if (!err && number <= INT32_MAX)
			return choose(bt, KDK_STACKS_PID, number);
		kdk_error_destroy(err);
	}
	err = kdk_cli_address(bt->kernel, text, &number);
	return err ? err : choose(bt, KDK_STACKS_ADDRESS, number);
}

static void print_task(const struct bt *bt, const struct kdk_stack_task *task)
{
	FILE *out = bt->cli->out;

	fprintf(out, _("PID %d  "), (int)task->pid);
	kdk_text_print(out, task->comm, strlen(task->comm), kdk_text_locale_flags());
	fprintf(out, _("  CPU %u  %c  task %#jx"), task->cpu, task->state,
		(uintmax_t)task->address);
	if (task->panicked)
		fputs(_("  crashed"), out);
	else if (task->current)
		fputs(_("  running"), out);
	fputc('\n', out);
}

static void print_folded(const struct bt *bt, const struct kdk_stack *stack)
{
	FILE *out = bt->cli->out;

	fprintf(out, ngettext("%zu task:", "%zu tasks:", stack->count), stack->count);
	for (size_t i = 0; i < stack->count; i++) {
		fprintf(out, " %d ", (int)stack->tasks[i].pid);
		kdk_text_print(out, stack->tasks[i].comm, strlen(stack->tasks[i].comm),
			       kdk_text_locale_flags());
		fputs(i + 1 < stack->count ? "," : "", out);
	}
	fputc('\n', out);
}

static void print_stacks(const struct bt *bt)
{
	for (size_t i = 0; i < bt->stacks.count; i++) {
		const struct kdk_stack *stack = &bt->stacks.stacks[i];

		if (i)
			fputc('\n', bt->cli->out);
		if (stack->count > 1)
			print_folded(bt, stack);
		else
			print_task(bt, &stack->tasks[0]);
		kdk_cli_trace_print(bt->cli->out, bt->kernel->arch, &stack->trace, bt->registers);
	}
	for (size_t i = 0; i < bt->stacks.note_count; i++)
		kdk_cli_note(bt->cli, bt->stacks.notes[i]);
}

static void json_task(struct kdk_json *json, const struct kdk_stack_task *task)
{
	const char state[] = { task->state, '\0' };

	kdk_json_object_begin(json, NULL);
	kdk_json_signed(json, "pid", task->pid);
	kdk_json_signed(json, "tgid", task->tgid);
	kdk_json_text(json, "comm", task->comm, strlen(task->comm));
	kdk_json_unsigned(json, "cpu", task->cpu);
	kdk_json_string(json, "state", state);
	kdk_json_address(json, "address", task->address);
	kdk_json_bool(json, "running", task->current);
	kdk_json_bool(json, "crashed", task->panicked);
	kdk_json_object_end(json);
}

static void json_stack(struct kdk_json *json, const struct bt *bt, const struct kdk_stack *stack)
{
	kdk_json_object_begin(json, NULL);
	kdk_json_array_begin(json, "tasks");
	for (size_t i = 0; i < stack->count; i++)
		json_task(json, &stack->tasks[i]);
	kdk_json_array_end(json);
	kdk_json_string(json, "registers_from",
			stack->source == KDK_REGISTERS_NONE ? NULL :
			kdk_registers_source_name(stack->source));
	kdk_json_bool(json, "complete", stack->trace.complete);
	kdk_json_string(json, "note", stack->trace.note);
	kdk_cli_trace_json(json, "frames", bt->kernel->arch, &stack->trace);
	kdk_json_object_end(json);
}

static void json_stacks(const struct bt *bt)
{
	struct kdk_json json;

	kdk_json_open(&json, bt->cli->out);
	kdk_json_array_begin(&json, "stacks");
	for (size_t i = 0; i < bt->stacks.count; i++)
		json_stack(&json, bt, &bt->stacks.stacks[i]);
	kdk_json_array_end(&json);
	kdk_json_array_begin(&json, "notes");
	for (size_t i = 0; i < bt->stacks.note_count; i++)
		kdk_json_string(&json, NULL, bt->stacks.notes[i]);
	kdk_json_array_end(&json);
	kdk_json_close(&json);
}

static struct kdk_error *run_opened(struct bt *bt, char **arguments, int count)
{
	struct kdk_error *err = NULL;

	if (count > 1)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("\"%s\" is one argument too many; parts of a split set go behind --part"),
				     arguments[1]);
	if (count)
		err = take_argument(bt, arguments[0]);
	if (!err)
		err = kdk_stacks_read(bt->kernel, bt->which, bt->value, &bt->stacks);
	if (err)
		return err;
	if (bt->cli->json)
		json_stacks(bt);
	else
		print_stacks(bt);
	return NULL;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_kernel_destroyp) struct kdk_kernel *kernel = NULL;
	_cleanup_(kdk_cli_parts_deinit) struct kdk_cli_parts parts = { 0 };
	struct bt bt = { .cli = cli, .which = KDK_STACKS_PANIC };
	struct kdk_option_parser parser = { 0 };
	struct kdk_error *err;
	int option;

	err = kdk_options_init(&parser, cli, options, argc, argv);
	while (!err && (option = kdk_options_next(&parser)))
		err = option < 0 ? parser.error : take_option(&bt, option, parser.value, &parts);
	kdk_options_deinit(&parser);
	if (err)
		return err;
	err = kdk_cli_open_parts(cli, argv[parser.index], &parts, &kernel);
	if (err)
		return err;
	bt.kernel = kernel;
	err = run_opened(&bt, argv + parser.index + 1, argc - parser.index - 1);
	kdk_stacks_deinit(&bt.stacks);
	return err;
}

const struct kdk_command kdk_command_bt = {
	.name = "bt",
	.summary = N_("stacks: of the task that crashed, of CPUs, of tasks"),
	.arguments = "DUMP [PID|ADDRESS]",
	.options = options,
	.example = "kdumpkit bt vmcore\n"
		   "kdumpkit bt -r vmcore 1\n"
		   "kdumpkit bt --all vmcore",
	.run = run,
};
