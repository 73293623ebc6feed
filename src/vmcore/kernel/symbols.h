/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols of the dumped kernel and its modules: kallsyms out of the dump,
 * System.map, or a vmlinux's symbol table.
 */
#ifndef KDK_SYMBOLS_H
#define KDK_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define KDK_SYMBOL_NAME_MAX 512		/* KSYM_NAME_LEN since 6.1, with the NUL */

struct kdk_symbol {
	char name[KDK_SYMBOL_NAME_MAX];	/* hostile */
	uint64_t address;
	uint64_t size;		/* bytes to the next symbol or its own size; 0 when not known */
	char type;		/* as in /proc/kallsyms */
	const char *module;	/* NULL: the kernel itself; hostile */
};

struct kdk_symbols;

/* "kallsyms of the dump" …: for provenance. */
const char *kdk_symbols_source(const struct kdk_symbols *symbols);

/* By name: the kernel's first, then modules'; "name" or "module:name". False when there is none. */
bool kdk_symbols_find(struct kdk_symbols *symbols, const char *name, uint64_t *ret);
bool kdk_symbols_find_full(struct kdk_symbols *symbols, const char *name,
			   struct kdk_symbol *ret);

/*
 * The symbol that `address` lies in; its offset is address − ret->address. False
 * outside of the kernel's and all modules' memory.
 */
bool kdk_symbols_at(struct kdk_symbols *symbols, uint64_t address, struct kdk_symbol *ret);

/* All symbols in no promised order; `visit` returns false to end. */
void kdk_symbols_each(struct kdk_symbols *symbols,
		      bool (*visit)(void *context, const struct kdk_symbol *symbol),
		      void *context);

/* NULL is fine. */
void kdk_symbols_destroy(struct kdk_symbols *symbols);

#endif
