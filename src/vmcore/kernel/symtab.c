/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/symtab.h"

#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/symbols.h"

#define MAX_PROBES 256
#define NAMES_MAX UINT32_MAX

static bool grow(struct kdk_symtab *tab, size_t name_bytes)
{
	if (tab->count == tab->capacity) {
		size_t capacity = tab->capacity ? tab->capacity * 2 : 256;
		void *entries = reallocarray(tab->entries, capacity, sizeof(*tab->entries));

		if (!entries)
			return false;
		tab->entries = entries;
		tab->capacity = capacity;
	}
	if (tab->names_size + name_bytes > tab->names_capacity) {
		size_t capacity = (tab->names_size + name_bytes) * 2;
		char *names = realloc(tab->names, capacity);

		if (!names)
			return false;
		tab->names = names;
		tab->names_capacity = capacity;
	}
	return true;
}

struct kdk_error *kdk_symtab_add(struct kdk_symtab *tab, uint64_t address, uint64_t size,
				 char type, const char *name, size_t length)
{
	struct kdk_symtab_entry *entry;

	if (length >= KDK_SYMBOL_NAME_MAX)
		length = KDK_SYMBOL_NAME_MAX - 1;
	if (tab->names_size + length + 1 > NAMES_MAX || tab->count >= UINT32_MAX - 1)
		return kdk_error_new(KDK_ERROR_FORMAT, "too many symbols");
	if (!grow(tab, length + 1))
		return &kdk_enomem;
	entry = &tab->entries[tab->count];
	*entry = (struct kdk_symtab_entry){
		.address = address,
		.size = size,
		.name = tab->names_size,
		.order = tab->count++,
		.type = type,
	};
	memcpy(tab->names + tab->names_size, name, length);
	tab->names[tab->names_size + length] = '\0';
	tab->names_size += length + 1;
	return NULL;
}

static int compare(const void *one, const void *other)
{
	const struct kdk_symtab_entry *a = one, *b = other;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* FNV-1a */
static uint32_t name_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

/* The slot of a name, or the empty one where it belongs; NULL after MAX_PROBES. */
static uint32_t *find_slot(const struct kdk_symtab *tab, const char *name)
{
	size_t at = name_hash(name);

	for (size_t i = 0; i < MAX_PROBES; i++) {
		uint32_t *slot = &tab->slots[(at + i) & (tab->slot_count - 1)];

		if (!*slot || !strcmp(kdk_symtab_name(tab, *slot - 1), name))
			return slot;
	}
	return NULL;
}

struct kdk_error *kdk_symtab_finish(struct kdk_symtab *tab)
{
	if (tab->count)
		qsort(tab->entries, tab->count, sizeof(*tab->entries), compare);
	for (tab->slot_count = 64; tab->slot_count < tab->count * 2;)
		tab->slot_count *= 2;
	tab->slots = calloc(tab->slot_count, sizeof(*tab->slots));
	if (!tab->slots)
		return &kdk_enomem;
	for (size_t i = 0; i < tab->count; i++) {
		uint32_t *slot = find_slot(tab, kdk_symtab_name(tab, i));

		if (slot && (!*slot || tab->entries[i].order < tab->entries[*slot - 1].order))
			*slot = i + 1;
	}
	return NULL;
}

const char *kdk_symtab_name(const struct kdk_symtab *tab, size_t index)
{
	return tab->names + tab->entries[index].name;
}

bool kdk_symtab_find(const struct kdk_symtab *tab, const char *name, size_t *ret)
{
	const uint32_t *slot = tab->slots ? find_slot(tab, name) : NULL;

	if (!slot || !*slot)
		return false;
	*ret = *slot - 1;
	return true;
}

bool kdk_symtab_at(const struct kdk_symtab *tab, uint64_t address, size_t *ret)
{
	size_t low = 0, high = tab->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tab->entries[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	for (low--; low && tab->entries[low - 1].address == tab->entries[low].address;)
		low--;
	*ret = low;
	return true;
}

uint64_t kdk_symtab_next(const struct kdk_symtab *tab, size_t index)
{
	uint64_t address = tab->entries[index].address;

	while (++index < tab->count)
		if (tab->entries[index].address != address)
			return tab->entries[index].address;
	return UINT64_MAX;
}

void kdk_symtab_deinit(struct kdk_symtab *tab)
{
	free(tab->entries);
	free(tab->names);
	free(tab->slots);
	*tab = (struct kdk_symtab){ 0 };
}

/* Hexadecimal digits, at least one; *at moves behind them. */
static bool take_hex(const char **at, const char *end, uint64_t *ret)
{
	const char *start = *at;

	for (*ret = 0; *at < end; ++*at) {
		unsigned char c = **at, digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (c | 0x20) - 'a' + 10;
		else
			break;
		*ret = *ret << 4 | digit;
	}
	return *at > start && *at - start <= 16;
}

static struct kdk_error *read_line(struct kdk_symtab *tab, const char *at, const char *end,
				   uint64_t shift, uint64_t from, size_t number)
{
	const char *name;
	uint64_t address;

	if (!take_hex(&at, end, &address) || end - at < 4 || at[0] != ' ' || at[2] != ' ')
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "line %zu is no \"ADDRESS TYPE NAME\" of a System.map", number);
	for (name = at + 3; name < end && *name != ' ' && *name != '\t';)
		name++;
	/* Absolute and per-CPU values stay where they are. */
	if (address >= from)
		address += shift;
	return kdk_symtab_add(tab, address, 0, at[1], at + 3, name - (at + 3));
}

struct kdk_error *kdk_symtab_read_map(struct kdk_symtab *tab, const char *text, size_t size,
				      uint64_t shift, uint64_t from)
{
	const char *end = text + size;
	struct kdk_error *err = NULL;

	for (size_t number = 1; !err && text < end; number++) {
		const char *newline = memchr(text, '\n', end - text);
		const char *stop = newline ? newline : end;

		if (stop > text)
			err = read_line(tab, text, stop, shift, from, number);
		text = stop + 1;
	}
	return err;
}
