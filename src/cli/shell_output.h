/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the answer to one line of the shell goes: terminal, pager, program or file. */
#ifndef KDK_SHELL_OUTPUT_H
#define KDK_SHELL_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/shell_parse.h"
#include "core/error.h"

struct kdk_shell_pager;

struct kdk_shell_output {
	FILE *out, *err;
	bool terminal;		/* out ends on the terminal: colours make sense */
	/* private */
	struct kdk_shell_pager *pager;
	pid_t child;		/* of a pipe; 0: none */
	bool opened;		/* out is ours to close */
};

/*
 * `out` and `err` are where the shell itself writes. With `pager`, an answer that is
 * longer than the screen goes through $PAGER, notes on the way included.
 */
struct kdk_error *kdk_shell_output_open(const struct kdk_shell_line *line, FILE *out,
					FILE *err, bool pager,
					struct kdk_shell_output *ret);

/* Waits for the program; *ret_status is its exit code, 0 without one. */
struct kdk_error *kdk_shell_output_close(struct kdk_shell_output *output,
					 int *ret_status);

/* Runs text in the person's shell: $SHELL, else /bin/sh. */
struct kdk_error *kdk_shell_escape(const char *text, int *ret_status);

#endif
