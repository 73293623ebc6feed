/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * s390x: a back chain of stack frames, each with its callee's saved registers; r14 is the
 * return address. A chain that ends in 0 has a pt_regs behind its last frame.
 */
#include "arch/s390x/unwind.h"

#include <stdlib.h>

#include "arch/cpu_stacks.h"
#include "core/bytes.h"

enum { PSW_MASK = 0, PSW_ADDRESS = 1, R0 = 2, R15 = 17, REGISTERS = 18 };

#define THREAD_BYTES 16384
#define PSW_USER UINT64_C(0x0001000000000000)

struct state {
	uint64_t back_chain, r14, frame_size;	/* of struct stack_frame */
	uint64_t psw, gprs;			/* of struct pt_regs */
	uint64_t ksp;
	bool ksp_known;
	struct kdk_cpu_stacks stacks;
	bool stacks_known;
};

static const char *const names[] = {
	"pswm", "pswa", "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10",
	"r11", "r12", "r13", "r14", "r15", NULL,
};

static bool field(const struct kdk_unwind *unwind, const char *path, uint64_t *ret)
{
	uint64_t size;

	return unwind->reader.field(unwind->reader.context, path, ret, &size);
}

static struct kdk_error *init(struct kdk_unwind *unwind)
{
	struct state *state = calloc(1, sizeof(*state));
	uint64_t gprs = 48;

	if (!state)
		return &kdk_enomem;
	unwind->private = state;
	if (!unwind->thread_size)
		unwind->thread_size = THREAD_BYTES;
	/* Frames save r6 to r15; offsets are the ABI's where no type says otherwise. */
	field(unwind, "stack_frame.back_chain", &state->back_chain);
	field(unwind, "stack_frame.gprs", &gprs);
	state->r14 = gprs + 8 * 8;
	state->frame_size = unwind->reader.size(unwind->reader.context, "struct stack_frame");
	if (!state->frame_size)
		state->frame_size = 160;
	if (!field(unwind, "pt_regs.psw", &state->psw))
		state->psw = 8;
	if (!field(unwind, "pt_regs.gprs", &state->gprs))
		state->gprs = 24;
	state->ksp_known = field(unwind, "task_struct.thread.ksp", &state->ksp);
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

/* Each CPU's lowcore has pointers near the top of its stacks. */
static void find_stacks(struct kdk_unwind *unwind)
{
	static const struct {
		const char *member;
		enum kdk_stack_kind kind;
	} known[] = {
		{ "lowcore.async_stack", KDK_STACK_IRQ },
		{ "lowcore.nodat_stack|lowcore.panic_stack", KDK_STACK_UNKNOWN },
		{ "lowcore.mcck_stack", KDK_STACK_MACHINE_CHECK },
		{ "lowcore.restart_stack", KDK_STACK_UNKNOWN },
	};
	const struct kdk_unwind_reader *reader = &unwind->reader;
	struct state *state = unwind->private;
	uint64_t array, lowcore, offset, top;

	state->stacks_known = true;
	if (!reader->symbol(reader->context, "lowcore_ptr", &array))
		return;
	for (size_t cpu = 0; cpu < reader->cpus; cpu++)
		for (size_t i = 0; i < KDK_ARRAY_SIZE(known); i++)
			if (kdk_unwind_word(unwind, array + cpu * 8, &lowcore) &&
			    field(unwind, known[i].member, &offset) &&
			    kdk_unwind_word(unwind, lowcore + offset, &top))
				kdk_cpu_stacks_add(&state->stacks,
						   (top - 1) & ~(unwind->thread_size - 1),
						   unwind->thread_size, known[i].kind, cpu);
	kdk_cpu_stacks_sort(&state->stacks);
}

static bool cpu_stack(struct kdk_unwind *unwind, uint64_t address, struct kdk_unwind_stack *ret)
{
	struct state *state = unwind->private;

	if (!state->stacks_known)
		find_stacks(unwind);
	return kdk_cpu_stacks_at(&state->stacks, address, ret) ||
	       kdk_cpu_stacks_around(unwind, address, ret);
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

static bool sleeping(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	const struct state *state = unwind->private;
	struct kdk_registers registers = { 0 };
	uint64_t ksp, r14;

	if (!state->ksp_known || !kdk_unwind_word(unwind, cursor->task + state->ksp, &ksp) ||
	    ksp < cursor->task_stack || ksp - cursor->task_stack >= unwind->thread_size ||
	    !kdk_unwind_word(unwind, ksp + state->r14, &r14))
		return false;
	kdk_registers_set(&registers, PSW_ADDRESS, r14);
	kdk_registers_set(&registers, R15, ksp);
	kdk_unwind_begin(unwind, cursor, &registers);
	cursor->exact = false;
	return true;
}

static bool after_call(struct kdk_unwind *unwind, uint64_t pc, uint64_t *ret_target)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint8_t code[6];

	*ret_target = 0;
	if (pc & 1 || !reader->read(reader->context, pc - sizeof(code), code, sizeof(code)))
		return false;
	/* brasl %r14,…; basr and balr with %r14 */
	if (code[0] == 0xc0 && code[1] == 0xe5) {
		*ret_target = pc - 6 +
			      2 * (uint64_t)(int64_t)(int32_t)kdk_get_u32(code + 2, true);
		return true;
	}
	return (code[4] == 0x0d || code[4] == 0x05) && code[5] >> 4 == 14;
}

static enum kdk_unwind_step take_registers(struct kdk_unwind *unwind,
					   struct kdk_unwind_cursor *cursor, uint64_t address)
{
	const struct state *state = unwind->private;
	struct kdk_registers registers = { 0 };

	/* Behind the first frame of a kernel thread there may be no room for them. */
	if (address >= cursor->stack.end)
		return KDK_UNWIND_END;
	if (!kdk_unwind_load(unwind, address + state->psw, &registers, PSW_MASK, 2) ||
	    !kdk_unwind_load(unwind, address + state->gprs, &registers, R0, 16))
		return kdk_unwind_lost(cursor, "the registers of an exception are not readable");
	if (!registers.value[PSW_ADDRESS])
		return KDK_UNWIND_END;
	cursor->registers = registers;
	cursor->exact = true;
	cursor->exception = true;
	cursor->user = registers.value[PSW_MASK] & PSW_USER;
	cursor->how = KDK_FRAME_CHAIN;
	return KDK_UNWIND_NEXT;
}

static enum kdk_unwind_step step(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	const struct state *state = unwind->private;
	uint64_t sp = cursor->registers.value[R15], back, r14;
	struct kdk_registers registers = { 0 };
	struct kdk_unwind_stack stack;

	if (!kdk_unwind_word(unwind, sp + state->back_chain, &back))
		return kdk_unwind_lost(cursor, "the back chain is not readable");
	if (!back)
		return take_registers(unwind, cursor, sp + state->frame_size);
	if (!kdk_unwind_stack_of(unwind, cursor, back, &stack) ||
	    !kdk_unwind_word(unwind, back + state->r14, &r14))
		return kdk_unwind_lost(cursor, "the back chain leads nowhere");
	kdk_registers_set(&registers, PSW_ADDRESS,
			  kdk_unwind_recover(unwind, cursor, r14, back + state->r14, back));
	kdk_registers_set(&registers, R15, back);
	cursor->registers = registers;
	cursor->exact = false;
	cursor->how = KDK_FRAME_CHAIN;
	return KDK_UNWIND_NEXT;
}

const struct kdk_arch_unwind kdk_s390x_unwind = {
	.registers = names,
	.pc = PSW_ADDRESS,
	.sp = R15,
	.init = init,
	.deinit = deinit,
	.prstatus = prstatus,
	.sleeping = sleeping,
	.step = step,
	.cpu_stack = cpu_stack,
	.after_call = after_call,
};
