/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ORC unwind tables (arch/x86/include/asm/orc_types.h): for every stretch of code, how to
 * get from the stack pointer there to the caller's. Entries are 6 bytes: s16 sp_offset,
 * s16 bp_offset, u16 of bit fields that has changed three times.
 */
#ifndef KDK_X86_64_ORC_H
#define KDK_X86_64_ORC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/unwind.h"

enum kdk_orc_register {
	KDK_ORC_UNDEFINED,
	KDK_ORC_PREV_SP,
	KDK_ORC_DX,
	KDK_ORC_DI,
	KDK_ORC_BP,
	KDK_ORC_SP,
	KDK_ORC_R10,
	KDK_ORC_R13,
	KDK_ORC_BP_INDIRECT,
	KDK_ORC_SP_INDIRECT,
	KDK_ORC_AX,
	KDK_ORC_BAD,
};

enum kdk_orc_type {
	KDK_ORC_NONE,		/* code without an entry of use */
	KDK_ORC_END,		/* nobody called this */
	KDK_ORC_CALL,		/* a return address is at the caller's sp − 8 */
	KDK_ORC_REGS,		/* a whole pt_regs is there */
	KDK_ORC_REGS_PARTIAL,	/* only what the processor pushes: ip, cs, flags, sp, ss */
};

enum kdk_orc_version {
	KDK_ORC_UNKNOWN,
	KDK_ORC_4_14,		/* type in bits 8–9, end in 10 */
	KDK_ORC_6_3,		/* type in 8–9, signal in 10, end in 11 */
	KDK_ORC_6_4,		/* type in 8–10 with undefined and end, signal in 11 */
	KDK_ORC_7_1,		/* the same with registers numbered anew */
};

struct kdk_orc {
	int16_t sp_offset, bp_offset;
	enum kdk_orc_register sp, bp;
	enum kdk_orc_type type;
	bool signal;		/* pc of the next frame is exact */
};

#define KDK_ORC_BYTES 6

/* False when the entry's fields are none that this version has. */
bool kdk_orc_decode(const uint8_t bytes[KDK_ORC_BYTES], enum kdk_orc_version version,
		    struct kdk_orc *ret);

/* By the 20 bytes at __start_orc_header. */
enum kdk_orc_version kdk_orc_version_by_hash(const uint8_t hash[20]);

/*
 * By the entries themselves, `count` of them from anywhere in the table. Most code is entered by calls
 * and finds its caller by sp: which bits say so, tells the version. KDK_ORC_UNKNOWN when none fits.
 */
enum kdk_orc_version kdk_orc_version_by_entries(const uint8_t *entries, size_t count);

/* The kernel's own tables and their version. */
struct kdk_orc_tables {
	struct kdk_unwind_table kernel;		/* count 0: the kernel has none */
	enum kdk_orc_version version;
	uint64_t blocks;		/* orc_lookup: index of the first entry of each 256 bytes; 0 */
	uint64_t block_count, text;	/* of them; where the first begins */
};

void kdk_orc_find_tables(const struct kdk_unwind *unwind, struct kdk_orc_tables *ret);

/* The entry for code at pc, of the kernel or of a module. */
bool kdk_orc_find(const struct kdk_unwind *unwind, const struct kdk_orc_tables *tables, uint64_t pc,
		  struct kdk_orc *ret);

#endif
