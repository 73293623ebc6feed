/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shell's current task, and commands for many tasks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/open.h"
#include "cli/shell.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/progress_term.h"
#include "core/table.h"
#include "core/units.h"
#include "vmcore/inspect/backtrace.h"

static struct kdk_error *task_of(struct kdk_shell *shell, enum kdk_stacks_of which,
				 uint64_t value, uint64_t *ret)
{
	struct kdk_stacks stacks = { 0 };
	struct kdk_error *err = kdk_stacks_read(shell->kernel, which, value, &stacks);

	if (err)
		return err;
	if (stacks.count && stacks.stacks[0].count)
		*ret = stacks.stacks[0].tasks[0].address;
	else
		err = kdk_error_new(KDK_ERROR_ABSENT, _("no task was found"));
	kdk_stacks_deinit(&stacks);
	return err;
}

struct kdk_error *kdk_shell_task(struct kdk_shell *shell, struct kdk_task *ret)
{
	uint64_t address = shell->task;
	struct kdk_error *err = NULL;

	if (!shell->task_chosen)
		err = kdk_error_wrap(task_of(shell, KDK_STACKS_PANIC, 0, &address),
				     _("no task is chosen, set PID does that"));
	return err ? err : kdk_task_read(shell->kernel, address, ret);
}

/* A decimal number is a pid; anything else an address. */
static struct kdk_error *parse_task(struct kdk_shell *shell, const char *text,
				    uint64_t *ret)
{
	bool is_pid = *text && !text[strspn(text, "0123456789")];
	struct kdk_error *err;
	uint64_t value;

	err = is_pid ? kdk_number_parse(text, &value) :
		       kdk_cli_address(shell->kernel, text, &value);
	if (err)
		return err;
	return task_of(shell, is_pid ? KDK_STACKS_PID : KDK_STACKS_ADDRESS, value, ret);
}

static struct kdk_error *set_pager(struct kdk_shell *shell,
				   const struct kdk_shell_line *line)
{
	const char *state = line->count == 3 ? line->words[2] : "";

	if (strcmp(state, "on") && strcmp(state, "off"))
		return kdk_error_new(KDK_ERROR_USAGE, _("set %s takes on or off"),
				     line->words[1]);
	shell->pager = shell->interactive && !strcmp(state, "on");
	return NULL;
}

static struct kdk_error *show_task(struct kdk_shell *shell, struct kdk_cli *cli)
{
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	char state[2] = { 0 };
	struct kdk_json json;
	struct kdk_task task;
	struct kdk_error *err = kdk_shell_task(shell, &task);

	if (err)
		return err;
	state[0] = kdk_task_state(&task);
	if (cli->json) {
		kdk_json_open(&json, cli->out);
		kdk_json_object_begin(&json, "task");
		kdk_json_signed(&json, "pid", task.pid);
		kdk_json_text(&json, "comm", task.comm, strlen(task.comm));
		kdk_json_address(&json, "address", task.address);
		kdk_json_unsigned(&json, "cpu", task.cpu);
		kdk_json_string(&json, "state", state);
		kdk_json_object_end(&json);
		kdk_json_close(&json);
		return NULL;
	}
	err = kdk_table_create_pairs(&table);
	if (err)
		return err;
	kdk_table_pair(table, _("Task"), "%d %s", (int)task.pid, task.comm);
	kdk_table_pair(table, _("Address"), "%#jx", (uintmax_t)task.address);
	kdk_table_pair(table, _("CPU"), "%u", task.cpu);
	kdk_table_pair(table, _("State"), "%s", state);
	return kdk_table_print(table, cli->out);
}

struct kdk_error *kdk_shell_set(struct kdk_shell *shell, struct kdk_cli *cli,
				struct kdk_shell_line *line)
{
	const char *what = line->count > 1 ? line->words[1] : NULL;
	size_t most = what && !strcmp(what, "-c") ? 3 : 2;
	struct kdk_error *err = NULL;
	uint64_t cpu, address;

	if (!what)
		return show_task(shell, cli);
	if (!strcmp(what, "pager") || !strcmp(what, "scroll"))
		return set_pager(shell, line);
	if (line->count > most)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("\"%s\" is one argument too many"),
				     line->words[most]);
	if (!strcmp(what, "-p")) {
		err = task_of(shell, KDK_STACKS_PANIC, 0, &address);
	} else if (!strcmp(what, "-c")) {
		if (line->count < 3)
			return kdk_error_new(KDK_ERROR_USAGE,
					     _("option %s needs a value"), what);
		err = kdk_number_parse(line->words[2], &cpu);
		if (!err)
			err = task_of(shell, KDK_STACKS_CPU, cpu, &address);
	} else {
		err = parse_task(shell, what, &address);
	}
	if (err)
		return err;
	shell->task = address;
	shell->task_chosen = true;
	return show_task(shell, cli);
}

/* Which tasks a foreach is about. What is not said of is not asked. */
struct selection {
	struct kdk_shell *shell;
	struct kdk_tasks tasks;
	bool *named;		/* by task: by number, address or name */
	bool any_named;
	bool user, kernel, active;
	char states[16];
};

/* crash's names of states and the letters that /proc/PID/stat has for them */
static const struct {
	const char *name;
	char letter;
} states[] = {
	{ "RU", 'R' }, { "IN", 'S' }, { "UN", 'D' }, { "ST", 'T' }, { "TR", 't' },
	{ "ZO", 'Z' }, { "DE", 'X' }, { "ID", 'I' }, { "PA", 'P' },
};

static bool take_state(struct selection *selection, const char *word)
{
	size_t used = strlen(selection->states);

	for (size_t i = 0; i < KDK_ARRAY_SIZE(states); i++) {
		bool letter = word[0] == states[i].letter && !word[1];

		if (!letter && strcmp(word, states[i].name))
			continue;
		if (!strchr(selection->states, states[i].letter) &&
		    used + 1 < sizeof(selection->states))
			selection->states[used] = states[i].letter;
		return true;
	}
	return false;
}

static bool take_named(struct selection *selection, const char *word)
{
	uint64_t number = 0;
	bool found = false;
	struct kdk_error *err = kdk_address_parse(word, &number);
	bool is_pid = *word && !word[strspn(word, "0123456789")];

	for (size_t i = 0; i < selection->tasks.count; i++) {
		const struct kdk_task *task = &selection->tasks.tasks[i];

		if (strcmp(task->comm, word) &&
		    !(is_pid && (uint64_t)task->pid == strtoull(word, NULL, 10)) &&
		    !(!err && task->address == number))
			continue;
		selection->named[i] = true;
		found = true;
	}
	kdk_error_destroy(err);
	selection->any_named |= found;
	return found;
}

static bool take_selector(struct selection *selection, const char *word)
{
	if (!strcmp(word, "user"))
		selection->user = true;
	else if (!strcmp(word, "kernel"))
		selection->kernel = true;
	else if (!strcmp(word, "active"))
		selection->active = true;
	else
		return take_state(selection, word) || take_named(selection, word);
	return true;
}

static bool is_task_command(const char *word)
{
	for (size_t i = 0; kdk_shell_task_commands[i]; i++)
		if (!strcmp(kdk_shell_task_commands[i], word))
			return true;
	return false;
}

static bool selected(const struct selection *selection, size_t i, const char *command)
{
	const struct kdk_task *task = &selection->tasks.tasks[i];
	bool kthread = task->flags & KDK_TASK_KTHREAD;

	if (selection->any_named && !selection->named[i])
		return false;
	if ((selection->user || selection->kernel) &&
	    !(kthread ? selection->kernel : selection->user))
		return false;
	if (selection->active && !task->on_cpu)
		return false;
	if (*selection->states && !strchr(selection->states, kdk_task_state(task)))
		return false;
	if (!strcmp(command, "bt"))
		return true;
	/* What threads share is shown once, and what kernel threads have none of, if
	 * asked. */
	return !task->idle && (selection->named[i] || task->leader) &&
	       (strcmp(command, "vm") || selection->any_named || task->mm);
}

/* The words from `at` on with the task behind them. */
static struct kdk_error *run_for(struct kdk_shell *shell, struct kdk_cli *cli,
				 const struct kdk_shell_line *line, size_t at,
				 const struct kdk_task *task)
{
	struct kdk_shell_line copy = { 0 };
	struct kdk_error *err = NULL;
	char text[32];

	if (strcmp(line->words[at], "bt"))
		snprintf(text, sizeof(text), "%d", (int)task->pid);
	else
		snprintf(text, sizeof(text), "%#jx", (uintmax_t)task->address);
	for (size_t i = at; !err && i < line->count; i++)
		err = kdk_shell_line_insert(&copy, copy.count, strdup(line->words[i]));
	if (!err)
		err = kdk_shell_line_insert(&copy, copy.count, strdup(text));
	if (!err)
		err = kdk_shell_dispatch(shell, cli, &copy);
	kdk_shell_line_deinit(&copy);
	return err;
}

static void run_all(struct selection *selection, struct kdk_cli *cli,
		    const struct kdk_shell_line *line, size_t at)
{
	int exit = KDK_EXIT_DONE;
	bool first = true;

	for (size_t i = 0; i < selection->tasks.count && !ferror(cli->out); i++) {
		struct kdk_error *err;

		if (selection->shell->interactive && kdk_interrupt_pending())
			break;
		if (!selected(selection, i, line->words[at]))
			continue;
		if (!first && !cli->json)
			fputc('\n', cli->out);
		first = false;
		err = run_for(selection->shell, cli, line, at,
			      &selection->tasks.tasks[i]);
		if (err)
			kdk_shell_complain(cli, err);
		if (cli->exit)
			exit = cli->exit;
	}
	cli->exit = exit;
}

struct kdk_error *kdk_shell_each(struct kdk_shell *shell, struct kdk_cli *cli,
				 struct kdk_shell_line *line)
{
	struct selection selection = { .shell = shell };
	struct kdk_error *err;
	size_t at = 1;

	if (line->count < 2)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("foreach takes tasks and one of bt, files, vm"));
	err = kdk_tasks_read(shell->kernel, &selection.tasks);
	if (err)
		return err;
	selection.named = calloc(selection.tasks.count + 1, sizeof(*selection.named));
	if (!selection.named)
		err = &kdk_enomem;
	while (!err && at < line->count && !is_task_command(line->words[at])) {
		if (!take_selector(&selection, line->words[at]))
			err = kdk_error_new(
				KDK_ERROR_USAGE,
				_("\"%s\" is neither a task nor a state, nor one of bt, files, vm"),
				line->words[at]);
		at++;
	}
	if (!err && at == line->count)
		err = kdk_error_new(KDK_ERROR_USAGE,
				    _("foreach takes tasks and one of bt, files, vm"));
	if (!err && selection.tasks.note)
		kdk_cli_note(cli, selection.tasks.note);
	if (!err)
		run_all(&selection, cli, line, at);
	free(selection.named);
	kdk_tasks_deinit(&selection.tasks);
	return err;
}
