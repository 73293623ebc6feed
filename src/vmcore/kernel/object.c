/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/symbols.h"

struct kdk_error *kdk_kernel_field(struct kdk_kernel *kernel, const char *path,
				   struct kdk_field *ret)
{
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	return err ? err : kdk_types_field(types, path, ret);
}

bool kdk_kernel_has(struct kdk_kernel *kernel, const char *path)
{
	struct kdk_field field;
	struct kdk_error *err = kdk_kernel_field(kernel, path, &field);

	kdk_error_destroy(err);
	return !err;
}

uint64_t kdk_kernel_sizeof(struct kdk_kernel *kernel, const char *name)
{
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	kdk_error_destroy(err);
	return err ? 0 : kdk_types_sizeof(types, name);
}

struct kdk_error *kdk_kernel_offset(struct kdk_kernel *kernel, const char *path, uint64_t *ret)
{
	struct kdk_field field;
	struct kdk_error *err = kdk_kernel_field(kernel, path, &field);

	if (!err)
		*ret = field.offset;
	return err;
}

struct kdk_error *kdk_kernel_symbol(struct kdk_kernel *kernel, const char *name, uint64_t *ret)
{
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);

	if (err)
		return err;
	if (!kdk_symbols_find(symbols, name, ret))
		return kdk_error_new(KDK_ERROR_ABSENT, "%s has no symbol \"%s\"",
				     kdk_symbols_source(symbols), name);
	return NULL;
}

/* `size` bytes, at most 8, as a number. */
static uint64_t get_bytes(const uint8_t *bytes, size_t size, bool big)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)bytes[i] << 8 * (big ? size - 1 - i : i);
	return value;
}

/* Bytes that hold a field: more than its size where a bit field crosses into the next. */
static size_t field_bytes(const struct kdk_field *field)
{
	return field->bit_size ? (field->bit_offset + field->bit_size + 7) / 8 : field->size;
}

static uint64_t extend(struct kdk_types *types, uint32_t type, uint64_t value, unsigned int bits)
{
	struct kdk_type resolved;

	if (!bits || bits >= 64 || !(value >> (bits - 1) & 1) ||
	    !kdk_types_get(types, kdk_types_resolve(types, type), &resolved) ||
	    !resolved.is_signed)
		return value;
	return value | UINT64_MAX << bits;
}

/* Bit fields count from the lowest bit, or on big-endian machines from the highest. */
static bool take_value(struct kdk_types *types, const struct kdk_field *field, bool big,
		       const uint8_t *bytes, uint64_t *ret)
{
	size_t size = field_bytes(field);
	uint64_t value;

	if (!size || size > 8)
		return false;
	value = get_bytes(bytes, size, big);
	if (!field->bit_size) {
		*ret = extend(types, field->type, value, size * 8);
		return true;
	}
	value >>= big ? size * 8 - field->bit_offset - field->bit_size : field->bit_offset;
	if (field->bit_size < 64)
		value &= (UINT64_C(1) << field->bit_size) - 1;
	*ret = extend(types, field->type, value, field->bit_size);
	return true;
}

bool kdk_field_value(struct kdk_types *types, const struct kdk_field *field,
		     const struct kdk_arch *arch, const void *object, size_t size,
		     uint64_t *ret)
{
	size_t bytes = field_bytes(field);

	if (field->offset > size || bytes > size - field->offset)
		return false;
	return take_value(types, field, arch->big_endian,
			  (const uint8_t *)object + field->offset, ret);
}

struct kdk_error *kdk_object_u64(struct kdk_kernel *kernel, uint64_t address, const char *path,
				 uint64_t *ret)
{
	struct kdk_types *types;
	struct kdk_field field;
	uint8_t bytes[8];
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	if (!err)
		err = kdk_types_field(types, path, &field);
	if (err)
		return err;
	if (!field_bytes(&field) || field_bytes(&field) > sizeof(bytes))
		return kdk_error_new(KDK_ERROR_FORMAT, "%s is no number: it has %ju bytes", path,
				     (uintmax_t)field.size);
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address + field.offset, bytes,
			      field_bytes(&field));
	if (err)
		return kdk_error_wrap(err, "%s at %#jx", path, (uintmax_t)address);
	take_value(types, &field, kernel->arch->big_endian, bytes, ret);
	return NULL;
}

struct kdk_error *kdk_object_u32(struct kdk_kernel *kernel, uint64_t address, const char *path,
				 uint32_t *ret)
{
	uint64_t value;
	struct kdk_error *err = kdk_object_u64(kernel, address, path, &value);

	if (!err)
		*ret = value;
	return err;
}

struct kdk_error *kdk_object_bytes(struct kdk_kernel *kernel, uint64_t address,
				   const char *path, void *ret, size_t size)
{
	struct kdk_field field;
	struct kdk_error *err = kdk_kernel_field(kernel, path, &field);

	if (err)
		return err;
	if (size > field.size)
		return kdk_error_new(KDK_ERROR_FORMAT, "%s has %ju bytes, not %zu", path,
				     (uintmax_t)field.size, size);
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address + field.offset, ret, size);
	return kdk_error_wrap(err, "%s at %#jx", path, (uintmax_t)address);
}

/* Text may end just before memory does: pages are read one by one. */
struct kdk_error *kdk_kernel_string(struct kdk_kernel *kernel, uint64_t address, char *ret,
				    size_t size)
{
	size_t at = 0;

	memset(ret, 0, size);
	while (at + 1 < size) {
		size_t piece = 256 - (address + at) % 256;
		struct kdk_error *err;

		if (piece > size - 1 - at)
			piece = size - 1 - at;
		err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address + at, ret + at, piece);
		if (err) {
			memset(ret, 0, size);
			return err;
		}
		if (memchr(ret + at, '\0', piece))
			break;
		at += piece;
	}
	/* What follows the text stays unknown to the caller. */
	at = strlen(ret);
	memset(ret + at, 0, size - at);
	return NULL;
}

struct kdk_error *kdk_object_string(struct kdk_kernel *kernel, uint64_t address,
				    const char *path, char *ret, size_t size)
{
	struct kdk_types *types;
	struct kdk_field field;
	struct kdk_type type;
	uint64_t pointer;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	if (!err)
		err = kdk_types_field(types, path, &field);
	if (err)
		return err;
	if (!kdk_types_get(types, kdk_types_resolve(types, field.type), &type))
		type.kind = KDK_TYPE_VOID;
	if (type.kind == KDK_TYPE_POINTER) {
		err = kdk_object_u64(kernel, address, path, &pointer);
		if (!err)
			err = kdk_kernel_string(kernel, pointer, ret, size);
		return kdk_error_wrap(err, "text of %s at %#jx", path, (uintmax_t)address);
	}
	/* A flexible array has no size of its own. */
	if (field.size && field.size < size) {
		ret[field.size] = '\0';
		size = field.size;
		err = kdk_object_bytes(kernel, address, path, ret, size);
		return err;
	}
	return kdk_kernel_string(kernel, address + field.offset, ret, size);
}

static void list_note(struct kdk_list_walk *walk, const char *what, struct kdk_error *err)
{
	walk->ended = true;
	if (asprintf(&walk->note, "list at %#jx: after %ju entries %s%s%s", (uintmax_t)walk->head,
		     (uintmax_t)walk->count, what, err ? ": " : "", err ? err->message : "") < 0)
		walk->note = NULL;
	kdk_error_destroy(err);
}

static struct kdk_error *begin(struct kdk_list_walk *walk, struct kdk_kernel *kernel,
			       uint64_t head, const char *member)
{
	*walk = (struct kdk_list_walk){
		.kernel = kernel,
		.head = head,
		.limit = 1,
	};
	if (!kernel->memory)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "the dump's architecture is not known: its memory cannot be read");
	return member ? kdk_kernel_offset(kernel, member, &walk->offset) : NULL;
}

struct kdk_error *kdk_list_begin(struct kdk_list_walk *walk, struct kdk_kernel *kernel,
				 uint64_t head, const char *member)
{
	struct kdk_error *err = begin(walk, kernel, head, member);

	if (err)
		return err;
	walk->end = walk->mark = head;
	err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, head, &walk->at);
	return kdk_error_wrap(err, "list at %#jx", (uintmax_t)head);
}

struct kdk_error *kdk_hlist_begin(struct kdk_list_walk *walk, struct kdk_kernel *kernel,
				  uint64_t head, const char *member)
{
	struct kdk_error *err = kdk_list_begin(walk, kernel, head, member);

	walk->end = 0;
	walk->odd = 1;
	return err;
}

struct kdk_error *kdk_chain_begin(struct kdk_list_walk *walk, struct kdk_kernel *kernel,
				  uint64_t first, const char *member)
{
	struct kdk_error *err = begin(walk, kernel, first, NULL);

	if (!err)
		err = kdk_kernel_offset(kernel, member, &walk->next_offset);
	walk->at = first;
	return err;
}

bool kdk_list_next(struct kdk_list_walk *walk, uint64_t *ret)
{
	struct kdk_error *err;

	if (walk->ended || walk->at == walk->end || (walk->at & walk->odd))
		return false;
	if (!walk->at) {
		list_note(walk, "a link is NULL", NULL);
		return false;
	}
	/* Brent: the mark moves to here whenever the steps since it have doubled. */
	if (walk->at == walk->mark || walk->count >= KDK_LIST_MAX) {
		list_note(walk, "it goes round in a circle", NULL);
		return false;
	}
	if (++walk->steps == walk->limit) {
		walk->mark = walk->at;
		walk->limit *= 2;
		walk->steps = 0;
	}
	*ret = walk->at - walk->offset;
	walk->count++;
	err = kdk_memory_read_word(walk->kernel->memory, KDK_VIRTUAL,
				   walk->at + walk->next_offset, &walk->at);
	if (err)
		list_note(walk, "the next link cannot be read", err);
	return true;
}

void kdk_list_end(struct kdk_list_walk *walk)
{
	free(walk->note);
	walk->note = NULL;
	walk->ended = true;
}
