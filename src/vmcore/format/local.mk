# SPDX-License-Identifier: GPL-2.0-or-later
libkdk_a_SOURCES += \
	src/vmcore/format/count.c \
	src/vmcore/format/elf.c \
	src/vmcore/format/elf_headers.c \
	src/vmcore/format/elf_headers.h \
	src/vmcore/format/elf_map.c \
	src/vmcore/format/elf_map.h \
	src/vmcore/format/flattened.c \
	src/vmcore/format/flattened.h \
	src/vmcore/format/flattened_index.c \
	src/vmcore/format/flattened_index.h \
	src/vmcore/format/flattened_walk.c \
	src/vmcore/format/foreign.c \
	src/vmcore/format/foreign.h \
	src/vmcore/format/format.h \
	src/vmcore/format/formats.c \
	src/vmcore/format/formats.h \
	src/vmcore/format/intervals.c \
	src/vmcore/format/intervals.h \
	src/vmcore/format/kcore.c \
	src/vmcore/format/kdump.c \
	src/vmcore/format/kdump.h \
	src/vmcore/format/kdump_bitmap.c \
	src/vmcore/format/kdump_header.c \
	src/vmcore/format/kdump_set.c \
	src/vmcore/format/notes.c \
	src/vmcore/format/notes.h \
	src/vmcore/format/open.c \
	src/vmcore/format/source.c \
	src/vmcore/format/source.h \
	src/vmcore/format/state.h \
	src/vmcore/format/window.c \
	src/vmcore/format/window.h
