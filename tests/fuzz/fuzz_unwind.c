/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stacks of every architecture: the input is registers, then memory that holds the
 * stack, the ORC tables, the task, and the code.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "arch/unwind.h"
#include "core/bytes.h"

#define BASE UINT64_C(0xffff888000000000)
#define BASE_32 UINT64_C(0xc0000000)
#define STACK_BYTES 0x4000u
#define MEMORY_MAX 0x10000u
#define REGISTER_BYTES (KDK_REGISTERS * 8)

struct input {
	const uint8_t *memory;
	size_t size;
	uint64_t base;
};

static bool on_read(void *context, uint64_t address, void *buffer, size_t length)
{
	const struct input *input = context;

	if (address < input->base || address - input->base >= input->size ||
	    length > input->size - (address - input->base))
		return false;
	memcpy(buffer, input->memory + (address - input->base), length);
	return true;
}

/* Fixed places for what code asks by name: what is there, is the input's. */
static const struct {
	const char *name;
	unsigned int offset;
} symbols[] = {
	{ "init_stack", 0 }, { "__end_init_stack", STACK_BYTES },
	{ "__start_orc_unwind_ip", 0x400 }, { "__stop_orc_unwind_ip", 0x480 },
	{ "__start_orc_unwind", 0x480 }, { "__stop_orc_unwind", 0x540 },
	{ "__start_orc_header", 0x540 }, { "orc_lookup", 0x560 }, { "orc_lookup_end", 0x580 },
	{ "_stext", 0 }, { "hardirq_stack_ptr", 0x580 }, { "irq_stack_ptr", 0x588 },
	{ "cea_exception_stacks", 0x590 }, { "return_to_handler", 0x808 },
	{ "arch_rethook_trampoline", 0x818 }, { "lowcore_ptr", 0x5a0 }, { "hardirq_ctx", 0x5b0 },
	{ "overflow_stack", 0x5c0 }, { "softirq_ctx", 0x5d0 }, { "pcpu_hot", 0x5e0 },
}, fields[] = {
	{ "task_struct.thread.sp", 8 }, { "inactive_task_frame.bp", 0 },
	{ "inactive_task_frame.ret_addr", 8 }, { "task_struct.ret_stack", 0x18 },
	{ "ftrace_ret_stack.ret", 0 }, { "ftrace_ret_stack.retp", 8 },
	{ "task_struct.rethooks.first", 0x20 }, { "rethook_node.llist", 0 },
	{ "rethook_node.frame", 8 }, { "rethook_node.ret_addr", 16 },
	{ "task_struct.thread.cpu_context.fp", 0x28 },
	{ "task_struct.thread.cpu_context.sp", 0x30 },
	{ "task_struct.thread.cpu_context.pc", 0x38 }, { "pt_regs.stackframe", 0x130 },
	{ "task_struct.thread.ksp", 0x40 }, { "task_struct.thread.ra", 0x48 },
	{ "task_struct.thread.s", 0x50 }, { "cea_exception_stacks.DF_stack", 0x100 },
	{ "cea_exception_stacks.NMI_stack", 0x400 }, { "lowcore.async_stack", 0 },
};

static bool on_symbol(void *context, const char *name, uint64_t *ret)
{
	const struct input *input = context;

	for (size_t i = 0; i < KDK_ARRAY_SIZE(symbols); i++)
		if (!strcmp(symbols[i].name, name)) {
			*ret = input->base + symbols[i].offset;
			return true;
		}
	return false;
}

static bool on_per_cpu(void *context, const char *symbol, size_t cpu, uint64_t *ret)
{
	return !cpu && on_symbol(context, symbol, ret);
}

static bool on_field(void *context, const char *path, uint64_t *ret_offset, uint64_t *ret_size)
{
	(void)context;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(fields); i++)
		if (!strcmp(fields[i].name, path)) {
			*ret_offset = fields[i].offset;
			*ret_size = 0x200;
			return true;
		}
	return false;
}

static uint64_t on_size(void *context, const char *type)
{
	(void)context;
	return !strcmp(type, "struct pt_regs") ? 0x150 : 0;
}

static bool on_number(void *context, const char *key, uint64_t *ret)
{
	(void)context;
	*ret = 48;
	return !strcmp(key, "NUMBER(VA_BITS)");
}

static bool on_function(void *context, uint64_t pc, struct kdk_unwind_function *ret)
{
	const struct input *input = context;

	if (pc < input->base || pc - input->base >= input->size)
		return false;
	ret->start = pc & ~UINT64_C(0xff);
	strcpy(ret->name, ret->start & 0x100 ? "function" : "handle_exception");
	return true;
}

static bool on_module_table(void *context, uint64_t pc, struct kdk_unwind_table *ret)
{
	const struct input *input = context;

	*ret = (struct kdk_unwind_table){
		.addresses = input->base + 0x600, .entries = input->base + 0x700,
		.count = pc & 0xff,
	};
	return true;
}

static void walk(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor)
{
	unsigned int frames = 0;

	while (frames < KDK_UNWIND_FRAMES_MAX &&
	       kdk_unwind_next(unwind, cursor) == KDK_UNWIND_NEXT)
		frames++;
	/* Frames go up stacks that are finite, and there are few of these. */
	if (frames == KDK_UNWIND_FRAMES_MAX && unwind->thread_size <= STACK_BYTES &&
	    cursor->switches < 4)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { .base = BASE };
	struct kdk_unwind_reader reader = {
		.context = &input, .page_size = 4096, .cpus = 1, .read = on_read,
		.symbol = on_symbol, .per_cpu = on_per_cpu, .field = on_field, .size = on_size,
		.number = on_number, .function = on_function, .module_table = on_module_table,
	};
	struct kdk_unwind_cursor cursor = { 0 }, sleeper;
	struct kdk_registers registers = { 0 };
	const struct kdk_arch *arch;
	struct kdk_unwind unwind;
	size_t count = 0;

	if (size < 1 + REGISTER_BYTES)
		return 0;
	while (kdk_archs[count])
		count++;
	arch = kdk_archs[data[0] % count];
	if (!arch->unwind)
		return 0;
	reader.big_endian = arch->big_endian;
	reader.word_bytes = arch->word_bytes;
	if (arch->word_bytes == 4)
		input.base = BASE_32;
	input.memory = data + 1 + REGISTER_BYTES;
	input.size = size - 1 - REGISTER_BYTES;
	if (input.size > MEMORY_MAX)
		input.size = MEMORY_MAX;
	cursor.task = cursor.task_stack = input.base;
	sleeper = cursor;
	if (kdk_unwind_init(&unwind, arch->unwind, &reader))
		abort();
	if (arch->unwind->prstatus(&reader, data + 1, REGISTER_BYTES, &registers)) {
		kdk_unwind_begin(&unwind, &cursor, &registers);
		walk(&unwind, &cursor);
	}
	if (arch->unwind->sleeping(&unwind, &sleeper))
		walk(&unwind, &sleeper);
	kdk_unwind_deinit(&unwind);
	return 0;
}
