/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page frames read last, in sets of four: bounded in number and in bytes. */
#ifndef KDK_PAGE_CACHE_H
#define KDK_PAGE_CACHE_H

#include <stddef.h>
#include <stdint.h>

#define KDK_PAGE_CACHE_WAYS 4
#define KDK_PAGE_CACHE_SETS_MAX 64
#define KDK_PAGE_CACHE_BYTES (2u << 20)

struct kdk_page_cache_slot {
	uint64_t frame;
	uint64_t used;		/* tick of the last use; 0: holds nothing */
	uint8_t *data;		/* allocated on first use */
};

struct kdk_page_cache {
	size_t frame_size;
	size_t set_count;	/* a power of two */
	uint64_t tick;
	struct kdk_page_cache_slot slots[KDK_PAGE_CACHE_SETS_MAX][KDK_PAGE_CACHE_WAYS];
};

/* frame_size: a power of two, KDK_PAGE_CACHE_BYTES / KDK_PAGE_CACHE_WAYS at most. */
void kdk_page_cache_init(struct kdk_page_cache *cache, size_t frame_size);
void kdk_page_cache_deinit(struct kdk_page_cache *cache);

/* The bytes of frame number `frame`; NULL when it is not here. Valid until the next claim. */
const uint8_t *kdk_page_cache_find(struct kdk_page_cache *cache, uint64_t frame);

/*
 * An empty place for `frame`, to be filled and then kept; the one used longest ago
 * makes room. NULL when memory is short.
 */
struct kdk_page_cache_slot *kdk_page_cache_claim(struct kdk_page_cache *cache,
						 uint64_t frame);
void kdk_page_cache_keep(struct kdk_page_cache *cache, struct kdk_page_cache_slot *slot);

#endif
