/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86_64: a step by the kernel's ORC tables, by frame pointers where code has none (or a
 * kernel has none at all).
 */
#include "arch/x86_64/unwind.h"

#include <stdlib.h>

#include "arch/x86_64/orc.h"
#include "arch/x86_64/registers.h"
#include "arch/x86_64/stacks.h"
#include "core/bytes.h"

#define IP KDK_X86_64_IP
#define SP KDK_X86_64_SP
#define BP KDK_X86_64_BP

#define THREAD_BYTES 16384	/* without KASAN */
#define PT_REGS_BYTES (KDK_X86_64_REGISTERS * 8)

struct state {
	struct kdk_orc_tables orc;
	struct kdk_cpu_stacks stacks;
	bool stacks_known;
	/* inactive_task_frame, relative to thread.sp */
	uint64_t thread_sp, frame_bp, frame_ip;
	bool frame_known;
};

static struct kdk_error *init(struct kdk_unwind *unwind)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	struct state *state = calloc(1, sizeof(*state));
	uint64_t size;

	if (!state)
		return &kdk_enomem;
	unwind->private = state;
	if (!unwind->thread_size)
		unwind->thread_size = THREAD_BYTES;
	kdk_orc_find_tables(unwind, &state->orc);
	state->frame_known =
		reader->field(reader->context, "task_struct.thread.sp", &state->thread_sp, &size) &&
		reader->field(reader->context, "inactive_task_frame.bp", &state->frame_bp, &size) &&
		reader->field(reader->context, "inactive_task_frame.ret_addr", &state->frame_ip, &size);
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

static bool cpu_stack(struct kdk_unwind *unwind, uint64_t address, struct kdk_unwind_stack *ret)
{
	struct state *state = unwind->private;

	if (!state->stacks_known) {
		kdk_x86_64_stacks_find(unwind, &state->stacks);
		state->stacks_known = true;
	}
	return kdk_cpu_stacks_at(&state->stacks, address, ret);
}

/* __switch_to_asm pushes an inactive_task_frame and leaves its address in thread.sp. */
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
	kdk_registers_set(&registers, SP, sp + state->frame_ip + 8);
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
		*ret_target = pc + (uint64_t)(int64_t)(int32_t)kdk_get_u32(code + 3, false);
		return true;
	}
	/* ff /2 with a ModRM of each length */
	for (unsigned int length = 2; length <= 7; length++)
		if (code[7 - length] == 0xff && (code[8 - length] & 0x38) == 0x10)
			return true;
	return false;
}

/* Goes on at a pt_regs on the stack: whole, or only what the processor pushed. */
static enum kdk_unwind_step take_registers(struct kdk_unwind *unwind,
					   struct kdk_unwind_cursor *cursor, uint64_t address,
					   bool whole)
{
	struct kdk_registers registers = { 0 };
	unsigned int first = whole ? 0 : IP;

	/* Without the whole, callee-saved registers are still those of the frame before. */
	if (!whole)
		registers = cursor->registers;
	if (!kdk_unwind_load(unwind, address, &registers, first, KDK_X86_64_REGISTERS - first))
		return kdk_unwind_lost(cursor, "the registers of an exception are not readable");
	cursor->registers = registers;
	cursor->exact = true;
	cursor->exception = true;
	cursor->user = (registers.value[KDK_X86_64_CS] & 3) == 3;
	return KDK_UNWIND_NEXT;
}

static bool orc_base(enum kdk_orc_register which, unsigned int *ret)
{
	switch (which) {
	case KDK_ORC_SP:
	case KDK_ORC_SP_INDIRECT:
		*ret = SP;
		return true;
	case KDK_ORC_BP:
	case KDK_ORC_BP_INDIRECT:
		*ret = BP;
		return true;
	case KDK_ORC_R10:
		*ret = KDK_X86_64_R10;
		return true;
	case KDK_ORC_R13:
		*ret = KDK_X86_64_R13;
		return true;
	case KDK_ORC_DI:
		*ret = KDK_X86_64_DI;
		return true;
	case KDK_ORC_DX:
		*ret = KDK_X86_64_DX;
		return true;
	case KDK_ORC_AX:
		*ret = KDK_X86_64_AX;
		return true;
	default:
		return false;
	}
}

/* The caller's stack pointer. */
static bool orc_sp(struct kdk_unwind *unwind, const struct kdk_orc *orc,
		   const struct kdk_registers *registers, uint64_t *ret)
{
	uint64_t base;
	unsigned int index;

	if (!orc_base(orc->sp, &index) || !kdk_registers_has(registers, index))
		return false;
	base = registers->value[index];
	switch (orc->sp) {
	case KDK_ORC_SP_INDIRECT:
		if (!kdk_unwind_word(unwind, base, &base))
			return false;
		*ret = base + (uint64_t)(int64_t)orc->sp_offset;
		return true;
	case KDK_ORC_BP_INDIRECT:
		return kdk_unwind_word(unwind, base + (uint64_t)(int64_t)orc->sp_offset, ret);
	case KDK_ORC_SP:
	case KDK_ORC_BP:
		*ret = base + (uint64_t)(int64_t)orc->sp_offset;
		return true;
	default:
		*ret = base;
		return true;
	}
}

static bool orc_bp(struct kdk_unwind *unwind, const struct kdk_orc *orc,
		   const struct kdk_registers *registers, uint64_t sp, uint64_t *ret)
{
	uint64_t at = orc->bp == KDK_ORC_PREV_SP ? sp : registers->value[BP];

	if (orc->bp == KDK_ORC_UNDEFINED) {
		*ret = registers->value[BP];
		return kdk_registers_has(registers, BP);
	}
	return (orc->bp == KDK_ORC_PREV_SP || kdk_registers_has(registers, BP)) &&
	       kdk_unwind_word(unwind, at + (uint64_t)(int64_t)orc->bp_offset, ret);
}

static enum kdk_unwind_step orc_call(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor,
				     const struct kdk_orc *orc, uint64_t sp)
{
	struct kdk_registers registers = { 0 };
	uint64_t ip, bp;

	if (!kdk_unwind_word(unwind, sp - 8, &ip))
		return kdk_unwind_lost(cursor, "a return address is not readable");
	if (orc_bp(unwind, orc, &cursor->registers, sp, &bp))
		kdk_registers_set(&registers, BP, bp);
	ip = kdk_unwind_recover(unwind, cursor, ip, sp - 8, sp - 8);
	kdk_registers_set(&registers, IP, ip);
	kdk_registers_set(&registers, SP, sp);
	cursor->registers = registers;
	cursor->exact = orc->signal;
	return KDK_UNWIND_NEXT;
}

static enum kdk_unwind_step step_orc(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor,
				     const struct kdk_orc *orc)
{
	uint64_t sp;

	if (orc->type == KDK_ORC_END)
		return KDK_UNWIND_END;
	if (orc->type == KDK_ORC_NONE)
		return kdk_unwind_lost(cursor, "the ORC table says nothing of this code");
	if (!orc_sp(unwind, orc, &cursor->registers, &sp))
		return kdk_unwind_lost(cursor, "the register that ORC goes by is not known");
	cursor->how = KDK_FRAME_ORC;
	switch (orc->type) {
	case KDK_ORC_REGS:
		return take_registers(unwind, cursor, sp, true);
	case KDK_ORC_REGS_PARTIAL:
		return take_registers(unwind, cursor, sp, false);
	default:
		return orc_call(unwind, cursor, orc, sp);
	}
}

/* A frame pointer, which with bit 0 set is the address of a pt_regs instead. */
static enum kdk_unwind_step step_pointer(struct kdk_unwind *unwind,
					 struct kdk_unwind_cursor *cursor)
{
	const struct kdk_unwind_stack *stack = &cursor->stack;
	uint64_t bp = cursor->registers.value[BP], sp = cursor->registers.value[SP];
	struct kdk_registers registers = { 0 };
	uint64_t next, ip;

	if (!kdk_registers_has(&cursor->registers, BP) || !stack->end || bp < sp ||
	    bp < stack->begin || bp >= stack->end)
		return kdk_unwind_lost(cursor, "no ORC entry and no frame pointer lead on");
	cursor->how = KDK_FRAME_POINTER;
	if (bp & 1)
		return stack->end - bp < PT_REGS_BYTES ?
			kdk_unwind_lost(cursor, "the frame pointer leads nowhere") :
			take_registers(unwind, cursor, bp & ~UINT64_C(1), true);
	if (bp & 7 || !kdk_unwind_word(unwind, bp, &next) || !kdk_unwind_word(unwind, bp + 8, &ip))
		return kdk_unwind_lost(cursor, "the frame pointer leads nowhere");
	ip = kdk_unwind_recover(unwind, cursor, ip, bp + 8, bp + 8);
	kdk_registers_set(&registers, IP, ip);
	kdk_registers_set(&registers, SP, bp + 16);
	kdk_registers_set(&registers, BP, next);
	cursor->registers = registers;
	cursor->exact = false;
	return KDK_UNWIND_NEXT;
}

/* A call through a bad pointer has pushed its return address and done nothing else. */
static enum kdk_unwind_step step_bad_call(struct kdk_unwind *unwind,
					  struct kdk_unwind_cursor *cursor)
{
	uint64_t sp = cursor->registers.value[SP], ip, target;

	if (!kdk_unwind_word(unwind, sp, &ip) || !kdk_unwind_is_text(unwind, ip - 1) ||
	    !after_call(unwind, ip, &target))
		return kdk_unwind_lost(cursor, "the instruction pointer is in no code");
	kdk_registers_set(&cursor->registers, IP, ip);
	kdk_registers_set(&cursor->registers, SP, sp + 8);
	cursor->how = KDK_FRAME_POINTER;
	cursor->exact = false;
	return KDK_UNWIND_NEXT;
}

static enum kdk_unwind_step step(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	const struct state *state = unwind->private;
	uint64_t ip = cursor->registers.value[IP];
	uint64_t at = cursor->exact ? ip : ip - 1;	/* a call may be the last of its function */
	struct kdk_orc orc;

	if (kdk_orc_find(unwind, &state->orc, at, &orc))
		return step_orc(unwind, cursor, &orc);
	if (!kdk_unwind_is_text(unwind, at))
		return step_bad_call(unwind, cursor);
	return step_pointer(unwind, cursor);
}

const struct kdk_arch_unwind kdk_x86_64_unwind = {
	.registers = kdk_x86_64_register_names,
	.pc = KDK_X86_64_IP,
	.sp = KDK_X86_64_SP,
	.init = init,
	.deinit = deinit,
	.prstatus = kdk_x86_64_prstatus,
	.sleeping = sleeping,
	.step = step,
	.cpu_stack = cpu_stack,
	.after_call = after_call,
	.exception_name = kdk_x86_64_exception_name,
};
