/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machine code of the dumped kernel as it stood in memory, disassembled by capstone. */
#ifndef KDK_DISASSEMBLY_H
#define KDK_DISASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/kernel/kernel.h"

#define KDK_INSTRUCTION_BYTES 16

struct kdk_instruction {
	uint64_t address;
	uint8_t bytes[KDK_INSTRUCTION_BYTES];
	uint8_t size;
	bool known;		/* false: bytes that are no instruction of this processor */
	char mnemonic[32];	/* ".byte" when not known */
	char operands[160];
	bool branch;		/* `target` is where it jumps to or what it calls */
	uint64_t target;	/* address that the operands name; 0: none */
	char *symbol;		/* owned; of the target: "name+0x10 [module]", hostile; NULL: none */
};

struct kdk_disassembly {
	char *function;		/* owned; hostile; NULL when no symbol covers the first one */
	char *module;		/* owned; hostile; NULL: the kernel itself */
	uint64_t start;		/* of the function; 0 when there is none */
	uint64_t size;		/* bytes to the next symbol; 0 when not known */
	struct kdk_instruction *instructions;
	size_t count;
	char *note;		/* owned; why it ends early; NULL */
};

enum kdk_disassembly_range {
	KDK_DISASSEMBLY_FUNCTION,	/* all of the function that the address lies in */
	KDK_DISASSEMBLY_FORWARD,	/* from the address on, `count` instructions or to the function's end */
	KDK_DISASSEMBLY_REVERSE,	/* the function up to the address, the last `count` of them */
};

#define KDK_DISASSEMBLY_MAX 65536	/* instructions */

struct kdk_disassembly_options {
	enum kdk_disassembly_range range;
	size_t count;		/* 0: no other limit than KDK_DISASSEMBLY_MAX */
	bool intel;		/* x86: not AT&T syntax */
};

/*
 * KDK_ERROR_UNSUPPORTED without capstone or for a processor that it does not know;
 * KDK_ERROR_ABSENT when no symbol covers the address and the range needs its
 * function, or when not even the first byte is in the dump.
 */
struct kdk_error *kdk_disassembly_read(struct kdk_kernel *kernel, uint64_t address,
				       const struct kdk_disassembly_options *options,
				       struct kdk_disassembly *ret);
void kdk_disassembly_deinit(struct kdk_disassembly *disassembly);

#endif
