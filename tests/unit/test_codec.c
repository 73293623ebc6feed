/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "unit.h"

#include <string.h>
#include <zlib.h>
#ifdef HAVE_LZO
#include <lzo/lzo1x.h>
#endif
#ifdef HAVE_SNAPPY
#include <snappy-c.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "vmcore/codec/codec.h"

#define PAGE 4096

static uint8_t page[PAGE];

static void *make_context(const struct kdk_codec *codec)
{
	void *context = NULL;

	if (codec->context_create) {
		context = codec->context_create();
		assert_non_null(context);
	}
	return context;
}

static void drop_context(const struct kdk_codec *codec, void *context)
{
	if (codec->context_destroy)
		codec->context_destroy(context);
}

/* One context takes the page, every truncation of it, and the page again. */
static void check_codec(uint32_t flag, const char *name, const uint8_t *packed,
			size_t size)
{
	const struct kdk_codec *codec = kdk_codec_find(flag);
	void *context = make_context(codec);
	uint8_t out[2 * PAGE];

	assert_string_equal(codec->name, name);
	memset(out, 0xaa, sizeof(out));
	assert_success(codec->decompress(context, packed, size, out, PAGE));
	assert_memory_equal(out, page, PAGE);
	assert_int_equal(out[PAGE], 0xaa);
	for (size_t cut = 0; cut < size; cut++) {
		/* Exactly as large, so that a sanitizer sees reads past its end. */
		uint8_t *piece = malloc(cut ? cut : 1);

		memcpy(piece, packed, cut);
		assert_failure(codec->decompress(context, piece, cut, out, PAGE),
			       KDK_ERROR_FORMAT, NULL);
		free(piece);
	}
	assert_failure(codec->decompress(context, packed, size, out, 2 * PAGE),
		       KDK_ERROR_FORMAT, NULL);
	assert_failure(codec->decompress(context, packed, size, out, PAGE / 2),
		       KDK_ERROR_FORMAT, NULL);
	assert_success(codec->decompress(context, packed, size, out, PAGE));
	assert_memory_equal(out, page, PAGE);
	drop_context(codec, context);
}

static void zlib_pages(void **state)
{
	uint8_t packed[2 * PAGE], out[2 * PAGE];
	uLongf size = sizeof(packed);
	void *context;

	(void)state;
	assert_int_equal(compress(packed, &size, page, PAGE), Z_OK);
	check_codec(KDK_PAGE_FLAG_ZLIB, "zlib", packed, size);
	context = make_context(kdk_codec_find(KDK_PAGE_FLAG_ZLIB));
	assert_failure(kdk_codec_find(KDK_PAGE_FLAG_ZLIB)
			       ->decompress(context, packed, size, out, sizeof(out)),
		       KDK_ERROR_FORMAT, "zlib: 4096 of 8192 bytes");
	drop_context(kdk_codec_find(KDK_PAGE_FLAG_ZLIB), context);
}

static void lzo_pages(void **state)
{
#ifdef HAVE_LZO
	static uint8_t work[LZO1X_1_MEM_COMPRESS];
	uint8_t packed[2 * PAGE];
	lzo_uint size = sizeof(packed);

	assert_int_equal(lzo1x_1_compress(page, PAGE, packed, &size, work), LZO_E_OK);
	check_codec(KDK_PAGE_FLAG_LZO, "lzo", packed, size);
#else
	assert_null(kdk_codec_find(KDK_PAGE_FLAG_LZO)->decompress);
#endif
	(void)state;
}

static void snappy_pages(void **state)
{
#ifdef HAVE_SNAPPY
	uint8_t packed[2 * PAGE];
	size_t size = sizeof(packed);

	assert_int_equal(snappy_compress((const char *)page, PAGE, (char *)packed, &size),
			 SNAPPY_OK);
	check_codec(KDK_PAGE_FLAG_SNAPPY, "snappy", packed, size);
#else
	assert_null(kdk_codec_find(KDK_PAGE_FLAG_SNAPPY)->decompress);
#endif
	(void)state;
}

static void zstd_pages(void **state)
{
#ifdef HAVE_ZSTD
	uint8_t packed[2 * PAGE];
	size_t size = ZSTD_compress(packed, sizeof(packed), page, PAGE, 3);

	assert_false(ZSTD_isError(size));
	check_codec(KDK_PAGE_FLAG_ZSTD, "zstd", packed, size);
#else
	assert_null(kdk_codec_find(KDK_PAGE_FLAG_ZSTD)->decompress);
#endif
	(void)state;
}

static void an_unknown_flag_has_no_codec(void **state)
{
	(void)state;
	assert_null(kdk_codec_find(0x80));
	assert_null(kdk_codec_find(0));
}

static int fill_page(void **state)
{
	(void)state;
	for (int i = 0; i < PAGE; i++)
		page[i] = (uint8_t)(i / 7);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zlib_pages),
		cmocka_unit_test(lzo_pages),
		cmocka_unit_test(snappy_pages),
		cmocka_unit_test(zstd_pages),
		cmocka_unit_test(an_unknown_flag_has_no_codec),
	};

	return cmocka_run_group_tests(tests, fill_page, NULL);
}
