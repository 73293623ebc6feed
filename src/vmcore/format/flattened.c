/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/flattened.h"

#include <inttypes.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/format/flattened_index.h"
#include "vmcore/format/window.h"

static const char signature[16] = "makedumpfile";

/* Shorter pieces are not worth a system call each. */
#define SMALL		256u

/* Entries that any file may have, and bytes of the file for each further one. */
#define FREE_ENTRIES	4096u
#define BYTES_PER_ENTRY	64u

/* Bytes without a gap, in however many entries: what is asked of each page's data. */
struct span {
	uint64_t start, end;
};

struct flattened {
	struct kdk_source source;
	struct kdk_source *inner;
	struct kdk_flattened_index index;
	size_t hint;		/* the entry of the last read */
	struct span *spans;	/* sorted, apart from each other */
	size_t span_count;
	struct kdk_window_cache crumbs;	/* for records shorter than SMALL, and headers */
	bool careful;			/* the index comes from every header */
	uint64_t verified;		/* data position of the record last compared */
	bool complete;
};

/* The last entry that begins at or before `offset`; index.count when there is none. */
static size_t find_entry(struct flattened *flat, uint64_t offset)
{
	const struct kdk_flattened_entry *items = flat->index.items;
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
	const struct flattened *flat = (const struct flattened *)source;
	size_t low = 0, high = flat->span_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (flat->spans[middle].end <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < flat->span_count && flat->spans[low].start <= offset) {
		*length = flat->spans[low].end - offset;
		return KDK_EXTENT_DATA;
	}
	*length = (low < flat->span_count ? flat->spans[low].start : source->size) - offset;
	return flat->complete ? KDK_EXTENT_GAP : KDK_EXTENT_ABSENT;
}

static struct kdk_error *try_index(const struct kdk_source *inner, bool careful,
				   struct kdk_flattened_index *ret, bool *ret_mixed,
				   const char **ret_damage)
{
	struct kdk_flattened_builder builder = {
		.careful = careful,
		.limit = FREE_ENTRIES + inner->stored / BYTES_PER_ENTRY,
	};
	struct kdk_error *err = kdk_flattened_walk(inner, &builder, ret_damage);

	if (!err)
		err = kdk_flattened_builder_finish(&builder, ret, ret_mixed);
	kdk_flattened_builder_deinit(&builder);
	return err;
}

static struct kdk_error *build_index(struct flattened *flat, const char **ret_damage)
{
	struct kdk_error *err = NULL;
	bool mixed = true;

	if (!flat->careful)
		err = try_index(flat->inner, false, &flat->index, &mixed, ret_damage);
	if (err || !mixed)
		return err;
	flat->careful = true;
	return try_index(flat->inner, true, &flat->index, &mixed, ret_damage);
}

/* True: the entry begins where the one before it ends. */
static bool is_joined(const struct kdk_flattened_index *index, size_t i)
{
	return i && kdk_flattened_entry_end(&index->items[i - 1]) == index->items[i].offset;
}

static struct kdk_error *build_spans(struct flattened *flat)
{
	const struct kdk_flattened_index *index = &flat->index;
	size_t count = 0;

	for (size_t i = 0; i < index->count; i++)
		count += !is_joined(index, i);
	flat->spans = calloc(count ? count : 1, sizeof(*flat->spans));
	if (!flat->spans)
		return &kdk_enomem;
	for (size_t i = 0; i < index->count; i++) {
		if (!is_joined(index, i))
			flat->spans[flat->span_count++].start = index->items[i].offset;
		flat->spans[flat->span_count - 1].end =
			kdk_flattened_entry_end(&index->items[i]);
	}
	return NULL;
}

/* The index again, from every header: a record is not what those around it made of it. */
static struct kdk_error *index_carefully(struct flattened *flat)
{
	const char *damage;
	struct kdk_error *err;

	free(flat->index.items);
	free(flat->spans);
	flat->index = (struct kdk_flattened_index){ 0 };
	flat->spans = NULL;
	flat->span_count = flat->hint = 0;
	flat->careful = true;
	err = build_index(flat, &damage);
	return err ? err : build_spans(flat);
}

/* Whether the record's header says what the index has of it. */
static struct kdk_error *verify(struct flattened *flat,
				const struct kdk_flattened_entry *entry, uint64_t record,
				bool *ret)
{
	uint64_t position = entry->position + record * entry->stride;
	uint8_t header[KDK_FLATTENED_RECORD];
	struct kdk_error *err;

	*ret = true;
	if (flat->careful || entry->count == 1 || flat->verified == position)
		return NULL;
	err = kdk_window_read(&flat->crumbs, flat->inner, position - sizeof(header), header,
			      sizeof(header));
	if (err)
		return err;
	*ret = kdk_get_u64(header, true) == entry->offset + record * entry->length &&
	       kdk_get_u64(header + 8, true) == entry->length;
	flat->verified = position;
	return NULL;
}

/* At most what one record has of the bytes from `offset`, which are data. */
static struct kdk_error *read_record(struct flattened *flat, uint64_t offset, uint8_t *to,
				     size_t length, size_t *ret_length)
{
	const struct kdk_flattened_entry *entry = &flat->index.items[find_entry(flat, offset)];
	uint64_t record = (offset - entry->offset) / entry->length;
	uint64_t inside = (offset - entry->offset) % entry->length;
	uint64_t position = entry->position + inside + record * entry->stride;
	size_t part = entry->length - inside;
	struct kdk_error *err;
	bool good;

	*ret_length = 0;
	err = verify(flat, entry, record, &good);
	if (err)
		return err;
	if (!good)
		return index_carefully(flat);
	*ret_length = part < length ? part : length;
	if (*ret_length < SMALL)
		return kdk_window_read(&flat->crumbs, flat->inner, position, to, *ret_length);
	return kdk_source_read(flat->inner, position, to, *ret_length);
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
			err = read_record(flat, offset, to, part, &part);
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
	free(flat->spans);
	kdk_window_deinit(&flat->crumbs);
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

	if (inner->size < KDK_FLATTENED_HEADER)
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
	flat->inner = inner;
	err = build_index(flat, ret_damage);
	if (!err)
		err = build_spans(flat);
	if (err) {
		free(flat->index.items);
		free(flat->source.name);
		free(flat);
		return err;
	}
	flat->source.ops = &flattened_ops;
	flat->source.stored = inner->stored;
	if (flat->index.count)
		flat->source.size = kdk_flattened_entry_end(&flat->index.items[flat->index.count - 1]);
	flat->complete = !*ret_damage;
	*ret = &flat->source;
	return NULL;
}
