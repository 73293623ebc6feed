/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs by processor. Every architecture is compiled on every host, so
 * any host reads any dump.
 *
 * Checklist to add one:
 *  1. a folder here with arch.c (the struct) and paging.c, listed in arch/local.mk
 *  2. an entry in registry.c
 *  3. unwind.c: registers and a step from a frame to its caller
 *  4. tests/unit/test_paging_<name>.c with page tables generated in each mode
 */
#ifndef KDK_ARCH_H
#define KDK_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/unwind.h"
#include "core/error.h"

/* What the rooms above hand in, so that paging can read memory and ask vmcoreinfo. */
struct kdk_arch_reader {
	void *context;
	bool big_endian;

	/* Physical memory; KDK_ERROR_ABSENT when the dump does not have it. */
	struct kdk_error *(*read)(void *context, uint64_t phys, void *buffer, size_t length);

	/* vmcoreinfo, key in full: "NUMBER(phys_base)". False when absent or no number. */
	bool (*number)(void *context, const char *key, uint64_t *ret);

	/* The same for what is no number: "CONFIG_X86_PAE". NULL when absent. */
	const char *(*text)(void *context, const char *key);

	/*
	 * The container's own word on an address: physical address behind a
	 * kernel-virtual one by ELF PT_LOAD headers. False when they do not say.
	 * NULL when the container has no such headers at all.
	 */
	bool (*segment)(void *context, uint64_t virt, uint64_t *ret_phys);
};

/* One step of a translation, as `vtop` shows it. */
struct kdk_walk_step {
	const char *level;	/* "PGD", "P4D", "PUD", "PMD", "PTE", "region-1", "segment", "radix-2" … */
	uint64_t entry_phys;	/* physical address of the entry */
	uint64_t entry;		/* its value */
};

#define KDK_WALK_STEPS 6

struct kdk_walk {
	const char *how;	/* "page tables", "kernel image", "direct map" */
	uint64_t phys;		/* of the address asked for */
	uint64_t page_size;	/* bytes of the mapping; 0 for a linear one */
	unsigned int step_count;
	struct kdk_walk_step step[KDK_WALK_STEPS];
};

/* The dump's paging mode; filled by paging_init, constant afterwards. */
struct kdk_paging {
	const struct kdk_arch *arch;
	struct kdk_arch_reader reader;
	uint32_t page_size;		/* bytes of a page frame */
	char mode[80];			/* for people: "4-level", "48-bit VA, 64K pages", "radix" */
	uint64_t root;			/* physical address of the kernel's top table */
	bool root_known;		/* false: only linear translations work */
	uint64_t phys_base;		/* kernel image: phys = virt - image_start + phys_base */
	uint64_t word[12];		/* the architecture's own */
};

struct kdk_arch {
	const char *name;		/* as in JSON: "x86_64", "aarch64", "ppc64le" … */
	const char *const *machines;	/* utsname.machine values; ends with NULL */
	uint16_t elf_machine;		/* EM_* */
	uint8_t word_bytes;		/* 4 or 8 */
	bool big_endian;		/* a machine of either order is two of these */
	const char *const *keys;	/* of vmcoreinfo, that no other one writes; ends with NULL */

	/*
	 * Learns the paging mode from vmcoreinfo and the dump itself. `paging->arch`, reader,
	 * page_size (0: not known yet) and phys_base (UINT64_MAX: container does not
	 * say) are set by the caller. An error means that no kernel-virtual address can be read.
	 */
	struct kdk_error *(*paging_init)(struct kdk_paging *paging);

	/*
	 * Kernel-virtual to physical. KDK_ERROR_ABSENT: not mapped, or a table is not in
	 * the dump (the error says which). ret is filled as far as the walk came also on error.
	 */
	struct kdk_error *(*translate)(const struct kdk_paging *paging, uint64_t virt,
				       struct kdk_walk *ret);

	const struct kdk_arch_unwind *unwind;	/* NULL: stacks cannot be walked */
};

extern const struct kdk_arch *const kdk_archs[];	/* ends with NULL */

/*
 * By ELF machine (EM_NONE: not known), the container's word size (0: not known; the
 * machine's may be smaller) and byte order, then by utsname.machine ("": not known).
 * NULL when neither names one.
 */
const struct kdk_arch *kdk_arch_find(uint16_t elf_machine, uint8_t word_bytes,
				     bool big_endian, const char *machine);

/*
 * By vmcoreinfo, for containers that name none (QEMU's kdump files say "Unknown"):
 * `has` tells whether a key is there. NULL when no key decides.
 */
const struct kdk_arch *kdk_arch_guess(uint8_t word_bytes, bool big_endian,
				      bool (*has)(void *context, const char *key),
				      void *context);

#endif
