/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power ISA book III, radix translation: a tree whose entries each say how large the
 * next table is. Linux maps a 52-bit effective address space of each quadrant with it;
 * the root has 1 << 13 entries (arch/powerpc/include/asm/book3s/64/radix*.h). Entries are
 * big-endian in memory, whatever the kernel's byte order.
 *
 * With the hash MMU only the linear mapping can be followed: the other mappings are in
 * tables whose geometry has changed often and is nowhere in the dump's own words.
 */
#include "arch/ppc64/paging.h"

#include <inttypes.h>

#include "arch/walk.h"

#define ENTRY_VALID (1ULL << 63)
#define ENTRY_LEAF (1ULL << 62)
#define LEAF_FRAME 0x01fffffffffff000ULL
#define TABLE_FRAME 0x0fffffffffffff00ULL
#define TABLE_BITS 0x1f			/* log2 of the next table's entries */

#define SPACE_BITS 52
#define ROOT_BITS 13

#define LINEAR_START 0xc000000000000000ULL
#define LINEAR_END 0xc008000000000000ULL	/* where other kernel mappings start */
#define LINEAR_END_HASH_4K 0xc0003d0000000000ULL

enum { LINEAR_LIMIT };	/* of paging->word */

static struct kdk_error *walk_tables(const struct kdk_paging *paging, uint64_t virt,
				     struct kdk_walk *walk, bool *unreadable)
{
	static const char *const names[] = { "radix-1", "radix-2", "radix-3", "radix-4" };
	unsigned int bits = ROOT_BITS, left = SPACE_BITS;
	uint64_t table = paging->root, entry, index;
	struct kdk_error *err;

	/* Quadrant 3 is the kernel's. */
	if (virt >> SPACE_BITS != LINEAR_START >> SPACE_BITS)
		return kdk_walk_outside(paging, virt);
	for (size_t level = 0; level < KDK_ARRAY_SIZE(names); level++) {
		left -= bits;
		index = virt >> left & ((1ULL << bits) - 1);
		err = kdk_walk_entry(paging, virt, names[level],
				     table + index * sizeof(entry), sizeof(entry), true,
				     walk, unreadable, &entry);
		if (err)
			return err;
		if (!(entry & ENTRY_VALID))
			return kdk_walk_unmapped(virt, walk);
		if (entry & ENTRY_LEAF) {
			kdk_walk_done(walk, virt, entry & LEAF_FRAME, 1ULL << left);
			return NULL;
		}
		table = entry & TABLE_FRAME;
		bits = entry & TABLE_BITS;
		/* What the next table leaves over is an offset into a page of at least 4K. */
		if (bits < 5 || left < bits + 12)
			break;
	}
	return kdk_walk_malformed(virt, walk);
}

static bool linear(const struct kdk_paging *paging, uint64_t virt, struct kdk_walk *walk)
{
	walk->how = "direct map";
	walk->phys = virt - LINEAR_START;
	return virt >= LINEAR_START && virt < paging->word[LINEAR_LIMIT];
}

struct kdk_error *kdk_ppc64_paging_init(struct kdk_paging *paging)
{
	uint64_t root_virt = kdk_paging_number(paging, "SYMBOL(swapper_pg_dir)");
	const char *why = "swapper_pg_dir not known";
	enum kdk_walk_verdict verdict = KDK_WALK_WRONG;

	if (!paging->page_size) {
		uint64_t said = kdk_paging_number(paging, "PAGESIZE");

		paging->page_size = said == 4096 ? 4096 : 65536;
	}
	paging->word[LINEAR_LIMIT] = LINEAR_END;
	if (root_virt >= LINEAR_START && root_virt < LINEAR_END) {
		paging->root = root_virt - LINEAR_START;
		/* Radix maps the linear range too; hash has nothing for it in its tables. */
		verdict = kdk_walk_check(paging, walk_tables, root_virt, paging->root);
		paging->root_known = verdict != KDK_WALK_WRONG;
		why = "hash";
	}
	if (paging->root_known) {
		kdk_paging_mode(paging, "radix, %uK pages%s", paging->page_size >> 10,
				verdict == KDK_WALK_RIGHT ? "" : ", tables incomplete");
		return NULL;
	}
	if (paging->page_size == 4096)
		paging->word[LINEAR_LIMIT] = LINEAR_END_HASH_4K;
	kdk_paging_mode(paging, "%s, only the linear mapping", why);
	return NULL;
}

struct kdk_error *kdk_ppc64_translate(const struct kdk_paging *paging, uint64_t virt,
				      struct kdk_walk *ret)
{
	struct kdk_error *err = kdk_walk_translate(paging, virt, walk_tables, linear, ret);

	if (!err || paging->root_known || err->kind != KDK_ERROR_ABSENT)
		return err;
	kdk_error_destroy(err);
	return kdk_error_new(KDK_ERROR_ABSENT, "address %#" PRIx64 ": not in the linear mapping, "
			     "and no other is followed here (paging: %s)", virt, paging->mode);
}
