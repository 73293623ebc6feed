/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dump says of itself at first sight: container, kernel, machine, time. */
#ifndef KDK_SUMMARY_H
#define KDK_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "vmcore/kernel/kernel.h"

/* Strings point into the kernel and are hostile; "" when the dump does not say. */
struct kdk_summary {
	char container[96];	/* "kdump-compressed, header version 6" */
	const char *format;	/* "elf", "kdump", "kcore" */
	size_t files;
	bool flattened;
	bool incomplete;	/* as marked by the writer */
	int dump_level;		/* -1 when unknown */
	const char *compression;	/* "zstd"; "" when none or not said */

	const char *release;
	const char *nodename;
	const char *version;	/* "#1 SMP …" */
	char build_id[65];	/* "" also when what the kernel wrote is no build id */
	const char *arch;
	bool big_endian;
	unsigned int word_bytes;
	uint32_t page_size;	/* bytes */
	const char *paging;	/* "4-level"; NULL when not known, then paging_why */
	const char *paging_why;
	bool kaslr_known;
	uint64_t kaslr_offset;	/* bytes */
	uint64_t max_phys;	/* bytes: one past the last physical address */

	bool time_known;
	int64_t time;		/* seconds since 1970 UTC: of the crash, else of the dump's header */
	bool time_is_crash;

	bool info_found_by_scan;
	size_t info_count;	/* lines of vmcoreinfo */
	size_t info_malformed;
	size_t note_count, segment_count;
};

void kdk_summary_read(const struct kdk_kernel *kernel, struct kdk_summary *ret);

#endif
