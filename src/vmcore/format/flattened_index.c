/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/flattened_index.h"

#include "vmcore/format/intervals.h"

/* A longer record is indexed in pieces. */
#define MAX_LENGTH	(1u << 30)

static struct kdk_error *push(struct kdk_flattened_index *index,
			      const struct kdk_flattened_entry *entry)
{
	if (index->count == index->room) {
		size_t room = index->room ? index->room * 2 : 64;
		struct kdk_flattened_entry *items;

		items = realloc(index->items, room * sizeof(*items));
		if (!items)
			return &kdk_enomem;
		index->items = items;
		index->room = room;
	}
	index->items[index->count++] = *entry;
	return NULL;
}

/* Lets `entry` continue the last one when its data follows on and the distance is the same. */
static bool extend(struct kdk_flattened_index *index, const struct kdk_flattened_entry *entry,
		   bool careful)
{
	struct kdk_flattened_entry *last;
	uint64_t stride;

	if (!index->count)
		return false;
	last = &index->items[index->count - 1];
	stride = (entry->position - last->position) / last->count;
	if (careful && stride != last->length + KDK_FLATTENED_RECORD)
		return false;
	if (last->length != entry->length || kdk_flattened_entry_end(last) != entry->offset ||
	    last->position + last->count * stride != entry->position ||
	    (last->stride && last->stride != stride) ||
	    (entry->stride && entry->stride != stride) || last->count > UINT32_MAX - entry->count)
		return false;
	last->count += entry->count;
	last->stride = stride;
	return true;
}

struct kdk_error *kdk_flattened_builder_add(struct kdk_flattened_builder *builder,
					    uint64_t offset, uint64_t position, uint64_t size,
					    uint64_t stride, uint32_t count)
{
	bool whole = size <= MAX_LENGTH;

	while (size) {
		struct kdk_flattened_entry entry = {
			.offset = offset,
			.position = position,
			.stride = count > 1 ? stride : 0,
			.length = size > MAX_LENGTH ? MAX_LENGTH : (uint32_t)size,
			.count = count,
		};
		struct kdk_flattened_index *to = &builder->high;

		if (to->count && offset < to->items[to->count - 1].offset)
			to = &builder->low;
		if (!whole || !extend(to, &entry, builder->careful)) {
			struct kdk_error *err;

			if (builder->high.count + builder->low.count >= builder->limit)
				return kdk_error_new(KDK_ERROR_FORMAT,
						     "more than %zu scattered records: rearrange the file with makedumpfile -R first",
						     builder->limit);
			err = push(to, &entry);
			if (err)
				return err;
		}
		offset += entry.length;
		position += entry.length;
		size -= entry.length;
	}
	return NULL;
}

static int compare_entries(const void *left, const void *right)
{
	const struct kdk_flattened_entry *a = left, *b = right;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->position < b->position ? -1 : a->position > b->position;
}

/* Merges low into high from the back, so that no third array is needed. */
static struct kdk_error *merge(struct kdk_flattened_builder *builder)
{
	struct kdk_flattened_index *high = &builder->high, *low = &builder->low;
	size_t a = high->count, b = low->count, to = a + b;

	if (!b)
		return NULL;
	qsort(low->items, b, sizeof(*low->items), compare_entries);
	if (to > high->room) {
		struct kdk_flattened_entry *items = realloc(high->items, to * sizeof(*items));

		if (!items)
			return &kdk_enomem;
		high->items = items;
		high->room = to;
	}
	high->count = to;
	while (b) {
		if (a && compare_entries(&high->items[a - 1], &low->items[b - 1]) > 0)
			high->items[--to] = high->items[--a];
		else
			high->items[--to] = low->items[--b];
	}
	free(low->items);
	*low = (struct kdk_flattened_index){ 0 };
	return NULL;
}

/* Pushes the bytes [start, end) of an entry, which may begin and end inside records. */
static struct kdk_error *push_part(struct kdk_flattened_index *out,
				   const struct kdk_flattened_entry *entry, uint64_t start,
				   uint64_t end)
{
	while (start < end) {
		uint64_t record = (start - entry->offset) / entry->length;
		uint64_t inside = (start - entry->offset) % entry->length;
		uint64_t whole = (end - start) / entry->length;
		struct kdk_flattened_entry part = {
			.offset = start,
			.position = entry->position + inside + record * entry->stride,
			.stride = entry->stride,
			.length = entry->length,
			.count = 1,
		};
		struct kdk_error *err;

		if (inside || !whole) {
			uint64_t length = entry->length - inside;

			part.length = (uint32_t)(length < end - start ? length : end - start);
		} else {
			part.count = (uint32_t)whole;
		}
		err = push(out, &part);
		if (err)
			return err;
		start += (uint64_t)part.length * part.count;
	}
	return NULL;
}

struct cut {
	const struct kdk_flattened_index *in;
	struct kdk_flattened_index out;
	bool mixed;
};

static struct kdk_error *cut_emit(void *context, size_t index, uint64_t start, uint64_t end)
{
	struct cut *cut = context;

	return push_part(&cut->out, &cut->in->items[index], start, end);
}

static int compare_ranks(const void *left, const void *right)
{
	const struct kdk_interval *a = left, *b = right;

	return (a->rank > b->rank) - (a->rank < b->rank);
}

static int compare_starts(const void *left, const void *right)
{
	const struct kdk_interval *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* Whether one entry's records lie between another's: then neither was written last. */
static bool take_turns(const struct kdk_flattened_index *in, struct kdk_interval *intervals,
		       size_t count)
{
	bool mixed = false;

	qsort(intervals, count, sizeof(*intervals), compare_ranks);
	for (size_t i = 0; i + 1 < count && !mixed; i++) {
		const struct kdk_flattened_entry *entry = &in->items[intervals[i].index];

		mixed = entry->position + (entry->count - 1) * entry->stride >=
			intervals[i + 1].rank;
	}
	qsort(intervals, count, sizeof(*intervals), compare_starts);
	return mixed;
}

/* Resolves the entries [from, to) that overlap each other: later positions win. */
static struct kdk_error *cut_cluster(struct cut *cut, size_t from, size_t to)
{
	struct kdk_interval *intervals;
	struct kdk_error *err = NULL;

	if (to - from == 1)
		return push(&cut->out, &cut->in->items[from]);
	intervals = calloc(to - from, sizeof(*intervals));
	if (!intervals)
		return &kdk_enomem;
	for (size_t i = from; i < to; i++)
		intervals[i - from] = (struct kdk_interval){
			.start = cut->in->items[i].offset,
			.end = kdk_flattened_entry_end(&cut->in->items[i]),
			.rank = cut->in->items[i].position,
			.index = i,
		};
	if (take_turns(cut->in, intervals, to - from))
		cut->mixed = true;
	else
		err = kdk_intervals_cut(intervals, to - from, cut_emit, cut);
	free(intervals);
	return err;
}

static struct kdk_error *cut_clusters(struct cut *cut)
{
	const struct kdk_flattened_index *in = cut->in;
	struct kdk_error *err = NULL;
	size_t from = 0;

	while (!err && !cut->mixed && from < in->count) {
		uint64_t end = kdk_flattened_entry_end(&in->items[from]);
		size_t to = from + 1;

		while (to < in->count && in->items[to].offset < end) {
			if (kdk_flattened_entry_end(&in->items[to]) > end)
				end = kdk_flattened_entry_end(&in->items[to]);
			to++;
		}
		err = cut_cluster(cut, from, to);
		from = to;
	}
	return err;
}

static bool has_overlap(const struct kdk_flattened_index *index)
{
	for (size_t i = 1; i < index->count; i++)
		if (index->items[i].offset < kdk_flattened_entry_end(&index->items[i - 1]))
			return true;
	return false;
}

struct kdk_error *kdk_flattened_builder_finish(struct kdk_flattened_builder *builder,
					       struct kdk_flattened_index *ret, bool *ret_mixed)
{
	struct cut cut = { .in = &builder->high };
	struct kdk_error *err = merge(builder);

	*ret_mixed = false;
	if (err)
		return err;
	if (!has_overlap(&builder->high)) {
		*ret = builder->high;
		builder->high = (struct kdk_flattened_index){ 0 };
		return NULL;
	}
	err = cut_clusters(&cut);
	*ret_mixed = cut.mixed;
	if (err || cut.mixed)
		free(cut.out.items);
	else
		*ret = cut.out;
	return err;
}

void kdk_flattened_builder_deinit(struct kdk_flattened_builder *builder)
{
	free(builder->high.items);
	free(builder->low.items);
}
