/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel with a symbol table and types of the test's own, in the memory of a fake
 * machine: s390x (big-endian, virtual is physical) or x86_64 (little-endian, from FAKE_TEXT).
 */
#ifndef KDK_FAKE_VIEW_H
#define KDK_FAKE_VIEW_H

#include "fake_btf.h"
#include "fake_machine.h"
#include "vmcore/kernel/kallsyms.h"
#include "vmcore/kernel/kernel.h"

#define FAKE_TEXT UINT64_C(0xffffffff80000000)
#define FAKE_SYMBOLS 64

struct fake_view {
	struct fake_machine *machine;
	struct kdk_kernel kernel;
	struct fake_btf btf;
	bool big;
	uint64_t virt;		/* kernel-virtual address of physical 0 */
	struct {
		char name[300];
		char type;
		uint64_t address;
	} symbols[FAKE_SYMBOLS];
	size_t symbol_count;
};

struct fake_view *fake_view_create(bool big_endian);

/* In ascending order of addresses; returns the address. */
uint64_t fake_symbol(struct fake_view *view, const char *name, char type, uint64_t phys);

/* The address as it stands: absolute and per-CPU symbols, which come first. */
void fake_symbol_at(struct fake_view *view, const char *name, char type, uint64_t address);

/*
 * Writes kallsyms, and view->btf when it has types, and opens memory. Adds _stext at
 * physical 0x200000, _end at 0x800000 and the borders of BTF. long_names: as 6.1 writes.
 */
void fake_view_open(struct fake_view *view, enum kdk_kallsyms_encoding encoding,
		    bool long_names);

/* An unsigned long at a physical address. */
void fake_word(struct fake_view *view, uint64_t phys, uint64_t value);

/* cmocka teardown: destroys *state. */
int fake_view_teardown(void **state);

#endif
