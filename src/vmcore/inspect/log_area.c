/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/log_area.h"

#include <stdlib.h>
#include <string.h>

#define MIN_PIECE 4096u

/* A whole chunk that cannot be read is tried page by page this often (16 MiB of 4K). */
#define MAX_RETRIES 4096u

struct kdk_log_chunk {
	uint32_t pieces;	/* bit per piece that is there */
	uint8_t data[];		/* KDK_LOG_CHUNK bytes, none when pieces is 0 */
};

struct kdk_error *kdk_log_area_init(struct kdk_log_area *area, const struct kdk_kernel *kernel,
				    uint64_t address, uint64_t size)
{
	uint64_t end;

	memset(area, 0, sizeof(*area));
	if (!size || size > KDK_LOG_AREA_MAX ||
	    __builtin_add_overflow(address, size - 1, &end))
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "%llu bytes at %#llx are no part of a kernel log",
				     (unsigned long long)size, (unsigned long long)address);
	area->memory = kernel->memory;
	area->address = address;
	area->size = size;
	area->page_size = kernel->page_size;
	if (area->page_size < MIN_PIECE)
		area->page_size = MIN_PIECE;
	if (area->page_size > KDK_LOG_CHUNK)
		area->page_size = KDK_LOG_CHUNK;
	area->retries = MAX_RETRIES;
	area->chunk_count = end / KDK_LOG_CHUNK - address / KDK_LOG_CHUNK + 1;
	area->chunks = calloc(area->chunk_count, sizeof(area->chunks[0]));
	return area->chunks ? NULL : &kdk_enomem;
}

void kdk_log_area_deinit(struct kdk_log_area *area)
{
	for (size_t i = 0; i < area->chunk_count && area->chunks; i++)
		free(area->chunks[i]);
	free(area->chunks);
	free(area->why);
	memset(area, 0, sizeof(*area));
}

/* True when read; a failure is remembered as the area's reason. */
static bool area_fetch(struct kdk_log_area *area, uint64_t address, void *to, size_t length)
{
	struct kdk_error *err = kdk_memory_read(area->memory, KDK_VIRTUAL, address, to, length);

	if (!err)
		return true;
	if (err == &kdk_enomem)
		area->no_memory = true;
	else if (!area->why && length <= area->page_size)
		area->why = strdup(err->message);
	kdk_error_destroy(err);
	return false;
}

/* start and end: the part of the chunk at `base` that belongs to the area. */
static uint32_t area_fetch_pieces(struct kdk_log_area *area, uint64_t base, size_t start,
				  size_t end, uint8_t *data)
{
	uint32_t piece = area->page_size, pieces = 0;

	for (size_t at = start; at < end && area->retries; area->retries--) {
		size_t next = (at / piece + 1) * piece;

		if (next > end)
			next = end;
		if (area_fetch(area, base + at, data + at, next - at))
			pieces |= UINT32_C(1) << at / piece;
		at = next;
	}
	return pieces;
}

static struct kdk_log_chunk *area_chunk(struct kdk_log_area *area, uint64_t address)
{
	size_t index = address / KDK_LOG_CHUNK - area->address / KDK_LOG_CHUNK;
	uint64_t base = address - address % KDK_LOG_CHUNK;
	struct kdk_log_chunk *chunk = area->chunks[index];
	size_t start = 0, end = KDK_LOG_CHUNK;

	if (chunk)
		return chunk;
	if (base < area->address)
		start = area->address - base;
	if (area->address + (area->size - 1) - base < KDK_LOG_CHUNK)
		end = area->address + (area->size - 1) - base + 1;
	chunk = malloc(sizeof(*chunk) + KDK_LOG_CHUNK);
	if (!chunk) {
		area->no_memory = true;
		return NULL;
	}
	chunk->pieces = UINT32_MAX;
	if (!area_fetch(area, base + start, chunk->data + start, end - start))
		chunk->pieces = area_fetch_pieces(area, base, start, end, chunk->data);
	if (!chunk->pieces) {
		/* Claims of a damaged header may be gigabytes that the dump does not have. */
		struct kdk_log_chunk *empty = realloc(chunk, sizeof(*chunk));

		if (empty)
			chunk = empty;
	}
	area->chunks[index] = chunk;
	return chunk;
}

bool kdk_log_area_read(struct kdk_log_area *area, uint64_t offset, void *buffer, size_t length)
{
	uint8_t *to = buffer;

	if (length > area->size || offset > area->size - length)
		return false;
	while (length) {
		uint64_t address = area->address + offset;
		size_t at = address % KDK_LOG_CHUNK;
		size_t part = area->page_size - at % area->page_size;
		struct kdk_log_chunk *chunk = area_chunk(area, address);

		if (part > length)
			part = length;
		if (!chunk || !(chunk->pieces & UINT32_C(1) << at / area->page_size))
			return false;
		memcpy(to, chunk->data + at, part);
		to += part;
		offset += part;
		length -= part;
	}
	return true;
}
