/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/signature.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* Functions that count: deeper ones vary with how the way there was begun. */
#define DEPTH 5

/* Frames of a stack that ran out in which what recurses is looked for. */
#define RECURSION_FRAMES 64
#define RECURSION_TIMES 3

static void hash_add(uint64_t *hash, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		*hash = (*hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	*hash = (*hash ^ '\n') * UINT64_C(0x100000001b3);
}

/* "module.function" or "function", without suffixes. */
static void add_function(struct kdk_buffer *buffer, const char *module,
			 const char *function)
{
	if (module) {
		kdk_buffer_puts(buffer, module);
		kdk_buffer_puts(buffer, ".");
	}
	kdk_buffer_add(buffer, function, kdk_function_base(function));
}

static void hash_function(uint64_t *hash, const struct kdk_frame *frame)
{
	if (frame->module)
		hash_add(hash, frame->module, strlen(frame->module));
	hash_add(hash, frame->function, kdk_function_base(frame->function));
}

static bool counts(const struct kdk_frame *frame)
{
	return frame->function && !frame->inlined && frame->how != KDK_FRAME_GUESS &&
	       (frame->module ||
		kdk_function_role(frame->function) != KDK_FUNCTION_ENTRY);
}

/* From `first` to where the context ends; equal neighbours once. */
static void hash_way(uint64_t *hash, const struct kdk_backtrace *trace, size_t first)
{
	const struct kdk_frame *last = NULL;
	unsigned int depth = 0;

	for (size_t i = first; i < trace->count && depth < DEPTH; i++) {
		const struct kdk_frame *frame = &trace->frames[i];

		if (frame->user || (frame->exception && i != first))
			break;
		if (!counts(frame) || (last && !strcmp(last->function, frame->function)))
			continue;
		hash_function(hash, frame);
		last = frame;
		depth++;
	}
}

static unsigned int times(const struct kdk_backtrace *trace, size_t end,
			  const char *function)
{
	unsigned int count = 0;

	for (size_t i = 0; i < end; i++)
		if (counts(&trace->frames[i]) &&
		    !strcmp(trace->frames[i].function, function))
			count++;
	return count;
}

/*
 * The stack may end in any of the functions that recurse: all of them count, in
 * alphabetical order; the first of them names the crash.
 */
static const struct kdk_frame *hash_recursion(uint64_t *hash,
					      const struct kdk_backtrace *trace)
{
	size_t end = kdk_backtrace_end(trace, 0, RECURSION_FRAMES);
	const struct kdk_frame *last = NULL, *first = NULL;

	for (;;) {
		const struct kdk_frame *next = NULL;

		for (size_t i = 0; i < end; i++) {
			const struct kdk_frame *frame = &trace->frames[i];

			if (!counts(frame) ||
			    (last && strcmp(frame->function, last->function) <= 0) ||
			    (next && strcmp(frame->function, next->function) >= 0))
				continue;
			if (times(trace, end, frame->function) >= RECURSION_TIMES)
				next = frame;
		}
		if (!next)
			return first;
		if (!first)
			first = next;
		hash_function(hash, next);
		last = next;
	}
}

/* The functions that make the crash what it is go into the hash; returns what to call it
 * by. */
static const struct kdk_frame *take_frames(enum kdk_crash_kind kind,
					   const struct kdk_backtrace *trace,
					   const struct kdk_trace_parts *parts,
					   const struct kdk_suspect *suspect,
					   uint64_t *hash)
{
	const struct kdk_frame *recursion = NULL;
	size_t first = parts->first;

	if (kind == KDK_CRASH_STACK_OVERFLOW)
		recursion = hash_recursion(hash, trace);
	if (recursion)
		return recursion;
	/*
	 * What a watchdog finds varies with the moment, who ran out of memory by chance.
	 */
	if (kdk_crash_kind_is_lockup(kind) || kind == KDK_CRASH_OOM ||
	    kind == KDK_CRASH_HUNG_TASK)
		first = suspect->frame;
	if (kind == KDK_CRASH_MCE || kind == KDK_CRASH_NMI || first == KDK_NO_FRAME)
		return NULL;
	if (kind == KDK_CRASH_OOM && !suspect->module)
		return NULL;
	hash_way(hash, trace, first);
	return suspect->frame != KDK_NO_FRAME ? &trace->frames[suspect->frame]
					      : &trace->frames[first];
}

struct kdk_error *kdk_signature_make(enum kdk_crash_kind kind,
				     const struct kdk_backtrace *trace,
				     const struct kdk_trace_parts *parts,
				     const struct kdk_suspect *suspect, char **ret)
{
	const char *name = kdk_crash_kind_name(kind);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	const struct kdk_frame *frame;
	struct kdk_buffer buffer = { 0 };

	hash_add(&hash, name, strlen(name));
	frame = take_frames(kind, trace, parts, suspect, &hash);
	kdk_buffer_printf(&buffer, "%s:", name);
	if (frame && frame->function)
		add_function(&buffer, frame->module, frame->function);
	kdk_buffer_printf(&buffer, ":%016jx", (uintmax_t)hash);
	for (size_t i = 0; buffer.data && i < buffer.size; i++)
		if (buffer.data[i] <= ' ' || buffer.data[i] > '~')
			buffer.data[i] = '?';
	return kdk_buffer_take(&buffer, ret);
}
