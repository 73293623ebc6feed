/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/open.h"
#include "cli/shell.h"
#include "cli/shell_line.h"
#include "core/i18n.h"
#include "core/text.h"
#include "vmcore/kernel/vmcoreinfo.h"

static const struct kdk_option options[] = {
	{ 'c', "command", "TEXT", N_("run these commands and end (may be repeated)") },
	{ 0, "no-pager", NULL, N_("long answers go to the terminal as they are") },
	KDK_SYMBOL_OPTIONS,
	{ 0 },
};

struct request {
	struct kdk_buffer commands;	/* of -c, each on a line of its own */
	bool has_commands, no_pager;
};

/* ${XDG_CONFIG_HOME:-~/.config}/kdumpkit/shellrc; NULL where there is no home. */
static FILE *open_settings(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct kdk_buffer path = { 0 };
	_cleanup_free_ char *text = NULL;
	struct kdk_error *err;

	if (config && *config == '/')
		kdk_buffer_puts(&path, config);
	else if (home && *home == '/')
		kdk_buffer_printf(&path, "%s/.config", home);
	else
		return NULL;
	kdk_buffer_puts(&path, "/kdumpkit/shellrc");
	err = kdk_buffer_take(&path, &text);
	kdk_error_destroy(err);
	return err ? NULL : fopen(text, "re");
}

static struct kdk_error *run_file(struct kdk_shell *shell, FILE *file)
{
	_cleanup_free_ char *line = NULL;
	size_t capacity = 0;

	while (!shell->done && getline(&line, &capacity, file) >= 0)
		kdk_shell_run(shell, line);
	if (ferror(file))
		return kdk_error_system(errno, "%s", _("reading commands"));
	return NULL;
}

static struct kdk_error *run_settings(struct kdk_shell *shell)
{
	FILE *file = open_settings();
	struct kdk_error *err;

	if (!file)
		return NULL;
	err = run_file(shell, file);
	fclose(file);
	return err;
}

static void greet(const struct kdk_shell *shell)
{
	const struct kdk_vmcoreinfo *info = shell->kernel->info;
	const char *release = info ? kdk_vmcoreinfo_find(info, "OSRELEASE") : NULL;
	FILE *out = shell->cli->out;

	if (release) {
		kdk_text_print(out, release, strlen(release), kdk_text_locale_flags());
		if (shell->kernel->arch)
			fprintf(out, ", %s", shell->kernel->arch->name);
		fputc('\n', out);
	}
	fputs(_("help lists the commands; exit or Ctrl-D leaves.\n"), out);
}

/* From here on Ctrl-C is looked for instead of ending the program. */
static struct kdk_error *interact(struct kdk_shell *shell)
{
	struct kdk_error *err;
	sigset_t interrupt, before;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &before);
	greet(shell);
	err = run_settings(shell);
	if (!err)
		err = kdk_shell_interact(shell);
	sigprocmask(SIG_SETMASK, &before, NULL);
	/* Each answer has been seen; leaving is no failure. */
	shell->exit = KDK_EXIT_DONE;
	return err;
}

static struct kdk_error *run_shell(struct kdk_cli *cli, struct kdk_kernel *kernel,
				   const char *dump, const struct request *request)
{
	bool at_terminal = isatty(STDIN_FILENO) && isatty(fileno(cli->out));
	struct kdk_shell shell = {
		.cli = cli,
		.kernel = kernel,
		.dump = dump,
		.interactive = at_terminal && !request->has_commands,
	};
	struct kdk_error *err = NULL;

	shell.pager = shell.interactive && !request->no_pager;
	cli->kernel = kernel;
	kernel->kept = true;
	if (request->has_commands)
		kdk_shell_run(&shell,
			      request->commands.data ? request->commands.data : "");
	else if (shell.interactive)
		err = interact(&shell);
	else
		err = run_file(&shell, stdin);
	kernel->kept = false;
	cli->kernel = NULL;
	cli->exit = shell.exit;
	kdk_shell_aliases_deinit(&shell.aliases);
	return err;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_kernel_destroyp) struct kdk_kernel *kernel = NULL;
	struct kdk_option_parser parser = { 0 };
	struct request request = { 0 };
	struct kdk_error *err;
	int option;

	err = kdk_options_init(&parser, cli, options, argc, argv);
	while (!err && (option = kdk_options_next(&parser))) {
		if (option < 0) {
			err = parser.error;
		} else if (option == 'c') {
			request.has_commands = true;
			kdk_buffer_puts(&request.commands, parser.value);
			kdk_buffer_puts(&request.commands, "\n");
		} else {
			request.no_pager = true;
		}
	}
	kdk_options_deinit(&parser);
	if (!err && request.commands.failed)
		err = &kdk_enomem;
	if (!err)
		err = kdk_cli_open(cli, argv + parser.index, argc - parser.index,
				   &kernel);
	if (!err)
		err = run_shell(cli, kernel, argv[parser.index], &request);
	kdk_buffer_deinit(&request.commands);
	return err;
}

const struct kdk_command kdk_command_shell = {
	.name = "shell",
	.summary = N_(
		"a prompt for many questions: completion, history, pipes, crash's names"),
	.arguments = "DUMP…",
	.options = options,
	.example = "kdumpkit shell vmcore\n"
		   "kdumpkit shell -c 'bt -a; ps | grep sshd' vmcore\n"
		   "kdumpkit shell vmcore < questions",
	.run = run,
};
