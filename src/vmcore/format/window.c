/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/window.h"

#include <stdbool.h>
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

static bool window_is(const struct kdk_window_slot *slot, const struct kdk_source *source,
		      uint64_t number)
{
	return slot->number == number && slot->source == source;
}

/*
 * Makes `recent` the slot that has the window, or else the one longest unused,
 * now filled with it.
 */
static struct kdk_error *window_get(struct kdk_window_cache *cache,
				    const struct kdk_source *source, uint64_t number)
{
	size_t oldest = 0;

	if (window_is(&cache->slots[cache->recent], source, number))
		return NULL;
	if (!cache->bytes) {
		cache->bytes = malloc((size_t)KDK_WINDOW_SLOTS * KDK_WINDOW_SIZE);
		if (!cache->bytes)
			return &kdk_enomem;
	}
	cache->slots[cache->recent].used = ++cache->clock;
	for (size_t i = 0; i < KDK_WINDOW_SLOTS; i++) {
		if (window_is(&cache->slots[i], source, number)) {
			cache->recent = i;
			return NULL;
		}
		if (cache->slots[i].used < cache->slots[oldest].used)
			oldest = i;
	}
	cache->recent = oldest;
	return window_fill(cache, oldest, source, number);
}

struct kdk_error *kdk_window_read(struct kdk_window_cache *cache,
				  const struct kdk_source *source, uint64_t offset,
				  void *buffer, size_t length)
{
	uint8_t *to = buffer;

	while (length) {
		size_t inside = offset % KDK_WINDOW_SIZE, part;
		const struct kdk_window_slot *slot;
		struct kdk_error *err;

		if (offset >= source->size)
			return kdk_source_read(source, offset, to, length);
		err = window_get(cache, source, offset / KDK_WINDOW_SIZE);
		if (err)
			return err;
		slot = &cache->slots[cache->recent];
		if (inside >= slot->filled)
			return kdk_source_read(source, offset, to, length);
		part = slot->filled - inside;
		if (part > length)
			part = length;
		memcpy(to, cache->bytes + cache->recent * KDK_WINDOW_SIZE + inside, part);
		offset += part;
		to += part;
		length -= part;
	}
	return NULL;
}
