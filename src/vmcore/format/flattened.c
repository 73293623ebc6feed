/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/flattened.h"

#include <inttypes.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/format/intervals.h"

#define HEADER_SIZE	4096u
#define RECORD_HEADER	16u
#define END_MARKER	UINT64_MAX

/* Record headers are fetched with at least so many bytes. */
#define MIN_AHEAD	512u

/* 768 MiB of index; real writers stay a hundred times below. */
#define MAX_ENTRIES	(1u << 25)

/* Zeroes read as records without data; a writer has no reason for many of them. */
#define MAX_EMPTY	1024u

/* A longer record is indexed in pieces. */
#define MAX_LENGTH	(1u << 30)

static const char signature[16] = "makedumpfile";

/*
 * `count` records of `length` bytes that follow each other both in the file and
 * in what it stands for. Writers flush buffers of one size, so a whole dump
 * takes few of these.
 */
struct entry {
	uint64_t offset;	/* in the file that it stands for */
	uint64_t position;	/* of the first record's data */
	uint32_t length;
	uint32_t count;
};

struct entries {
	struct entry *items;
	size_t count;
	size_t room;
};

struct flattened {
	struct kdk_source source;
	struct kdk_source *inner;
	struct entries index;	/* sorted, disjoint */
	size_t hint;		/* the entry of the last read */
	bool complete;
};

static uint64_t entry_size(const struct entry *entry)
{
	return (uint64_t)entry->length * entry->count;
}

static uint64_t entry_end(const struct entry *entry)
{
	return entry->offset + entry_size(entry);
}

static struct kdk_error *entries_push(struct entries *entries, const struct entry *entry)
{
	if (entries->count == entries->room) {
		size_t room = entries->room ? entries->room * 2 : 64;
		struct entry *items;

		if (entries->count >= MAX_ENTRIES)
			return kdk_error_new(KDK_ERROR_FORMAT,
					     "more than %u scattered records: rearrange the file with makedumpfile -R first",
					     MAX_ENTRIES);
		items = realloc(entries->items, room * sizeof(*items));
		if (!items)
			return &kdk_enomem;
		entries->items = items;
		entries->room = room;
	}
	entries->items[entries->count++] = *entry;
	return NULL;
}

/* Lets `entry` continue the last one when both its places follow on. */
static bool entries_extend(struct entries *entries, const struct entry *entry)
{
	struct entry *last;

	if (!entries->count)
		return false;
	last = &entries->items[entries->count - 1];
	if (last->length != entry->length || last->count == UINT32_MAX ||
	    entry_end(last) != entry->offset ||
	    last->position + last->count * ((uint64_t)last->length + RECORD_HEADER) !=
	    entry->position)
		return false;
	last->count++;
	return true;
}

/*
 * Writers keep two ascending streams, page data and the descriptors below it. The
 * first lands in `high`, already sorted; `low` takes what comes back to an earlier
 * offset, and only that is sorted in the end.
 */
struct builder {
	struct entries high, low;
};

static struct kdk_error *builder_add(struct builder *builder, uint64_t offset,
				     uint64_t position, uint64_t size)
{
	while (size) {
		struct entry entry = {
			.offset = offset,
			.position = position,
			.length = size > MAX_LENGTH ? MAX_LENGTH : (uint32_t)size,
			.count = 1,
		};
		struct entries *to = &builder->high;
		struct kdk_error *err;

		if (to->count && offset < to->items[to->count - 1].offset)
			to = &builder->low;
		if (!entries_extend(to, &entry)) {
			err = entries_push(to, &entry);
			if (err)
				return err;
		}
		offset += entry.length;
		position += entry.length;
		size -= entry.length;
	}
	return NULL;
}

/* Record headers through a buffer that fetches many at once where records are small. */
struct header_reader {
	const struct kdk_source *source;
	uint64_t start;
	size_t filled;
	size_t ahead;
	uint8_t buffer[32768];
};

static struct kdk_error *header_next(struct header_reader *reader, uint64_t position,
				     const uint8_t **ret)
{
	uint64_t left = reader->source->size - position;
	struct kdk_error *err;

	if (position < reader->start ||
	    position + RECORD_HEADER > reader->start + reader->filled) {
		reader->start = position;
		reader->filled = 0;
		err = kdk_source_read(reader->source, position, reader->buffer,
				      left < reader->ahead ? left : reader->ahead);
		if (err)
			return err;
		reader->filled = left < reader->ahead ? left : reader->ahead;
	}
	*ret = reader->buffer + (position - reader->start);
	return NULL;
}

/*
 * Copying 4 KiB costs about what a system call does: behind a longer record, just
 * enough is fetched to pass a small one; where small ones follow each other, more.
 */
static void header_adapt(struct header_reader *reader, uint64_t record_size)
{
	if (record_size >= 4096)
		reader->ahead = MIN_AHEAD;
	else if (reader->ahead < sizeof(reader->buffer))
		reader->ahead *= 2;
}

/* Walks all record headers. *ret_damage stays NULL when the end marker was found. */
static struct kdk_error *walk_records(const struct kdk_source *inner,
				      struct builder *builder, const char **ret_damage)
{
	struct header_reader *reader = malloc(sizeof(*reader));
	uint64_t position = HEADER_SIZE;
	struct kdk_error *err = NULL;
	unsigned int empty = 0;

	if (!reader)
		return &kdk_enomem;
	reader->source = inner;
	reader->start = reader->filled = 0;
	reader->ahead = MIN_AHEAD;
	*ret_damage = "the file ends before its end marker";
	while (!err && inner->size - position >= RECORD_HEADER) {
		const uint8_t *header;
		uint64_t offset, size, left;

		err = header_next(reader, position, &header);
		if (err)
			break;
		offset = kdk_get_u64(header, true);
		size = kdk_get_u64(header + 8, true);
		position += RECORD_HEADER;
		if (offset == END_MARKER && size == END_MARKER) {
			*ret_damage = NULL;
			break;
		}
		empty = size ? 0 : empty + 1;
		if (offset > INT64_MAX || size > INT64_MAX || empty > MAX_EMPTY) {
			*ret_damage = "a record header is damaged";
			break;
		}
		left = inner->size - position;
		err = builder_add(builder, offset, position, size < left ? size : left);
		if (size > left)
			break;
		position += size;
		header_adapt(reader, size);
	}
	free(reader);
	return err;
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->position < b->position ? -1 : a->position > b->position;
}

/* Merges low into high from the back, so that no third array is needed. */
static struct kdk_error *merge(struct builder *builder)
{
	struct entries *high = &builder->high, *low = &builder->low;
	size_t a = high->count, b = low->count, to = a + b;

	if (!b)
		return NULL;
	qsort(low->items, b, sizeof(*low->items), compare_entries);
	if (to > high->room) {
		struct entry *items = realloc(high->items, to * sizeof(*items));

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
	*low = (struct entries){ 0 };
	return NULL;
}

/* Pushes the bytes [start, end) of an entry, which may begin and end inside records. */
static struct kdk_error *push_part(struct entries *out, const struct entry *entry,
				   uint64_t start, uint64_t end)
{
	while (start < end) {
		uint64_t record = (start - entry->offset) / entry->length;
		uint64_t inside = (start - entry->offset) % entry->length;
		uint64_t whole = (end - start) / entry->length;
		struct entry part = {
			.offset = start,
			.position = entry->position + inside +
				record * ((uint64_t)entry->length + RECORD_HEADER),
			.length = entry->length,
			.count = 1,
		};
		struct kdk_error *err;

		if (inside || !whole) {
			uint64_t length = entry->length - inside;

			part.length =
				(uint32_t)(length < end - start ? length : end - start);
		} else {
			part.count = (uint32_t)whole;
		}
		err = entries_push(out, &part);
		if (err)
			return err;
		start += entry_size(&part);
	}
	return NULL;
}

struct cut {
	const struct entries *in;
	struct entries out;
};

static struct kdk_error *cut_emit(void *context, size_t index, uint64_t start,
				  uint64_t end)
{
	struct cut *cut = context;

	return push_part(&cut->out, &cut->in->items[index], start, end);
}

/* Resolves the entries [from, to) that overlap each other: later positions win. */
static struct kdk_error *cut_cluster(struct cut *cut, size_t from, size_t to)
{
	struct kdk_interval *intervals;
	struct kdk_error *err;

	if (to - from == 1)
		return entries_push(&cut->out, &cut->in->items[from]);
	intervals = calloc(to - from, sizeof(*intervals));
	if (!intervals)
		return &kdk_enomem;
	for (size_t i = from; i < to; i++)
		intervals[i - from] = (struct kdk_interval){
			.start = cut->in->items[i].offset,
			.end = entry_end(&cut->in->items[i]),
			.rank = cut->in->items[i].position,
			.index = i,
		};
	err = kdk_intervals_cut(intervals, to - from, cut_emit, cut);
	free(intervals);
	return err;
}

static bool has_overlap(const struct entries *entries)
{
	for (size_t i = 1; i < entries->count; i++)
		if (entries->items[i].offset < entry_end(&entries->items[i - 1]))
			return true;
	return false;
}

static struct kdk_error *make_disjoint(struct entries *entries)
{
	struct cut cut = { .in = entries };
	struct kdk_error *err = NULL;
	size_t from = 0;

	if (!has_overlap(entries))
		return NULL;
	while (!err && from < entries->count) {
		uint64_t end = entry_end(&entries->items[from]);
		size_t to = from + 1;

		while (to < entries->count && entries->items[to].offset < end) {
			if (entry_end(&entries->items[to]) > end)
				end = entry_end(&entries->items[to]);
			to++;
		}
		err = cut_cluster(&cut, from, to);
		from = to;
	}
	if (err) {
		free(cut.out.items);
		return err;
	}
	free(entries->items);
	*entries = cut.out;
	return NULL;
}

/* The last entry that begins at or before `offset`; index.count when there is none. */
static size_t find_entry(struct flattened *flat, uint64_t offset)
{
	const struct entry *items = flat->index.items;
	size_t low = 0, high = flat->index.count, hint = flat->hint;

	if (hint < high && items[hint].offset <= offset &&
	    (hint + 1 == high || items[hint + 1].offset > offset))
		return hint;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (items[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return flat->index.count;
	flat->hint = low - 1;
	return low - 1;
}

static enum kdk_extent flattened_extent(const struct kdk_source *source, uint64_t offset,
					uint64_t *length)
{
	struct flattened *flat = (struct flattened *)source;
	size_t at = find_entry(flat, offset), next;

	if (at < flat->index.count && offset < entry_end(&flat->index.items[at])) {
		*length = entry_end(&flat->index.items[at]) - offset;
		return KDK_EXTENT_DATA;
	}
	next = at < flat->index.count ? at + 1 : 0;
	*length = (next < flat->index.count ? flat->index.items[next].offset :
		   source->size) - offset;
	return flat->complete ? KDK_EXTENT_GAP : KDK_EXTENT_ABSENT;
}

static struct kdk_error *read_entry(const struct flattened *flat,
				    const struct entry *entry, uint64_t offset,
				    uint8_t *to, size_t length)
{
	while (length) {
		uint64_t record = (offset - entry->offset) / entry->length;
		uint64_t inside = (offset - entry->offset) % entry->length;
		size_t part = entry->length - inside;
		struct kdk_error *err;

		if (part > length)
			part = length;
		err = kdk_source_read(flat->inner, entry->position + inside +
				      record * ((uint64_t)entry->length + RECORD_HEADER),
				      to, part);
		if (err)
			return err;
		offset += part;
		to += part;
		length -= part;
	}
	return NULL;
}

static struct kdk_error *flattened_read(const struct kdk_source *source, uint64_t offset,
					void *buffer, size_t length)
{
	struct flattened *flat = (struct flattened *)source;
	uint8_t *to = buffer;

	while (length) {
		uint64_t alike;
		enum kdk_extent extent = kdk_source_extent(source, offset, &alike);
		size_t part = alike < length ? alike : length;
		struct kdk_error *err;

		if (extent == KDK_EXTENT_ABSENT)
			return kdk_error_new(KDK_ERROR_ABSENT,
					     "%s: nothing was written at offset %" PRIu64 " of the flattened dump",
					     source->name, offset);
		if (extent == KDK_EXTENT_GAP) {
			memset(to, 0, part);
		} else {
			err = read_entry(flat, &flat->index.items[flat->hint], offset, to,
					 part);
			if (err)
				return err;
		}
		offset += part;
		to += part;
		length -= part;
	}
	return NULL;
}

static void flattened_destroy(struct kdk_source *source)
{
	struct flattened *flat = (struct flattened *)source;

	kdk_source_destroy(flat->inner);
	free(flat->index.items);
	free(flat);
}

static const struct kdk_source_ops flattened_ops = {
	.read = flattened_read,
	.extent = flattened_extent,
	.destroy = flattened_destroy,
};

bool kdk_flattened_probe(const struct kdk_source *source)
{
	char start[sizeof(signature)];
	struct kdk_error *err = kdk_source_read(source, 0, start, sizeof(start));

	if (err) {
		kdk_error_destroy(err);
		return false;
	}
	return !memcmp(start, signature, sizeof(signature));
}

static struct kdk_error *check_header(const struct kdk_source *inner)
{
	uint8_t header[sizeof(signature) + 16];
	struct kdk_error *err;
	uint64_t type, version;

	if (inner->size < HEADER_SIZE)
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "the file ends within its flattened header");
	err = kdk_source_read(inner, 0, header, sizeof(header));
	if (err)
		return err;
	type = kdk_get_u64(header + 16, true);
	version = kdk_get_u64(header + 24, true);
	if (type != 1 || version != 1)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "flattened file of type %" PRIu64 " and version %" PRIu64 "; type 1, version 1 is known",
				     type, version);
	return NULL;
}

static struct kdk_error *build_index(const struct kdk_source *inner, struct entries *ret,
				     const char **ret_damage)
{
	struct builder builder = { 0 };
	struct kdk_error *err = walk_records(inner, &builder, ret_damage);

	if (!err)
		err = merge(&builder);
	if (!err)
		err = make_disjoint(&builder.high);
	free(builder.low.items);
	if (err) {
		free(builder.high.items);
		return err;
	}
	*ret = builder.high;
	return NULL;
}

struct kdk_error *kdk_flattened_open(struct kdk_source *inner, struct kdk_source **ret,
				     const char **ret_damage)
{
	struct kdk_error *err = check_header(inner);
	struct flattened *flat;

	if (err)
		return err;
	flat = calloc(1, sizeof(*flat));
	if (flat)
		flat->source.name = strdup(inner->name);
	if (!flat || !flat->source.name) {
		free(flat);
		return &kdk_enomem;
	}
	err = build_index(inner, &flat->index, ret_damage);
	if (err) {
		free(flat->source.name);
		free(flat);
		return err;
	}
	flat->source.ops = &flattened_ops;
	flat->source.stored = inner->stored;
	if (flat->index.count)
		flat->source.size = entry_end(&flat->index.items[flat->index.count - 1]);
	flat->complete = !*ret_damage;
	flat->inner = inner;
	*ret = &flat->source;
	return NULL;
}
