/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps made by mkdump, opened and looked at. */
#ifndef KDK_FORMAT_DUMP_H
#define KDK_FORMAT_DUMP_H

#include "tests/generators/mkdump.h"
#include "unit.h"
#include "vmcore/format/format.h"

struct made {
	struct mkdump files;
	struct kdk_dump *dump;	/* NULL when opening failed */
};

/* Makes and opens; the files are given in the order of `order` ("021"), NULL: as made. */
struct kdk_error *made_open(struct made *made, const char *order,
			    const char *description);

/* Opens made->files. */
struct kdk_error *made_open_made(struct made *made, const char *order);

/* The same with at most `size` bytes of the first file. */
struct kdk_error *made_open_cut(struct made *made, const struct mkdump *files,
				size_t size);

/* Fails the test when opening does. */
void made_open_well(struct made *made, const char *order, const char *description);

void made_close(struct made *made);

/*
 * The states of memory up to max_phys in units: "P4 Z2 E3 H2 L1"; bytes that are no
 * whole unit follow a '+'. In a static buffer.
 */
const char *dump_map(const struct kdk_dump *dump, uint64_t unit);

/* [phys, phys + length) reads as mkdump's pattern. */
void assert_pattern(const struct kdk_dump *dump, uint64_t seed, uint64_t phys,
		    size_t length);

/* A remark contains `text`. */
void assert_remark(const struct kdk_dump *dump, const char *text);

/* Every run, a read of every stretch, and the counts; nothing may crash or run on. */
void walk_everything(const struct kdk_dump *dump);

#endif
