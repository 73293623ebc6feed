/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "vmcore/codec/codecs.h"

#ifdef HAVE_ZSTD
#include <zstd.h>

static void *zstd_create(void)
{
	return ZSTD_createDCtx();
}

static void zstd_destroy(void *context)
{
	ZSTD_freeDCtx(context);
}

static struct kdk_error *zstd_decompress(void *context, const void *data, size_t size,
					 void *page, size_t page_size)
{
	size_t filled = ZSTD_decompressDCtx(context, page, page_size, data, size);

	if (ZSTD_isError(filled))
		return kdk_error_new(KDK_ERROR_FORMAT, "zstd: %s",
				     ZSTD_getErrorName(filled));
	if (filled != page_size)
		return kdk_error_new(KDK_ERROR_FORMAT, "zstd: %zu of %zu bytes",
				     filled, page_size);
	return NULL;
}
#endif

const struct kdk_codec kdk_codec_zstd = {
	.name = "zstd",
	.page_flag = KDK_PAGE_FLAG_ZSTD,
#ifdef HAVE_ZSTD
	.context_create = zstd_create,
	.context_destroy = zstd_destroy,
	.decompress = zstd_decompress,
#endif
};
