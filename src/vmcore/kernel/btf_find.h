/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the BTF of a kernel and of its modules lies in memory. */
#ifndef KDK_BTF_FIND_H
#define KDK_BTF_FIND_H

#include "vmcore/kernel/btf.h"
#include "vmcore/kernel/kernel.h"

/*
 * By the symbols __start_BTF and __stop_BTF; where kallsyms names functions only, by
 * its magic in the memory between the kernel's text and its data.
 */
struct kdk_error *kdk_btf_find_kernel(struct kdk_kernel *kernel, struct kdk_btf **ret);

struct kdk_btf_image {
	uint8_t *data;		/* owned */
	size_t size;
};

/*
 * By the list btf_modules. What cannot be read is left out. Needs the kernel's types
 * by members only; called with them loaded.
 */
void kdk_btf_find_modules(struct kdk_kernel *kernel, struct kdk_btf_image **ret,
			  size_t *ret_count);

#endif
