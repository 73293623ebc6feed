/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine of a few pages and a vmcoreinfo, all written by the test, seen as a dump;
 * and a builder of page tables that knows only shifts and widths it is told.
 */
#ifndef KDK_FAKE_MACHINE_H
#define KDK_FAKE_MACHINE_H

#include "unit.h"

#include "vmcore/kernel/memory.h"

#define FAKE_PAGE 4096

struct fake_page {
	uint64_t phys;
	enum kdk_page_state state;
	uint8_t bytes[FAKE_PAGE];
};

struct fake_machine {
	struct kdk_dump dump;
	struct kdk_segment segments[8];
	struct fake_page **pages;
	size_t page_count;
	char info_text[8192];
	struct kdk_vmcoreinfo *info;
	struct kdk_memory *memory;
	uint64_t next_table;	/* where build() puts the next table */
	uint64_t virt_only;	/* one page only read_virtual knows; 0: none */
	unsigned int reads;	/* calls of the format's read */
};

struct fake_machine *fake_create(bool big_endian);
void fake_destroy(struct fake_machine *machine);

/* Also makes the pages present. */
void fake_write(struct fake_machine *machine, uint64_t phys, const void *bytes, size_t size);
void fake_put(struct fake_machine *machine, uint64_t phys, uint64_t value,
	      unsigned int size, bool big_endian);
void fake_state(struct fake_machine *machine, uint64_t phys, enum kdk_page_state state);
void fake_segment(struct fake_machine *machine, uint64_t virt, uint64_t phys, uint64_t size);

/* One line of vmcoreinfo, printf-style without the newline. */
void fake_info(struct fake_machine *machine, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Opens (again) machine->memory as the named architecture. */
void fake_open(struct fake_machine *machine, const char *arch, uint32_t page_size);

/* Levels from the top; entry i of a table covers 1 << shift[i] bytes. */
struct shape {
	unsigned int levels;
	unsigned int shift[6];
	unsigned int bits[6];
	unsigned int entry_size;
	bool big_endian;
	uint64_t table_size;	/* tables are aligned to it */
	/* The entry in a table of `level` (0: top) for the table at phys below it. */
	uint64_t (*link)(unsigned int level, uint64_t phys);
};

/* Makes tables so that virt meets `leaf` in level `level`. */
void build(struct fake_machine *machine, const struct shape *shape, uint64_t root,
	   uint64_t virt, unsigned int level, uint64_t leaf);

/* page_size 0 is a linear mapping. */
void assert_maps(struct fake_machine *machine, uint64_t virt, uint64_t phys,
		 const char *how, uint64_t page_size);

/* text: part of the message. */
void assert_unmapped(struct fake_machine *machine, uint64_t virt,
		     enum kdk_error_kind kind, const char *text);

void assert_mode(struct fake_machine *machine, const char *mode);

/* cmocka teardown: destroys *state. */
int fake_teardown(void **state);

#endif
