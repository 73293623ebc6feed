/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdump-compressed dumps: what the files of this format share. Layouts as in
 * makedumpfile's diskdump_mod.h.
 */
#ifndef KDK_KDUMP_H
#define KDK_KDUMP_H

#include "vmcore/codec/codec.h"
#include "vmcore/format/format.h"
#include "vmcore/format/window.h"

#define KDK_KDUMP_SIGNATURE	"KDUMP   "
#define KDK_KDUMP_VERSION_MAX	6

/* header.status beside KDK_PAGE_FLAG_* */
#define KDK_KDUMP_INCOMPLETE		0x08
#define KDK_KDUMP_EXCLUDED_VMEMMAP	0x10

#define KDK_PAGE_FLAGS_KNOWN	(KDK_PAGE_FLAG_ZLIB | KDK_PAGE_FLAG_LZO | \
				 KDK_PAGE_FLAG_SNAPPY | KDK_PAGE_FLAG_ZSTD)

/* Both headers of one file, decoded. */
struct kdk_kdump_header {
	bool big_endian;
	uint8_t word_bytes;
	int version;
	char utsname[6][66];
	int64_t time_seconds;
	uint32_t status;
	uint32_t block_size;
	uint32_t sub_hdr_size;		/* blocks */
	uint32_t bitmap_blocks;
	uint32_t cpus;
	uint64_t max_mapnr;

	uint64_t phys_base;		/* KDK_NO_ADDRESS when there is no sub header */
	int dump_level;			/* -1 when absent */
	bool split;
	uint64_t start_pfn, end_pfn;	/* of this part; all of memory unless split */
	uint64_t vmcoreinfo_offset, vmcoreinfo_size;
	uint64_t note_offset, note_size;
};

struct kdk_error *kdk_kdump_header_read(const struct kdk_source *source,
					struct kdk_kdump_header *ret);

/* The two bitmaps of one file, bit 0 of a byte first on every machine. */
struct kdk_kdump_bitmap {
	struct kdk_window_cache *cache;
	const struct kdk_source *source;
	uint64_t offset[2];		/* of bitmap 1 (RAM) and bitmap 2 (dumped) */
	uint64_t known[2];		/* bits that the file has of each */
	uint64_t bits;			/* max_mapnr */
	uint64_t *ranks;		/* set bits of bitmap 2 before each block, on demand */
	size_t rank_count, rank_room;

	/* The 64 bits last looked at, from bit word_at - 1; 0: none. */
	uint64_t word_at, word_ram, word_dumped;
	uint64_t rank_at, rank;		/* the same for the rank of such a word */
};

/* Dumped pages looked at together: each costs a look at its descriptor anyway. */
#define KDK_KDUMP_RUN_PAGES 512u

/* A page frame's two bits, and how many frames (at least 1) from it have the same. */
struct kdk_kdump_stretch {
	bool ram;
	bool dumped;
	uint64_t length;
};

/*
 * pfn < bits. What the file no longer has counts as RAM that was dumped, so that
 * it ends up lost. Looks at the bits of no more than `limit` frames, and of no
 * more than KDK_KDUMP_RUN_PAGES dumped ones.
 */
struct kdk_error *kdk_kdump_bitmap_stretch(struct kdk_kdump_bitmap *bitmap, uint64_t pfn,
					   uint64_t limit, struct kdk_kdump_stretch *ret);

/* Set bits of bitmap 2 before pfn, which is at most known[1]. */
struct kdk_error *kdk_kdump_bitmap_rank(struct kdk_kdump_bitmap *bitmap, uint64_t pfn,
					uint64_t *ret);

/* One file of the set. */
struct kdk_kdump_part {
	const struct kdk_source *source;
	struct kdk_kdump_header header;
	uint64_t first_rank;		/* descriptors count from start_pfn */
	uint64_t desc_offset;
	uint64_t desc_count;		/* that the file has room for */
	uint64_t zero_offset[2];	/* where the page shared by zero pages may be; 0: is not */
	bool zero_known;		/* zero_offset has been looked for */
};

#define KDK_KDUMP_CODECS 8

struct kdk_kdump {
	struct kdk_kdump_part *parts;	/* by start_pfn */
	size_t part_count;
	struct kdk_window_cache cache;
	struct kdk_kdump_bitmap bitmap;
	uint32_t block_size;
	unsigned int block_shift;
	uint64_t max_mapnr;
	void *contexts[KDK_KDUMP_CODECS];	/* by place in kdk_codecs[] */
	uint8_t *packed;		/* block_size bytes */
	uint8_t *page;			/* the page last decompressed */
	uint64_t page_pfn;		/* KDK_NO_ADDRESS: none */
};

/*
 * Reads every source's headers, sorts sources and parts, and refuses files that
 * are no set; a missing part costs a remark.
 */
struct kdk_error *kdk_kdump_set_open(struct kdk_dump *dump, struct kdk_kdump *kdump);

/* The part that has this page frame; NULL when it is missing. */
struct kdk_kdump_part *kdk_kdump_part_find(const struct kdk_kdump *kdump, uint64_t pfn);

#endif
