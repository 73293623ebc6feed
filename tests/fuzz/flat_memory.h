/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump whose memory is a fuzz target's input. */
#ifndef KDK_FLAT_MEMORY_H
#define KDK_FLAT_MEMORY_H

#include "vmcore/format/format.h"

struct flat_memory {
	struct kdk_dump dump;
	const uint8_t *bytes;
	size_t size;
};

/*
 * `bytes` are borrowed. With `repeats` they are seen over and over at all addresses below
 * 1 << 48, so that walks come far.
 */
void flat_memory_init(struct flat_memory *flat, const uint8_t *bytes, size_t size,
		      bool repeats);

#endif
