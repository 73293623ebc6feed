/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/codec/codecs.h"

/* A page has one codec; the order matters only for descriptors that name several. */
const struct kdk_codec *const kdk_codecs[] = {
	&kdk_codec_zlib,
	&kdk_codec_lzo,
	&kdk_codec_snappy,
	&kdk_codec_zstd,
	NULL,
};

const struct kdk_codec *kdk_codec_find(uint32_t page_flags)
{
	for (size_t i = 0; kdk_codecs[i]; i++)
		if (kdk_codecs[i]->page_flag & page_flags)
			return kdk_codecs[i];
	return NULL;
}
