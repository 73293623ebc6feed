/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "vmcore/kernel/symtab.h"

static void read_map(struct kdk_symtab *tab, const char *text, uint64_t shift, uint64_t from)
{
	assert_success(kdk_symtab_read_map(tab, text, strlen(text), shift, from));
	assert_success(kdk_symtab_finish(tab));
}

static void a_system_map_is_moved_but_for_what_is_absolute(void **state)
{
	struct kdk_symtab tab = { 0 };
	size_t index;

	(void)state;
	read_map(&tab, "0000000000000040 A cpu_data\n"
		       "ffffffff81000000 T _stext\n"
		       "ffffffff81000100 t twin\n"
		       "ffffffff81000100 t other\n"
		       "ffffffff81000300 t twin\t[module]\n", 0x1000000, 0xffffffff80000000);
	assert_int_equal(tab.count, 5);
	assert_true(kdk_symtab_find(&tab, "cpu_data", &index));
	assert_true(tab.entries[index].address == 0x40);
	assert_int_equal(tab.entries[index].type, 'A');
	assert_true(kdk_symtab_find(&tab, "twin", &index));
	assert_true(tab.entries[index].address == 0xffffffff82000100);
	assert_false(kdk_symtab_find(&tab, "twi", &index));
	assert_true(kdk_symtab_at(&tab, 0xffffffff82000250, &index));
	assert_string_equal(kdk_symtab_name(&tab, index), "twin");
	assert_true(kdk_symtab_next(&tab, index) == 0xffffffff82000300);
	assert_true(kdk_symtab_at(&tab, UINT64_MAX, &index));
	assert_true(kdk_symtab_next(&tab, index) == UINT64_MAX);
	assert_false(kdk_symtab_at(&tab, 0x3f, &index));
	kdk_symtab_deinit(&tab);
}

static void lines_that_are_none_are_refused_with_their_number(void **state)
{
	static const char *const bad[] = {
		"ffffffff81000000 T a\nhello world\n", "ffffffff81000000 T a\n12345 T\n",
		"ffffffff81000000 T a\nfffffffff81000000 T too_long\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct kdk_symtab tab = { 0 };

		assert_failure(kdk_symtab_read_map(&tab, bad[i], strlen(bad[i]), 0, 0),
			       KDK_ERROR_FORMAT,
			       "line 2 is no \"ADDRESS TYPE NAME\" of a System.map");
		kdk_symtab_deinit(&tab);
	}
}

static void unsorted_symbols_are_sorted_and_keep_their_order_at_one_address(void **state)
{
	struct kdk_symtab tab = { 0 };
	size_t index;

	(void)state;
	assert_success(kdk_symtab_add(&tab, 0x300, 8, 't', "c", 1));
	assert_success(kdk_symtab_add(&tab, 0x100, 8, 't', "a1", 2));
	assert_success(kdk_symtab_add(&tab, 0x100, 8, 't', "a2xyz", 2));
	assert_success(kdk_symtab_add(&tab, 0x100, 8, 't', "c", 1));
	assert_success(kdk_symtab_finish(&tab));
	assert_true(kdk_symtab_at(&tab, 0x1ff, &index));
	assert_string_equal(kdk_symtab_name(&tab, index), "a1");
	assert_string_equal(kdk_symtab_name(&tab, index + 1), "a2");
	/* The first that was added. */
	assert_true(kdk_symtab_find(&tab, "c", &index));
	assert_true(tab.entries[index].address == 0x300);
	kdk_symtab_deinit(&tab);
}

static void an_empty_table_has_nothing(void **state)
{
	struct kdk_symtab tab = { 0 };
	size_t index;

	(void)state;
	assert_false(kdk_symtab_find(&tab, "a", &index));
	assert_false(kdk_symtab_at(&tab, 1, &index));
	assert_success(kdk_symtab_finish(&tab));
	assert_false(kdk_symtab_find(&tab, "a", &index));
	kdk_symtab_deinit(&tab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_map_is_moved_but_for_what_is_absolute),
		cmocka_unit_test(lines_that_are_none_are_refused_with_their_number),
		cmocka_unit_test(unsorted_symbols_are_sorted_and_keep_their_order_at_one_address),
		cmocka_unit_test(an_empty_table_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
