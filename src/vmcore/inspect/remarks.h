/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an answer lacks, and why: an inspector's notes beside what it could read. */
#ifndef KDK_REMARKS_H
#define KDK_REMARKS_H

#include <stddef.h>

/* All zero is an empty one. */
struct kdk_remarks {
	char **lines;		/* hostile */
	size_t count;
	size_t left_out;	/* further ones, past the first few */
};

void kdk_remarks_add(struct kdk_remarks *remarks, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds "format: " and the error's message, and destroys the error; NULL adds nothing. */
struct kdk_error;
void kdk_remarks_add_error(struct kdk_remarks *remarks, struct kdk_error *err,
			   const char *format, ...) __attribute__((format(printf, 3, 4)));

void kdk_remarks_deinit(struct kdk_remarks *remarks);

#endif
