/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#ifdef HAVE_LZO
#include <lzo/lzo1x.h>
#endif
#ifdef HAVE_SNAPPY
#include <snappy-c.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "mkdump_spec.h"

/* Widths of what the C types of the header have on the machine that writes it. */
struct abi {
	unsigned int word;	/* unsigned long */
	unsigned int time;	/* members of struct timeval */
	unsigned int align;	/* of 64-bit types */
};

static struct abi find_abi(const char *layout)
{
	if (!strcmp(layout, "lp64"))
		return (struct abi){ 8, 8, 8 };
	if (!strcmp(layout, "ia32"))
		return (struct abi){ 4, 4, 4 };
	if (!strcmp(layout, "arm"))
		return (struct abi){ 4, 4, 8 };
	if (!strcmp(layout, "arm-time64"))
		return (struct abi){ 4, 8, 8 };
	if (!strcmp(layout, "ia32-time64"))
		return (struct abi){ 4, 8, 4 };
	mkdump_die("layout %s", layout);
}

static const struct page_range *find_range(const struct spec *spec, uint64_t pfn)
{
	for (size_t i = spec->range_count; i-- > 0;)
		if (pfn >= spec->ranges[i].first && pfn <= spec->ranges[i].last)
			return &spec->ranges[i];
	return NULL;
}

static void fill_page(const struct spec *spec, const struct page_range *range,
		      uint64_t pfn, uint8_t *page)
{
	if (!strcmp(range->content, "zeroes")) {
		memset(page, 0, spec->block);
	} else if (!strcmp(range->content, "blob")) {
		const struct mkdump_blob *blob = mkdump_find_blob(spec, range->argument);
		size_t at = (pfn - range->first) * spec->block;
		size_t size = at < blob->size ? blob->size - at : 0;

		memset(page, 0, spec->block);
		if (size)
			memcpy(page, (const uint8_t *)blob->data + at,
			       size < spec->block ? size : spec->block);
	} else {
		uint64_t seed = strtoull(range->argument, NULL, 0);

		for (uint64_t i = 0; i < spec->block; i++)
			page[i] = mkdump_pattern(seed, pfn * spec->block + i);
	}
}

uint32_t mkdump_pack(const char *codec, const uint8_t *page, size_t size,
		     uint8_t *out, size_t *out_size)
{
	if (!strcmp(codec, "zlib")) {
		uLongf filled = *out_size;

		if (compress2(out, &filled, page, size, 1) != Z_OK)
			mkdump_die("zlib");
		*out_size = filled;
		return 1;
	}
#ifdef HAVE_LZO
	if (!strcmp(codec, "lzo")) {
		void *work = mkdump_alloc(NULL, LZO1X_1_MEM_COMPRESS);
		lzo_uint filled = *out_size;

		if (lzo_init() != LZO_E_OK ||
		    lzo1x_1_compress(page, size, out, &filled, work) != LZO_E_OK)
			mkdump_die("lzo");
		free(work);
		*out_size = filled;
		return 2;
	}
#endif
#ifdef HAVE_SNAPPY
	if (!strcmp(codec, "snappy")) {
		if (snappy_compress((const char *)page, size, (char *)out, out_size) !=
		    SNAPPY_OK)
			mkdump_die("snappy");
		return 4;
	}
#endif
#ifdef HAVE_ZSTD
	if (!strcmp(codec, "zstd")) {
		*out_size = ZSTD_compress(out, *out_size, page, size, 1);
		if (ZSTD_isError(*out_size))
			mkdump_die("zstd");
		return 0x20;
	}
#endif
	if (strcmp(codec, "raw") != 0)
		mkdump_die("codec %s", codec);
	memcpy(out, page, size);
	*out_size = size;
	return 0;
}

static void add_name(struct bytes *out, const char *name)
{
	char field[65] = { 0 };

	memcpy(field, name, strlen(name) < 64 ? strlen(name) : 64);
	bytes_append(out, field, sizeof(field));
}

/* struct disk_dump_header, field by field */
static void add_header(const struct spec *spec, const struct abi *abi,
		       uint64_t sub_blocks, uint64_t bitmap_blocks, struct bytes *out)
{
	bool big = spec->big;
	unsigned int time_align = abi->time == 8 ? abi->align : 4;

	bytes_append(out, "KDUMP   ", 8);
	bytes_field(out, spec->version, 4, 4, big);
	add_name(out, "Linux");
	add_name(out, spec->nodename);
	add_name(out, spec->release);
	add_name(out, "#1 SMP");
	add_name(out, spec->machine);
	add_name(out, "(none)");
	bytes_field(out, spec->time, abi->time, time_align, big);
	bytes_field(out, 0, abi->time, time_align, big);
	bytes_field(out, spec->status, 4, 4, big);
	bytes_field(out, spec->block, 4, 4, big);
	bytes_field(out, sub_blocks, 4, 4, big);
	bytes_field(out, bitmap_blocks, 4, 4, big);
	bytes_field(out, spec->max > UINT32_MAX ? UINT32_MAX : spec->max, 4, 4, big);
	for (unsigned int i = 0; i < 4; i++)
		bytes_field(out, 0, 4, 4, big);
	bytes_field(out, spec->cpus, 4, 4, big);
	bytes_pad(out, spec->block);
}

/* struct kdump_sub_header, as much as the version has, and what it points to */
static void add_sub_header(const struct spec *spec, const struct abi *abi, uint64_t first,
			   uint64_t end, bool split, struct bytes *out)
{
	unsigned int word = abi->word, align = abi->align;
	uint64_t version = spec->version;
	size_t base = out->size, info_at = base + 1024, note_at;
	struct bytes sub = { 0 };
	bool big = spec->big;

	bytes_field(&sub, spec->phys_base, word, word, big);
	bytes_field(&sub, spec->level, 4, 4, big);
	if (version >= 2) {
		bytes_field(&sub, split, 4, 4, big);
		bytes_field(&sub, split ? first : 0, word, word, big);
		bytes_field(&sub, split ? end : 0, word, word, big);
	}
	note_at = (info_at + spec->vmcoreinfo.size + 15) / 16 * 16;
	if (spec->vmcoreinfo.size == 0)
		info_at = 0;
	if (version >= 3) {
		bytes_field(&sub, info_at, 8, align, big);
		bytes_field(&sub, spec->vmcoreinfo.size, word, word, big);
		if (info_at)
			bytes_write(out, info_at, spec->vmcoreinfo.data,
				    spec->vmcoreinfo.size);
	}
	if (version >= 4) {
		bytes_field(&sub, spec->notes.size ? note_at : 0, 8, align, big);
		bytes_field(&sub, spec->notes.size, word, word, big);
		if (spec->notes.size)
			bytes_write(out, note_at, spec->notes.data, spec->notes.size);
	}
	if (version >= 5) {
		bytes_field(&sub, 0, 8, align, big);
		bytes_field(&sub, 0, word, word, big);
	}
	if (version >= 6) {
		bytes_field(&sub, split ? first : 0, 8, align, big);
		bytes_field(&sub, split ? end : 0, 8, align, big);
		bytes_field(&sub, spec->max, 8, align, big);
	}
	bytes_write(out, base, sub.data, sub.size);
	free(sub.data);
	bytes_pad(out, spec->block);
}

static void add_bitmaps(const struct spec *spec, uint64_t blocks, struct bytes *out)
{
	size_t half = blocks / 2 * spec->block;
	uint8_t *maps = mkdump_alloc(NULL, 2 * half);

	memset(maps, 0, 2 * half);
	for (uint64_t pfn = 0; pfn < spec->max && pfn / 8 < half; pfn++) {
		const struct page_range *range = find_range(spec, pfn);

		if (!range)
			continue;
		maps[pfn / 8] |= 1 << pfn % 8;
		if (range->kind != PAGE_EXCLUDED)
			maps[half + pfn / 8] |= 1 << pfn % 8;
	}
	bytes_append(out, maps, 2 * half);
	bytes_write(out, out->size + (blocks & 1) * spec->block, "", 0);
	free(maps);
}

static bool is_dumped(const struct spec *spec, uint64_t pfn)
{
	const struct page_range *range = find_range(spec, pfn);

	return range && range->kind != PAGE_EXCLUDED;
}

static uint64_t count_dumped(const struct spec *spec, uint64_t first, uint64_t end)
{
	uint64_t count = 0;

	for (uint64_t pfn = first; pfn < end; pfn++)
		count += is_dumped(spec, pfn);
	return count;
}

static void put_desc(struct bytes *out, size_t at, uint64_t offset, uint64_t size,
		     uint32_t flags, bool big)
{
	bytes_put(out, at, offset, 8, big);
	bytes_put(out, at + 8, size, 4, big);
	bytes_put(out, at + 12, flags, 4, big);
	bytes_put(out, at + 16, 0, 8, big);
}

static void add_pages(const struct spec *spec, uint64_t first, uint64_t end,
		      struct bytes *out)
{
	bool wide = spec->split_wide;
	uint64_t room = count_dumped(spec, wide ? 0 : first, wide ? spec->max : end);
	size_t desc = out->size, zero = desc + 24 * room,
	       room_for_page = spec->block * 2 + 1024;
	uint8_t *page = mkdump_alloc(NULL, spec->block);
	uint8_t *packed = mkdump_alloc(NULL, room_for_page);

	memset(page, 0, spec->block);
	bytes_write(out, zero, page, spec->block);
	for (uint64_t pfn = first; pfn < end; pfn++) {
		const struct page_range *range = find_range(spec, pfn);
		size_t size = room_for_page;
		uint32_t flags;

		if (!range || range->kind == PAGE_EXCLUDED)
			continue;
		if (range->kind == PAGE_ZERO) {
			put_desc(out, desc, zero, spec->block, 0, spec->big);
		} else if (range->kind == PAGE_LOST) {
			put_desc(out, desc, 0, 0, 0, spec->big);
		} else {
			fill_page(spec, range, pfn, page);
			flags = mkdump_pack(range->codec, page, spec->block, packed,
					    &size);
			/* Codecs with a check say so, the others miss the end. */
			if (range->kind == PAGE_BAD)
				size /= 2;
			put_desc(out, desc, out->size, size, flags, spec->big);
			bytes_append(out, packed, size);
		}
		desc += 24;
	}
	free(page);
	free(packed);
}

void mkdump_kdump(const struct spec *spec, uint64_t first, uint64_t end, bool split,
		  struct bytes *ret)
{
	struct abi abi = find_abi(spec->layout);
	uint64_t bits = spec->block * 8, blocks = spec->bitmap_blocks;
	struct bytes sub = { 0 };

	if (!blocks)
		blocks = 2 * ((spec->max + bits - 1) / bits);
	/* Once to learn its size. */
	bytes_write(&sub, spec->block, "", 0);
	add_sub_header(spec, &abi, first, end, split, &sub);
	add_header(spec, &abi, sub.size / spec->block - 1, blocks, ret);
	free(sub.data);
	add_sub_header(spec, &abi, first, end, split, ret);
	add_bitmaps(spec, blocks, ret);
	add_pages(spec, first, end, ret);
}
