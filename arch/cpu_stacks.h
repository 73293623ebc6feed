/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stacks that CPUs have beside their tasks', as an architecture finds them. */
#ifndef KDK_ARCH_CPU_STACKS_H
#define KDK_ARCH_CPU_STACKS_H

#include "arch/unwind.h"

struct kdk_cpu_stacks {
	struct kdk_unwind_stack *stacks;
	size_t count, capacity;
};

/* What is no stack (size 0, absurd, past the address space) is left out; so is what memory is short for. */
void kdk_cpu_stacks_add(struct kdk_cpu_stacks *stacks, uint64_t begin, uint64_t size,
			enum kdk_stack_kind kind, unsigned int cpu);
void kdk_cpu_stacks_deinit(struct kdk_cpu_stacks *stacks);

/* Sorts what has been added, for kdk_cpu_stacks_at(). */
void kdk_cpu_stacks_sort(struct kdk_cpu_stacks *stacks);
bool kdk_cpu_stacks_at(const struct kdk_cpu_stacks *stacks, uint64_t address,
		       struct kdk_unwind_stack *ret);

/*
 * For kernels that do not tell where their stacks are but align them to their size: the
 * readable piece of that size around an address, of unknown kind.
 */
bool kdk_cpu_stacks_around(const struct kdk_unwind *unwind, uint64_t address,
			   struct kdk_unwind_stack *ret);

#endif
