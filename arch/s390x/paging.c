/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * z/Architecture dynamic address translation (Principles of Operation, chapter 3): up
 * to three levels of region tables, a segment table and a page table. Every region and
 * segment entry names its own level, also when it is invalid.
 *
 * Until 6.9 the kernel's virtual addresses are its physical ones. From 6.10 image and
 * identity mapping have bases of their own (arch/s390/kernel/vmcore_info.c):
 * image: phys = virt - KERNELOFFSET + KERNELOFFPHYS; identity: virt - IDENTITYBASE.
 * Page 0 is a per-CPU matter; dumps go by absolute addresses.
 */
#include "arch/s390x/paging.h"

#include "arch/walk.h"
#include "core/bytes.h"

#define ENTRY_INVALID 0x20	/* region and segment */
#define ENTRY_LARGE 0x400	/* region-third and segment */
#define ENTRY_TYPE(entry) ((entry) >> 2 & 3)
#define ENTRY_FIRST(entry) ((entry) >> 6 & 3)	/* region: quarters of the next table … */
#define ENTRY_LAST(entry) ((entry) & 3)		/* … that exist */
#define PAGE_INVALID 0x400
#define PAGE_RESERVED 0x800

#define TABLE_INDEX 0x7ff
#define TABLE_QUARTER_SHIFT 9
#define IMAGE_SIZE (512ULL << 20)	/* the kernel reserves no more */

enum { TOP_TYPE, IMAGE_START, IMAGE_PHYS, IDENTITY_START, AMODE31_START, AMODE31_END };

static unsigned int type_shift(unsigned int type)
{
	return 20 + 11 * type;
}

static struct kdk_error *walk_page(const struct kdk_paging *paging, uint64_t virt,
				   uint64_t table, struct kdk_walk *walk, bool *unreadable)
{
	struct kdk_error *err;
	uint64_t entry;

	err = kdk_walk_entry(paging, virt, "page", table + (virt >> 12 & 0xff) * sizeof(entry),
			     sizeof(entry), true, walk, unreadable, &entry);
	if (err)
		return err;
	if (entry & PAGE_INVALID)
		return kdk_walk_unmapped(virt, walk);
	if (entry & PAGE_RESERVED)
		return kdk_walk_malformed(virt, walk);
	kdk_walk_done(walk, virt, entry, 1 << 12);
	return NULL;
}

static struct kdk_error *walk_tables(const struct kdk_paging *paging, uint64_t virt,
				     struct kdk_walk *walk, bool *unreadable)
{
	static const char *const names[] = { "segment", "region-3", "region-2", "region-1" };
	unsigned int top = paging->word[TOP_TYPE];
	uint64_t table = paging->root, entry;
	struct kdk_error *err;

	if (top < 3 && virt >> type_shift(top + 1))
		return kdk_walk_outside(paging, virt);
	for (unsigned int type = top;; type--) {
		uint64_t index = virt >> type_shift(type) & TABLE_INDEX;

		err = kdk_walk_entry(paging, virt, names[type],
				     table + index * sizeof(entry), sizeof(entry), true,
				     walk, unreadable, &entry);
		if (err)
			return err;
		if (entry & ENTRY_INVALID)
			return kdk_walk_unmapped(virt, walk);
		if (ENTRY_TYPE(entry) != type)
			return kdk_walk_malformed(virt, walk);
		if (type <= 1 && (entry & ENTRY_LARGE)) {
			kdk_walk_done(walk, virt, entry, 1ULL << type_shift(type));
			return NULL;
		}
		if (type == 0)
			return walk_page(paging, virt, entry & ~0x7ffULL, walk, unreadable);
		index = virt >> type_shift(type - 1) & TABLE_INDEX;
		index >>= TABLE_QUARTER_SHIFT;
		if (index < ENTRY_FIRST(entry) || index > ENTRY_LAST(entry))
			return kdk_walk_unmapped(virt, walk);
		table = entry & ~0xfffULL;
	}
}

/* True also for kernels whose image is part of the identity mapping. */
static bool linear(const struct kdk_paging *paging, uint64_t virt, struct kdk_walk *walk)
{
	const uint64_t *word = paging->word;

	walk->how = "kernel image";
	walk->phys = virt - word[IMAGE_START] + word[IMAGE_PHYS];
	if (word[IMAGE_START] != KDK_NOT_KNOWN && virt >= word[IMAGE_START])
		return virt - word[IMAGE_START] < IMAGE_SIZE;
	walk->how = "direct map";
	walk->phys = virt;
	if (virt >= word[AMODE31_START] && virt < word[AMODE31_END])
		return true;
	walk->phys = virt - word[IDENTITY_START];
	return virt >= word[IDENTITY_START] && walk->phys < 1ULL << type_shift(3);
}

static void learn_layout(struct kdk_paging *paging)
{
	uint64_t offset = kdk_paging_number(paging, "KERNELOFFSET");
	uint64_t phys = kdk_paging_number(paging, "KERNELOFFPHYS");
	uint64_t identity = kdk_paging_number(paging, "IDENTITYBASE");
	uint64_t start = kdk_paging_number(paging, "SAMODE31");
	uint64_t end = kdk_paging_number(paging, "EAMODE31");
	bool own_image = offset != KDK_NOT_KNOWN && phys != KDK_NOT_KNOWN;

	paging->word[IMAGE_START] = own_image ? offset : KDK_NOT_KNOWN;
	paging->word[IMAGE_PHYS] = own_image ? phys : 0;
	paging->word[IDENTITY_START] = identity == KDK_NOT_KNOWN ? 0 : identity;
	paging->word[AMODE31_START] = start;
	paging->word[AMODE31_END] = end == KDK_NOT_KNOWN ? 0 : end;
}

/* Which level the top table is, as its first entry tells; false when it cannot be read. */
static bool learn_top(struct kdk_paging *paging)
{
	uint8_t bytes[8];
	struct kdk_error *err;

	err = paging->reader.read(paging->reader.context, paging->root, bytes, sizeof(bytes));
	if (err) {
		kdk_error_destroy(err);
		return false;
	}
	paging->word[TOP_TYPE] = ENTRY_TYPE(kdk_get_u64(bytes, true));
	return true;
}

struct kdk_error *kdk_s390x_paging_init(struct kdk_paging *paging)
{
	static const char *const modes[] = {
		"2-level (segment table)", "3-level (region-third table)",
		"4-level (region-second table)", "5-level (region-first table)",
	};
	uint64_t root_virt = kdk_paging_number(paging, "SYMBOL(swapper_pg_dir)");
	struct kdk_walk walk = { 0 };

	paging->page_size = 4096;
	learn_layout(paging);
	if (root_virt != KDK_NOT_KNOWN && linear(paging, root_virt, &walk)) {
		paging->root = walk.phys;
		paging->root_known = learn_top(paging) &&
			kdk_walk_check(paging, walk_tables, root_virt, walk.phys) !=
			KDK_WALK_WRONG;
	}
	kdk_paging_mode(paging, "%s", paging->root_known ? modes[paging->word[TOP_TYPE]] :
			"identity mapping, no usable page tables");
	return NULL;
}

struct kdk_error *kdk_s390x_translate(const struct kdk_paging *paging, uint64_t virt,
				      struct kdk_walk *ret)
{
	return kdk_walk_translate(paging, virt, walk_tables, linear, ret);
}
