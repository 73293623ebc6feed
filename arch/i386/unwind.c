/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * i386: frame pointers through ebp, which on entry from an exception is the address of
 * pt_regs with its top bit cleared. Kernels without frame pointers leave a scan.
 */
#include "arch/i386/unwind.h"

#include <stdlib.h>
#include <string.h>

#include "arch/cpu_stacks.h"
#include "core/bytes.h"

enum { BP = 5, IP = 12, CS = 13, SP = 15, REGISTERS = 17 };

#define THREAD_BYTES 8192
#define TOP_BIT 0x80000000u

struct state {
	bool frame_known;
	uint64_t thread_sp, frame_bp, frame_ip;	/* inactive_task_frame, relative to thread.sp */
	struct kdk_cpu_stacks stacks;
	bool stacks_known;
};

static const char *const names[] = {
	"ebx", "ecx", "edx", "esi", "edi", "ebp", "eax", "ds", "es", "fs", "gs", "orig_eax", "eip",
	"cs", "eflags", "esp", "ss", NULL,
};

static bool field(const struct kdk_unwind *unwind, const char *path, uint64_t *ret)
{
	uint64_t size;

	return unwind->reader.field(unwind->reader.context, path, ret, &size);
}

static struct kdk_error *init(struct kdk_unwind *unwind)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return &kdk_enomem;
	unwind->private = state;
	if (!unwind->thread_size)
		unwind->thread_size = THREAD_BYTES;
	state->frame_known = field(unwind, "task_struct.thread.sp", &state->thread_sp) &&
			     field(unwind, "inactive_task_frame.bp", &state->frame_bp) &&
			     field(unwind, "inactive_task_frame.ret_addr", &state->frame_ip);
	return NULL;
}

static void deinit(struct kdk_unwind *unwind)
{
	struct state *state = unwind->private;

	if (!state)
		return;
	kdk_cpu_stacks_deinit(&state->stacks);
	free(state);
}

/* Per-CPU pointers to the lowest address of each, in pcpu_hot from 6.2 to 6.14. */
static void find_stacks(struct kdk_unwind *unwind)
{
	static const struct {
		const char *variable, *member;
		enum kdk_stack_kind kind;
	} known[] = {
		{ "hardirq_stack_ptr", NULL, KDK_STACK_IRQ },
		{ "softirq_stack_ptr", NULL, KDK_STACK_SOFTIRQ },
		{ "pcpu_hot", "pcpu_hot.hardirq_stack_ptr", KDK_STACK_IRQ },
		{ "pcpu_hot", "pcpu_hot.softirq_stack_ptr", KDK_STACK_SOFTIRQ },
	};
	const struct kdk_unwind_reader *reader = &unwind->reader;
	struct state *state = unwind->private;

	state->stacks_known = true;
	for (size_t cpu = 0; cpu < reader->cpus; cpu++)
		for (size_t i = 0; i < KDK_ARRAY_SIZE(known); i++) {
			uint64_t address, offset = 0, base;

			if (reader->per_cpu(reader->context, known[i].variable, cpu, &address) &&
			    (!known[i].member || field(unwind, known[i].member, &offset)) &&
			    kdk_unwind_word(unwind, address + offset, &base))
				kdk_cpu_stacks_add(&state->stacks, base, unwind->thread_size,
						   known[i].kind, cpu);
		}
	kdk_cpu_stacks_sort(&state->stacks);
}

static bool cpu_stack(struct kdk_unwind *unwind, uint64_t address, struct kdk_unwind_stack *ret)
{
	struct state *state = unwind->private;

	if (!state->stacks_known)
		find_stacks(unwind);
	return kdk_cpu_stacks_at(&state->stacks, address, ret);
}

static bool prstatus(const struct kdk_unwind_reader *reader, const uint8_t *bytes, size_t size,
		     struct kdk_registers *ret)
{
	(void)reader;
	if (size < REGISTERS * 4)
		return false;
	for (unsigned int i = 0; i < REGISTERS; i++)
		kdk_registers_set(ret, i, kdk_get_u32(bytes + i * 4, false));
	return true;
}

static bool sleeping(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	const struct state *state = unwind->private;
	struct kdk_registers registers = { 0 };
	uint64_t sp, bp, ip;

	if (!state->frame_known || !kdk_unwind_word(unwind, cursor->task + state->thread_sp, &sp) ||
	    sp < cursor->task_stack || sp - cursor->task_stack >= unwind->thread_size ||
	    !kdk_unwind_word(unwind, sp + state->frame_bp, &bp) ||
	    !kdk_unwind_word(unwind, sp + state->frame_ip, &ip))
		return false;
	kdk_registers_set(&registers, IP, ip);
	kdk_registers_set(&registers, SP, sp + state->frame_ip + 4);
	kdk_registers_set(&registers, BP, bp);
	kdk_unwind_begin(unwind, cursor, &registers);
	cursor->exact = false;
	return true;
}

static bool after_call(struct kdk_unwind *unwind, uint64_t pc, uint64_t *ret_target)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint8_t code[7];

	*ret_target = 0;
	if (!reader->read(reader->context, pc - sizeof(code), code, sizeof(code)))
		return false;
	if (code[2] == 0xe8) {
		*ret_target = (uint32_t)(pc + kdk_get_u32(code + 3, false));
		return true;
	}
	/* ff /2 with a ModRM of each length */
	for (unsigned int length = 2; length <= 7; length++)
		if (code[7 - length] == 0xff && (code[8 - length] & 0x38) == 0x10)
			return true;
	return false;
}

static enum kdk_unwind_step take_registers(struct kdk_unwind *unwind,
					   struct kdk_unwind_cursor *cursor, uint64_t address)
{
	struct kdk_registers registers = { 0 };

	if (!kdk_unwind_load(unwind, address, &registers, 0, REGISTERS))
		return kdk_unwind_lost(cursor, "the registers of an exception are not readable");
	cursor->user = (registers.value[CS] & 3) == 3;
	/* From kernel mode the processor pushes no esp: the stack went on above. */
	if (!cursor->user && (registers.value[SP] < cursor->stack.begin ||
			      registers.value[SP] > cursor->stack.end))
		registers.value[SP] = address + SP * 4;
	cursor->registers = registers;
	cursor->exact = true;
	cursor->exception = true;
	cursor->how = KDK_FRAME_POINTER;
	return KDK_UNWIND_NEXT;
}

static enum kdk_unwind_step step(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	uint64_t bp = cursor->registers.value[BP], next, ip;
	struct kdk_registers registers = { 0 };
	struct kdk_unwind_stack stack;

	if (!kdk_registers_has(&cursor->registers, BP))
		return kdk_unwind_lost(cursor, "the frame pointer is not known");
	if (bp && !(bp & TOP_BIT) && kdk_unwind_stack_of(unwind, cursor, bp | TOP_BIT, &stack))
		return take_registers(unwind, cursor, bp | TOP_BIT);
	if (bp & 3 || !kdk_unwind_stack_of(unwind, cursor, bp, &stack) || stack.end - bp < 8 ||
	    !kdk_unwind_word(unwind, bp, &next) || !kdk_unwind_word(unwind, bp + 4, &ip))
		return kdk_unwind_lost(cursor, "the frame pointer leads nowhere");
	/* The first frame of a task has nothing behind it. */
	if (!next && !ip)
		return KDK_UNWIND_END;
	kdk_registers_set(&registers, IP, kdk_unwind_recover(unwind, cursor, ip, bp + 4, bp + 4));
	kdk_registers_set(&registers, SP, bp + 8);
	kdk_registers_set(&registers, BP, next);
	cursor->registers = registers;
	cursor->exact = false;
	cursor->how = KDK_FRAME_POINTER;
	return KDK_UNWIND_NEXT;
}

static const char *exception_name(const char *function)
{
	static const struct {
		const char *function, *name;
	} entries[] = {
		{ "asm_exc_page_fault", "page fault" },
		{ "asm_exc_general_protection", "general protection fault" },
		{ "asm_exc_invalid_op", "invalid opcode" },
		{ "asm_exc_divide_error", "divide error" },
		{ "asm_exc_nmi", "NMI" },
		{ "asm_common_interrupt", "interrupt" },
		{ "handle_exception", "exception" },
		{ "common_exception", "exception" },
		{ "ret_from_intr", "interrupt" },
		{ "entry_INT80_32", "system call" },
		{ "entry_SYSENTER_32", "system call" },
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(entries); i++)
		if (!strcmp(entries[i].function, function))
			return entries[i].name;
	return !strncmp(function, "asm_sysvec_", 11) ? "interrupt" : NULL;
}

const struct kdk_arch_unwind kdk_i386_unwind = {
	.registers = names,
	.pc = IP,
	.sp = SP,
	.init = init,
	.deinit = deinit,
	.prstatus = prstatus,
	.sleeping = sleeping,
	.step = step,
	.cpu_stack = cpu_stack,
	.after_call = after_call,
	.exception_name = exception_name,
};
