/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "vmcore/codec/codecs.h"

#ifdef HAVE_LZO
#include <lzo/lzo1x.h>

/* No lzo_init(): it only compares type sizes. */
static struct kdk_error *lzo_decompress(void *context, const void *data, size_t size,
					void *page, size_t page_size)
{
	lzo_uint filled = page_size;
	int rc = lzo1x_decompress_safe(data, size, page, &filled, NULL);

	(void)context;
	if (rc == LZO_E_INPUT_OVERRUN || rc == LZO_E_EOF_NOT_FOUND)
		return kdk_error_new(KDK_ERROR_FORMAT, "lzo: compressed data is cut off");
	if (rc == LZO_E_OUTPUT_OVERRUN)
		return kdk_error_new(KDK_ERROR_FORMAT, "lzo: more data than a page");
	if (rc != LZO_E_OK)
		return kdk_error_new(KDK_ERROR_FORMAT, "lzo: damaged data (code %d)", rc);
	if (filled != page_size)
		return kdk_error_new(KDK_ERROR_FORMAT, "lzo: %zu of %zu bytes",
				     (size_t)filled, page_size);
	return NULL;
}
#endif

const struct kdk_codec kdk_codec_lzo = {
	.name = "lzo",
	.page_flag = KDK_PAGE_FLAG_LZO,
#ifdef HAVE_LZO
	.decompress = lzo_decompress,
#endif
};
