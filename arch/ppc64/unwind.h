/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KDK_PPC64_UNWIND_H
#define KDK_PPC64_UNWIND_H

#include "arch/unwind.h"

extern const struct kdk_arch_unwind kdk_ppc64_unwind;

#endif
