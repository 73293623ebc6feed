/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_view.h"

#include <string.h>

#include "vmcore/kernel/symbols.h"

static struct fake_view *make(void **state, bool big)
{
	struct fake_view *view = fake_view_create(big);

	*state = view;
	return view;
}

static void add_symbols(struct fake_view *view)
{
	fake_symbol(view, "_stext", 'T', 0x200000);
	fake_symbol(view, "init_page", 'T', 0x200000);
	fake_symbol(view, "start_kernel", 't', 0x200100);
	fake_symbol(view, "alias_of_twin", 't', 0x200200);
	fake_symbol(view, "twin", 't', 0x200200);
	fake_symbol(view, "twin", 't', 0x200300);
	fake_symbol(view, "init_task", 'D', 0x280000);
}

static void assert_table(const struct kdk_kallsyms *syms, const struct fake_view *view)
{
	char name[KDK_SYMBOL_NAME_MAX];

	assert_int_equal(kdk_kallsyms_count(syms), view->symbol_count);
	for (size_t i = 0; i < view->symbol_count; i++) {
		assert_int_equal(kdk_kallsyms_name(syms, i, name), view->symbols[i].type);
		assert_string_equal(name, view->symbols[i].name);
		assert_true(kdk_kallsyms_address(syms, i) == view->symbols[i].address);
	}
}

static void all_encodings_are_told_apart(void **state)
{
	static const enum kdk_kallsyms_encoding encodings[] = {
		KDK_KALLSYMS_ABSOLUTE, KDK_KALLSYMS_RELATIVE, KDK_KALLSYMS_PERCPU,
		KDK_KALLSYMS_PLACE,
	};

	for (int big = 0; big < 2; big++) {
		for (size_t i = 0; i < KDK_ARRAY_SIZE(encodings); i++) {
			struct fake_view *view = make(state, big);
			struct kdk_kallsyms *syms;
			size_t index;

			if (encodings[i] == KDK_KALLSYMS_PERCPU)
				fake_symbol_at(view, "cpu_info", 'A', 0x1000);
			add_symbols(view);
			fake_view_open(view, encodings[i], true);
			assert_success(kdk_kallsyms_load(view->kernel.memory, view->kernel.info,
							 big, 8, &syms));
			assert_int_equal(kdk_kallsyms_encoding(syms), encodings[i]);
			assert_table(syms, view);
			assert_true(kdk_kallsyms_find(syms, "init_page", &index));
			assert_string_equal(view->symbols[index].name, "init_page");
			assert_false(kdk_kallsyms_find(syms, "Tinit_page", &index));
			assert_false(kdk_kallsyms_find(syms, "", &index));
			kdk_kallsyms_destroy(syms);
			fake_view_teardown(state);
		}
	}
}

static void long_names_of_either_form_are_read(void **state)
{
	char name[260];

	for (int two = 0; two < 2; two++) {
		struct fake_view *view = make(state, false);
		struct kdk_kallsyms *syms;
		size_t index;

		add_symbols(view);
		memset(name, 'x', sizeof(name));
		name[two ? 250 : 150] = '\0';
		fake_symbol(view, name, 't', 0x290000);
		fake_view_open(view, KDK_KALLSYMS_RELATIVE, two);
		assert_success(kdk_kallsyms_load(view->kernel.memory, view->kernel.info, false, 8,
						 &syms));
		assert_table(syms, view);
		assert_true(kdk_kallsyms_find(syms, name, &index));
		kdk_kallsyms_destroy(syms);
		fake_view_teardown(state);
	}
}

static void the_first_of_aliases_names_an_address(void **state)
{
	struct fake_view *view = make(state, true);
	struct kdk_symbols *symbols;
	struct kdk_symbol symbol;

	add_symbols(view);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	assert_success(kdk_kernel_symbols(&view->kernel, &symbols));
	assert_string_equal(kdk_symbols_source(symbols), "kallsyms of the dump");
	assert_true(kdk_symbols_at(symbols, 0x200210, &symbol));
	assert_string_equal(symbol.name, "alias_of_twin");
	assert_true(symbol.address == 0x200200);
	assert_int_equal(symbol.size, 0x100);
	assert_null(symbol.module);
	assert_true(kdk_symbols_at(symbols, 0x7fffff, &symbol));
	assert_string_equal(symbol.name, "init_task");
	assert_false(kdk_symbols_at(symbols, 0x800000, &symbol));
	assert_false(kdk_symbols_at(symbols, 0x1fffff, &symbol));
	/* Of two with one name the lower. */
	assert_true(kdk_symbols_find_full(symbols, "twin", &symbol));
	assert_true(symbol.address == 0x200200);
	assert_false(kdk_symbols_find_full(symbols, "twins", &symbol));
}

static void another_kernels_addresses_are_refused(void **state)
{
	struct fake_view *view = make(state, false);
	struct kdk_kallsyms *syms;

	fake_symbol(view, "_stext", 'T', 0x200010);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	assert_failure(kdk_kallsyms_load(view->kernel.memory, view->kernel.info, false, 8, &syms),
		       KDK_ERROR_FORMAT,
		       "no known encoding of kallsyms gives _stext its address");
}

static void a_page_that_is_missing_is_named(void **state)
{
	struct fake_view *view = make(state, true);
	struct kdk_symbols *symbols;
	struct kdk_error *err;

	add_symbols(view);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	fake_state(view->machine, 0x302000, KDK_PAGE_EXCLUDED);
	for (int i = 0; i < 2; i++) {
		err = kdk_kernel_symbols(&view->kernel, &symbols);
		assert_non_null(err);
		assert_int_equal(err->kind, KDK_ERROR_ABSENT);
		assert_non_null(strstr(err->message, "kallsyms_names: entry 0 of 8"));
		assert_non_null(strstr(err->message, "--system-map"));
		kdk_error_destroy(err);
	}
}

static void a_count_without_bounds_is_refused(void **state)
{
	struct fake_view *view = make(state, true);
	struct kdk_kallsyms *syms;

	add_symbols(view);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	fake_put(view->machine, 0x300000, 0xffffffff, 4, true);
	assert_failure(kdk_kallsyms_load(view->kernel.memory, view->kernel.info, true, 8, &syms),
		       KDK_ERROR_FORMAT, "kallsyms_num_syms is 4294967295");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(all_encodings_are_told_apart, fake_view_teardown),
		cmocka_unit_test_teardown(long_names_of_either_form_are_read, fake_view_teardown),
		cmocka_unit_test_teardown(the_first_of_aliases_names_an_address,
					  fake_view_teardown),
		cmocka_unit_test_teardown(another_kernels_addresses_are_refused,
					  fake_view_teardown),
		cmocka_unit_test_teardown(a_page_that_is_missing_is_named, fake_view_teardown),
		cmocka_unit_test_teardown(a_count_without_bounds_is_refused, fake_view_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
