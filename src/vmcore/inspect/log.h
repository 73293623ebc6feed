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

/* kdk_log_record.flags: enum printk_info_flags */
#define KDK_LOG_FLAG_NEWLINE	0x02	/* the text ended with a newline (not stored) */
#define KDK_LOG_FLAG_CONT	0x08	/* goes on where another record ended */

/* kdk_log_record.caller: the rest is a CPU, not a thread id */
#define KDK_LOG_CALLER_CPU	0x80000000u

struct kdk_log_record {
	uint64_t seq;
	uint64_t ts_nsec;	/* local_clock() */
	const char *text;	/* text_size bytes as the kernel has them: hostile, no NUL */
	uint32_t text_size;
	uint32_t caller;	/* printk_info.caller_id: thread id, or CPU + 0x80000000 */
	uint16_t facility;
	uint8_t level;		/* 0 emerg … 7 debug; KDK_LOG_NO_LEVEL */
	uint8_t flags;		/* KDK_LOG_FLAG_* */
	uint8_t prefix_size;	/* KDK_LOG_PLAIN: bytes of "<6>", which stand before text */
	bool has_data;		/* false: a descriptor without data block */
	bool text_lost;		/* has_data is false because there was no room */
	char subsystem[16];	/* dev_printk_info; "" when none */
	char device[48];
};

struct kdk_log {
	enum kdk_log_kind kind;
	uint16_t elf_machine;		/* of the dumped kernel */
	struct kdk_log_record *records;	/* oldest first; for KDK_LOG_PLAIN one per line */
	size_t count;
	bool has_time, has_level;
	bool has_caller;	/* always in a ring; records: CONFIG_PRINTK_CALLER */
	char **notes;			/* what was damaged or missing, for people; owned */
	size_t note_count;
	void *private;			/* the buffers that texts point into */
};

/* Damage gives what is readable plus a note; an error only when nothing is. */
struct kdk_error *kdk_log_read(struct kdk_kernel *kernel, struct kdk_log **ret);

/*
 * The wall clock at ts_nsec 0, in ns since 1970, as near as the log tells: the time
 * of the crash (vmcoreinfo's CRASHTIME, whole seconds) less the last record's age.
 * False when the dump does not say.
 */
bool kdk_log_boot_time(const struct kdk_kernel *kernel, const struct kdk_log *log,
		       int64_t *ret);

/* NULL is fine. */
void kdk_log_destroy(struct kdk_log *log);

KDK_DEFINE_CLEANUP(struct kdk_log *, kdk_log_destroy)

#endif
