/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One dump, or the parts of a set one after the other. */
#include "tests/fuzz/fuzz_dump.h"

#include <string.h>

#define MAX_PARTS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kdk_source *sources[MAX_PARTS];
	size_t count = 0, start = 0;

	/* Last part first, so that the set must be sorted. */
	while (count < MAX_PARTS - 1 && size > start + 512) {
		const uint8_t *next = memmem(data + start + 512, size - start - 512,
					     "KDUMP   ", 8);

		if (!next)
			break;
		memmove(sources + 1, sources, count++ * sizeof(*sources));
		sources[0] = fuzz_source(data + start, (size_t)(next - data) - start);
		start = (size_t)(next - data);
	}
	sources[count++] = fuzz_source(data + start, size - start);
	fuzz_open(sources, count);
	return 0;
}
