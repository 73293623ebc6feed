/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors that say what happened, to what, and why.
 *
 * Every function that can fail returns `struct kdk_error *`: NULL is success,
 * anything else belongs to the caller, who handles it, wraps it, or returns it.
 */
#ifndef KDK_ERROR_H
#define KDK_ERROR_H

#include "core/cleanup.h"

enum kdk_error_kind {
	KDK_ERROR_SYSTEM,	/* a system call failed; errno is kept */
	KDK_ERROR_FORMAT,	/* the input is not what it claims to be */
	KDK_ERROR_UNSUPPORTED,	/* the input is known by name, but not read by this build */
	KDK_ERROR_ABSENT,	/* the page, symbol or member is not there */
	KDK_ERROR_USAGE,	/* the person asked for something that makes no sense */
	KDK_ERROR_MEMORY,	/* out of memory; never allocated, never freed */
};

struct kdk_error {
	enum kdk_error_kind kind;
	int errnum;		/* 0 unless kind is KDK_ERROR_SYSTEM */
	char *message;		/* "opening vmcore: page 0x1a2b: truncated" */
};

extern struct kdk_error kdk_enomem;

struct kdk_error *kdk_error_new(enum kdk_error_kind kind, const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* "<format>: <strerror(errnum)>" */
struct kdk_error *kdk_error_system(int errnum, const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* Puts "format: " in front of the message. Returns err itself; NULL stays NULL. */
struct kdk_error *kdk_error_wrap(struct kdk_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* NULL and kdk_enomem are fine. */
void kdk_error_destroy(struct kdk_error *err);

KDK_DEFINE_CLEANUP(struct kdk_error *, kdk_error_destroy)

#endif
