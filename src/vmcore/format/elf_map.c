/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/elf_map.h"

#include <inttypes.h>
#include <string.h>

#include "vmcore/format/intervals.h"
#include "vmcore/format/state.h"

uint64_t kdk_segment_available(const struct kdk_segment *segment,
			       const struct kdk_source *source)
{
	uint64_t left = segment->offset < source->size ? source->size - segment->offset
						       : 0;

	return segment->file_size < left ? segment->file_size : left;
}

/* Segments with their place in the file, for a sort that keeps it. */
struct placed {
	struct kdk_segment segment;
	size_t place;
};

static int compare_placed(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	if (a->segment.phys != b->segment.phys)
		return a->segment.phys < b->segment.phys ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

static bool is_sorted(const struct kdk_dump *dump)
{
	for (size_t i = 1; i < dump->segment_count; i++)
		if (dump->segments[i].phys < dump->segments[i - 1].phys)
			return false;
	return true;
}

static bool is_disjoint(const struct kdk_dump *dump)
{
	for (size_t i = 1; i < dump->segment_count; i++) {
		const struct kdk_segment *last = &dump->segments[i - 1];

		if (dump->segments[i].phys < last->phys + last->size)
			return false;
	}
	return true;
}

/* Sorts dump->segments; places[i] is where the i-th stood in the file. */
static struct kdk_error *sort_segments(struct kdk_dump *dump, size_t *places)
{
	struct placed *placed = calloc(dump->segment_count, sizeof(*placed));

	if (!placed)
		return &kdk_enomem;
	for (size_t i = 0; i < dump->segment_count; i++)
		placed[i] = (struct placed){ dump->segments[i], i };
	qsort(placed, dump->segment_count, sizeof(*placed), compare_placed);
	for (size_t i = 0; i < dump->segment_count; i++) {
		dump->segments[i] = placed[i].segment;
		places[i] = placed[i].place;
	}
	free(placed);
	return NULL;
}

enum { KIND_EXCLUDED, KIND_LOST, KIND_PRESENT };

/* A segment is up to three intervals: present, lost, excluded. */
struct cutter {
	struct kdk_elf_map *map;
	const struct kdk_segment *segments;
	struct kdk_interval *intervals;
	size_t interval_count;
	size_t room;
};

static void add_interval(struct cutter *cutter, size_t index, size_t place,
			 unsigned int kind, uint64_t start, uint64_t end)
{
	if (start == end)
		return;
	cutter->intervals[cutter->interval_count++] = (struct kdk_interval){
		.start = start,
		.end = end,
		.rank = ((uint64_t)kind << 60) | (UINT32_MAX - place),
		.index = index,
	};
}

static int compare_intervals(const void *left, const void *right)
{
	const struct kdk_interval *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static struct kdk_error *add_part(void *context, size_t index, uint64_t start,
				  uint64_t end)
{
	struct cutter *cutter = context;
	const struct kdk_segment *segment = &cutter->segments[index];
	struct kdk_elf_map *map = cutter->map;
	uint64_t inside = start - segment->phys;
	struct kdk_segment *part;

	if (map->count == cutter->room) {
		size_t room = cutter->room ? cutter->room * 2 : 32;

		part = realloc(map->own, room * sizeof(*part));
		if (!part)
			return &kdk_enomem;
		map->own = part;
		cutter->room = room;
	}
	part = &map->own[map->count++];
	*part = (struct kdk_segment){
		.virt = KDK_NO_ADDRESS,
		.phys = start,
		.size = end - start,
		.offset = segment->offset + inside,
	};
	if (inside < segment->file_size)
		part->file_size = segment->file_size - inside;
	if (part->file_size > part->size)
		part->file_size = part->size;
	return NULL;
}

/* Makes map->own from the first `count` segments, which are sorted but overlap. */
static struct kdk_error *cut_segments(struct kdk_elf_map *map,
				      const struct kdk_segment *segments,
				      const size_t *places, size_t count)
{
	struct cutter cutter = {
		.map = map,
		.segments = segments,
		.intervals = calloc(count, 3 * sizeof(*cutter.intervals)),
	};
	struct kdk_error *err;

	if (!cutter.intervals)
		return &kdk_enomem;
	for (size_t i = 0; i < count; i++) {
		const struct kdk_segment *segment = &segments[i];
		uint64_t available = kdk_segment_available(segment, map->source);
		uint64_t phys = segment->phys;
		size_t place = places ? places[i] : i;

		add_interval(&cutter, i, place, KIND_PRESENT, phys, phys + available);
		add_interval(&cutter, i, place, KIND_LOST, phys + available,
			     phys + segment->file_size);
		add_interval(&cutter, i, place, KIND_EXCLUDED, phys + segment->file_size,
			     phys + segment->size);
	}
	qsort(cutter.intervals, cutter.interval_count, sizeof(*cutter.intervals),
	      compare_intervals);
	err = kdk_intervals_cut(cutter.intervals, cutter.interval_count, add_part,
				&cutter);
	free(cutter.intervals);
	map->parts = map->own;
	return err;
}

/*
 * Segments of a real dump have bytes of their own. Many that share the same ones
 * would turn a small file into endless memory.
 */
static struct kdk_error *check_claims(const struct kdk_elf_map *map)
{
	uint64_t stored = map->source->stored, claimed = 0;

	if (stored > UINT64_MAX / 8)
		return NULL;
	for (size_t i = 0; i < map->count; i++) {
		claimed += kdk_segment_available(&map->parts[i], map->source);
		if (claimed > 8 * stored)
			return kdk_error_new(KDK_ERROR_FORMAT,
					     "its segments claim more than eight times the bytes of the file");
	}
	return NULL;
}

struct kdk_error *kdk_elf_map_init(struct kdk_elf_map *map, struct kdk_dump *dump,
				   const struct kdk_source *source)
{
	_cleanup_free_ size_t *places = NULL;
	struct kdk_error *err = NULL;

	memset(map, 0, sizeof(*map));
	map->source = source;
	if (!is_sorted(dump)) {
		places = calloc(dump->segment_count, sizeof(*places));
		if (!places)
			return &kdk_enomem;
		err = sort_segments(dump, places);
		if (err)
			return err;
	}
	map->parts = dump->segments;
	while (map->count < dump->segment_count &&
	       dump->segments[map->count].phys != KDK_NO_ADDRESS)
		map->count++;
	if (!is_disjoint(dump)) {
		size_t count = map->count;

		map->count = 0;
		err = cut_segments(map, dump->segments, places, count);
	}
	return err ? err : check_claims(map);
}

void kdk_elf_map_deinit(struct kdk_elf_map *map)
{
	free(map->own);
}

/* How many parts begin at or before phys. */
static size_t parts_until(struct kdk_elf_map *map, uint64_t phys)
{
	size_t low = 0, high = map->count;

	if (map->hint && map->hint <= high && map->parts[map->hint - 1].phys <= phys &&
	    (map->hint == high || map->parts[map->hint].phys > phys))
		return map->hint;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->parts[middle].phys <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	map->hint = low;
	return low;
}

static void part_run(const struct kdk_elf_map *map, const struct kdk_segment *part,
		     uint64_t inside, struct kdk_run *ret)
{
	uint64_t left;

	if (inside >= part->file_size) {
		*ret = (struct kdk_run){ KDK_PAGE_EXCLUDED, part->size - inside };
		return;
	}
	left = part->file_size - inside;
	if (part->offset + inside < part->offset) {
		*ret = (struct kdk_run){ KDK_PAGE_LOST, left };
		return;
	}
	switch (kdk_source_extent(map->source, part->offset + inside, &ret->length)) {
	case KDK_EXTENT_DATA:
		ret->state = KDK_PAGE_PRESENT;
		break;
	case KDK_EXTENT_GAP:
		ret->state = KDK_PAGE_ZERO;
		break;
	default:
		ret->state = KDK_PAGE_LOST;
		break;
	}
	if (ret->length > left)
		ret->length = left;
}

void kdk_elf_map_run(struct kdk_elf_map *map, uint64_t phys, struct kdk_run *ret)
{
	size_t count = parts_until(map, phys);
	uint64_t next;

	if (count) {
		const struct kdk_segment *part = &map->parts[count - 1];

		if (phys - part->phys < part->size) {
			part_run(map, part, phys - part->phys, ret);
			return;
		}
	}
	next = count < map->count ? map->parts[count].phys : 0;
	*ret = (struct kdk_run){ KDK_PAGE_HOLE, next - phys ? next - phys : UINT64_MAX };
}

struct kdk_error *kdk_elf_map_read(struct kdk_elf_map *map, uint64_t phys,
				   void *buffer, size_t length)
{
	uint8_t *to = buffer;

	while (length) {
		const struct kdk_segment *part;
		struct kdk_error *err;
		struct kdk_run run;
		size_t piece;

		kdk_elf_map_run(map, phys, &run);
		if (run.state != KDK_PAGE_PRESENT && run.state != KDK_PAGE_ZERO)
			return kdk_state_error(run.state, phys);
		piece = run.length < length ? run.length : length;
		part = &map->parts[parts_until(map, phys) - 1];
		err = kdk_source_read(map->source, part->offset + (phys - part->phys), to,
				      piece);
		if (err)
			return err;
		phys += piece;
		to += piece;
		length -= piece;
	}
	return NULL;
}
