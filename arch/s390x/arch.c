/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>

#include "arch/registry.h"
#include "arch/s390x/paging.h"
#include "arch/s390x/unwind.h"

const struct kdk_arch kdk_arch_s390x = {
	.name = "s390x",
	.machines = (const char *const[]){ "s390x", NULL },
	.elf_machine = EM_S390,
	.word_bytes = 8,
	.big_endian = true,
	.keys = (const char *const[]){ "SYMBOL(lowcore_ptr)", NULL },
	.paging_init = kdk_s390x_paging_init,
	.translate = kdk_s390x_translate,
	.unwind = &kdk_s390x_unwind,
};
