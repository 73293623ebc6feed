/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/text.h"

/* Values getopt_long() returns; an option without a short name is LONG_ONLY + its index. */
enum {
	LONG_ONLY = 256,
	OPTION_JSON = 0x10000,
	OPTION_COLOR,
};

/* getopt_long()'s own form of a kdk_option list. */
struct getopt_form {
	struct option *longs;
	char *shorts;
};

struct kdk_error *kdk_cli_set_color(struct kdk_cli *cli, const char *when)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	if (!strcmp(when, "always")) {
		cli->color = KDK_COLOR_ALWAYS;
	} else if (!strcmp(when, "never")) {
		cli->color = KDK_COLOR_NEVER;
	} else if (!strcmp(when, "auto")) {
		bool wanted = isatty(fileno(cli->out)) && !(no_color && *no_color) &&
			terminal && strcmp(terminal, "dumb");

		cli->color = wanted ? KDK_COLOR_ALWAYS : KDK_COLOR_NEVER;
	} else {
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("--color takes auto, always or never, not \"%s\""), when);
	}
	return NULL;
}

static void add_short(struct kdk_buffer *shorts, const struct kdk_option *option)
{
	if (option->short_name < KDK_OPTION_SYMBOL_END)
		return;
	kdk_buffer_add(shorts, &option->short_name, 1);
	if (option->argument)
		kdk_buffer_puts(shorts, ":");
}

static struct kdk_error *getopt_form_create(const struct kdk_option *options,
					    struct getopt_form **ret)
{
	/* ':' first makes a missing argument tell itself apart. */
	struct kdk_buffer shorts = { 0 };
	struct getopt_form *form;
	struct kdk_error *err;
	size_t count = 0;

	while (options && options[count].long_name)
		count++;
	form = calloc(1, sizeof(*form));
	if (!form)
		return &kdk_enomem;
	form->longs = calloc(count + 3, sizeof(*form->longs));
	kdk_buffer_puts(&shorts, ":");
	for (size_t i = 0; form->longs && i < count; i++) {
		form->longs[i].name = options[i].long_name;
		form->longs[i].has_arg = options[i].argument ? required_argument : no_argument;
		form->longs[i].val = options[i].short_name ? options[i].short_name :
			LONG_ONLY + (int)i;
		add_short(&shorts, &options[i]);
	}
	err = kdk_buffer_take(&shorts, &form->shorts);
	if (err || !form->longs) {
		free(form->shorts);
		free(form->longs);
		free(form);
		return &kdk_enomem;
	}
	form->longs[count] = (struct option){ "json", no_argument, NULL, OPTION_JSON };
	form->longs[count + 1] = (struct option){ "color", required_argument, NULL,
						  OPTION_COLOR };
	*ret = form;
	return NULL;
}

struct kdk_error *kdk_options_init(struct kdk_option_parser *parser, struct kdk_cli *cli,
				   const struct kdk_option *options, int argc, char **argv)
{
	struct getopt_form *form;
	struct kdk_error *err = getopt_form_create(options, &form);

	if (err)
		return err;
	*parser = (struct kdk_option_parser){
		.argc = argc,
		.argv = argv,
		.cli = cli,
		.options = options,
		.private = form,
	};
	/* 0 makes glibc start again, with nothing kept of an earlier argv. */
	optind = 0;
	opterr = 0;
	return NULL;
}

void kdk_options_deinit(struct kdk_option_parser *parser)
{
	struct getopt_form *form = parser->private;

	if (!form)
		return;
	free(form->longs);
	free(form->shorts);
	free(form);
	parser->private = NULL;
}

/*
 * optopt is 0 after a long option that nobody knows, and an option's own value after
 * a long one that was given a value it does not take. Only a short one that nobody
 * knows leaves another character there; then optind may not have moved yet.
 */
static struct kdk_error *refuse_option(const struct kdk_option_parser *parser)
{
	const struct getopt_form *form = parser->private;
	bool is_short = optopt > 0 && optopt < LONG_ONLY &&
		(optopt == ':' || !strchr(form->shorts, optopt));

	if (is_short)
		return kdk_error_new(KDK_ERROR_USAGE, _("no option -%c; see kdumpkit %s --help"),
				     optopt, parser->argv[0]);
	return kdk_error_new(KDK_ERROR_USAGE, _("no option %s; see kdumpkit %s --help"),
			     parser->argv[optind - 1], parser->argv[0]);
}

static bool take_symbol_option(struct kdk_cli *cli, int option, const char *value)
{
	struct kdk_debuginfo_options *debuginfo = &cli->debuginfo;

	switch (option) {
	case KDK_OPTION_VMLINUX:
		debuginfo->vmlinux = value;
		return true;
	case KDK_OPTION_SYSTEM_MAP:
		debuginfo->system_map = value;
		return true;
	case KDK_OPTION_DEBUG_DIR:
		debuginfo->debug_dir = value;
		return true;
	case KDK_OPTION_NO_DEBUGINFO:
		debuginfo->none = true;
		return true;
	default:
		return false;
	}
}

int kdk_options_next(struct kdk_option_parser *parser)
{
	struct getopt_form *form = parser->private;

	for (;;) {
		int option = getopt_long(parser->argc, parser->argv, form->shorts, form->longs,
					 NULL);

		parser->value = optarg;
		parser->index = optind;
		switch (option) {
		case -1:
			return 0;
		case '?':
			parser->error = refuse_option(parser);
			return -1;
		case ':':
			parser->error = kdk_error_new(KDK_ERROR_USAGE,
						      _("option %s needs a value"),
						      parser->argv[optind - 1]);
			return -1;
		case OPTION_JSON:
			parser->cli->json = true;
			break;
		case OPTION_COLOR:
			parser->error = kdk_cli_set_color(parser->cli, optarg);
			if (parser->error)
				return -1;
			break;
		default:
			if (!take_symbol_option(parser->cli, option, optarg))
				return option;
		}
	}
}
