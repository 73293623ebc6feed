/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log_case.h"

static void lines_become_records(void **state)
{
	static const struct {
		const char *text;
		int level, facility, prefix;
	} lines[] = {
		{ "Linux version 2.6.32", 5, 0, 3 },
		{ "[    0.000000] stamped", 6, 0, 3 },
		{ "a daemon", 6, 3, 4 },
		{ "", KDK_LOG_NO_LEVEL, 0, 0 },
		{ "goes on", KDK_LOG_NO_LEVEL, 0, 3 },
		{ "<x> no prefix", KDK_LOG_NO_LEVEL, 0, 0 },
		{ "<1234> no prefix", KDK_LOG_NO_LEVEL, 0, 0 },
		{ "<6", KDK_LOG_NO_LEVEL, 0, 0 },
		{ "not ended", 7, 0, 3 },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(machines); i++) {
		struct fake_kernel *fake = fake_on(&machines[i]);
		struct kdk_log *log;

		fake_plain(
			fake, 4096,
			"<5>Linux version 2.6.32\n<6>[    0.000000] stamped\n"
			"<30>a daemon\n\n<c>goes on\n<x> no prefix\n<1234> no prefix\n<6\n"
			"<7>not ended");
		log = read_log(fake);
		assert_int_equal(log->kind, KDK_LOG_PLAIN);
		assert_true(!log->has_time && log->has_level && !log->has_caller);
		assert_int_equal(log->count, KDK_ARRAY_SIZE(lines));
		for (size_t n = 0; n < log->count; n++) {
			check_text(&log->records[n], lines[n].text);
			assert_int_equal(log->records[n].level, lines[n].level);
			assert_int_equal(log->records[n].facility, lines[n].facility);
			assert_int_equal(log->records[n].prefix_size, lines[n].prefix);
			assert_int_equal(log->records[n].seq, n);
			assert_int_equal(log->records[n].flags & KDK_LOG_FLAG_NEWLINE,
					 n + 1 < log->count ? KDK_LOG_FLAG_NEWLINE : 0);
		}
		kdk_log_destroy(log);
		fake_kernel_destroy(fake);
	}
}

static char *many_lines(int count)
{
	char *text = calloc(count, 32), *at = text;

	assert_non_null(text);
	for (int n = 0; n < count; n++)
		at += sprintf(at, "<6>line %d\n", n);
	return text;
}

static void a_buffer_that_has_wrapped_begins_within_a_line(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	char *text = many_lines(1000);

	(void)state;
	fake_plain(fake, 4096, text);
	check_print(fake, &(struct kdk_log_print){ 0 }, text + strlen(text) - 4096);
	free(text);
	fake_kernel_destroy(fake);
}

static void a_lost_page_is_a_gap(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	char *text = many_lines(1000);
	struct kdk_log *log;
	size_t buffer;

	(void)state;
	buffer = fake_plain(fake, 16384, text);
	fake_page(fake, buffer + FAKE_PAGE, KDK_PAGE_EXCLUDED);
	log = read_log(fake);
	assert_int_equal(log->note_count, 1);
	assert_non_null(
		strstr(log->notes[0], "bytes of the log that are not in the dump: 4096"));
	assert_true(log->count > 500 && log->count < 800);
	check_text(&log->records[log->count - 1], "line 999");
	kdk_log_destroy(log);
	free(text);
	fake_kernel_destroy(fake);
}

static void a_dump_that_names_no_log_says_so(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct kdk_log *log = NULL;

	(void)state;
	fake_info(fake, "OSRELEASE=2.6.32");
	fake_kernel_ready(fake);
	assert_failure(
		kdk_log_read(&fake->kernel, &log), KDK_ERROR_ABSENT,
		"kernel log: vmcoreinfo names no log buffer (prb, log_first_idx or log_end)");
	assert_null(log);
	fake_kernel_destroy(fake);
}

static void a_length_of_nothing_is_refused(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct kdk_log *log = NULL;

	(void)state;
	fake_plain(fake, 4096, "<6>text\n");
	fake_info(fake, "SYMBOL(log_buf_len)=%llx",
		  (unsigned long long)fake_address(fake, fake_alloc(fake, 4, 4)));
	fake_kernel_ready(fake);
	assert_failure(kdk_log_read(&fake->kernel, &log), KDK_ERROR_FORMAT,
		       "kernel log: the buffer claims 0 bytes");
	fake_kernel_destroy(fake);
}

/* A record takes far more memory than an empty line; the fake dump has no files. */
static void a_log_larger_than_its_dump_is_cut(void **state)
{
	struct fake_kernel *fake = fake_kernel_create(1u << 20, 8, false, EM_X86_64);
	size_t lines = 700000;
	char *text = calloc(lines + 1, 1);
	struct kdk_log *log;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', lines);
	fake_plain(fake, lines, text);
	log = read_log(fake);
	assert_true(log->count > 100000 && log->count < lines);
	assert_int_equal(log->note_count, 1);
	assert_non_null(strstr(log->notes[0], "the log claims more than the dump can hold"));
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_records),
		cmocka_unit_test(a_buffer_that_has_wrapped_begins_within_a_line),
		cmocka_unit_test(a_lost_page_is_a_gap),
		cmocka_unit_test(a_dump_that_names_no_log_says_so),
		cmocka_unit_test(a_length_of_nothing_is_refused),
		cmocka_unit_test(a_log_larger_than_its_dump_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
