/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "fake_view.h"

#include <string.h>

#include "vmcore/inspect/disassembly.h"

#define FIRST 0x500000
#define SECOND 0x500010
#define LAST 0x500fff	/* the page behind it is not in the dump */

/* first: nop; call second; mov variable(%rip),%rax; jmp first; 06 is no instruction in 64 bits. */
static const uint8_t first_code[] = {
	0x90,
	0xe8, 0x0a, 0x00, 0x00, 0x00,
	0x48, 0x8b, 0x05, 0xf3, 0xff, 0x0f, 0x00,
	0xeb, 0xf1,
	0x06,
};

static struct fake_view *make(void **state)
{
	struct fake_view *view = fake_view_create(false);

	*state = view;
	fake_symbol(view, "_stext", 'T', 0x200000);
	fake_symbol(view, "init_task", 'D', 0x280000);
	fake_symbol(view, "first", 'T', FIRST);
	fake_symbol(view, "second", 't', SECOND);
	fake_symbol(view, "last", 't', LAST - 1);
	fake_symbol(view, "variable", 'D', 0x600000);
	fake_write(view->machine, FIRST, first_code, sizeof(first_code));
	fake_write(view->machine, SECOND, "\xc3\x90\x90", 3);
	fake_write(view->machine, LAST - 1, "\x90\xe8", 2);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	return view;
}

#ifdef HAVE_CAPSTONE

static struct kdk_disassembly read_at(struct fake_view *view, uint64_t phys,
				      enum kdk_disassembly_range range, size_t count)
{
	struct kdk_disassembly_options options = { .range = range, .count = count };
	struct kdk_disassembly code = { 0 };

	assert_success(kdk_disassembly_read(&view->kernel, view->virt + phys, &options, &code));
	return code;
}

static void test_function(void **state)
{
	struct fake_view *view = make(state);
	struct kdk_disassembly code = read_at(view, FIRST + 6, KDK_DISASSEMBLY_FUNCTION, 0);

	assert_string_equal(code.function, "first");
	assert_null(code.module);
	assert_int_equal(code.start, view->virt + FIRST);
	assert_int_equal(code.size, 16);
	assert_int_equal(code.count, 5);
	assert_string_equal(code.instructions[0].mnemonic, "nop");
	assert_int_equal(code.instructions[1].address, view->virt + FIRST + 1);
	assert_int_equal(code.instructions[1].size, 5);
	assert_memory_equal(code.instructions[1].bytes, first_code + 1, 5);
	assert_true(code.instructions[1].branch);
	assert_int_equal(code.instructions[1].target, view->virt + SECOND);
	assert_string_equal(code.instructions[1].symbol, "second");
	assert_string_equal(code.instructions[2].operands, "0xffff3(%rip), %rax");
	assert_false(code.instructions[2].branch);
	assert_string_equal(code.instructions[2].symbol, "variable");
	assert_int_equal(code.instructions[3].target, view->virt + FIRST);
	assert_false(code.instructions[4].known);
	assert_string_equal(code.instructions[4].mnemonic, ".byte");
	assert_string_equal(code.instructions[4].operands, "0x06");
	kdk_disassembly_deinit(&code);
}

static void test_forward(void **state)
{
	struct fake_view *view = make(state);
	struct kdk_disassembly code = read_at(view, FIRST + 6, KDK_DISASSEMBLY_FORWARD, 0);

	/* To the function's end, a count goes on past it. */
	assert_int_equal(code.count, 3);
	kdk_disassembly_deinit(&code);
	code = read_at(view, FIRST + 6, KDK_DISASSEMBLY_FORWARD, 4);
	assert_int_equal(code.count, 4);
	assert_string_equal(code.instructions[3].mnemonic, "retq");
	kdk_disassembly_deinit(&code);
}

static void test_reverse(void **state)
{
	struct fake_view *view = make(state);
	struct kdk_disassembly code = read_at(view, FIRST + 6, KDK_DISASSEMBLY_REVERSE, 0);

	assert_int_equal(code.count, 3);
	assert_int_equal(code.instructions[2].size, 7);
	kdk_disassembly_deinit(&code);
	code = read_at(view, FIRST + 6, KDK_DISASSEMBLY_REVERSE, 2);
	assert_int_equal(code.count, 2);
	assert_int_equal(code.instructions[0].address, view->virt + FIRST + 1);
	kdk_disassembly_deinit(&code);
}

static void test_intel(void **state)
{
	struct fake_view *view = make(state);
	struct kdk_disassembly_options options = { .intel = true };
	struct kdk_disassembly code;

	assert_success(kdk_disassembly_read(&view->kernel, view->virt + FIRST, &options, &code));
	assert_string_equal(code.instructions[2].operands, "rax, qword ptr [rip + 0xffff3]");
	kdk_disassembly_deinit(&code);
}

/* The call's last bytes are not in the dump: what is there is shown. */
static void test_missing(void **state)
{
	struct fake_view *view = make(state);
	struct kdk_disassembly code = read_at(view, LAST - 1, KDK_DISASSEMBLY_FORWARD, 9);

	assert_int_equal(code.count, 2);
	assert_string_equal(code.instructions[0].mnemonic, "nop");
	assert_false(code.instructions[1].known);
	assert_string_equal(code.instructions[1].operands, "0xe8");
	assert_non_null(code.note);
	kdk_disassembly_deinit(&code);
}

static void test_no_code(void **state)
{
	struct fake_view *view = make(state);
	struct kdk_disassembly_options options = { .range = KDK_DISASSEMBLY_FUNCTION };
	struct kdk_disassembly code;

	assert_failure(kdk_disassembly_read(&view->kernel, 0x1000, &options, &code),
		       KDK_ERROR_ABSENT, "0x1000 is in no function of the kernel or its modules; "
		       "give a count of instructions");
	options.range = KDK_DISASSEMBLY_FORWARD;
	options.count = 1;
	assert_failure(kdk_disassembly_read(&view->kernel, view->virt + 0x700000, &options, &code),
		       KDK_ERROR_ABSENT, NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_teardown(test_function, fake_view_teardown),
	cmocka_unit_test_teardown(test_forward, fake_view_teardown),
	cmocka_unit_test_teardown(test_reverse, fake_view_teardown),
	cmocka_unit_test_teardown(test_intel, fake_view_teardown),
	cmocka_unit_test_teardown(test_missing, fake_view_teardown),
	cmocka_unit_test_teardown(test_no_code, fake_view_teardown),
};

#else

static void test_built_without(void **state)
{
	struct fake_view *view = make(state);
	struct kdk_disassembly_options options = { 0 };
	struct kdk_disassembly code;

	assert_failure(kdk_disassembly_read(&view->kernel, view->virt + FIRST, &options, &code),
		       KDK_ERROR_UNSUPPORTED,
		       "this kdumpkit was built without capstone: it cannot disassemble");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_teardown(test_built_without, fake_view_teardown),
};

#endif

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
