/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/kallsyms.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

#define MAX_SYMBOLS (UINT32_C(1) << 22)
#define MAX_NAMES (UINT64_C(1) << 29)	/* bytes of compressed names */
#define NAMES_STEP (256 * 1024)
#define TOKENS 256
#define MAX_TOKEN_TABLE 65536		/* token_index is u16 */
#define MARK_EVERY 64			/* entries between two remembered positions */
#define MAX_PROBES 256			/* names made to collide are left out */

/* A slot of the table of names; index is one more than the entry's, 0 is empty. */
struct slot {
	uint32_t hash;
	uint32_t index;
};

/*
 * What a token does to the hash of a name, which is a polynomial of its characters:
 * hash * power + sum. So names are hashed without being expanded.
 */
struct token_hash {
	uint32_t sum, power;
};

#define HASH_FACTOR 16777619u

struct kdk_kallsyms {
	size_t count;
	bool big_endian;
	unsigned int word_bytes;
	enum kdk_kallsyms_encoding encoding;
	uint64_t base;			/* kallsyms_relative_base */
	uint64_t place;			/* address of the table of offsets */
	uint8_t *values;		/* count words (absolute) or count 32-bit offsets */
	uint8_t *names;
	size_t names_size;
	uint32_t *marks;		/* position in names of entry i * MARK_EVERY */
	size_t marked;			/* entries walked so far, ending at marked_at */
	size_t marked_at;
	bool long_names;		/* a set top bit of the length byte: two-byte length (6.1) */
	uint16_t token_index[TOKENS];
	uint8_t *tokens;
	size_t tokens_size;
	struct token_hash token_hash[TOKENS];
	struct token_hash first_hash[TOKENS];	/* without the type letter in front */
	struct slot *slots;		/* open addressing, linear probing */
	size_t slot_count;		/* power of two */
};

/* One compressed name: token numbers after its length. False at the end of the bytes. */
static bool entry_at(const struct kdk_kallsyms *syms, size_t at, const uint8_t **ret,
		     size_t *ret_length, size_t *ret_next)
{
	size_t length;

	if (at >= syms->names_size)
		return false;
	length = syms->names[at++];
	if (syms->long_names && (length & 0x80)) {
		if (at >= syms->names_size)
			return false;
		length = (length & 0x7f) | (size_t)syms->names[at++] << 7;
	}
	if (length > syms->names_size - at)
		return false;
	*ret = syms->names + at;
	*ret_length = length;
	*ret_next = at + length;
	return true;
}

/* Remembers every MARK_EVERY-th position, going on where the last call ended. */
static void mark_entries(struct kdk_kallsyms *syms)
{
	size_t length;
	const uint8_t *data;

	while (syms->marked < syms->count) {
		size_t start = syms->marked_at;

		if (!entry_at(syms, start, &data, &length, &syms->marked_at)) {
			syms->marked_at = start;
			return;
		}
		if (syms->marked % MARK_EVERY == 0)
			syms->marks[syms->marked / MARK_EVERY] = start;
		syms->marked++;
	}
}

/* Adds what can be read of the next NAMES_STEP bytes; the tail may be unmapped. */
static struct kdk_error *read_more_names(struct kdk_kallsyms *syms, struct kdk_memory *memory,
					 uint64_t address)
{
	uint8_t *names = realloc(syms->names, syms->names_size + NAMES_STEP);
	struct kdk_error *err;
	size_t step = NAMES_STEP;

	if (!names)
		return &kdk_enomem;
	syms->names = names;
	for (;;) {
		err = kdk_memory_read(memory, KDK_VIRTUAL, address + syms->names_size,
				      names + syms->names_size, step);
		if (!err || step == 1)
			break;
		kdk_error_destroy(err);
		step /= 2;
	}
	if (err)
		return err;
	syms->names_size += step;
	return NULL;
}

/* Reads on until all names are there: their total size is written nowhere. */
static struct kdk_error *read_names(struct kdk_kallsyms *syms, struct kdk_memory *memory,
				    uint64_t address)
{
	while (syms->marked < syms->count) {
		struct kdk_error *err;

		if (syms->names_size > MAX_NAMES)
			return kdk_error_new(KDK_ERROR_FORMAT, "kallsyms_names has no end");
		err = read_more_names(syms, memory, address);
		if (err)
			return kdk_error_wrap(err, "kallsyms_names: entry %zu of %zu",
					      syms->marked, syms->count);
		mark_entries(syms);
	}
	return NULL;
}

static struct token_hash hash_text(const uint8_t *at, const uint8_t *end)
{
	struct token_hash hash = { 0, 1 };

	for (; at < end && *at; at++) {
		hash.sum = hash.sum * HASH_FACTOR + *at;
		hash.power *= HASH_FACTOR;
	}
	return hash;
}

static void hash_tokens(struct kdk_kallsyms *syms)
{
	const uint8_t *end = syms->tokens + syms->tokens_size;

	for (size_t i = 0; i < TOKENS; i++) {
		const uint8_t *token = syms->tokens + syms->token_index[i];

		syms->token_hash[i] = hash_text(token, end);
		syms->first_hash[i] = hash_text(token + (token < end && *token), end);
	}
}

static struct kdk_error *read_tokens(struct kdk_kallsyms *syms, struct kdk_memory *memory,
				     uint64_t table, uint64_t index)
{
	uint8_t raw[TOKENS * 2];
	size_t last = 0;
	struct kdk_error *err;

	err = kdk_memory_read(memory, KDK_VIRTUAL, index, raw, sizeof(raw));
	if (err)
		return kdk_error_wrap(err, "kallsyms_token_index");
	for (size_t i = 0; i < TOKENS; i++) {
		syms->token_index[i] = kdk_get_u16(raw + 2 * i, syms->big_endian);
		if (syms->token_index[i] > last)
			last = syms->token_index[i];
	}
	/* A token is at most a name; the last one ends with a NUL within that. */
	syms->tokens_size = last + KDK_SYMBOL_NAME_MAX;
	if (table < index && index - table < syms->tokens_size && index - table > last)
		syms->tokens_size = index - table;
	syms->tokens = calloc(1, syms->tokens_size + 1);
	if (!syms->tokens)
		return &kdk_enomem;
	err = kdk_memory_read(memory, KDK_VIRTUAL, table, syms->tokens, syms->tokens_size);
	hash_tokens(syms);
	return kdk_error_wrap(err, "kallsyms_token_table");
}

uint64_t kdk_kallsyms_address(const struct kdk_kallsyms *syms, size_t index)
{
	uint32_t offset;

	if (syms->encoding == KDK_KALLSYMS_ABSOLUTE)
		return kdk_get_word(syms->values + index * syms->word_bytes, syms->big_endian,
				    syms->word_bytes);
	offset = kdk_get_u32(syms->values + index * 4, syms->big_endian);
	switch (syms->encoding) {
	case KDK_KALLSYMS_PERCPU:
		if ((int32_t)offset >= 0)
			return offset;
		return syms->base - 1 - (int64_t)(int32_t)offset;
	case KDK_KALLSYMS_PLACE:
		return syms->place + index * 4 + (int64_t)(int32_t)offset;
	default:
		return syms->base + offset;
	}
}

/* Position of an entry in names; false when the table ends before it. */
static bool seek_entry(const struct kdk_kallsyms *syms, size_t index, const uint8_t **ret,
		       size_t *ret_length)
{
	size_t at = syms->marks[index / MARK_EVERY];

	for (size_t i = index / MARK_EVERY * MARK_EVERY; i <= index; i++)
		if (!entry_at(syms, at, ret, ret_length, &at))
			return false;
	return true;
}

/* Expands tokens; the first character is the symbol's type, the rest its name. */
static char expand(const struct kdk_kallsyms *syms, const uint8_t *data, size_t length,
		   char name[KDK_SYMBOL_NAME_MAX])
{
	size_t used = 0;
	char type = 0;

	for (size_t i = 0; i < length; i++) {
		const uint8_t *token = syms->tokens + syms->token_index[data[i]];
		const uint8_t *end = syms->tokens + syms->tokens_size;

		for (; token < end && *token; token++) {
			if (!type)
				type = *token;
			else if (used < KDK_SYMBOL_NAME_MAX - 1)
				name[used++] = *token;
		}
	}
	name[used] = '\0';
	return type;
}

char kdk_kallsyms_name(const struct kdk_kallsyms *syms, size_t index,
		       char name[KDK_SYMBOL_NAME_MAX])
{
	const uint8_t *data = NULL;
	size_t length = 0;

	name[0] = '\0';
	if (index >= syms->count || !seek_entry(syms, index, &data, &length))
		return 0;
	return expand(syms, data, length, name);
}

static uint32_t name_hash(const char *name)
{
	return hash_text((const uint8_t *)name, (const uint8_t *)name + strlen(name)).sum;
}

/* The same of a compressed name; it starts with the first token that is not empty. */
static uint32_t entry_hash(const struct kdk_kallsyms *syms, const uint8_t *data, size_t length)
{
	uint32_t hash = 0;
	size_t i = 0;

	while (i < length && !syms->tokens[syms->token_index[data[i]]])
		i++;
	if (i < length)
		hash = syms->first_hash[data[i++]].sum;
	for (; i < length; i++)
		hash = hash * syms->token_hash[data[i]].power + syms->token_hash[data[i]].sum;
	return hash;
}

/*
 * The slot of a name, or the empty one where it belongs; NULL after MAX_PROBES. The
 * name is `name`, or when that is NULL entry `index`'s.
 */
static struct slot *find_slot(const struct kdk_kallsyms *syms, uint32_t hash, const char *name,
			      size_t index)
{
	char candidate[KDK_SYMBOL_NAME_MAX], own[KDK_SYMBOL_NAME_MAX];

	for (size_t i = 0; i < MAX_PROBES; i++) {
		struct slot *slot = &syms->slots[(hash + i) & (syms->slot_count - 1)];

		if (!slot->index)
			return slot;
		if (slot->hash != hash)
			continue;
		if (!name)
			kdk_kallsyms_name(syms, index, own);
		kdk_kallsyms_name(syms, slot->index - 1, candidate);
		if (!strcmp(candidate, name ? name : own))
			return slot;
	}
	return NULL;
}

static struct kdk_error *index_names(struct kdk_kallsyms *syms)
{
	size_t at = 0, length;
	const uint8_t *data;

	for (syms->slot_count = 1024; syms->slot_count / 4 * 3 < syms->count;)
		syms->slot_count *= 2;
	syms->slots = calloc(syms->slot_count, sizeof(*syms->slots));
	if (!syms->slots)
		return &kdk_enomem;
	for (size_t i = 0; i < syms->count; i++) {
		struct slot *slot;
		uint32_t hash;

		if (!entry_at(syms, at, &data, &length, &at))
			break;
		hash = entry_hash(syms, data, length);
		slot = find_slot(syms, hash, NULL, i);
		if (slot && !slot->index)
			*slot = (struct slot){ hash, i + 1 };
	}
	return NULL;
}

bool kdk_kallsyms_find(const struct kdk_kallsyms *syms, const char *name, size_t *ret)
{
	const struct slot *slot = find_slot(syms, name_hash(name), name, 0);

	if (!slot || !slot->index)
		return false;
	*ret = slot->index - 1;
	return true;
}

bool kdk_kallsyms_at(const struct kdk_kallsyms *syms, uint64_t address, size_t *ret)
{
	size_t low = 0, high = syms->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kdk_kallsyms_address(syms, middle) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	low--;
	while (low && kdk_kallsyms_address(syms, low - 1) == kdk_kallsyms_address(syms, low))
		low--;
	*ret = low;
	return true;
}

size_t kdk_kallsyms_count(const struct kdk_kallsyms *syms)
{
	return syms->count;
}

enum kdk_kallsyms_encoding kdk_kallsyms_encoding(const struct kdk_kallsyms *syms)
{
	return syms->encoding;
}

/* Addresses are in the dump as offsets, or (CONFIG_KALLSYMS_BASE_RELATIVE off) as words. */
static struct kdk_error *read_values(struct kdk_kallsyms *syms, struct kdk_memory *memory,
				     const struct kdk_vmcoreinfo *info)
{
	uint64_t address, base;
	size_t size = 4;
	struct kdk_error *err;

	if (kdk_vmcoreinfo_symbol(info, "kallsyms_offsets", &address)) {
		syms->encoding = KDK_KALLSYMS_PLACE;
		syms->place = address;
		if (kdk_vmcoreinfo_symbol(info, "kallsyms_relative_base", &base)) {
			syms->encoding = KDK_KALLSYMS_RELATIVE;
			err = kdk_memory_read_word(memory, KDK_VIRTUAL, base, &syms->base);
			if (err)
				return kdk_error_wrap(err, "kallsyms_relative_base");
		}
	} else if (kdk_vmcoreinfo_symbol(info, "kallsyms_addresses", &address)) {
		syms->encoding = KDK_KALLSYMS_ABSOLUTE;
		size = syms->word_bytes;
	} else {
		return kdk_error_new(KDK_ERROR_ABSENT,
				     "vmcoreinfo does not say where kallsyms_offsets is");
	}
	syms->values = malloc(syms->count * size);
	if (!syms->values)
		return &kdk_enomem;
	err = kdk_memory_read(memory, KDK_VIRTUAL, address, syms->values, syms->count * size);
	return kdk_error_wrap(err, "the table of symbol addresses");
}

/* Whether entry `index` has the address wanted in any encoding that the keys allow; takes it. */
static bool choose_encoding(struct kdk_kallsyms *syms, size_t index, uint64_t wanted)
{
	static const enum kdk_kallsyms_encoding relative[] = {
		KDK_KALLSYMS_PERCPU, KDK_KALLSYMS_RELATIVE, KDK_KALLSYMS_PLACE,
	};

	if (syms->encoding == KDK_KALLSYMS_ABSOLUTE)
		return kdk_kallsyms_address(syms, index) == wanted;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(relative); i++) {
		syms->encoding = relative[i];
		if (kdk_kallsyms_address(syms, index) == wanted)
			return true;
	}
	return false;
}

static struct kdk_error *read_header(struct kdk_kallsyms *syms, struct kdk_memory *memory,
				     const struct kdk_vmcoreinfo *info, uint64_t *ret_names,
				     uint64_t *ret_tokens, uint64_t *ret_index)
{
	uint64_t address;
	uint32_t count;
	struct kdk_error *err;

	if (!kdk_vmcoreinfo_symbol(info, "kallsyms_num_syms", &address) ||
	    !kdk_vmcoreinfo_symbol(info, "kallsyms_names", ret_names) ||
	    !kdk_vmcoreinfo_symbol(info, "kallsyms_token_table", ret_tokens) ||
	    !kdk_vmcoreinfo_symbol(info, "kallsyms_token_index", ret_index))
		return kdk_error_new(KDK_ERROR_ABSENT, "vmcoreinfo does not say where kallsyms is "
						       "(kernels before 6.0)");
	err = kdk_memory_read_u32(memory, KDK_VIRTUAL, address, &count);
	if (err)
		return kdk_error_wrap(err, "kallsyms_num_syms");
	if (!count || count > MAX_SYMBOLS)
		return kdk_error_new(KDK_ERROR_FORMAT, "kallsyms_num_syms is %u", count);
	syms->count = count;
	return NULL;
}

/* All tables with one reading of the length bytes; *ret_fits: _stext is where it should be. */
static struct kdk_error *read_tables(struct kdk_kallsyms *syms, struct kdk_memory *memory,
				     const struct kdk_vmcoreinfo *info, bool *ret_fits)
{
	uint64_t names, tokens, index, stext;
	struct kdk_error *err;
	size_t at;

	err = read_header(syms, memory, info, &names, &tokens, &index);
	if (err)
		return err;
	syms->marks = calloc(syms->count / MARK_EVERY + 1, sizeof(*syms->marks));
	if (!syms->marks)
		return &kdk_enomem;
	err = read_names(syms, memory, names);
	if (!err)
		err = read_tokens(syms, memory, tokens, index);
	if (!err)
		err = read_values(syms, memory, info);
	if (!err)
		err = index_names(syms);
	if (err)
		return err;
	*ret_fits = kdk_vmcoreinfo_symbol(info, "_stext", &stext) &&
		    kdk_kallsyms_find(syms, "_stext", &at) && choose_encoding(syms, at, stext);
	return NULL;
}

struct kdk_error *kdk_kallsyms_load(struct kdk_memory *memory,
				    const struct kdk_vmcoreinfo *info, bool big_endian,
				    unsigned int word_bytes, struct kdk_kallsyms **ret)
{
	struct kdk_error *first = NULL;

	/* A long name before 6.1 looks like a two-byte length, and leads anywhere. */
	for (int long_names = 1; long_names >= 0; long_names--) {
		_cleanup_(kdk_kallsyms_destroyp) struct kdk_kallsyms *syms =
			calloc(1, sizeof(*syms));
		struct kdk_error *err;
		bool fits;

		if (!syms) {
			kdk_error_destroy(first);
			return &kdk_enomem;
		}
		syms->big_endian = big_endian;
		syms->word_bytes = word_bytes;
		syms->long_names = long_names;
		err = read_tables(syms, memory, info, &fits);
		if (!err && fits) {
			kdk_error_destroy(first);
			*ret = kdk_take(syms);
			return NULL;
		}
		if (!first)
			first = err;
		else
			kdk_error_destroy(err);
	}
	if (first)
		return first;
	return kdk_error_new(KDK_ERROR_FORMAT,
			     "no known encoding of kallsyms gives _stext its address");
}

void kdk_kallsyms_destroy(struct kdk_kallsyms *syms)
{
	if (!syms)
		return;
	free(syms->values);
	free(syms->names);
	free(syms->marks);
	free(syms->tokens);
	free(syms->slots);
	free(syms);
}
