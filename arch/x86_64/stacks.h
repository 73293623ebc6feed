/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KDK_X86_64_STACKS_H
#define KDK_X86_64_STACKS_H

#include "arch/cpu_stacks.h"

/* The stacks that an x86_64 kernel gives each CPU, as far as the dump tells of them. Sorted. */
void kdk_x86_64_stacks_find(const struct kdk_unwind *unwind, struct kdk_cpu_stacks *ret);

#endif
