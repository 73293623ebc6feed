/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stacks that an x86_64 kernel gives each CPU beside its tasks'. */
#ifndef KDK_X86_64_STACKS_H
#define KDK_X86_64_STACKS_H

#include "arch/unwind.h"

struct kdk_x86_64_stacks {
	struct kdk_unwind_stack *stacks;	/* sorted by address */
	size_t count;
};

/* Those that the dump tells of; none is no error. */
struct kdk_error *kdk_x86_64_stacks_find(const struct kdk_unwind *unwind,
					 struct kdk_x86_64_stacks *ret);
void kdk_x86_64_stacks_deinit(struct kdk_x86_64_stacks *stacks);

bool kdk_x86_64_stacks_at(const struct kdk_x86_64_stacks *stacks, uint64_t address,
			  struct kdk_unwind_stack *ret);

#endif
