/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An opened dump with what makes a kernel of it: first argument of every inspector. */
#ifndef KDK_KERNEL_H
#define KDK_KERNEL_H

#include "core/progress.h"
#include "vmcore/kernel/memory.h"

struct kdk_kernel {
	struct kdk_dump *dump;			/* owned */
	const struct kdk_arch *arch;		/* NULL when the container names none that we know */
	struct kdk_vmcoreinfo *info;		/* owned; NULL when the dump has none */
	bool info_found_by_scan;		/* there was no note: page starts were searched */
	struct kdk_memory *memory;		/* owned; NULL when arch is */
	uint32_t page_size;			/* bytes of a page frame; 4096 when nothing says */
	bool kept;				/* kdk_kernel_destroy() leaves it alone: others go on with it */

	/* Private: made on first use, with the error that making them ended in. */
	struct kdk_symbols *symbols;
	struct kdk_types *types;
	struct kdk_modules *modules;
	struct kdk_debuginfo *lines;
	struct kdk_error *symbols_error, *types_error, *modules_error, *debuginfo_error;
	unsigned int parts_in_making;		/* kernel_view.c's */
	const struct kdk_debuginfo_options *debuginfo;	/* borrowed; NULL: defaults */
};

/* Made on first use; the kernel keeps them. The error is a copy and the caller's. */
struct kdk_error *kdk_kernel_symbols(struct kdk_kernel *kernel, struct kdk_symbols **ret);
struct kdk_error *kdk_kernel_types(struct kdk_kernel *kernel, struct kdk_types **ret);
struct kdk_error *kdk_kernel_modules(struct kdk_kernel *kernel, struct kdk_modules **ret);

/*
 * Opens the dump at paths (see kdk_dump_open) and learns what every command needs.
 * Only searching all of memory for vmcoreinfo takes long; progress may be NULL.
 */
struct kdk_error *kdk_kernel_open(const char *const *paths, size_t count,
				  struct kdk_progress *progress, struct kdk_kernel **ret);

/* The same on a dump, which now belongs to the kernel, also on error. */
struct kdk_error *kdk_kernel_open_dump(struct kdk_dump *dump, struct kdk_progress *progress,
				       struct kdk_kernel **ret);

/* NULL is fine. */
void kdk_kernel_destroy(struct kdk_kernel *kernel);

KDK_DEFINE_CLEANUP(struct kdk_kernel *, kdk_kernel_destroy)

#endif
