/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "core/units.h"

static void sizes_are_shown_with_one_decimal(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} samples[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" },
		{ 1024 * 1024 - 1, "1.0 MiB" },
		{ 300u << 20, "300.0 MiB" },
		{ UINT64_C(1) << 30, "1.0 GiB" },
		{ UINT64_C(6442450944), "6.0 GiB" },
		{ UINT64_C(1) << 62, "4.0 EiB" },
		{ UINT64_MAX, "16.0 EiB" },
	};
	char text[KDK_UNIT_TEXT];

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(samples); i++)
		assert_string_equal(kdk_size_format(samples[i].bytes, text), samples[i].text);
}

static void sizes_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} samples[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "4096B", 4096 },
		{ "0x1000", 4096 },
		{ "0x10K", 16384 },
		{ "512M", 512u << 20 },
		{ "512m", 512u << 20 },
		{ "2GiB", UINT64_C(2) << 30 },
		{ "2GB", UINT64_C(2) << 30 },
		{ "1.5G", UINT64_C(3) << 29 },
		{ "0.25k", 256 },
		{ "15E", UINT64_C(15) << 60 },
		{ "18446744073709551615", UINT64_MAX },
	};
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(samples); i++) {
		assert_success(kdk_size_parse(samples[i].text, &bytes));
		assert_true(bytes == samples[i].bytes);
	}
}

static void what_is_no_size_is_refused(void **state)
{
	static const char *const samples[] = {
		"", " 1", "1 ", "-1", "+1", "M", "1MM", "1Mi", "1iB", "1.5", "1.", "1.M", ".5M",
		"0x", "0x1.8K", "16E", "18446744073709551616", "1e3", "99999999999999999999",
		"15.999999999999999999999E", "1..5M", "12T3",
	};
	uint64_t bytes = 7;

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(samples); i++) {
		struct kdk_error *err = kdk_size_parse(samples[i], &bytes);

		if (!err)
			fail_msg("\"%s\" was taken as a size", samples[i]);
		assert_int_equal(err->kind, KDK_ERROR_USAGE);
		kdk_error_destroy(err);
		assert_int_equal(bytes, 7);
	}
}

static void numbers_and_addresses_are_read_whole_or_refused(void **state)
{
	uint64_t value;

	(void)state;
	assert_success(kdk_number_parse("42", &value));
	assert_int_equal(value, 42);
	assert_success(kdk_number_parse("0x2A", &value));
	assert_int_equal(value, 42);
	assert_failure(kdk_number_parse("4a", &value), KDK_ERROR_USAGE, NULL);
	assert_failure(kdk_number_parse("", &value), KDK_ERROR_USAGE, NULL);
	assert_failure(kdk_number_parse("-1", &value), KDK_ERROR_USAGE, NULL);

	assert_success(kdk_address_parse("ffffffff81000000", &value));
	assert_true(value == UINT64_C(0xffffffff81000000));
	assert_success(kdk_address_parse("0xFFFFFFFFffffffff", &value));
	assert_true(value == UINT64_MAX);
	assert_success(kdk_address_parse("10", &value));
	assert_int_equal(value, 16);
	assert_failure(kdk_address_parse("10000000000000000", &value), KDK_ERROR_USAGE, NULL);
	assert_failure(kdk_address_parse("0x", &value), KDK_ERROR_USAGE, NULL);
	assert_failure(kdk_address_parse("12g", &value), KDK_ERROR_USAGE, NULL);
}

static void times_are_iso_8601(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} samples[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1715000000, "2024-05-06T12:53:20Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(253402300800), "@253402300800" },
		{ INT64_MAX, "@9223372036854775807" },
		{ INT64_MIN, "@-9223372036854775808" },
	};
	char text[KDK_UNIT_TEXT];

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(samples); i++)
		assert_string_equal(kdk_time_format(samples[i].seconds, text), samples[i].text);
}

static void durations_show_two_units(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} samples[] = {
		{ 0, "0 s" },		    { 59, "59 s" },
		{ 60, "1 min 0 s" },	    { 3599, "59 min 59 s" },
		{ 3600, "1 h 0 min" },	    { 86399, "23 h 59 min" },
		{ 86400 * 3 + 7200, "3 d 2 h" },
		{ UINT64_MAX, "213503982334601 d 7 h" },
	};
	char text[KDK_UNIT_TEXT];

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(samples); i++)
		assert_string_equal(kdk_duration_format(samples[i].seconds, text),
				    samples[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_shown_with_one_decimal),
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(what_is_no_size_is_refused),
		cmocka_unit_test(numbers_and_addresses_are_read_whole_or_refused),
		cmocka_unit_test(times_are_iso_8601),
		cmocka_unit_test(durations_show_two_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
