/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps made from a few lines of text. Nothing here uses the readers' code, so
 * that an error in one does not hide an error in the other.
 *
 * One statement a line, '#' begins a comment, numbers in C notation, N-M is a
 * range with both ends. `format` comes first.
 *
 *   format kdump | elf		and then, for both:
 *   endian little | big
 *   vmcoreinfo LINE		appended with its line end; any number of times
 *   note NAME TYPE SIZE SEED	SIZE bytes of pattern SEED
 *   note-text NAME TYPE TEXT	TEXT and a NUL
 *   flatten [record=N] [rewrite] [noend]
 *				records of N bytes; the first 64 written wrong first
 *   poke OFFSET HEX		bytes changed in the file before it is flattened
 *   truncate N			the last step; of every file
 *
 * kdump-compressed:
 *   layout lp64 | ia32 | arm | arm-time64 | ia32-time64
 *   version 1-6, block N, level N, status N, max N, phys-base N, cpus N, time N
 *   bitmap-blocks N		0: as many as max needs
 *   machine, release, nodename WORD
 *   page N-M CODEC CONTENT	CODEC raw zlib lzo snappy zstd; CONTENT: pattern SEED, zeroes,
 *				blob NAME (page I is at (I - N) * block of it)
 *   zero N-M			share the page of zeroes
 *   excluded N-M, lost N-M, bad N-M CODEC
 *   split PFN …		parts end there; wide: data behind descriptors of the whole
 *
 * ELF:
 *   word 32 | 64, machine N, type N, flags N
 *   extended			the count of program headers in section header 0
 *   segment phys=N [virt=N] size=N [file=N] [seed=N] [blob=NAME] [share] [count=N step=N]
 *				share: the same file bytes as the segment before
 *   sections N			e_shnum
 */
#ifndef KDK_MKDUMP_H
#define KDK_MKDUMP_H

#include <stddef.h>
#include <stdint.h>

struct mkdump_blob {
	const char *name;
	const void *data;
	size_t size;
};

struct mkdump_file {
	uint8_t *data;
	size_t size;
};

/* Several files only for a split set, in its order. */
struct mkdump {
	struct mkdump_file *files;
	size_t count;
};

/* blobs may be NULL when count is 0. Mistakes in the description end the program. */
void mkdump_make(const char *description, const struct mkdump_blob *blobs, size_t count,
		 struct mkdump *ret);
void mkdump_free(struct mkdump *dump);

/* The bytes that pattern `seed` puts at a physical address. */
uint8_t mkdump_pattern(uint64_t seed, uint64_t phys);

#endif
