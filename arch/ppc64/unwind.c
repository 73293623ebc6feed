/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ppc64: every stack frame begins with the address of its caller's, the back chain; a
 * function saves its return address 16 bytes into its caller's frame. A frame that an
 * exception made holds a marker in front of its pt_regs.
 */
#include "arch/ppc64/unwind.h"

#include <stdlib.h>

#include "arch/cpu_stacks.h"
#include "core/bytes.h"

enum { R1 = 1, NIP = 32, MSR = 33, LINK = 36, REGISTERS = 40 };

#define THREAD_BYTES 16384
#define MSR_USER (1u << 14)
#define LR_SAVE 16
#define MARKER UINT64_C(0x7265677368657265)	/* "regshere" */

/* Where the marker stands by ABI and version; pt_regs follow 16 bytes behind. */
static const unsigned int markers[] = { 96, 32, 112 };

struct state {
	uint64_t ksp;
	bool ksp_known;
	struct kdk_cpu_stacks stacks;
	bool stacks_known;
};

static const char *const names[] = {
	"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13",
	"r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25",
	"r26", "r27", "r28", "r29", "r30", "r31", "nip", "msr", "orig_r3", "ctr", "link", "xer",
	"ccr", "softe", NULL,
};

static struct kdk_error *init(struct kdk_unwind *unwind)
{
	struct state *state = calloc(1, sizeof(*state));
	uint64_t size;

	if (!state)
		return &kdk_enomem;
	unwind->private = state;
	if (!unwind->thread_size)
		unwind->thread_size = THREAD_BYTES;
	state->ksp_known = unwind->reader.field(unwind->reader.context, "task_struct.thread.ksp",
						&state->ksp, &size);
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

/* Arrays of pointers by CPU */
static void find_stacks(struct kdk_unwind *unwind)
{
	static const struct {
		const char *symbol;
		enum kdk_stack_kind kind;
	} known[] = {
		{ "hardirq_ctx", KDK_STACK_IRQ },
		{ "softirq_ctx", KDK_STACK_SOFTIRQ },
	};
	const struct kdk_unwind_reader *reader = &unwind->reader;
	struct state *state = unwind->private;
	uint64_t array, base;

	state->stacks_known = true;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(known); i++) {
		if (!reader->symbol(reader->context, known[i].symbol, &array))
			continue;
		for (size_t cpu = 0; cpu < reader->cpus; cpu++)
			if (kdk_unwind_word(unwind, array + cpu * 8, &base))
				kdk_cpu_stacks_add(&state->stacks, base, unwind->thread_size,
						   known[i].kind, cpu);
	}
	kdk_cpu_stacks_sort(&state->stacks);
}

/* Emergency stacks are in no table that has a name: stacks are aligned to their size. */
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

/* _switch leaves its own frame at thread.ksp; the one it goes back to is above. */
static bool sleeping(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	const struct state *state = unwind->private;
	struct kdk_registers registers = { 0 };
	uint64_t ksp, back, nip;

	if (!state->ksp_known || !kdk_unwind_word(unwind, cursor->task + state->ksp, &ksp) ||
	    ksp < cursor->task_stack || ksp - cursor->task_stack >= unwind->thread_size ||
	    !kdk_unwind_word(unwind, ksp, &back) ||
	    !kdk_unwind_word(unwind, back + LR_SAVE, &nip))
		return false;
	kdk_registers_set(&registers, NIP, nip);
	kdk_registers_set(&registers, R1, back);
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
	code = kdk_get_u32(bytes, reader->big_endian);
	if ((code & 0xfc000003) == 0x48000001) {
		*ret_target = pc - 4 + (uint64_t)((int64_t)((uint64_t)(code & 0x03fffffc) << 38) >> 38);
		return true;
	}
	/* bctrl, blrl */
	return code == 0x4e800421 || code == 0x4e800021;
}

/* The pt_regs in the frame at sp, when an exception made it. */
static bool find_registers(struct kdk_unwind *unwind, uint64_t sp, uint64_t *ret)
{
	uint64_t word;

	for (size_t i = 0; i < KDK_ARRAY_SIZE(markers); i++)
		if (kdk_unwind_word(unwind, sp + markers[i], &word) && word == MARKER) {
			*ret = sp + markers[i] + 16;
			return true;
		}
	return false;
}

static enum kdk_unwind_step take_registers(struct kdk_unwind *unwind,
					   struct kdk_unwind_cursor *cursor, uint64_t address)
{
	struct kdk_registers registers = { 0 };

	if (!kdk_unwind_load(unwind, address, &registers, 0, REGISTERS))
		return kdk_unwind_lost(cursor, "the registers of an exception are not readable");
	/* At the start of a kernel thread they are all zero. */
	if (!registers.value[NIP])
		return KDK_UNWIND_END;
	cursor->registers = registers;
	cursor->exact = true;
	cursor->exception = true;
	cursor->user = registers.value[MSR] & MSR_USER;
	cursor->how = KDK_FRAME_CHAIN;
	return KDK_UNWIND_NEXT;
}

/* A function that was interrupted before it made a frame has its caller in link. */
static bool caller_in_link(struct kdk_unwind *unwind, const struct kdk_unwind_cursor *cursor,
			   uint64_t saved)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint64_t link = cursor->registers.value[LINK];
	struct kdk_unwind_function here, there;

	return cursor->exact && kdk_registers_has(&cursor->registers, LINK) && link != saved &&
	       reader->function(reader->context, cursor->registers.value[NIP], &here) &&
	       reader->function(reader->context, link - 1, &there) && here.start != there.start;
}

static enum kdk_unwind_step step(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	uint64_t sp = cursor->registers.value[R1], back, nip, address;
	struct kdk_registers registers = { 0 };
	struct kdk_unwind_stack stack;

	if (!cursor->exact && find_registers(unwind, sp, &address))
		return take_registers(unwind, cursor, address);
	if (!kdk_unwind_word(unwind, sp, &back))
		return kdk_unwind_lost(cursor, "the back chain is not readable");
	if (!back)
		return KDK_UNWIND_END;
	if (!kdk_unwind_stack_of(unwind, cursor, back, &stack) ||
	    !kdk_unwind_word(unwind, back + LR_SAVE, &nip))
		return kdk_unwind_lost(cursor, "the back chain leads nowhere");
	if (caller_in_link(unwind, cursor, nip)) {
		nip = cursor->registers.value[LINK];
		back = sp;
		cursor->how = KDK_FRAME_REGISTERS;
	} else {
		nip = kdk_unwind_recover(unwind, cursor, nip, back, back);
		cursor->how = KDK_FRAME_CHAIN;
	}
	kdk_registers_set(&registers, NIP, nip);
	kdk_registers_set(&registers, R1, back);
	cursor->registers = registers;
	cursor->exact = false;
	return KDK_UNWIND_NEXT;
}

const struct kdk_arch_unwind kdk_ppc64_unwind = {
	.registers = names,
	.pc = NIP,
	.sp = R1,
	.init = init,
	.deinit = deinit,
	.prstatus = prstatus,
	.sleeping = sleeping,
	.step = step,
	.cpu_stack = cpu_stack,
	.after_call = after_call,
};
