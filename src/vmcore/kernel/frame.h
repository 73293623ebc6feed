/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One frame of a backtrace. */
#ifndef KDK_FRAME_H
#define KDK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/unwind.h"
#include "core/error.h"

struct kdk_frame {
	uint64_t pc;
	uint64_t sp;
	bool exact;		/* pc was being executed; else a call returns there */
	char *function;		/* owned; NULL when no symbol covers pc */
	uint64_t offset;	/* pc − start of function */
	uint64_t size;		/* bytes of the function; 0 when not known */
	const char *module;	/* NULL: the kernel */
	char *file;		/* owned; NULL without debuginfo */
	unsigned int line;
	/*
	 * Shares pc and sp with the next frame that is not, which has the exception and the
	 * registers; offset and size are 0.
	 */
	bool inlined;
	enum kdk_stack_kind stack;
	unsigned int stack_cpu;
	enum kdk_frame_how how;
	bool recovered;		/* return address was hidden by ftrace or a kretprobe */
	/* An exception or interrupt was taken here: registers hold what it interrupted. */
	bool exception;
	const char *exception_name;	/* "page fault"; NULL when not known */
	bool user;			/* the exception came from user space */
	struct kdk_registers registers;	/* known == 0 when not kept */
};

struct kdk_backtrace {
	struct kdk_frame *frames;	/* innermost first */
	size_t count;
	bool complete;			/* ended where stacks end; else see note */
	char *note;			/* why it ended early; NULL */
};

/*
 * The frame in which an exception was taken where frame `index` begins: itself, or the one
 * that it is inlined into. NULL: a call.
 */
const struct kdk_frame *kdk_backtrace_exception(const struct kdk_backtrace *trace, size_t index);

/* One past the first `count` frames from frame `from` on; inlined ones are not counted. */
size_t kdk_backtrace_end(const struct kdk_backtrace *trace, size_t from, size_t count);

void kdk_backtrace_deinit(struct kdk_backtrace *trace);

const char *kdk_frame_how_name(enum kdk_frame_how how);
const char *kdk_stack_kind_name(enum kdk_stack_kind kind);

#endif
