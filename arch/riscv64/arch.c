/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>

#include "arch/registry.h"
#include "arch/riscv64/paging.h"
#include "arch/riscv64/unwind.h"

const struct kdk_arch kdk_arch_riscv64 = {
	.name = "riscv64",
	.machines = (const char *const[]){ "riscv64", NULL },
	.elf_machine = EM_RISCV,
	.word_bytes = 8,
	.big_endian = false,
	.keys = (const char *const[]){ "NUMBER(phys_ram_base)", NULL },
	.paging_init = kdk_riscv64_paging_init,
	.translate = kdk_riscv64_translate,
	.unwind = &kdk_riscv64_unwind,
};
