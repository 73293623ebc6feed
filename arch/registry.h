/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every architecture there is; the list itself is in registry.c. */
#ifndef KDK_ARCH_REGISTRY_H
#define KDK_ARCH_REGISTRY_H

#include "arch/arch.h"

extern const struct kdk_arch kdk_arch_x86_64;
extern const struct kdk_arch kdk_arch_i386;
extern const struct kdk_arch kdk_arch_aarch64;
extern const struct kdk_arch kdk_arch_aarch64_be;
extern const struct kdk_arch kdk_arch_ppc64le;
extern const struct kdk_arch kdk_arch_ppc64;
extern const struct kdk_arch kdk_arch_s390x;
extern const struct kdk_arch kdk_arch_riscv64;

#endif
