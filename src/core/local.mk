# SPDX-License-Identifier: GPL-2.0-or-later
libkdk_a_SOURCES += \
	src/core/bytes.h \
	src/core/cleanup.h \
	src/core/error.c \
	src/core/error.h \
	src/core/i18n.h \
	src/core/json.c \
	src/core/json.h \
	src/core/progress.h \
	src/core/progress_term.c \
	src/core/progress_term.h \
	src/core/sys.c \
	src/core/sys.h \
	src/core/sys_calls.c \
	src/core/sys_calls.h \
	src/core/sys_path.c \
	src/core/sys_path.h \
	src/core/table.c \
	src/core/table.h \
	src/core/text.c \
	src/core/text.h \
	src/core/units.c \
	src/core/units.h
