/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmcoreinfo: the lines KEY=VALUE that a kernel leaves in its dump
 * (Documentation/admin-guide/kdump/vmcoreinfo.rst). Order is kept.
 */
#ifndef KDK_VMCOREINFO_H
#define KDK_VMCOREINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "core/error.h"

struct kdk_vmcoreinfo_entry {
	const char *key;	/* "SYMBOL(_stext)", "OSRELEASE" */
	const char *value;
};

struct kdk_vmcoreinfo {
	struct kdk_vmcoreinfo_entry *entries;	/* in the dump's order */
	size_t count;
	size_t malformed;	/* lines that were no KEY=VALUE, or held control bytes; not in entries */
	/* private: index and text */
	void *private;
};

/* Copies `text`; strict about each line, lenient about the rest. The last of equal keys wins on lookup. */
struct kdk_error *kdk_vmcoreinfo_parse(const char *text, size_t size,
				       struct kdk_vmcoreinfo **ret);

/* NULL is fine. */
void kdk_vmcoreinfo_destroy(struct kdk_vmcoreinfo *info);

KDK_DEFINE_CLEANUP(struct kdk_vmcoreinfo *, kdk_vmcoreinfo_destroy)

/* NULL when there is no such key. */
const char *kdk_vmcoreinfo_find(const struct kdk_vmcoreinfo *info, const char *key);

/*
 * The number behind a key written in full. SYMBOL(…), KERNELOFFSET and s390's
 * KERNELOFFPHYS, IDENTITYBASE, SAMODE31 and EAMODE31 are hexadecimal without prefix;
 * all else is decimal, or hexadecimal behind 0x. Negative decimals become two's
 * complement. False when absent or not all of the value is a number of 64 bits.
 */
bool kdk_vmcoreinfo_number(const struct kdk_vmcoreinfo *info, const char *key, uint64_t *ret);

/* kdk_vmcoreinfo_number() of "SYMBOL(name)", "OFFSET(name)", "SIZE(name)" */
bool kdk_vmcoreinfo_symbol(const struct kdk_vmcoreinfo *info, const char *name, uint64_t *ret);
bool kdk_vmcoreinfo_offset(const struct kdk_vmcoreinfo *info, const char *name, uint64_t *ret);
bool kdk_vmcoreinfo_size(const struct kdk_vmcoreinfo *info, const char *name, uint64_t *ret);

/* kdk_arch_guess() by these keys, where the container names no architecture. */
const struct kdk_arch *kdk_vmcoreinfo_arch(const struct kdk_vmcoreinfo *info,
					   uint8_t word_bytes, bool big_endian);

#endif
