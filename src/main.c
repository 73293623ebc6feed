/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"
#include "core/i18n.h"
#include "core/text.h"

enum {
	OPTION_SYSROOT = 256,
	OPTION_JSON,
	OPTION_COLOR,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_LIST_COMMANDS,
};

static const struct option long_options[] = {
	{ "sysroot", required_argument, NULL, OPTION_SYSROOT },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "color", required_argument, NULL, OPTION_COLOR },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "list-commands", no_argument, NULL, OPTION_LIST_COMMANDS },
	{ NULL, 0, NULL, 0 },
};

/* What stands before the command's name. */
struct program_options {
	const char *sysroot;
	int first;	/* argument that is no option; 0: an option has been the whole work */
};

static struct kdk_error *read_options(struct kdk_cli *cli, int argc, char **argv,
				      struct program_options *ret)
{
	struct kdk_error *err = kdk_cli_set_color(cli, "auto");
	int option;

	opterr = 0;
	while (!err && (option = getopt_long(argc, argv, "+:h", long_options, NULL)) != -1) {
		switch (option) {
		case OPTION_SYSROOT:
			ret->sysroot = optarg;
			break;
		case OPTION_JSON:
			cli->json = true;
			break;
		case OPTION_COLOR:
			err = kdk_cli_set_color(cli, optarg);
			break;
		case 'h':
		case OPTION_HELP:
			kdk_help_program(cli->out);
			return NULL;
		case OPTION_VERSION:
			fprintf(cli->out, "%s\n", PACKAGE_STRING);
			return NULL;
		case OPTION_LIST_COMMANDS:
			kdk_help_names(cli->out);
			return NULL;
		case ':':
			return kdk_error_new(KDK_ERROR_USAGE, _("option %s needs a value"),
					     argv[optind - 1]);
		default:
			/* Within "-xyz" optind has not moved yet. */
			return kdk_error_new(KDK_ERROR_USAGE,
					     _("no option %s; see kdumpkit --help"),
					     optopt && optopt < OPTION_SYSROOT ?
					     (const char[]){ '-', (char)optopt, '\0' } :
					     argv[optind - 1]);
		}
	}
	ret->first = optind;
	return err;
}

static struct kdk_error *find_command(const char *name, const struct kdk_command **ret)
{
	const struct kdk_command *nearest;

	*ret = kdk_command_find(name);
	if (*ret)
		return NULL;
	nearest = kdk_command_nearest(name);
	if (nearest)
		return kdk_error_new(KDK_ERROR_USAGE, _("no command \"%s\"; did you mean %s?"),
				     name, nearest->name);
	return kdk_error_new(KDK_ERROR_USAGE, _("no command \"%s\"; see kdumpkit --help"), name);
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

/* kdumpkit help [COMMAND] */
static struct kdk_error *help(struct kdk_cli *cli, int argc, char **argv)
{
	const struct kdk_command *command;
	struct kdk_error *err;

	if (argc < 2) {
		kdk_help_program(cli->out);
		return NULL;
	}
	err = find_command(argv[1], &command);
	if (!err)
		kdk_help_command(command, cli->out);
	return err;
}

static struct kdk_error *run_command(struct kdk_cli *cli, const char *sysroot, int argc,
				     char **argv)
{
	_cleanup_(kdk_sys_destroyp) struct kdk_sys *sys = NULL;
	const struct kdk_command *command;
	struct kdk_error *err;

	if (!strcmp(argv[0], "help"))
		return help(cli, argc, argv);
	err = find_command(argv[0], &command);
	if (err)
		return err;
	if (asks_for_help(argc, argv)) {
		kdk_help_command(command, cli->out);
		return NULL;
	}
	err = kdk_sys_create(sysroot, &sys);
	if (err)
		return err;
	cli->sys = sys;
	err = command->run(cli, argc, argv);
	cli->sys = NULL;
	return err;
}

/* The chain may quote a dump or a file name, so it is escaped like any other text. */
static void print_error(const struct kdk_error *err)
{
	fputs("kdumpkit: ", stderr);
	kdk_text_print(stderr, err->message, strlen(err->message), kdk_text_locale_flags());
	fputc('\n', stderr);
}

/* A full disk or a closed pipe may show only when the last bytes leave. */
static struct kdk_error *close_output(bool told)
{
	bool failed = ferror(stdout) && !told;

	errno = 0;
	if (fclose(stdout) == EOF && errno && !told)
		return kdk_error_system(errno, "%s", _("writing to standard output"));
	if (failed)
		return kdk_error_new(KDK_ERROR_SYSTEM, "%s",
				     _("writing to standard output failed"));
	return NULL;
}

int main(int argc, char **argv)
{
	struct kdk_cli cli = { .out = stdout, .err = stderr, .exit = KDK_EXIT_DONE };
	struct program_options options = { 0 };
	struct kdk_error *err;
	bool told = false;

	setlocale(LC_ALL, "");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);

	err = read_options(&cli, argc, argv, &options);
	if (!err && options.first && options.first == argc) {
		kdk_help_program(stderr);
		return KDK_EXIT_USAGE;
	}
	if (!err && options.first)
		err = run_command(&cli, options.sysroot, argc - options.first,
				  argv + options.first);
	if (err) {
		cli.exit = err->kind == KDK_ERROR_USAGE ? KDK_EXIT_USAGE : KDK_EXIT_FAILED;
		told = ferror(stdout) && err->kind == KDK_ERROR_SYSTEM;
		fflush(stdout);
		print_error(err);
		kdk_error_destroy(err);
	}
	err = close_output(told);
	if (err) {
		cli.exit = KDK_EXIT_FAILED;
		print_error(err);
		kdk_error_destroy(err);
	}
	return cli.exit;
}
