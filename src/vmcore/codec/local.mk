# SPDX-License-Identifier: GPL-2.0-or-later
libkdk_a_SOURCES += \
	src/vmcore/codec/codec.h \
	src/vmcore/codec/codecs.h \
	src/vmcore/codec/codecs.c \
	src/vmcore/codec/zlib.c \
	src/vmcore/codec/lzo.c \
	src/vmcore/codec/snappy.c \
	src/vmcore/codec/zstd.c
