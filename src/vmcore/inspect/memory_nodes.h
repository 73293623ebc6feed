/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters of memory nodes and zones (include/linux/mmzone.h). */
#ifndef KDK_MEMORY_NODES_H
#define KDK_MEMORY_NODES_H

#include "vmcore/inspect/memory_use.h"
#include "vmcore/inspect/shape.h"
#include "vmcore/kernel/percpu.h"

#define KDK_NODES_MAX 1024	/* 1 << NODES_SHIFT, at most */

struct kdk_memory_counters {
	struct kdk_kernel *kernel;
	struct kdk_percpu percpu;	/* empty: what CPUs keep to themselves is missing */
	uint64_t nodes[KDK_NODES_MAX];	/* addresses of pglist_data */
	size_t node_count;
	uint64_t reserve, low;		/* pages: reserves and low watermarks, summed */
	uint64_t managed;		/* pages */
};

/* Finds the nodes: by symbol, else by the kswapd thread that each has. */
struct kdk_error *kdk_memory_counters_init(struct kdk_memory_counters *counters,
					   struct kdk_kernel *kernel);
void kdk_memory_counters_deinit(struct kdk_memory_counters *counters);

/* Fills use->nodes and the sums. */
struct kdk_error *kdk_memory_nodes_read(struct kdk_memory_counters *counters,
					struct kdk_memory_use *use);

/* Sum over all nodes of an enum node_stat_item; false: this kernel has no such item. */
bool kdk_memory_node_stat(const struct kdk_memory_counters *counters, const char *item,
			  uint64_t *ret);

/* The same of an enum zone_stat_item, over all zones. */
bool kdk_memory_zone_stat(const struct kdk_memory_counters *counters, const char *item,
			  uint64_t *ret);

#endif
