/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened to a crashed kernel: kind, place, suspect, and the evidence for it. */
#ifndef KDK_DIAGNOSIS_H
#define KDK_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/inspect/backtrace.h"
#include "vmcore/inspect/crash_kind.h"
#include "vmcore/inspect/fault.h"
#include "vmcore/inspect/memory_use.h"
#include "vmcore/inspect/remarks.h"
#include "vmcore/inspect/summary.h"
#include "vmcore/inspect/suspect.h"
#include "vmcore/kernel/modules.h"

struct kdk_diagnosis_line {
	uint64_t ts_nsec;
	bool has_time;
	char *text; /* first line of a record; hostile */
};

struct kdk_diagnosis_lines {
	struct kdk_diagnosis_line *lines;
	size_t count;
};

/* Strings are hostile unless something else is said. */
struct kdk_diagnosis {
	struct kdk_kernel *kernel; /* borrowed; summary and modules point into it */
	struct kdk_summary summary;
	enum kdk_crash_kind kind;
	bool crashed;	 /* false: it was running when the dump was taken */
	char *reason;	 /* the panic line, else the headline; NULL: none */
	char *verdict;	 /* what happened, in sentences */
	char *signature; /* see signature.h */
	struct kdk_diagnosis_lines evidence; /* of the log */
	struct kdk_diagnosis_lines warnings; /* the last ones before the crash */
	unsigned int oopses; /* since boot */
	bool uptime_known;
	uint64_t uptime_nsec;
	int cpu; /* that crashed; -1: not known */

	struct kdk_stacks cpus;	       /* what every CPU was running */
	struct kdk_stacks blocked;     /* of a hung task, or of the CPU that was stuck */
	const struct kdk_stack *panic; /* of cpus; NULL: not known */
	const struct kdk_stack *culprit; /* that the suspect is on: panic, or another */
	struct kdk_trace_parts parts;	 /* of culprit */
	struct kdk_suspect suspect;
	struct kdk_fault fault;

	bool taint_known;
	uint64_t taint;
	size_t cpu_count; /* 0: not known */
	bool tasks_known;
	size_t task_count;		   /* threads, idle tasks not counted */
	size_t blocked_count;		   /* in uninterruptible sleep */
	const struct kdk_modules *modules; /* NULL: not known */
	bool memory_known;
	struct kdk_memory_use memory;
	const char *symbols_source, *types_source; /* NULL: none */
	char *unwind_source;			   /* "orc" …; no hostile text */
	struct kdk_remarks remarks;
};

/* What the dump lacks is remarked; fails only when memory runs out. */
struct kdk_error *kdk_diagnosis_read(struct kdk_kernel *kernel,
				     struct kdk_diagnosis *ret);
void kdk_diagnosis_deinit(struct kdk_diagnosis *diagnosis);

/* For a bit of the kernel's taint; NULL: it has none. A constant, to be translated. */
const char *kdk_taint_text(unsigned int bit);

/* "name+0x5 [module]", or the address of what has no name. For people: hostile. */
struct kdk_buffer;
void kdk_frame_say(const struct kdk_frame *frame, struct kdk_buffer *buffer);

/* diagnosis_words.c's: the verdict of what has been found. */
struct kdk_error *kdk_diagnosis_say(struct kdk_diagnosis *diagnosis);

#endif
