/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/table.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <string.h>

#include "core/text.h"

#define COLUMN_SEPARATOR "  "

struct kdk_table {
	struct libscols_table *scols;
	struct libscols_line *row;	/* the one being filled; owned by scols */
	struct kdk_error *error;	/* the first that happened */
};

static void table_fail(struct kdk_table *table, int rc)
{
	if (!rc || table->error)
		return;
	table->error = rc == -ENOMEM ? &kdk_enomem :
		kdk_error_system(-rc, "building a table");
}

static void add_column(struct kdk_table *table, const char *header, bool right)
{
	if (!scols_table_new_column(table->scols, header, 0, right ? SCOLS_FL_RIGHT : 0))
		table_fail(table, -ENOMEM);
}

static struct kdk_error *table_new(struct kdk_table **ret)
{
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = calloc(1, sizeof(*table));

	if (!table)
		return &kdk_enomem;
	table->scols = scols_new_table();
	if (!table->scols)
		return &kdk_enomem;
	/* Cells arrive escaped; a second round would escape our backslashes. */
	table_fail(table, scols_table_enable_noencoding(table->scols, 1));
	/* The same bytes on a terminal and in a pipe. */
	table_fail(table, scols_table_set_termforce(table->scols, SCOLS_TERMFORCE_NEVER));
	table_fail(table, scols_table_set_column_separator(table->scols, COLUMN_SEPARATOR));
	*ret = kdk_take(table);
	return NULL;
}

struct kdk_error *kdk_table_create(const struct kdk_column *columns, size_t count,
				   struct kdk_table **ret)
{
	struct kdk_table *table;
	struct kdk_error *err = table_new(&table);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		add_column(table, columns[i].header, columns[i].right);
	*ret = table;
	return NULL;
}

struct kdk_error *kdk_table_create_pairs(struct kdk_table **ret)
{
	struct kdk_table *table;
	struct kdk_error *err = table_new(&table);

	if (err)
		return err;
	add_column(table, "key", false);
	add_column(table, "value", false);
	table_fail(table, scols_table_enable_noheadings(table->scols, 1));
	*ret = table;
	return NULL;
}

void kdk_table_destroy(struct kdk_table *table)
{
	if (!table)
		return;
	scols_unref_table(table->scols);
	kdk_error_destroy(table->error);
	free(table);
}

void kdk_table_row(struct kdk_table *table)
{
	table->row = table->error ? NULL : scols_table_new_line(table->scols, NULL);
	if (!table->row)
		table_fail(table, -ENOMEM);
}

static void set_cell(struct kdk_table *table, size_t column, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void set_cell(struct kdk_table *table, size_t column, const char *format, va_list args)
{
	struct kdk_buffer raw = { 0 }, safe = { 0 };
	struct kdk_error *err;
	char *text;
	int rc;

	if (!table->row)
		return;
	kdk_buffer_vprintf(&raw, format, args);
	kdk_buffer_escape(&safe, raw.data, raw.size, kdk_text_locale_flags());
	safe.failed |= raw.failed;
	kdk_buffer_deinit(&raw);
	err = kdk_buffer_take(&safe, &text);
	if (err) {
		table_fail(table, -ENOMEM);
		return;
	}
	rc = scols_line_refer_data(table->row, column, text);
	if (rc)
		free(text);
	table_fail(table, rc);
}

void kdk_table_set(struct kdk_table *table, size_t column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_cell(table, column, format, args);
	va_end(args);
}

void kdk_table_pair(struct kdk_table *table, const char *key, const char *format, ...)
{
	va_list args;

	kdk_table_row(table);
	kdk_table_set(table, 0, "%s:", key);
	va_start(args, format);
	set_cell(table, 1, format, args);
	va_end(args);
}

/* The library prints nothing at all for a table without rows. */
static void print_headers(const struct kdk_table *table, FILE *out)
{
	for (size_t i = 0; i < scols_table_get_ncols(table->scols); i++) {
		struct libscols_column *column = scols_table_get_column(table->scols, i);
		const char *header = scols_cell_get_data(scols_column_get_header(column));

		fprintf(out, "%s%s", i ? COLUMN_SEPARATOR : "", header ? header : "");
	}
	putc('\n', out);
}

struct kdk_error *kdk_table_print(struct kdk_table *table, FILE *out)
{
	bool empty = !scols_table_get_nlines(table->scols);

	if (table->error)
		return kdk_take(table->error);
	if (empty && !scols_table_is_noheadings(table->scols))
		print_headers(table, out);
	if (empty)
		return NULL;
	table_fail(table, scols_table_set_stream(table->scols, out));
	if (!table->error)
		table_fail(table, scols_print_table(table->scols));
	return kdk_take(table->error);
}
