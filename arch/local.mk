# SPDX-License-Identifier: GPL-2.0-or-later
libkdk_a_SOURCES += \
	arch/arch.h \
	arch/registry.c \
	arch/registry.h \
	arch/unwind.c \
	arch/unwind.h \
	arch/unwind_recover.c \
	arch/walk.c \
	arch/walk.h \
	arch/aarch64/arch.c \
	arch/aarch64/paging.c \
	arch/aarch64/paging.h \
	arch/aarch64/unwind.c \
	arch/aarch64/unwind.h \
	arch/i386/arch.c \
	arch/i386/paging.c \
	arch/i386/paging.h \
	arch/ppc64/arch.c \
	arch/ppc64/paging.c \
	arch/ppc64/paging.h \
	arch/riscv64/arch.c \
	arch/riscv64/paging.c \
	arch/riscv64/paging.h \
	arch/s390x/arch.c \
	arch/s390x/paging.c \
	arch/s390x/paging.h \
	arch/x86_64/arch.c \
	arch/x86_64/orc.c \
	arch/x86_64/orc.h \
	arch/x86_64/paging.c \
	arch/x86_64/paging.h \
	arch/x86_64/registers.c \
	arch/x86_64/registers.h \
	arch/x86_64/stacks.c \
	arch/x86_64/stacks.h \
	arch/x86_64/unwind.c \
	arch/x86_64/unwind.h
