/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stretch of the dumped kernel's memory, read piece by piece as it is asked for.
 * What the dump lacks is counted, not an error: the log around it is wanted.
 */
#ifndef KDK_LOG_AREA_H
#define KDK_LOG_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "vmcore/kernel/kernel.h"

/* No page frame is smaller, so that nothing smaller is missing. */
#define KDK_LOG_PIECE 4096u

/* Largest stretch that is taken seriously: the kernel's own limits are below it. */
#define KDK_LOG_AREA_MAX (UINT64_C(1) << 33)

struct kdk_log_area {
	struct kdk_memory *memory;
	uint64_t address;		/* kernel-virtual */
	uint64_t size;
	uint64_t base;			/* of the piece held; 1 when none is */
	bool there;			/* that piece is in the dump */
	size_t failures;		/* pieces that were not */
	bool no_memory;
	char *why;			/* the first one's reason; NULL: none was */
	uint8_t piece[KDK_LOG_PIECE];
};

/* KDK_ERROR_FORMAT when the stretch cannot be one of kernel memory. */
struct kdk_error *kdk_log_area_init(struct kdk_log_area *area,
				    const struct kdk_kernel *kernel, uint64_t address,
				    uint64_t size);
void kdk_log_area_deinit(struct kdk_log_area *area);

/*
 * Fills buffer; false when not all of it is inside the area and in the dump. Out of
 * memory also sets no_memory.
 */
bool kdk_log_area_read(struct kdk_log_area *area, uint64_t offset, void *buffer,
		       size_t length);

/* After a read from `offset` has failed: so many bytes from there need no other try. */
uint64_t kdk_log_area_missing(const struct kdk_log_area *area, uint64_t offset);

#endif
