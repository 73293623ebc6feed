/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of the dumped machine, physical and kernel-virtual, through a small page cache. */
#ifndef KDK_MEMORY_H
#define KDK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "core/error.h"
#include "vmcore/format/format.h"
#include "vmcore/kernel/vmcoreinfo.h"

enum kdk_space {
	KDK_PHYSICAL,
	KDK_VIRTUAL,	/* the kernel's */
};

struct kdk_memory;

/*
 * dump, arch and info (may be NULL) are borrowed and must outlive the memory.
 * page_size: bytes of a page frame. Succeeds also when the paging mode cannot be
 * learnt: then virtual reads fail with the reason.
 */
struct kdk_error *kdk_memory_create(const struct kdk_dump *dump, const struct kdk_arch *arch,
				    const struct kdk_vmcoreinfo *info, uint32_t page_size,
				    struct kdk_memory **ret);

/* NULL is fine. */
void kdk_memory_destroy(struct kdk_memory *memory);

KDK_DEFINE_CLEANUP(struct kdk_memory *, kdk_memory_destroy)

/*
 * Fills all of buffer or fails; then what is before the first unreadable byte has
 * been filled. KDK_ERROR_ABSENT says which address and the page's state.
 */
struct kdk_error *kdk_memory_read(struct kdk_memory *memory, enum kdk_space space,
				  uint64_t address, void *buffer, size_t length)
	__attribute__((warn_unused_result));

/* The state of the byte at `address`; an unmapped virtual address is an error. */
struct kdk_error *kdk_memory_state(struct kdk_memory *memory, enum kdk_space space,
				   uint64_t address, enum kdk_page_state *ret);

/* Integers in the dumped machine's byte order; word is an unsigned long. */
struct kdk_error *kdk_memory_read_u32(struct kdk_memory *memory, enum kdk_space space,
				      uint64_t address, uint32_t *ret);
struct kdk_error *kdk_memory_read_u64(struct kdk_memory *memory, enum kdk_space space,
				      uint64_t address, uint64_t *ret);
struct kdk_error *kdk_memory_read_word(struct kdk_memory *memory, enum kdk_space space,
				       uint64_t address, uint64_t *ret);

/* As kdk_arch.translate. */
struct kdk_error *kdk_memory_translate(struct kdk_memory *memory, uint64_t virt,
				       struct kdk_walk *ret);

/* "4-level", "48-bit VA, 4K pages" …; NULL when the mode is not known, then *why may be asked. */
const char *kdk_memory_mode(const struct kdk_memory *memory, const char **why);

#endif
