/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log as text, in the way of the tools people know, or as JSON.
 *
 * The styles give their peers' bytes on every sound log, with one exception: control
 * characters that a peer lets through (carriage return, vertical tab, form feed; in
 * plain logs all of them) are escaped as it escapes the others. Newline and tab stay.
 */
#ifndef KDK_LOG_PRINT_H
#define KDK_LOG_PRINT_H

#include <stdio.h>

#include "vmcore/inspect/log.h"

enum kdk_log_style {
	KDK_LOG_VMCORE_DMESG,	/* not ASCII: \xNN; later lines at column 0 */
	KDK_LOG_KERNEL,		/* as on the console: each line of a record has the prefix */
	KDK_LOG_MAKEDUMPFILE,	/* --dump-dmesg: later lines indented, with the caller */
	KDK_LOG_CRASH,		/* log: later lines indented, not ASCII: a dot */
	KDK_LOG_JSON,		/* one object per line: seq, ts_ns, level, text … */
};

enum kdk_log_caller {
	KDK_LOG_CALLER_DEFAULT,	/* as the peer: see log_print.c */
	KDK_LOG_CALLER_SHOW,
	KDK_LOG_CALLER_HIDE,
};

struct kdk_log_print {
	enum kdk_log_style style;
	enum kdk_log_caller caller;
	uint8_t levels;		/* bit per level to print; 0: all, also without one */
	bool facility;		/* "kern  :info  : " in front; in crash's style "<6>" */
	bool human_time;	/* the local wall clock; not in JSON */
	bool boot_time_known;
	int64_t boot_time;	/* of ts_nsec 0, ns since 1970: kdk_log_boot_time() */
};

/*
 * KDK_ERROR_USAGE when human_time is asked for and boot_time is not known, or the log
 * has no times; KDK_ERROR_SYSTEM when the stream fails.
 */
struct kdk_error *kdk_log_print(const struct kdk_log *log,
				const struct kdk_log_print *options, FILE *out)
	__attribute__((warn_unused_result));

/* "vmcore-dmesg", "kernel", "makedumpfile", "crash", "json"; KDK_ERROR_USAGE otherwise. */
struct kdk_error *kdk_log_style_parse(const char *name, enum kdk_log_style *ret);

/*
 * A list of levels as dmesg takes it: names or digits with commas; "err+" adds all
 * that are more severe, "+err" all that are less. KDK_ERROR_USAGE otherwise.
 */
struct kdk_error *kdk_log_levels_parse(const char *text, uint8_t *ret);

/* "emerg" … "debug"; "" for KDK_LOG_NO_LEVEL */
const char *kdk_log_level_name(uint8_t level);

/* "kern", "user", …; NULL for a number without a name */
const char *kdk_log_facility_name(uint16_t facility);

/* "T123" or "C0"; "" for KDK_LOG_NO_CALLER. Returns text. */
#define KDK_LOG_CALLER_TEXT 12
const char *kdk_log_caller_format(uint32_t caller, char text[KDK_LOG_CALLER_TEXT]);

#endif
