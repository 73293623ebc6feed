/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KDK_RISCV64_UNWIND_H
#define KDK_RISCV64_UNWIND_H

#include "arch/unwind.h"

extern const struct kdk_arch_unwind kdk_riscv64_unwind;

#endif
