/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "core/bytes.h"
#include "vmcore/format/kdump.h"

/* One rank per 512 bytes: a sixty-fourth of the bitmap. */
#define BLOCK_BYTES	512u
#define BLOCK_BITS	(BLOCK_BYTES * 8u)

/* 64 bits of bitmap `which` from bit `at`, a multiple of 64; unknown bits are set. */
static struct kdk_error *load_word(struct kdk_kdump_bitmap *bitmap, unsigned int which,
				   uint64_t at, uint64_t *ret)
{
	uint64_t known = bitmap->known[which];
	uint8_t bytes[8];
	struct kdk_error *err;

	memset(bytes, 0xff, sizeof(bytes));
	if (at < known) {
		uint64_t left = (known - at) / 8;

		err = kdk_window_read(bitmap->cache, bitmap->source,
				      bitmap->offset[which] + at / 8, bytes,
				      left < sizeof(bytes) ? left : sizeof(bytes));
		if (err)
			return kdk_error_wrap(err, "bitmap %u", which + 1);
	}
	*ret = kdk_get_u64(bytes, false);
	return NULL;
}

/* Both words; bitmap 2 as far as the file has it, behind that what bitmap 1 calls RAM. */
static struct kdk_error *load_words(struct kdk_kdump_bitmap *bitmap, uint64_t at,
				    uint64_t *ram, uint64_t *dumped)
{
	if (bitmap->word_at != at + 1) {
		struct kdk_error *err;

		bitmap->word_at = 0;
		err = load_word(bitmap, 0, at, &bitmap->word_ram);
		if (!err)
			err = load_word(bitmap, 1, at, &bitmap->word_dumped);
		if (err)
			return err;
		if (at + 64 > bitmap->known[1]) {
			uint64_t valid = at < bitmap->known[1] ?
				(1ull << (bitmap->known[1] - at)) - 1 : 0;

			bitmap->word_dumped = (bitmap->word_dumped & valid) |
				(bitmap->word_ram & ~valid);
		}
		bitmap->word_at = at + 1;
	}
	*ram = bitmap->word_ram;
	*dumped = bitmap->word_dumped;
	return NULL;
}

struct kdk_error *kdk_kdump_bitmap_stretch(struct kdk_kdump_bitmap *bitmap, uint64_t pfn,
					   uint64_t limit, struct kdk_kdump_stretch *ret)
{
	uint64_t at = pfn & ~63ull, ram, dumped, same_ram, same_dumped, end;
	unsigned int bit = pfn & 63;
	struct kdk_error *err;

	err = load_words(bitmap, at, &ram, &dumped);
	if (err)
		return err;
	ret->ram = ram >> bit & 1;
	ret->dumped = dumped >> bit & 1;
	if (ret->dumped && limit > KDK_KDUMP_RUN_PAGES)
		limit = KDK_KDUMP_RUN_PAGES;
	end = pfn + (limit < bitmap->bits - pfn ? limit : bitmap->bits - pfn);
	same_ram = ret->ram ? ~0ull : 0;
	same_dumped = ret->dumped ? ~0ull : 0;
	for (;;) {
		uint64_t differs = dumped ^ same_dumped;

		/* A page that was dumped is RAM, whatever bitmap 1 says. */
		if (!ret->dumped)
			differs |= ram ^ same_ram;
		if (at < pfn)
			differs &= ~0ull << bit;
		if (differs) {
			at += (unsigned int)__builtin_ctzll(differs);
			break;
		}
		at += 64;
		if (at >= bitmap->known[0] && at >= bitmap->known[1]) {
			/* From here on all bits count as set. */
			if (ret->dumped)
				at = end = bitmap->bits;
			break;
		}
		if (at >= end)
			break;
		err = load_words(bitmap, at, &ram, &dumped);
		if (err)
			return err;
	}
	ret->length = (at < end ? at : end) - pfn;
	return NULL;
}

/* Bytes [from, to) of bitmap 2, at most a block. */
static struct kdk_error *count_bits(struct kdk_kdump_bitmap *bitmap, uint64_t from,
				    uint64_t to, uint64_t *count)
{
	uint64_t words[BLOCK_BYTES / 8] = { 0 };
	struct kdk_error *err;

	err = kdk_window_read(bitmap->cache, bitmap->source, bitmap->offset[1] + from,
			      words, to - from);
	if (err)
		return kdk_error_wrap(err, "bitmap 2");
	for (size_t i = 0; i < (to - from + 7) / 8; i++)
		*count += (unsigned int)__builtin_popcountll(words[i]);
	return NULL;
}

/* Fills ranks up to block `last`, whose bytes before are known. */
static struct kdk_error *extend_ranks(struct kdk_kdump_bitmap *bitmap, uint64_t last)
{
	while (bitmap->rank_count <= last) {
		size_t at = bitmap->rank_count;
		uint64_t rank = 0;
		struct kdk_error *err;

		if (at == bitmap->rank_room) {
			size_t room = at ? at * 2 : 64;
			uint64_t *ranks = realloc(bitmap->ranks, room * sizeof(*ranks));

			if (!ranks)
				return &kdk_enomem;
			bitmap->ranks = ranks;
			bitmap->rank_room = room;
		}
		if (at) {
			rank = bitmap->ranks[at - 1];
			err = count_bits(bitmap, (uint64_t)(at - 1) * BLOCK_BYTES,
					 (uint64_t)at * BLOCK_BYTES, &rank);
			if (err)
				return err;
		}
		bitmap->ranks[at] = rank;
		bitmap->rank_count++;
	}
	return NULL;
}

/* The rank of a word's first bit. */
static struct kdk_error *word_rank(struct kdk_kdump_bitmap *bitmap, uint64_t at,
				   uint64_t *ret)
{
	uint64_t block = at / BLOCK_BITS;
	struct kdk_error *err;

	if (bitmap->rank_at != at + 1) {
		bitmap->rank_at = 0;
		err = extend_ranks(bitmap, block);
		if (err)
			return err;
		bitmap->rank = bitmap->ranks[block];
		err = count_bits(bitmap, block * BLOCK_BYTES, at / 8, &bitmap->rank);
		if (err)
			return err;
		bitmap->rank_at = at + 1;
	}
	*ret = bitmap->rank;
	return NULL;
}

struct kdk_error *kdk_kdump_bitmap_rank(struct kdk_kdump_bitmap *bitmap, uint64_t pfn,
					uint64_t *ret)
{
	uint64_t at = pfn & ~63ull, ram, dumped, rank = 0;
	struct kdk_error *err = word_rank(bitmap, at, &rank);

	if (!err && pfn > at) {
		err = load_words(bitmap, at, &ram, &dumped);
		if (!err)
			rank += (unsigned int)
				__builtin_popcountll(dumped & ((1ull << (pfn - at)) - 1));
	}
	*ret = rank;
	return err;
}
