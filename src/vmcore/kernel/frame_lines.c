/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/frame_lines.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"

struct lines {
	struct kdk_frame *frames;	/* what becomes the trace's */
	size_t count, capacity;
};

static struct kdk_error *reserve(struct lines *lines, size_t more)
{
	size_t capacity = lines->capacity ? lines->capacity : 16;
	struct kdk_frame *grown;

	while (capacity - lines->count < more)
		capacity *= 2;
	if (capacity == lines->capacity)
		return NULL;
	grown = reallocarray(lines->frames, capacity, sizeof(*grown));
	if (!grown)
		return &kdk_enomem;
	lines->frames = grown;
	lines->capacity = capacity;
	return NULL;
}

static struct kdk_error *set_place(struct kdk_frame *frame, const struct kdk_source_line *line)
{
	if (!line->file)
		return NULL;
	frame->file = strdup(line->file);
	if (!frame->file)
		return &kdk_enomem;
	frame->line = line->line;
	return NULL;
}

/* A call that has no frame on the stack: what it has in common with the one that holds it. */
static struct kdk_error *add_inlined(struct lines *lines, const struct kdk_frame *holder,
				     const struct kdk_source_line *line)
{
	struct kdk_frame *frame = &lines->frames[lines->count];

	*frame = (struct kdk_frame){
		.pc = holder->pc,
		.sp = holder->sp,
		.exact = holder->exact,
		.inlined = true,
		.stack = holder->stack,
		.stack_cpu = holder->stack_cpu,
		.how = holder->how,
		.recovered = holder->recovered,
	};
	if (line->function) {
		frame->function = strdup(line->function);
		if (!frame->function)
			return &kdk_enomem;
	}
	lines->count++;
	return set_place(frame, line);
}

static struct kdk_error *add_frame(struct lines *lines, struct kdk_debuginfo *debuginfo,
				   struct kdk_frame *frame)
{
	struct kdk_source_line found[KDK_SOURCE_LINES];
	struct kdk_error *err;
	size_t count = 0;

	/* A vmlinux knows nothing of modules, and no symbol is no code. */
	if (frame->function && !frame->module && !frame->user && !frame->inlined && !frame->file)
		count = kdk_debuginfo_lines(debuginfo, frame->exact ? frame->pc : frame->pc - 1,
					    found);
	err = reserve(lines, count + 1);
	for (size_t i = 0; !err && i < count; i++)
		err = found[i].inlined ? add_inlined(lines, frame, &found[i]) :
					 set_place(frame, &found[i]);
	return err;
}

struct kdk_error *kdk_backtrace_add_lines(struct kdk_backtrace *trace,
					  struct kdk_debuginfo *debuginfo)
{
	struct lines lines = { 0 };
	struct kdk_error *err = NULL;
	size_t done = 0;

	for (; done < trace->count; done++) {
		err = add_frame(&lines, debuginfo, &trace->frames[done]);
		if (err)
			break;
		lines.frames[lines.count++] = trace->frames[done];
		trace->frames[done].function = trace->frames[done].file = NULL;
	}
	if (err) {
		struct kdk_backtrace begun = { .frames = lines.frames, .count = lines.count };

		kdk_backtrace_deinit(&begun);
		return err;
	}
	if (!done)
		return NULL;
	free(trace->frames);
	trace->frames = lines.frames;
	trace->count = lines.count;
	return NULL;
}
