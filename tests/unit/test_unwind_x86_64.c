/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unwind_case.h"

#include "unit.h"

#include <string.h>

#include "arch/x86_64/registers.h"
#include "arch/x86_64/unwind.h"
#include "core/bytes.h"

#define STACK_BYTES 0x4000u
#define IRQ_BYTES 0x4000u
#define IRQ (CASE_BASE + 0x4000)
#define TABLE (CASE_BASE + 0xc000)
#define TASK (CASE_BASE + 0x9000)

/* Entries of version 6.4 */
#define CALL_SP 0x205
#define CALL_BP 0x214		/* by rbp, which is saved below the caller's sp */
#define CALL_SP_INDIRECT 0x209
#define REGS 0xb05
#define PARTIAL 0xc05
#define END 0x100
#define NONE 0x000

struct entry {
	const char *function;
	int sp_offset, bp_offset;
	unsigned int bits;
};

/* One entry per function, in the order that they lie in memory. */
static const struct entry code[] = {
	{ "plain", 16, 0, CALL_SP },
	{ "framed", 16, -16, CALL_BP },
	{ "switcher", 8, 0, CALL_SP_INDIRECT },
	{ "asm_exc_page_fault", 0, 0, REGS },
	{ "asm_exc_nmi", 0, 0, PARTIAL },
	{ "first", 0, 0, END },
	{ "unlisted", 0, 0, NONE },
	{ "outer", 8, 0, CALL_SP },
};

static uint64_t address(struct unwind_case *c, const char *name, uint64_t offset)
{
	for (size_t i = 0; i < c->function_count; i++)
		if (!strcmp(c->functions[i].name, name))
			return c->functions[i].start + offset;
	fail_msg("no function %s", name);
	return 0;
}

static void put_tables(struct unwind_case *c)
{
	static const uint8_t hash[20] = {
		0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6, 0x3b, 0x2c, 0xa9,
		0xa5, 0xc6, 0x5b, 0xa5, 0xa6, 0x25, 0xea, 0xb3, 0xfe, 0x24,
	};
	size_t count = KDK_ARRAY_SIZE(code) + 1;

	for (size_t i = 0; i < count; i++) {
		uint64_t place = TABLE + i * 4;
		uint8_t bytes[6] = { 0 };

		kdk_put_u32(bytes, CASE_BASE + CASE_TEXT + i * 0x100 - place, false);
		case_put_bytes(c, place, bytes, 4);
		memset(bytes, 0, sizeof(bytes));
		if (i < KDK_ARRAY_SIZE(code)) {
			kdk_put_u16(bytes, code[i].sp_offset, false);
			kdk_put_u16(bytes + 2, code[i].bp_offset, false);
			kdk_put_u16(bytes + 4, code[i].bits, false);
		}
		case_put_bytes(c, TABLE + 0x100 + i * 6, bytes, 6);
	}
	case_put_bytes(c, TABLE + 0x200, hash, sizeof(hash));
	case_symbol(c, "__start_orc_unwind_ip", TABLE);
	case_symbol(c, "__stop_orc_unwind_ip", TABLE + count * 4);
	case_symbol(c, "__start_orc_unwind", TABLE + 0x100);
	case_symbol(c, "__stop_orc_unwind", TABLE + 0x100 + count * 6);
	case_symbol(c, "__start_orc_header", TABLE + 0x200);
}

static int setup(void **state)
{
	struct unwind_case *c = calloc(1, sizeof(*c));

	case_init(c, 8, false);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(code); i++)
		case_function(c, code[i].function);
	put_tables(c);
	/* hardirq_stack_ptr is where it lies and points to the stack's top. */
	case_symbol(c, "hardirq_stack_ptr", TABLE + 0x300);
	case_put(c, TABLE + 0x300, IRQ + IRQ_BYTES);
	case_size(c, "struct irq_stack", IRQ_BYTES);
	case_field(c, "task_struct.thread.sp", 0x40);
	case_field(c, "inactive_task_frame.bp", 40);
	case_field(c, "inactive_task_frame.ret_addr", 48);
	case_field(c, "task_struct.ret_stack", 0x80);
	case_field(c, "ftrace_ret_stack.ret", 0);
	case_field(c, "ftrace_ret_stack.retp", 24);
	case_field(c, "task_struct.rethooks.first", 0x88);
	case_field(c, "rethook_node.llist", 16);
	case_field(c, "rethook_node.frame", 40);
	case_field(c, "rethook_node.ret_addr", 32);
	case_symbol(c, "return_to_handler", CASE_BASE + 0x18000);
	case_symbol(c, "arch_rethook_trampoline", CASE_BASE + 0x18100);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	case_deinit(*state);
	free(*state);
	return 0;
}

static void begin(struct unwind_case *c, uint64_t ip, uint64_t sp, uint64_t bp)
{
	struct kdk_registers registers = { 0 };

	case_start(c, &kdk_x86_64_unwind, STACK_BYTES);
	kdk_registers_set(&registers, KDK_X86_64_IP, ip);
	kdk_registers_set(&registers, KDK_X86_64_SP, sp);
	kdk_registers_set(&registers, KDK_X86_64_BP, bp);
	kdk_unwind_begin(&c->unwind, &c->cursor, &registers);
}

static void put_regs(struct unwind_case *c, uint64_t at, uint64_t ip, uint64_t sp, uint64_t bp,
		     uint64_t cs)
{
	case_put(c, at + KDK_X86_64_IP * 8, ip);
	case_put(c, at + KDK_X86_64_SP * 8, sp);
	case_put(c, at + KDK_X86_64_BP * 8, bp);
	case_put(c, at + KDK_X86_64_CS * 8, cs);
}

/* plain ← framed ← outer ← first */
static void test_calls(void **state)
{
	struct unwind_case *c = *state;
	uint64_t sp = CASE_BASE + 0x1000;

	case_put(c, sp + 8, address(c, "framed", 0x20));
	case_put(c, sp + 0x80, CASE_BASE + 0x1234);	/* rbp of the caller */
	case_put(c, sp + 0x88, address(c, "outer", 0x30));
	case_put(c, sp + 0x90, address(c, "first", 0x40));
	begin(c, address(c, "plain", 0x10), sp, sp + 0x80);
	assert_string_equal(case_where(c), "plain+0x10");
	assert_int_equal(c->cursor.stack.kind, KDK_STACK_TASK);
	assert_next(c, "framed+0x20");
	assert_int_equal(c->cursor.how, KDK_FRAME_ORC);
	assert_next(c, "outer+0x30");
	assert_int_equal(c->cursor.registers.value[KDK_X86_64_BP], CASE_BASE + 0x1234);
	assert_next(c, "first+0x40");
	assert_end(c);
}

/* A return address at the very start of the next function belongs to the one before. */
static void test_last_call(void **state)
{
	struct unwind_case *c = *state;
	uint64_t sp = CASE_BASE + 0x1000;

	case_put(c, sp + 8, address(c, "framed", 0));	/* plain ends with a call */
	case_put(c, sp + 0x18, address(c, "first", 0x10));
	begin(c, address(c, "plain", 0x10), sp, 0);
	assert_next(c, "plain+0x100");
	assert_next(c, "first+0x10");
}

static void test_exception(void **state)
{
	struct unwind_case *c = *state;
	uint64_t sp = CASE_BASE + 0x1000, regs = sp + 0x10;

	case_put(c, sp + 8, address(c, "asm_exc_page_fault", 0x22));
	put_regs(c, regs, address(c, "plain", 0), regs + 0x200, 0x77, 0x10);
	case_put(c, regs + 0x208, address(c, "first", 0x10));
	begin(c, address(c, "plain", 0x10), sp, 0);
	assert_next(c, "asm_exc_page_fault+0x22");
	assert_next(c, "plain+0");
	assert_true(c->cursor.exception);
	assert_true(c->cursor.exact);
	assert_int_equal(c->cursor.registers.value[KDK_X86_64_BP], 0x77);
	assert_next(c, "first+0x10");
	assert_false(c->cursor.exception);
	assert_string_equal(kdk_x86_64_exception_name("asm_exc_page_fault"), "page fault");
	assert_null(kdk_x86_64_exception_name("plain"));
}

static void test_user(void **state)
{
	struct unwind_case *c = *state;
	uint64_t sp = CASE_BASE + 0x1000;

	case_put(c, sp + 8, address(c, "asm_exc_nmi", 0x22));
	/* Only ip, cs, flags, sp, ss are there. */
	case_put(c, sp + 0x10, 0x401000);
	case_put(c, sp + 0x18, 0x33);
	case_put(c, sp + 0x28, 0x7ffffff0);
	begin(c, address(c, "plain", 0x10), sp, 0);
	assert_next(c, "asm_exc_nmi+0x22");
	assert_next(c, "user");
	assert_int_equal(c->cursor.registers.value[KDK_X86_64_IP], 0x401000);
	assert_int_equal(c->cursor.registers.value[KDK_X86_64_SP], 0x7ffffff0);
	assert_end(c);
}

/* The address of the task's stack is saved at the interrupt stack's top. */
static void test_irq_stack(void **state)
{
	struct unwind_case *c = *state;
	uint64_t top = IRQ + IRQ_BYTES, task = CASE_BASE + 0x2000;

	case_put(c, top - 0x18, address(c, "switcher", 0x30));
	case_put(c, top - 0x10, task);
	case_put(c, task, address(c, "first", 0x18));
	begin(c, address(c, "plain", 0x10), top - 0x20, 0);
	assert_int_equal(c->cursor.stack.kind, KDK_STACK_IRQ);
	assert_next(c, "switcher+0x30");
	assert_int_equal(c->cursor.stack.kind, KDK_STACK_IRQ);
	assert_next(c, "first+0x18");
	assert_int_equal(c->cursor.stack.kind, KDK_STACK_TASK);
	assert_end(c);
}

static void test_sleeping(void **state)
{
	struct unwind_case *c = *state;
	uint64_t sp = CASE_BASE + 0x1000;

	case_put(c, TASK + 0x40, sp);
	case_put(c, sp + 40, 0x55);
	case_put(c, sp + 48, address(c, "plain", 0x44));
	case_put(c, sp + 56 + 8, address(c, "first", 0x10));
	case_start(c, &kdk_x86_64_unwind, STACK_BYTES);
	c->cursor.task = TASK;
	assert_true(kdk_x86_64_unwind.sleeping(&c->unwind, &c->cursor));
	assert_string_equal(case_where(c), "plain+0x44");
	assert_int_equal(c->cursor.registers.value[KDK_X86_64_BP], 0x55);
	assert_next(c, "first+0x10");
	/* A saved stack pointer that is not in the task's stack is none. */
	case_put(c, TASK + 0x40, CASE_BASE + STACK_BYTES);
	assert_false(kdk_x86_64_unwind.sleeping(&c->unwind, &c->cursor));
}

/* No entry of use: the call of the very function is searched, else any call. */
static void test_scan(void **state)
{
	struct unwind_case *c = *state;
	uint64_t sp = CASE_BASE + 0x1000, ret = address(c, "outer", 0x30);
	uint8_t call[5] = { 0xe8 };

	kdk_put_u32(call + 1, address(c, "unlisted", 0) - ret, false);
	case_put_bytes(c, ret - 5, call, 5);
	case_put(c, sp + 0x10, address(c, "plain", 0x50));	/* behind no call */
	case_put(c, sp + 0x20, ret);
	case_put(c, sp + 0x28, address(c, "first", 0x10));
	begin(c, address(c, "unlisted", 0x10), sp, 0);
	assert_next(c, "outer+0x30");
	assert_int_equal(c->cursor.how, KDK_FRAME_CALL);
	assert_next(c, "first+0x10");

	/* A call of something else makes it a guess. */
	call[1] ^= 0x40;
	case_put_bytes(c, ret - 5, call, 5);
	c->cursor = (struct kdk_unwind_cursor){ .task_stack = CASE_BASE };
	begin(c, address(c, "unlisted", 0x10), sp, 0);
	assert_next(c, "outer+0x30");
	assert_int_equal(c->cursor.how, KDK_FRAME_GUESS);
	assert_next(c, "first+0x10");
}

/* A call of address 0 has pushed its return address. */
static void test_null_call(void **state)
{
	struct unwind_case *c = *state;
	uint64_t sp = CASE_BASE + 0x1000, ret = address(c, "outer", 0x30);

	case_put_bytes(c, ret - 2, "\xff\xd0", 2);	/* call *%rax */
	case_put(c, sp, ret);
	case_put(c, sp + 8, address(c, "first", 0x10));
	begin(c, 0, sp, 0);
	assert_next(c, "outer+0x30");
	assert_next(c, "first+0x10");
}

static void test_tracers(void **state)
{
	struct unwind_case *c = *state;
	uint64_t sp = CASE_BASE + 0x1000, shadow = CASE_BASE + 0xa000, node = CASE_BASE + 0xb000;

	case_put(c, TASK + 0x80, shadow);
	case_put(c, shadow + 40, address(c, "outer", 0x30));
	case_put(c, shadow + 40 + 24, sp + 8);
	case_put(c, sp + 8, CASE_BASE + 0x18000);	/* return_to_handler */
	/* A hook of another frame comes first. */
	case_put(c, TASK + 0x88, node + 0x100 + 16);
	case_put(c, node + 0x100 + 16, node + 16);
	case_put(c, node + 0x100 + 32, address(c, "outer", 0x40));
	case_put(c, node + 0x100 + 40, sp + 0x1000);
	case_put(c, node + 32, address(c, "first", 0x10));
	case_put(c, node + 40, sp + 0x10);
	case_put(c, sp + 0x10, CASE_BASE + 0x18100);	/* arch_rethook_trampoline */
	begin(c, address(c, "plain", 0x10), sp, 0);
	c->cursor.task = TASK;
	assert_next(c, "outer+0x30");
	assert_true(c->cursor.recovered);
	assert_next(c, "first+0x10");
	assert_true(c->cursor.recovered);
	assert_end(c);
	assert_false(c->cursor.hidden > 1);
}

/* Stacks that lead back or into one another end, and say why. */
static void test_hostile(void **state)
{
	struct unwind_case *c = *state;
	uint64_t sp = CASE_BASE + 0x1000, top = IRQ + IRQ_BYTES;
	unsigned int steps = 0;

	/* framed's rbp leads below its own stack pointer. */
	case_put(c, sp - 0x100 + 8, address(c, "outer", 0x10));
	begin(c, address(c, "framed", 0x10), sp, sp - 0x100);
	assert_lost(c);
	assert_string_equal(c->cursor.lost, "the stack pointer goes back");

	/* Two stacks whose switchers name each other */
	case_put(c, sp, address(c, "switcher", 0x30));
	case_put(c, sp + 8, top - 0x10);
	case_put(c, top - 0x10, address(c, "switcher", 0x30));
	case_put(c, top - 8, sp);
	c->cursor = (struct kdk_unwind_cursor){ .task_stack = CASE_BASE };
	begin(c, address(c, "switcher", 0x30), sp + 8, 0);
	while (steps < 1000 && kdk_unwind_next(&c->unwind, &c->cursor) == KDK_UNWIND_NEXT)
		steps++;
	assert_in_range(steps, 4, 100);
	assert_string_equal(c->cursor.lost, "the stacks lead to one another in a circle");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_last_call, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exception, setup, teardown),
		cmocka_unit_test_setup_teardown(test_user, setup, teardown),
		cmocka_unit_test_setup_teardown(test_irq_stack, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sleeping, setup, teardown),
		cmocka_unit_test_setup_teardown(test_scan, setup, teardown),
		cmocka_unit_test_setup_teardown(test_null_call, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tracers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
