/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMSAv8-64 stage 1 (Arm ARM, chapter D8), TTBR1 half: 4K, 16K and 64K pages, 36 to
 * 52 address bits. What vmcoreinfo says of it is in arch/arm64/kernel/vmcore_info.c,
 * the layout in arch/arm64/include/asm/memory.h.
 *
 * A kernel built for 52 bits may run on hardware with fewer; T1SZ tells.
 * - 64K pages (48 bits then): the top table keeps its 1,024 entries, TTBR1 points into
 *   it, and all-ones address bits lead there. Index it as with 52 bits.
 * - 4K pages (48) and 16K pages (47): one level less; swapper_pg_dir is a full page
 *   that then serves as the table of the next level.
 * With 4K and 16K pages, 52 bits exist only with LPA2, which also moves the physical
 * address bits of an entry.
 */
#include "arch/aarch64/paging.h"

#include <inttypes.h>

#include "arch/walk.h"

#define ENTRY_VALID 0x1
#define ENTRY_TABLE 0x2		/* in the last level: page; else clear means block */

/* An image is no larger, and what lies behind it in vmalloc space is not linear. */
#define IMAGE_SIZE (64ULL << 20)

enum {
	PAGE_SHIFT, LEVELS,
	TOP_BITS,		/* index bits of the top table */
	VA_BITS,		/* in use, not as built */
	IMAGE_OFFSET,		/* kimage_voffset */
	IMAGE_START,
	LINEAR_OFFSET,		/* direct map: phys = virt - this */
	LINEAR_FIRST, LINEAR_LAST,
};

static bool is_lpa2(const struct kdk_paging *paging)
{
	return paging->word[PAGE_SHIFT] < 16 && paging->word[VA_BITS] == 52;
}

static uint64_t entry_frame(const struct kdk_paging *paging, uint64_t entry)
{
	uint64_t low = ~((1ULL << paging->word[PAGE_SHIFT]) - 1);

	if (paging->word[PAGE_SHIFT] == 16)
		return (entry & 0x0000ffffffffffffULL & low) | (entry & 0xf000) << 36;
	if (is_lpa2(paging))
		return (entry & 0x0003ffffffffffffULL & low) | (entry & 0x300) << 42;
	return entry & 0x0000ffffffffffffULL & low;
}

static bool block_allowed(const struct kdk_paging *paging, unsigned int level)
{
	switch (paging->word[PAGE_SHIFT]) {
	case 12:
		return level <= 2 || (level == 3 && is_lpa2(paging));
	case 14:
		return level == 1 || (level == 2 && is_lpa2(paging));
	default:
		return level <= 2;	/* 4 TiB with LPA, which no key tells of */
	}
}

static const char *level_name(unsigned int level, unsigned int levels)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "P4D" };

	return level == levels - 1 ? "PGD" : names[level];
}

static struct kdk_error *walk_tables(const struct kdk_paging *paging, uint64_t virt,
				     struct kdk_walk *walk, bool *unreadable)
{
	unsigned int page_shift = paging->word[PAGE_SHIFT], levels = paging->word[LEVELS];
	uint64_t table = paging->root, entry;
	struct kdk_error *err;

	if ((int64_t)virt >> paging->word[VA_BITS] != -1)
		return kdk_walk_outside(paging, virt);
	for (unsigned int level = levels - 1;; level--) {
		unsigned int shift = page_shift + (page_shift - 3) * level;
		unsigned int bits = level == levels - 1 ? paging->word[TOP_BITS] :
							  page_shift - 3;
		uint64_t index = virt >> shift & ((1 << bits) - 1);

		err = kdk_walk_entry(paging, virt, level_name(level, levels),
				     table + index * sizeof(entry), sizeof(entry),
				     paging->reader.big_endian, walk, unreadable, &entry);
		if (err)
			return err;
		if (!(entry & ENTRY_VALID))
			return kdk_walk_unmapped(virt, walk);
		table = entry_frame(paging, entry);
		if (level > 0 && (entry & ENTRY_TABLE))
			continue;
		if (level > 0 ? !block_allowed(paging, level) : !(entry & ENTRY_TABLE))
			return kdk_walk_malformed(virt, walk);
		/* Below a block's address are bits that belong to no address. */
		kdk_walk_done(walk, virt, table, 1ULL << shift);
		return NULL;
	}
}

static bool linear(const struct kdk_paging *paging, uint64_t virt, struct kdk_walk *walk)
{
	const uint64_t *word = paging->word;

	if (word[IMAGE_OFFSET] != KDK_NOT_KNOWN && virt - word[IMAGE_START] < IMAGE_SIZE) {
		walk->how = "kernel image";
		walk->phys = virt - word[IMAGE_OFFSET];
		return true;
	}
	walk->how = "direct map";
	/* Headers made by kexec-tools are not always right: PHYS_OFFSET goes first. */
	if (word[LINEAR_OFFSET] != KDK_NOT_KNOWN && virt >= word[LINEAR_FIRST] &&
	    virt <= word[LINEAR_LAST]) {
		walk->phys = virt - word[LINEAR_OFFSET];
		return walk->phys < 1ULL << 52;
	}
	walk->phys = kdk_paging_segment(paging, virt);
	return walk->phys != KDK_NOT_KNOWN;
}

static unsigned int level_count(unsigned int page_shift, unsigned int va_bits)
{
	/* Each but the lowest page_shift bits, by page_shift - 3 a level, rounded up. */
	return (va_bits - 4) / (page_shift - 3);
}

/* Geometry of a kernel built for `built` bits on hardware that does `actual`. */
static void set_geometry(struct kdk_paging *paging, unsigned int built, unsigned int actual)
{
	unsigned int page_shift = paging->word[PAGE_SHIFT];
	unsigned int levels = level_count(page_shift, actual);

	if (levels == level_count(page_shift, built))
		paging->word[TOP_BITS] = built;
	else
		paging->word[TOP_BITS] = actual;
	paging->word[TOP_BITS] -= page_shift + (levels - 1) * (page_shift - 3);
	paging->word[LEVELS] = levels;
	paging->word[VA_BITS] = actual;
}

/*
 * The direct map: since 5.4 from -(1 << VA_BITS) as built up to the half of what every
 * hardware can use; before, the upper half. The image is in the other one.
 */
static void set_direct_map(struct kdk_paging *paging, unsigned int built)
{
	uint64_t phys_offset = kdk_paging_number(paging, "NUMBER(PHYS_OFFSET)");
	unsigned int actual = paging->word[VA_BITS], least = built, start = built;

	if (phys_offset == KDK_NOT_KNOWN || paging->word[IMAGE_START] == KDK_NOT_KNOWN)
		return;
	if (!(paging->word[IMAGE_START] >> (built - 1) & 1)) {
		paging->word[LINEAR_FIRST] = -(1ULL << (built - 1));
		paging->word[LINEAR_LAST] = UINT64_MAX;
		paging->word[LINEAR_OFFSET] = paging->word[LINEAR_FIRST] - phys_offset;
		return;
	}
	if (built == 52)
		least = paging->word[PAGE_SHIFT] == 14 ? 47 : 48;
	/*
	 * Fewer bits in use than built: from 5.11 PHYS_OFFSET is that of the full map's
	 * start, so below zero; before, it is that of the usable part's start.
	 */
	if (actual < built && phys_offset < 1ULL << 52)
		start = actual;
	paging->word[LINEAR_FIRST] = -(1ULL << actual);
	paging->word[LINEAR_LAST] = -(1ULL << (least - 1)) - 1;
	paging->word[LINEAR_OFFSET] = -(1ULL << start) - phys_offset;
}

static void choose(struct kdk_paging *paging, uint64_t root_virt, unsigned int built,
		   uint64_t said)
{
	const unsigned int trials[] = { said, built, 48, 47 };
	enum kdk_walk_verdict best = KDK_WALK_WRONG, verdict;
	struct kdk_paging trial = *paging;

	set_geometry(paging, built, trials[0]);
	if (paging->word[IMAGE_OFFSET] == KDK_NOT_KNOWN)
		return;
	trial.root = root_virt - paging->word[IMAGE_OFFSET];
	trial.root_known = true;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(trials); i++) {
		/* Only 52 bits have a fallback. */
		if (trials[i] > built || (trials[i] != built && built != 52))
			continue;
		set_geometry(&trial, built, trials[i]);
		verdict = kdk_walk_check(&trial, walk_tables, root_virt, trial.root);
		if (verdict > best && (i == 0 || verdict == KDK_WALK_RIGHT)) {
			best = verdict;
			*paging = trial;
		}
	}
}

static unsigned int page_shift_of(uint32_t page_size)
{
	switch (page_size) {
	case 4096:
		return 12;
	case 16384:
		return 14;
	case 65536:
		return 16;
	default:
		return 0;
	}
}

/* virt - phys of the image; without kimage_voffset (before 4.12) what the headers say. */
static uint64_t image_offset(const struct kdk_paging *paging, uint64_t root_virt)
{
	uint64_t offset = kdk_paging_number(paging, "NUMBER(kimage_voffset)");
	uint64_t phys;

	if (offset != KDK_NOT_KNOWN || root_virt == KDK_NOT_KNOWN)
		return offset;
	phys = kdk_paging_segment(paging, root_virt);
	return phys == KDK_NOT_KNOWN ? phys : root_virt - phys;
}

struct kdk_error *kdk_aarch64_paging_init(struct kdk_paging *paging)
{
	uint64_t root_virt = kdk_paging_number(paging, "SYMBOL(swapper_pg_dir)");
	uint64_t built = kdk_paging_number(paging, "NUMBER(VA_BITS)");
	uint64_t t1sz = kdk_paging_number(paging, "NUMBER(TCR_EL1_T1SZ)");
	uint64_t page_size = paging->page_size, image;
	unsigned int shift;

	if (!page_size)
		page_size = kdk_paging_number(paging, "PAGESIZE");
	shift = page_size <= 65536 ? page_shift_of(page_size) : 0;
	if (!shift)
		return kdk_error_new(KDK_ERROR_FORMAT, "aarch64 paging: no page size of this "
				     "machine: %" PRIu64, page_size);
	if (built == KDK_NOT_KNOWN && !paging->reader.segment)
		return kdk_error_new(KDK_ERROR_ABSENT, "aarch64 paging: there is no vmcoreinfo "
				     "with NUMBER(VA_BITS), and no virtual addresses in the "
				     "dump's program headers");
	if (built != KDK_NOT_KNOWN && (built < 36 || built > 52))
		return kdk_error_new(KDK_ERROR_FORMAT, "aarch64 paging: NUMBER(VA_BITS) is %"
				     PRIu64 ", not within 36 to 52", built);
	paging->page_size = page_size;
	paging->word[PAGE_SHIFT] = shift;
	paging->word[IMAGE_OFFSET] = image_offset(paging, root_virt);
	image = kdk_paging_number(paging, "SYMBOL(_stext)");
	paging->word[IMAGE_START] = image == KDK_NOT_KNOWN ? root_virt : image;
	paging->word[LINEAR_OFFSET] = KDK_NOT_KNOWN;
	if (built == KDK_NOT_KNOWN) {
		set_geometry(paging, 48, 48);
		kdk_paging_mode(paging, "VA bits not known, no usable page tables");
		return NULL;
	}
	choose(paging, root_virt, built, t1sz <= 28 && t1sz >= 64 - built ? 64 - t1sz : built);
	if (root_virt == KDK_NOT_KNOWN)
		paging->root_known = false;
	set_direct_map(paging, built);
	kdk_paging_mode(paging, "%u-bit VA, %uK pages%s%s",
			(unsigned int)paging->word[VA_BITS], 1u << (shift - 10),
			is_lpa2(paging) ? ", LPA2" : "",
			paging->root_known ? "" : ", no usable page tables");
	return NULL;
}

struct kdk_error *kdk_aarch64_translate(const struct kdk_paging *paging, uint64_t virt,
					struct kdk_walk *ret)
{
	return kdk_walk_translate(paging, virt, walk_tables, linear, ret);
}
