/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/frame.h"

#include <stdlib.h>

const struct kdk_frame *kdk_backtrace_exception(const struct kdk_backtrace *trace, size_t index)
{
	if (index && trace->frames[index - 1].inlined)
		return NULL;
	while (index + 1 < trace->count && trace->frames[index].inlined)
		index++;
	return trace->frames[index].exception ? &trace->frames[index] : NULL;
}

size_t kdk_backtrace_end(const struct kdk_backtrace *trace, size_t from, size_t count)
{
	while (count && from < trace->count)
		count -= !trace->frames[from++].inlined;
	return from;
}

void kdk_backtrace_deinit(struct kdk_backtrace *trace)
{
	for (size_t i = 0; i < trace->count; i++) {
		free(trace->frames[i].function);
		free(trace->frames[i].file);
	}
	free(trace->frames);
	free(trace->note);
	*trace = (struct kdk_backtrace){ 0 };
}

const char *kdk_frame_how_name(enum kdk_frame_how how)
{
	static const char *const names[] = {
		[KDK_FRAME_REGISTERS] = "registers",
		[KDK_FRAME_ORC] = "orc",
		[KDK_FRAME_DWARF] = "dwarf",
		[KDK_FRAME_POINTER] = "frame pointer",
		[KDK_FRAME_CHAIN] = "back chain",
		[KDK_FRAME_CALL] = "call",
		[KDK_FRAME_GUESS] = "guess",
	};

	return names[how];
}

const char *kdk_stack_kind_name(enum kdk_stack_kind kind)
{
	static const char *const names[] = {
		[KDK_STACK_TASK] = "task",
		[KDK_STACK_IRQ] = "irq",
		[KDK_STACK_SOFTIRQ] = "softirq",
		[KDK_STACK_NMI] = "nmi",
		[KDK_STACK_DOUBLE_FAULT] = "double fault",
		[KDK_STACK_MACHINE_CHECK] = "machine check",
		[KDK_STACK_VC] = "#VC",
		[KDK_STACK_DEBUG] = "debug",
		[KDK_STACK_ENTRY] = "entry",
		[KDK_STACK_OVERFLOW] = "overflow",
		[KDK_STACK_UNKNOWN] = "unknown",
	};

	return names[kind];
}
