/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KDK_I386_PAGING_H
#define KDK_I386_PAGING_H

#include "arch/arch.h"

struct kdk_error *kdk_i386_paging_init(struct kdk_paging *paging);
struct kdk_error *kdk_i386_translate(const struct kdk_paging *paging, uint64_t virt,
				     struct kdk_walk *ret);

#endif
