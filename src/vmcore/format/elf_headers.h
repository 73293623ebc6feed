/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF32 and ELF64 headers of either byte order, for the formats built on them. */
#ifndef KDK_ELF_HEADERS_H
#define KDK_ELF_HEADERS_H

#include "vmcore/format/format.h"
#include "vmcore/format/notes.h"

struct kdk_elf {
	bool big_endian;
	uint8_t word_bytes;
	uint16_t type;		/* ET_* */
	uint16_t machine;	/* EM_* */
	uint32_t flags;
	uint64_t phoff;
	uint64_t shoff;
	uint32_t phentsize;
	uint64_t phnum;		/* from section header 0 when e_phnum is PN_XNUM */
	uint64_t shnum;
};

struct kdk_elf_phdr {
	uint32_t type;		/* PT_* */
	uint64_t offset, vaddr, paddr, filesz, memsz;
};

/* False also on read errors and short files: type and byte order only, for probes. */
bool kdk_elf_identify(const struct kdk_source *source, struct kdk_elf *ret);

/* The whole header, checked. */
struct kdk_error *kdk_elf_read(const struct kdk_source *source, struct kdk_elf *ret);

/*
 * One program header; `index` < phnum. Sequential calls through `buffer` cost one
 * read per KDK_ELF_CHUNK bytes; start with buffer->count 0.
 */
#define KDK_ELF_CHUNK 16384
struct kdk_elf_buffer {
	uint64_t first;
	uint64_t count;
	uint8_t bytes[KDK_ELF_CHUNK];
};
struct kdk_error *kdk_elf_phdr_read(const struct kdk_source *source,
				    const struct kdk_elf *elf, uint64_t index,
				    struct kdk_elf_buffer *buffer,
				    struct kdk_elf_phdr *ret);

/*
 * Fills dump's facts, notes and segments (in file order) from the source's headers.
 * Loads with p_paddr of all ones get KDK_NO_ADDRESS.
 */
struct kdk_error *kdk_elf_load(struct kdk_dump *dump, const struct kdk_source *source);

#endif
