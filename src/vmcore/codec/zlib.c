/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/codec/codecs.h"

#include <limits.h>
#include <zlib.h>

static void *zlib_create(void)
{
	z_stream *stream = calloc(1, sizeof(*stream));

	if (stream && inflateInit(stream) != Z_OK) {
		free(stream);
		return NULL;
	}
	return stream;
}

static void zlib_destroy(void *context)
{
	inflateEnd(context);
	free(context);
}

static struct kdk_error *zlib_decompress(void *context, const void *data, size_t size,
					 void *page, size_t page_size)
{
	z_stream *stream = context;
	int rc;

	if (size > UINT_MAX || page_size > UINT_MAX)
		return kdk_error_new(KDK_ERROR_FORMAT, "zlib: %zu bytes are no page",
				     size);
	if (inflateReset(stream) != Z_OK)
		return kdk_error_new(KDK_ERROR_FORMAT, "zlib: cannot start over");
	stream->next_in = (Bytef *)data;
	stream->avail_in = (uInt)size;
	stream->next_out = page;
	stream->avail_out = (uInt)page_size;
	rc = inflate(stream, Z_FINISH);
	if (rc == Z_MEM_ERROR)
		return &kdk_enomem;
	/* A short page would silently leave the caller's old bytes at its end. */
	if (rc == Z_STREAM_END && stream->avail_out)
		return kdk_error_new(KDK_ERROR_FORMAT, "zlib: %zu of %zu bytes",
				     page_size - stream->avail_out, page_size);
	if (rc == Z_BUF_ERROR || rc == Z_OK)
		return kdk_error_new(KDK_ERROR_FORMAT, "zlib: %s", stream->avail_out ?
				     "compressed data is cut off" : "more data than a page");
	if (rc != Z_STREAM_END)
		return kdk_error_new(KDK_ERROR_FORMAT, "zlib: %s", stream->msg ?
				     stream->msg : zError(rc));
	return NULL;
}

const struct kdk_codec kdk_codec_zlib = {
	.name = "zlib",
	.page_flag = KDK_PAGE_FLAG_ZLIB,
	.context_create = zlib_create,
	.context_destroy = zlib_destroy,
	.decompress = zlib_decompress,
};
