# SPDX-License-Identifier: GPL-2.0-or-later
libkdk_a_SOURCES += \
	src/vmcore/kernel/kernel.c \
	src/vmcore/kernel/kernel.h \
	src/vmcore/kernel/memory.c \
	src/vmcore/kernel/memory.h \
	src/vmcore/kernel/page_cache.c \
	src/vmcore/kernel/page_cache.h \
	src/vmcore/kernel/percpu.c \
	src/vmcore/kernel/percpu.h \
	src/vmcore/kernel/scan.c \
	src/vmcore/kernel/scan.h \
	src/vmcore/kernel/tasks.c \
	src/vmcore/kernel/tasks.h \
	src/vmcore/kernel/tasks_find.c \
	src/vmcore/kernel/tasks_layout.c \
	src/vmcore/kernel/tasks_layout.h \
	src/vmcore/kernel/vmcoreinfo.c \
	src/vmcore/kernel/vmcoreinfo.h
