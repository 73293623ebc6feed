/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small cache of a source's bytes, for tables that are looked up here and there. */
#ifndef KDK_WINDOW_H
#define KDK_WINDOW_H

#include "vmcore/format/source.h"

#define KDK_WINDOW_SIZE		8192u
#define KDK_WINDOW_SLOTS	16u

struct kdk_window_slot {
	const struct kdk_source *source;
	uint64_t number;	/* offset / KDK_WINDOW_SIZE */
	uint64_t used;		/* the clock of the last look */
	uint32_t filled;	/* 0: the source does not have all of it */
};

/* Zero-initialised; the bytes are allocated on first use. */
struct kdk_window_cache {
	uint8_t *bytes;
	uint64_t clock;
	size_t recent;		/* the slot of the last look */
	struct kdk_window_slot slots[KDK_WINDOW_SLOTS];
};

void kdk_window_deinit(struct kdk_window_cache *cache);

/* As kdk_source_read(), for a few bytes. */
struct kdk_error *kdk_window_read(struct kdk_window_cache *cache,
				  const struct kdk_source *source, uint64_t offset,
				  void *buffer, size_t length);

#endif
