/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cmocka wants before its own header, and checks that many tests need. */
#ifndef KDK_UNIT_H
#define KDK_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/error.h"

/* Prints the error's words, so that a failing test says why. */
#define assert_success(expression)						\
	do {									\
		struct kdk_error *err_ = (expression);				\
										\
		if (err_)							\
			fail_msg("%s: %s", #expression, err_->message);		\
	} while (0)

/* Fails with this kind and, unless text is NULL, with exactly these words. */
#define assert_failure(expression, expected_kind, text)				\
	do {									\
		struct kdk_error *err_ = (expression);				\
		const char *text_ = (text);					\
										\
		assert_non_null(err_);						\
		assert_int_equal(err_->kind, expected_kind);			\
		if (text_)							\
			assert_string_equal(err_->message, text_);		\
		kdk_error_destroy(err_);					\
	} while (0)

#endif
