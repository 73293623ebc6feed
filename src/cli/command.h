/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands: `kdumpkit NAME …`. */
#ifndef KDK_COMMAND_H
#define KDK_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "core/error.h"
#include "core/sys.h"
#include "vmcore/kernel/debuginfo.h"

enum kdk_exit {
	KDK_EXIT_DONE = 0,
	KDK_EXIT_FAILED = 1,
	KDK_EXIT_USAGE = 2,
	KDK_EXIT_NO = 3,	/* the answer is no: not ready, incomplete */
};

enum kdk_color {
	KDK_COLOR_AUTO,
	KDK_COLOR_ALWAYS,
	KDK_COLOR_NEVER,
};

struct kdk_kernel;

/* What main() found before the command's name, and where answers go. */
struct kdk_cli {
	const struct kdk_sys *sys;
	FILE *out;
	FILE *err;
	bool json;
	enum kdk_color color;	/* already resolved: ALWAYS or NEVER */
	int exit;		/* enum kdk_exit; a command sets KDK_EXIT_NO */
	struct kdk_debuginfo_options debuginfo;	/* by the options of KDK_SYMBOL_OPTIONS */
	struct kdk_kernel *kernel;	/* the shell's, for every command; NULL: each opens its own */
};

/* Options that kdk_options_next() takes itself, in a list where KDK_SYMBOL_OPTIONS is. */
enum kdk_option_symbol {
	KDK_OPTION_VMLINUX = 1,
	KDK_OPTION_SYSTEM_MAP,
	KDK_OPTION_DEBUG_DIR,
	KDK_OPTION_NO_DEBUGINFO,
	KDK_OPTION_SYMBOL_END,
};

/* For commands that ask for symbols or types of the dumped kernel. */
#define KDK_SYMBOL_OPTIONS							\
	{ KDK_OPTION_VMLINUX, "vmlinux", "FILE",				\
	  N_("the kernel with debuginfo, when it is not found by itself") },	\
	{ KDK_OPTION_SYSTEM_MAP, "system-map", "FILE",				\
	  N_("symbols from this System.map") },					\
	{ KDK_OPTION_DEBUG_DIR, "debug-dir", "DIR",				\
	  N_("look for debuginfo there instead of /usr/lib/debug") },		\
	{ KDK_OPTION_NO_DEBUGINFO, "no-debuginfo", NULL,			\
	  N_("use nothing but the dump") }

/* One option of a command. long_name NULL ends a list. */
struct kdk_option {
	char short_name;	/* 0: none; or enum kdk_option_symbol */
	const char *long_name;
	const char *argument;	/* "FILE"; NULL: takes none */
	const char *help;	/* N_() */
};

/*
 * To add a command: one of these in its own file cmd_NAME.c, listed in commands.c,
 * in po/POTFILES.in, with a section in the man page.
 */
struct kdk_command {
	const char *name;
	const char *summary;			/* N_(), one line */
	const char *arguments;			/* "DUMP…", "DUMP ADDRESS [COUNT]" */
	const struct kdk_option *options;	/* NULL: none of its own */
	const char *example;			/* shown under --help; one or more lines */

	/* argv[0] is the command's name; --help has been dealt with. Errors of KDK_ERROR_USAGE exit 2. */
	struct kdk_error *(*run)(struct kdk_cli *cli, int argc, char **argv);
};

/* Commands that --help shows under one title. title NULL ends the list of groups. */
struct kdk_command_group {
	const char *title;				/* N_() */
	const struct kdk_command *const *commands;	/* ends with NULL */
};

extern const struct kdk_command_group kdk_command_groups[];

/* "auto", "always" or "never" becomes cli->color: by cli->out and NO_COLOR when auto. */
struct kdk_error *kdk_cli_set_color(struct kdk_cli *cli, const char *when);

/*
 * getopt_long() over a kdk_option list plus --json and --color, which every
 * command accepts anywhere. Returns the short_name, or 256 + index for options
 * without one; 0 at the end, with *index at the first argument that is no option;
 * -1 with *error set. Start with *index 0.
 */
struct kdk_option_parser {
	int argc;
	char **argv;
	int index;		/* first non-option once next() has returned 0 */
	const char *value;	/* of the option just returned; NULL when it takes none */
	struct kdk_error *error;
	/* private */
	struct kdk_cli *cli;
	const struct kdk_option *options;
	void *private;		/* what getopt_long() wants the list to be */
};

struct kdk_error *kdk_options_init(struct kdk_option_parser *parser, struct kdk_cli *cli,
				   const struct kdk_option *options, int argc, char **argv);
int kdk_options_next(struct kdk_option_parser *parser);
void kdk_options_deinit(struct kdk_option_parser *parser);

#endif
