/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kdk_error kdk_enomem = { KDK_ERROR_MEMORY, 0, (char *)"out of memory" };

static struct kdk_error *error_vnew(enum kdk_error_kind kind, int errnum,
				    const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static struct kdk_error *error_vnew(enum kdk_error_kind kind, int errnum,
				    const char *format, va_list args)
{
	struct kdk_error *err = calloc(1, sizeof(*err));

	if (!err)
		return &kdk_enomem;
	err->kind = kind;
	err->errnum = errnum;
	if (vasprintf(&err->message, format, args) < 0) {
		free(err);
		return &kdk_enomem;
	}
	return err;
}

struct kdk_error *kdk_error_new(enum kdk_error_kind kind, const char *format, ...)
{
	struct kdk_error *err;
	va_list args;

	va_start(args, format);
	err = error_vnew(kind, 0, format, args);
	va_end(args);
	return err;
}

/* Joins "left: right" into err->message; keeps the old one when memory is short. */
static void error_join(struct kdk_error *err, const char *left, const char *right)
{
	char *joined;

	if (asprintf(&joined, "%s: %s", left, right) < 0)
		return;
	free(err->message);
	err->message = joined;
}

struct kdk_error *kdk_error_system(int errnum, const char *format, ...)
{
	struct kdk_error *err;
	va_list args;

	va_start(args, format);
	err = error_vnew(KDK_ERROR_SYSTEM, errnum, format, args);
	va_end(args);
	if (err != &kdk_enomem)
		error_join(err, err->message, strerror(errnum));
	return err;
}

struct kdk_error *kdk_error_wrap(struct kdk_error *err, const char *format, ...)
{
	char *context;
	va_list args;
	int n;

	/* kdk_enomem is shared and says enough by itself. */
	if (!err || err == &kdk_enomem)
		return err;
	va_start(args, format);
	n = vasprintf(&context, format, args);
	va_end(args);
	if (n < 0)
		return err;
	error_join(err, context, err->message);
	free(context);
	return err;
}

void kdk_error_destroy(struct kdk_error *err)
{
	if (!err || err == &kdk_enomem)
		return;
	free(err->message);
	free(err);
}
