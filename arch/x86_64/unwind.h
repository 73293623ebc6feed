/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KDK_X86_64_UNWIND_H
#define KDK_X86_64_UNWIND_H

#include "arch/unwind.h"

extern const struct kdk_arch_unwind kdk_x86_64_unwind;

#endif
