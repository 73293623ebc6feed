/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/log_area.h"

#include <stdlib.h>
#include <string.h>

/*
 * A header of damaged memory can claim gigabytes that the dump does not have: after
 * so many pieces (16 MiB) the rest is taken as missing too.
 */
#define MAX_FAILURES 4096u

#define NO_BASE 1

struct kdk_error *kdk_log_area_init(struct kdk_log_area *area,
				    const struct kdk_kernel *kernel, uint64_t address,
				    uint64_t size)
{
	uint64_t end;

	if (!size || size > KDK_LOG_AREA_MAX ||
	    __builtin_add_overflow(address, size - 1, &end))
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "%llu bytes at %#llx are no part of a kernel log",
				     (unsigned long long)size,
				     (unsigned long long)address);
	area->memory = kernel->memory;
	area->address = address;
	area->size = size;
	area->base = NO_BASE;
	area->there = area->no_memory = false;
	area->failures = 0;
	area->why = NULL;
	return NULL;
}

void kdk_log_area_deinit(struct kdk_log_area *area)
{
	free(area->why);
	area->why = NULL;
}

/* Holds the area's part of the piece at `base` from now on. */
static void area_fetch(struct kdk_log_area *area, uint64_t base)
{
	uint64_t last = area->address + (area->size - 1);
	size_t start = base < area->address ? area->address - base : 0;
	size_t end = last - base < KDK_LOG_PIECE ? last - base + 1 : KDK_LOG_PIECE;
	struct kdk_error *err;

	area->base = base;
	area->there = false;
	if (area->failures >= MAX_FAILURES)
		return;
	err = kdk_memory_read(area->memory, KDK_VIRTUAL, base + start,
			      area->piece + start, end - start);
	area->there = !err;
	if (!err)
		return;
	area->failures++;
	area->no_memory = err->kind == KDK_ERROR_MEMORY;
	if (!area->why)
		area->why = strdup(err->message);
	kdk_error_destroy(err);
}

bool kdk_log_area_read(struct kdk_log_area *area, uint64_t offset, void *buffer,
		       size_t length)
{
	uint8_t *to = buffer;

	if (length > area->size || offset > area->size - length)
		return false;
	while (length) {
		uint64_t address = area->address + offset;
		size_t at = address % KDK_LOG_PIECE;
		size_t part = KDK_LOG_PIECE - at;

		if (part > length)
			part = length;
		if (area->base != address - at)
			area_fetch(area, address - at);
		if (!area->there)
			return false;
		memcpy(to, area->piece + at, part);
		to += part;
		offset += part;
		length -= part;
	}
	return true;
}

uint64_t kdk_log_area_missing(const struct kdk_log_area *area, uint64_t offset)
{
	uint64_t end;

	if (offset >= area->size)
		return 0;
	if (area->failures >= MAX_FAILURES)
		return area->size - offset;
	end = area->base + KDK_LOG_PIECE - area->address;
	if (area->there || end > area->size)
		end = area->size;
	return end > offset ? end - offset : 0;
}
