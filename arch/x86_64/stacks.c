/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/x86_64/stacks.h"

#define IRQ_STACK_BYTES 16384	/* when no type says */
#define STACK_MAX (1u << 20)

/* Members of the exception stacks as the CPU entry area maps them (since 5.1) */
static const struct {
	const char *member;
	enum kdk_stack_kind kind;
} exception_stacks[] = {
	{ "cea_exception_stacks.DF_stack", KDK_STACK_DOUBLE_FAULT },
	{ "cea_exception_stacks.NMI_stack", KDK_STACK_NMI },
	{ "cea_exception_stacks.DB_stack", KDK_STACK_DEBUG },
	{ "cea_exception_stacks.DB1_stack", KDK_STACK_DEBUG },
	{ "cea_exception_stacks.MCE_stack", KDK_STACK_MACHINE_CHECK },
	{ "cea_exception_stacks.VC_stack", KDK_STACK_VC },
	{ "cea_exception_stacks.VC2_stack", KDK_STACK_VC },
};

struct finder {
	const struct kdk_unwind *unwind;
	struct kdk_cpu_stacks *stacks;
	unsigned int cpu;
};

static bool field(struct finder *finder, const char *path, uint64_t *offset, uint64_t *size)
{
	const struct kdk_unwind_reader *reader = &finder->unwind->reader;

	return reader->field(reader->context, path, offset, size);
}

/* A pointer in per-CPU memory: a variable, or a member of one. */
static bool pointer(struct finder *finder, const char *variable, const char *member,
		    uint64_t *ret)
{
	const struct kdk_unwind_reader *reader = &finder->unwind->reader;
	uint64_t address, offset = 0, size;

	return reader->per_cpu(reader->context, variable, finder->cpu, &address) &&
	       (!member || field(finder, member, &offset, &size)) &&
	       kdk_unwind_word(finder->unwind, address + offset, ret) && *ret;
}

static void add(struct finder *finder, uint64_t begin, uint64_t size, enum kdk_stack_kind kind)
{
	kdk_cpu_stacks_add(finder->stacks, begin, size, kind, finder->cpu);
}

/* The variable points to the top, in some versions a few words below it. */
static void add_irq(struct finder *finder)
{
	const struct kdk_unwind_reader *reader = &finder->unwind->reader;
	uint64_t size = reader->size(reader->context, "struct irq_stack"), top;

	if (!size || size > STACK_MAX || size & (size - 1))
		size = IRQ_STACK_BYTES;
	if (!pointer(finder, "pcpu_hot", "pcpu_hot.hardirq_stack_ptr", &top) &&
	    !pointer(finder, "hardirq_stack_ptr", NULL, &top) &&
	    !pointer(finder, "irq_stack_ptr", NULL, &top))
		return;
	top = (top + 4095) & ~UINT64_C(4095);
	add(finder, top - size, size, KDK_STACK_IRQ);
}

static void add_exceptions(struct finder *finder)
{
	uint64_t base, offset, size, estacks;

	if (!pointer(finder, "cea_exception_stacks", NULL, &base))
		return;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(exception_stacks); i++)
		if (field(finder, exception_stacks[i].member, &offset, &size))
			add(finder, base + offset, size, exception_stacks[i].kind);
	if (field(finder, "cpu_entry_area.estacks", &estacks, &size) &&
	    field(finder, "cpu_entry_area.entry_stack_page", &offset, &size))
		add(finder, base - estacks + offset, size, KDK_STACK_ENTRY);
}

void kdk_x86_64_stacks_find(const struct kdk_unwind *unwind, struct kdk_cpu_stacks *ret)
{
	struct finder finder = { .unwind = unwind, .stacks = ret };

	for (size_t cpu = 0; cpu < unwind->reader.cpus; cpu++) {
		finder.cpu = cpu;
		add_irq(&finder);
		add_exceptions(&finder);
	}
	kdk_cpu_stacks_sort(ret);
}
