/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_view.h"

#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/modules.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/value.h"

#define HEAD 0x500000
#define MODULE(i) (0x501000 + 0x1000 * (i))
#define SYMTAB 0x504000
#define STRTAB 0x505000
#define CORE 0x900000	/* outside of the kernel itself */

enum { UINT = 1, CHAR, ULONG, LIST, LIST_POINTER, NAME, LAYOUT, MODULE_TYPE, KALLSYMS };

/* Two modules, the first with symbols, as kernels until 6.3 have them. */
static struct fake_view *make(void **state, bool big)
{
	struct fake_view *view = fake_view_create(big);
	struct fake_btf *btf = &view->btf;

	*state = view;
	fake_symbol(view, "_stext", 'T', 0x200000);
	fake_symbol(view, "init_task", 'D', 0x280000);
	fake_btf_int(btf, "unsigned int", 4, 0);
	fake_btf_int(btf, "char", 1, 1);
	fake_btf_int(btf, "unsigned long", 8, 0);
	fake_btf_struct(btf, "list_head", 16, false);
	fake_btf_member(btf, "next", LIST_POINTER, 0);
	fake_btf_member(btf, "prev", LIST_POINTER, 64);
	fake_btf_pointer(btf, LIST);
	fake_btf_array(btf, CHAR, 56);
	fake_btf_struct(btf, "module_layout", 16, false);
	fake_btf_member(btf, "base", ULONG, 0);
	fake_btf_member(btf, "size", UINT, 64);
	fake_btf_struct(btf, "module", 256, false);
	fake_btf_member(btf, "state", UINT, 0);
	fake_btf_member(btf, "list", LIST, 64);
	fake_btf_member(btf, "name", NAME, 192);
	fake_btf_member(btf, "core_layout", LAYOUT, 640);
	fake_btf_member(btf, "init_layout", LAYOUT, 768);
	fake_btf_member(btf, "taints", ULONG, 896);
	fake_btf_member(btf, "kallsyms", LIST_POINTER, 960);
	fake_btf_struct(btf, "mod_kallsyms", 32, false);
	fake_btf_member(btf, "symtab", ULONG, 0);
	fake_btf_member(btf, "num_symtab", UINT, 64);
	fake_btf_member(btf, "strtab", ULONG, 128);
	return view;
}

static void write_symbol(struct fake_view *view, size_t index, uint32_t name, uint64_t value)
{
	uint64_t at = SYMTAB + 24 * index;
	uint8_t section[2];

	fake_put(view->machine, at, name, 4, view->big);
	fake_write(view->machine, at + 4, "t", 1);
	kdk_put_u16(section, value ? 1 : 0, view->big);
	fake_write(view->machine, at + 6, section, 2);
	fake_word(view, at + 8, value);
	fake_word(view, at + 16, 16);
}

static void write_modules(struct fake_view *view)
{
	static const char strings[] = "\0first\0second\0.Llocal";
	uint64_t virt = view->virt;

	fake_word(view, HEAD, virt + MODULE(0) + 8);
	fake_word(view, HEAD + 8, virt + MODULE(1) + 8);
	for (int i = 0; i < 2; i++) {
		fake_put(view->machine, MODULE(i), 0, 4, view->big);
		fake_word(view, MODULE(i) + 8, virt + (i ? HEAD : MODULE(1) + 8));
		fake_word(view, MODULE(i) + 16, virt + (i ? MODULE(0) + 8 : HEAD));
		fake_write(view->machine, MODULE(i) + 24, i ? "beta_two" : "alpha\0\0\0", 9);
		fake_word(view, MODULE(i) + 80, virt + CORE + 0x10000 * i);
		fake_put(view->machine, MODULE(i) + 88, 0x3000, 4, view->big);
		fake_word(view, MODULE(i) + 96, 0);
		fake_word(view, MODULE(i) + 104, 0);
		fake_word(view, MODULE(i) + 112, i ? 0x3001 : 0);
		fake_word(view, MODULE(i) + 120, virt + MODULE(i) + 128);
		fake_word(view, MODULE(i) + 128, virt + SYMTAB);
		fake_put(view->machine, MODULE(i) + 136, i ? 0 : 4, 4, view->big);
		fake_word(view, MODULE(i) + 144, virt + STRTAB);
	}
	fake_write(view->machine, STRTAB, strings, sizeof(strings));
	write_symbol(view, 0, 0, 0);
	write_symbol(view, 1, 1, virt + CORE + 0x100);
	write_symbol(view, 2, 7, virt + CORE + 0x200);
	write_symbol(view, 3, 14, virt + CORE + 0x280);
}

static void open_view(struct fake_view *view)
{
	fake_symbol(view, "modules", 'D', HEAD);
	write_modules(view);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
}

static void modules_are_listed_with_their_place(void **state)
{
	for (int big = 0; big < 2; big++) {
		struct fake_view *view = make(state, big);
		struct kdk_modules *modules;
		char letters[33];

		open_view(view);
		assert_success(kdk_kernel_modules(&view->kernel, &modules));
		assert_int_equal(modules->count, 2);
		assert_null(modules->note);
		assert_string_equal(modules->modules[0].name, "alpha");
		assert_true(modules->modules[0].address == view->virt + CORE);
		assert_int_equal(modules->modules[0].size, 0x3000);
		assert_int_equal(modules->modules[0].references, -1);
		assert_null(modules->modules[0].problem);
		kdk_taint_letters(modules->modules[1].taints, letters);
		assert_string_equal(letters, "POE");
		assert_ptr_equal(kdk_modules_find(modules, "beta-two"), &modules->modules[1]);
		assert_null(kdk_modules_find(modules, "beta"));
		assert_ptr_equal(kdk_modules_at(modules, view->virt + CORE + 0x2fff),
				 &modules->modules[0]);
		assert_null(kdk_modules_at(modules, view->virt + CORE + 0x3000));
		fake_view_teardown(state);
	}
}

static void symbols_of_modules_are_found_both_ways(void **state)
{
	for (int big = 0; big < 2; big++) {
		struct fake_view *view = make(state, big);
		struct kdk_symbols *symbols;
		struct kdk_symbol symbol;
		uint64_t address;

		open_view(view);
		assert_success(kdk_kernel_symbols(&view->kernel, &symbols));
		assert_true(kdk_symbols_find(symbols, "second", &address));
		assert_true(address == view->virt + CORE + 0x200);
		assert_true(kdk_symbols_find(symbols, "alpha:second", &address));
		assert_false(kdk_symbols_find(symbols, "beta_two:second", &address));
		assert_true(kdk_symbols_at(symbols, view->virt + CORE + 0x1f0, &symbol));
		assert_string_equal(symbol.name, "first");
		assert_string_equal(symbol.module, "alpha");
		assert_int_equal(symbol.size, 0x100);
		assert_int_equal(symbol.type, 't');
		/* A local label names nothing. */
		assert_true(kdk_symbols_at(symbols, view->virt + CORE + 0x290, &symbol));
		assert_string_equal(symbol.name, "second");
		assert_false(kdk_symbols_at(symbols, view->virt + CORE + 0x50, &symbol));
		assert_false(kdk_symbols_at(symbols, view->virt + CORE + 0x10100, &symbol));
		fake_view_teardown(state);
	}
}

static void a_list_that_breaks_keeps_what_came_before(void **state)
{
	struct fake_view *view = make(state, true);
	struct kdk_modules *modules;

	fake_symbol(view, "modules", 'D', HEAD);
	write_modules(view);
	fake_word(view, MODULE(0) + 8, 0x7777770);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	assert_success(kdk_kernel_modules(&view->kernel, &modules));
	assert_in_range(modules->count, 1, 2);
	assert_string_equal(modules->modules[0].name, "alpha");
	assert_non_null(modules->note);
}

static void names_that_lie_elsewhere_do_not_grow_without_end(void **state)
{
	struct fake_view *view = make(state, true);
	const struct kdk_symtab *tab;
	struct kdk_modules *modules;
	struct kdk_error *err;

	write_modules(view);
	write_symbol(view, 1, 0xfffffff0, CORE + 0x100);
	fake_symbol(view, "modules", 'D', HEAD);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	assert_success(kdk_kernel_modules(&view->kernel, &modules));
	err = kdk_module_symtab(&view->kernel, &modules->modules[0], &tab);
	assert_non_null(err);
	assert_non_null(strstr(err->message, "symbols of module alpha: a name at byte"));
	kdk_error_destroy(err);
	/* Told once; then there are none. */
	assert_success(kdk_module_symtab(&view->kernel, &modules->modules[0], &tab));
	assert_int_equal(tab->count, 0);
}

/* What a walk visits, one letter and name each. */
struct seen {
	char text[512];
};

static bool see(void *context, const struct kdk_value *value)
{
	static const char kinds[] = "nbeptgaru";
	struct seen *seen = context;
	size_t used = strlen(seen->text);

	snprintf(seen->text + used, sizeof(seen->text) - used, "%c%s ", kinds[value->kind],
		 value->name ? value->name : "");
	return true;
}

static bool see_end(void *context, const struct kdk_value *value)
{
	(void)value;
	strcat(((struct seen *)context)->text, ". ");
	return true;
}

static void values_are_walked_and_missing_pages_marked(void **state)
{
	struct fake_view *view = make(state, true);
	struct seen seen = { "" };
	const struct kdk_value_visitor visitor = { see, see_end, &seen, false };

	open_view(view);
	assert_success(kdk_value_walk(&view->kernel, MODULE_TYPE, MODULE(0), &visitor));
	assert_string_equal(seen.text, "g nstate glist pnext pprev . tname gcore_layout nbase "
				       "nsize . ginit_layout nbase nsize . ntaints pkallsyms . ");
	seen.text[0] = '\0';
	assert_success(kdk_value_walk_member(&view->kernel, MODULE_TYPE, MODULE(0),
					     "core_layout.size", &visitor));
	assert_string_equal(seen.text, "ncore_layout.size ");
	seen.text[0] = '\0';
	/* Its name crosses into page 0x503000, which is not there. */
	assert_success(kdk_value_walk(&view->kernel, MODULE_TYPE, 0x502fc0, &visitor));
	assert_non_null(strstr(seen.text, "nstate glist pnext pprev . uname gcore_layout ubase"));
	assert_failure(kdk_value_walk(&view->kernel, MODULE_TYPE, 0x7777700, &visitor),
		       KDK_ERROR_ABSENT, NULL);
	assert_failure(kdk_value_walk(&view->kernel, 0, 0x501000, &visitor), KDK_ERROR_ABSENT,
		       "a type without a size has no value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(modules_are_listed_with_their_place, fake_view_teardown),
		cmocka_unit_test_teardown(symbols_of_modules_are_found_both_ways,
					  fake_view_teardown),
		cmocka_unit_test_teardown(a_list_that_breaks_keeps_what_came_before,
					  fake_view_teardown),
		cmocka_unit_test_teardown(names_that_lie_elsewhere_do_not_grow_without_end,
					  fake_view_teardown),
		cmocka_unit_test_teardown(values_are_walked_and_missing_pages_marked,
					  fake_view_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
