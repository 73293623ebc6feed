/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a line of the shell can go on with. */
#ifndef KDK_SHELL_COMPLETE_H
#define KDK_SHELL_COMPLETE_H

#include "cli/shell.h"

struct kdk_shell_candidates {
	char **names;	/* sorted, each once; whole words in place of the one begun */
	size_t count;
	bool files;	/* it is a file's name that is wanted */
	bool open;	/* a word of these may itself go on: "task_struct" with ".pid" */
};

/*
 * Words for line[start…end), the one begun. Only names made of letters, digits and
 * _.:@$-* are offered: others could not be typed, and may come from a hostile dump.
 */
struct kdk_error *kdk_shell_complete(struct kdk_shell *shell, const char *line,
				     size_t start, size_t end,
				     struct kdk_shell_candidates *ret);
void kdk_shell_candidates_deinit(struct kdk_shell_candidates *candidates);

#endif
