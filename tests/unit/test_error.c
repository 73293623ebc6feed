/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>

#include "core/error.h"

static void a_chain_reads_outside_in(void **state)
{
	struct kdk_error *err = kdk_error_new(KDK_ERROR_FORMAT, "bad magic %#x", 0xbeef);

	(void)state;
	err = kdk_error_wrap(err, "page %d", 7);
	err = kdk_error_wrap(err, "opening vmcore");
	assert_failure(err, KDK_ERROR_FORMAT, "opening vmcore: page 7: bad magic 0xbeef");
}

static void a_system_error_keeps_errno_and_says_it(void **state)
{
	struct kdk_error *err = kdk_error_system(ENOENT, "opening %s", "x");

	(void)state;
	assert_int_equal(err->errnum, ENOENT);
	assert_failure(err, KDK_ERROR_SYSTEM, "opening x: No such file or directory");
}

static void nothing_wrapped_stays_nothing(void **state)
{
	(void)state;
	assert_null(kdk_error_wrap(NULL, "context"));
	kdk_error_destroy(NULL);
}

static void out_of_memory_is_never_changed_or_freed(void **state)
{
	(void)state;
	assert_ptr_equal(kdk_error_wrap(&kdk_enomem, "context"), &kdk_enomem);
	kdk_error_destroy(&kdk_enomem);
	assert_string_equal(kdk_enomem.message, "out of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_reads_outside_in),
		cmocka_unit_test(a_system_error_keeps_errno_and_says_it),
		cmocka_unit_test(nothing_wrapped_stays_nothing),
		cmocka_unit_test(out_of_memory_is_never_changed_or_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
