/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/btf.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

#define BTF_MAGIC 0xeb9f
#define HEADER_MIN 24		/* struct btf_header up to str_len */
#define LAYOUT_HEADER_MIN 32	/* up to the length of the description of kinds */
#define TYPE_HEADER 12		/* struct btf_type */
#define RESOLVE_MAX 64		/* typedefs of typedefs */
#define SIZE_DEPTH_MAX 16	/* arrays of arrays */
#define MAX_PROBES 256

/*
 * struct btf_type.info: the number of entries and the kind had 16 and 5 bits, with
 * unused ones between, which newer kernels made part of them.
 */
#define VLEN(info) ((info) & 0xffffff)
#define KIND(info) ((info) >> 24 & 0x7f)
#define KINDS 128

/* Whether KIND is one of the bits in `kinds`. */
#define IS_OF(kinds, kind) ((kind) < 32 && ((kinds) >> (kind) & 1))

/* Bytes behind struct btf_type of a kind: once, and for each entry. */
struct kind_size {
	uint8_t once, each;
	bool known;
};

struct slot {
	uint32_t hash;
	uint32_t id;		/* 0: empty */
};

struct kdk_btf {
	const struct kdk_btf *base;
	uint8_t *data;		/* owned */
	const uint8_t *types;
	size_t types_size;
	const char *strings;
	size_t strings_size;
	bool big_endian;
	bool cut;
	struct kind_size sizes[KINDS];	/* by the header's own description, of newer kernels */
	uint32_t first;		/* number of the first own type */
	uint32_t end;
	uint32_t string_base;	/* offset of the first own string */
	uint32_t *offsets;	/* of own types in `types` */
	struct slot *slots;	/* own named types */
	size_t slot_count;	/* power of two */
};

static uint32_t get(const struct kdk_btf *btf, const uint8_t *from)
{
	return kdk_get_u32(from, btf->big_endian);
}

/* Bytes behind struct btf_type by kind and vlen; -1 for a kind nobody told us of. */
static int64_t extra_size(const struct kdk_btf *btf, uint32_t kind, uint32_t vlen)
{
	switch (kind) {
	case KDK_BTF_INT:
	case KDK_BTF_VAR:
	case KDK_BTF_DECL_TAG:
		return 4;
	case KDK_BTF_ARRAY:
		return 12;
	case KDK_BTF_STRUCT:
	case KDK_BTF_UNION:
	case KDK_BTF_DATASEC:
	case KDK_BTF_ENUM64:
		return (int64_t)vlen * 12;
	case KDK_BTF_ENUM:
	case KDK_BTF_FUNC_PROTO:
		return (int64_t)vlen * 8;
	case KDK_BTF_PTR:
	case KDK_BTF_FWD:
	case KDK_BTF_TYPEDEF:
	case KDK_BTF_VOLATILE:
	case KDK_BTF_CONST:
	case KDK_BTF_RESTRICT:
	case KDK_BTF_FUNC:
	case KDK_BTF_FLOAT:
	case KDK_BTF_TYPE_TAG:
		return 0;
	default:
		if (!btf->sizes[kind].known)
			return -1;
		return btf->sizes[kind].once + (int64_t)vlen * btf->sizes[kind].each;
	}
}

/* Whether entries of `size` bytes say of integers, arrays and structs what is known. */
static bool layout_fits(const uint8_t *layout, size_t length, size_t size)
{
	return length / size > KDK_BTF_STRUCT && layout[KDK_BTF_INT * size] == 4 &&
	       !layout[KDK_BTF_INT * size + 1] && layout[KDK_BTF_ARRAY * size] == 12 &&
	       !layout[KDK_BTF_ARRAY * size + 1] && !layout[KDK_BTF_STRUCT * size] &&
	       layout[KDK_BTF_STRUCT * size + 1] == 12;
}

/* A header of 32 bytes tells the sizes of all kinds: 2 bytes each, and maybe flags. */
static void read_layout(struct kdk_btf *btf, size_t size, uint32_t header)
{
	static const size_t entry_sizes[] = { 2, 4, 8 };
	const uint8_t *layout;
	uint32_t offset, length;

	if (header < LAYOUT_HEADER_MIN)
		return;
	offset = get(btf, btf->data + 24);
	length = get(btf, btf->data + 28);
	if (offset > size - header || length > size - header - offset)
		return;
	layout = btf->data + header + offset;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(entry_sizes); i++) {
		size_t each = entry_sizes[i];

		if (!layout_fits(layout, length, each))
			continue;
		for (size_t kind = 0; kind < KINDS && kind < length / each; kind++)
			btf->sizes[kind] = (struct kind_size){ layout[kind * each],
							       layout[kind * each + 1], true };
		return;
	}
}

static const char *string_at(const struct kdk_btf *btf, uint32_t offset)
{
	while (btf && offset < btf->string_base)
		btf = btf->base;
	if (!btf || offset - btf->string_base >= btf->strings_size)
		return "";
	return btf->strings + (offset - btf->string_base);
}

static struct kdk_error *parse_header(struct kdk_btf *btf, size_t size)
{
	const uint8_t *data = btf->data;
	uint32_t header, type_offset, type_size, string_offset, string_size;

	if (size < HEADER_MIN)
		return kdk_error_new(KDK_ERROR_FORMAT, "BTF: %zu bytes are no header", size);
	if (kdk_get_u16(data, btf->big_endian) != BTF_MAGIC)
		return kdk_error_new(KDK_ERROR_FORMAT, "BTF: magic is %#x, not %#x",
				     kdk_get_u16(data, btf->big_endian), BTF_MAGIC);
	header = get(btf, data + 4);
	type_offset = get(btf, data + 8);
	type_size = get(btf, data + 12);
	string_offset = get(btf, data + 16);
	string_size = get(btf, data + 20);
	if (header < HEADER_MIN || header > size || type_offset > size - header ||
	    type_size > size - header - type_offset || string_offset > size - header ||
	    string_size > size - header - string_offset)
		return kdk_error_new(KDK_ERROR_FORMAT, "BTF: sections lie outside of %zu bytes", size);
	btf->types = data + header + type_offset;
	btf->types_size = type_size;
	btf->strings = (const char *)data + header + string_offset;
	btf->strings_size = string_size;
	if (!string_size || btf->strings[string_size - 1])
		return kdk_error_new(KDK_ERROR_FORMAT, "BTF: strings do not end");
	read_layout(btf, size, header);
	return NULL;
}

/* Walks the types once; calls with offsets NULL only count. */
static uint32_t walk_types(struct kdk_btf *btf, uint32_t *offsets)
{
	uint32_t count = 0;
	size_t at = 0;

	btf->cut = false;
	while (btf->types_size - at >= TYPE_HEADER) {
		uint32_t info = get(btf, btf->types + at + 4);
		int64_t extra = extra_size(btf, KIND(info), VLEN(info));

		if (extra < 0 || (uint64_t)extra > btf->types_size - at - TYPE_HEADER)
			break;
		if (offsets)
			offsets[count] = at;
		count++;
		at += TYPE_HEADER + extra;
	}
	btf->cut = at < btf->types_size;
	return count;
}

/* FNV-1a */
static uint32_t name_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

static struct kdk_error *index_names(struct kdk_btf *btf)
{
	for (btf->slot_count = 64; btf->slot_count < (btf->end - btf->first) * 2ul;)
		btf->slot_count *= 2;
	btf->slots = calloc(btf->slot_count, sizeof(*btf->slots));
	if (!btf->slots)
		return &kdk_enomem;
	for (uint32_t id = btf->first; id < btf->end; id++) {
		const char *name = string_at(btf, get(btf, btf->types +
							    btf->offsets[id - btf->first]));
		uint32_t hash = name_hash(name);

		if (!*name)
			continue;
		for (size_t i = 0; i < MAX_PROBES; i++) {
			struct slot *slot = &btf->slots[(hash + i) & (btf->slot_count - 1)];

			if (!slot->id) {
				*slot = (struct slot){ hash, id };
				break;
			}
		}
	}
	return NULL;
}

static struct kdk_error *parse(struct kdk_btf *btf, size_t size)
{
	struct kdk_error *err = parse_header(btf, size);
	uint32_t count;

	if (err)
		return err;
	btf->first = btf->base ? btf->base->end : 1;
	btf->string_base = btf->base ? btf->base->string_base + btf->base->strings_size : 0;
	count = walk_types(btf, NULL);
	if (__builtin_add_overflow(btf->first, count, &btf->end))
		return kdk_error_new(KDK_ERROR_FORMAT, "BTF: too many types");
	btf->offsets = calloc(count + 1ul, sizeof(*btf->offsets));
	if (!btf->offsets)
		return &kdk_enomem;
	walk_types(btf, btf->offsets);
	return index_names(btf);
}

struct kdk_error *kdk_btf_parse(uint8_t *data, size_t size, const struct kdk_btf *base,
				bool big_endian, struct kdk_btf **ret)
{
	_cleanup_(kdk_btf_destroyp) struct kdk_btf *btf = calloc(1, sizeof(*btf));
	struct kdk_error *err;

	if (!btf) {
		free(data);
		return &kdk_enomem;
	}
	btf->data = data;
	btf->base = base;
	btf->big_endian = big_endian;
	err = parse(btf, size);
	if (!err)
		*ret = kdk_take(btf);
	return err;
}

void kdk_btf_destroy(struct kdk_btf *btf)
{
	if (!btf)
		return;
	free(btf->data);
	free(btf->offsets);
	free(btf->slots);
	free(btf);
}

uint32_t kdk_btf_end(const struct kdk_btf *btf)
{
	return btf->end;
}

bool kdk_btf_cut(const struct kdk_btf *btf)
{
	return btf->cut;
}

/* struct btf_type of `id`, and the BTF that owns it. NULL when there is none. */
static const uint8_t *raw_type(const struct kdk_btf **btf, uint32_t id)
{
	while (*btf && id < (*btf)->first)
		*btf = (*btf)->base;
	if (!*btf || id >= (*btf)->end)
		return NULL;
	return (*btf)->types + (*btf)->offsets[id - (*btf)->first];
}

uint32_t kdk_btf_next(const struct kdk_btf *btf, uint32_t id, uint32_t kinds)
{
	for (id = id < btf->first ? btf->first : id; id < btf->end; id++) {
		uint32_t info = get(btf, btf->types + btf->offsets[id - btf->first] + 4);

		if (IS_OF(kinds, KIND(info)))
			return id;
	}
	return 0;
}

static void take_details(const struct kdk_btf *btf, const uint8_t *raw, struct kdk_btf_type *ret)
{
	uint32_t last = get(btf, raw + 8), word;

	switch (ret->kind) {
	case KDK_BTF_INT:
		word = get(btf, raw + TYPE_HEADER);
		ret->size = last;
		ret->encoding = word >> 24 & 0xf;
		ret->bits = word & 0xff;
		break;
	case KDK_BTF_ARRAY:
		ret->target = get(btf, raw + TYPE_HEADER);
		ret->count = get(btf, raw + TYPE_HEADER + 8);
		break;
	case KDK_BTF_STRUCT:
	case KDK_BTF_UNION:
	case KDK_BTF_FLOAT:
	case KDK_BTF_DATASEC:
		ret->size = last;
		break;
	case KDK_BTF_ENUM:
	case KDK_BTF_ENUM64:
		ret->size = last;
		ret->encoding = ret->flag ? KDK_BTF_SIGNED : 0;
		break;
	case KDK_BTF_FWD:
		break;
	default:
		ret->target = ret->kind <= KDK_BTF_ENUM64 ? last : 0;
	}
}

bool kdk_btf_type(const struct kdk_btf *btf, uint32_t id, struct kdk_btf_type *ret)
{
	const uint8_t *raw;
	uint32_t info;

	memset(ret, 0, sizeof(*ret));
	ret->name = "";
	if (!id) {
		ret->name = "void";
		return true;
	}
	raw = raw_type(&btf, id);
	if (!raw)
		return false;
	info = get(btf, raw + 4);
	ret->kind = KIND(info);
	ret->flag = info >> 31;
	ret->count = VLEN(info);
	ret->name = string_at(btf, get(btf, raw));
	take_details(btf, raw, ret);
	return true;
}

/* Entry `index` of what follows a type, `size` bytes each, for any of `kinds`. */
static const uint8_t *raw_entry(const struct kdk_btf **btf, uint32_t id, uint32_t index,
				uint32_t kinds, size_t size, bool *ret_flag)
{
	const uint8_t *raw = raw_type(btf, id);
	uint32_t info;

	if (!raw)
		return NULL;
	info = get(*btf, raw + 4);
	if (!IS_OF(kinds, KIND(info)) || index >= VLEN(info))
		return NULL;
	*ret_flag = info >> 31;
	return raw + TYPE_HEADER + index * size;
}

bool kdk_btf_member(const struct kdk_btf *btf, uint32_t id, uint32_t index,
		    struct kdk_btf_member *ret)
{
	const struct kdk_btf *owner = btf;
	const uint8_t *raw;
	uint32_t offset;
	bool flag;

	memset(ret, 0, sizeof(*ret));
	raw = raw_entry(&owner, id, index, 1 << KDK_BTF_FUNC_PROTO, 8, &flag);
	if (raw) {
		ret->name = string_at(owner, get(owner, raw));
		ret->type = get(owner, raw + 4);
		return true;
	}
	owner = btf;
	raw = raw_entry(&owner, id, index, 1 << KDK_BTF_STRUCT | 1 << KDK_BTF_UNION, 12, &flag);
	if (!raw)
		return false;
	ret->name = string_at(owner, get(owner, raw));
	ret->type = get(owner, raw + 4);
	offset = get(owner, raw + 8);
	ret->bit_offset = flag ? offset & 0xffffff : offset;
	ret->bit_size = flag ? offset >> 24 : 0;
	return true;
}

bool kdk_btf_enumerator(const struct kdk_btf *btf, uint32_t id, uint32_t index,
			const char **ret_name, uint64_t *ret_value)
{
	const struct kdk_btf *owner = btf;
	const uint8_t *raw;
	bool flag;

	raw = raw_entry(&owner, id, index, 1 << KDK_BTF_ENUM, 8, &flag);
	if (raw) {
		*ret_value = flag ? (uint64_t)(int32_t)get(owner, raw + 4) : get(owner, raw + 4);
		*ret_name = string_at(owner, get(owner, raw));
		return true;
	}
	owner = btf;
	raw = raw_entry(&owner, id, index, 1 << KDK_BTF_ENUM64, 12, &flag);
	if (!raw)
		return false;
	*ret_value = get(owner, raw + 4) | (uint64_t)get(owner, raw + 8) << 32;
	*ret_name = string_at(owner, get(owner, raw));
	return true;
}

bool kdk_btf_variable(const struct kdk_btf *btf, uint32_t id, uint32_t index, uint32_t *ret_type,
		      uint32_t *ret_offset, uint32_t *ret_size)
{
	bool flag;
	const uint8_t *raw = raw_entry(&btf, id, index, 1 << KDK_BTF_DATASEC, 12, &flag);

	if (!raw)
		return false;
	*ret_type = get(btf, raw);
	*ret_offset = get(btf, raw + 4);
	*ret_size = get(btf, raw + 8);
	return true;
}

bool kdk_btf_find(const struct kdk_btf *btf, const char *name, uint32_t kinds, uint32_t *ret)
{
	uint32_t hash = name_hash(name);

	for (; btf; btf = btf->base) {
		for (size_t i = 0; i < MAX_PROBES; i++) {
			const struct slot *slot =
				&btf->slots[(hash + i) & (btf->slot_count - 1)];
			struct kdk_btf_type type;

			if (!slot->id)
				break;
			if (slot->hash == hash && kdk_btf_type(btf, slot->id, &type) &&
			    IS_OF(kinds, (uint32_t)type.kind) && !strcmp(type.name, name)) {
				*ret = slot->id;
				return true;
			}
		}
	}
	return false;
}

uint32_t kdk_btf_resolve(const struct kdk_btf *btf, uint32_t id)
{
	const uint32_t through = 1 << KDK_BTF_TYPEDEF | 1 << KDK_BTF_CONST | 1 << KDK_BTF_VOLATILE |
				 1 << KDK_BTF_RESTRICT | 1 << KDK_BTF_TYPE_TAG;
	struct kdk_btf_type type;

	for (int i = 0; i < RESOLVE_MAX; i++) {
		if (!kdk_btf_type(btf, id, &type) || !IS_OF(through, (uint32_t)type.kind))
			break;
		id = type.target;
	}
	return id;
}

bool kdk_btf_size(const struct kdk_btf *btf, uint32_t id, unsigned int word_bytes, uint64_t *ret)
{
	struct kdk_btf_type type;
	uint64_t count = 1;

	for (int i = 0; i < SIZE_DEPTH_MAX; i++) {
		if (!kdk_btf_type(btf, kdk_btf_resolve(btf, id), &type))
			return false;
		if (type.kind == KDK_BTF_VAR) {
			id = type.target;
			continue;
		}
		if (type.kind != KDK_BTF_ARRAY)
			break;
		if (__builtin_mul_overflow(count, (uint64_t)type.count, &count))
			return false;
		id = type.target;
	}
	if (type.kind == KDK_BTF_PTR)
		type.size = word_bytes;
	else if (!(type.size || type.kind == KDK_BTF_STRUCT || type.kind == KDK_BTF_UNION))
		return false;
	return !__builtin_mul_overflow(count, type.size, ret);
}
