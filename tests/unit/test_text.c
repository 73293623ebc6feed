/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

struct sample {
	const char *raw;
	const char *shown;
};

static char *escape(const void *text, size_t size, unsigned int flags)
{
	struct kdk_buffer buffer = { 0 };
	char *ret = NULL;

	kdk_buffer_escape(&buffer, text, size, flags);
	assert_success(kdk_buffer_take(&buffer, &ret));
	return ret;
}

/* Buffer and stream must agree, so each sample goes through both. */
static void check(const void *raw, size_t size, unsigned int flags, const char *shown)
{
	char *buffered = escape(raw, size, flags), *streamed;
	size_t streamed_size;
	FILE *out = open_memstream(&streamed, &streamed_size);

	kdk_text_print(out, raw, size, flags);
	fclose(out);
	assert_string_equal(buffered, shown);
	assert_string_equal(streamed, shown);
	free(buffered);
	free(streamed);
}

static void hostile_bytes_are_escaped(void **state)
{
	static const struct sample samples[] = {
		{ "", "" },
		{ "plain text", "plain text" },
		{ "\033[31mred", "\\x1b[31mred" },
		{ "a\r\nb\tc", "a\\x0d\\x0ab\\x09c" },
		{ "del\177", "del\\x7f" },
		{ "C:\\x1b", "C:\\x1b" },
		{ "Grüße, 日本 😀", "Grüße, 日本 😀" },
		/* C1 control sequence introducer, as UTF-8 and as a bare byte */
		{ "\xc2\x9b" "31m", "\\xc2\\x9b31m" },
		{ "\x9b" "31m", "\\x9b31m" },
		/* right-to-left override, line separator, tag */
		{ "a\xe2\x80\xae" "b", "a\\xe2\\x80\\xaeb" },
		{ "a\xe2\x80\xa8" "b", "a\\xe2\\x80\\xa8b" },
		{ "\xf3\xa0\x80\x81", "\\xf3\\xa0\\x80\\x81" },
		/* overlong, surrogate, past the end, cut off, lone continuation */
		{ "\xc0\xaf", "\\xc0\\xaf" },
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xe6\x97", "\\xe6\\x97" },
		{ "\xbf", "\\xbf" },
		{ "\xff\xfe", "\\xff\\xfe" },
		/* a character after a broken one is whole again */
		{ "\xe6\x97" "a\xc3\xbc", "\\xe6\\x97aü" },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(samples); i++)
		check(samples[i].raw, strlen(samples[i].raw), 0, samples[i].shown);
	check("a\0b", 3, 0, "a\\x00b");
}

static void flags_let_pass_what_they_name(void **state)
{
	(void)state;
	check("a\nb\tc\r", 6, KDK_TEXT_KEEP_NEWLINE, "a\nb\\x09c\\x0d");
	check("a\nb\tc\r", 6, KDK_TEXT_KEEP_TAB, "a\\x0ab\tc\\x0d");
	check("für", 4, KDK_TEXT_ASCII, "f\\xc3\\xbcr");
}

/* Every one and two byte string, and random longer ones: nothing unsafe comes out. */
static void nothing_unsafe_ever_comes_out(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 70000; round++) {
		unsigned char raw[8];
		size_t size = round < 65536 ? 2 : sizeof(raw);
		char *shown;

		for (size_t i = 0; i < size; i++) {
			seed = seed * 1664525 + 1013904223;
			raw[i] = round < 65536 ? round >> (8 * i) : seed >> 24;
		}
		shown = escape(raw, size, 0);
		for (const char *at = shown; *at;) {
			uint32_t character;
			size_t n = kdk_utf8_decode(at, strlen(at), &character);

			assert_true(n > 0);
			assert_true(kdk_character_is_safe(character));
			at += n;
		}
		free(shown);
	}
}

static void text_is_cut_at_columns(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *cut;
	} samples[] = {
		{ "abcdef", 6, "abcdef" }, { "abcdef", 5, "abcd…" }, { "abcdef", 1, "…" },
		{ "abcdef", 0, "" }, { "", 0, "" }, { "äöüß", 3, "äö…" },
		{ "日本語", 6, "日本語" }, { "日本語", 5, "日本…" }, { "日本語", 4, "日…" },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(samples); i++) {
		struct kdk_buffer buffer = { 0 };
		char *cut;

		kdk_buffer_cut(&buffer, samples[i].text, samples[i].columns);
		assert_success(kdk_buffer_take(&buffer, &cut));
		assert_string_equal(cut, samples[i].cut);
		free(cut);
	}
	assert_int_equal(kdk_text_columns("日本a"), 5);
}

static void a_buffer_grows_and_can_be_used_again(void **state)
{
	struct kdk_buffer buffer = { 0 };
	char *text;

	(void)state;
	for (int i = 0; i < 1000; i++)
		kdk_buffer_printf(&buffer, "%d,", i);
	assert_int_equal(buffer.size, 3890);
	assert_success(kdk_buffer_take(&buffer, &text));
	assert_string_equal(text + 3886, "999,");
	free(text);
	assert_success(kdk_buffer_take(&buffer, &text));
	assert_string_equal(text, "");
	free(text);
}

static void a_size_that_cannot_be_is_out_of_memory(void **state)
{
	struct kdk_buffer buffer = { 0 };
	char *text;

	(void)state;
	kdk_buffer_puts(&buffer, "kept");
	kdk_buffer_add(&buffer, "x", SIZE_MAX - 2);
	kdk_buffer_puts(&buffer, "more");
	assert_true(buffer.failed);
	assert_ptr_equal(kdk_buffer_take(&buffer, &text), &kdk_enomem);
	assert_null(buffer.data);
}

static void the_locale_decides_on_ascii(void **state)
{
	(void)state;
	assert_int_equal(kdk_text_locale_flags(), 0);
	setlocale(LC_ALL, "C");
	assert_int_equal(kdk_text_locale_flags(), KDK_TEXT_ASCII);
	setlocale(LC_ALL, "C.UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_bytes_are_escaped),
		cmocka_unit_test(flags_let_pass_what_they_name),
		cmocka_unit_test(nothing_unsafe_ever_comes_out),
		cmocka_unit_test(text_is_cut_at_columns),
		cmocka_unit_test(a_buffer_grows_and_can_be_used_again),
		cmocka_unit_test(a_size_that_cannot_be_is_out_of_memory),
		cmocka_unit_test(the_locale_decides_on_ascii),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
