/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first byte chooses codec and page size, the rest is a compressed page. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kdk_codec *codec;
	size_t page_size;
	void *context = NULL;
	uint8_t *page;

	if (!size)
		return 0;
	codec = kdk_codecs[data[0] & 3];
	page_size = (size_t)512 << (data[0] >> 2 & 7);
	if (!codec->decompress)
		return 0;
	if (codec->context_create)
		context = codec->context_create();
	page = malloc(page_size);
	/* Twice, since the second page meets the context that the first has left. */
	for (int i = 0; i < 2; i++)
		kdk_error_destroy(
			codec->decompress(context, data + 1, size - 1, page, page_size));
	free(page);
	if (context)
		codec->context_destroy(context);
	return 0;
}
