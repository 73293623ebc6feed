/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char unit_letters[] = "KMGTPE";

const char *kdk_size_format(uint64_t bytes, char text[KDK_UNIT_TEXT])
{
	uint64_t tenths;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, KDK_UNIT_TEXT, "%" PRIu64 " B", bytes);
		return text;
	}
	while (unit + 1 < strlen(unit_letters) && bytes >> (10 * (unit + 2)))
		unit++;
	/* Split, so that the largest sizes do not overflow; rounds to nearest. */
	tenths = (bytes >> (10 * (unit + 1))) * 10;
	bytes &= (UINT64_C(1) << (10 * (unit + 1))) - 1;
	tenths += ((bytes >> (10 * unit)) * 10 + 512) >> 10;
	if (tenths >= 10240 && unit + 1 < strlen(unit_letters)) {
		tenths = 10;
		unit++;
	}
	snprintf(text, KDK_UNIT_TEXT, "%" PRIu64 ".%" PRIu64 " %ciB", tenths / 10, tenths % 10,
		 unit_letters[unit]);
	return text;
}

/* Digits of `base` at *text, which moves behind them. False: none, or past 64 bits. */
static bool read_digits(const char **text, unsigned int base, uint64_t *ret)
{
	const char *at = *text;
	uint64_t value = 0;

	for (; isxdigit((unsigned char)*at); at++) {
		unsigned int digit = isdigit((unsigned char)*at) ?
			*at - '0' : tolower((unsigned char)*at) - 'a' + 10;

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	if (at == *text)
		return false;
	*text = at;
	*ret = value;
	return true;
}

static bool skip_hex_prefix(const char **text)
{
	if ((*text)[0] != '0' || ((*text)[1] != 'x' && (*text)[1] != 'X'))
		return false;
	*text += 2;
	return true;
}

struct kdk_error *kdk_number_parse(const char *text, uint64_t *ret)
{
	const char *at = text;
	unsigned int base = skip_hex_prefix(&at) ? 16 : 10;
	uint64_t value;

	if (!read_digits(&at, base, &value) || *at)
		return kdk_error_new(KDK_ERROR_USAGE,
				     "\"%s\" is no number of at most 64 bits", text);
	*ret = value;
	return NULL;
}

struct kdk_error *kdk_address_parse(const char *text, uint64_t *ret)
{
	const char *at = text;
	uint64_t value;

	skip_hex_prefix(&at);
	if (!read_digits(&at, 16, &value) || *at)
		return kdk_error_new(KDK_ERROR_USAGE,
				     "\"%s\" is no address: hexadecimal digits are expected",
				     text);
	*ret = value;
	return NULL;
}

/* ".5" behind the whole part, if it is there. False: a point without digits. */
static bool read_fraction(const char **text, double *ret)
{
	double weight = 0.1;

	*ret = 0;
	if (**text != '.')
		return true;
	if (!isdigit((unsigned char)*++*text))
		return false;
	for (; isdigit((unsigned char)**text); ++*text, weight /= 10)
		*ret += (**text - '0') * weight;
	return true;
}

/* "K", "k", "KiB", "KB", "B" or nothing, and the end. */
static bool read_unit(const char *text, unsigned int *ret_shift)
{
	const char *unit = *text ? strchr(unit_letters, toupper((unsigned char)*text)) : NULL;

	*ret_shift = 0;
	if (unit) {
		*ret_shift = 10 * (unsigned int)(unit - unit_letters + 1);
		text++;
		if (text[0] == 'i' && text[1] == 'B')
			text++;
	}
	if (*text == 'B')
		text++;
	return !*text;
}

struct kdk_error *kdk_size_parse(const char *text, uint64_t *ret)
{
	const char *at = text;
	bool hex = skip_hex_prefix(&at);
	unsigned int shift;
	double fraction;
	uint64_t whole;

	/* A part of a byte means a forgotten unit; "0x1.8" is nothing anybody writes. */
	if (!read_digits(&at, hex ? 16 : 10, &whole) || (hex && *at == '.') ||
	    !read_fraction(&at, &fraction) || !read_unit(at, &shift) ||
	    (fraction > 0 && !shift) ||
	    __builtin_mul_overflow(whole, UINT64_C(1) << shift, &whole) ||
	    __builtin_add_overflow(whole,
				   (uint64_t)(fraction * (double)(UINT64_C(1) << shift)),
				   &whole))
		return kdk_error_new(KDK_ERROR_USAGE, "\"%s\" is no size: write bytes, "
				     "or a number with K, M, G, T, P or E", text);
	*ret = whole;
	return NULL;
}

const char *kdk_time_format(int64_t seconds, char text[KDK_UNIT_TEXT])
{
	time_t when = seconds;
	struct tm tm;

	if (when != seconds || !gmtime_r(&when, &tm) || tm.tm_year < -1900 ||
	    tm.tm_year > 9999 - 1900 ||
	    !strftime(text, KDK_UNIT_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, KDK_UNIT_TEXT, "@%" PRId64, seconds);
	return text;
}

const char *kdk_duration_format(uint64_t seconds, char text[KDK_UNIT_TEXT])
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = {
		{ "d", 86400 }, { "h", 3600 }, { "min", 60 }, { "s", 1 },
	};
	size_t i = 0;

	while (i + 1 < KDK_ARRAY_SIZE(units) && seconds < units[i].seconds)
		i++;
	if (i + 1 == KDK_ARRAY_SIZE(units))
		snprintf(text, KDK_UNIT_TEXT, "%" PRIu64 " s", seconds);
	else
		snprintf(text, KDK_UNIT_TEXT, "%" PRIu64 " %s %" PRIu64 " %s",
			 seconds / units[i].seconds, units[i].name,
			 seconds % units[i].seconds / units[i + 1].seconds, units[i + 1].name);
	return text;
}
