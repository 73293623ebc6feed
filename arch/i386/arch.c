/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>

#include "arch/registry.h"
#include "arch/i386/paging.h"
#include "arch/i386/unwind.h"

const struct kdk_arch kdk_arch_i386 = {
	.name = "i386",
	.machines = (const char *const[]){ "i386", "i486", "i586", "i686", NULL },
	.elf_machine = EM_386,
	.word_bytes = 4,
	.big_endian = false,
	.keys = (const char *const[]){ "CONFIG_X86_PAE", NULL },
	.paging_init = kdk_i386_paging_init,
	.translate = kdk_i386_translate,
	.unwind = &kdk_i386_unwind,
};
