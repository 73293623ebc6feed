/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the dumped machine's memory was used for. */
#ifndef KDK_MEMORY_USE_H
#define KDK_MEMORY_USE_H

#include "vmcore/inspect/remarks.h"
#include "vmcore/kernel/kernel.h"

/* As /proc/meminfo counts them; kdk_memory_item_name() has their names. */
enum kdk_memory_item {
	KDK_MEM_TOTAL,
	KDK_MEM_FREE,
	KDK_MEM_AVAILABLE,
	KDK_MEM_BUFFERS,
	KDK_MEM_CACHED,
	KDK_MEM_SWAP_CACHED,
	KDK_MEM_ACTIVE_ANON,
	KDK_MEM_INACTIVE_ANON,
	KDK_MEM_ACTIVE_FILE,
	KDK_MEM_INACTIVE_FILE,
	KDK_MEM_UNEVICTABLE,
	KDK_MEM_MLOCKED,
	KDK_MEM_SWAP_TOTAL,
	KDK_MEM_SWAP_FREE,
	KDK_MEM_DIRTY,
	KDK_MEM_WRITEBACK,
	KDK_MEM_ANON,
	KDK_MEM_MAPPED,
	KDK_MEM_SHMEM,
	KDK_MEM_SLAB,
	KDK_MEM_SLAB_RECLAIMABLE,
	KDK_MEM_SLAB_UNRECLAIMABLE,
	KDK_MEM_KERNEL_STACKS,
	KDK_MEM_PAGE_TABLES,
	KDK_MEM_VMALLOC,
	KDK_MEM_PERCPU,
	KDK_MEM_CMA_TOTAL,
	KDK_MEM_CMA_FREE,
	KDK_MEM_HUGEPAGES,
	KDK_MEM_HUGEPAGES_FREE,
	KDK_MEM_ITEMS,
};

#define KDK_ZONE_ORDERS 16

struct kdk_memory_zone {
	char name[16];		/* "DMA32"; hostile */
	uint64_t address;
	uint64_t start;		/* physical address */
	uint64_t spanned, present, managed, free;	/* bytes */
	uint64_t min, low, high;			/* watermarks, bytes */
	unsigned int orders;
	uint64_t free_blocks[KDK_ZONE_ORDERS];		/* by order: of 2^order pages */
};

struct kdk_memory_node {
	unsigned int id;
	uint64_t address;	/* of its pglist_data */
	uint64_t present, free;	/* bytes */
	uint64_t file, anon, slab;	/* bytes */
	struct kdk_memory_zone *zones;	/* those that have memory */
	size_t zone_count;
};

struct kdk_memory_slab {
	char name[64];		/* hostile */
	uint64_t address;	/* of its kmem_cache */
	uint64_t object_size;	/* bytes */
	uint64_t objects;	/* that its slabs have room for */
	uint64_t slabs;
	uint64_t size;		/* bytes of all slabs */
};

struct kdk_memory_hugepages {
	uint64_t page_size;	/* bytes */
	uint64_t total, free, reserved, surplus;	/* pages of that size */
};

struct kdk_memory_use {
	uint64_t value[KDK_MEM_ITEMS];	/* bytes */
	bool known[KDK_MEM_ITEMS];
	struct kdk_memory_node *nodes;
	size_t node_count;
	struct kdk_memory_slab *slabs;	/* largest first */
	size_t slab_count;
	struct kdk_memory_hugepages *hugepages;
	size_t hugepage_count;
	struct kdk_remarks remarks;
};

struct kdk_error *kdk_memory_use_read(struct kdk_kernel *kernel,
				      struct kdk_memory_use *ret);
void kdk_memory_use_deinit(struct kdk_memory_use *use);

/* As JSON has it: "total", "free", "cached" … */
const char *kdk_memory_item_name(enum kdk_memory_item item);

#endif
