/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/vmcoreinfo.h"

static struct kdk_vmcoreinfo *parse(const char *text, size_t size)
{
	struct kdk_vmcoreinfo *info = NULL;

	assert_success(kdk_vmcoreinfo_parse(text, size, &info));
	return info;
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static void order_is_kept_and_values_are_found(void **state)
{
	struct kdk_vmcoreinfo *info = PARSE("OSRELEASE=6.1.0-1-amd64\n"
					    "PAGESIZE=4096\n"
					    "SIZE(list_head)=16\n"
					    "BUILD-ID=0a=b\n"
					    "EMPTY=\n");

	(void)state;
	assert_int_equal(info->count, 5);
	assert_int_equal(info->malformed, 0);
	assert_string_equal(info->entries[0].key, "OSRELEASE");
	assert_string_equal(info->entries[1].key, "PAGESIZE");
	assert_string_equal(info->entries[2].key, "SIZE(list_head)");
	assert_string_equal(info->entries[2].value, "16");
	assert_string_equal(kdk_vmcoreinfo_find(info, "OSRELEASE"), "6.1.0-1-amd64");
	assert_string_equal(kdk_vmcoreinfo_find(info, "BUILD-ID"), "0a=b");
	assert_string_equal(kdk_vmcoreinfo_find(info, "EMPTY"), "");
	assert_null(kdk_vmcoreinfo_find(info, "PAGE"));
	assert_null(kdk_vmcoreinfo_find(info, "ZZZ"));
	assert_null(kdk_vmcoreinfo_find(info, ""));
	kdk_vmcoreinfo_destroy(info);
}

static void each_kind_of_key_has_its_base(void **state)
{
	struct kdk_vmcoreinfo *info = PARSE("SYMBOL(_stext)=ffffffff81000000\n"
					    "KERNELOFFSET=1c000000\n"
					    "KERNELOFFPHYS=10\n"
					    "NUMBER(phys_base)=-33554432\n"
					    "NUMBER(kimage_voffset)=0xffff80000fff0000\n"
					    "NUMBER(low)=-9223372036854775808\n"
					    "NUMBER(high)=18446744073709551615\n"
					    "OFFSET(page.flags)=10\n"
					    "SIZE(page)=64\n");
	uint64_t value;

	(void)state;
	assert_true(kdk_vmcoreinfo_symbol(info, "_stext", &value));
	assert_int_equal(value, 0xffffffff81000000);
	assert_true(kdk_vmcoreinfo_number(info, "KERNELOFFSET", &value));
	assert_int_equal(value, 0x1c000000);
	assert_true(kdk_vmcoreinfo_number(info, "KERNELOFFPHYS", &value));
	assert_int_equal(value, 0x10);
	assert_true(kdk_vmcoreinfo_number(info, "NUMBER(phys_base)", &value));
	assert_int_equal(value, (uint64_t)-33554432);
	assert_true(kdk_vmcoreinfo_number(info, "NUMBER(kimage_voffset)", &value));
	assert_int_equal(value, 0xffff80000fff0000);
	assert_true(kdk_vmcoreinfo_number(info, "NUMBER(low)", &value));
	assert_int_equal(value, 1ULL << 63);
	assert_true(kdk_vmcoreinfo_number(info, "NUMBER(high)", &value));
	assert_int_equal(value, UINT64_MAX);
	assert_true(kdk_vmcoreinfo_offset(info, "page.flags", &value));
	assert_int_equal(value, 10);
	assert_true(kdk_vmcoreinfo_size(info, "page", &value));
	assert_int_equal(value, 64);
	assert_false(kdk_vmcoreinfo_size(info, "page.flags", &value));
	kdk_vmcoreinfo_destroy(info);
}

static void what_is_no_number_is_refused(void **state)
{
	static const char *const values[] = {
		"", "x", "12 ", " 12", "+12", "-", "--1", "0x", "12a", "-0x1", "1_0",
		"18446744073709551616", "-9223372036854775809", "0x10000000000000000", "0xg",
	};
	char text[64];
	uint64_t value = 77;

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(values); i++) {
		struct kdk_vmcoreinfo *info;
		int size = snprintf(text, sizeof(text), "NUMBER(n)=%s\n", values[i]);

		info = parse(text, size);
		if (kdk_vmcoreinfo_number(info, "NUMBER(n)", &value))
			fail_msg("\"%s\" is taken for %#llx", values[i],
				 (unsigned long long)value);
		kdk_vmcoreinfo_destroy(info);
	}
	assert_int_equal(value, 77);
}

static void malformed_lines_are_counted_and_left_out(void **state)
{
	struct kdk_vmcoreinfo *info = PARSE("A=1\nnothing\n=2\nB=\x1b[31m\nC=3\n\nD\t=4\n"
					    " E=5\nF =6\nG=\xc3\xa4\nH=\0x\nI=\x7f\nJ=9");

	(void)state;
	assert_int_equal(info->count, 3);
	assert_int_equal(info->malformed, 10);
	assert_string_equal(info->entries[0].key, "A");
	assert_string_equal(info->entries[1].key, "C");
	assert_string_equal(kdk_vmcoreinfo_find(info, "J"), "9");
	kdk_vmcoreinfo_destroy(info);
}

static void the_last_of_equal_keys_wins(void **state)
{
	struct kdk_vmcoreinfo *info = PARSE("A=1\nB=2\nA=3\nA=2\nAA=5\n");

	(void)state;
	assert_int_equal(info->count, 5);
	assert_string_equal(kdk_vmcoreinfo_find(info, "A"), "2");
	assert_string_equal(kdk_vmcoreinfo_find(info, "AA"), "5");
	kdk_vmcoreinfo_destroy(info);
}

static void padding_is_no_line(void **state)
{
	struct kdk_vmcoreinfo *info = PARSE("A=1\n\0\0\0\0");

	(void)state;
	assert_int_equal(info->count, 1);
	assert_int_equal(info->malformed, 0);
	kdk_vmcoreinfo_destroy(info);
	info = parse(NULL, 0);
	assert_int_equal(info->count, 0);
	assert_null(kdk_vmcoreinfo_find(info, "A"));
	kdk_vmcoreinfo_destroy(info);
	info = PARSE("\0\0");
	assert_int_equal(info->malformed, 0);
	kdk_vmcoreinfo_destroy(info);
}

static void many_lines_are_all_found(void **state)
{
	char *text = malloc(1 << 20), key[32];
	struct kdk_vmcoreinfo *info;
	uint64_t value;
	size_t size = 0;

	(void)state;
	assert_non_null(text);
	for (unsigned int i = 0; i < 20000; i++)
		size += sprintf(text + size, "NUMBER(n%u)=%u\n", i * 7919 % 20000, i);
	info = parse(text, size);
	free(text);
	assert_int_equal(info->count, 20000);
	for (unsigned int i = 0; i < 20000; i++) {
		sprintf(key, "NUMBER(n%u)", i * 7919 % 20000);
		assert_true(kdk_vmcoreinfo_number(info, key, &value));
		assert_int_equal(value, i);
	}
	kdk_vmcoreinfo_destroy(info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_kept_and_values_are_found),
		cmocka_unit_test(each_kind_of_key_has_its_base),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(malformed_lines_are_counted_and_left_out),
		cmocka_unit_test(the_last_of_equal_keys_wins),
		cmocka_unit_test(padding_is_no_line),
		cmocka_unit_test(many_lines_are_all_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
