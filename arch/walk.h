/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the page table walkers of all architectures share. */
#ifndef KDK_WALK_H
#define KDK_WALK_H

#include "arch/arch.h"

/* No number of vmcoreinfo and no physical address. */
#define KDK_NOT_KNOWN UINT64_MAX

/*
 * Walks page tables from paging->root. *unreadable is set when the walk ended
 * because an entry could not be read; it stays as it was when the tables themselves
 * say that nothing is mapped.
 */
typedef struct kdk_error *kdk_walk_fn(const struct kdk_paging *paging, uint64_t virt,
				      struct kdk_walk *walk, bool *unreadable);

/* Answers without tables: fills walk->how and walk->phys, or returns false. */
typedef bool kdk_linear_fn(const struct kdk_paging *paging, uint64_t virt,
			   struct kdk_walk *walk);

/* Page tables first; a linear mapping where a table cannot be read or none is known. */
struct kdk_error *kdk_walk_translate(const struct kdk_paging *paging, uint64_t virt,
				     kdk_walk_fn *tables, kdk_linear_fn *linear,
				     struct kdk_walk *ret);

/* Reads the entry of `entry_bytes` (4 or 8) at entry_phys and records the step. */
struct kdk_error *kdk_walk_entry(const struct kdk_paging *paging, uint64_t virt,
				 const char *level, uint64_t entry_phys,
				 unsigned int entry_bytes, bool big_endian,
				 struct kdk_walk *walk, bool *unreadable, uint64_t *ret);

/* The last step recorded maps page_size bytes (a power of two) from `frame`. */
void kdk_walk_done(struct kdk_walk *walk, uint64_t virt, uint64_t frame,
		   uint64_t page_size);

/* KDK_ERROR_ABSENT: the last step recorded says that virt is not mapped. */
struct kdk_error *kdk_walk_unmapped(uint64_t virt, const struct kdk_walk *walk);

/* KDK_ERROR_FORMAT: the last step recorded is no entry that a kernel writes. */
struct kdk_error *kdk_walk_malformed(uint64_t virt, const struct kdk_walk *walk);

/* KDK_ERROR_ABSENT: virt lies outside what the mode can map. */
struct kdk_error *kdk_walk_outside(const struct kdk_paging *paging, uint64_t virt);

/* Do the tables map virt where it is known to lie? The order is that of preference. */
enum kdk_walk_verdict {
	KDK_WALK_WRONG,		/* elsewhere, not at all, or these are no page tables */
	KDK_WALK_UNKNOWN,	/* a table is not in the dump */
	KDK_WALK_RIGHT,
};

enum kdk_walk_verdict kdk_walk_check(const struct kdk_paging *paging, kdk_walk_fn *tables,
				     uint64_t virt, uint64_t phys);

/* reader.number and reader.segment; KDK_NOT_KNOWN when there is no answer. */
uint64_t kdk_paging_number(const struct kdk_paging *paging, const char *key);
uint64_t kdk_paging_segment(const struct kdk_paging *paging, uint64_t virt);

/* Sets paging->mode, printf-style. */
void kdk_paging_mode(struct kdk_paging *paging, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
