/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sv39, Sv48 and Sv57 (RISC-V privileged specification, chapter 12): 3 to 5 levels of
 * 512 entries, any of which may be a leaf. What vmcoreinfo says of it is in
 * arch/riscv/kernel/vmcore_info.c.
 */
#include "arch/riscv64/paging.h"

#include "arch/walk.h"

#define PAGE_SHIFT 12
#define LEVEL_BITS 9
#define ENTRY_VALID 0x1
#define ENTRY_WRITE 0x4
#define ENTRY_LEAF 0xe		/* readable, writable or executable */
#define ENTRY_NAPOT (1ULL << 63)
/* Bits 10 to 53; above them are Svpbmt and Svnapot, or T-Head's memory types. */
#define ENTRY_FRAME(entry) (((entry) & 0x003ffffffffffc00ULL) << 2)
#define NAPOT_64K_FRAME 0x8000ULL

/* The module area starts 2 GiB below the image's end; nothing linear lies there. */
#define MODULES_DEFAULT 0xffffffff00000000ULL

enum { LEVELS, IMAGE_OFFSET, IMAGE_START, PAGE_OFFSET, RAM_BASE, MODULES };

static struct kdk_error *walk_tables(const struct kdk_paging *paging, uint64_t virt,
				     struct kdk_walk *walk, bool *unreadable)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "P4D" };
	unsigned int levels = paging->word[LEVELS];
	uint64_t table = paging->root, entry;
	struct kdk_error *err;
	int64_t high = (int64_t)virt >> (PAGE_SHIFT + LEVEL_BITS * levels - 1);

	if (high != 0 && high != -1)
		return kdk_walk_outside(paging, virt);
	for (unsigned int level = levels - 1;; level--) {
		unsigned int shift = PAGE_SHIFT + LEVEL_BITS * level;
		uint64_t index = virt >> shift & ((1 << LEVEL_BITS) - 1);

		err = kdk_walk_entry(paging, virt, level == levels - 1 ? "PGD" : names[level],
				     table + index * sizeof(entry), sizeof(entry),
				     paging->reader.big_endian, walk, unreadable, &entry);
		if (err)
			return err;
		if (!(entry & ENTRY_VALID))
			return kdk_walk_unmapped(virt, walk);
		table = ENTRY_FRAME(entry);
		if (!(entry & ENTRY_LEAF)) {
			if (level == 0)
				return kdk_walk_malformed(virt, walk);
			continue;
		}
		/* Write without read is reserved. */
		if ((entry & (ENTRY_LEAF & ~0x8)) == ENTRY_WRITE)
			return kdk_walk_malformed(virt, walk);
		if (level == 0 && (entry & ENTRY_NAPOT) &&
		    (table & 0xffff) == NAPOT_64K_FRAME)
			shift = 16;
		kdk_walk_done(walk, virt, table, 1ULL << shift);
		return NULL;
	}
}

static bool linear(const struct kdk_paging *paging, uint64_t virt, struct kdk_walk *walk)
{
	const uint64_t *word = paging->word;

	if (word[IMAGE_OFFSET] != KDK_NOT_KNOWN && word[IMAGE_START] != KDK_NOT_KNOWN &&
	    virt >= word[IMAGE_START]) {
		walk->how = "kernel image";
		walk->phys = virt - word[IMAGE_OFFSET];
		return true;
	}
	walk->how = "direct map";
	if (word[PAGE_OFFSET] != KDK_NOT_KNOWN && word[RAM_BASE] != KDK_NOT_KNOWN &&
	    virt >= word[PAGE_OFFSET] && virt < word[MODULES]) {
		walk->phys = virt - word[PAGE_OFFSET] + word[RAM_BASE];
		return true;
	}
	walk->phys = kdk_paging_segment(paging, virt);
	return walk->phys != KDK_NOT_KNOWN;
}

/*
 * Kernels before 6.5 do not say where the image lies; firmware loads it at one of the
 * first multiples of 2 MiB of RAM. Later ones do, in va_kernel_pa_offset.
 */
static uint64_t image_offset_trial(const struct kdk_paging *paging, uint64_t root_virt,
				   unsigned int number)
{
	uint64_t said = kdk_paging_number(paging, "NUMBER(va_kernel_pa_offset)");
	uint64_t phys = kdk_paging_segment(paging, root_virt);

	if (number == 0 && said != KDK_NOT_KNOWN)
		return said;
	if (number == 0 && phys != KDK_NOT_KNOWN)
		return root_virt - phys;
	if (said != KDK_NOT_KNOWN || paging->word[RAM_BASE] == KDK_NOT_KNOWN)
		return KDK_NOT_KNOWN;
	if (paging->word[IMAGE_START] == KDK_NOT_KNOWN)
		return paging->word[PAGE_OFFSET] - paging->word[RAM_BASE];
	return paging->word[IMAGE_START] - paging->word[RAM_BASE] - number * 0x200000ULL;
}

#define IMAGE_TRIALS 64

static void choose(struct kdk_paging *paging, uint64_t root_virt, unsigned int levels)
{
	enum kdk_walk_verdict best = KDK_WALK_WRONG, verdict;
	struct kdk_paging trial = *paging;

	for (unsigned int number = 0; number < IMAGE_TRIALS; number++) {
		uint64_t offset = image_offset_trial(paging, root_virt, number);

		if (offset == KDK_NOT_KNOWN)
			continue;
		if (number == 0)
			paging->word[IMAGE_OFFSET] = offset;
		for (unsigned int n = 3; n <= 5; n++) {
			if (levels && levels != n)
				continue;
			trial.word[LEVELS] = n;
			trial.word[IMAGE_OFFSET] = offset;
			trial.root = root_virt - offset;
			trial.root_known = true;
			verdict = kdk_walk_check(&trial, walk_tables, root_virt, trial.root);
			if (verdict == KDK_WALK_RIGHT) {
				*paging = trial;
				return;
			}
			if (verdict > best && number == 0) {
				best = verdict;
				*paging = trial;
			}
		}
	}
}

/* satp is that of whichever CPU wrote vmcoreinfo; its mode is the same everywhere. */
static unsigned int levels_said(const struct kdk_paging *paging)
{
	uint64_t satp = kdk_paging_number(paging, "NUMBER(satp)");
	uint64_t bits = kdk_paging_number(paging, "NUMBER(VA_BITS)");

	if (satp != KDK_NOT_KNOWN && satp >> 60 >= 8 && satp >> 60 <= 10)
		return (satp >> 60) - 5;
	if (bits == 39 || bits == 48 || bits == 57)
		return (bits - PAGE_SHIFT) / LEVEL_BITS;
	return 0;
}

struct kdk_error *kdk_riscv64_paging_init(struct kdk_paging *paging)
{
	uint64_t root_virt = kdk_paging_number(paging, "SYMBOL(swapper_pg_dir)");
	unsigned int levels = levels_said(paging);

	paging->page_size = 1 << PAGE_SHIFT;
	paging->word[LEVELS] = levels ? levels : 3;
	paging->word[IMAGE_OFFSET] = KDK_NOT_KNOWN;
	paging->word[IMAGE_START] = kdk_paging_number(paging, "NUMBER(KERNEL_LINK_ADDR)");
	paging->word[PAGE_OFFSET] = kdk_paging_number(paging, "NUMBER(PAGE_OFFSET)");
	paging->word[RAM_BASE] = kdk_paging_number(paging, "NUMBER(phys_ram_base)");
	paging->word[MODULES] = kdk_paging_number(paging, "NUMBER(MODULES_VADDR)");
	if (paging->word[MODULES] == KDK_NOT_KNOWN)
		paging->word[MODULES] = MODULES_DEFAULT;
	if (root_virt == KDK_NOT_KNOWN && !paging->reader.segment &&
	    paging->word[PAGE_OFFSET] == KDK_NOT_KNOWN)
		return kdk_error_new(KDK_ERROR_ABSENT, "riscv64 paging: there is no vmcoreinfo "
				     "with SYMBOL(swapper_pg_dir), and no virtual addresses in "
				     "the dump's program headers");
	if (root_virt != KDK_NOT_KNOWN)
		choose(paging, root_virt, levels);
	kdk_paging_mode(paging, "Sv%u%s",
			(unsigned int)(PAGE_SHIFT + LEVEL_BITS * paging->word[LEVELS]),
			paging->root_known ? "" : ", no usable page tables");
	return NULL;
}

struct kdk_error *kdk_riscv64_translate(const struct kdk_paging *paging, uint64_t virt,
					struct kdk_walk *ret)
{
	return kdk_walk_translate(paging, virt, walk_tables, linear, ret);
}
