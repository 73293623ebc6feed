/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/page_cache.h"

#include <stdlib.h>
#include <string.h>

void kdk_page_cache_init(struct kdk_page_cache *cache, size_t frame_size)
{
	memset(cache, 0, sizeof(*cache));
	cache->frame_size = frame_size;
	cache->set_count = KDK_PAGE_CACHE_SETS_MAX;
	while (cache->set_count > 1 && cache->set_count * KDK_PAGE_CACHE_WAYS * frame_size >
	       KDK_PAGE_CACHE_BYTES)
		cache->set_count /= 2;
}

void kdk_page_cache_deinit(struct kdk_page_cache *cache)
{
	for (size_t set = 0; set < cache->set_count; set++)
		for (size_t way = 0; way < KDK_PAGE_CACHE_WAYS; way++)
			free(cache->slots[set][way].data);
}

static struct kdk_page_cache_slot *set_of(struct kdk_page_cache *cache, uint64_t frame)
{
	/* Page tables of one kind often lie at a power of two from each other. */
	return cache->slots[(frame ^ frame >> 6 ^ frame >> 15) & (cache->set_count - 1)];
}

const uint8_t *kdk_page_cache_find(struct kdk_page_cache *cache, uint64_t frame)
{
	struct kdk_page_cache_slot *set = set_of(cache, frame);

	for (size_t way = 0; way < KDK_PAGE_CACHE_WAYS; way++) {
		if (set[way].used && set[way].frame == frame) {
			set[way].used = ++cache->tick;
			return set[way].data;
		}
	}
	return NULL;
}

struct kdk_page_cache_slot *kdk_page_cache_claim(struct kdk_page_cache *cache,
						 uint64_t frame)
{
	struct kdk_page_cache_slot *set = set_of(cache, frame), *oldest = set;

	for (size_t way = 1; way < KDK_PAGE_CACHE_WAYS; way++)
		if (set[way].used < oldest->used)
			oldest = &set[way];
	if (!oldest->data)
		oldest->data = malloc(cache->frame_size);
	if (!oldest->data)
		return NULL;
	oldest->used = 0;
	oldest->frame = frame;
	return oldest;
}

void kdk_page_cache_keep(struct kdk_page_cache *cache, struct kdk_page_cache_slot *slot)
{
	slot->used = ++cache->tick;
}
