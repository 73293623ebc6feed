/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel in memory for tests of inspectors: a byte image as physical memory, mapped
 * at one virtual address, with the state of each page and the text of vmcoreinfo free
 * to choose; and builders that write the three formats of the kernel log into it.
 * Offsets below are into the image; failures of the builders abort.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"
#include "vmcore/kernel/kernel.h"

#define FAKE_PAGE 4096u

struct fake_kernel {
	struct kdk_kernel kernel;	/* what an inspector gets, after fake_kernel_ready() */
	struct kdk_dump dump;
	struct kdk_arch arch;
	uint8_t *image;
	size_t size;			/* a multiple of FAKE_PAGE */
	size_t used;			/* by fake_alloc() */
	uint64_t base;			/* virtual address of the image */
	enum kdk_page_state *states;	/* of each page */
	struct kdk_buffer info;		/* vmcoreinfo's text */
	bool big_endian;
	unsigned int word;		/* bytes of an unsigned long: 4 or 8 */
};

/* elf_machine: EM_NONE, or what shall be seen */
struct fake_kernel *fake_kernel_create(size_t size, unsigned int word, bool big_endian,
				       uint16_t elf_machine);
void fake_kernel_destroy(struct fake_kernel *fake);

/* Makes fake->kernel of what was written so far; may be called again after changes. */
void fake_kernel_ready(struct fake_kernel *fake);

/* The page at `offset`, with its bytes still in the image. */
void fake_page(struct fake_kernel *fake, size_t offset, enum kdk_page_state state);

/* Room in the image, aligned to `align`. */
size_t fake_alloc(struct fake_kernel *fake, size_t size, size_t align);
uint64_t fake_address(const struct fake_kernel *fake, size_t offset);

void fake_put_u8(struct fake_kernel *fake, size_t offset, uint8_t value);
void fake_put_u16(struct fake_kernel *fake, size_t offset, uint16_t value);
void fake_put_u32(struct fake_kernel *fake, size_t offset, uint32_t value);
void fake_put_u64(struct fake_kernel *fake, size_t offset, uint64_t value);
void fake_put_word(struct fake_kernel *fake, size_t offset, uint64_t value);
void fake_put_bytes(struct fake_kernel *fake, size_t offset, const void *data, size_t size);

/* A line of vmcoreinfo */
void fake_info(struct fake_kernel *fake, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void fake_symbol(struct fake_kernel *fake, const char *name, size_t offset);

/* A line of vmcoreinfo less; aborts when there is none with that key. */
void fake_info_drop(struct fake_kernel *fake, const char *key);

/* One record for the builders; all zero is an empty text at level 0. */
struct fake_record {
	uint64_t ts_nsec;
	const char *text;
	size_t size;			/* of text; 0: strlen() */
	unsigned int level, facility, flags;
	uint32_t caller;
	const char *subsystem, *device;	/* NULL: none */
	enum {
		FAKE_FINALIZED,
		FAKE_COMMITTED,
		FAKE_RESERVED,
		FAKE_REUSABLE,
	} state;
	enum {
		FAKE_DATA,
		FAKE_EMPTY_LINE,
		FAKE_FAILED,		/* there was no room for the text */
	} block;
};

/* The lockless ring, overwriting its oldest records as the kernel does. */
struct fake_ring {
	struct fake_kernel *fake;
	unsigned int count_bits, size_bits;
	size_t header, descs, infos, data, info_size;
	size_t pointer;			/* to the ring, after fake_ring_finish() */
	uint64_t first_id, next_id, tail_id;
	uint64_t head_lpos, tail_lpos;
	uint64_t seq;
	size_t overwritten;		/* records, so far */
	bool early;			/* SYMBOL(prb) points to nothing in the image */
};

void fake_ring_init(struct fake_ring *ring, struct fake_kernel *fake,
		    unsigned int count_bits, unsigned int size_bits);
uint64_t fake_ring_add(struct fake_ring *ring, const struct fake_record *record);
void fake_ring_finish(struct fake_ring *ring);

/* Offsets of what belongs to a descriptor id. */
size_t fake_ring_desc(const struct fake_ring *ring, uint64_t id);
size_t fake_ring_info(const struct fake_ring *ring, uint64_t id);
size_t fake_ring_block(const struct fake_ring *ring, uint64_t id);

/* The buffer of records, also overwriting its oldest ones. */
struct fake_records {
	struct fake_kernel *fake;
	const char *name;		/* "printk_log", "log" */
	bool caller;
	size_t buffer, header;
	size_t variables;		/* after fake_records_finish() */
	uint32_t size, first, next;
	uint32_t places[4096];		/* of all records since the start */
	size_t count, oldest;
};

void fake_records_init(struct fake_records *records, struct fake_kernel *fake, uint32_t size,
		       const char *name, bool caller);
void fake_records_add(struct fake_records *records, const struct fake_record *record);
void fake_records_finish(struct fake_records *records);

/*
 * The plain buffer; returns its offset. Its variables follow it, aligned to 64 as those of
 * the records are.
 */
size_t fake_plain(struct fake_kernel *fake, uint32_t size, const char *text);

/*
 * For fuzzing: where the variables of a log are, for any memory. `kind` modulo 3 is
 * plain, records or ring. They lie in the first FAKE_LOG_DESCRIBED bytes behind the
 * first page. Returns the offset of the variables, or of the pointer to the ring.
 */
#define FAKE_LOG_DESCRIBED 1024
#define FAKE_LOG_CONTROL 6	/* bytes in front of a fuzz input's memory */
size_t fake_log_describe(struct fake_kernel *fake, unsigned int kind, bool caller);

#endif
