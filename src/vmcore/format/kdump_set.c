/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a set, as makedumpfile --split writes it: each has its own descriptors. */
#include <inttypes.h>
#include <string.h>

#include "vmcore/format/kdump.h"

#define DESC_SIZE 24u

static uint64_t bitmap_offset(const struct kdk_kdump_header *header)
{
	return (1 + (uint64_t)header->sub_hdr_size) * header->block_size;
}

static int compare_parts(const void *left, const void *right)
{
	const struct kdk_kdump_header *a = &((const struct kdk_kdump_part *)left)->header;
	const struct kdk_kdump_header *b =
		&((const struct kdk_kdump_part *)right)->header;

	if (a->start_pfn != b->start_pfn)
		return a->start_pfn < b->start_pfn ? -1 : 1;
	return a->end_pfn < b->end_pfn ? -1 : a->end_pfn > b->end_pfn;
}

static struct kdk_error *part_init(struct kdk_kdump_part *part,
				   const struct kdk_source *source)
{
	struct kdk_error *err = kdk_kdump_header_read(source, &part->header);

	if (err)
		return kdk_error_wrap(err, "%s", source->name);
	part->source = source;
	part->desc_offset = bitmap_offset(&part->header) +
		(uint64_t)part->header.bitmap_blocks * part->header.block_size;
	return NULL;
}

/* The same vmcoreinfo in both: it names the crash time on recent kernels. */
static struct kdk_error *same_vmcoreinfo(const struct kdk_kdump_part *a,
					 const struct kdk_kdump_part *b, bool *ret)
{
	uint64_t size = a->header.vmcoreinfo_size, done = 0;
	uint8_t left[512], right[512];

	*ret = size == b->header.vmcoreinfo_size;
	if (size > KDK_WINDOW_SIZE * 8)
		size = KDK_WINDOW_SIZE * 8;
	while (*ret && done < size) {
		size_t part = size - done < sizeof(left) ? size - done : sizeof(left);
		struct kdk_error *err;

		if (a->header.vmcoreinfo_offset > UINT64_MAX - size ||
		    b->header.vmcoreinfo_offset > UINT64_MAX - size)
			return NULL;
		err = kdk_source_read(a->source, a->header.vmcoreinfo_offset + done, left,
				      part);
		if (!err)
			err = kdk_source_read(b->source,
					      b->header.vmcoreinfo_offset + done, right,
					      part);
		if (err && err->kind == KDK_ERROR_ABSENT) {
			/* A file that ends there proves nothing. */
			kdk_error_destroy(err);
			return NULL;
		}
		if (err)
			return err;
		*ret = !memcmp(left, right, part);
		done += part;
	}
	return NULL;
}

/* What differs between files that cannot be of one dump; NULL when nothing does. */
static const char *difference(const struct kdk_kdump_header *a,
			      const struct kdk_kdump_header *b)
{
	if (a->big_endian != b->big_endian || a->word_bytes != b->word_bytes)
		return "their byte orders or word sizes differ";
	if (memcmp(a->utsname, b->utsname, sizeof(a->utsname)) != 0)
		return "they name different machines or kernels";
	if (a->block_size != b->block_size || a->max_mapnr != b->max_mapnr ||
	    a->bitmap_blocks != b->bitmap_blocks)
		return "their memory sizes differ";
	if (a->dump_level != b->dump_level)
		return "their dump levels differ";
	return NULL;
}

static struct kdk_error *check_family(const struct kdk_kdump *kdump)
{
	const struct kdk_kdump_part *first = &kdump->parts[0];

	for (size_t i = 0; i < kdump->part_count; i++) {
		const struct kdk_kdump_part *part = &kdump->parts[i];
		const char *why = difference(&first->header, &part->header);
		struct kdk_error *err;
		bool same = true;

		if (kdump->part_count > 1 && !part->header.split)
			return kdk_error_new(KDK_ERROR_USAGE,
					     "%s is a whole dump, not a part of a set: open it alone",
					     part->source->name);
		if (!why && i) {
			err = same_vmcoreinfo(first, part, &same);
			if (err)
				return err;
			if (!same)
				why = "they are of different crashes";
		}
		if (why)
			return kdk_error_new(KDK_ERROR_USAGE,
					     "%s and %s are not parts of one dump: %s",
					     first->source->name, part->source->name,
					     why);
	}
	return NULL;
}

/* parts are sorted; makedumpfile may leave the last ones empty. */
static struct kdk_error *check_ranges(struct kdk_dump *dump,
				      const struct kdk_kdump *kdump)
{
	const struct kdk_kdump_part *last = NULL;
	uint64_t next = 0;

	for (size_t i = 0; i < kdump->part_count; i++) {
		const struct kdk_kdump_part *part = &kdump->parts[i];
		uint64_t start = part->header.start_pfn, end = part->header.end_pfn;

		if (start == end)
			continue;
		if (last && !compare_parts(last, part))
			return kdk_error_new(KDK_ERROR_USAGE,
					     "%s and %s are the same part: name it once",
					     last->source->name, part->source->name);
		if (start < next)
			return kdk_error_new(
				KDK_ERROR_FORMAT,
				"%s and %s overlap: both claim page frame %#" PRIx64,
				last->source->name, part->source->name, start);
		if (start > next)
			kdk_dump_remark(dump,
					"set: the part with page frames %#" PRIx64
					" to %#" PRIx64 " is missing: its pages are lost",
					next, start - 1);
		next = end;
		last = part;
	}
	if (next < kdump->max_mapnr)
		kdk_dump_remark(dump,
				"set: the part with page frames %#" PRIx64 " to %#" PRIx64
				" is missing: its pages are lost",
				next, kdump->max_mapnr - 1);
	return NULL;
}

/* Every file has the bitmaps of the whole dump; a truncated one may lack them. */
static void choose_bitmap(struct kdk_dump *dump, struct kdk_kdump *kdump)
{
	struct kdk_kdump_bitmap *bitmap = &kdump->bitmap;
	const struct kdk_kdump_header *header = &kdump->parts[0].header;
	uint64_t size = (uint64_t)header->bitmap_blocks * header->block_size,
		 half = size / 2;
	bool shared = false;

	/* The header promises the size, but only a forged one is that far off. */
	if (kdump->max_mapnr > half * 8) {
		shared = kdump->max_mapnr <= size * 8;
		if (!shared) {
			kdk_dump_remark(dump,
					"%s: its bitmaps are too small for %#" PRIx64
					" page frames",
					kdump->parts[0].source->name, kdump->max_mapnr);
			kdump->max_mapnr = half * 8;
		}
	}
	bitmap->bits = kdump->max_mapnr;
	bitmap->cache = &kdump->cache;
	for (size_t i = 0; i < kdump->part_count; i++) {
		const struct kdk_kdump_part *part = &kdump->parts[i];
		uint64_t offset = bitmap_offset(&part->header);
		uint64_t wanted = (kdump->max_mapnr + 7) / 8;
		uint64_t second = offset + (shared ? 0 : half);
		uint64_t known = kdk_source_data(part->source, second, wanted);

		if (i && known * 8 <= bitmap->known[1])
			continue;
		bitmap->source = part->source;
		bitmap->offset[0] = offset;
		bitmap->offset[1] = second;
		bitmap->known[0] = kdk_source_data(part->source, offset, wanted) * 8;
		bitmap->known[1] = known * 8;
	}
	if (bitmap->known[1] < bitmap->bits)
		kdk_dump_remark(dump,
				"%s: the file ends within its bitmaps: pages are lost",
				bitmap->source->name);
}

static struct kdk_error *find_descriptors(struct kdk_kdump *kdump)
{
	for (size_t i = 0; i < kdump->part_count; i++) {
		struct kdk_kdump_part *part = &kdump->parts[i];
		uint64_t pages = kdump->max_mapnr;
		struct kdk_error *err;

		part->desc_count = kdk_source_data(part->source, part->desc_offset,
						   pages * DESC_SIZE) / DESC_SIZE;
		if (!part->desc_count ||
		    part->header.start_pfn > kdump->bitmap.known[1]) {
			part->desc_count = 0;
			continue;
		}
		err = kdk_kdump_bitmap_rank(&kdump->bitmap, part->header.start_pfn,
					    &part->first_rank);
		if (err)
			return err;
	}
	return NULL;
}

struct kdk_error *kdk_kdump_set_open(struct kdk_dump *dump, struct kdk_kdump *kdump)
{
	struct kdk_error *err;

	kdump->parts = calloc(dump->source_count, sizeof(*kdump->parts));
	if (!kdump->parts)
		return &kdk_enomem;
	kdump->part_count = dump->source_count;
	for (size_t i = 0; i < kdump->part_count; i++) {
		err = part_init(&kdump->parts[i], dump->sources[i]);
		if (err)
			return err;
	}
	qsort(kdump->parts, kdump->part_count, sizeof(*kdump->parts), compare_parts);
	for (size_t i = 0; i < kdump->part_count; i++)
		dump->sources[i] = (struct kdk_source *)kdump->parts[i].source;
	err = check_family(kdump);
	if (err)
		return err;
	kdump->max_mapnr = kdump->parts[0].header.max_mapnr;
	kdump->block_size = kdump->parts[0].header.block_size;
	err = check_ranges(dump, kdump);
	if (err)
		return err;
	choose_bitmap(dump, kdump);
	return find_descriptors(kdump);
}

struct kdk_kdump_part *kdk_kdump_part_find(const struct kdk_kdump *kdump, uint64_t pfn)
{
	size_t low = 0, high = kdump->part_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kdump->parts[middle].header.start_pfn <= pfn)
			low = middle + 1;
		else
			high = middle;
	}
	/* Empty parts sort before the one that begins at the same page frame. */
	if (!low || pfn >= kdump->parts[low - 1].header.end_pfn)
		return NULL;
	return &kdump->parts[low - 1];
}
