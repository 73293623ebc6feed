/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log in a dump: plain buffer (to 3.4), records (3.5 to 5.9), lockless
 * ring (5.10 and later). See kernel/printk/.
 */
#ifndef KDK_LOG_H
#define KDK_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "vmcore/kernel/kernel.h"

enum kdk_log_kind {
	KDK_LOG_PLAIN,
	KDK_LOG_RECORDS,
	KDK_LOG_RING,
};

/* Values a record does not have */
#define KDK_LOG_NO_LEVEL 0xff
#define KDK_LOG_NO_CALLER UINT32_MAX

struct kdk_log_record {
	uint64_t seq;
	uint64_t ts_nsec;	/* local_clock() */
	const char *text;	/* text_size bytes as the kernel stored them: hostile, no NUL */
	uint32_t text_size;
	uint32_t caller;	/* printk_info.caller_id: thread id, or CPU + 0x80000000 */
	uint16_t facility;
	uint8_t level;		/* 0 emerg … 7 debug; KDK_LOG_NO_LEVEL */
	uint8_t flags;		/* LOG_NEWLINE 2, LOG_CONT 8 */
	bool has_data;		/* false: the descriptor has no data block */
	char subsystem[16];	/* dev_printk_info; "" when none */
	char device[48];
};

struct kdk_log {
	enum kdk_log_kind kind;
	struct kdk_log_record *records;	/* oldest first; for KDK_LOG_PLAIN one per line */
	size_t count;
	bool has_time, has_level, has_caller;
	char **notes;			/* what was damaged or missing, for people; owned */
	size_t note_count;
	void *private;			/* the buffers that texts point into */
};

/* Damage gives what is readable plus a note; an error only when nothing is. */
struct kdk_error *kdk_log_read(struct kdk_kernel *kernel, struct kdk_log **ret);

/* NULL is fine. */
void kdk_log_destroy(struct kdk_log *log);

KDK_DEFINE_CLEANUP(struct kdk_log *, kdk_log_destroy)

#endif
