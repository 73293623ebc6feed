/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long mode, 4 or 5 levels of 512 entries (Intel SDM volume 3, chapter 4). Kernel
 * side: arch/x86/include/asm/page_64_types.h; what vmcoreinfo says of it is in
 * arch/x86/kernel/vmcore_info_64.c.
 */
#include "arch/x86_64/paging.h"

#include "arch/walk.h"

#define PAGE_SHIFT 12
#define LEVEL_BITS 9
#define ENTRY_PRESENT 0x001
#define ENTRY_LARGE 0x080
#define ENTRY_FRAME 0x000ffffffffff000ULL

/* __START_KERNEL_map, and the most that KERNEL_IMAGE_SIZE has been */
#define IMAGE_START 0xffffffff80000000ULL
#define IMAGE_SIZE_MAX 0x40000000ULL

enum { LEVELS, SME_MASK, IMAGE_SIZE };	/* of paging->word */

static bool in_image(const struct kdk_paging *paging, uint64_t virt)
{
	return virt >= IMAGE_START && virt - IMAGE_START < paging->word[IMAGE_SIZE];
}

static const char *level_name(unsigned int level, unsigned int levels)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "P4D" };

	return level == levels - 1 ? "PGD" : names[level];
}

static bool is_canonical(uint64_t virt, unsigned int levels)
{
	int64_t high = (int64_t)virt >> (PAGE_SHIFT + LEVEL_BITS * levels - 1);

	return high == 0 || high == -1;
}

static struct kdk_error *walk_tables(const struct kdk_paging *paging, uint64_t virt,
				     struct kdk_walk *walk, bool *unreadable)
{
	unsigned int levels = paging->word[LEVELS];
	uint64_t table = paging->root, entry;
	struct kdk_error *err;

	if (!is_canonical(virt, levels))
		return kdk_walk_outside(paging, virt);
	for (unsigned int level = levels - 1;; level--) {
		unsigned int shift = PAGE_SHIFT + LEVEL_BITS * level;
		uint64_t index = (virt >> shift) & ((1 << LEVEL_BITS) - 1);

		err = kdk_walk_entry(paging, virt, level_name(level, levels),
				     table + index * sizeof(entry), sizeof(entry),
				     paging->reader.big_endian, walk, unreadable, &entry);
		if (err)
			return err;
		if (!(entry & ENTRY_PRESENT))
			return kdk_walk_unmapped(virt, walk);
		table = entry & ENTRY_FRAME & ~paging->word[SME_MASK];
		/* In the last level, the bit of large pages is PAT. */
		if (level == 0 || (entry & ENTRY_LARGE)) {
			if (level > 2)
				return kdk_walk_malformed(virt, walk);
			kdk_walk_done(walk, virt, table, 1ULL << shift);
			return NULL;
		}
	}
}

static bool linear(const struct kdk_paging *paging, uint64_t virt, struct kdk_walk *walk)
{
	uint64_t phys = kdk_paging_segment(paging, virt);

	if (in_image(paging, virt) && paging->phys_base != KDK_NOT_KNOWN) {
		walk->how = "kernel image";
		walk->phys = virt - IMAGE_START + paging->phys_base;
		return true;
	}
	walk->how = "direct map";
	walk->phys = phys;
	return phys != KDK_NOT_KNOWN;
}

/* An address of the image that every kernel's tables map; KDK_NOT_KNOWN if none is known. */
static uint64_t image_address(const struct kdk_paging *paging)
{
	static const char *const keys[] = {
		"SYMBOL(_stext)", "SYMBOL(swapper_pg_dir)", "SYMBOL(init_top_pgt)",
		"SYMBOL(init_level4_pgt)",
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(keys); i++) {
		uint64_t virt = kdk_paging_number(paging, keys[i]);

		if (in_image(paging, virt))
			return virt;
	}
	return KDK_NOT_KNOWN;
}

static uint64_t root_address(const struct kdk_paging *paging)
{
	static const char *const keys[] = {
		"SYMBOL(swapper_pg_dir)", "SYMBOL(init_top_pgt)", "SYMBOL(init_level4_pgt)",
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(keys); i++) {
		uint64_t virt = kdk_paging_number(paging, keys[i]);

		if (in_image(paging, virt))
			return virt;
	}
	return KDK_NOT_KNOWN;
}

/*
 * Fills phys_bases with what may be the image's place, the best word first, and
 * returns how many there are. Before 4.10 vmcoreinfo had no phys_base; unless loaded
 * by kexec, such a kernel lies where it was linked: 0.
 */
static size_t list_phys_bases(const struct kdk_paging *paging, uint64_t phys_bases[4])
{
	uint64_t virt = image_address(paging), segment;
	size_t count = 0;

	phys_bases[count] = kdk_paging_number(paging, "NUMBER(phys_base)");
	count += phys_bases[count] != KDK_NOT_KNOWN;
	phys_bases[count] = paging->phys_base;
	count += phys_bases[count] != KDK_NOT_KNOWN;
	segment = virt == KDK_NOT_KNOWN ? virt : kdk_paging_segment(paging, virt);
	if (segment != KDK_NOT_KNOWN)
		phys_bases[count++] = segment - (virt - IMAGE_START);
	if (virt != KDK_NOT_KNOWN)
		phys_bases[count++] = 0;
	return count;
}

/*
 * Takes the first place and number of levels with which the tables map the image there.
 * Where tables are missing, only the best word is good enough.
 */
static void choose(struct kdk_paging *paging, uint64_t root_virt,
		   const uint64_t *phys_bases, size_t count, uint64_t levels)
{
	enum kdk_walk_verdict best = KDK_WALK_WRONG, verdict;
	struct kdk_paging trial = *paging;
	uint64_t virt = image_address(paging);

	paging->phys_base = phys_bases[0];
	for (size_t i = 0; i < count; i++) {
		for (unsigned int n = 4; n <= 5; n++) {
			if (levels != KDK_NOT_KNOWN && levels != n)
				continue;
			trial.phys_base = phys_bases[i];
			trial.root = root_virt - IMAGE_START + trial.phys_base;
			trial.root_known = true;
			trial.word[LEVELS] = n;
			verdict = kdk_walk_check(&trial, walk_tables, virt,
						 virt - IMAGE_START + trial.phys_base);
			if (verdict > best && (i == 0 || verdict == KDK_WALK_RIGHT)) {
				best = verdict;
				*paging = trial;
			}
		}
	}
}

struct kdk_error *kdk_x86_64_paging_init(struct kdk_paging *paging)
{
	uint64_t five = kdk_paging_number(paging, "NUMBER(pgtable_l5_enabled)");
	uint64_t sme_mask = kdk_paging_number(paging, "NUMBER(sme_mask)");
	uint64_t image_size = kdk_paging_number(paging, "NUMBER(KERNEL_IMAGE_SIZE)");
	uint64_t phys_bases[4], root_virt;
	size_t count;

	paging->word[LEVELS] = five == 1 ? 5 : 4;
	paging->word[SME_MASK] = sme_mask == KDK_NOT_KNOWN ? 0 : sme_mask;
	paging->word[IMAGE_SIZE] = image_size < IMAGE_SIZE_MAX ? image_size : IMAGE_SIZE_MAX;
	paging->page_size = 1 << PAGE_SHIFT;
	root_virt = root_address(paging);
	count = list_phys_bases(paging, phys_bases);
	if (!count && !paging->reader.segment)
		return kdk_error_new(KDK_ERROR_ABSENT, "x86_64 paging: there is no vmcoreinfo "
				     "with SYMBOL(swapper_pg_dir), and no virtual addresses in "
				     "the dump's program headers");
	if (count && root_virt != KDK_NOT_KNOWN)
		choose(paging, root_virt, phys_bases, count,
		       five == KDK_NOT_KNOWN ? five : paging->word[LEVELS]);
	else if (count)
		paging->phys_base = phys_bases[0];
	kdk_paging_mode(paging, "%u-level%s%s", (unsigned int)paging->word[LEVELS],
			paging->word[SME_MASK] ? ", memory encryption" : "",
			paging->root_known ? "" : ", no usable page tables");
	return NULL;
}

struct kdk_error *kdk_x86_64_translate(const struct kdk_paging *paging, uint64_t virt,
				       struct kdk_walk *ret)
{
	return kdk_walk_translate(paging, virt, walk_tables, linear, ret);
}
