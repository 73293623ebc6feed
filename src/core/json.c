/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "core/json.h"

#include <inttypes.h>
#include <string.h>

#include "core/text.h"

void kdk_json_init(struct kdk_json *json, FILE *out, bool compact)
{
	*json = (struct kdk_json){ .out = out, .compact = compact };
}

static void write_text(FILE *out, const unsigned char *text, size_t size)
{
	putc('"', out);
	while (size) {
		uint32_t character;
		size_t n = kdk_utf8_decode(text, size, &character);

		if (!n) {
			fprintf(out, "\\u%04x", *text);
			n = 1;
		} else if (character == '"' || character == '\\') {
			fprintf(out, "\\%c", (int)character);
		} else if (character == '\n') {
			fputs("\\n", out);
		} else if (character == '\t') {
			fputs("\\t", out);
		} else if (kdk_character_is_safe(character)) {
			fwrite(text, 1, n, out);
		} else if (character > 0xffff) {
			fprintf(out, "\\u%04x\\u%04x", 0xd7c0 + (character >> 10),
				0xdc00 + (character & 0x3ff));
		} else {
			fprintf(out, "\\u%04x", character);
		}
		text += n;
		size -= n;
	}
	putc('"', out);
}

static void new_line(struct kdk_json *json)
{
	if (!json->compact)
		fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
}

/* What comes before any value: comma, indentation, name. */
static void before_value(struct kdk_json *json, const char *name)
{
	uint64_t bit = UINT64_C(1) << (json->depth % KDK_JSON_DEPTH);

	if (json->filled & bit)
		fputs(json->compact ? ", " : ",", json->out);
	json->filled |= bit;
	if (json->depth)
		new_line(json);
	if (name) {
		write_text(json->out, (const unsigned char *)name, strlen(name));
		fputs(": ", json->out);
	}
}

static void begin(struct kdk_json *json, const char *name, char bracket)
{
	before_value(json, name);
	putc(bracket, json->out);
	json->depth++;
	json->filled &= ~(UINT64_C(1) << (json->depth % KDK_JSON_DEPTH));
}

static void end(struct kdk_json *json, char bracket)
{
	bool filled = json->filled & UINT64_C(1) << (json->depth % KDK_JSON_DEPTH);

	json->depth--;
	if (filled)
		new_line(json);
	putc(bracket, json->out);
}

void kdk_json_open(struct kdk_json *json, FILE *out)
{
	kdk_json_init(json, out, false);
	kdk_json_object_begin(json, NULL);
	kdk_json_object_begin(json, "kdumpkit");
	kdk_json_string(json, "version", PACKAGE_VERSION);
	kdk_json_unsigned(json, "schema", KDK_JSON_SCHEMA);
	kdk_json_object_end(json);
}

void kdk_json_close(struct kdk_json *json)
{
	kdk_json_object_end(json);
	putc('\n', json->out);
}

void kdk_json_object_begin(struct kdk_json *json, const char *name)
{
	begin(json, name, '{');
}

void kdk_json_object_end(struct kdk_json *json)
{
	end(json, '}');
}

void kdk_json_array_begin(struct kdk_json *json, const char *name)
{
	begin(json, name, '[');
}

void kdk_json_array_end(struct kdk_json *json)
{
	end(json, ']');
}

void kdk_json_string(struct kdk_json *json, const char *name, const char *text)
{
	if (text)
		kdk_json_text(json, name, text, strlen(text));
	else
		kdk_json_null(json, name);
}

void kdk_json_text(struct kdk_json *json, const char *name, const void *text, size_t size)
{
	before_value(json, name);
	write_text(json->out, text, size);
}

void kdk_json_unsigned(struct kdk_json *json, const char *name, uint64_t value)
{
	before_value(json, name);
	fprintf(json->out, "%" PRIu64, value);
}

void kdk_json_signed(struct kdk_json *json, const char *name, int64_t value)
{
	before_value(json, name);
	fprintf(json->out, "%" PRId64, value);
}

void kdk_json_bool(struct kdk_json *json, const char *name, bool value)
{
	before_value(json, name);
	fputs(value ? "true" : "false", json->out);
}

void kdk_json_null(struct kdk_json *json, const char *name)
{
	before_value(json, name);
	fputs("null", json->out);
}

void kdk_json_address(struct kdk_json *json, const char *name, uint64_t address)
{
	before_value(json, name);
	fprintf(json->out, "\"0x%" PRIx64 "\"", address);
}
