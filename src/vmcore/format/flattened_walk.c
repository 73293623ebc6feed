/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "core/bytes.h"
#include "vmcore/format/flattened_index.h"

#define END_MARKER	UINT64_MAX

/* Record headers are fetched with at least so many bytes. */
#define MIN_AHEAD	512u

/* Zeroes read as records without data; a writer has no reason for many of them. */
#define MAX_EMPTY	1024u

/* Longer records are no buffer that is flushed again and again. */
#define MAX_REPEATED	(1u << 30)

/* Records in a row that a pattern may have: page data, or descriptors and page data. */
#define MAX_PERIOD	2u

#define FIRST_LEAP	8u
#define MAX_LEAP	(1u << 24)

struct record {
	uint64_t offset;	/* in the file that it stands for */
	uint64_t size;
	uint64_t position;	/* of its data */
};

struct walk {
	const struct kdk_source *source;
	struct kdk_flattened_builder *builder;
	uint64_t position;		/* of the next header */
	struct record past[2 * MAX_PERIOD];	/* newest first */
	unsigned int alike[MAX_PERIOD];	/* records in a row that go on as the one a period ago */
	uint32_t last_leap;		/* periods; what fitted before often fits again */

	/* headers, many at once where records are small */
	uint64_t start;
	size_t filled;
	size_t ahead;
	uint8_t buffer[32768];
};

static struct kdk_error *fetch(struct walk *walk, uint64_t position, const uint8_t **ret)
{
	uint64_t left = walk->source->size - position;
	struct kdk_error *err;

	if (position < walk->start ||
	    position + KDK_FLATTENED_RECORD > walk->start + walk->filled) {
		size_t want = left < walk->ahead ? left : walk->ahead;

		walk->filled = 0;
		err = kdk_source_read(walk->source, position, walk->buffer, want);
		if (err)
			return err;
		walk->start = position;
		walk->filled = want;
	}
	*ret = walk->buffer + (position - walk->start);
	return NULL;
}

/*
 * Copying 4 KiB costs about what a system call does: behind a longer record, just
 * enough is fetched to pass a small one; where small ones follow each other, more.
 */
static void adapt(struct walk *walk, uint64_t record_size)
{
	if (record_size >= 4096)
		walk->ahead = MIN_AHEAD;
	else if (walk->ahead < sizeof(walk->buffer))
		walk->ahead *= 2;
}

/* Keeps the record, and for each period whether it goes on as the one a period before. */
static void remember(struct walk *walk, const struct record *record)
{
	for (unsigned int period = 1; period <= MAX_PERIOD; period++) {
		const struct record *before = &walk->past[period - 1];

		if (record->size == before->size && record->size &&
		    record->size <= MAX_REPEATED &&
		    record->offset == before->offset + before->size)
			walk->alike[period - 1]++;
		else
			walk->alike[period - 1] = 0;
	}
	memmove(&walk->past[1], &walk->past[0],
		sizeof(walk->past) - sizeof(walk->past[0]));
	walk->past[0] = *record;
}

/* Whether the pattern goes on `leap` periods behind the next header. */
static struct kdk_error *fits(struct walk *walk, unsigned int period, uint64_t bytes,
			      uint64_t leap, bool *ret)
{
	uint64_t position = walk->position + leap * bytes;

	*ret = false;
	for (unsigned int i = period; i-- > 0;) {
		const struct record *model = &walk->past[i];
		const uint8_t *header;
		struct kdk_error *err;

		if (position > walk->source->size ||
		    walk->source->size - position < KDK_FLATTENED_RECORD)
			return NULL;
		err = fetch(walk, position, &header);
		if (err)
			return err;
		if (kdk_get_u64(header, true) != model->offset + (leap + 1) * model->size ||
		    kdk_get_u64(header + 8, true) != model->size)
			return NULL;
		position += KDK_FLATTENED_RECORD + model->size;
	}
	*ret = true;
	return NULL;
}

static struct kdk_error *take(struct walk *walk, unsigned int period, uint64_t bytes,
			      uint32_t leap)
{
	for (unsigned int i = period; i-- > 0;) {
		struct record *model = &walk->past[i];
		struct kdk_error *err;

		err = kdk_flattened_builder_add(walk->builder, model->offset + model->size,
						model->position + bytes, model->size, bytes,
						leap);
		if (err)
			return err;
		model->offset += leap * model->size;
		model->position += leap * bytes;
	}
	walk->position += leap * bytes;
	return NULL;
}

/*
 * Passes over records whose headers follow from those before. Writers flush buffers of
 * one size: when the offsets at both ends of a stretch and its bytes are just what
 * equal records make, the records between are taken to be equal until one is read.
 */
static struct kdk_error *leap_over(struct walk *walk, unsigned int period)
{
	uint32_t leap = walk->last_leap ? walk->last_leap : FIRST_LEAP, total = 0;
	bool growing = true;
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < period; i++)
		bytes += KDK_FLATTENED_RECORD + walk->past[i].size;
	while (leap) {
		struct kdk_error *err;
		bool good;

		err = fits(walk, period, bytes, leap, &good);
		if (!err && good)
			err = take(walk, period, bytes, leap);
		if (err)
			return err;
		total += good ? leap : 0;
		growing = growing && good;
		leap = growing && leap < MAX_LEAP ? leap * 2 : leap / 2;
	}
	walk->last_leap = total;
	return NULL;
}

static struct kdk_error *leap_where_alike(struct walk *walk)
{
	for (unsigned int period = 1; period <= MAX_PERIOD; period++) {
		if (walk->alike[period - 1] < 2 * period)
			continue;
		/* Not again before something else came between. */
		memset(walk->alike, 0, sizeof(walk->alike));
		return leap_over(walk, period);
	}
	return NULL;
}

/* One record; *ret_end: nothing follows, and *ret_damage is why, NULL at the end marker. */
static struct kdk_error *step(struct walk *walk, unsigned int *empty, bool *ret_end,
			      const char **ret_damage)
{
	struct record record;
	const uint8_t *header;
	struct kdk_error *err = fetch(walk, walk->position, &header);
	uint64_t left;

	if (err)
		return err;
	record.offset = kdk_get_u64(header, true);
	record.size = kdk_get_u64(header + 8, true);
	record.position = walk->position + KDK_FLATTENED_RECORD;
	*ret_end = true;
	if (record.offset == END_MARKER && record.size == END_MARKER) {
		*ret_damage = NULL;
		return NULL;
	}
	*empty = record.size ? 0 : *empty + 1;
	if (record.offset > INT64_MAX || record.size > INT64_MAX || *empty > MAX_EMPTY) {
		*ret_damage = "a record header is damaged";
		return NULL;
	}
	left = walk->source->size - record.position;
	err = kdk_flattened_builder_add(walk->builder, record.offset, record.position,
					record.size < left ? record.size : left, 0, 1);
	if (err || record.size > left)
		return err;
	*ret_end = false;
	walk->position = record.position + record.size;
	adapt(walk, record.size);
	remember(walk, &record);
	return walk->builder->careful ? NULL : leap_where_alike(walk);
}

struct kdk_error *kdk_flattened_walk(const struct kdk_source *inner,
				     struct kdk_flattened_builder *builder,
				     const char **ret_damage)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	struct kdk_error *err = NULL;
	unsigned int empty = 0;
	bool end = false;

	if (!walk)
		return &kdk_enomem;
	walk->source = inner;
	walk->builder = builder;
	walk->position = KDK_FLATTENED_HEADER;
	walk->ahead = MIN_AHEAD;
	*ret_damage = "the file ends before its end marker";
	while (!err && !end && inner->size - walk->position >= KDK_FLATTENED_RECORD)
		err = step(walk, &empty, &end, ret_damage);
	free(walk);
	return err;
}
