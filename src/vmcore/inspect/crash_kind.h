/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of crash it was: by the kernel's own words, or by the frames of its stack. */
#ifndef KDK_CRASH_KIND_H
#define KDK_CRASH_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/inspect/log.h"
#include "vmcore/kernel/frame.h"

enum kdk_crash_kind {
	KDK_CRASH_UNKNOWN,
	KDK_CRASH_SYSRQ,
	KDK_CRASH_NULL_POINTER,
	KDK_CRASH_BUG,
	KDK_CRASH_OOPS,
	KDK_CRASH_GPF,
	KDK_CRASH_SOFT_LOCKUP,
	KDK_CRASH_HARD_LOCKUP,
	KDK_CRASH_HUNG_TASK,
	KDK_CRASH_OOM,
	KDK_CRASH_MCE,
	KDK_CRASH_NMI,
	KDK_CRASH_STACK_OVERFLOW,
	KDK_CRASH_WARN,
	KDK_CRASH_RCU_STALL,
};

/* "null-pointer" …, as JSON has it. */
const char *kdk_crash_kind_name(enum kdk_crash_kind kind);

/*
 * "NULL pointer dereference" …, for people; a constant, to be translated by who shows it.
 */
const char *kdk_crash_kind_title(enum kdk_crash_kind kind);

/* The interrupted code is to blame, not the watchdog that noticed. */
bool kdk_crash_kind_is_lockup(enum kdk_crash_kind kind);

enum kdk_crash_access {
	KDK_ACCESS_UNKNOWN,
	KDK_ACCESS_READ,
	KDK_ACCESS_WRITE,
	KDK_ACCESS_EXECUTE,
};

#define KDK_NO_RECORD SIZE_MAX
#define KDK_CRASH_EVIDENCE 8

/* What the log says of the crash. Records are indexes into it, KDK_NO_RECORD: none. */
struct kdk_crash_log {
	enum kdk_crash_kind kind;
	size_t panic;			     /* "Kernel panic - not syncing: …" */
	size_t headline;		     /* the line that names the trouble */
	size_t evidence[KDK_CRASH_EVIDENCE]; /* these two and what belongs to them */
	size_t evidence_count;
	bool address_known;
	uint64_t address; /* that the fault was at */
	enum kdk_crash_access access;
	int cpu;	     /* that printed the trace; -1: not said */
	int stuck_cpu;	     /* that a lockup or stall was found on; -1: not said */
	int32_t pid;	     /* that printed the trace; -1 */
	int32_t blocked_pid; /* of a hung task; -1 */
	bool taint_known;    /* by the last trace: "Not tainted", "Tainted: G …" */
	uint64_t taint;
	unsigned int oopses; /* since boot, by the number of the last */
	bool at_the_end;     /* little time passed between it and the log's end */
};

/*
 * Only what the kernel itself has said counts: a program can write anything else. A log
 * that ends without a panic gives the last trouble in it.
 */
void kdk_crash_log_read(const struct kdk_log *log, struct kdk_crash_log *ret);

/* By the functions on the stack of the task that crashed; UNKNOWN when none tells. */
enum kdk_crash_kind kdk_crash_kind_by_frames(const struct kdk_backtrace *trace);

/* The first line of a record; not NUL-terminated. */
struct kdk_text_span {
	const char *text;
	size_t size;
};

struct kdk_text_span kdk_crash_line(const struct kdk_log_record *record);

#endif
