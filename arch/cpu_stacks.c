/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/cpu_stacks.h"

#include <stdlib.h>

#define STACK_MAX (1u << 20)

void kdk_cpu_stacks_add(struct kdk_cpu_stacks *stacks, uint64_t begin, uint64_t size,
			enum kdk_stack_kind kind, unsigned int cpu)
{
	uint64_t end;

	if (!begin || !size || size > STACK_MAX || __builtin_add_overflow(begin, size, &end))
		return;
	if (stacks->count == stacks->capacity) {
		size_t capacity = stacks->capacity ? stacks->capacity * 2 : 16;
		struct kdk_unwind_stack *grown = realloc(stacks->stacks,
							 capacity * sizeof(*grown));

		if (!grown)
			return;
		stacks->stacks = grown;
		stacks->capacity = capacity;
	}
	stacks->stacks[stacks->count++] = (struct kdk_unwind_stack){
		.begin = begin, .end = end, .kind = kind, .cpu = cpu,
	};
}

void kdk_cpu_stacks_deinit(struct kdk_cpu_stacks *stacks)
{
	free(stacks->stacks);
	*stacks = (struct kdk_cpu_stacks){ 0 };
}

static int compare(const void *left, const void *right)
{
	const struct kdk_unwind_stack *a = left, *b = right;

	return (a->begin > b->begin) - (a->begin < b->begin);
}

void kdk_cpu_stacks_sort(struct kdk_cpu_stacks *stacks)
{
	if (stacks->count)
		qsort(stacks->stacks, stacks->count, sizeof(*stacks->stacks), compare);
}

bool kdk_cpu_stacks_at(const struct kdk_cpu_stacks *stacks, uint64_t address,
		       struct kdk_unwind_stack *ret)
{
	size_t low = 0, high = stacks->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (stacks->stacks[middle].begin <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address >= stacks->stacks[low - 1].end)
		return false;
	*ret = stacks->stacks[low - 1];
	return true;
}

bool kdk_cpu_stacks_around(const struct kdk_unwind *unwind, uint64_t address,
			   struct kdk_unwind_stack *ret)
{
	uint64_t begin = address & ~(unwind->thread_size - 1), word;

	if (!kdk_unwind_word(unwind, address & ~UINT64_C(7), &word) ||
	    begin > UINT64_MAX - unwind->thread_size)
		return false;
	*ret = (struct kdk_unwind_stack){
		.begin = begin, .end = begin + unwind->thread_size, .kind = KDK_STACK_UNKNOWN,
	};
	return true;
}
