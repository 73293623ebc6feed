/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "fake_btf.h"
#include "vmcore/kernel/btf.h"

static struct kdk_btf *parse(const struct fake_btf *fake, size_t layout,
			     const struct kdk_btf *base)
{
	struct kdk_btf *btf = NULL;
	size_t size;
	uint8_t *data = fake_btf_take(fake, layout, &size);

	assert_success(kdk_btf_parse(data, size, base, fake->big_endian, &btf));
	return btf;
}

static void every_kind_is_read_in_both_orders(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct kdk_btf_member member;
		struct kdk_btf_type type;
		struct fake_btf fake;
		struct kdk_btf *btf;
		const char *name;
		uint64_t value;
		uint32_t id;

		fake_btf_init(&fake, big);
		assert_int_equal(fake_btf_int(&fake, "int", 4, KDK_BTF_SIGNED), 1);
		fake_btf_pointer(&fake, 1);			/* 2 */
		fake_btf_array(&fake, 2, 7);			/* 3 */
		fake_btf_struct(&fake, "box", 72, false);	/* 4 */
		fake_btf_member(&fake, "first", 1, 0);
		fake_btf_member(&fake, "rest", 3, 64);
		fake_btf_enum(&fake, "color", true);		/* 5 */
		fake_btf_enumerator(&fake, "RED", 1);
		fake_btf_enumerator(&fake, "NONE", 0xffffffff);
		fake_btf_raw(&fake, "big", KDK_BTF_ENUM64 << 24 | 1, 8);	/* 6 */
		fake_btf_word(&fake, 0);
		fake_btf_word(&fake, 0x89abcdef);
		fake_btf_word(&fake, 0x01234567);
		btf = parse(&fake, 0, NULL);
		assert_int_equal(kdk_btf_end(btf), 7);
		assert_false(kdk_btf_cut(btf));
		assert_true(kdk_btf_type(btf, 1, &type));
		assert_int_equal(type.kind, KDK_BTF_INT);
		assert_int_equal(type.encoding, KDK_BTF_SIGNED);
		assert_int_equal(type.bits, 32);
		assert_true(kdk_btf_type(btf, 3, &type));
		assert_int_equal(type.target, 2);
		assert_int_equal(type.count, 7);
		assert_true(kdk_btf_size(btf, 3, 8, &value));
		assert_int_equal(value, 56);
		assert_true(kdk_btf_size(btf, 3, 4, &value));
		assert_int_equal(value, 28);
		assert_true(kdk_btf_find(btf, "box", 1 << KDK_BTF_STRUCT, &id));
		assert_int_equal(id, 4);
		assert_false(kdk_btf_find(btf, "box", 1 << KDK_BTF_UNION, &id));
		assert_true(kdk_btf_member(btf, 4, 1, &member));
		assert_string_equal(member.name, "rest");
		assert_int_equal(member.bit_offset, 64);
		assert_false(kdk_btf_member(btf, 4, 2, &member));
		assert_true(kdk_btf_enumerator(btf, 5, 1, &name, &value));
		assert_string_equal(name, "NONE");
		assert_true(value == UINT64_MAX);
		assert_true(kdk_btf_enumerator(btf, 6, 0, &name, &value));
		assert_true(value == 0x0123456789abcdef);
		assert_int_equal(kdk_btf_next(btf, 2, 1u << KDK_BTF_ENUM), 5);
		assert_int_equal(kdk_btf_next(btf, 6, 1u << KDK_BTF_ENUM), 0);
		kdk_btf_destroy(btf);
	}
}

static void bit_fields_have_offset_and_size_in_one_word(void **state)
{
	struct kdk_btf_member member;
	struct fake_btf fake;
	struct kdk_btf *btf;

	(void)state;
	fake_btf_init(&fake, false);
	fake_btf_int(&fake, "int", 4, 0);
	fake_btf_struct(&fake, "flags", 4, false);
	fake_btf_bits(&fake, "a", 1, 0, 3);
	fake_btf_bits(&fake, "b", 1, 3, 29);
	btf = parse(&fake, 0, NULL);
	assert_true(kdk_btf_member(btf, 2, 1, &member));
	assert_int_equal(member.bit_offset, 3);
	assert_int_equal(member.bit_size, 29);
	kdk_btf_destroy(btf);
}

static void a_module_goes_on_from_the_kernel(void **state)
{
	struct kdk_btf_member member;
	struct fake_btf fake, module;
	struct kdk_btf *base, *btf;
	uint32_t id;

	(void)state;
	fake_btf_init(&fake, false);
	fake_btf_int(&fake, "int", 4, 0);
	base = parse(&fake, 0, NULL);
	fake_btf_init(&module, false);
	module.first = kdk_btf_end(base);
	module.string_base = fake.strings_size;
	assert_int_equal(fake_btf_struct(&module, "own", 4, false), 2);
	fake_btf_member(&module, "of_base", 1, 0);
	btf = parse(&module, 0, base);
	assert_true(kdk_btf_find(btf, "own", 1 << KDK_BTF_STRUCT, &id));
	assert_int_equal(id, 2);
	assert_true(kdk_btf_find(btf, "int", 1 << KDK_BTF_INT, &id));
	assert_int_equal(id, 1);
	assert_true(kdk_btf_member(btf, 2, 0, &member));
	assert_string_equal(member.name, "of_base");
	assert_int_equal(member.type, 1);
	kdk_btf_destroy(btf);
	kdk_btf_destroy(base);
}

static void an_unknown_kind_ends_the_types_unless_it_is_described(void **state)
{
	static const size_t layouts[] = { 0, 2, 4 };
	struct kdk_btf_type type;
	struct fake_btf fake;

	(void)state;
	fake_btf_init(&fake, false);
	fake_btf_int(&fake, "int", 4, 0);
	fake_btf_raw(&fake, "new", 20 << 24, 0);
	fake_btf_word(&fake, 1);
	fake_btf_word(&fake, 2);
	fake_btf_typedef(&fake, "after", 1);
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		struct kdk_btf *btf = parse(&fake, layouts[i], NULL);

		assert_int_equal(kdk_btf_cut(btf), !layouts[i]);
		assert_int_equal(kdk_btf_end(btf), layouts[i] ? 4 : 2);
		if (layouts[i]) {
			assert_true(kdk_btf_type(btf, 3, &type));
			assert_string_equal(type.name, "after");
		}
		kdk_btf_destroy(btf);
	}
}

static void counts_may_have_24_bits(void **state)
{
	struct fake_btf fake;
	struct kdk_btf *btf;

	(void)state;
	fake_btf_init(&fake, false);
	/* An enum of 0x10001 entries does not fit: that the types are cut shows that it was read. */
	fake_btf_raw(&fake, "wide", KDK_BTF_ENUM << 24 | 0x10001, 4);
	fake_btf_enumerator(&fake, "ONE", 1);
	btf = parse(&fake, 0, NULL);
	assert_true(kdk_btf_cut(btf));
	kdk_btf_destroy(btf);
}

static void typedefs_that_go_in_a_circle_end(void **state)
{
	struct fake_btf fake;
	struct kdk_btf *btf;
	uint64_t size;

	(void)state;
	fake_btf_init(&fake, false);
	fake_btf_typedef(&fake, "a", 2);
	fake_btf_typedef(&fake, "b", 1);
	fake_btf_array(&fake, 3, 2);
	btf = parse(&fake, 0, NULL);
	assert_in_range(kdk_btf_resolve(btf, 1), 1, 2);
	assert_false(kdk_btf_size(btf, 3, 8, &size));
	kdk_btf_destroy(btf);
}

static void refuse(uint8_t *data, size_t size, const char *words)
{
	struct kdk_btf *btf;

	assert_failure(kdk_btf_parse(data, size, NULL, false, &btf), KDK_ERROR_FORMAT, words);
}

static void damaged_headers_are_refused(void **state)
{
	struct fake_btf fake;
	uint8_t *data;
	size_t size;

	(void)state;
	fake_btf_init(&fake, false);
	fake_btf_int(&fake, "int", 4, 0);
	refuse(calloc(1, 10), 10, "BTF: 10 bytes are no header");
	data = fake_btf_take(&fake, 0, &size);
	data[0] = 0;
	refuse(data, size, "BTF: magic is 0xeb00, not 0xeb9f");
	data = fake_btf_take(&fake, 0, &size);
	data[15] = 0xff;
	refuse(data, size, NULL);
	data = fake_btf_take(&fake, 0, &size);
	data[size - 1] = 'x';
	refuse(data, size, "BTF: strings do not end");
}

static void a_name_outside_of_the_strings_is_empty(void **state)
{
	struct kdk_btf_type type;
	struct fake_btf fake;
	struct kdk_btf *btf;
	uint8_t *data;
	size_t size;

	(void)state;
	fake_btf_init(&fake, false);
	fake_btf_int(&fake, "int", 4, 0);
	data = fake_btf_take(&fake, 0, &size);
	memset(data + 24, 0xff, 4);
	assert_success(kdk_btf_parse(data, size, NULL, false, &btf));
	assert_true(kdk_btf_type(btf, 1, &type));
	assert_string_equal(type.name, "");
	assert_false(kdk_btf_type(btf, 2, &type));
	kdk_btf_destroy(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_read_in_both_orders),
		cmocka_unit_test(bit_fields_have_offset_and_size_in_one_word),
		cmocka_unit_test(a_module_goes_on_from_the_kernel),
		cmocka_unit_test(an_unknown_kind_ends_the_types_unless_it_is_described),
		cmocka_unit_test(counts_may_have_24_bits),
		cmocka_unit_test(typedefs_that_go_in_a_circle_end),
		cmocka_unit_test(damaged_headers_are_refused),
		cmocka_unit_test(a_name_outside_of_the_strings_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
