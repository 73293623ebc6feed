/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of styles, levels, facilities and callers, and back. */
#include <string.h>

#include "vmcore/inspect/log_print.h"

static const char *const style_names[] = {
	[KDK_LOG_VMCORE_DMESG] = "vmcore-dmesg",
	[KDK_LOG_KERNEL] = "kernel",
	[KDK_LOG_MAKEDUMPFILE] = "makedumpfile",
	[KDK_LOG_CRASH] = "crash",
	[KDK_LOG_JSON] = "json",
};

static const char *const level_names[] = {
	"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
};

static const struct {
	const char *name;
	uint8_t level;
} level_aliases[] = {
	{ "panic", 0 }, { "critical", 2 }, { "error", 3 }, { "warning", 4 },
};

/* syslog(3) */
static const char *const facility_names[] = {
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
	"authpriv", "ftp", NULL, NULL, NULL, NULL,
	"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
};

struct kdk_error *kdk_log_style_parse(const char *name, enum kdk_log_style *ret)
{
	for (size_t i = 0; i < KDK_ARRAY_SIZE(style_names); i++) {
		if (!strcmp(name, style_names[i])) {
			*ret = i;
			return NULL;
		}
	}
	return kdk_error_new(KDK_ERROR_USAGE,
			     "'%s' is no format of the log: vmcore-dmesg, "
			     "kernel, makedumpfile, crash or json",
			     name);
}

const char *kdk_log_level_name(uint8_t level)
{
	return level < KDK_ARRAY_SIZE(level_names) ? level_names[level] : "";
}

const char *kdk_log_facility_name(uint16_t facility)
{
	return facility < KDK_ARRAY_SIZE(facility_names) ? facility_names[facility]
							 : NULL;
}

const char *kdk_log_caller_format(uint32_t caller, char text[KDK_LOG_CALLER_TEXT])
{
	text[0] = '\0';
	if (caller != KDK_LOG_NO_CALLER)
		snprintf(text, KDK_LOG_CALLER_TEXT, "%c%u",
			 caller & KDK_LOG_CALLER_CPU ? 'C' : 'T',
			 caller & ~KDK_LOG_CALLER_CPU);
	return text;
}

static bool name_is(const char *name, size_t length, const char *other)
{
	return strlen(other) == length && !memcmp(name, other, length);
}

/* False when the name is that of no level. */
static bool level_find(const char *name, size_t length, unsigned int *ret)
{
	if (length == 1 && name[0] >= '0' && name[0] <= '7') {
		*ret = name[0] - '0';
		return true;
	}
	for (size_t i = 0; i < KDK_ARRAY_SIZE(level_names); i++) {
		if (name_is(name, length, level_names[i])) {
			*ret = i;
			return true;
		}
	}
	for (size_t i = 0; i < KDK_ARRAY_SIZE(level_aliases); i++) {
		if (name_is(name, length, level_aliases[i].name)) {
			*ret = level_aliases[i].level;
			return true;
		}
	}
	return false;
}

struct kdk_error *kdk_log_levels_parse(const char *text, uint8_t *ret)
{
	unsigned int levels = 0, level = 0;

	for (const char *at = text;; at++) {
		size_t length = strcspn(at, ",");
		const char *name = at;
		bool below = length && name[0] == '+';
		bool above = length > 1 && name[length - 1] == '+';

		at += length;
		name += below;
		length -= below + above;
		if ((below && above) || !level_find(name, length, &level))
			return kdk_error_new(
				KDK_ERROR_USAGE,
				"'%s' is no list of log levels: emerg, "
				"alert, crit, err, warn, notice, info, debug",
				text);
		levels |= 1u << level;
		if (above)
			levels |= (1u << level) - 1;
		if (below)
			levels |= 0xffu << level & 0xff;
		if (!*at)
			break;
	}
	*ret = levels;
	return NULL;
}
