/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making of struct kdk_symbols: where the kernel's own symbols may come from. */
#ifndef KDK_SYMBOLS_SOURCE_H
#define KDK_SYMBOLS_SOURCE_H

#include "vmcore/kernel/kallsyms.h"
#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/symtab.h"

struct kdk_symbols {
	struct kdk_kernel *kernel;		/* borrowed */
	struct kdk_kallsyms *kallsyms;		/* owned; NULL: the table is used */
	struct kdk_symtab table;
	char *source;				/* owned */
	/* Addresses that may be named: text and data, or text and init text alone. */
	struct {
		uint64_t start, end;
	} ranges[2];
};

/*
 * kallsyms of the dump if it names data too; else a vmlinux or System.map that fits the
 * dump; else the dump's functions alone. The error says what was tried.
 */
struct kdk_error *kdk_symbols_create(struct kdk_kernel *kernel, struct kdk_symbols **ret);

/*
 * Reads a System.map, or the symbol table of an ELF file, moved to where the dump's
 * kernel ran. KDK_ERROR_FORMAT when vmcoreinfo's symbols say that it is another kernel's.
 */
struct kdk_error *kdk_symbols_read_file(struct kdk_kernel *kernel, const char *path,
					struct kdk_symtab *ret);

#endif
