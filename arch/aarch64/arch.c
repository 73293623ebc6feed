/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>

#include "arch/registry.h"
#include "arch/aarch64/paging.h"
#include "arch/aarch64/unwind.h"

const struct kdk_arch kdk_arch_aarch64 = {
	.name = "aarch64",
	.machines = (const char *const[]){ "aarch64", NULL },
	.elf_machine = EM_AARCH64,
	.word_bytes = 8,
	.big_endian = false,
	.keys = (const char *const[]){ "NUMBER(kimage_voffset)", NULL },
	.paging_init = kdk_aarch64_paging_init,
	.translate = kdk_aarch64_translate,
	.unwind = &kdk_aarch64_unwind,
};

const struct kdk_arch kdk_arch_aarch64_be = {
	.name = "aarch64_be",
	.machines = (const char *const[]){ "aarch64_be", NULL },
	.elf_machine = EM_AARCH64,
	.word_bytes = 8,
	.big_endian = true,
	.keys = (const char *const[]){ "NUMBER(kimage_voffset)", NULL },
	.paging_init = kdk_aarch64_paging_init,
	.translate = kdk_aarch64_translate,
	.unwind = &kdk_aarch64_unwind,
};
