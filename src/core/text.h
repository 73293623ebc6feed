/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that comes from a dump is hostile: it may hold terminal escapes, broken
 * UTF-8, or characters that turn the direction of a line.
 */
#ifndef KDK_TEXT_H
#define KDK_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/error.h"

/* Grows as needed. All zero is an empty one. When memory runs out `failed` stays set. */
struct kdk_buffer {
	char *data;		/* NUL-terminated once something was added; else NULL */
	size_t size;		/* without the NUL */
	size_t capacity;
	bool failed;
};

void kdk_buffer_add(struct kdk_buffer *buffer, const void *data, size_t size);
void kdk_buffer_puts(struct kdk_buffer *buffer, const char *text);
void kdk_buffer_printf(struct kdk_buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void kdk_buffer_vprintf(struct kdk_buffer *buffer, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* The text, now the caller's ("" when empty); the buffer is empty again. */
struct kdk_error *kdk_buffer_take(struct kdk_buffer *buffer, char **ret);
void kdk_buffer_deinit(struct kdk_buffer *buffer);

enum kdk_text_flags {
	KDK_TEXT_KEEP_NEWLINE = 1,	/* \n stays */
	KDK_TEXT_KEEP_TAB = 2,		/* \t stays */
	KDK_TEXT_ASCII = 4,		/* everything else than ASCII is escaped */
};

/*
 * Adds text with every byte that is not safe to show written as \xNN: control
 * characters (also U+0080…U+009F), bytes that are no UTF-8, line and paragraph
 * separators, marks that turn the direction of text. A backslash stays as it is.
 */
void kdk_buffer_escape(struct kdk_buffer *buffer, const void *text, size_t size,
		       unsigned int flags);

/* The same to a stream. Errors stay in the stream: ferror(). */
void kdk_text_print(FILE *out, const void *text, size_t size, unsigned int flags);

/* KDK_TEXT_ASCII when the locale in use is not UTF-8, else 0. */
unsigned int kdk_text_locale_flags(void);

/*
 * The character at the start of `text`: its bytes (1…4), or 0 when they are no
 * UTF-8 (overlong, surrogate, past U+10FFFF, cut off) or size is 0.
 */
size_t kdk_utf8_decode(const void *text, size_t size, uint32_t *ret_character);

/* Whether a character may reach a terminal: see kdk_buffer_escape(). */
bool kdk_character_is_safe(uint32_t character);

/* Terminal columns of text that has been escaped. */
size_t kdk_text_columns(const char *text);

/* Adds escaped text, cut to `columns` with an ellipsis at the end if it is longer. */
void kdk_buffer_cut(struct kdk_buffer *buffer, const char *text, size_t columns);

#endif
