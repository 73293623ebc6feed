/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/vmcoreinfo.h"

#include <stdio.h>
#include <string.h>

struct vmcoreinfo_private {
	char *text;
	const struct kdk_vmcoreinfo_entry **sorted;	/* by key, then by place */
};

static bool is_printable(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

static bool is_key(const char *key, size_t size)
{
	return size && key[0] > ' ' && key[size - 1] > ' ' && is_printable(key, size);
}

static struct kdk_error *add_entry(struct kdk_vmcoreinfo *info, size_t *allocated,
				   const char *key, const char *value)
{
	if (info->count == *allocated) {
		size_t wanted = *allocated ? *allocated * 2 : 128;
		void *grown = reallocarray(info->entries, wanted, sizeof(*info->entries));

		if (!grown)
			return &kdk_enomem;
		info->entries = grown;
		*allocated = wanted;
	}
	info->entries[info->count].key = key;
	info->entries[info->count].value = value;
	info->count++;
	return NULL;
}

/* `line` is a copy with room for a NUL at its end, which may be its newline. */
static struct kdk_error *parse_line(struct kdk_vmcoreinfo *info, size_t *allocated,
				    char *line, size_t size)
{
	char *equals = memchr(line, '=', size);

	if (!equals || !is_key(line, equals - line) ||
	    !is_printable(equals + 1, line + size - equals - 1)) {
		info->malformed++;
		return NULL;
	}
	*equals = '\0';
	line[size] = '\0';
	return add_entry(info, allocated, line, equals + 1);
}

static int compare_entries(const void *left, const void *right)
{
	const struct kdk_vmcoreinfo_entry *a = *(const struct kdk_vmcoreinfo_entry *const *)left;
	const struct kdk_vmcoreinfo_entry *b = *(const struct kdk_vmcoreinfo_entry *const *)right;
	int order = strcmp(a->key, b->key);

	return order ? order : (a > b) - (a < b);
}

static struct kdk_error *sort_entries(struct kdk_vmcoreinfo *info)
{
	struct vmcoreinfo_private *private = info->private;

	if (!info->count)
		return NULL;
	private->sorted = calloc(info->count, sizeof(*private->sorted));
	if (!private->sorted)
		return &kdk_enomem;
	for (size_t i = 0; i < info->count; i++)
		private->sorted[i] = &info->entries[i];
	qsort(private->sorted, info->count, sizeof(*private->sorted), compare_entries);
	return NULL;
}

static struct kdk_error *parse_text(struct kdk_vmcoreinfo *info, char *text, size_t size)
{
	size_t allocated = 0;
	struct kdk_error *err;

	while (size) {
		char *newline = memchr(text, '\n', size);
		size_t length = newline ? (size_t)(newline - text) : size;

		err = parse_line(info, &allocated, text, length);
		if (err)
			return err;
		if (!newline)
			break;
		text += length + 1;
		size -= length + 1;
	}
	return sort_entries(info);
}

struct kdk_error *kdk_vmcoreinfo_parse(const char *text, size_t size,
				       struct kdk_vmcoreinfo **ret)
{
	_cleanup_(kdk_vmcoreinfo_destroyp) struct kdk_vmcoreinfo *info = NULL;
	struct vmcoreinfo_private *private;
	struct kdk_error *err;

	info = calloc(1, sizeof(*info));
	private = calloc(1, sizeof(*private));
	if (!info || !private) {
		free(private);
		return &kdk_enomem;
	}
	info->private = private;
	/* Notes are padded with zeroes. */
	while (size && !text[size - 1])
		size--;
	private->text = malloc(size + 1);
	if (!private->text)
		return &kdk_enomem;
	if (size)
		memcpy(private->text, text, size);
	private->text[size] = '\0';
	err = parse_text(info, private->text, size);
	if (err)
		return err;
	*ret = kdk_take(info);
	return NULL;
}

void kdk_vmcoreinfo_destroy(struct kdk_vmcoreinfo *info)
{
	struct vmcoreinfo_private *private;

	if (!info)
		return;
	private = info->private;
	if (private) {
		free(private->text);
		free(private->sorted);
		free(private);
	}
	free(info->entries);
	free(info);
}

const char *kdk_vmcoreinfo_find(const struct kdk_vmcoreinfo *info, const char *key)
{
	const struct vmcoreinfo_private *private = info->private;
	size_t low = 0, high = info->count;

	/* The first one behind `key`; the last of equal keys is just before it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(private->sorted[middle]->key, key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || strcmp(private->sorted[low - 1]->key, key))
		return NULL;
	return private->sorted[low - 1]->value;
}

/* Keys whose values the kernel writes with %lx. */
static bool is_hexadecimal_key(const char *key)
{
	static const char *const keys[] = {
		"KERNELOFFSET", "KERNELOFFPHYS", "IDENTITYBASE", "SAMODE31", "EAMODE31",
	};

	if (!strncmp(key, "SYMBOL(", 7))
		return true;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(keys); i++)
		if (!strcmp(key, keys[i]))
			return true;
	return false;
}

static int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return 16;
}

static bool parse_digits(const char *text, unsigned int base, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned int digit = digit_value(*text);

		if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

bool kdk_vmcoreinfo_number(const struct kdk_vmcoreinfo *info, const char *key, uint64_t *ret)
{
	const char *text = kdk_vmcoreinfo_find(info, key);
	uint64_t value;

	if (!text)
		return false;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return parse_digits(text + 2, 16, ret);
	if (is_hexadecimal_key(key))
		return parse_digits(text, 16, ret);
	if (text[0] != '-')
		return parse_digits(text, 10, ret);
	if (!parse_digits(text + 1, 10, &value) || value > 1ULL << 63)
		return false;
	*ret = -value;
	return true;
}

static bool find_in_parentheses(const struct kdk_vmcoreinfo *info, const char *what,
				const char *name, uint64_t *ret)
{
	char key[128];
	int length = snprintf(key, sizeof(key), "%s(%s)", what, name);

	return length > 0 && (size_t)length < sizeof(key) &&
	       kdk_vmcoreinfo_number(info, key, ret);
}

bool kdk_vmcoreinfo_symbol(const struct kdk_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return find_in_parentheses(info, "SYMBOL", name, ret);
}

bool kdk_vmcoreinfo_offset(const struct kdk_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return find_in_parentheses(info, "OFFSET", name, ret);
}

bool kdk_vmcoreinfo_size(const struct kdk_vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return find_in_parentheses(info, "SIZE", name, ret);
}

static bool has_key(void *context, const char *key)
{
	return kdk_vmcoreinfo_find(context, key);
}

const struct kdk_arch *kdk_vmcoreinfo_arch(const struct kdk_vmcoreinfo *info,
					   uint8_t word_bytes, bool big_endian)
{
	return kdk_arch_guess(word_bytes, big_endian, has_key, (void *)info);
}
