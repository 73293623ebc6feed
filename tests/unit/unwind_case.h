/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stack to walk, made by hand: memory, symbols, members and functions in small tables. */
#ifndef UNWIND_CASE_H
#define UNWIND_CASE_H

#include "arch/unwind.h"

#define CASE_BASE UINT64_C(0xffff888000000000)
#define CASE_BASE_32 UINT64_C(0xc0000000)
#define CASE_BYTES 0x20000u
#define CASE_TEXT 0x10000u	/* code begins here, from the base of the memory */
#define CASE_NAMES 48

struct unwind_case {
	struct kdk_unwind unwind;
	struct kdk_unwind_reader reader;
	struct kdk_unwind_cursor cursor;
	uint64_t base;
	uint8_t *memory;	/* CASE_BYTES of it */
	struct {
		const char *name;
		uint64_t value;
	} symbols[CASE_NAMES], fields[CASE_NAMES], sizes[CASE_NAMES], numbers[CASE_NAMES];
	size_t symbol_count, field_count, size_count, number_count;
	struct {
		const char *name;
		uint64_t start, end;
	} functions[CASE_NAMES];
	size_t function_count;
};

/* word: bytes of an unsigned long. The base is CASE_BASE or CASE_BASE_32. */
void case_init(struct unwind_case *c, unsigned int word, bool big_endian);
void case_deinit(struct unwind_case *c);

void case_symbol(struct unwind_case *c, const char *name, uint64_t value);
void case_field(struct unwind_case *c, const char *path, uint64_t offset);
void case_size(struct unwind_case *c, const char *type, uint64_t size);
void case_number(struct unwind_case *c, const char *key, uint64_t value);
/* A function of 0x100 bytes; returns its address. */
uint64_t case_function(struct unwind_case *c, const char *name);

void case_put(struct unwind_case *c, uint64_t address, uint64_t word);
void case_put_bytes(struct unwind_case *c, uint64_t address, const void *bytes, size_t size);

/* After all of that; the task's stack begins at the base and is `stack` bytes long. */
void case_start(struct unwind_case *c, const struct kdk_arch_unwind *ops, uint64_t stack);

/* "function+0xoffset" of where the cursor is; "user" or "?" */
const char *case_where(struct unwind_case *c);

/* Steps once and compares case_where(). */
#define assert_next(c, expected)						\
	do {									\
		assert_int_equal(kdk_unwind_next(&(c)->unwind, &(c)->cursor),	\
				 KDK_UNWIND_NEXT);				\
		assert_string_equal(case_where(c), expected);			\
	} while (0)

#define assert_end(c) \
	assert_int_equal(kdk_unwind_next(&(c)->unwind, &(c)->cursor), KDK_UNWIND_END)

#define assert_lost(c) \
	assert_int_equal(kdk_unwind_next(&(c)->unwind, &(c)->cursor), KDK_UNWIND_LOST)

#endif
