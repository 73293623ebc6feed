/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/format/kdump.h"

#define UTS_SIZE	65u
#define MAIN_SIZE	464u
#define SUB_SIZE	104u
#define MIN_BLOCK	512u
#define MAX_BLOCK	(1u << 20)
#define MAX_LEVEL	31u

/* Where a compiler puts the fields behind utsname: the time stamp decides it. */
struct main_layout {
	uint16_t time;		/* tv_sec */
	uint8_t time_bytes;
	uint16_t status;	/* status and the 32-bit fields that follow it */
};

static const struct main_layout main_layouts[] = {
	{ 408, 8, 424 },	/* 64-bit, and 32-bit with 64-bit time aligned to 8 */
	{ 404, 4, 412 },	/* 32-bit */
	{ 404, 8, 420 },	/* ia32 with 64-bit time */
};

/* Fields that follow status, each 4 bytes. */
enum {
	AFTER_STATUS_BLOCK_SIZE = 4,
	AFTER_STATUS_SUB_HDR_SIZE = 8,
	AFTER_STATUS_BITMAP_BLOCKS = 12,
	AFTER_STATUS_MAX_MAPNR = 16,
	AFTER_STATUS_CPUS = 36,
};

/* kdump_sub_header: offsets of its fields. */
struct sub_layout {
	uint8_t word_bytes;
	uint8_t level, split, start_pfn, end_pfn;
	uint8_t vmcoreinfo, vmcoreinfo_size, note, note_size;
	uint8_t start_pfn_64, end_pfn_64, max_mapnr_64;
};

static const struct sub_layout sub_lp64 = {
	8, 8, 12, 16, 24, 32, 40, 48, 56, 80, 88, 96
};
/* 64-bit fields aligned to 4: ia32 */
static const struct sub_layout sub_packed = {
	4, 4, 8, 12, 16, 20, 28, 32, 40, 56, 64, 72
};
/* … and to 8: ARM, MIPS, 32-bit PowerPC */
static const struct sub_layout sub_aligned = {
	4, 4, 8, 12, 16, 24, 32, 40, 48, 72, 80, 88
};

static bool block_size_ok(uint32_t size)
{
	return size >= MIN_BLOCK && size <= MAX_BLOCK && !(size & (size - 1));
}

static bool main_fits(const uint8_t *bytes, const struct main_layout *layout, bool big)
{
	const uint8_t *status = bytes + layout->status;
	uint32_t sub = kdk_get_u32(status + AFTER_STATUS_SUB_HDR_SIZE, big);

	return block_size_ok(kdk_get_u32(status + AFTER_STATUS_BLOCK_SIZE, big)) &&
	       sub >= 1 && sub <= 0x100000 &&
	       kdk_get_u32(status + AFTER_STATUS_BITMAP_BLOCKS, big) >= 1;
}

/* NULL when the fields make sense in no known layout. */
static const struct main_layout *find_main_layout(const uint8_t *bytes, bool *big)
{
	/* The version tells the byte order; only one of both readings is small. */
	*big = kdk_get_u32(bytes + 8, false) > 0xffff;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(main_layouts); i++)
		if (main_fits(bytes, &main_layouts[i], *big))
			return &main_layouts[i];
	return NULL;
}

static bool is_ia32(const char *machine)
{
	return strlen(machine) == 4 && machine[0] == 'i' && !strcmp(machine + 2, "86");
}

/* Machines of 32 bits whose makedumpfile may use 64-bit time and so the 64-bit layout. */
static bool is_32bit(const char *machine)
{
	static const char *const names[] = {
		"armv5tejl", "armv6l", "armv7l", "armv7b", "armv8l", "arm",
		"mips", "ppc", "riscv32",
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(names); i++)
		if (!strcmp(machine, names[i]))
			return true;
	return false;
}

static void decode_main(const uint8_t *bytes, const struct main_layout *layout, bool big,
			struct kdk_kdump_header *ret)
{
	const uint8_t *status = bytes + layout->status;

	ret->big_endian = big;
	ret->version = (int)kdk_get_u32(bytes + 8, big);
	for (size_t i = 0; i < 6; i++)
		memcpy(ret->utsname[i], bytes + 12 + i * UTS_SIZE, UTS_SIZE);
	ret->time_seconds = layout->time_bytes == 8 ?
		(int64_t)kdk_get_u64(bytes + layout->time, big) :
		(int32_t)kdk_get_u32(bytes + layout->time, big);
	ret->status = kdk_get_u32(status, big);
	ret->block_size = kdk_get_u32(status + AFTER_STATUS_BLOCK_SIZE, big);
	ret->sub_hdr_size = kdk_get_u32(status + AFTER_STATUS_SUB_HDR_SIZE, big);
	ret->bitmap_blocks = kdk_get_u32(status + AFTER_STATUS_BITMAP_BLOCKS, big);
	ret->max_mapnr = kdk_get_u32(status + AFTER_STATUS_MAX_MAPNR, big);
	ret->cpus = kdk_get_u32(status + AFTER_STATUS_CPUS, big);
	ret->word_bytes = 8;
	if (layout->status != 424 || is_32bit(ret->utsname[4]) ||
	    is_ia32(ret->utsname[4]))
		ret->word_bytes = 4;
}

/* Do the fields that a wrong layout garbles make sense? */
static bool sub_fits(const uint8_t *bytes, const struct sub_layout *layout,
		     const struct kdk_kdump_header *header)
{
	uint64_t start = header->block_size;
	uint64_t end = start + (uint64_t)header->sub_hdr_size * header->block_size;
	bool big = header->big_endian;

	if (header->version >= 3) {
		uint64_t offset = kdk_get_u64(bytes + layout->vmcoreinfo, big);
		uint64_t size = kdk_get_word(bytes + layout->vmcoreinfo_size, big,
					     layout->word_bytes);

		if ((offset || size) &&
		    (offset < start || offset > end || size > end - offset))
			return false;
	}
	if (header->version >= 4) {
		uint64_t offset = kdk_get_u64(bytes + layout->note, big);
		uint64_t size =
			kdk_get_word(bytes + layout->note_size, big, layout->word_bytes);

		if ((offset || size) &&
		    (offset < start || offset > end || size > end - offset))
			return false;
	}
	if (header->version >= 6) {
		uint64_t bits = (uint64_t)header->bitmap_blocks * header->block_size * 8;

		if (kdk_get_u64(bytes + layout->max_mapnr_64, big) > bits)
			return false;
	}
	return true;
}

static const struct sub_layout *find_sub_layout(const uint8_t *bytes,
						const struct kdk_kdump_header *header)
{
	const struct sub_layout *first = &sub_aligned, *second = &sub_packed;

	if (header->word_bytes == 8)
		return &sub_lp64;
	if (is_ia32(header->utsname[4])) {
		first = &sub_packed;
		second = &sub_aligned;
	}
	if (!sub_fits(bytes, first, header) && sub_fits(bytes, second, header))
		return second;
	return first;
}

static void decode_sub(const uint8_t *bytes, const struct sub_layout *layout,
		       struct kdk_kdump_header *ret)
{
	unsigned int word = layout->word_bytes;
	bool big = ret->big_endian;

	ret->phys_base = kdk_get_word(bytes, big, word);
	if (kdk_get_u32(bytes + layout->level, big) <= MAX_LEVEL)
		ret->dump_level = (int)kdk_get_u32(bytes + layout->level, big);
	if (ret->version >= 2) {
		ret->split = kdk_get_u32(bytes + layout->split, big) != 0;
		ret->start_pfn = kdk_get_word(bytes + layout->start_pfn, big, word);
		ret->end_pfn = kdk_get_word(bytes + layout->end_pfn, big, word);
	}
	if (ret->version >= 3) {
		ret->vmcoreinfo_offset = kdk_get_u64(bytes + layout->vmcoreinfo, big);
		ret->vmcoreinfo_size =
			kdk_get_word(bytes + layout->vmcoreinfo_size, big, word);
	}
	if (ret->version >= 4) {
		ret->note_offset = kdk_get_u64(bytes + layout->note, big);
		ret->note_size = kdk_get_word(bytes + layout->note_size, big, word);
	}
	if (ret->version >= 6) {
		uint64_t max = kdk_get_u64(bytes + layout->max_mapnr_64, big);

		ret->start_pfn = kdk_get_u64(bytes + layout->start_pfn_64, big);
		ret->end_pfn = kdk_get_u64(bytes + layout->end_pfn_64, big);
		if (max)
			ret->max_mapnr = max;
	}
}

static struct kdk_error *read_sub(const struct kdk_source *source,
				  struct kdk_kdump_header *ret)
{
	uint8_t bytes[SUB_SIZE];
	struct kdk_error *err;

	ret->phys_base = KDK_NO_ADDRESS;
	ret->dump_level = -1;
	err = kdk_source_read(source, ret->block_size, bytes, sizeof(bytes));
	if (err)
		return kdk_error_wrap(err, "its sub header");
	decode_sub(bytes, find_sub_layout(bytes, ret), ret);
	return NULL;
}

struct kdk_error *kdk_kdump_header_read(const struct kdk_source *source,
					struct kdk_kdump_header *ret)
{
	const struct main_layout *layout;
	uint8_t bytes[MAIN_SIZE];
	struct kdk_error *err;
	bool big;

	err = kdk_source_read(source, 0, bytes, sizeof(bytes));
	if (err)
		return kdk_error_wrap(err, "its header");
	memset(ret, 0, sizeof(*ret));
	layout = find_main_layout(bytes, &big);
	if (!layout)
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "damaged header: block size, sub header and bitmap sizes make no sense in any known layout");
	decode_main(bytes, layout, big, ret);
	if (ret->version < 1)
		return kdk_error_new(KDK_ERROR_FORMAT, "damaged header: version %d",
				     ret->version);
	err = read_sub(source, ret);
	if (err)
		return err;
	if (!ret->split) {
		ret->start_pfn = 0;
		ret->end_pfn = ret->max_mapnr;
	} else if (ret->end_pfn > ret->max_mapnr || ret->start_pfn > ret->end_pfn) {
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "damaged sub header: page frames %#" PRIx64 " to %#" PRIx64 " of %#" PRIx64,
				     ret->start_pfn, ret->end_pfn, ret->max_mapnr);
	}
	return NULL;
}
