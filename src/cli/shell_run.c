/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shell.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "cli/shell_names.h"
#include "cli/shell_output.h"
#include "core/i18n.h"
#include "core/progress_term.h"
#include "core/text.h"
#include "vmcore/kernel/types.h"

const char *const kdk_shell_task_commands[] = { "bt", "files", "vm", NULL };

void kdk_shell_complain(struct kdk_cli *cli, struct kdk_error *err)
{
	cli->exit = err->kind == KDK_ERROR_USAGE ? KDK_EXIT_USAGE : KDK_EXIT_FAILED;
	fflush(cli->out);
	fputs("kdumpkit: ", cli->err);
	kdk_text_print(cli->err, err->message, strlen(err->message),
		       kdk_text_locale_flags());
	fputc('\n', cli->err);
	kdk_error_destroy(err);
}

bool kdk_shell_offers(const struct kdk_command *command)
{
	/* The shell's own DUMP is not handed to another shell. */
	return command->arguments && !strncmp(command->arguments, "DUMP", 4) &&
	       strcmp(command->name, "shell");
}

/* "bt" of whom has been said: by an option, or a task that is named. */
static bool says_whom(const struct kdk_shell_line *line)
{
	static const char *const names[] = { "--all", "--cpu", "--panic" };

	for (size_t at = 1; at < line->count; at++) {
		const char *word = line->words[at];

		if (word[0] == '-' && word[1] != '-' && strpbrk(word + 1, "apc"))
			return true;
		for (size_t i = 0; i < KDK_ARRAY_SIZE(names); i++)
			if (!strncmp(word, names[i], strlen(names[i])))
				return true;
	}
	return false;
}

/* Commands about a task are about the current one when they name none. */
static struct kdk_error *add_task(struct kdk_shell *shell,
				  const struct kdk_command *command,
				  struct kdk_shell_line *line)
{
	bool is_bt = !strcmp(command->name, "bt"), wanted = false;
	struct kdk_task task;
	struct kdk_error *err;
	char text[32];

	for (size_t i = 0; kdk_shell_task_commands[i]; i++)
		wanted |= !strcmp(command->name, kdk_shell_task_commands[i]);
	if (!wanted || kdk_shell_argument_count(command, line) ||
	    (is_bt && (says_whom(line) || !shell->task_chosen)))
		return NULL;
	err = kdk_shell_task(shell, &task);
	if (err)
		return err;
	/* Idle tasks share pid 0. */
	if (is_bt)
		snprintf(text, sizeof(text), "%#jx", (uintmax_t)task.address);
	else
		snprintf(text, sizeof(text), "%d", (int)task.pid);
	return kdk_shell_line_insert(line, line->count, strdup(text));
}

/* Not -h, which is an option of some of crash's commands. */
static bool asks_for_help(const struct kdk_shell_line *line)
{
	for (size_t at = 1; at < line->count && strcmp(line->words[at], "--"); at++)
		if (!strcmp(line->words[at], "--help"))
			return true;
	return false;
}

static struct kdk_error *run_command(struct kdk_shell *shell, struct kdk_cli *cli,
				     const struct kdk_command *command,
				     struct kdk_shell_line *line)
{
	_cleanup_free_ char **argv = NULL;
	struct kdk_error *err;

	err = add_task(shell, command, line);
	if (!err)
		err = kdk_shell_line_insert(line, 1, strdup(shell->dump));
	if (err)
		return err;
	/* getopt() moves words; the line still owns each of them. */
	argv = calloc(line->count + 1, sizeof(*argv));
	if (!argv)
		return &kdk_enomem;
	memcpy(argv, line->words, line->count * sizeof(*argv));
	return command->run(cli, line->count, argv);
}

/* "task_struct ffff…" means struct. */
static bool is_type(struct kdk_shell *shell, const char *word)
{
	_cleanup_free_ char *name = strndup(word, strcspn(word, "."));
	struct kdk_types *types;
	struct kdk_error *err;
	uint32_t id;

	if (!name || !(isalpha((unsigned char)*name) || *name == '_'))
		return false;
	err = kdk_kernel_types(shell->kernel, &types);
	kdk_error_destroy(err);
	return !err && kdk_types_find(types, name, &id);
}

static struct kdk_error *unknown(const char *name)
{
	const struct kdk_command *nearest = kdk_command_nearest(name);

	if (nearest && kdk_shell_offers(nearest))
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("no command \"%s\"; did you mean %s?"), name,
				     nearest->name);
	return kdk_error_new(KDK_ERROR_USAGE, _("no command \"%s\"; help lists them"),
			     name);
}

/* --json is taken by commands themselves; for what only the shell has, here. */
static void take_json(struct kdk_cli *cli, struct kdk_shell_line *line)
{
	for (size_t at = line->count; at-- > 1;)
		if (!strcmp(line->words[at], "--json")) {
			kdk_shell_line_remove(line, at);
			cli->json = true;
		}
}

struct kdk_error *kdk_shell_dispatch(struct kdk_shell *shell, struct kdk_cli *cli,
				     struct kdk_shell_line *line)
{
	const struct kdk_shell_builtin *builtin = kdk_shell_builtin_find(line->words[0]);
	const struct kdk_command *command;
	struct kdk_error *err;

	if (asks_for_help(line)) {
		err = kdk_shell_line_insert(line, 0, strdup("help"));
		return err ? err : kdk_shell_help(shell, cli, line);
	}
	if (builtin) {
		/* foreach hands its words on as they are. */
		if (builtin->run != kdk_shell_each)
			take_json(cli, line);
		return builtin->run(shell, cli, line);
	}
	err = kdk_shell_translate(line);
	if (err)
		return err;
	command = kdk_command_find(line->words[0]);
	if ((!command || !kdk_shell_offers(command)) && is_type(shell, line->words[0])) {
		err = kdk_shell_line_insert(line, 0, strdup("struct"));
		if (!err)
			err = kdk_shell_translate(line);
		if (err)
			return err;
		command = kdk_command_find("struct");
	}
	if (!command || !kdk_shell_offers(command))
		return unknown(line->words[0]);
	return run_command(shell, cli, command, line);
}

/* The command's exit code counts; where it did well, that of the program behind it. */
static void answer(struct kdk_shell *shell, struct kdk_shell_line *line)
{
	struct kdk_cli cli = *shell->cli;
	struct kdk_shell_output output;
	struct kdk_error *err;
	int status;

	cli.exit = KDK_EXIT_DONE;
	cli.debuginfo = (struct kdk_debuginfo_options){ 0 };
	err = kdk_shell_output_open(line, cli.out, cli.err, shell->pager, &output);
	if (!err) {
		cli.out = output.out;
		cli.err = output.err;
		if (!output.terminal)
			cli.color = KDK_COLOR_NEVER;
		err = kdk_shell_dispatch(shell, &cli, line);
		if (err)
			kdk_shell_complain(&cli, err);
		err = kdk_shell_output_close(&output, &status);
		if (!cli.exit)
			cli.exit = status;
	}
	cli.out = shell->cli->out;
	cli.err = shell->cli->err;
	if (err)
		kdk_shell_complain(&cli, err);
	shell->exit = cli.exit;
}

static void run_line(struct kdk_shell *shell, struct kdk_shell_line *line)
{
	bool pipes = line->pipe || shell->pager;
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	struct kdk_error *err;

	if (line->escape) {
		err = kdk_shell_escape(line->pipe, &shell->exit);
		if (err) {
			kdk_shell_complain(shell->cli, err);
			shell->exit = shell->cli->exit;
		}
		return;
	}
	/* A pager that was left early must not end the shell. */
	if (pipes)
		sigaction(SIGPIPE, &ignore, &before);
	answer(shell, line);
	if (pipes)
		sigaction(SIGPIPE, &before, NULL);
}

static void run_one(struct kdk_shell *shell, const char *text, size_t length)
{
	struct kdk_shell_alias *alias =
		kdk_shell_alias_find(&shell->aliases, text, length);
	_cleanup_free_ char *expanded = NULL, *name = NULL;
	struct kdk_shell_line line;
	struct kdk_error *err;

	if (alias) {
		err = kdk_shell_alias_expand(alias, text, length, &expanded);
		name = strdup(alias->name);
		if (!err && name) {
			alias->busy = true;
			kdk_shell_run(shell, expanded);
			kdk_shell_alias_release(&shell->aliases, name);
			return;
		}
		err = &kdk_enomem;
	} else {
		err = kdk_shell_parse(text, length, &line);
	}
	if (err) {
		kdk_shell_complain(shell->cli, err);
		shell->exit = shell->cli->exit;
		return;
	}
	if (line.count || line.escape)
		run_line(shell, &line);
	kdk_shell_line_deinit(&line);
}

void kdk_shell_run(struct kdk_shell *shell, const char *text)
{
	while (*text && !shell->done &&
	       !(shell->interactive && kdk_interrupt_pending())) {
		size_t length = kdk_shell_command_length(text);

		run_one(shell, text, length);
		text += length + (text[length] != '\0');
	}
}
