/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>

#include "arch/registry.h"
#include "arch/ppc64/paging.h"
#include "arch/ppc64/unwind.h"

const struct kdk_arch kdk_arch_ppc64le = {
	.name = "ppc64le",
	.machines = (const char *const[]){ "ppc64le", NULL },
	.elf_machine = EM_PPC64,
	.word_bytes = 8,
	.big_endian = false,
	.keys = (const char *const[]){ "SYMBOL(vmemmap_list)", NULL },
	.paging_init = kdk_ppc64_paging_init,
	.translate = kdk_ppc64_translate,
	.unwind = &kdk_ppc64_unwind,
};

const struct kdk_arch kdk_arch_ppc64 = {
	.name = "ppc64",
	.machines = (const char *const[]){ "ppc64", NULL },
	.elf_machine = EM_PPC64,
	.word_bytes = 8,
	.big_endian = true,
	.keys = (const char *const[]){ "SYMBOL(vmemmap_list)", NULL },
	.paging_init = kdk_ppc64_paging_init,
	.translate = kdk_ppc64_translate,
	.unwind = &kdk_ppc64_unwind,
};
