/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/fuzz_dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kdk_source *source = fuzz_source(data, size);

	fuzz_open(&source, 1);
	return 0;
}
