/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers in the order of pt_regs, which begins NT_PRSTATUS's pr_reg too. */
#ifndef KDK_X86_64_REGISTERS_H
#define KDK_X86_64_REGISTERS_H

#include "arch/unwind.h"

enum kdk_x86_64_register {
	KDK_X86_64_R15, KDK_X86_64_R14, KDK_X86_64_R13, KDK_X86_64_R12, KDK_X86_64_BP,
	KDK_X86_64_BX, KDK_X86_64_R11, KDK_X86_64_R10, KDK_X86_64_R9, KDK_X86_64_R8,
	KDK_X86_64_AX, KDK_X86_64_CX, KDK_X86_64_DX, KDK_X86_64_SI, KDK_X86_64_DI,
	KDK_X86_64_ORIG_AX, KDK_X86_64_IP, KDK_X86_64_CS, KDK_X86_64_FLAGS, KDK_X86_64_SP,
	KDK_X86_64_SS, KDK_X86_64_REGISTERS,
};

extern const char *const kdk_x86_64_register_names[];

bool kdk_x86_64_prstatus(const struct kdk_unwind_reader *reader, const uint8_t *bytes,
			 size_t size, struct kdk_registers *ret);

/* "page fault" for asm_exc_page_fault */
const char *kdk_x86_64_exception_name(const char *function);

#endif
