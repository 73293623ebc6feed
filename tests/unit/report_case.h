/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks from text, for tests of what a report makes of them. */
#ifndef REPORT_CASE_H
#define REPORT_CASE_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/frame.h"

#define CASE_FRAMES 256

/*
 * Functions separated by blanks, innermost first: "panic foo mod:bar". "!name" is where
 * an exception was taken, "?name" a guess, "~name" inlined into the next, "-" a frame without a name, "$" user space.
 * The first frame has its registers when `registers` is set. Offsets follow from `salt`,
 * as after another boot.
 */
static inline void case_trace(struct kdk_backtrace *trace, const char *text,
			      bool registers, unsigned int salt)
{
	char *copy = strdup(text), *next = copy, *word;

	memset(trace, 0, sizeof(*trace));
	trace->frames = calloc(CASE_FRAMES, sizeof(*trace->frames));
	assert_non_null(copy);
	assert_non_null(trace->frames);
	while ((word = strsep(&next, " "))) {
		struct kdk_frame *frame = &trace->frames[trace->count++];
		char *colon;

		assert_true(trace->count <= CASE_FRAMES);
		frame->how = registers && trace->count == 1 ? KDK_FRAME_REGISTERS
							    : KDK_FRAME_ORC;
		frame->pc = UINT64_C(0xffffffff81000000) + trace->count * 0x100 +
			    salt * 0x10000;
		frame->offset = trace->count + salt;
		if (*word == '!') {
			frame->exception = true;
			frame->exception_name = "interrupt";
			word++;
		} else if (*word == '?') {
			frame->how = KDK_FRAME_GUESS;
			word++;
		} else if (*word == '~') {
			frame->how = KDK_FRAME_REGISTERS;
			frame->inlined = true;
			word++;
		}
		frame->user = *word == '$';
		if (*word == '$' || *word == '-')
			continue;
		colon = strchr(word, ':');
		if (colon) {
			*colon = '\0';
			frame->module = strcmp(word, "foreign") ? "friendly" : "foreign";
			word = colon + 1;
		}
		frame->function = strdup(word);
		assert_non_null(frame->function);
	}
	free(copy);
}

#endif
