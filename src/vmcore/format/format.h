/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump container: which physical pages it holds, their bytes, and what its
 * headers say. One const struct kdk_format per container, listed in formats.c.
 */
#ifndef KDK_FORMAT_H
#define KDK_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "vmcore/format/source.h"

/* A reader never invents zeroes: every byte is in exactly one of these states. */
enum kdk_page_state {
	KDK_PAGE_PRESENT,	/* its bytes are in the dump */
	KDK_PAGE_ZERO,		/* the dump says that it was all zeroes */
	KDK_PAGE_EXCLUDED,	/* was RAM, left out by the filter (level, or p_filesz < p_memsz) */
	KDK_PAGE_HOLE,		/* no RAM at this address */
	KDK_PAGE_LOST,		/* should be there; the file is truncated or the disk was full */
};

/* "present", "zero", … : untranslated, also used in JSON. */
const char *kdk_page_state_name(enum kdk_page_state state);

/*
 * `length` bytes from the address asked for have this state; never 0. What follows
 * may have the same state: a run also ends where finding its end would be long work.
 */
struct kdk_run {
	enum kdk_page_state state;
	uint64_t length;
};

/* One ELF note; name and desc are inside the dump's own copy of the notes. */
struct kdk_note {
	const char *name;	/* NUL-terminated */
	uint32_t type;		/* NT_PRSTATUS … */
	const uint8_t *desc;
	size_t desc_size;
};

#define KDK_NO_ADDRESS UINT64_MAX

/* A stretch of the dumped address space as the container's headers give it. */
struct kdk_segment {
	uint64_t virt;		/* KDK_NO_ADDRESS when the header does not say (QEMU writes 0) */
	uint64_t phys;		/* KDK_NO_ADDRESS for /proc/kcore's vmalloc and module areas */
	uint64_t size;		/* bytes in memory */
	uint64_t file_size;	/* bytes in the file, from the start of the segment */
	uint64_t offset;	/* of its first byte in the (unflattened) file */
};

/* What the headers say. Strings are copies, may be hostile, "" when absent. */
struct kdk_dump_facts {
	uint16_t elf_machine;	/* EM_*; EM_NONE when the container names no ELF machine */
	bool big_endian;
	uint8_t word_bytes;	/* 4 or 8: the container's; the machine's once that is known */
	uint32_t page_size;	/* bytes; 0 when the container does not say (ELF) */
	uint64_t max_phys;	/* one past the last physical address that may hold RAM */

	/* new_utsname of a kdump-compressed header */
	char sysname[66], nodename[66], release[66], version[66], machine[66],
		domainname[66];
	int64_t time_seconds;	/* header time stamp; 0 when absent */
	int header_version;	/* kdump-compressed: 1…6; else 0 */
	int dump_level;		/* kdump-compressed: 0…31; -1 when unknown */
	uint64_t phys_base;	/* kdump-compressed sub header; KDK_NO_ADDRESS when absent */
	uint32_t cpus;		/* kdump-compressed nr_cpus; 0 when absent */
	uint32_t compression;	/* KDK_PAGE_FLAG_* bits of the header's status; 0 when none */
	bool incomplete;	/* the writer marked it so */
	bool flattened;
	bool live;		/* /proc/kcore */
	bool excluded_vmemmap;
	size_t files;		/* of a split set; 1 otherwise */
};

struct kdk_dump {
	const struct kdk_format *format;
	void *private;			/* the format's own */
	struct kdk_source **sources;	/* owned; in the set's order after open */
	size_t source_count;

	struct kdk_dump_facts facts;
	struct kdk_note *notes;
	size_t note_count;
	uint8_t *note_bytes;		/* what notes point into */
	char *vmcoreinfo;		/* the note's text, NUL added; NULL when the dump has none */
	size_t vmcoreinfo_size;		/* without the NUL */
	struct kdk_segment *segments;	/* ELF only, sorted by phys, KDK_NO_ADDRESS last */
	size_t segment_count;
	char **remarks;			/* what is odd but bearable: "set: part 2 of 3 is missing" */
	size_t remark_count;
};

/*
 * To add a container: write one of these in its own file, list it in formats.c.
 * Order in the list matters only for containers whose magic contains another's.
 */
struct kdk_format {
	const char *name;		/* "elf", "kdump", "kcore" */

	/* Looks at bytes, changes nothing; false also on read errors. */
	bool (*probe)(const struct kdk_source *source);

	/*
	 * dump->sources are set (several only for a split set); fills the rest.
	 * On error the caller calls close, so private may be half built.
	 */
	struct kdk_error *(*open)(struct kdk_dump *dump);
	void (*close)(struct kdk_dump *dump);

	/* phys may be any value; what lies past the end is a hole. */
	struct kdk_error *(*run)(const struct kdk_dump *dump, uint64_t phys,
				 struct kdk_run *ret);

	/*
	 * Physical bytes that lie within one page frame of the dump. Fails with
	 * KDK_ERROR_ABSENT and the state's name unless all are present or zero.
	 * Any length is fine where facts.page_size is 0.
	 */
	struct kdk_error *(*read)(const struct kdk_dump *dump, uint64_t phys,
				  void *buffer, size_t length);

	/*
	 * KDK_PAGE_FLAG_* of the present page at phys, 0 when it is stored raw. NULL
	 * for containers that do not compress.
	 */
	struct kdk_error *(*page_flags)(const struct kdk_dump *dump, uint64_t phys,
					uint32_t *ret);

	/*
	 * NULL except for containers that hold kernel-virtual memory with no
	 * physical address (/proc/kcore). KDK_ERROR_ABSENT when not in a segment.
	 */
	struct kdk_error *(*read_virtual)(const struct kdk_dump *dump, uint64_t virt,
					  void *buffer, size_t length);
};

extern const struct kdk_format *const kdk_formats[];	/* ends with NULL */

/*
 * Opens a dump from one file or the parts of a split set in any order;
 * flattened files are read in place. Old and foreign containers are refused by
 * name with KDK_ERROR_UNSUPPORTED.
 */
struct kdk_error *kdk_dump_open(const char *const *paths, size_t count,
				struct kdk_dump **ret);

/*
 * The same from sources, which now belong to the dump, also on error; the array
 * itself stays the caller's.
 */
struct kdk_error *kdk_dump_open_sources(struct kdk_source **sources, size_t count,
					struct kdk_dump **ret);

/* NULL is fine. */
void kdk_dump_destroy(struct kdk_dump *dump);

KDK_DEFINE_CLEANUP(struct kdk_dump *, kdk_dump_destroy)

/* For formats while opening: printf-style, silently dropped when memory is short. */
void kdk_dump_remark(struct kdk_dump *dump, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What `check` counts; bytes except where named. */
struct kdk_dump_census {
	uint64_t present, zero, excluded, hole, lost;
	uint64_t codec_pages[32];	/* by bit number of page_desc.flags; [31] stored raw */
	uint64_t bad_pages;		/* descriptors or data that do not decode (deep only) */
	uint64_t first_bad_phys;	/* KDK_NO_ADDRESS when there is none */
	char *first_bad_error;		/* owned; NULL when there is none */
};

struct kdk_progress;

/*
 * Walks all of memory by run; `deep` also reads and decompresses every present
 * page. Free census->first_bad_error with kdk_dump_census_deinit().
 */
struct kdk_error *kdk_dump_count(const struct kdk_dump *dump, bool deep,
				 struct kdk_progress *progress,
				 struct kdk_dump_census *ret);
void kdk_dump_census_deinit(struct kdk_dump_census *census);

#endif
