/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/table.h"

static void check(struct kdk_table *table, const char *expected)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_success(kdk_table_print(table, out));
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	kdk_table_destroy(table);
}

static struct kdk_table *two_columns(void)
{
	const struct kdk_column columns[] = { { "NAME", false }, { "SIZE", true } };
	struct kdk_table *table = NULL;

	assert_success(kdk_table_create(columns, 2, &table));
	return table;
}

static void columns_are_aligned(void **state)
{
	struct kdk_table *table = two_columns();

	(void)state;
	kdk_table_row(table);
	kdk_table_set(table, 0, "%s", "vmcore");
	kdk_table_set(table, 1, "%d", 12345);
	kdk_table_row(table);
	kdk_table_set(table, 1, "%d", 7);
	kdk_table_row(table);
	kdk_table_set(table, 0, "ü日");
	check(table, "NAME     SIZE\n"
		     "vmcore  12345\n"
		     "            7\n"
		     "ü日     \n");
}

static void pairs_have_no_header(void **state)
{
	struct kdk_table *table = NULL;

	(void)state;
	assert_success(kdk_table_create_pairs(&table));
	kdk_table_pair(table, "Kernel", "%s", "6.1.0-50-cloud-amd64");
	kdk_table_pair(table, "Page size", "%d", 4096);
	check(table, "Kernel:     6.1.0-50-cloud-amd64\n"
		     "Page size:  4096\n");
}

static void hostile_cells_are_escaped_once(void **state)
{
	struct kdk_table *table = two_columns();

	(void)state;
	kdk_table_row(table);
	kdk_table_set(table, 0, "%s", "\033[2J\n\\x41 \xff");
	kdk_table_set(table, 1, "%d", 1);
	check(table, "NAME                  SIZE\n"
		     "\\x1b[2J\\x0a\\x41 \\xff     1\n");
}

static void other_locales_get_ascii(void **state)
{
	struct kdk_table *table = two_columns();

	(void)state;
	setlocale(LC_ALL, "C");
	kdk_table_row(table);
	kdk_table_set(table, 0, "ü");
	kdk_table_set(table, 1, "1");
	check(table, "NAME      SIZE\n"
		     "\\xc3\\xbc     1\n");
	setlocale(LC_ALL, "C.UTF-8");
}

static void without_rows_the_header_stays(void **state)
{
	(void)state;
	check(two_columns(), "NAME  SIZE\n");
}

static void a_column_that_is_not_there_is_an_error(void **state)
{
	struct kdk_table *table = two_columns();

	(void)state;
	kdk_table_row(table);
	kdk_table_set(table, 2, "x");
	assert_failure(kdk_table_print(table, stdout), KDK_ERROR_SYSTEM, NULL);
	kdk_table_destroy(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_aligned),
		cmocka_unit_test(pairs_have_no_header),
		cmocka_unit_test(hostile_cells_are_escaped_once),
		cmocka_unit_test(other_locales_get_ascii),
		cmocka_unit_test(without_rows_the_header_stays),
		cmocka_unit_test(a_column_that_is_not_there_is_an_error),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
