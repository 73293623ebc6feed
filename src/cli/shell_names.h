/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands by the names and options that people know from crash. */
#ifndef KDK_SHELL_NAMES_H
#define KDK_SHELL_NAMES_H

#include "cli/command.h"
#include "cli/shell_parse.h"

struct kdk_shell_name {
	const char *name;	/* crash's; NULL ends the list */
	const char *command;	/* ours, which may have the same name */
	struct kdk_error *(*translate)(struct kdk_shell_line *line);
};

extern const struct kdk_shell_name kdk_shell_names[];

/*
 * Makes the words those of one of our commands: its name first, then its options and
 * arguments without a dump. What is ours already stays as it is; so does what is neither
 * ours nor crash's. KDK_ERROR_USAGE: crash has that option, we have nothing like it.
 */
struct kdk_error *kdk_shell_translate(struct kdk_shell_line *line);

/* Arguments that are no options, as the command itself will see them. */
size_t kdk_shell_argument_count(const struct kdk_command *command,
				const struct kdk_shell_line *line);

#endif
