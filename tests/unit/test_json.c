/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/json.h"

struct capture {
	FILE *out;
	char *text;
	size_t size;
};

static void capture_begin(struct capture *capture)
{
	capture->out = open_memstream(&capture->text, &capture->size);
	assert_non_null(capture->out);
}

static void capture_check(struct capture *capture, const char *expected)
{
	fclose(capture->out);
	assert_string_equal(capture->text, expected);
	free(capture->text);
}

static void an_answer_has_version_and_schema(void **state)
{
	struct capture capture;
	struct kdk_json json;

	(void)state;
	capture_begin(&capture);
	kdk_json_open(&json, capture.out);
	kdk_json_string(&json, "name", "vmcore");
	kdk_json_array_begin(&json, "sizes");
	kdk_json_unsigned(&json, NULL, UINT64_MAX);
	kdk_json_signed(&json, NULL, INT64_MIN);
	kdk_json_array_end(&json);
	kdk_json_array_begin(&json, "none");
	kdk_json_array_end(&json);
	kdk_json_close(&json);
	capture_check(&capture,
		      "{\n"
		      "  \"kdumpkit\": {\n"
		      "    \"version\": \"" PACKAGE_VERSION "\",\n"
		      "    \"schema\": 1\n"
		      "  },\n"
		      "  \"name\": \"vmcore\",\n"
		      "  \"sizes\": [\n"
		      "    18446744073709551615,\n"
		      "    -9223372036854775808\n"
		      "  ],\n"
		      "  \"none\": []\n"
		      "}\n");
}

static void a_compact_object_is_one_line(void **state)
{
	struct capture capture;
	struct kdk_json json;

	(void)state;
	capture_begin(&capture);
	kdk_json_init(&json, capture.out, true);
	kdk_json_object_begin(&json, NULL);
	kdk_json_bool(&json, "yes", true);
	kdk_json_bool(&json, "no", false);
	kdk_json_null(&json, "nothing");
	kdk_json_string(&json, "nobody", NULL);
	kdk_json_address(&json, "at", UINT64_C(0xffffffff81000000));
	kdk_json_object_begin(&json, "inner");
	kdk_json_object_end(&json);
	kdk_json_object_begin(&json, "last");
	kdk_json_signed(&json, "n", -1);
	kdk_json_object_end(&json);
	kdk_json_object_end(&json);
	capture_check(&capture, "{\"yes\": true, \"no\": false, \"nothing\": null, "
				"\"nobody\": null, \"at\": \"0xffffffff81000000\", "
				"\"inner\": {}, \"last\": {\"n\": -1}}");
}

static void check_string(const char *raw, size_t size, const char *expected)
{
	struct capture capture;
	struct kdk_json json;

	capture_begin(&capture);
	kdk_json_init(&json, capture.out, true);
	kdk_json_text(&json, NULL, raw, size);
	capture_check(&capture, expected);
}

static void strings_are_valid_whatever_they_hold(void **state)
{
	(void)state;
	check_string("", 0, "\"\"");
	check_string("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
	check_string("\n\t\r\0\033", 5, "\"\\n\\t\\u000d\\u0000\\u001b\"");
	check_string("\x7f", 1, "\"\\u007f\"");
	check_string("ü日😀", 9, "\"ü日😀\"");
	/* U+009B, the byte 0x9b, right-to-left override, a tag */
	check_string("\xc2\x9b", 2, "\"\\u009b\"");
	check_string("\x9b", 1, "\"\\u009b\"");
	check_string("\xe2\x80\xae", 3, "\"\\u202e\"");
	check_string("\xf3\xa0\x80\x81", 4, "\"\\udb40\\udc01\"");
	/* surrogates and overlong forms are no UTF-8: byte by byte */
	check_string("\xed\xa0\x80", 3, "\"\\u00ed\\u00a0\\u0080\"");
	check_string("\xc0\x80", 2, "\"\\u00c0\\u0080\"");
	check_string("\xff", 1, "\"\\u00ff\"");
}

static void names_are_escaped_too(void **state)
{
	struct capture capture;
	struct kdk_json json;

	(void)state;
	capture_begin(&capture);
	kdk_json_init(&json, capture.out, true);
	kdk_json_object_begin(&json, NULL);
	kdk_json_unsigned(&json, "a\"\n", 1);
	kdk_json_object_end(&json);
	capture_check(&capture, "{\"a\\\"\\n\": 1}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_has_version_and_schema),
		cmocka_unit_test(a_compact_object_is_one_line),
		cmocka_unit_test(strings_are_valid_whatever_they_hold),
		cmocka_unit_test(names_are_escaped_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
