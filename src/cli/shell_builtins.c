/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/help.h"
#include "cli/shell.h"
#include "cli/shell_names.h"
#include "core/i18n.h"
#include "core/text.h"

static struct kdk_error *run_alias(struct kdk_shell *shell, struct kdk_cli *cli,
				   struct kdk_shell_line *line)
{
	const char *name = line->count > 1 ? line->words[1] : NULL;
	struct kdk_error *err = NULL;
	bool found = false;

	/* alias ll=ps -t, without quotes, is meant as a whole. */
	if (name && strchr(name, '=')) {
		struct kdk_buffer text = { 0 };
		_cleanup_free_ char *whole = NULL;

		for (size_t at = 1; at < line->count; at++)
			kdk_buffer_printf(&text, "%s%s", at > 1 ? " " : "",
					  line->words[at]);
		err = kdk_buffer_take(&text, &whole);
		return err ? err : kdk_shell_alias_set(&shell->aliases, whole);
	}
	for (size_t i = 0; i < shell->aliases.count; i++) {
		const struct kdk_shell_alias *alias = &shell->aliases.aliases[i];

		if (name && strcmp(name, alias->name))
			continue;
		found = true;
		fprintf(cli->out, "alias %s=", alias->name);
		kdk_text_print(cli->out, alias->value, strlen(alias->value),
			       kdk_text_locale_flags());
		fputc('\n', cli->out);
	}
	if (name && !found)
		return kdk_error_new(KDK_ERROR_ABSENT, _("there is no alias \"%s\""),
				     name);
	return NULL;
}

static struct kdk_error *run_unalias(struct kdk_shell *shell, struct kdk_cli *cli,
				     struct kdk_shell_line *line)
{
	(void)cli;
	if (line->count != 2)
		return kdk_error_new(KDK_ERROR_USAGE, _("unalias takes one name"));
	if (!kdk_shell_alias_remove(&shell->aliases, line->words[1]))
		return kdk_error_new(KDK_ERROR_ABSENT, _("there is no alias \"%s\""),
				     line->words[1]);
	return NULL;
}

static struct kdk_error *run_exit(struct kdk_shell *shell, struct kdk_cli *cli,
				  struct kdk_shell_line *line)
{
	(void)line;
	/* The exit code stays that of the command before. */
	cli->exit = shell->exit;
	shell->done = true;
	return NULL;
}

/* To add one: a line here, one in the man page. */
const struct kdk_shell_builtin kdk_shell_builtins[] = {
	{ "alias", "[NAME[=VALUE]]",
	  N_("name the beginning of a line, or list such names"), run_alias },
	{ "unalias", "NAME", N_("forget an alias"), run_unalias },
	{ "foreach", "[TASKS…] bt|files|vm …", N_("a command for each of many tasks"),
	  kdk_shell_each },
	{ "p", "SYMBOL[.MEMBER]", N_("the value of a variable"), kdk_shell_print },
	{ "set", "[PID|ADDRESS|-p|-c CPU]", N_("the current task; set pager on|off"),
	  kdk_shell_set },
	{ "help", "[COMMAND]", N_("these lists, or what a command can do"),
	  kdk_shell_help },
	{ "exit", "", N_("leave the shell"), run_exit },
	{ "quit", "", N_("leave the shell"), run_exit },
	{ "q", "", N_("leave the shell"), run_exit },
	{ NULL, NULL, NULL, NULL },
};

const struct kdk_shell_builtin *kdk_shell_builtin_find(const char *name)
{
	for (const struct kdk_shell_builtin *at = kdk_shell_builtins; at->name; at++)
		if (!strcmp(at->name, name))
			return at;
	return NULL;
}

static void print_name(FILE *out, const char *name, const char *summary)
{
	fprintf(out, "  %-12s %s\n", name, summary);
}

static void list_commands(FILE *out)
{
	for (const struct kdk_command_group *group = kdk_command_groups; group->title;
	     group++) {
		bool titled = false;

		for (const struct kdk_command *const *at = group->commands; *at; at++) {
			if (!kdk_shell_offers(*at))
				continue;
			if (!titled)
				fprintf(out, "%s:\n", _(group->title));
			titled = true;
			print_name(out, (*at)->name, _((*at)->summary));
		}
		fputs(titled ? "\n" : "", out);
	}
	fprintf(out, "%s:\n", _("The shell"));
	for (const struct kdk_shell_builtin *at = kdk_shell_builtins; at->name; at++)
		print_name(out, at->name, _(at->summary));
	fprintf(out, "\n%s:\n", _("As in crash"));
	for (const struct kdk_shell_name *at = kdk_shell_names; at->name; at++)
		if (strcmp(at->name, at->command) && kdk_command_find(at->command))
			print_name(out, at->name, at->command);
	fputs(_("\nAn answer goes through a program with \"| PROGRAM\", to a file with \"> FILE\".\n"
		"No command is given a dump: it is open. help COMMAND says what one can do.\n"),
	      out);
}

struct kdk_error *kdk_shell_help(struct kdk_shell *shell, struct kdk_cli *cli,
				 struct kdk_shell_line *line)
{
	const struct kdk_shell_builtin *builtin;
	const struct kdk_command *command;
	const char *name;

	(void)shell;
	if (line->count < 2) {
		list_commands(cli->out);
		return NULL;
	}
	name = line->words[1];
	builtin = kdk_shell_builtin_find(name);
	if (builtin) {
		fprintf(cli->out, "%s %s\n\n%s\n", builtin->name, builtin->arguments,
			_(builtin->summary));
		return NULL;
	}
	for (const struct kdk_shell_name *at = kdk_shell_names; at->name; at++)
		if (!strcmp(at->name, name))
			name = at->command;
	command = kdk_command_find(name);
	if (!command || !kdk_shell_offers(command))
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("no command \"%s\"; help lists them"),
				     line->words[1]);
	kdk_help_command(command, cli->out);
	fputs(_("\nIn the shell DUMP is left out.\n"), cli->out);
	return NULL;
}
