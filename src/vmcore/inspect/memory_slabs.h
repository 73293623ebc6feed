/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slab caches by size. */
#ifndef KDK_MEMORY_SLABS_H
#define KDK_MEMORY_SLABS_H

#include "vmcore/inspect/memory_use.h"

/*
 * Fills use->slabs, largest first. Nodes must have been read. SLUB only: other
 * allocators, and a kernel whose list of caches is not known, are said as a remark.
 */
struct kdk_error *kdk_memory_slabs_read(struct kdk_kernel *kernel,
					struct kdk_memory_use *use);

#endif
