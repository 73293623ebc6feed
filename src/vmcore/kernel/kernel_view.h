/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KDK_KERNEL_VIEW_H
#define KDK_KERNEL_VIEW_H

#include "vmcore/kernel/kernel.h"

/* Releases what kdk_kernel_symbols(), _types() and _modules() have made. */
void kdk_kernel_view_deinit(struct kdk_kernel *kernel);

#endif
