/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own symbol table, read out of the dump. Layout: scripts/kallsyms.c;
 * the tables are found by vmcoreinfo's SYMBOL(kallsyms_*) (6.0 and later, and
 * backports). Which of the address encodings a kernel uses is chosen by the one
 * that gives _stext the value that vmcoreinfo has.
 */
#ifndef KDK_KALLSYMS_H
#define KDK_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "vmcore/kernel/memory.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/vmcoreinfo.h"

enum kdk_kallsyms_encoding {
	KDK_KALLSYMS_ABSOLUTE,		/* kallsyms_addresses[i] */
	KDK_KALLSYMS_RELATIVE,		/* kallsyms_relative_base + u32 (4.6 to 6.19) */
	KDK_KALLSYMS_PERCPU,		/* s32: absolute when ≥ 0, else base − 1 − value (4.6 to 6.14) */
	KDK_KALLSYMS_PLACE,		/* &kallsyms_offsets[i] + s32 (7.0 and later) */
};

struct kdk_kallsyms;

/*
 * Reads the tables. info and memory are borrowed only for the call.
 * KDK_ERROR_ABSENT: vmcoreinfo has no keys, or pages are not in the dump.
 */
struct kdk_error *kdk_kallsyms_load(struct kdk_memory *memory,
				    const struct kdk_vmcoreinfo *info, bool big_endian,
				    unsigned int word_bytes, struct kdk_kallsyms **ret);

/* NULL is fine. */
void kdk_kallsyms_destroy(struct kdk_kallsyms *syms);

KDK_DEFINE_CLEANUP(struct kdk_kallsyms *, kdk_kallsyms_destroy)

size_t kdk_kallsyms_count(const struct kdk_kallsyms *syms);
enum kdk_kallsyms_encoding kdk_kallsyms_encoding(const struct kdk_kallsyms *syms);

/* Address of entry `index` (< count), in the table's order: ascending. */
uint64_t kdk_kallsyms_address(const struct kdk_kallsyms *syms, size_t index);

/*
 * Name of entry `index`, cut to KDK_SYMBOL_NAME_MAX; returns its type letter as in
 * /proc/kallsyms, 0 for a damaged entry (name is then "").
 */
char kdk_kallsyms_name(const struct kdk_kallsyms *syms, size_t index,
		       char name[KDK_SYMBOL_NAME_MAX]);

/* Index of the first entry with that name; false when there is none. */
bool kdk_kallsyms_find(const struct kdk_kallsyms *syms, const char *name, size_t *ret);

/* Index of the last entry at or below `address`, of several at one address the first. */
bool kdk_kallsyms_at(const struct kdk_kallsyms *syms, uint64_t address, size_t *ret);

#endif
