/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"

#define OBJECT_MAX (UINT64_C(64) << 20)
#define CHUNK 4096			/* pieces of memory that are there or not */
#define ITEMS_MAX (UINT32_C(1) << 20)	/* values of one walk */
#define ELEMENTS_MAX 16384		/* of one array, equal ones counted once */
#define ENUMERATORS_MAX 65536

struct walk {
	struct kdk_kernel *kernel;
	struct kdk_types *types;
	struct kdk_symbols *symbols;	/* NULL: pointers stay numbers */
	const struct kdk_value_visitor *visitor;
	uint64_t address, size;
	uint8_t *bytes;
	bool *present;			/* by CHUNK of memory, from the one of `address` */
	uint32_t items;
	char symbol[KDK_SYMBOL_NAME_MAX + KDK_SYMBOL_NAME_MAX];
};

static bool walk_value(struct walk *walk, struct kdk_value *value, uint32_t bit_offset,
		       uint32_t bit_size, unsigned int depth);

static bool is_present(const struct walk *walk, uint64_t offset, uint64_t size)
{
	uint64_t into = walk->address % CHUNK + offset, last;

	if (offset > walk->size || size > walk->size - offset)
		return false;
	last = size ? (into + size - 1) / CHUNK : into / CHUNK;
	for (uint64_t chunk = into / CHUNK; size && chunk <= last; chunk++)
		if (!walk->present[chunk])
			return false;
	return true;
}

static struct kdk_error *read_object(struct walk *walk)
{
	uint64_t chunks = (walk->address % CHUNK + walk->size) / CHUNK + 1, at = 0;

	walk->bytes = calloc(1, walk->size + 1);
	walk->present = calloc(chunks, sizeof(*walk->present));
	if (!walk->bytes || !walk->present)
		return &kdk_enomem;
	while (at < walk->size) {
		uint64_t piece = CHUNK - (walk->address + at) % CHUNK;
		struct kdk_error *err;

		if (piece > walk->size - at)
			piece = walk->size - at;
		err = kdk_memory_read(walk->kernel->memory, KDK_VIRTUAL, walk->address + at,
				      walk->bytes + at, piece);
		walk->present[(walk->address % CHUNK + at) / CHUNK] = !err;
		if (err && !at && piece == walk->size)
			return err;
		kdk_error_destroy(err);
		at += piece;
	}
	return NULL;
}

static void name_pointer(struct walk *walk, struct kdk_value *value)
{
	struct kdk_symbol symbol;

	if (!walk->symbols || !value->number ||
	    !kdk_symbols_at(walk->symbols, value->number, &symbol))
		return;
	if (value->number == symbol.address)
		snprintf(walk->symbol, sizeof(walk->symbol), "%s", symbol.name);
	else
		snprintf(walk->symbol, sizeof(walk->symbol), "%s+%#" PRIx64, symbol.name,
			 value->number - symbol.address);
	value->symbol = walk->symbol;
}

static void name_enumerator(struct walk *walk, uint32_t id, const struct kdk_type *type,
			    struct kdk_value *value)
{
	uint64_t mask = type->size < 8 ? (UINT64_C(1) << type->size * 8) - 1 : UINT64_MAX;
	uint64_t candidate;
	const char *name;

	for (uint32_t i = 0; i < type->count && i < ENUMERATORS_MAX; i++)
		if (kdk_types_enumerator(walk->types, id, i, &name, &candidate) &&
		    (candidate & mask) == (value->number & mask)) {
			value->enumerator = name;
			return;
		}
}

static bool visit_scalar(struct walk *walk, struct kdk_value *value, uint32_t id,
			 const struct kdk_type *type, uint32_t bit_offset, uint32_t bit_size)
{
	struct kdk_field field = {
		.offset = value->offset,
		.size = type->size,
		.type = id,
		.bit_offset = bit_offset,
		.bit_size = bit_size,
	};
	uint64_t bytes = bit_size ? (bit_offset + bit_size + 7) / 8 : type->size;

	value->is_signed = type->is_signed;
	if (!is_present(walk, value->offset, bytes)) {
		value->kind = KDK_VALUE_UNREADABLE;
	} else if (type->kind == KDK_TYPE_FLOAT ||
		   !kdk_field_value(walk->types, &field, walk->kernel->arch, walk->bytes,
				    walk->size, &value->number)) {
		value->kind = KDK_VALUE_BYTES;
		value->bytes = walk->bytes + value->offset;
		value->size = type->size;
	} else if (type->kind == KDK_TYPE_POINTER) {
		value->kind = KDK_VALUE_POINTER;
		name_pointer(walk, value);
	} else if (type->kind == KDK_TYPE_ENUM) {
		value->kind = KDK_VALUE_ENUM;
		name_enumerator(walk, id, type, value);
	} else {
		value->kind = type->is_bool ? KDK_VALUE_BOOL : KDK_VALUE_NUMBER;
	}
	return walk->visitor->visit(walk->visitor->context, value);
}

static bool visit_text(struct walk *walk, struct kdk_value *value, const struct kdk_type *type)
{
	value->kind = KDK_VALUE_TEXT;
	if (!is_present(walk, value->offset, type->size))
		value->kind = KDK_VALUE_UNREADABLE;
	else
		value->bytes = walk->bytes + value->offset;
	value->size = type->size;
	while (value->kind == KDK_VALUE_TEXT && value->size && !value->bytes[value->size - 1])
		value->size--;
	return walk->visitor->visit(walk->visitor->context, value);
}

/* Elements behind `index` that hold the same bytes. */
static uint64_t count_repeats(const struct walk *walk, uint64_t offset, uint64_t size,
			      uint64_t left)
{
	uint64_t n = 0;

	if (walk->visitor->expand || !is_present(walk, offset, size))
		return 0;
	while (n < left && is_present(walk, offset + (n + 1) * size, size) &&
	       !memcmp(walk->bytes + offset, walk->bytes + offset + (n + 1) * size, size))
		n++;
	return n;
}

static bool visit_array(struct walk *walk, struct kdk_value *value, const struct kdk_type *type,
			unsigned int depth)
{
	uint64_t size = kdk_types_size(walk->types, type->target), shown = 0;
	bool go_on;

	value->kind = KDK_VALUE_ARRAY;
	value->size = type->count;
	go_on = walk->visitor->visit(walk->visitor->context, value);
	for (uint64_t i = 0; go_on && size && i < type->count; i++) {
		struct kdk_value element = {
			.type = type->target,
			.offset = value->offset + i * size,
			.index = i,
		};

		if (++shown > ELEMENTS_MAX || element.offset >= walk->size) {
			value->cut = true;
			break;
		}
		element.repeats = count_repeats(walk, element.offset, size, type->count - 1 - i);
		i += element.repeats;
		go_on = walk_value(walk, &element, 0, 0, depth + 1);
	}
	return go_on && walk->visitor->leave(walk->visitor->context, value);
}

static bool visit_group(struct walk *walk, struct kdk_value *value, uint32_t id,
			const struct kdk_type *type, unsigned int depth)
{
	bool go_on;

	value->kind = KDK_VALUE_GROUP;
	go_on = walk->visitor->visit(walk->visitor->context, value);
	for (uint32_t i = 0; go_on && i < type->count; i++) {
		struct kdk_type_member member;
		struct kdk_value inner;

		if (!kdk_types_member(walk->types, id, i, &member))
			break;
		inner = (struct kdk_value){
			.name = member.name,
			.type = member.type,
			.offset = value->offset + member.bit_offset / 8,
		};
		go_on = walk_value(walk, &inner, member.bit_offset % 8, member.bit_size, depth + 1);
	}
	return go_on && walk->visitor->leave(walk->visitor->context, value);
}

static bool walk_value(struct walk *walk, struct kdk_value *value, uint32_t bit_offset,
		       uint32_t bit_size, unsigned int depth)
{
	uint32_t id = kdk_types_resolve(walk->types, value->type);
	struct kdk_type type, element;

	if (++walk->items > ITEMS_MAX)
		return false;
	if (!kdk_types_get(walk->types, id, &type))
		type = (struct kdk_type){ .kind = KDK_TYPE_VOID, .name = "" };
	switch (type.kind) {
	case KDK_TYPE_STRUCT:
	case KDK_TYPE_UNION:
		if (depth < KDK_VALUE_DEPTH)
			return visit_group(walk, value, id, &type, depth);
		break;
	case KDK_TYPE_ARRAY:
		if (kdk_types_get(walk->types, kdk_types_resolve(walk->types, type.target),
				  &element) && element.is_char && element.size == 1)
			return visit_text(walk, value, &type);
		if (depth < KDK_VALUE_DEPTH)
			return visit_array(walk, value, &type, depth);
		break;
	case KDK_TYPE_INT:
	case KDK_TYPE_ENUM:
	case KDK_TYPE_POINTER:
	case KDK_TYPE_FLOAT:
		return visit_scalar(walk, value, id, &type, bit_offset, bit_size);
	default:
		break;
	}
	value->kind = KDK_VALUE_BYTES;
	return walk->visitor->visit(walk->visitor->context, value);
}

/* Reads `size` bytes at address and walks one value that starts there. */
static struct kdk_error *walk_object(struct kdk_kernel *kernel, struct kdk_types *types,
				     struct kdk_value *value, uint64_t address,
				     const struct kdk_field *field,
				     const struct kdk_value_visitor *visitor)
{
	struct walk walk = {
		.kernel = kernel,
		.types = types,
		.visitor = visitor,
		.address = address,
		.size = field->bit_size ? (field->bit_offset + field->bit_size + 7) / 8 :
					  field->size,
	};
	struct kdk_error *err;

	if (walk.size > OBJECT_MAX)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED, "%ju bytes are too many to show",
				     (uintmax_t)walk.size);
	err = kdk_kernel_symbols(kernel, &walk.symbols);
	if (err)
		walk.symbols = NULL;
	kdk_error_destroy(err);
	err = read_object(&walk);
	if (!err)
		walk_value(&walk, value, field->bit_offset, field->bit_size, 0);
	free(walk.bytes);
	free(walk.present);
	return err;
}

struct kdk_error *kdk_value_walk(struct kdk_kernel *kernel, uint32_t type, uint64_t address,
				 const struct kdk_value_visitor *visitor)
{
	struct kdk_value value = { .type = type };
	struct kdk_field field = { .type = type };
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	if (err)
		return err;
	field.size = kdk_types_size(types, type);
	if (!field.size)
		return kdk_error_new(KDK_ERROR_ABSENT, "a type without a size has no value");
	return walk_object(kernel, types, &value, address, &field, visitor);
}

struct kdk_error *kdk_value_walk_member(struct kdk_kernel *kernel, uint32_t type,
					uint64_t address, const char *member,
					const struct kdk_value_visitor *visitor)
{
	struct kdk_types *types;
	struct kdk_field field;
	struct kdk_value value;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	if (!err)
		err = kdk_types_member_path(types, type, member, &field);
	if (err)
		return err;
	value = (struct kdk_value){ .name = member, .type = field.type };
	return walk_object(kernel, types, &value, address + field.offset, &field, visitor);
}
