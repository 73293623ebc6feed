/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the person wants symbols from beside the dump, and what a vmlinux with
 * debuginfo (DWARF) tells of an address: source lines and inlined calls.
 */
#ifndef KDK_DEBUGINFO_H
#define KDK_DEBUGINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* All zero: the dump first, then what is found on this machine. Strings are borrowed. */
struct kdk_debuginfo_options {
	const char *vmlinux;		/* --vmlinux FILE: must fit the dump */
	const char *system_map;		/* --system-map FILE */
	const char *debug_dir;		/* --debug-dir DIR: instead of /usr/lib/debug */
	bool none;			/* --no-debuginfo: the dump alone */
};

struct kdk_kernel;
struct kdk_debuginfo;

/*
 * The vmlinux that was given, or is found where distributions put it. Made on first
 * use and kept by the kernel. KDK_ERROR_ABSENT when there is none with debuginfo;
 * KDK_ERROR_FORMAT when the one that was given is another kernel's.
 */
struct kdk_error *kdk_kernel_debuginfo(struct kdk_kernel *kernel, struct kdk_debuginfo **ret);

/* "DWARF of /usr/lib/debug/…": for provenance. */
const char *kdk_debuginfo_source(const struct kdk_debuginfo *debuginfo);

/* A place in the source. Strings belong to the debuginfo. */
struct kdk_source_line {
	const char *function;	/* NULL when not known */
	const char *file;	/* as the compiler was given it; NULL when not known */
	unsigned int line, column;	/* 0: not known */
	bool inlined;		/* into the one that follows */
};

#define KDK_SOURCE_LINES 32	/* inlined calls within each other that are told apart */

/*
 * What was executed at a kernel-virtual address: innermost inlined call first, the
 * function itself last. Returns their number, 0 when nothing is known (as in modules).
 * For a return address ask for the byte before it.
 */
size_t kdk_debuginfo_lines(struct kdk_debuginfo *debuginfo, uint64_t address,
			   struct kdk_source_line lines[KDK_SOURCE_LINES]);

/* NULL is fine. */
void kdk_debuginfo_destroy(struct kdk_debuginfo *debuginfo);

#endif
