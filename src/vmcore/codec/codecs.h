/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The codecs themselves, for the table in codecs.c. */
#ifndef KDK_CODECS_H
#define KDK_CODECS_H

#include "vmcore/codec/codec.h"

extern const struct kdk_codec kdk_codec_zlib;
extern const struct kdk_codec kdk_codec_lzo;
extern const struct kdk_codec kdk_codec_snappy;
extern const struct kdk_codec kdk_codec_zstd;

#endif
