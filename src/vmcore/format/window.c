/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/window.h"

#include <string.h>

void kdk_window_deinit(struct kdk_window_cache *cache)
{
	free(cache->bytes);
}

static struct kdk_error *window_fill(struct kdk_window_cache *cache, size_t at,
				     const struct kdk_source *source, uint64_t number)
{
	struct kdk_window_slot *slot = &cache->slots[at];
	uint64_t start = number * KDK_WINDOW_SIZE, left = source->size - start;
	uint32_t length = left < KDK_WINDOW_SIZE ? (uint32_t)left : KDK_WINDOW_SIZE;
	struct kdk_error *err;

	slot->source = NULL;
	err = kdk_source_read(source, start, cache->bytes + at * KDK_WINDOW_SIZE, length);
	if (err && err->kind != KDK_ERROR_ABSENT)
		return err;
	slot->source = source;
	slot->number = number;
	slot->filled = err ? 0 : length;
	kdk_error_destroy(err);
	return NULL;
}

/* The slot that has the window, or is filled with it in place of the one longest unused. */
static struct kdk_error *window_get(struct kdk_window_cache *cache,
				    const struct kdk_source *source, uint64_t number,
				    size_t *ret)
{
	size_t oldest = 0;

	if (!cache->bytes) {
		cache->bytes = malloc((size_t)KDK_WINDOW_SLOTS * KDK_WINDOW_SIZE);
		if (!cache->bytes)
			return &kdk_enomem;
	}
	cache->clock++;
	for (size_t i = 0; i < KDK_WINDOW_SLOTS; i++) {
		struct kdk_window_slot *slot = &cache->slots[i];

		if (slot->number == number && slot->source == source) {
			slot->used = cache->clock;
			*ret = i;
			return NULL;
		}
		if (slot->used < cache->slots[oldest].used)
			oldest = i;
	}
	cache->slots[oldest].used = cache->clock;
	*ret = oldest;
	return window_fill(cache, oldest, source, number);
}

struct kdk_error *kdk_window_read(struct kdk_window_cache *cache,
				  const struct kdk_source *source, uint64_t offset,
				  void *buffer, size_t length)
{
	uint8_t *to = buffer;

	while (length) {
		size_t inside = offset % KDK_WINDOW_SIZE, at, part;
		struct kdk_error *err;

		if (offset >= source->size)
			return kdk_source_read(source, offset, to, length);
		err = window_get(cache, source, offset / KDK_WINDOW_SIZE, &at);
		if (err)
			return err;
		if (inside >= cache->slots[at].filled)
			return kdk_source_read(source, offset, to, length);
		part = cache->slots[at].filled - inside;
		if (part > length)
			part = length;
		memcpy(to, cache->bytes + at * KDK_WINDOW_SIZE + inside, part);
		offset += part;
		to += part;
		length -= part;
	}
	return NULL;
}
