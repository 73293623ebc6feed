/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/shape.h"

#include <string.h>

/* Members further apart than this are read one by one. */
#define SPAN_MAX 4096

static struct kdk_error *make_member(struct kdk_kernel *kernel, const char *path,
				     struct kdk_shape_member *member)
{
	bool is_address = *path == '&';
	struct kdk_error *err =
		kdk_kernel_field(kernel, path + is_address, &member->field);

	if (err)
		return err;
	if (!is_address && !member->field.bit_size && member->field.size - 1 > 7)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "%s has %ju bytes, which is no number", path,
				     (uintmax_t)member->field.size);
	member->known = true;
	member->is_address = is_address;
	return NULL;
}

/* Bit fields may reach into bytes behind their type. */
static uint64_t field_end(const struct kdk_field *field)
{
	uint64_t bits = field->bit_size ? (uint64_t)field->bit_offset + field->bit_size
					: 0;

	return field->offset + (bits > 8 * field->size ? (bits + 7) / 8 : field->size);
}

struct kdk_error *kdk_shape_make(struct kdk_kernel *kernel, const char *const *paths,
				 size_t count, size_t required, struct kdk_shape *ret)
{
	struct kdk_shape shape = { .count = count, .begin = UINT64_MAX };
	struct kdk_error *err = kdk_kernel_need_memory(kernel);

	for (size_t i = 0; i < count && i < KDK_SHAPE_MAX && !err; i++) {
		struct kdk_shape_member *member = &shape.member[i];

		err = make_member(kernel, paths[i], member);
		if (err && i < required)
			break;
		kdk_error_destroy(err);
		err = NULL;
		if (!member->known || member->is_address)
			continue;
		if (member->field.offset < shape.begin)
			shape.begin = member->field.offset;
		if (field_end(&member->field) > shape.end)
			shape.end = field_end(&member->field);
	}
	if (!err)
		*ret = shape;
	return err;
}

/* Each member on its own: the object is long, or a page of it is not in the dump. */
static struct kdk_error *read_apart(struct kdk_kernel *kernel, struct kdk_types *types,
				    const struct kdk_shape *shape, uint64_t address,
				    uint64_t *values)
{
	struct kdk_error *first = NULL;

	for (size_t i = 0; i < shape->count; i++) {
		const struct kdk_shape_member *member = &shape->member[i];
		struct kdk_field field = member->field;
		struct kdk_error *err;
		uint8_t bytes[16];
		size_t size = field_end(&field) - field.offset;

		if (!member->known || member->is_address || size > sizeof(bytes))
			continue;
		err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address + field.offset,
				      bytes, size);
		field.offset = 0;
		if (!err)
			kdk_field_value(types, &field, kernel->arch, bytes, size,
					&values[i]);
		else if (!first)
			first = err;
		else
			kdk_error_destroy(err);
	}
	return first;
}

struct kdk_error *kdk_shape_read(struct kdk_kernel *kernel, const struct kdk_shape *shape,
				 uint64_t address, uint64_t *values)
{
	uint64_t span = shape->end - shape->begin;
	uint8_t bytes[SPAN_MAX];
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	if (err)
		return err;
	for (size_t i = 0; i < shape->count; i++)
		values[i] = shape->member[i].is_address
				    ? address + shape->member[i].field.offset
				    : 0;
	if (shape->begin >= shape->end)
		return NULL;
	if (span > sizeof(bytes))
		return read_apart(kernel, types, shape, address, values);
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address + shape->begin, bytes,
			      span);
	if (err) {
		kdk_error_destroy(err);
		return read_apart(kernel, types, shape, address, values);
	}
	for (size_t i = 0; i < shape->count; i++) {
		struct kdk_field field = shape->member[i].field;

		if (!shape->member[i].known || shape->member[i].is_address)
			continue;
		field.offset -= shape->begin;
		kdk_field_value(types, &field, kernel->arch, bytes, span, &values[i]);
	}
	return NULL;
}

struct kdk_error *kdk_symbol_address(struct kdk_kernel *kernel, const char *name,
				     uint64_t *ret)
{
	struct kdk_error *err = kdk_kernel_symbol(kernel, name, ret);

	if (!err || !kernel->info || !kdk_vmcoreinfo_symbol(kernel->info, name, ret))
		return err;
	kdk_error_destroy(err);
	return NULL;
}

bool kdk_symbol_value(struct kdk_kernel *kernel, const char *name, size_t size,
		      uint64_t *ret)
{
	struct kdk_error *err;
	uint64_t address;
	uint32_t half;

	if (!kernel->memory)
		return false;
	err = kdk_symbol_address(kernel, name, &address);
	if (!err && size == 4) {
		err = kdk_memory_read_u32(kernel->memory, KDK_VIRTUAL, address, &half);
		if (!err)
			*ret = half;
	} else if (!err) {
		err = kdk_memory_read_u64(kernel->memory, KDK_VIRTUAL, address, ret);
	}
	kdk_error_destroy(err);
	return !err;
}

bool kdk_word_at(struct kdk_kernel *kernel, uint64_t address, uint64_t *ret)
{
	struct kdk_error *err =
		kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, address, ret);

	kdk_error_destroy(err);
	return !err;
}

bool kdk_u32_at(struct kdk_kernel *kernel, uint64_t address, uint32_t *ret)
{
	struct kdk_error *err =
		kdk_memory_read_u32(kernel->memory, KDK_VIRTUAL, address, ret);

	kdk_error_destroy(err);
	return !err;
}

bool kdk_string_at(struct kdk_kernel *kernel, uint64_t address, char *text, size_t size)
{
	struct kdk_error *err = address ? kdk_kernel_string(kernel, address, text, size)
					: NULL;

	if (err || !address)
		text[0] = '\0';
	kdk_error_destroy(err);
	return address && !err;
}

struct kdk_error *kdk_kernel_need_memory(const struct kdk_kernel *kernel)
{
	if (kernel->memory && kernel->arch)
		return NULL;
	return kdk_error_new(KDK_ERROR_UNSUPPORTED,
			     "the dump's architecture is not known: "
			     "its memory cannot be read");
}
