/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resident pages of an address space. */
#ifndef KDK_MM_COUNTERS_H
#define KDK_MM_COUNTERS_H

#include "vmcore/inspect/shape.h"
#include "vmcore/kernel/percpu.h"

struct kdk_mm_layout {
	uint64_t rss, rss_stride;	/* offset of the first; bytes to the next */
	bool rss_known, per_cpu;	/* per_cpu: percpu_counter (6.2 and later) */
	uint64_t count_offset, counters_offset;		/* in a percpu_counter */
	uint64_t total_vm;
	bool total_vm_known;
	unsigned int word;		/* bytes of a plain counter */
};

struct kdk_mm_counters {
	uint64_t file, anon, swap, shmem;	/* pages; a negative count is 0 */
	uint64_t total;				/* pages mapped: VmSize */
};

void kdk_mm_layout_make(struct kdk_kernel *kernel, struct kdk_mm_layout *ret);

/* percpu may be empty: then what CPUs have not added up yet is missing. */
struct kdk_error *kdk_mm_counters_read(struct kdk_kernel *kernel,
				       const struct kdk_mm_layout *layout,
				       const struct kdk_percpu *percpu, uint64_t mm,
				       struct kdk_mm_counters *ret);

#endif
