/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "tests/generators/fake_kernel.h"
#include "vmcore/inspect/fault.h"
#include "vmcore/kernel/debuginfo.h"

static void values(void **state)
{
	static const struct {
		uint64_t value;
		unsigned int word;
		enum kdk_pointee pointee;
		int64_t offset;
	} cases[] = {
		{ 0, 8, KDK_POINTEE_NULL, 0 },
		{ 0x20, 8, KDK_POINTEE_NULL, 0x20 },
		{ 0xfff, 4, KDK_POINTEE_NULL, 0xfff },
		{ 0x1000, 8, KDK_POINTEE_UNKNOWN, 0 },
		{ UINT64_C(0xfffffffffffffff4), 8, KDK_POINTEE_ERROR, 0 },
		{ UINT64_C(0xfffffffffffff001), 8, KDK_POINTEE_ERROR, 0 },
		{ UINT64_C(0xfffffffffffff000), 8, KDK_POINTEE_UNKNOWN, 0 },
		{ UINT64_C(0xfffffff4), 4, KDK_POINTEE_ERROR, 0 },
		{ UINT64_C(0xfffffff4), 8, KDK_POINTEE_UNKNOWN, 0 },
		{ UINT64_C(0xdead000000000100), 8, KDK_POINTEE_LIST_POISON, 0 },
		{ UINT64_C(0xdead000000000122), 8, KDK_POINTEE_LIST_POISON, 0x22 },
		{ UINT64_C(0x5deadbeef0000108), 8, KDK_POINTEE_LIST_POISON, 8 },
		{ UINT64_C(0x6b6b6b6b6b6b6b6b), 8, KDK_POINTEE_FREED_SLAB, 0 },
		{ UINT64_C(0x6b6b6b6b6b6b6b8b), 8, KDK_POINTEE_FREED_SLAB, 0x20 },
		{ UINT64_C(0x6b6b6b6b6b6b6b63), 8, KDK_POINTEE_FREED_SLAB, -8 },
		{ 0x6b6b6b6b, 4, KDK_POINTEE_FREED_SLAB, 0 },
		{ 0x6b6b6b6b, 8, KDK_POINTEE_UNKNOWN, 0 },
		{ UINT64_C(0x5a5a5a5a5a5a5a5a), 8, KDK_POINTEE_UNINITIALISED, 0 },
		{ UINT64_C(0xaaaaaaaaaaaaaaba), 8, KDK_POINTEE_FREED_PAGE, 0x10 },
		{ UINT64_C(0xcccccccccccccccc), 8, KDK_POINTEE_RED_ZONE, 0 },
		{ UINT64_C(0xffff888012345678), 8, KDK_POINTEE_UNKNOWN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(cases); i++) {
		int64_t offset;

		if (kdk_pointee_by_value(cases[i].value, cases[i].word, &offset) !=
		    cases[i].pointee)
			fail_msg("%#jx is taken for %s", (uintmax_t)cases[i].value,
				 kdk_pointee_name(kdk_pointee_by_value(
					 cases[i].value, cases[i].word, &offset)));
		if (offset != cases[i].offset && cases[i].pointee != KDK_POINTEE_UNKNOWN)
			fail_msg("%#jx: offset %jd", (uintmax_t)cases[i].value,
				 (intmax_t)offset);
	}
}

static const struct kdk_debuginfo_options dump_alone = { .none = true };

/* What asking a kernel without symbols leaves behind. */
static void forget(struct fake_kernel *fake)
{
	kdk_error_destroy(fake->kernel.symbols_error);
	kdk_error_destroy(fake->kernel.types_error);
	kdk_error_destroy(fake->kernel.modules_error);
	fake->kernel.symbols_error = fake->kernel.types_error =
		fake->kernel.modules_error = NULL;
}

static void ready(struct fake_kernel *fake)
{
	forget(fake);
	fake_kernel_ready(fake);
	fake->kernel.debuginfo = &dump_alone;
}

static void check(struct fake_kernel *fake, uint64_t address, enum kdk_pointee expected,
		  const char *words)
{
	enum kdk_pointee pointee;
	char *text = NULL;

	assert_success(kdk_pointee_find(&fake->kernel, address, &pointee, &text));
	if (pointee != expected || strcmp(text, words) != 0)
		fail_msg("%#jx: %s: %s", (uintmax_t)address, kdk_pointee_name(pointee),
			 text);
	free(text);
}

static void words(void **state)
{
	struct fake_kernel *fake = fake_kernel_create(64u << 10, 8, false, EM_X86_64);
	size_t freed = fake_alloc(fake, 64, 64);

	(void)state;
	memset(fake->image + freed, 0x6b, 64);
	ready(fake);
	check(fake, 0, KDK_POINTEE_NULL, "NULL");
	check(fake, 0x20, KDK_POINTEE_NULL, "a member 0x20 bytes into an object at NULL");
	check(fake, (uint64_t)-12, KDK_POINTEE_ERROR,
	      "an error number taken for a pointer: ERR_PTR(-12, ENOMEM)");
	check(fake, (uint64_t)-1234, KDK_POINTEE_ERROR,
	      "an error number taken for a pointer: ERR_PTR(-1234)");
	check(fake, UINT64_C(0xdead000000000122), KDK_POINTEE_LIST_POISON,
	      "LIST_POISON: a list entry that had been taken off its list");
	check(fake, UINT64_C(0x6b6b6b6b6b6b6b8b), KDK_POINTEE_FREED_SLAB,
	      "the pattern of freed memory (0x6b): a pointer read from a freed object, plus 0x20");
	check(fake, UINT64_C(0x1234567800000020), KDK_POINTEE_NON_CANONICAL,
	      "no address at all (not canonical): the pointer is garbage");
	check(fake, UINT64_C(0x00007f0000001000), KDK_POINTEE_USER,
	      "an address of user space");
	check(fake, fake_address(fake, freed) + 16, KDK_POINTEE_DIRECT_MAP,
	      "the kernel's map of RAM, a freed object (it holds 0x6b)");
	check(fake, fake_address(fake, 0x8000), KDK_POINTEE_DIRECT_MAP,
	      "the kernel's map of RAM");
	check(fake, UINT64_C(0xffffc90000000000), KDK_POINTEE_UNMAPPED,
	      "an address of the kernel with nothing mapped there");
	forget(fake);
	fake_kernel_destroy(fake);
}

static const char *const registers_names[] = { "ax", "bx", "pc", "sp", NULL };
static const struct kdk_arch_unwind unwind = { .registers = registers_names,
					       .pc = 2,
					       .sp = 3 };

/* The code around pc, cut where the dump ends, and registers that tell something. */
static void code_and_registers(void **state)
{
	struct fake_kernel *fake = fake_kernel_create(64u << 10, 8, false, EM_X86_64);
	struct kdk_registers registers = { 0 };
	struct kdk_crash_log log = { .address_known = true, .address = 0x20 };
	struct kdk_fault fault;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		fake_put_u8(fake, 2 * FAKE_PAGE - 32 + i, i);
	ready(fake);
	fake->arch.unwind = &unwind;
	kdk_registers_set(&registers, 0, UINT64_C(0x6b6b6b6b6b6b6b6b));
	kdk_registers_set(&registers, 1, (uint64_t)-12);
	kdk_registers_set(&registers, 2, fake_address(fake, 2 * FAKE_PAGE));
	assert_success(kdk_fault_read(&fake->kernel, &log, &registers, true, &fault));
	assert_int_equal(fault.pointee, KDK_POINTEE_NULL);
	assert_int_equal(fault.register_count, 1);
	assert_string_equal(fault.registers[0].name, "ax");
	assert_int_equal(fault.code_size, KDK_FAULT_CODE);
	assert_int_equal(fault.code_start, fault.pc - 32);
	assert_int_equal(fault.code[32], 32);
	kdk_fault_deinit(&fault);

	/* The page before is not in the dump. */
	fake_page(fake, FAKE_PAGE, KDK_PAGE_EXCLUDED);
	ready(fake);
	fake->arch.unwind = &unwind;
	assert_success(kdk_fault_read(&fake->kernel, &log, &registers, false, &fault));
	assert_false(fault.address_known);
	assert_int_equal(fault.register_count, 0);
	assert_int_equal(fault.code_start, fault.pc);
	assert_int_equal(fault.code[0], 32);
	kdk_fault_deinit(&fault);

	/* The page before is, but not the one that pc is in. */
	fake_page(fake, FAKE_PAGE, KDK_PAGE_PRESENT);
	fake_page(fake, 2 * FAKE_PAGE, KDK_PAGE_EXCLUDED);
	ready(fake);
	fake->arch.unwind = &unwind;
	assert_success(kdk_fault_read(&fake->kernel, NULL, &registers, true, &fault));
	assert_true(fault.pc_known);
	assert_int_equal(fault.code_size, 0);
	kdk_fault_deinit(&fault);
	forget(fake);
	fake_kernel_destroy(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(words),
		cmocka_unit_test(code_and_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
