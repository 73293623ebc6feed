/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF notes of a container, copied into the dump. */
#ifndef KDK_NOTES_H
#define KDK_NOTES_H

#include "vmcore/format/format.h"

#define KDK_VMCOREINFO_MAX	(1u << 20)

/* Bytes of a source that hold notes. */
struct kdk_note_area {
	uint64_t offset;
	uint64_t size;
};

/*
 * Fills dump->notes and note_bytes, which must be empty, and vmcoreinfo from the
 * first VMCOREINFO note unless it is set. facts.big_endian must be set. Damaged
 * or missing notes cost a remark, not an error.
 */
struct kdk_error *kdk_notes_load(struct kdk_dump *dump, const struct kdk_source *source,
				 const struct kdk_note_area *areas, size_t count);

/*
 * Sets dump->vmcoreinfo to a copy without the NULs at its end, unless it is set
 * already or nothing is left.
 */
struct kdk_error *kdk_dump_set_vmcoreinfo(struct kdk_dump *dump, const void *text,
					  size_t size);

/* NULL when there is none of that name and type. */
const struct kdk_note *kdk_dump_find_note(const struct kdk_dump *dump, const char *name,
					  uint32_t type);

#endif
