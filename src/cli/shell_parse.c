/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shell_parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/i18n.h"
#include "core/text.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Past a quoted stretch or a single character; `end` when a quote stays open. */
static const char *skip_quoted(const char *at, const char *end)
{
	char quote = *at;

	if (quote == '\\')
		return end - at > 1 ? at + 2 : end;
	if (quote != '\'' && quote != '"')
		return at + 1;
	for (at++; at < end && *at != quote; at++)
		if (quote == '"' && *at == '\\' && at + 1 < end)
			at++;
	return at < end ? at + 1 : end;
}

size_t kdk_shell_command_length(const char *text)
{
	const char *at = text, *end = text + strlen(text);
	bool word_begins = true, shell = false;	/* behind a "|" */
	unsigned int depth = 0;

	at += strspn(at, " \t\r");
	if (*at == '!')
		return at - text + strcspn(at, "\n");
	while (at < end && *at != '\n') {
		if (*at == ';' && !depth)
			break;
		if (*at == '#' && word_begins && !depth)
			return at - text + strcspn(at, "\n");
		if (shell && *at == '(')
			depth++;
		if (shell && *at == ')' && depth)
			depth--;
		if (*at == '|')
			shell = true;
		word_begins = is_blank(*at) || *at == '|';
		at = skip_quoted(at, end);
	}
	return at - text;
}

/* One word from *at on, its quotes taken away. */
static struct kdk_error *take_word(const char **at, const char *end, char **ret)
{
	struct kdk_buffer word = { 0 };
	const char *p = *at;
	char quote = '\0';

	while (p < end && (quote || (!is_blank(*p) && !strchr("|>", *p)))) {
		char c = *p++;

		if (quote && c == quote) {
			quote = '\0';
		} else if (!quote && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == '\\' && quote != '\'' && p < end &&
			   (!quote || *p == '"' || *p == '\\')) {
			kdk_buffer_add(&word, p++, 1);
		} else {
			kdk_buffer_add(&word, &c, 1);
		}
	}
	*at = p;
	if (quote) {
		kdk_buffer_deinit(&word);
		return kdk_error_new(KDK_ERROR_USAGE, _("a quote %c is not closed"),
				     quote);
	}
	return kdk_buffer_take(&word, ret);
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

static struct kdk_error *take_file(const char **at, const char *end,
				   struct kdk_shell_line *line)
{
	struct kdk_error *err;

	if (line->file)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("the answer can go to one file only"));
	(*at)++;
	line->append = *at < end && **at == '>';
	*at = skip_blanks(*at + line->append, end);
	err = take_word(at, end, &line->file);
	if (!err && !*line->file)
		err = kdk_error_new(KDK_ERROR_USAGE, _("> needs the name of a file"));
	return err;
}

static struct kdk_error *take_pipe(const char *at, const char *end,
				   struct kdk_shell_line *line)
{
	at = skip_blanks(at, end);
	if (line->file)
		return kdk_error_new(
			KDK_ERROR_USAGE,
			_("the answer can go to a file or to a program, not to both"));
	if (at == end)
		return kdk_error_new(KDK_ERROR_USAGE,
				     line->escape ? _("! needs a command")
						  : _("| needs a command behind it"));
	line->pipe = strndup(at, end - at);
	return line->pipe ? NULL : &kdk_enomem;
}

static struct kdk_error *parse_words(const char *at, const char *end,
				     struct kdk_shell_line *line)
{
	struct kdk_error *err = NULL;

	while (!err && (at = skip_blanks(at, end)) < end && *at != '#') {
		char *word;

		if (*at == '>') {
			err = take_file(&at, end, line);
			continue;
		}
		if (*at == '|')
			return take_pipe(at + 1, end, line);
		err = take_word(&at, end, &word);
		if (!err)
			err = kdk_shell_line_insert(line, line->count, word);
	}
	return err;
}

struct kdk_error *kdk_shell_parse(const char *text, size_t length,
				  struct kdk_shell_line *ret)
{
	const char *end = text + length, *at = skip_blanks(text, end);
	struct kdk_shell_line line = { 0 };
	struct kdk_error *err;

	if (at < end && *at == '!') {
		line.escape = true;
		err = take_pipe(at + 1, end, &line);
	} else {
		err = parse_words(at, end, &line);
	}
	if (!err && !line.count && !line.escape && (line.pipe || line.file))
		err = kdk_error_new(KDK_ERROR_USAGE, _("no command stands before %s"),
				    line.pipe ? "|" : ">");
	if (err)
		kdk_shell_line_deinit(&line);
	else
		*ret = line;
	return err;
}

void kdk_shell_line_deinit(struct kdk_shell_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		free(line->words[i]);
	free(line->words);
	free(line->pipe);
	free(line->file);
	*line = (struct kdk_shell_line){ 0 };
}

struct kdk_error *kdk_shell_line_insert(struct kdk_shell_line *line, size_t at,
					char *word)
{
	char **words = word ? reallocarray(line->words, line->count + 2, sizeof(*words))
			    : NULL;

	if (!words) {
		free(word);
		return &kdk_enomem;
	}
	line->words = words;
	memmove(words + at + 1, words + at, (line->count - at) * sizeof(*words));
	words[at] = word;
	words[++line->count] = NULL;
	return NULL;
}

void kdk_shell_line_remove(struct kdk_shell_line *line, size_t at)
{
	free(line->words[at]);
	memmove(line->words + at, line->words + at + 1,
		(line->count - at) * sizeof(*line->words));
	line->count--;
}
