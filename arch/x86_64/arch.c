/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>

#include "arch/registry.h"
#include "arch/x86_64/paging.h"
#include "arch/x86_64/unwind.h"

const struct kdk_arch kdk_arch_x86_64 = {
	.name = "x86_64",
	.machines = (const char *const[]){ "x86_64", NULL },
	.elf_machine = EM_X86_64,
	.word_bytes = 8,
	.big_endian = false,
	.keys = (const char *const[]){ "SYMBOL(init_top_pgt)", "SYMBOL(init_level4_pgt)", NULL },
	.paging_init = kdk_x86_64_paging_init,
	.translate = kdk_x86_64_translate,
	.unwind = &kdk_x86_64_unwind,
};
