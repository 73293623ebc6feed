/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "mkdump_spec.h"

/* One program header; its fields stand in different orders in ELF32 and ELF64. */
static void add_phdr(const struct spec *spec, struct bytes *out, uint64_t type,
		     uint64_t offset, const struct segment *segment, uint64_t phys)
{
	unsigned int word = spec->word / 8;
	bool big = spec->big;

	bytes_field(out, type, 4, 1, big);
	if (word == 8)
		bytes_field(out, 4, 4, 1, big);
	bytes_field(out, offset, word, 1, big);
	bytes_field(out, segment->virt, word, 1, big);
	bytes_field(out, phys, word, 1, big);
	bytes_field(out, segment->file, word, 1, big);
	bytes_field(out, segment->size, word, 1, big);
	if (word == 4)
		bytes_field(out, 4, 4, 1, big);
	bytes_field(out, 0, word, 1, big);
}

static void add_ehdr(const struct spec *spec, struct bytes *out, uint64_t headers,
		     uint64_t shoff)
{
	unsigned int word = spec->word / 8;
	uint64_t size = word == 8 ? 64 : 52,
		 sections = spec->extended ? 1 : spec->sections;
	bool big = spec->big;

	bytes_append(out, "\x7f" "ELF", 4);
	bytes_field(out, word == 8 ? 2 : 1, 1, 1, big);
	bytes_field(out, big ? 2 : 1, 1, 1, big);
	bytes_field(out, 1, 1, 1, big);
	bytes_write(out, 16, "", 0);
	bytes_field(out, spec->elf_type, 2, 1, big);
	bytes_field(out, spec->elf_machine, 2, 1, big);
	bytes_field(out, 1, 4, 1, big);
	bytes_field(out, 0, word, 1, big);
	bytes_field(out, headers ? size : 0, word, 1, big);
	bytes_field(out, shoff, word, 1, big);
	bytes_field(out, spec->elf_flags, 4, 1, big);
	bytes_field(out, size, 2, 1, big);
	bytes_field(out, word == 8 ? 56 : 32, 2, 1, big);
	bytes_field(out, spec->extended ? 0xffff : headers, 2, 1, big);
	bytes_field(out, word == 8 ? 64 : 40, 2, 1, big);
	bytes_field(out, sections, 2, 1, big);
	bytes_field(out, 0, 2, 1, big);
}

/* Section header 0 with the number of program headers. */
static void add_section(const struct spec *spec, struct bytes *out, uint64_t headers)
{
	unsigned int word = spec->word / 8;
	bool big = spec->big;

	bytes_field(out, 0, 4, 1, big);
	bytes_field(out, 0, 4, 1, big);
	for (unsigned int i = 0; i < 4; i++)
		bytes_field(out, 0, word, 1, big);
	bytes_field(out, 0, 4, 1, big);
	bytes_field(out, headers, 4, 1, big);
	bytes_field(out, 0, word, 1, big);
	bytes_field(out, 0, word, 1, big);
}

static void add_content(const struct spec *spec, const struct segment *segment,
			uint64_t phys, struct bytes *out)
{
	uint8_t *data = mkdump_alloc(NULL, segment->file);

	if (segment->blob[0]) {
		const struct mkdump_blob *blob = mkdump_find_blob(spec, segment->blob);

		memset(data, 0, segment->file);
		memcpy(data, blob->data,
		       blob->size < segment->file ? blob->size : segment->file);
	} else {
		for (uint64_t i = 0; i < segment->file; i++)
			data[i] = mkdump_pattern(segment->seed, phys + i);
	}
	bytes_append(out, data, segment->file);
	free(data);
}

static uint64_t count_segments(const struct spec *spec)
{
	uint64_t count = 0;

	for (size_t i = 0; i < spec->segment_count; i++)
		count += spec->segments[i].count;
	return count;
}

void mkdump_elf(const struct spec *spec, struct bytes *ret)
{
	uint64_t headers = count_segments(spec) + (spec->notes.size ? 1 : 0);
	uint64_t phdrs = headers * (spec->word == 64 ? 56 : 32), shoff = 0, data, at,
		 last = 0;
	uint64_t start = spec->word == 64 ? 64 : 52;

	if (spec->extended)
		shoff = start + phdrs;
	data = start + phdrs + (spec->extended ? (spec->word == 64 ? 64 : 40) : 0);
	add_ehdr(spec, ret, headers, shoff);
	at = data;
	if (spec->notes.size) {
		struct segment note = { .file = spec->notes.size };

		add_phdr(spec, ret, 4, at, &note, 0);
		at += spec->notes.size;
	}
	for (size_t i = 0; i < spec->segment_count; i++) {
		const struct segment *segment = &spec->segments[i];

		for (uint64_t n = 0; n < segment->count; n++) {
			uint64_t offset = segment->share ? last : at;

			add_phdr(spec, ret, 1, offset, segment,
				 segment->phys + n * segment->step);
			last = offset;
			if (!segment->share)
				at += segment->file;
		}
	}
	if (spec->extended)
		add_section(spec, ret, headers);
	bytes_append(ret, spec->notes.data, spec->notes.size);
	for (size_t i = 0; i < spec->segment_count; i++)
		for (uint64_t n = 0;
		     n < spec->segments[i].count && !spec->segments[i].share; n++)
			add_content(spec, &spec->segments[i],
				    spec->segments[i].phys + n * spec->segments[i].step,
				    ret);
}
