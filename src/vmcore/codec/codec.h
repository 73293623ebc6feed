/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compressed pages of a kdump-compressed dump: one codec per bit of page_desc.flags. */
#ifndef KDK_CODEC_H
#define KDK_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* page_desc.flags and header status bits, as makedumpfile's diskdump_mod.h has them */
#define KDK_PAGE_FLAG_ZLIB	0x01
#define KDK_PAGE_FLAG_LZO	0x02
#define KDK_PAGE_FLAG_SNAPPY	0x04
#define KDK_PAGE_FLAG_ZSTD	0x20

/* To add a codec: write one of these in its own file, list it in codecs.c. */
struct kdk_codec {
	const char *name;
	uint32_t page_flag;	/* KDK_PAGE_FLAG_* */

	/*
	 * What the library keeps from page to page; both NULL when nothing.
	 * Out of memory: NULL.
	 */
	void *(*context_create)(void);
	void (*context_destroy)(void *context);

	/*
	 * Fills exactly `page_size` bytes of `page`, or fails and leaves them undefined.
	 * `context` comes from context_create, NULL for codecs that have none.
	 * NULL in a build without the library: the name is still known.
	 */
	struct kdk_error *(*decompress)(void *context, const void *data, size_t size,
					void *page, size_t page_size);
};

extern const struct kdk_codec *const kdk_codecs[];	/* ends with NULL */

/* The codec of a page descriptor's flags; NULL when no known bit is set. */
const struct kdk_codec *kdk_codec_find(uint32_t page_flags);

#endif
