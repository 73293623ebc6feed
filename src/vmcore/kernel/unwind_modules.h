/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where modules' code is, and the ORC tables that come with it. */
#ifndef KDK_UNWIND_MODULES_H
#define KDK_UNWIND_MODULES_H

#include "arch/unwind.h"
#include "vmcore/kernel/kernel.h"

struct kdk_unwind_module {
	uint64_t begin, end;		/* of its code */
	struct kdk_unwind_table orc;	/* count 0: none */
};

struct kdk_unwind_modules {
	struct kdk_unwind_module *modules;	/* sorted by address */
	size_t count;
};

/* Modules that cannot be read are left out. */
struct kdk_error *kdk_unwind_modules_read(struct kdk_kernel *kernel,
					  struct kdk_unwind_modules *ret);
void kdk_unwind_modules_deinit(struct kdk_unwind_modules *modules);

/* NULL when pc is in no module's code. */
const struct kdk_unwind_module *kdk_unwind_modules_at(const struct kdk_unwind_modules *modules,
						      uint64_t pc);

#endif
