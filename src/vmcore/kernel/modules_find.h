/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KDK_MODULES_FIND_H
#define KDK_MODULES_FIND_H

#include "vmcore/kernel/kernel.h"

/* Address of the list head `modules`; KDK_ERROR_ABSENT also when no module is loaded and no symbol tells. */
struct kdk_error *kdk_modules_find_head(struct kdk_kernel *kernel, uint64_t *ret);

#endif
