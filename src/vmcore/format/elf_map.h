/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical memory as ELF segments give it. Where segments overlap, bytes in the
 * file win over bytes that are lost, those over excluded ones; among equals the
 * first in the file's order wins.
 */
#ifndef KDK_ELF_MAP_H
#define KDK_ELF_MAP_H

#include "vmcore/format/format.h"

struct kdk_elf_map {
	const struct kdk_source *source;
	const struct kdk_segment *parts;	/* sorted by phys, disjoint */
	size_t count;
	struct kdk_segment *own;		/* parts, unless these are dump->segments */
	size_t hint;
};

/* dump->segments in file order; sorts them. The dump must outlive the map. */
struct kdk_error *kdk_elf_map_init(struct kdk_elf_map *map, struct kdk_dump *dump,
				   const struct kdk_source *source);
void kdk_elf_map_deinit(struct kdk_elf_map *map);

/* As kdk_format.run and kdk_format.read. */
void kdk_elf_map_run(struct kdk_elf_map *map, uint64_t phys, struct kdk_run *ret);
struct kdk_error *kdk_elf_map_read(struct kdk_elf_map *map, uint64_t phys,
				   void *buffer, size_t length);

/* Bytes of the segment from its start that the file really has. */
uint64_t kdk_segment_available(const struct kdk_segment *segment,
			       const struct kdk_source *source);

#endif
