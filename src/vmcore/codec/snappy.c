/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "vmcore/codec/codecs.h"

#ifdef HAVE_SNAPPY
#include <snappy-c.h>

static struct kdk_error *snappy_decompress(void *context, const void *data, size_t size,
					   void *page, size_t page_size)
{
	size_t filled = 0;

	(void)context;
	if (snappy_uncompressed_length(data, size, &filled) != SNAPPY_OK)
		return kdk_error_new(KDK_ERROR_FORMAT, "snappy: damaged length");
	/* snappy writes as much as the data says, so this must come first. */
	if (filled != page_size)
		return kdk_error_new(KDK_ERROR_FORMAT, "snappy: %zu of %zu bytes",
				     filled, page_size);
	if (snappy_uncompress(data, size, page, &filled) != SNAPPY_OK)
		return kdk_error_new(KDK_ERROR_FORMAT, "snappy: damaged data");
	return NULL;
}
#endif

const struct kdk_codec kdk_codec_snappy = {
	.name = "snappy",
	.page_flag = KDK_PAGE_FLAG_SNAPPY,
#ifdef HAVE_SNAPPY
	.decompress = snappy_decompress,
#endif
};
