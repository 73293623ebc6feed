/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * riscv64: the frame pointer s0 is the stack pointer of the caller; below it are the
 * return address and the caller's frame pointer. Entry code leaves a pt_regs at its sp.
 */
#include "arch/riscv64/unwind.h"

#include <stdlib.h>
#include <string.h>

#include "arch/cpu_stacks.h"
#include "core/bytes.h"

enum { PC = 0, RA = 1, SP = 2, S0 = 8, STATUS = 32, REGISTERS = 33 };

#define THREAD_BYTES 16384
#define OVERFLOW_BYTES 4096
#define STATUS_KERNEL 0x100	/* SPP */

struct state {
	bool thread_known;
	uint64_t ra, sp, s;	/* of task_struct.thread */
	struct kdk_cpu_stacks stacks;
	bool stacks_known;
};

static const char *const names[] = {
	"epc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4",
	"a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3",
	"t4", "t5", "t6", "status", NULL,
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
	state->thread_known = field(unwind, "task_struct.thread.ra", &state->ra) &&
			      field(unwind, "task_struct.thread.sp", &state->sp) &&
			      field(unwind, "task_struct.thread.s", &state->s);
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
	return kdk_cpu_stacks_at(&state->stacks, address, ret);
}

/* The note has no status: what crashed was the kernel. */
static bool prstatus(const struct kdk_unwind_reader *reader, const uint8_t *bytes, size_t size,
		     struct kdk_registers *ret)
{
	(void)reader;
	if (size < STATUS * 8)
		return false;
	for (unsigned int i = 0; i < STATUS; i++)
		kdk_registers_set(ret, i, kdk_get_u64(bytes + i * 8, false));
	return true;
}

static bool sleeping(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	const struct state *state = unwind->private;
	struct kdk_registers registers = { 0 };
	uint64_t ra, sp, s0;

	if (!state->thread_known || !kdk_unwind_word(unwind, cursor->task + state->ra, &ra) ||
	    !kdk_unwind_word(unwind, cursor->task + state->sp, &sp) ||
	    !kdk_unwind_word(unwind, cursor->task + state->s, &s0) ||
	    sp < cursor->task_stack || sp - cursor->task_stack >= unwind->thread_size)
		return false;
	kdk_registers_set(&registers, PC, ra);
	kdk_registers_set(&registers, SP, sp);
	kdk_registers_set(&registers, S0, s0);
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
	if (pc & 1 || !reader->read(reader->context, pc - 4, bytes, sizeof(bytes)))
		return false;
	code = kdk_get_u32(bytes, false);
	if ((code & 0xfff) == 0x0ef) {	/* jal ra */
		uint64_t offset = (code >> 21 & 0x3ff) << 1 | (code >> 20 & 1) << 11 |
				  (code & 0xff000) | (uint64_t)(code >> 31) << 20;

		*ret_target = pc - 4 + (uint64_t)((int64_t)(offset << 43) >> 43);
		return true;
	}
	/* jalr ra, and c.jalr */
	return (code & 0x7fff) == 0x00e7 || (code >> 16 & 0xf07f) == 0x9002;
}

/* Entry code calls handlers with a pt_regs at its own stack pointer. */
static bool is_entry(struct kdk_unwind *unwind, const struct kdk_unwind_cursor *cursor)
{
	static const char *const entries[] = { "handle_exception", "ret_from_exception" };
	const struct kdk_unwind_reader *reader = &unwind->reader;
	struct kdk_unwind_function function;

	if (cursor->exact ||
	    !reader->function(reader->context, cursor->registers.value[PC] - 1, &function))
		return false;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(entries); i++)
		if (!strcmp(function.name, entries[i]))
			return true;
	return false;
}

static enum kdk_unwind_step take_registers(struct kdk_unwind *unwind,
					   struct kdk_unwind_cursor *cursor, uint64_t address)
{
	struct kdk_registers registers = { 0 };

	if (!kdk_unwind_load(unwind, address, &registers, 0, REGISTERS))
		return kdk_unwind_lost(cursor, "the registers of an exception are not readable");
	if (!registers.value[PC])
		return KDK_UNWIND_END;
	cursor->registers = registers;
	cursor->exact = true;
	cursor->exception = true;
	cursor->user = !(registers.value[STATUS] & STATUS_KERNEL);
	cursor->how = KDK_FRAME_POINTER;
	return KDK_UNWIND_NEXT;
}

static enum kdk_unwind_step step(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	uint64_t fp = cursor->registers.value[S0], next, ra;
	struct kdk_registers registers = { 0 };
	struct kdk_unwind_stack stack;

	if (is_entry(unwind, cursor))
		return take_registers(unwind, cursor, cursor->registers.value[SP]);
	if (!kdk_registers_has(&cursor->registers, S0) || fp & 7 || fp < 16 ||
	    !kdk_unwind_stack_of(unwind, cursor, fp - 16, &stack) ||
	    !kdk_unwind_word(unwind, fp - 8, &ra) || !kdk_unwind_word(unwind, fp - 16, &next))
		return kdk_unwind_lost(cursor, "the frame pointer leads nowhere");
	/* The frame of a function that calls nothing holds only the frame pointer. */
	if (cursor->exact && kdk_registers_has(&cursor->registers, RA) &&
	    !kdk_unwind_is_text(unwind, ra - 1) &&
	    kdk_unwind_stack_of(unwind, cursor, ra, &stack)) {
		next = ra;
		ra = cursor->registers.value[RA];
	}
	if (!ra)
		return KDK_UNWIND_END;
	kdk_registers_set(&registers, PC, kdk_unwind_recover(unwind, cursor, ra, fp, fp));
	kdk_registers_set(&registers, SP, fp);
	kdk_registers_set(&registers, S0, next);
	cursor->registers = registers;
	cursor->exact = false;
	cursor->how = KDK_FRAME_POINTER;
	return KDK_UNWIND_NEXT;
}

static const char *exception_name(const char *function)
{
	return !strcmp(function, "handle_exception") || !strcmp(function, "ret_from_exception") ?
	       "exception" : NULL;
}

const struct kdk_arch_unwind kdk_riscv64_unwind = {
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
