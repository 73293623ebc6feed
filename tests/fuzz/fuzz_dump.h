/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets of the containers do with a dump. */
#ifndef KDK_FUZZ_DUMP_H
#define KDK_FUZZ_DUMP_H

#include <stdlib.h>

#include "vmcore/format/format.h"

/* Pages read of one dump; a page may be a megabyte from a few bytes. */
#define FUZZ_READS 64

static inline void fuzz_read(const struct kdk_dump *dump, uint64_t phys, uint64_t length)
{
	uint8_t bytes[256];
	size_t size = length < sizeof(bytes) ? length : sizeof(bytes);
	struct kdk_error *err = dump->format->read(dump, phys, bytes, size);

	kdk_error_destroy(err);
}

/* Walks all states; more steps than the file has bits would be endless work. */
static inline void fuzz_walk(const struct kdk_dump *dump)
{
	uint64_t steps = 4096, reads = 0, phys = 0;

	for (size_t i = 0; i < dump->source_count; i++)
		steps += 16 * dump->sources[i]->stored;
	for (;;) {
		struct kdk_run run;
		struct kdk_error *err = dump->format->run(dump, phys, &run);

		if (err) {
			kdk_error_destroy(err);
			return;
		}
		if (!run.length || !steps--)
			abort();
		if (run.state != KDK_PAGE_HOLE && reads++ < FUZZ_READS) {
			fuzz_read(dump, phys, run.length);
			fuzz_read(dump, phys + run.length / 2,
				  run.length - run.length / 2);
		}
		if (phys + run.length <= phys)
			return;
		phys += run.length;
	}
}

/* The sources now belong to this. */
static inline void fuzz_open(struct kdk_source **sources, size_t count)
{
	struct kdk_dump_census census;
	struct kdk_dump *dump;
	struct kdk_error *err = kdk_dump_open_sources(sources, count, &dump);

	if (err) {
		kdk_error_destroy(err);
		return;
	}
	fuzz_walk(dump);
	err = kdk_dump_count(dump, false, NULL, &census);
	if (!err)
		kdk_dump_census_deinit(&census);
	kdk_error_destroy(err);
	for (size_t i = 0; i < dump->segment_count && i < FUZZ_READS; i++) {
		uint8_t bytes[64];

		if (!dump->format->read_virtual)
			break;
		err = dump->format->read_virtual(dump, dump->segments[i].virt, bytes,
						 sizeof(bytes));
		kdk_error_destroy(err);
	}
	kdk_dump_destroy(dump);
}

static inline struct kdk_source *fuzz_source(const uint8_t *data, size_t size)
{
	struct kdk_source *source;

	if (kdk_source_open_memory("input", data, size, &source))
		abort();
	return source;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
