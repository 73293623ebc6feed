/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "mkdump_spec.h"

void mkdump_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("mkdump: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

void *mkdump_alloc(void *old, size_t size)
{
	void *new = realloc(old, size ? size : 1);

	if (!new)
		mkdump_die("out of memory");
	return new;
}

void bytes_write(struct bytes *bytes, size_t offset, const void *data, size_t size)
{
	if (offset + size > bytes->size) {
		if (offset + size > bytes->room) {
			bytes->room = 2 * (offset + size);
			bytes->data = mkdump_alloc(bytes->data, bytes->room);
		}
		memset(bytes->data + bytes->size, 0, offset + size - bytes->size);
		bytes->size = offset + size;
	}
	if (size)
		memcpy(bytes->data + offset, data, size);
}

void bytes_put(struct bytes *bytes, size_t offset, uint64_t value, unsigned int width,
	       bool big)
{
	uint8_t field[8];

	for (unsigned int i = 0; i < width; i++)
		field[big ? width - 1 - i : i] = (uint8_t)(value >> 8 * i);
	bytes_write(bytes, offset, field, width);
}

size_t bytes_field(struct bytes *bytes, uint64_t value, unsigned int width,
		   unsigned int align, bool big)
{
	size_t offset = (bytes->size + align - 1) / align * align;

	bytes_put(bytes, offset, value, width, big);
	return offset;
}

void bytes_append(struct bytes *bytes, const void *data, size_t size)
{
	bytes_write(bytes, bytes->size, data, size);
}

void bytes_pad(struct bytes *bytes, size_t align)
{
	bytes_write(bytes, (bytes->size + align - 1) / align * align, "", 0);
}

uint8_t mkdump_pattern(uint64_t seed, uint64_t phys)
{
	/* Runs of 16 bytes pack well; no two neighbouring pages are alike. */
	return (uint8_t)(seed + (phys >> 4) + (phys >> 12) * 7);
}

const struct mkdump_blob *mkdump_find_blob(const struct spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->blob_count; i++)
		if (!strcmp(spec->blobs[i].name, name))
			return &spec->blobs[i];
	mkdump_die("no blob %s", name);
}

static void add_record(struct bytes *out, const struct bytes *file, uint64_t offset,
		       uint64_t size, const uint8_t *data)
{
	bytes_field(out, offset, 8, 1, true);
	bytes_field(out, size, 8, 1, true);
	bytes_append(out, data ? data : file->data + offset, size);
}

void mkdump_flatten(const struct spec *spec, struct bytes *file)
{
	static const uint8_t wrong[64] = "not the header yet";
	uint64_t record = spec->record ? spec->record : 65536;
	struct bytes out = { 0 };

	bytes_append(&out, "makedumpfile", 12);
	bytes_put(&out, 16, 1, 8, true);
	bytes_put(&out, 24, 1, 8, true);
	bytes_pad(&out, 4096);
	if (spec->rewrite)
		add_record(&out, file, 0, sizeof(wrong), wrong);
	/* Odd records first, so that offsets go back and forth. */
	for (unsigned int odd = 0; odd < 2; odd++)
		for (uint64_t at = odd ? 0 : record; at < file->size; at += 2 * record)
			if (!spec->rewrite || at || record <= sizeof(wrong))
				add_record(&out, file, at, file->size - at < record ?
					   file->size - at : record, NULL);
	if (spec->rewrite && record > sizeof(wrong)) {
		/* The first record's tail, then its head over the wrong one. */
		uint64_t end = file->size < record ? file->size : record;

		if (end > 32)
			add_record(&out, file, 32, end - 32, NULL);
		add_record(&out, file, 0, end < 48 ? end : 48, NULL);
	}
	if (!spec->noend) {
		bytes_field(&out, UINT64_MAX, 8, 1, true);
		bytes_field(&out, UINT64_MAX, 8, 1, true);
	}
	free(file->data);
	*file = out;
}
