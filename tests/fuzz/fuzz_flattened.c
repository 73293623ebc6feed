/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of a flattened file, without its constant header. */
#include "tests/fuzz/fuzz_dump.h"

#include <string.h>

#include "vmcore/format/flattened.h"

#define HEADER 4096

/* Extents must cover the file without an end to them, and agree with reads. */
static void walk_extents(const struct kdk_source *source, size_t stored)
{
	uint64_t offset = 0, steps = stored + 16;

	while (offset < source->size) {
		uint64_t length;
		enum kdk_extent extent = kdk_source_extent(source, offset, &length);
		uint8_t bytes[64];
		struct kdk_error *err;

		if (!length || !steps--)
			abort();
		err = kdk_source_read(source, offset, bytes,
				      length < sizeof(bytes) ? length : sizeof(bytes));
		if (!err != (extent != KDK_EXTENT_ABSENT))
			abort();
		kdk_error_destroy(err);
		if (offset + length < offset)
			return;
		offset += length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file = calloc(1, HEADER + size);
	struct kdk_source *inner, *source;
	const char *damage;
	struct kdk_error *err;

	if (!file)
		return 0;
	memcpy(file, "makedumpfile", 12);
	file[23] = file[31] = 1;
	if (size)
		memcpy(file + HEADER, data, size);
	inner = fuzz_source(file, HEADER + size);
	err = kdk_flattened_open(inner, &source, &damage);
	if (err)
		abort();
	walk_extents(source, size);
	kdk_source_destroy(source);
	source = fuzz_source(file, HEADER + size);
	fuzz_open(&source, 1);
	free(file);
	return 0;
}
