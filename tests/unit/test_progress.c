/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/progress_term.h"

static void a_pipe_sees_nothing(void **state)
{
	struct kdk_progress_term term;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	kdk_progress_term_init(&term, out);
	term.next = 0;
	assert_true(kdk_progress_report(&term.progress, "reading", 1, 2));
	kdk_progress_term_end(&term);
	fclose(out);
	assert_string_equal(text, "");
	free(text);
}

static void a_terminal_sees_percents_and_a_clean_line(void **state)
{
	struct kdk_progress_term term;
	char seen[256] = "";
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	FILE *out;
	ssize_t n;

	(void)state;
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	out = fopen(ptsname(master), "w");
	assert_non_null(out);
	kdk_progress_term_init(&term, out);

	/* The first moments are silent. */
	assert_true(kdk_progress_report(&term.progress, "early", 0, 4));
	assert_false(term.shown);
	term.next = 0;
	assert_true(kdk_progress_report(&term.progress, "reading", 1, 4));
	term.next = 0;
	assert_true(kdk_progress_report(&term.progress, "searching", 5, 0));
	assert_true(kdk_progress_report(&term.progress, "too soon", 6, 0));
	kdk_progress_term_end(&term);
	n = read(master, seen, sizeof(seen) - 1);
	assert_true(n > 0);
	assert_string_equal(seen, "\r\033[Kreading: 25 %\r\033[Ksearching\r\033[K");
	fclose(out);
	close(master);
}

static void nobody_watching_means_go_on(void **state)
{
	(void)state;
	assert_true(kdk_progress_report(NULL, "x", 1, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_sees_nothing),
		cmocka_unit_test(a_terminal_sees_percents_and_a_clean_line),
		cmocka_unit_test(nobody_watching_means_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
