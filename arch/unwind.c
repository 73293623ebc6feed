/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/unwind.h"

#include <string.h>

#include "core/bytes.h"

/* Kernels nest interrupt, soft interrupt, NMI, debug and fault; twice that is no stack. */
#define SWITCHES_MAX 16

/* Bytes of one frame that are searched for the call of its function; kernels warn from 2048 on. */
#define FRAME_MAX 4096

bool kdk_unwind_word(const struct kdk_unwind *unwind, uint64_t address, uint64_t *ret)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint8_t bytes[8];

	if (!reader->read(reader->context, address, bytes, reader->word_bytes))
		return false;
	*ret = kdk_get_word(bytes, reader->big_endian, reader->word_bytes);
	return true;
}

bool kdk_unwind_load(const struct kdk_unwind *unwind, uint64_t address,
		     struct kdk_registers *registers, unsigned int first, unsigned int count)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint8_t bytes[KDK_REGISTERS * 8];

	if (!reader->read(reader->context, address, bytes, (size_t)count * reader->word_bytes))
		return false;
	for (unsigned int i = 0; i < count; i++)
		kdk_registers_set(registers, first + i,
				  kdk_get_word(bytes + i * reader->word_bytes, reader->big_endian,
					       reader->word_bytes));
	return true;
}

bool kdk_unwind_is_text(const struct kdk_unwind *unwind, uint64_t pc)
{
	struct kdk_unwind_function function;

	return unwind->reader.function(unwind->reader.context, pc, &function);
}

enum kdk_unwind_step kdk_unwind_lost(struct kdk_unwind_cursor *cursor, const char *why)
{
	cursor->lost = why;
	return KDK_UNWIND_LOST;
}

/* init_task's own stack is as long as every other; kernels name its ends. */
static uint64_t thread_size(const struct kdk_unwind_reader *reader)
{
	static const char *const begins[] = { "init_stack", "init_thread_union" };
	static const char *const ends[] = { "__end_init_stack", "__end_init_task" };
	uint64_t begin, end;

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < 2; j++)
			if (reader->symbol(reader->context, begins[i], &begin) &&
			    reader->symbol(reader->context, ends[j], &end) && end > begin &&
			    end - begin >= 4096 && end - begin <= 1 << 20 &&
			    !((end - begin) & (end - begin - 1)))
				return end - begin;
	return 0;
}

struct kdk_error *kdk_unwind_init(struct kdk_unwind *unwind, const struct kdk_arch_unwind *ops,
				  const struct kdk_unwind_reader *reader)
{
	static const char *const trampolines[] = {
		"arch_rethook_trampoline", "__kretprobe_trampoline", "kretprobe_trampoline",
	};

	*unwind = (struct kdk_unwind){ .ops = ops, .reader = *reader };
	unwind->thread_size = thread_size(reader);
	if (!reader->symbol(reader->context, "return_to_handler", &unwind->return_to_handler))
		unwind->return_to_handler = 0;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(trampolines) && !unwind->rethook; i++)
		if (!reader->symbol(reader->context, trampolines[i], &unwind->rethook))
			unwind->rethook = 0;
	return ops->init ? ops->init(unwind) : NULL;
}

void kdk_unwind_deinit(struct kdk_unwind *unwind)
{
	if (unwind->ops && unwind->ops->deinit)
		unwind->ops->deinit(unwind);
	unwind->private = NULL;
}

bool kdk_unwind_stack_of(struct kdk_unwind *unwind, const struct kdk_unwind_cursor *cursor,
			 uint64_t address, struct kdk_unwind_stack *ret)
{
	/* A stack that overflowed points into the page below, which is not mapped. */
	uint64_t guard = unwind->reader.page_size, begin = cursor->task_stack - guard;

	if (cursor->task_stack > guard && address >= begin &&
	    address - begin < unwind->thread_size + guard) {
		*ret = (struct kdk_unwind_stack){
			.begin = begin,
			.end = cursor->task_stack + unwind->thread_size,
			.kind = KDK_STACK_TASK,
		};
		return true;
	}
	return unwind->ops->cpu_stack && unwind->ops->cpu_stack(unwind, address, ret);
}

static const struct kdk_unwind_stack no_stack = { .kind = KDK_STACK_UNKNOWN };

void kdk_unwind_begin(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor,
		      const struct kdk_registers *registers)
{
	cursor->registers = *registers;
	cursor->exact = true;
	cursor->how = KDK_FRAME_REGISTERS;
	if (!kdk_unwind_stack_of(unwind, cursor, registers->value[unwind->ops->sp],
				 &cursor->stack))
		cursor->stack = no_stack;
}

/* Whether the step led up the same stack, or on to another; sets cursor->stack. */
static bool moved(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor,
		  const struct kdk_unwind_cursor *before)
{
	uint64_t sp = cursor->registers.value[unwind->ops->sp];
	uint64_t old = before->registers.value[unwind->ops->sp];

	if (before->stack.end && sp >= before->stack.begin && sp <= before->stack.end) {
		/* What was interrupted may have had no frame of its own. */
		if (sp > old || (sp == old && before->exact && !cursor->exact))
			return true;
		cursor->lost = "the stack pointer goes back";
		return false;
	}
	if (!kdk_unwind_stack_of(unwind, cursor, sp, &cursor->stack)) {
		cursor->lost = "the stack pointer leads to no stack";
		return false;
	}
	if (++cursor->switches > SWITCHES_MAX) {
		cursor->lost = "the stacks lead to one another in a circle";
		return false;
	}
	return true;
}

static enum kdk_unwind_step step(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	struct kdk_unwind_cursor before = *cursor;
	enum kdk_unwind_step result;
	const char *lost;

	cursor->exception = false;
	cursor->recovered = false;
	result = unwind->ops->step(unwind, cursor);
	if (result == KDK_UNWIND_NEXT && !cursor->user && !moved(unwind, cursor, &before))
		result = KDK_UNWIND_LOST;
	if (result == KDK_UNWIND_NEXT && !cursor->user && !cursor->exact &&
	    !kdk_unwind_is_text(unwind, cursor->registers.value[unwind->ops->pc] - 1)) {
		cursor->lost = "the return address is in no code";
		result = KDK_UNWIND_LOST;
	}
	if (result == KDK_UNWIND_NEXT)
		return result;
	lost = cursor->lost;
	*cursor = before;
	cursor->lost = lost;
	return result;
}

/* Goes on at a return address that was found at `slot`. */
static void jump(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor, uint64_t pc,
		 uint64_t slot, enum kdk_frame_how how)
{
	const struct kdk_arch_unwind *ops = unwind->ops;
	struct kdk_registers *registers = &cursor->registers;
	uint64_t sp = slot + unwind->reader.word_bytes;

	/* A register that points into the stack above is most likely a frame pointer still. */
	for (unsigned int i = 0; i < KDK_REGISTERS; i++)
		if (registers->value[i] < sp || registers->value[i] >= cursor->stack.end)
			registers->known &= ~(UINT64_C(1) << i);
	kdk_registers_set(registers, ops->pc, pc);
	kdk_registers_set(registers, ops->sp, sp);
	cursor->exact = cursor->exception = cursor->recovered = false;
	cursor->how = how;
}

/*
 * The next word of the stack that can be a return address; with `callee`, that stands
 * behind a call of that function.
 */
static bool scan(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor, uint64_t callee,
		 uint64_t limit)
{
	const struct kdk_arch_unwind *ops = unwind->ops;
	unsigned int word = unwind->reader.word_bytes;
	uint64_t at = cursor->registers.value[ops->sp] & ~(uint64_t)(word - 1), pc, target = 0;
	uint64_t end = cursor->stack.end - at > limit ? at + limit : cursor->stack.end;

	for (; at < end && end - at >= word; at += word) {
		if (!kdk_unwind_word(unwind, at, &pc) || !pc || !kdk_unwind_is_text(unwind, pc - 1) ||
		    (ops->after_call && !ops->after_call(unwind, pc, &target)) ||
		    (callee && target != callee))
			continue;
		jump(unwind, cursor, pc, at, callee ? KDK_FRAME_CALL : KDK_FRAME_GUESS);
		return true;
	}
	return false;
}

/* Where no table and no frame pointer leads on. */
static bool guess(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	const struct kdk_arch_unwind *ops = unwind->ops;
	uint64_t pc = cursor->registers.value[ops->pc];
	struct kdk_unwind_function function;

	if (!cursor->stack.end || cursor->registers.value[ops->sp] >= cursor->stack.end)
		return false;
	if (ops->after_call &&
	    reader->function(reader->context, cursor->exact ? pc : pc - 1, &function) &&
	    scan(unwind, cursor, function.start, FRAME_MAX))
		return true;
	return scan(unwind, cursor, 0, UINT64_MAX);
}

enum kdk_unwind_step kdk_unwind_next(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	enum kdk_unwind_step result;

	if (cursor->user)
		return KDK_UNWIND_END;
	result = step(unwind, cursor);
	if (result == KDK_UNWIND_LOST && guess(unwind, cursor))
		return KDK_UNWIND_NEXT;
	return result;
}
