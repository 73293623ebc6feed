/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_btf.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "unit.h"

enum { INT = 1, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, FUNC_PROTO = 13 };

void fake_btf_init(struct fake_btf *btf, bool big_endian)
{
	memset(btf, 0, sizeof(*btf));
	btf->big_endian = big_endian;
	btf->strings_size = 1;
}

static uint32_t add_string(struct fake_btf *btf, const char *text)
{
	uint32_t at = btf->strings_size;

	if (!*text)
		return 0;
	assert_true(at + strlen(text) + 1 <= sizeof(btf->strings));
	strcpy(btf->strings + at, text);
	btf->strings_size += strlen(text) + 1;
	return at + btf->string_base;
}

void fake_btf_word(struct fake_btf *btf, uint32_t value)
{
	assert_true(btf->types_size + 4 <= sizeof(btf->types));
	kdk_put_u32(btf->types + btf->types_size, value, btf->big_endian);
	btf->types_size += 4;
}

uint32_t fake_btf_raw(struct fake_btf *btf, const char *name, uint32_t info, uint32_t last)
{
	btf->open = btf->types_size;
	fake_btf_word(btf, add_string(btf, name));
	fake_btf_word(btf, info);
	fake_btf_word(btf, last);
	return (btf->first ? btf->first : 1) + btf->count++;
}

uint32_t fake_btf_int(struct fake_btf *btf, const char *name, uint32_t size, uint32_t encoding)
{
	uint32_t id = fake_btf_raw(btf, name, INT << 24, size);

	fake_btf_word(btf, encoding << 24 | size * 8);
	return id;
}

uint32_t fake_btf_pointer(struct fake_btf *btf, uint32_t target)
{
	return fake_btf_raw(btf, "", PTR << 24, target);
}

uint32_t fake_btf_array(struct fake_btf *btf, uint32_t element, uint32_t count)
{
	uint32_t id = fake_btf_raw(btf, "", ARRAY << 24, 0);

	fake_btf_word(btf, element);
	fake_btf_word(btf, element);
	fake_btf_word(btf, count);
	return id;
}

uint32_t fake_btf_typedef(struct fake_btf *btf, const char *name, uint32_t target)
{
	return fake_btf_raw(btf, name, TYPEDEF << 24, target);
}

uint32_t fake_btf_struct(struct fake_btf *btf, const char *name, uint32_t size, bool is_union)
{
	return fake_btf_raw(btf, name, (is_union ? UNION : STRUCT) << 24, size);
}

/* One more entry of the open type, flags or-ed in. */
static void count_entry(struct fake_btf *btf, uint32_t flags)
{
	uint8_t *info = btf->types + btf->open + 4;

	kdk_put_u32(info, (kdk_get_u32(info, btf->big_endian) + 1) | flags, btf->big_endian);
}

void fake_btf_member(struct fake_btf *btf, const char *name, uint32_t type, uint32_t bits)
{
	count_entry(btf, 0);
	fake_btf_word(btf, add_string(btf, name));
	fake_btf_word(btf, type);
	fake_btf_word(btf, bits);
}

void fake_btf_bits(struct fake_btf *btf, const char *name, uint32_t type, uint32_t bits,
		   uint32_t bit_size)
{
	fake_btf_member(btf, name, type, bit_size << 24 | bits);
	count_entry(btf, 1u << 31);
	/* Only the flag was wanted. */
	kdk_put_u32(btf->types + btf->open + 4,
		    kdk_get_u32(btf->types + btf->open + 4, btf->big_endian) - 1,
		    btf->big_endian);
}

uint32_t fake_btf_enum(struct fake_btf *btf, const char *name, bool is_signed)
{
	return fake_btf_raw(btf, name, ENUM << 24 | (uint32_t)is_signed << 31, 4);
}

void fake_btf_enumerator(struct fake_btf *btf, const char *name, uint32_t value)
{
	count_entry(btf, 0);
	fake_btf_word(btf, add_string(btf, name));
	fake_btf_word(btf, value);
}

uint32_t fake_btf_function(struct fake_btf *btf, uint32_t ret)
{
	return fake_btf_raw(btf, "", FUNC_PROTO << 24, ret);
}

void fake_btf_parameter(struct fake_btf *btf, const char *name, uint32_t type)
{
	count_entry(btf, 0);
	fake_btf_word(btf, add_string(btf, name));
	fake_btf_word(btf, type);
}

uint8_t *fake_btf_take(const struct fake_btf *btf, size_t layout, size_t *ret_size)
{
	static const uint8_t kinds[21][2] = {
		{ 0, 0 }, { 4, 0 }, { 0, 0 }, { 12, 0 }, { 0, 12 }, { 0, 12 }, { 0, 8 },
		{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 8 },
		{ 4, 0 }, { 0, 12 }, { 0, 0 }, { 4, 0 }, { 0, 0 }, { 0, 12 }, { 8, 0 },
	};
	size_t header = layout ? 32 : 24, described = layout * 21;
	size_t size = header + btf->types_size + described + btf->strings_size;
	uint8_t *data = calloc(1, size);
	bool big = btf->big_endian;

	assert_non_null(data);
	kdk_put_u16(data, 0xeb9f, big);
	data[2] = 1;
	kdk_put_u32(data + 4, header, big);
	kdk_put_u32(data + 12, btf->types_size, big);
	kdk_put_u32(data + 16, btf->types_size + described, big);
	kdk_put_u32(data + 20, btf->strings_size, big);
	memcpy(data + header, btf->types, btf->types_size);
	memcpy(data + header + btf->types_size + described, btf->strings, btf->strings_size);
	if (layout) {
		kdk_put_u32(data + 24, btf->types_size, big);
		kdk_put_u32(data + 28, described, big);
		for (size_t i = 0; i < 21; i++)
			memcpy(data + header + btf->types_size + i * layout, kinds[i], 2);
	}
	*ret_size = size;
	return data;
}
