/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KDK_S390X_UNWIND_H
#define KDK_S390X_UNWIND_H

#include "arch/unwind.h"

extern const struct kdk_arch_unwind kdk_s390x_unwind;

#endif
