/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stretch of the dumped kernel's memory, read in large pieces when first asked
 * for. What the dump lacks is counted, not an error: the log around it is wanted.
 */
#ifndef KDK_LOG_AREA_H
#define KDK_LOG_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "vmcore/kernel/kernel.h"

/* Larger than any page frame of a supported architecture, or equal. */
#define KDK_LOG_CHUNK (1u << 16)

/* Largest stretch that is taken seriously: the kernel's own limits are below it. */
#define KDK_LOG_AREA_MAX (UINT64_C(1) << 33)

struct kdk_log_chunk;

struct kdk_log_area {
	struct kdk_memory *memory;
	uint64_t address;		/* kernel-virtual */
	uint64_t size;
	uint32_t page_size;		/* granularity of what can be missing */
	struct kdk_log_chunk **chunks;
	size_t chunk_count;
	size_t retries;			/* pages that may still be tried one by one */
	bool no_memory;
	char *why;			/* the first page that was missing; NULL when none was */
};

/* KDK_ERROR_FORMAT when the stretch cannot be one of kernel memory. */
struct kdk_error *kdk_log_area_init(struct kdk_log_area *area, const struct kdk_kernel *kernel,
				    uint64_t address, uint64_t size);
void kdk_log_area_deinit(struct kdk_log_area *area);

/*
 * Fills buffer; false when not all of it is inside the area and in the dump. Out of
 * memory also sets no_memory.
 */
bool kdk_log_area_read(struct kdk_log_area *area, uint64_t offset, void *buffer, size_t length);

#endif
