/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/x86_64/orc.h"

#include <string.h>

#include "core/bytes.h"

/* The kernel's own table of blocks (arch/x86/include/asm/orc_lookup.h) */
#define BLOCK_BYTES 256

/* A kernel's table has about a million entries. */
#define ENTRIES_MAX (1u << 26)
#define SAMPLES 256

/* Register numbers of the entries up to 7.0 are those of enum kdk_orc_register. */
static const enum kdk_orc_register registers_7_1[16] = {
	KDK_ORC_UNDEFINED, KDK_ORC_AX, KDK_ORC_DX, KDK_ORC_SP, KDK_ORC_BP, KDK_ORC_DI,
	KDK_ORC_R10, KDK_ORC_R13, KDK_ORC_PREV_SP, KDK_ORC_SP_INDIRECT, KDK_ORC_BP_INDIRECT,
	KDK_ORC_BAD, KDK_ORC_BAD, KDK_ORC_BAD, KDK_ORC_BAD, KDK_ORC_BAD,
};

static enum kdk_orc_register decode_register(unsigned int number, enum kdk_orc_version version)
{
	if (version == KDK_ORC_7_1)
		return registers_7_1[number];
	return number < KDK_ORC_BAD ? (enum kdk_orc_register)number : KDK_ORC_BAD;
}

static bool decode_old(uint16_t bits, enum kdk_orc_version version, struct kdk_orc *orc)
{
	static const enum kdk_orc_type types[] = {
		KDK_ORC_CALL, KDK_ORC_REGS, KDK_ORC_REGS_PARTIAL,
	};
	unsigned int type = bits >> 8 & 3, end = version == KDK_ORC_6_3 ? 11 : 10;

	if (type >= KDK_ARRAY_SIZE(types) || bits >> (end + 1))
		return false;
	orc->type = types[type];
	orc->signal = version == KDK_ORC_6_3 ? bits >> 10 & 1 : orc->type != KDK_ORC_CALL;
	if (orc->sp == KDK_ORC_UNDEFINED)
		orc->type = bits >> end & 1 ? KDK_ORC_END : KDK_ORC_NONE;
	return true;
}

bool kdk_orc_decode(const uint8_t bytes[KDK_ORC_BYTES], enum kdk_orc_version version,
		    struct kdk_orc *ret)
{
	uint16_t bits = kdk_get_u16(bytes + 4, false);
	struct kdk_orc orc = {
		.sp_offset = (int16_t)kdk_get_u16(bytes, false),
		.bp_offset = (int16_t)kdk_get_u16(bytes + 2, false),
		.sp = decode_register(bits & 15, version),
		.bp = decode_register(bits >> 4 & 15, version),
	};
	unsigned int type = bits >> 8 & 7;

	if (orc.sp == KDK_ORC_BAD || (orc.bp != KDK_ORC_UNDEFINED && orc.bp != KDK_ORC_PREV_SP &&
				      orc.bp != KDK_ORC_BP))
		return false;
	if (version == KDK_ORC_4_14 || version == KDK_ORC_6_3) {
		if (!decode_old(bits, version, &orc))
			return false;
	} else {
		if (version == KDK_ORC_UNKNOWN || type > KDK_ORC_REGS_PARTIAL || bits >> 12)
			return false;
		orc.type = (enum kdk_orc_type)type;
		orc.signal = bits >> 11 & 1;
	}
	*ret = orc;
	return true;
}

enum kdk_orc_version kdk_orc_version_by_hash(const uint8_t hash[20])
{
	/* SHA-1 that scripts/orc_hash.sh makes of the entry's definition */
	static const struct {
		uint8_t hash[20];
		enum kdk_orc_version version;
	} known[] = {
		{ { 0xdb, 0x84, 0xae, 0xd4, 0x10, 0x3b, 0x31, 0xdd, 0x51, 0xe0,
		    0x17, 0xf8, 0xf7, 0x97, 0x83, 0xca, 0x98, 0x5c, 0x2c, 0x51 },
		  KDK_ORC_6_3 },
		{ { 0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6, 0x3b, 0x2c, 0xa9,
		    0xa5, 0xc6, 0x5b, 0xa5, 0xa6, 0x25, 0xea, 0xb3, 0xfe, 0x24 },
		  KDK_ORC_6_4 },
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(known); i++)
		if (!memcmp(known[i].hash, hash, sizeof(known[i].hash)))
			return known[i].version;
	return KDK_ORC_UNKNOWN;
}

/*
 * Of a version's own meaning: entries that decode, and those that say the common thing: a call,
 * the caller's sp from sp by a positive multiple of 8.
 */
static size_t count_plausible(const uint8_t *entries, size_t count, enum kdk_orc_version version,
			      size_t *ret_decoded, size_t *ret_ends)
{
	size_t common = 0;

	*ret_decoded = *ret_ends = 0;
	for (size_t i = 0; i < count; i++) {
		struct kdk_orc orc;

		if (!kdk_orc_decode(entries + i * KDK_ORC_BYTES, version, &orc))
			continue;
		++*ret_decoded;
		*ret_ends += orc.type == KDK_ORC_END;
		common += orc.type == KDK_ORC_CALL && orc.sp == KDK_ORC_SP &&
			  orc.sp_offset > 0 && !(orc.sp_offset & 7);
	}
	return common;
}

enum kdk_orc_version kdk_orc_version_by_entries(const uint8_t *entries, size_t count)
{
	enum kdk_orc_version best = KDK_ORC_UNKNOWN;
	size_t best_decoded = 0, best_ends = 0;

	for (int v = KDK_ORC_4_14; v <= KDK_ORC_7_1; v++) {
		size_t decoded, ends, common;

		common = count_plausible(entries, count, v, &decoded, &ends);
		if (common * 2 < count || decoded * 100 < count * 98)
			continue;
		/*
		 * The first two differ in the bit that ends a stack: read by the wrong one,
		 * entries do not decode (signal is end's bit) or no stack ever ends.
		 */
		if (best == KDK_ORC_UNKNOWN || decoded > best_decoded ||
		    (decoded == best_decoded && ends > best_ends)) {
			best = v;
			best_decoded = decoded;
			best_ends = ends;
		}
	}
	return best;
}

/* Entries from all over the table, so that rare kinds are among them. */
static enum kdk_orc_version sample_version(const struct kdk_unwind *unwind,
					   const struct kdk_unwind_table *table)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint8_t entries[SAMPLES * 8 * KDK_ORC_BYTES];
	size_t got = 0, run = 256;

	/* Eight runs: each is a page or two, and has many entries. */
	for (uint64_t i = 0; i < 8; i++) {
		uint64_t first = table->count / 8 * i;
		size_t n = table->count - first < run ? table->count - first : run;

		if (got + n <= SAMPLES * 8 &&
		    reader->read(reader->context, table->entries + first * KDK_ORC_BYTES,
				 entries + got * KDK_ORC_BYTES, n * KDK_ORC_BYTES))
			got += n;
	}
	return got ? kdk_orc_version_by_entries(entries, got) : KDK_ORC_UNKNOWN;
}

static bool symbol(const struct kdk_unwind *unwind, const char *name, uint64_t *ret)
{
	return unwind->reader.symbol(unwind->reader.context, name, ret);
}

static void find_blocks(const struct kdk_unwind *unwind, struct kdk_orc_tables *tables)
{
	uint64_t end;

	if (!symbol(unwind, "orc_lookup", &tables->blocks) ||
	    !symbol(unwind, "orc_lookup_end", &end) || !symbol(unwind, "_stext", &tables->text) ||
	    end <= tables->blocks)
		return;
	tables->block_count = (end - tables->blocks) / 4;
}

void kdk_orc_find_tables(const struct kdk_unwind *unwind, struct kdk_orc_tables *ret)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	struct kdk_orc_tables tables = { 0 };
	uint64_t addresses_end, entries_end, header;
	uint8_t hash[20];

	*ret = tables;
	if (!symbol(unwind, "__start_orc_unwind_ip", &tables.kernel.addresses) ||
	    !symbol(unwind, "__stop_orc_unwind_ip", &addresses_end) ||
	    !symbol(unwind, "__start_orc_unwind", &tables.kernel.entries) ||
	    !symbol(unwind, "__stop_orc_unwind", &entries_end) ||
	    addresses_end <= tables.kernel.addresses || entries_end <= tables.kernel.entries)
		return;
	tables.kernel.count = (addresses_end - tables.kernel.addresses) / 4;
	if (tables.kernel.count > ENTRIES_MAX ||
	    tables.kernel.count != (entries_end - tables.kernel.entries) / KDK_ORC_BYTES)
		return;
	if (symbol(unwind, "__start_orc_header", &header) &&
	    reader->read(reader->context, header, hash, sizeof(hash)))
		tables.version = kdk_orc_version_by_hash(hash);
	if (tables.version == KDK_ORC_UNKNOWN)
		tables.version = sample_version(unwind, &tables.kernel);
	if (tables.version == KDK_ORC_UNKNOWN)
		return;
	find_blocks(unwind, &tables);
	*ret = tables;
}

/* Address of the code that entry `index` begins at. */
static bool entry_address(const struct kdk_unwind *unwind, const struct kdk_unwind_table *table,
			  uint64_t index, uint64_t *ret)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint64_t place = table->addresses + index * 4;
	uint8_t bytes[4];

	if (!reader->read(reader->context, place, bytes, sizeof(bytes)))
		return false;
	*ret = place + (uint64_t)(int64_t)(int32_t)kdk_get_u32(bytes, false);
	return true;
}

/* Narrows [low, high) by the kernel's own table of blocks, where it tells the truth. */
static void narrow(const struct kdk_unwind *unwind, const struct kdk_orc_tables *tables,
		   uint64_t pc, uint64_t *low, uint64_t *high)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	uint64_t block = (pc - tables->text) / BLOCK_BYTES, first, last, address;
	uint8_t bytes[8];

	if (pc < tables->text || block + 1 >= tables->block_count ||
	    !reader->read(reader->context, tables->blocks + block * 4, bytes, sizeof(bytes)))
		return;
	first = kdk_get_u32(bytes, false);
	last = (uint64_t)kdk_get_u32(bytes + 4, false) + 1;
	if (first >= last || last > *high)
		return;
	if (!entry_address(unwind, &tables->kernel, first, &address) || address > pc)
		return;
	if (last < *high && (!entry_address(unwind, &tables->kernel, last, &address) || address <= pc))
		return;
	*low = first;
	*high = last;
}

/* The last entry at or below pc: *low is one at or below it. */
static bool search(const struct kdk_unwind *unwind, const struct kdk_unwind_table *table,
		   uint64_t pc, uint64_t low, uint64_t high, uint64_t *ret)
{
	uint64_t address;

	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (!entry_address(unwind, table, middle, &address))
			return false;
		if (address <= pc)
			low = middle;
		else
			high = middle;
	}
	if (!entry_address(unwind, table, low, &address) || address > pc)
		return false;
	*ret = low;
	return true;
}

bool kdk_orc_find(const struct kdk_unwind *unwind, const struct kdk_orc_tables *tables, uint64_t pc,
		  struct kdk_orc *ret)
{
	const struct kdk_unwind_reader *reader = &unwind->reader;
	struct kdk_unwind_table table = tables->kernel;
	uint64_t low = 0, high, index, first, last;
	uint8_t bytes[KDK_ORC_BYTES];

	if (!table.count || tables->version == KDK_ORC_UNKNOWN)
		return false;
	if (!entry_address(unwind, &table, 0, &first) ||
	    !entry_address(unwind, &table, table.count - 1, &last))
		return false;
	if (pc < first || pc >= last) {
		if (!reader->module_table(reader->context, pc, &table) || !table.count ||
		    table.count > ENTRIES_MAX)
			return false;
		high = table.count;
	} else {
		high = table.count;
		narrow(unwind, tables, pc, &low, &high);
	}
	return search(unwind, &table, pc, low, high, &index) &&
	       reader->read(reader->context, table.entries + index * KDK_ORC_BYTES, bytes,
			    sizeof(bytes)) &&
	       kdk_orc_decode(bytes, tables->version, ret);
}
