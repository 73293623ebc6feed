/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/text.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void kdk_buffer_deinit(struct kdk_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct kdk_buffer){ 0 };
}

/* Room for `more` bytes and a NUL. */
static bool buffer_reserve(struct kdk_buffer *buffer, size_t more)
{
	size_t need, capacity;
	char *data;

	if (buffer->failed)
		return false;
	if (__builtin_add_overflow(buffer->size, more, &need) ||
	    __builtin_add_overflow(need, 1, &need)) {
		buffer->failed = true;
		return false;
	}
	if (need <= buffer->capacity)
		return true;
	if (__builtin_mul_overflow(need, 2, &capacity))
		capacity = need;
	if (capacity < 64)
		capacity = 64;
	data = realloc(buffer->data, capacity);
	if (!data) {
		buffer->failed = true;
		return false;
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

void kdk_buffer_add(struct kdk_buffer *buffer, const void *data, size_t size)
{
	if (!buffer_reserve(buffer, size))
		return;
	if (size)
		memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	buffer->data[buffer->size] = '\0';
}

void kdk_buffer_puts(struct kdk_buffer *buffer, const char *text)
{
	kdk_buffer_add(buffer, text, strlen(text));
}

void kdk_buffer_vprintf(struct kdk_buffer *buffer, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		buffer->failed = true;
	if (n < 0 || !buffer_reserve(buffer, n))
		return;
	vsnprintf(buffer->data + buffer->size, (size_t)n + 1, format, args);
	buffer->size += n;
}

void kdk_buffer_printf(struct kdk_buffer *buffer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	kdk_buffer_vprintf(buffer, format, args);
	va_end(args);
}

struct kdk_error *kdk_buffer_take(struct kdk_buffer *buffer, char **ret)
{
	kdk_buffer_add(buffer, NULL, 0);
	if (buffer->failed) {
		kdk_buffer_deinit(buffer);
		return &kdk_enomem;
	}
	*ret = kdk_take(buffer->data);
	kdk_buffer_deinit(buffer);
	return NULL;
}

/* How many bytes follow this first one, and the smallest character that needs them. */
static bool utf8_first(unsigned char byte, size_t *ret_more, uint32_t *ret_bits,
		       uint32_t *ret_least)
{
	if (byte < 0x80) {
		*ret_more = 0;
		*ret_bits = byte;
		*ret_least = 0;
	} else if (byte >= 0xc2 && byte < 0xe0) {
		*ret_more = 1;
		*ret_bits = byte & 0x1f;
		*ret_least = 0x80;
	} else if (byte >= 0xe0 && byte < 0xf0) {
		*ret_more = 2;
		*ret_bits = byte & 0x0f;
		*ret_least = 0x800;
	} else if (byte >= 0xf0 && byte < 0xf5) {
		*ret_more = 3;
		*ret_bits = byte & 0x07;
		*ret_least = 0x10000;
	} else {
		return false;
	}
	return true;
}

size_t kdk_utf8_decode(const void *text, size_t size, uint32_t *ret_character)
{
	const unsigned char *byte = text;
	uint32_t character, least;
	size_t more;

	if (!size || !utf8_first(byte[0], &more, &character, &least) || more >= size)
		return 0;
	for (size_t i = 1; i <= more; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (byte[i] & 0x3f);
	}
	if (character < least || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff))
		return 0;
	*ret_character = character;
	return more + 1;
}

bool kdk_character_is_safe(uint32_t character)
{
	static const uint32_t refused[][2] = {
		{ 0x0000, 0x001f },	/* C0 controls */
		{ 0x007f, 0x009f },	/* delete and C1 controls */
		{ 0x061c, 0x061c },	/* Arabic letter mark */
		{ 0x200e, 0x200f },	/* left-to-right and right-to-left marks */
		{ 0x2028, 0x202e },	/* line and paragraph separators, embeddings, overrides */
		{ 0x2066, 0x2069 },	/* isolates */
		{ 0xfeff, 0xfeff },	/* byte order mark */
		{ 0xfff9, 0xfffb },	/* interlinear annotations */
		{ 0xe0000, 0xe007f },	/* tags */
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(refused); i++)
		if (character >= refused[i][0] && character <= refused[i][1])
			return false;
	return true;
}

/*
 * The length of the longest piece at the start that needs no escaping; when that
 * is 0, *ret_unsafe is how many bytes must be escaped.
 */
static size_t safe_prefix(const unsigned char *text, size_t size, unsigned int flags,
			  size_t *ret_unsafe)
{
	size_t done = 0;

	while (done < size) {
		uint32_t character = 0;
		size_t n = kdk_utf8_decode(text + done, size - done, &character);
		bool safe = n && kdk_character_is_safe(character);

		if (n && character == '\n')
			safe = flags & KDK_TEXT_KEEP_NEWLINE;
		else if (n && character == '\t')
			safe = flags & KDK_TEXT_KEEP_TAB;
		else if (character >= 0x80 && (flags & KDK_TEXT_ASCII))
			safe = false;
		if (!safe) {
			*ret_unsafe = n ? n : 1;
			break;
		}
		done += n;
	}
	return done;
}

void kdk_buffer_escape(struct kdk_buffer *buffer, const void *text, size_t size,
		       unsigned int flags)
{
	const unsigned char *byte = text;

	while (size) {
		size_t unsafe = 0, safe = safe_prefix(byte, size, flags, &unsafe);

		kdk_buffer_add(buffer, byte, safe);
		for (size_t i = safe; i < safe + unsafe; i++)
			kdk_buffer_printf(buffer, "\\x%02x", byte[i]);
		byte += safe + unsafe;
		size -= safe + unsafe;
	}
}

void kdk_text_print(FILE *out, const void *text, size_t size, unsigned int flags)
{
	const unsigned char *byte = text;

	while (size) {
		size_t unsafe = 0, safe = safe_prefix(byte, size, flags, &unsafe);

		fwrite(byte, 1, safe, out);
		for (size_t i = safe; i < safe + unsafe; i++)
			fprintf(out, "\\x%02x", byte[i]);
		byte += safe + unsafe;
		size -= safe + unsafe;
	}
}

unsigned int kdk_text_locale_flags(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") ? KDK_TEXT_ASCII : 0;
}

/* Columns of the character at `text`, whose bytes are *ret_size. */
static size_t character_columns(const char *text, size_t *ret_size)
{
	uint32_t character;
	int columns;

	*ret_size = kdk_utf8_decode(text, strlen(text), &character);
	if (!*ret_size) {
		*ret_size = 1;
		return 1;
	}
	columns = wcwidth((wchar_t)character);
	return columns < 0 ? 1 : columns;
}

size_t kdk_text_columns(const char *text)
{
	size_t columns = 0, size;

	for (; *text; text += size)
		columns += character_columns(text, &size);
	return columns;
}

void kdk_buffer_cut(struct kdk_buffer *buffer, const char *text, size_t columns)
{
	const char *ellipsis = kdk_text_locale_flags() & KDK_TEXT_ASCII ? "~" : "…";
	size_t used = 0, bytes = 0, size;

	if (kdk_text_columns(text) <= columns) {
		kdk_buffer_puts(buffer, text);
		return;
	}
	if (!columns)
		return;
	for (; text[bytes]; bytes += size) {
		size_t width = character_columns(text + bytes, &size);

		if (used + width > columns - 1)
			break;
		used += width;
	}
	kdk_buffer_add(buffer, text, bytes);
	kdk_buffer_puts(buffer, ellipsis);
}
