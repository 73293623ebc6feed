/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aarch64: frame records {fp, lr} chained through x29. Entry code puts a record into the
 * pt_regs of an exception too (pt_regs.stackframe), so the chain goes on through it.
 */
#include "arch/aarch64/unwind.h"

#include <stdlib.h>
#include <string.h>

#include "arch/cpu_stacks.h"
#include "core/bytes.h"

enum { X0 = 0, FP = 29, LR = 30, SP = 31, PC = 32, PSTATE = 33, REGISTERS = 34 };

#define THREAD_BYTES 16384
#define OVERFLOW_BYTES 4096

/* enum of frame_record_meta.type (6.13 and later) */
#define META_FINAL 1
#define META_PT_REGS 2

struct state {
	uint64_t pac;		/* bits that a kernel's code address has set, signed or not */
	bool context_known;
	uint64_t context_fp, context_sp, context_pc;
	bool record_known, meta_known;
	uint64_t record;	/* of the record in pt_regs */
	uint64_t meta;		/* of its type */
	uint64_t regs_size;
	struct kdk_cpu_stacks stacks;
	bool stacks_known;
};

static const char *const names[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
	"x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25",
	"x26", "x27", "x28", "x29", "x30", "sp", "pc", "pstate", NULL,
};

static bool field(const struct kdk_unwind *unwind, const char *path, uint64_t *ret)
{
	uint64_t size;

	return unwind->reader.field(unwind->reader.context, path, ret, &size);
}

static uint64_t pac_bits(const struct kdk_unwind_reader *reader)
{
	uint64_t bits, size;

	/* Without the mask: everything above the address is free for a signature. */
	if (reader->number(reader->context, "NUMBER(TCR_EL1_T1SZ)", &size) && size && size < 64)
		bits = ~UINT64_C(0) << (64 - size);
	else if (reader->number(reader->context, "NUMBER(VA_BITS)", &size) && size >= 36 && size < 64)
		bits = ~UINT64_C(0) << size;
	else
		bits = 0;
	if (reader->number(reader->context, "NUMBER(KERNELPACMASK)", &size))
		bits |= size;
	return bits;
}

static struct kdk_error *init(struct kdk_unwind *unwind)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return &kdk_enomem;
	unwind->private = state;
	if (!unwind->thread_size)
		unwind->thread_size = unwind->reader.page_size > THREAD_BYTES ?
				      unwind->reader.page_size : THREAD_BYTES;
	state->pac = pac_bits(&unwind->reader);
	state->context_known =
		field(unwind, "task_struct.thread.cpu_context.fp", &state->context_fp) &&
		field(unwind, "task_struct.thread.cpu_context.sp", &state->context_sp) &&
		field(unwind, "task_struct.thread.cpu_context.pc", &state->context_pc);
	state->record_known = field(unwind, "pt_regs.stackframe", &state->record);
	state->meta_known = field(unwind, "pt_regs.stackframe.type", &state->meta);
	state->regs_size = unwind->reader.size(unwind->reader.context, "struct pt_regs");
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

static void find_stacks(struct kdk_unwind *unwind)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	struct state *state = unwind->private;
	uint64_t address, base;

	state->stacks_known = true;
	for (size_t cpu = 0; cpu < reader->cpus; cpu++) {
		if (reader->per_cpu(reader->context, "irq_stack_ptr", cpu, &address) &&
		    kdk_unwind_word(unwind, address, &base))
			kdk_cpu_stacks_add(&state->stacks, base, unwind->thread_size,
					   KDK_STACK_IRQ, cpu);
		if (reader->per_cpu(reader->context, "overflow_stack", cpu, &address))
			kdk_cpu_stacks_add(&state->stacks, address, OVERFLOW_BYTES,
					   KDK_STACK_OVERFLOW, cpu);
	}
	kdk_cpu_stacks_sort(&state->stacks);
}

static bool cpu_stack(struct kdk_unwind *unwind, uint64_t address, struct kdk_unwind_stack *ret)
{
	struct state *state = unwind->private;

	if (!state->stacks_known)
		find_stacks(unwind);
	if (kdk_cpu_stacks_at(&state->stacks, address, ret))
		return true;
	/* Kernels whose variables have no names do not tell where these stacks are. */
	return !state->stacks.count && kdk_cpu_stacks_around(unwind, address, ret);
}

static bool prstatus(const struct kdk_unwind_reader *reader, const uint8_t *bytes, size_t size,
		     struct kdk_registers *ret)
{
	if (size < REGISTERS * 8)
		return false;
	for (unsigned int i = 0; i < REGISTERS; i++)
		kdk_registers_set(ret, i, kdk_get_u64(bytes + i * 8, reader->big_endian));
	return true;
}

/* A code address without its signature; user addresses stay as they are. */
static uint64_t strip(const struct kdk_unwind *unwind, uint64_t address)
{
	const struct state *state = unwind->private;

	return address >> 55 & 1 ? address | state->pac : address;
}

static bool sleeping(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	const struct state *state = unwind->private;
	struct kdk_registers registers = { 0 };
	uint64_t fp, sp, pc;

	if (!state->context_known ||
	    !kdk_unwind_word(unwind, cursor->task + state->context_fp, &fp) ||
	    !kdk_unwind_word(unwind, cursor->task + state->context_sp, &sp) ||
	    !kdk_unwind_word(unwind, cursor->task + state->context_pc, &pc) ||
	    sp < cursor->task_stack || sp - cursor->task_stack > unwind->thread_size)
		return false;
	kdk_registers_set(&registers, FP, fp);
	kdk_registers_set(&registers, SP, sp);
	kdk_registers_set(&registers, PC, strip(unwind, pc));
	kdk_unwind_begin(unwind, cursor, &registers);
	cursor->exact = false;
	return true;
}

static bool after_call(struct kdk_unwind *unwind, uint64_t pc, uint64_t *ret_target)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint8_t bytes[4];
	uint32_t code;

	*ret_target = 0;
	if (pc & 3 || !reader->read(reader->context, pc - 4, bytes, sizeof(bytes)))
		return false;
	code = kdk_get_u32(bytes, false);	/* code is little-endian in either order */
	if (code >> 26 == 0x25) {
		*ret_target = pc - 4 + (uint64_t)((int64_t)((uint64_t)code << 38) >> 36);
		return true;
	}
	/* blr, and blraa, blrab, blraaz, blrabz */
	return (code & 0xfffffc1f) == 0xd63f0000 || (code & 0xfefff800) == 0xd63f0800;
}

/* The registers that an exception saved at `address`. */
static enum kdk_unwind_step take_registers(struct kdk_unwind *unwind,
					   struct kdk_unwind_cursor *cursor, uint64_t address)
{
	struct kdk_registers registers = { 0 };

	if (!kdk_unwind_load(unwind, address, &registers, X0, REGISTERS))
		return kdk_unwind_lost(cursor, "the registers of an exception are not readable");
	registers.value[PC] = strip(unwind, registers.value[PC]);
	cursor->registers = registers;
	cursor->exact = true;
	cursor->exception = true;
	/* Mode EL0t, 64 bits or 32 */
	cursor->user = !(registers.value[PSTATE] & 0xf);
	cursor->how = KDK_FRAME_POINTER;
	return KDK_UNWIND_NEXT;
}

/* The record that ends a chain lies in the pt_regs at the top of a task's stack. */
static enum kdk_unwind_step take_last(struct kdk_unwind *unwind,
				      struct kdk_unwind_cursor *cursor, uint64_t fp)
{
	const struct state *state = unwind->private;
	uint64_t address = fp - state->record, type;
	struct kdk_registers registers = { 0 };

	if (!state->record_known)
		return KDK_UNWIND_END;
	if (state->meta_known) {
		if (!kdk_unwind_word(unwind, address + state->meta, &type))
			return kdk_unwind_lost(cursor, "the type of the last frame is not readable");
		if (type == META_PT_REGS)
			return take_registers(unwind, cursor, address);
		if (type != META_FINAL)
			return kdk_unwind_lost(cursor, "the last frame is of no known type");
	}
	/* A kernel thread has no user registers: its mode there is the kernel's. */
	if (!state->regs_size || cursor->stack.end < state->regs_size ||
	    cursor->stack.kind != KDK_STACK_TASK ||
	    cursor->stack.end - address > state->regs_size + 16 ||
	    !kdk_unwind_load(unwind, address, &registers, X0, REGISTERS) ||
	    registers.value[PSTATE] & 0xf || !registers.value[PC])
		return KDK_UNWIND_END;
	return take_registers(unwind, cursor, address);
}

/* Whether the record at fp is the one in a pt_regs: it repeats two of its registers. */
static bool is_exception(const struct kdk_unwind *unwind, uint64_t fp, uint64_t next, uint64_t lr)
{
	const struct state *state = unwind->private;
	uint64_t address = fp - state->record, saved_fp, saved_pc;

	return state->record_known && !state->meta_known &&
	       kdk_unwind_word(unwind, address + FP * 8, &saved_fp) && saved_fp == next &&
	       kdk_unwind_word(unwind, address + PC * 8, &saved_pc) && saved_pc == lr;
}

/*
 * A function that was interrupted before it made its record, or never makes one, has
 * its caller in lr: an address in another function that the record does not have.
 */
static bool caller_in_lr(struct kdk_unwind *unwind, const struct kdk_unwind_cursor *cursor,
			 uint64_t record_lr, uint64_t *ret)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint64_t lr = strip(unwind, cursor->registers.value[LR]);
	struct kdk_unwind_function here, there;

	if (!cursor->exact || !kdk_registers_has(&cursor->registers, LR) ||
	    lr == strip(unwind, record_lr) ||
	    !reader->function(reader->context, cursor->registers.value[PC], &here) ||
	    !reader->function(reader->context, lr - 1, &there) || here.start == there.start)
		return false;
	*ret = lr;
	return true;
}

static enum kdk_unwind_step take_lr(struct kdk_unwind_cursor *cursor, uint64_t lr)
{
	cursor->registers.known &= UINT64_C(1) << FP | UINT64_C(1) << SP;
	kdk_registers_set(&cursor->registers, PC, lr);
	cursor->exact = false;
	cursor->how = KDK_FRAME_REGISTERS;
	return KDK_UNWIND_NEXT;
}

static enum kdk_unwind_step step(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	uint64_t fp = cursor->registers.value[FP], next, lr, caller;
	struct kdk_registers registers = { 0 };
	struct kdk_unwind_stack stack;

	if (!kdk_registers_has(&cursor->registers, FP) || fp & 7 ||
	    !kdk_unwind_stack_of(unwind, cursor, fp, &stack) || stack.end - fp < 16 ||
	    !kdk_unwind_word(unwind, fp, &next) || !kdk_unwind_word(unwind, fp + 8, &lr))
		return kdk_unwind_lost(cursor, "the frame pointer leads nowhere");
	if (caller_in_lr(unwind, cursor, lr, &caller))
		return take_lr(cursor, caller);
	cursor->how = KDK_FRAME_POINTER;
	if (!next && !lr) {
		cursor->stack = stack;
		return take_last(unwind, cursor, fp);
	}
	if (is_exception(unwind, fp, next, lr))
		return take_registers(unwind, cursor, fp -
				      ((const struct state *)unwind->private)->record);
	/* Tracers know a frame by the frame pointer of its caller. */
	kdk_registers_set(&registers, PC,
			  strip(unwind, kdk_unwind_recover(unwind, cursor, strip(unwind, lr),
							   next, next)));
	kdk_registers_set(&registers, FP, next);
	kdk_registers_set(&registers, SP, fp + 16);
	cursor->registers = registers;
	cursor->exact = false;
	return KDK_UNWIND_NEXT;
}

static const char *exception_name(const char *function)
{
	static const struct {
		const char *prefix, *name;
	} entries[] = {
		{ "el0t_64_sync", "exception or system call from user space" },
		{ "el0t_32_sync", "exception or system call from user space" },
		{ "el0t_64_irq", "interrupt" },
		{ "el0t_32_irq", "interrupt" },
		{ "el1h_64_sync", "exception" },
		{ "el1h_64_irq", "interrupt" },
		{ "el1h_64_fiq", "fast interrupt" },
		{ "el1h_64_error", "system error" },
		{ "el0t_64_error", "system error" },
		{ "el0_svc", "system call" },
		{ "el0_sync", "exception or system call from user space" },
		{ "el0_irq", "interrupt" },
		{ "el1_sync", "exception" },
		{ "el1_irq", "interrupt" },
		{ "el1_error", "system error" },
		{ "ret_to_user", "exception or system call from user space" },
		{ "ret_fast_syscall", "system call" },
		{ "__bad_stack", "stack overflow" },
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(entries); i++)
		if (!strncmp(function, entries[i].prefix, strlen(entries[i].prefix)))
			return entries[i].name;
	return NULL;
}

const struct kdk_arch_unwind kdk_aarch64_unwind = {
	.registers = names,
	.pc = PC,
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
