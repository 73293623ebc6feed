/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/remarks.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* A damaged dump repeats itself; the first few say enough. */
#define LINES_MAX 20

static void keep(struct kdk_remarks *remarks, char *line)
{
	char **lines;

	for (size_t i = 0; line && i < remarks->count; i++) {
		if (!strcmp(remarks->lines[i], line)) {
			free(line);
			return;
		}
	}
	lines = line && remarks->count < LINES_MAX
			? reallocarray(remarks->lines, remarks->count + 1, sizeof(*lines))
			: NULL;
	if (!lines) {
		remarks->left_out++;
		free(line);
		return;
	}
	remarks->lines = lines;
	lines[remarks->count++] = line;
}

void kdk_remarks_add(struct kdk_remarks *remarks, const char *format, ...)
{
	va_list args;
	char *line;

	va_start(args, format);
	if (vasprintf(&line, format, args) < 0)
		line = NULL;
	va_end(args);
	keep(remarks, line);
}

void kdk_remarks_add_error(struct kdk_remarks *remarks, struct kdk_error *err,
			   const char *format, ...)
{
	char *what, *line = NULL;
	va_list args;

	if (!err)
		return;
	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	if (!what || asprintf(&line, "%s: %s", what, err->message) < 0)
		line = NULL;
	free(what);
	kdk_error_destroy(err);
	keep(remarks, line);
}

void kdk_remarks_deinit(struct kdk_remarks *remarks)
{
	for (size_t i = 0; i < remarks->count; i++)
		free(remarks->lines[i]);
	free(remarks->lines);
	*remarks = (struct kdk_remarks){ 0 };
}
