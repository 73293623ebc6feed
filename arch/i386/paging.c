/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 32-bit x86: two levels of 1,024 entries of 4 bytes, or with PAE 4 + 512 + 512
 * entries of 8 bytes (Intel SDM volume 3, chapter 4). The image is part of the direct
 * map, which starts where the kernel's configuration splits the address space.
 */
#include "arch/i386/paging.h"

#include <inttypes.h>

#include "arch/walk.h"

#define ENTRY_PRESENT 0x001
#define ENTRY_LARGE 0x080
#define PAE_FRAME 0x000ffffffffff000ULL

enum { PAE, PAGE_OFFSET };	/* of paging->word */

static struct kdk_error *walk_two_levels(const struct kdk_paging *paging, uint64_t virt,
					 struct kdk_walk *walk, bool *unreadable)
{
	bool big_endian = paging->reader.big_endian;
	struct kdk_error *err;
	uint64_t entry;

	err = kdk_walk_entry(paging, virt, "PGD", paging->root + (virt >> 22) * 4, 4,
			     big_endian, walk, unreadable, &entry);
	if (err)
		return err;
	if (!(entry & ENTRY_PRESENT))
		return kdk_walk_unmapped(virt, walk);
	if (entry & ENTRY_LARGE) {
		/* Bits 13 to 20 of a 4 MiB entry are bits 32 to 39 of its frame. */
		kdk_walk_done(walk, virt, (entry & 0xffc00000) | (entry & 0x1fe000) << 19,
			      1 << 22);
		return NULL;
	}
	err = kdk_walk_entry(paging, virt, "PTE",
			     (entry & 0xfffff000) + (virt >> 12 & 0x3ff) * 4, 4,
			     big_endian, walk, unreadable, &entry);
	if (err)
		return err;
	if (!(entry & ENTRY_PRESENT))
		return kdk_walk_unmapped(virt, walk);
	kdk_walk_done(walk, virt, entry & 0xfffff000, 1 << 12);
	return NULL;
}

static struct kdk_error *walk_pae(const struct kdk_paging *paging, uint64_t virt,
				  struct kdk_walk *walk, bool *unreadable)
{
	static const char *const names[] = { "PTE", "PMD", "PGD" };
	uint64_t table = paging->root, entry;
	struct kdk_error *err;

	for (unsigned int level = 2;; level--) {
		unsigned int shift = 12 + 9 * level;

		err = kdk_walk_entry(paging, virt, names[level],
				     table + (virt >> shift & 0x1ff) * 8, 8,
				     paging->reader.big_endian, walk, unreadable, &entry);
		if (err)
			return err;
		if (!(entry & ENTRY_PRESENT))
			return kdk_walk_unmapped(virt, walk);
		table = entry & PAE_FRAME;
		if (level == 0 || (level == 1 && (entry & ENTRY_LARGE))) {
			kdk_walk_done(walk, virt, table, 1ULL << shift);
			return NULL;
		}
	}
}

static struct kdk_error *walk_tables(const struct kdk_paging *paging, uint64_t virt,
				     struct kdk_walk *walk, bool *unreadable)
{
	if (virt > UINT32_MAX)
		return kdk_walk_outside(paging, virt);
	return paging->word[PAE] ? walk_pae(paging, virt, walk, unreadable) :
				   walk_two_levels(paging, virt, walk, unreadable);
}

static bool linear(const struct kdk_paging *paging, uint64_t virt, struct kdk_walk *walk)
{
	/* Above the direct map lie vmalloc and fixed mappings, at most 896 MiB up. */
	uint64_t offset = virt - paging->word[PAGE_OFFSET];

	walk->how = "direct map";
	walk->phys = kdk_paging_segment(paging, virt);
	if (walk->phys != KDK_NOT_KNOWN)
		return true;
	walk->phys = offset;
	return virt <= UINT32_MAX && virt >= paging->word[PAGE_OFFSET] &&
	       offset < 896ULL << 20;
}

/* Fills splits with what PAGE_OFFSET may be, the best word first. */
static size_t list_splits(const struct kdk_paging *paging, uint64_t image,
			  uint64_t splits[6])
{
	/* CONFIG_VMSPLIT_*: the image is linked a little above the split. */
	static const uint32_t known[] = {
		0xc0000000, 0xb0000000, 0x80000000, 0x78000000, 0x40000000,
	};
	uint64_t phys = kdk_paging_segment(paging, image);
	size_t count = 0;

	if (phys <= image)
		splits[count++] = image - phys;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(known); i++)
		if (known[i] < image)
			splits[count++] = known[i];
	return count;
}

static void choose(struct kdk_paging *paging, uint64_t root_virt, uint64_t image)
{
	enum kdk_walk_verdict best = KDK_WALK_WRONG, verdict;
	struct kdk_paging trial = *paging;
	uint64_t splits[6];
	size_t count = list_splits(paging, image, splits);

	if (count)
		paging->word[PAGE_OFFSET] = splits[0];
	for (size_t i = 0; i < count && root_virt <= UINT32_MAX; i++) {
		if (root_virt < splits[i])
			continue;
		trial.word[PAGE_OFFSET] = splits[i];
		trial.root = root_virt - splits[i];
		trial.root_known = true;
		verdict = kdk_walk_check(&trial, walk_tables, image, image - splits[i]);
		if (verdict > best && (i == 0 || verdict == KDK_WALK_RIGHT)) {
			best = verdict;
			*paging = trial;
		}
	}
}

struct kdk_error *kdk_i386_paging_init(struct kdk_paging *paging)
{
	uint64_t root_virt = kdk_paging_number(paging, "SYMBOL(swapper_pg_dir)");
	uint64_t image = kdk_paging_number(paging, "SYMBOL(_stext)");
	const char *pae = paging->reader.text(paging->reader.context, "CONFIG_X86_PAE");

	if (image == KDK_NOT_KNOWN)
		image = root_virt;
	if (image == KDK_NOT_KNOWN && !paging->reader.segment)
		return kdk_error_new(KDK_ERROR_ABSENT, "i386 paging: there is no vmcoreinfo "
				     "with SYMBOL(swapper_pg_dir), and no virtual addresses in "
				     "the dump's program headers");
	paging->page_size = 4096;
	paging->word[PAE] = pae && *pae == 'y';
	paging->word[PAGE_OFFSET] = 0xc0000000;
	if (image <= UINT32_MAX)
		choose(paging, root_virt, image);
	kdk_paging_mode(paging, "%s, direct map at %#" PRIx64 "%s",
			paging->word[PAE] ? "3-level (PAE)" : "2-level",
			paging->word[PAGE_OFFSET],
			paging->root_known ? "" : ", no usable page tables");
	return NULL;
}

struct kdk_error *kdk_i386_translate(const struct kdk_paging *paging, uint64_t virt,
				     struct kdk_walk *ret)
{
	return kdk_walk_translate(paging, virt, walk_tables, linear, ret);
}
