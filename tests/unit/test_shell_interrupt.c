/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <signal.h>
#include <stdio.h>

#include "core/progress_term.h"

/* Nothing is drawn: it is no terminal. */
static void work_is_stopped_by_a_blocked_interrupt(void **state)
{
	struct kdk_progress_term term;
	sigset_t interrupt;
	FILE *out = tmpfile();
	int taken;

	(void)state;
	assert_non_null(out);
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, NULL);
	kdk_progress_term_init(&term, out);
	assert_false(kdk_interrupt_pending());
	assert_true(kdk_progress_report(&term.progress, "work", 1, 2));
	raise(SIGINT);
	assert_true(kdk_interrupt_pending());
	assert_false(kdk_progress_report(&term.progress, "work", 1, 2));
	/* It stays until who blocked it takes it. */
	assert_false(kdk_progress_report(&term.progress, "work", 2, 2));
	assert_int_equal(sigwait(&interrupt, &taken), 0);
	assert_true(kdk_progress_report(&term.progress, "work", 2, 2));
	kdk_progress_term_end(&term);
	sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_is_stopped_by_a_blocked_interrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
