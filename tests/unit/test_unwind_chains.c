/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Architectures that find a caller by a chain in the stack itself. */
#include "unwind_case.h"

#include "unit.h"

#include "arch/aarch64/unwind.h"
#include "arch/i386/unwind.h"
#include "arch/ppc64/unwind.h"
#include "arch/riscv64/unwind.h"
#include "arch/s390x/unwind.h"

#define STACK_BYTES 0x4000u
#define SP(offset) (c->base + 0x1000 + (offset))
#define TASK (c->base + 0x9000)

static void begin(struct unwind_case *c, unsigned int pc, uint64_t ip, unsigned int sp_index,
		  uint64_t sp, unsigned int fp_index, uint64_t fp)
{
	struct kdk_registers registers = { 0 };

	kdk_registers_set(&registers, pc, ip);
	kdk_registers_set(&registers, sp_index, sp);
	kdk_registers_set(&registers, fp_index, fp);
	kdk_unwind_begin(&c->unwind, &c->cursor, &registers);
}

/* x29 records; a signed return address; an exception; the user's registers at the top. */
static void check_aarch64(bool big_endian)
{
	struct unwind_case instance, *c = &instance;
	uint64_t one, two, entry, three, regs, top;

	case_init(c, 8, big_endian);
	one = case_function(c, "one");
	two = case_function(c, "two");
	entry = case_function(c, "el1h_64_irq");
	three = case_function(c, "three");
	case_field(c, "pt_regs.stackframe", 0x130);
	case_size(c, "struct pt_regs", 0x150);
	case_number(c, "NUMBER(VA_BITS)", 47);
	case_number(c, "NUMBER(KERNELPACMASK)", 0x7f000000000000);
	case_start(c, &kdk_aarch64_unwind, STACK_BYTES);
	regs = SP(0x100);
	top = c->base + STACK_BYTES - 0x150;
	case_put(c, SP(0x10), SP(0x40));
	case_put(c, SP(0x18), (two + 0x20) & ~UINT64_C(0x7f000000000000));
	case_put(c, SP(0x40), regs + 0x130);
	case_put(c, SP(0x48), entry + 0x40);
	/* The exception's record repeats x29 and pc. */
	case_put(c, regs + 0x130, SP(0x400));
	case_put(c, regs + 0x138, three + 8);
	case_put(c, regs + 29 * 8, SP(0x400));
	case_put(c, regs + 31 * 8, SP(0x3f0));
	case_put(c, regs + 32 * 8, three + 8);
	case_put(c, regs + 33 * 8, 5);			/* EL1h */
	case_put(c, SP(0x400), top + 0x130);
	case_put(c, SP(0x408), two + 0x30);
	case_put(c, top + 32 * 8, 0x400100);
	begin(c, 32, one + 0x10, 31, SP(0), 29, SP(0x10));
	assert_next(c, "two+0x20");
	assert_int_equal(c->cursor.how, KDK_FRAME_POINTER);
	assert_next(c, "el1h_64_irq+0x40");
	assert_next(c, "three+0x8");
	assert_true(c->cursor.exception);
	assert_next(c, "two+0x30");
	assert_next(c, "user");
	assert_int_equal(c->cursor.registers.value[32], 0x400100);
	assert_end(c);
	case_deinit(c);
}

static void test_aarch64(void **state)
{
	(void)state;
	check_aarch64(false);
	check_aarch64(true);
}

/* A function without a record was interrupted: its caller is in lr. */
static void test_aarch64_leaf(void **state)
{
	struct unwind_case instance, *c = &instance;
	uint64_t leaf, caller, outer;

	(void)state;
	case_init(c, 8, false);
	leaf = case_function(c, "leaf");
	caller = case_function(c, "caller");
	outer = case_function(c, "outer");
	case_start(c, &kdk_aarch64_unwind, STACK_BYTES);
	case_put(c, SP(0x10), 0);
	case_put(c, SP(0x18), outer + 0x20);
	begin(c, 32, leaf + 0x10, 31, SP(0), 29, SP(0x10));
	kdk_registers_set(&c->cursor.registers, 30, caller + 0x44);
	assert_next(c, "caller+0x44");
	assert_int_equal(c->cursor.how, KDK_FRAME_REGISTERS);
	assert_next(c, "outer+0x20");
	case_deinit(c);
}

/* Since 6.13 a type says what a record that is all zero ends. */
static void test_aarch64_meta(void **state)
{
	struct unwind_case instance, *c = &instance;
	uint64_t one, two, regs;

	(void)state;
	case_init(c, 8, false);
	one = case_function(c, "one");
	two = case_function(c, "two");
	case_field(c, "pt_regs.stackframe", 0x130);
	case_field(c, "pt_regs.stackframe.type", 0x140);
	case_size(c, "struct pt_regs", 0x150);
	case_start(c, &kdk_aarch64_unwind, STACK_BYTES);
	regs = SP(0x100);
	case_put(c, SP(0x10), regs + 0x130);
	case_put(c, SP(0x18), one + 0x20);
	case_put(c, regs + 0x140, 2);
	case_put(c, regs + 29 * 8, SP(0x400));
	case_put(c, regs + 31 * 8, SP(0x3f0));
	case_put(c, regs + 32 * 8, two + 8);
	case_put(c, regs + 33 * 8, 5);
	case_put(c, SP(0x400), SP(0x530));
	case_put(c, SP(0x408), one + 0x30);
	case_put(c, SP(0x540), 1);
	begin(c, 32, one + 0x10, 31, SP(0), 29, SP(0x10));
	assert_next(c, "one+0x20");
	assert_next(c, "two+0x8");
	assert_true(c->cursor.exception);
	assert_next(c, "one+0x30");
	assert_end(c);
	case_deinit(c);
}

/* The marker stands at another place in every ABI and version. */
static void check_ppc64(bool big_endian, unsigned int marker)
{
	struct unwind_case instance, *c = &instance;
	uint64_t one, two, three, regs;

	case_init(c, 8, big_endian);
	one = case_function(c, "one");
	two = case_function(c, "two");
	three = case_function(c, "three");
	case_start(c, &kdk_ppc64_unwind, STACK_BYTES);
	case_put(c, SP(0), SP(0x80));
	case_put(c, SP(0x80 + 16), two + 0x20);
	case_put(c, SP(0x80), SP(0x200));
	case_put(c, SP(0x200 + 16), one + 0x30);
	case_put(c, SP(0x200 + marker), UINT64_C(0x7265677368657265));
	regs = SP(0x200 + marker + 16);
	case_put(c, regs + 8, SP(0x800));
	case_put(c, regs + 32 * 8, three + 4);
	case_put(c, SP(0x800), SP(0x900));
	case_put(c, SP(0x900 + 16), one + 0x40);
	begin(c, 32, one + 0x10, 1, SP(0), 2, 0);
	assert_next(c, "two+0x20");
	assert_int_equal(c->cursor.how, KDK_FRAME_CHAIN);
	assert_next(c, "one+0x30");
	assert_next(c, "three+0x4");
	assert_true(c->cursor.exception);
	assert_next(c, "one+0x40");
	assert_end(c);
	case_deinit(c);
}

static void test_ppc64(void **state)
{
	(void)state;
	check_ppc64(true, 96);
	check_ppc64(false, 96);
	check_ppc64(false, 32);
	check_ppc64(true, 112);
}

static void test_s390x(void **state)
{
	struct unwind_case instance, *c = &instance;
	uint64_t one, two, three, regs;

	(void)state;
	case_init(c, 8, true);
	one = case_function(c, "one");
	two = case_function(c, "two");
	three = case_function(c, "three");
	case_start(c, &kdk_s390x_unwind, STACK_BYTES);
	case_put(c, SP(0), SP(0xa0));
	case_put(c, SP(0xa0 + 112), two + 0x20);
	/* The chain ends: registers lie behind a frame of 160 bytes. */
	regs = SP(0xa0 + 160);
	case_put(c, regs + 8, 0);
	case_put(c, regs + 16, three + 6);
	case_put(c, regs + 24 + 15 * 8, SP(0x800));
	case_put(c, SP(0x800), SP(0x900));
	case_put(c, SP(0x900 + 112), one + 0x40);
	case_put(c, SP(0x900 + 160 + 8), UINT64_C(0x0705000180000000));
	case_put(c, SP(0x900 + 160 + 16), 0x1000);
	begin(c, 1, one + 0x10, 17, SP(0), 3, 0);
	assert_next(c, "two+0x20");
	assert_next(c, "three+0x6");
	assert_true(c->cursor.exception);
	assert_next(c, "one+0x40");
	assert_next(c, "user");
	assert_end(c);
	case_deinit(c);
}

static void test_riscv64(void **state)
{
	struct unwind_case instance, *c = &instance;
	uint64_t one, two, entry, three;

	(void)state;
	case_init(c, 8, false);
	one = case_function(c, "one");
	two = case_function(c, "two");
	entry = case_function(c, "handle_exception");
	three = case_function(c, "three");
	case_start(c, &kdk_riscv64_unwind, STACK_BYTES);
	case_put(c, SP(0x38), two + 0x20);
	case_put(c, SP(0x30), SP(0x80));
	case_put(c, SP(0x78), entry + 0x40);
	case_put(c, SP(0x70), 0);
	/* Entry code has a pt_regs at its stack pointer. */
	case_put(c, SP(0x80), three + 4);
	case_put(c, SP(0x80 + 2 * 8), SP(0x400));
	case_put(c, SP(0x80 + 8 * 8), SP(0x440));
	case_put(c, SP(0x80 + 32 * 8), 0x100);
	case_put(c, SP(0x438), one + 0x30);
	case_put(c, SP(0x430), 0);
	begin(c, 0, one + 0x10, 2, SP(0), 8, SP(0x40));
	assert_next(c, "two+0x20");
	assert_next(c, "handle_exception+0x40");
	assert_next(c, "three+0x4");
	assert_true(c->cursor.exception);
	assert_next(c, "one+0x30");
	case_deinit(c);
}

static void test_i386(void **state)
{
	struct unwind_case instance, *c = &instance;
	uint64_t one, two, three, regs;

	(void)state;
	case_init(c, 4, false);
	one = case_function(c, "one");
	two = case_function(c, "two");
	three = case_function(c, "three");
	case_start(c, &kdk_i386_unwind, STACK_BYTES);
	regs = SP(0x80);
	case_put(c, SP(0x20), regs & 0x7fffffff);
	case_put(c, SP(0x24), two + 0x20);
	case_put(c, regs + 5 * 4, SP(0x200));
	case_put(c, regs + 12 * 4, three + 4);
	case_put(c, regs + 13 * 4, 0x60);
	case_put(c, SP(0x200), 0);
	case_put(c, SP(0x204), one + 0x30);
	begin(c, 12, one + 0x10, 15, SP(0), 5, SP(0x20));
	assert_next(c, "two+0x20");
	assert_next(c, "three+0x4");
	assert_true(c->cursor.exception);
	/* esp is where the processor would have pushed it. */
	assert_int_equal(c->cursor.registers.value[15], regs + 15 * 4);
	assert_next(c, "one+0x30");
	case_deinit(c);
}

/* Chains that lead to themselves or out of all stacks */
static void test_hostile(void **state)
{
	static const struct kdk_arch_unwind *const all[] = {
		&kdk_aarch64_unwind, &kdk_ppc64_unwind, &kdk_s390x_unwind, &kdk_riscv64_unwind,
	};
	(void)state;

	for (size_t i = 0; i < KDK_ARRAY_SIZE(all); i++) {
		struct unwind_case instance, *c = &instance;
		struct kdk_registers registers = { 0 };
		unsigned int steps = 0;
		uint64_t one;

		case_init(c, 8, all[i] == &kdk_s390x_unwind);
		one = case_function(c, "one");
		case_start(c, all[i], STACK_BYTES);
		for (unsigned int at = 0; at < 0x200; at += 16) {
			case_put(c, SP(at), SP(0));
			case_put(c, SP(at + 8), one + 8);
		}
		for (unsigned int r = 0; r < 33; r++)
			kdk_registers_set(&registers, r, SP(0));
		kdk_registers_set(&registers, all[i]->pc, one);
		kdk_unwind_begin(&c->unwind, &c->cursor, &registers);
		while (steps < 10000 &&
		       kdk_unwind_next(&c->unwind, &c->cursor) == KDK_UNWIND_NEXT)
			steps++;
		assert_true(steps <= STACK_BYTES / 8);
		case_deinit(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aarch64),
		cmocka_unit_test(test_aarch64_leaf),
		cmocka_unit_test(test_aarch64_meta),
		cmocka_unit_test(test_ppc64),
		cmocka_unit_test(test_s390x),
		cmocka_unit_test(test_riscv64),
		cmocka_unit_test(test_i386),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
