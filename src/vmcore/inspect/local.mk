# SPDX-License-Identifier: GPL-2.0-or-later
libkdk_a_SOURCES += \
	src/vmcore/inspect/backtrace.c \
	src/vmcore/inspect/backtrace.h \
	src/vmcore/inspect/check.c \
	src/vmcore/inspect/check.h \
	src/vmcore/inspect/log.c \
	src/vmcore/inspect/log.h \
	src/vmcore/inspect/log_area.c \
	src/vmcore/inspect/log_area.h \
	src/vmcore/inspect/log_build.c \
	src/vmcore/inspect/log_build.h \
	src/vmcore/inspect/log_level.c \
	src/vmcore/inspect/log_plain.c \
	src/vmcore/inspect/log_print.c \
	src/vmcore/inspect/log_print.h \
	src/vmcore/inspect/log_records.c \
	src/vmcore/inspect/log_ring.c \
	src/vmcore/inspect/mm_counters.c \
	src/vmcore/inspect/mm_counters.h \
	src/vmcore/inspect/remarks.c \
	src/vmcore/inspect/remarks.h \
	src/vmcore/inspect/shape.c \
	src/vmcore/inspect/shape.h \
	src/vmcore/inspect/summary.c \
	src/vmcore/inspect/summary.h \
	src/vmcore/inspect/tasks_list.c \
	src/vmcore/inspect/tasks_list.h
