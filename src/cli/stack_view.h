/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A backtrace as text and as JSON. */
#ifndef KDK_CLI_STACK_VIEW_H
#define KDK_CLI_STACK_VIEW_H

#include "arch/arch.h"
#include "core/json.h"
#include "vmcore/kernel/frame.h"

/*
 * One line per frame, guesses marked "?", a line of its own where an exception came in
 * or another stack begins, and last why it ended early. `registers` shows those that are known.
 */
void kdk_cli_trace_print(FILE *out, const struct kdk_arch *arch,
			 const struct kdk_backtrace *trace, bool registers);

/* The array `name` of frames. */
void kdk_cli_trace_json(struct kdk_json *json, const char *name, const struct kdk_arch *arch,
			const struct kdk_backtrace *trace);

#endif
