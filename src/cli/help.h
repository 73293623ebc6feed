/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --help prints, made from the table of commands. */
#ifndef KDK_HELP_H
#define KDK_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* Usage, commands in groups, and the options before a command's name. */
void kdk_help_program(FILE *out);

/* Usage, options and example of one command. */
void kdk_help_command(const struct kdk_command *command, FILE *out);

/* One name per line, for shell completion. */
void kdk_help_names(FILE *out);

/* NULL when there is none. */
const struct kdk_command *kdk_command_find(const char *name);

/* The command a mistyped name most likely meant; NULL when none is near. */
const struct kdk_command *kdk_command_nearest(const char *name);

#endif
