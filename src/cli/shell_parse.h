/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line typed at the shell's prompt: words, and where the answer goes.
 *
 *	COMMAND; COMMAND	one after the other
 *	COMMAND | TEXT		TEXT is for the person's own shell, as it was typed
 *	COMMAND > FILE		also >>
 *	! TEXT			the person's own shell alone
 *	# TEXT			a comment, where a word could begin
 *
 * Words are quoted as in sh: '…', "…" with \ before " and \, and \ before anything.
 */
#ifndef KDK_SHELL_PARSE_H
#define KDK_SHELL_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct kdk_shell_line {
	char **words;	/* ends with NULL */
	size_t count;
	char *pipe;	/* for the person's shell; NULL: no pipe */
	char *file;	/* where the answer is written; NULL: not to a file */
	bool append;
	bool escape;	/* `pipe` is run alone: "!" */
};

/*
 * Bytes of the first command in text: up to a ';' outside of quotes (and, behind a '|',
 * outside of parentheses), or a newline, or all of it. Behind '!' only a newline ends it.
 */
size_t kdk_shell_command_length(const char *text);

/* One command; a comment has count 0. KDK_ERROR_USAGE: an open quote … */
struct kdk_error *kdk_shell_parse(const char *text, size_t length,
				  struct kdk_shell_line *ret);
void kdk_shell_line_deinit(struct kdk_shell_line *line);

/* Takes over `word` (NULL: memory was short) and puts it in front of words[at]. */
struct kdk_error *kdk_shell_line_insert(struct kdk_shell_line *line, size_t at,
					char *word);
void kdk_shell_line_remove(struct kdk_shell_line *line, size_t at);

#endif
