/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help.h"

#include <string.h>

#include "core/i18n.h"
#include "core/text.h"

/* Longer names are no misspelling of any command. */
#define NAME_LIMIT 32

static const struct kdk_option common_options[] = {
	{ 0, "json", NULL, N_("print one JSON object") },
	{ 0, "color", "WHEN", N_("colours: auto, always or never") },
	{ 0, "help", NULL, N_("print this help") },
	{ 0, NULL, NULL, NULL },
};

static const struct kdk_option program_options[] = {
	{ 0, "sysroot", "DIR", N_("take the machine's own files from DIR") },
	{ 0, "json", NULL, N_("print one JSON object") },
	{ 0, "color", "WHEN", N_("colours: auto, always or never") },
	{ 0, "help", NULL, N_("print this help") },
	{ 0, "version", NULL, N_("print the version") },
	{ 0, NULL, NULL, NULL },
};

/* Room for "-l, --level LEVEL" before the explanations. */
#define OPTION_COLUMN 28

/* Lines of the help end here. */
#define WIDTH 80

static size_t word_columns(const char *text, size_t size)
{
	_cleanup_free_ char *word = strndup(text, size);

	return word ? kdk_text_columns(word) : size;
}

/* Text and a newline; what stands before it ends at column `start`, where later lines begin. */
static void print_wrapped(const char *text, size_t start, FILE *out)
{
	size_t column = start;

	while (*text) {
		size_t size = strcspn(text, " "), columns = word_columns(text, size);

		if (column > start && column + 1 + columns > WIDTH) {
			fprintf(out, "\n%*s", (int)start, "");
			column = start;
		} else if (column > start) {
			putc(' ', out);
			column++;
		}
		fwrite(text, 1, size, out);
		column += columns;
		text += size;
		text += strspn(text, " ");
	}
	putc('\n', out);
}

static void print_options(const struct kdk_option *options, FILE *out)
{
	for (; options && options->long_name; options++) {
		char left[128];
		int n;

		if (options->short_name >= KDK_OPTION_SYMBOL_END)
			n = snprintf(left, sizeof(left), "-%c, --%s", options->short_name,
				     options->long_name);
		else
			n = snprintf(left, sizeof(left), "    --%s", options->long_name);
		if (options->argument && n > 0 && (size_t)n < sizeof(left))
			snprintf(left + n, sizeof(left) - n, " %s", options->argument);
		n = fprintf(out, "  %-*s ", OPTION_COLUMN, left);
		print_wrapped(_(options->help), n > 0 ? n : 0, out);
	}
}

void kdk_help_program(FILE *out)
{
	fputs(_("Usage: kdumpkit [OPTION…] COMMAND …\n"), out);
	for (const struct kdk_command_group *group = kdk_command_groups; group->title; group++) {
		fprintf(out, "\n%s:\n", _(group->title));
		for (const struct kdk_command *const *at = group->commands; *at; at++) {
			int n = fprintf(out, "  %-12s ", (*at)->name);

			print_wrapped(_((*at)->summary), n > 0 ? n : 0, out);
		}
	}
	fprintf(out, "\n%s:\n", _("Options"));
	print_options(program_options, out);
	fputs(_("\nEach command explains itself: kdumpkit COMMAND --help\n"), out);
}

void kdk_help_command(const struct kdk_command *command, FILE *out)
{
	fprintf(out, _("Usage: kdumpkit %s [OPTION…] %s\n"), command->name,
		command->arguments ? command->arguments : "");
	fprintf(out, "\n%s\n\n%s:\n", _(command->summary), _("Options"));
	print_options(command->options, out);
	print_options(common_options, out);
	if (!command->example)
		return;
	fprintf(out, "\n%s:\n", _("Example"));
	for (const char *line = command->example; *line;) {
		size_t length = strcspn(line, "\n");

		fprintf(out, "  %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

void kdk_help_names(FILE *out)
{
	for (const struct kdk_command_group *group = kdk_command_groups; group->title; group++)
		for (const struct kdk_command *const *at = group->commands; *at; at++)
			fprintf(out, "%s\n", (*at)->name);
}

const struct kdk_command *kdk_command_find(const char *name)
{
	for (const struct kdk_command_group *group = kdk_command_groups; group->title; group++)
		for (const struct kdk_command *const *at = group->commands; *at; at++)
			if (!strcmp((*at)->name, name))
				return *at;
	return NULL;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to add, drop or change to make one name of the other (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t length = strlen(b), row[NAME_LIMIT + 1];

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t changed = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(changed, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[length];
}

const struct kdk_command *kdk_command_nearest(const char *name)
{
	const struct kdk_command *nearest = NULL;
	/* Two slips in a long name, one in a short one. */
	size_t limit = strlen(name) > 3 ? 2 : 1, found = limit + 1;

	if (strlen(name) > NAME_LIMIT)
		return NULL;
	for (const struct kdk_command_group *group = kdk_command_groups; group->title; group++)
		for (const struct kdk_command *const *at = group->commands; *at; at++) {
			size_t n = strlen((*at)->name) > NAME_LIMIT ? found :
				distance(name, (*at)->name);

			if (n < found) {
				found = n;
				nearest = *at;
			}
		}
	return nearest;
}
