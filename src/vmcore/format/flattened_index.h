/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where each byte of the file that a flattened one stands for was written. */
#ifndef KDK_FLATTENED_INDEX_H
#define KDK_FLATTENED_INDEX_H

#include <stdbool.h>

#include "vmcore/format/source.h"

#define KDK_FLATTENED_HEADER 4096u	/* bytes before the first record */
#define KDK_FLATTENED_RECORD 16u	/* bytes of a record's header: offset, size */

/*
 * `count` records of `length` bytes whose data follows on in the file that it
 * stands for, and lies `stride` bytes apart in the flattened one. Writers flush
 * buffers of one size, so a whole dump takes few of these.
 */
struct kdk_flattened_entry {
	uint64_t offset;	/* in the file that it stands for */
	uint64_t position;	/* of the first record's data */
	uint64_t stride;	/* 0 as long as count is 1 */
	uint32_t length;
	uint32_t count;
};

struct kdk_flattened_index {
	struct kdk_flattened_entry *items;	/* sorted, disjoint */
	size_t count;
	size_t room;
};

static inline uint64_t kdk_flattened_entry_end(const struct kdk_flattened_entry *entry)
{
	return entry->offset + (uint64_t)entry->length * entry->count;
}

/*
 * Writers keep two ascending streams, page data and the descriptors below it. The
 * first lands in `high`, already sorted; `low` takes what comes back to an earlier
 * offset, and only that is sorted in the end.
 */
struct kdk_flattened_builder {
	struct kdk_flattened_index high, low;
	bool careful;		/* every header is looked at; one entry, one piece of the file */
	size_t limit;		/* of entries */
};

/*
 * `count` records of `size` bytes, the first with its data at `position`, the others
 * each `stride` further; count is 1 where size exceeds 1 GiB.
 */
struct kdk_error *kdk_flattened_builder_add(struct kdk_flattened_builder *builder,
					    uint64_t offset, uint64_t position, uint64_t size,
					    uint64_t stride, uint32_t count);

/*
 * What was added, sorted and disjoint: the last write to an offset wins. *ret_mixed
 * is set, and ret left alone, where that cannot be told because entries that overlap
 * take turns in the file: walk again carefully.
 */
struct kdk_error *kdk_flattened_builder_finish(struct kdk_flattened_builder *builder,
					       struct kdk_flattened_index *ret, bool *ret_mixed);
void kdk_flattened_builder_deinit(struct kdk_flattened_builder *builder);

/*
 * Walks the record headers of `inner`, unless careful with leaps over those that follow
 * from the ones before: whoever reads such a record looks at its header first.
 * *ret_damage is
 * NULL when the end marker was found.
 */
struct kdk_error *kdk_flattened_walk(const struct kdk_source *inner,
				     struct kdk_flattened_builder *builder,
				     const char **ret_damage);

#endif
