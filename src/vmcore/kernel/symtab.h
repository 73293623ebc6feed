/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sorted table of symbols: System.map's, a vmlinux's or a module's. */
#ifndef KDK_SYMTAB_H
#define KDK_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct kdk_symtab_entry {
	uint64_t address;
	uint64_t size;		/* 0: not known */
	uint32_t name;		/* in names */
	uint32_t order;		/* in which it was added */
	char type;
};

/* All zero is an empty one. */
struct kdk_symtab {
	struct kdk_symtab_entry *entries;
	size_t count, capacity;
	char *names;
	size_t names_size, names_capacity;
	uint32_t *slots;	/* entry number + 1 by hash of its name */
	size_t slot_count;	/* power of two */
};

/* Adds one; the name is copied, at most `length` bytes of it. */
struct kdk_error *kdk_symtab_add(struct kdk_symtab *tab, uint64_t address, uint64_t size,
				 char type, const char *name, size_t length);

/* After the last one was added: sorts by address, then order, and indexes names. */
struct kdk_error *kdk_symtab_finish(struct kdk_symtab *tab);

const char *kdk_symtab_name(const struct kdk_symtab *tab, size_t index);

/* The first that was added by that name. */
bool kdk_symtab_find(const struct kdk_symtab *tab, const char *name, size_t *ret);

/* The first entry of those at the highest address that is not above `address`. */
bool kdk_symtab_at(const struct kdk_symtab *tab, uint64_t address, size_t *ret);

/* Address of the next entry that lies higher; UINT64_MAX when there is none. */
uint64_t kdk_symtab_next(const struct kdk_symtab *tab, size_t index);

void kdk_symtab_deinit(struct kdk_symtab *tab);

/*
 * Reads the lines "ADDRESS TYPE NAME [MODULE]" of a System.map. `shift`, what KASLR
 * moved the kernel by, is added to addresses from `from` on. Lines that are none make
 * it KDK_ERROR_FORMAT.
 */
struct kdk_error *kdk_symtab_read_map(struct kdk_symtab *tab, const char *text, size_t size,
				      uint64_t shift, uint64_t from);

#endif
