/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON to a stream as it comes. Inside an object every value has a name;
 * inside an array name is NULL. Errors stay in the stream: ferror().
 *
 * Strings may hold anything: control characters and those that
 * kdk_character_is_safe() refuses become \uXXXX, and a byte that is no UTF-8 becomes
 * \u00XX of that byte, so that every output is valid JSON in UTF-8.
 */
#ifndef KDK_JSON_H
#define KDK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define KDK_JSON_SCHEMA 1
#define KDK_JSON_DEPTH 64	/* deepest nesting */

struct kdk_json {
	FILE *out;
	bool compact;		/* everything on one line */
	/* private */
	unsigned int depth;
	uint64_t filled;	/* bit per depth: something has been written there */
};

void kdk_json_init(struct kdk_json *json, FILE *out, bool compact);

/* The object every command prints: {"kdumpkit": {"version", "schema"}, … and a newline. */
void kdk_json_open(struct kdk_json *json, FILE *out);
void kdk_json_close(struct kdk_json *json);

void kdk_json_object_begin(struct kdk_json *json, const char *name);
void kdk_json_object_end(struct kdk_json *json);
void kdk_json_array_begin(struct kdk_json *json, const char *name);
void kdk_json_array_end(struct kdk_json *json);

/* text NULL: null */
void kdk_json_string(struct kdk_json *json, const char *name, const char *text);
void kdk_json_text(struct kdk_json *json, const char *name, const void *text, size_t size);
void kdk_json_unsigned(struct kdk_json *json, const char *name, uint64_t value);
void kdk_json_signed(struct kdk_json *json, const char *name, int64_t value);
void kdk_json_bool(struct kdk_json *json, const char *name, bool value);
void kdk_json_null(struct kdk_json *json, const char *name);

/* "0x…": JSON's numbers lose digits past 2^53. */
void kdk_json_address(struct kdk_json *json, const char *name, uint64_t address);

#endif
