/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A parsed description, between the files of mkdump. */
#ifndef KDK_MKDUMP_SPEC_H
#define KDK_MKDUMP_SPEC_H

#include <stdbool.h>
#include <stdio.h>

#include "mkdump.h"

#define MKDUMP_MAX 64

/* Bytes that grow. Writing past the end fills with zeroes. */
struct bytes {
	uint8_t *data;
	size_t size;
	size_t room;
};

void bytes_write(struct bytes *bytes, size_t offset, const void *data, size_t size);
void bytes_put(struct bytes *bytes, size_t offset, uint64_t value, unsigned int width,
	       bool big);
/* At the end, aligned as a compiler would; the field's offset. */
size_t bytes_field(struct bytes *bytes, uint64_t value, unsigned int width,
		   unsigned int align, bool big);
void bytes_append(struct bytes *bytes, const void *data, size_t size);
void bytes_pad(struct bytes *bytes, size_t align);

enum page_kind { PAGE_HOLE, PAGE_DATA, PAGE_ZERO, PAGE_EXCLUDED, PAGE_LOST, PAGE_BAD };

struct page_range {
	enum page_kind kind;
	uint64_t first, last;
	char codec[16];
	char content[16];	/* pattern, zeroes, blob */
	char argument[32];
};

struct segment {
	uint64_t phys, virt, size, file, seed, count, step;
	char blob[32];
	bool share;
};

struct spec {
	char format[16];
	bool big;
	char layout[16];
	uint64_t version, block, level, status, max, phys_base, cpus, time, bitmap_blocks;
	char machine[66], release[66], nodename[66];
	struct bytes vmcoreinfo, notes;
	struct page_range ranges[MKDUMP_MAX];
	size_t range_count;
	uint64_t split[MKDUMP_MAX];
	size_t split_count;
	bool split_wide;

	uint64_t word, elf_machine, elf_type, elf_flags, sections;
	bool extended;
	struct segment segments[MKDUMP_MAX];
	size_t segment_count;

	bool flatten, rewrite, noend;
	uint64_t record;
	struct {
		uint64_t offset;
		uint8_t data[64];
		size_t size;
	} pokes[MKDUMP_MAX];
	size_t poke_count;
	bool truncated;
	uint64_t truncate;

	const struct mkdump_blob *blobs;
	size_t blob_count;
};

void mkdump_die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void *mkdump_alloc(void *old, size_t size);
const struct mkdump_blob *mkdump_find_blob(const struct spec *spec, const char *name);

/* One part, page frames [first, end) of the dump. */
void mkdump_kdump(const struct spec *spec, uint64_t first, uint64_t end, bool split,
		  struct bytes *ret);
void mkdump_elf(const struct spec *spec, struct bytes *ret);
/* Packs `page` into `out` of *out_size bytes, sets that; the flag of the codec. */
uint32_t mkdump_pack(const char *codec, const uint8_t *page, size_t size,
		     uint8_t *out, size_t *out_size);
void mkdump_flatten(const struct spec *spec, struct bytes *file);

#endif
