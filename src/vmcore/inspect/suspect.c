/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/suspect.h"

#include <string.h>

#include "core/i18n.h"

/*
 * A task's code: what an endless recursion has pushed is no more than this interesting.
 */
#define FRAMES 4096

/* So often on a stack that it is recursion */
#define RECURSION 8

/* TAINT_* bits: proprietary, forced, staging, out of tree, unsigned */
#define TAINTS_FOREIGN (UINT64_C(1) | 1u << 1 | 1u << 10 | 1u << 12 | 1u << 13)

const char *kdk_suspect_why_text(enum kdk_suspect_why why)
{
	static const char *const texts[] = {
		[KDK_SUSPECT_NONE] = N_("nothing points to one"),
		[KDK_SUSPECT_ASKED_FOR] = N_("somebody asked for this crash"),
		[KDK_SUSPECT_HARDWARE] = N_("the hardware reported it: what ran is not "
					    "to blame"),
		[KDK_SUSPECT_OUTSIDE] = N_("it came from outside: what ran is not to "
					   "blame"),
		[KDK_SUSPECT_FIRST] = N_("it happened in this function"),
		[KDK_SUSPECT_FIRST_FOREIGN] =
			N_("it happened in this function, of a module that is not part "
			   "of the kernel"),
		[KDK_SUSPECT_NEAREST_FOREIGN] =
			N_("it is the nearest function of a module that is not part of "
			   "the kernel"),
		[KDK_SUSPECT_CALLER] = N_("it called the function that it happened in"),
		[KDK_SUSPECT_BAD_POINTER] = N_("it called through a pointer that leads "
					       "to no function"),
		[KDK_SUSPECT_INTERRUPTED] = N_("the CPU was in this function"),
		[KDK_SUSPECT_WAITING] = N_("the task waits in this function"),
		[KDK_SUSPECT_RECURSION] = N_("it is on the stack many times"),
		[KDK_SUSPECT_ALLOCATING] = N_("it asked for memory when there was none"),
	};

	return texts[why];
}

bool kdk_module_is_foreign(struct kdk_modules *modules, const char *name)
{
	const struct kdk_module *module =
		modules && name ? kdk_modules_find(modules, name) : NULL;

	return module && module->taints & TAINTS_FOREIGN;
}

static enum kdk_function_role role_of(const struct kdk_frame *frame)
{
	if (!frame->function)
		return KDK_FUNCTION_PLAIN;
	/* Names of a module's own functions say nothing. */
	return frame->module ? KDK_FUNCTION_PLAIN : kdk_function_role(frame->function);
}

void kdk_trace_parts_find(const struct kdk_backtrace *trace, struct kdk_trace_parts *ret)
{
	bool above = true; /* of everything that is no machinery */
	size_t depth = 0;

	*ret = (struct kdk_trace_parts){ KDK_NO_FRAME, KDK_NO_FRAME, KDK_NO_FRAME };
	for (size_t i = 0; i < trace->count; i++) {
		const struct kdk_frame *frame = &trace->frames[i];
		bool innermost;

		if (frame->user)
			break;
		/* Debuginfo does not change what a crash is taken for. */
		if (frame->inlined)
			continue;
		innermost = !depth++;
		if (frame->exception && !innermost) {
			if (!above) {
				ret->interrupted = i;
				break;
			}
			ret->fault = i;
		}
		if (!above)
			continue;
		if (role_of(frame) == KDK_FUNCTION_MACHINERY)
			continue;
		above = false;
		ret->first = i;
		/* Oopses leave the registers of the fault in the crash notes. */
		if (innermost && frame->how == KDK_FRAME_REGISTERS)
			ret->fault = i;
	}
}

/* One past the frames that belong to what frame `from` is part of. */
static size_t context_end(const struct kdk_backtrace *trace, size_t from)
{
	size_t i = from;

	do
		i++;
	while (i < trace->count && !trace->frames[i].user && !trace->frames[i].exception);
	return i;
}

static void accuse(const struct kdk_backtrace *trace, size_t frame,
		   enum kdk_suspect_why why, struct kdk_suspect *ret)
{
	ret->frame = frame;
	ret->function = trace->frames[frame].function;
	ret->module = trace->frames[frame].module;
	ret->why = why;
}

static bool is_accusable(const struct kdk_frame *frame)
{
	enum kdk_function_role role = role_of(frame);

	return frame->function && !frame->inlined && frame->how != KDK_FRAME_GUESS &&
	       role != KDK_FUNCTION_MACHINERY && role != KDK_FUNCTION_ENTRY;
}

/* From `first` on: the nearest function of a foreign module, else what is neither check
 * nor helper. */
static void search(const struct kdk_backtrace *trace, size_t first,
		   enum kdk_suspect_why why, struct kdk_modules *modules,
		   struct kdk_suspect *ret)
{
	size_t end = context_end(trace, first), plain = KDK_NO_FRAME, any = KDK_NO_FRAME;
	bool bad_pointer = !trace->frames[first].function;

	for (size_t i = first; i < end; i++) {
		const struct kdk_frame *frame = &trace->frames[i];

		if (!is_accusable(frame))
			continue;
		if (any == KDK_NO_FRAME)
			any = i;
		if (kdk_module_is_foreign(modules, frame->module)) {
			bool near = i == first || (bad_pointer && i == any);

			accuse(trace, i,
			       i == first && why == KDK_SUSPECT_FIRST
				       ? KDK_SUSPECT_FIRST_FOREIGN
			       : near && bad_pointer ? KDK_SUSPECT_BAD_POINTER
			       : near || why != KDK_SUSPECT_FIRST
				       ? why
				       : KDK_SUSPECT_NEAREST_FOREIGN,
			       ret);
			return;
		}
		if (plain == KDK_NO_FRAME && role_of(frame) == KDK_FUNCTION_PLAIN)
			plain = i;
	}
	if (plain == KDK_NO_FRAME)
		plain = any;
	if (plain == KDK_NO_FRAME)
		return;
	if (why == KDK_SUSPECT_FIRST && plain != first)
		why = bad_pointer && plain == any ? KDK_SUSPECT_BAD_POINTER
						  : KDK_SUSPECT_CALLER;
	accuse(trace, plain, why, ret);
}

static size_t count_function(const struct kdk_backtrace *trace, const char *name)
{
	size_t count = 0, end = kdk_backtrace_end(trace, 0, FRAMES);

	for (size_t i = 0; i < end; i++)
		if (trace->frames[i].function && !trace->frames[i].inlined &&
		    !strcmp(trace->frames[i].function, name))
			count++;
	return count;
}

/* The function that fills the stack, among those near its end. */
static bool search_recursion(const struct kdk_backtrace *trace, size_t first,
			     struct kdk_suspect *ret)
{
	size_t end = kdk_backtrace_end(trace, first, RECURSION);

	for (size_t i = first; i < end; i++) {
		size_t times;

		if (!is_accusable(&trace->frames[i]))
			continue;
		times = count_function(trace, trace->frames[i].function);
		if (times < RECURSION)
			continue;
		accuse(trace, i, KDK_SUSPECT_RECURSION, ret);
		ret->times = times;
		return true;
	}
	return false;
}

/* Who asked for memory; page faults of programs accuse nobody. */
static void search_allocating(const struct kdk_backtrace *trace, size_t first,
			      struct kdk_modules *modules, struct kdk_suspect *ret)
{
	size_t end = context_end(trace, first), at = KDK_NO_FRAME;

	for (size_t i = first; i < end; i++) {
		const struct kdk_frame *frame = &trace->frames[i];

		if (is_accusable(frame) &&
		    kdk_module_is_foreign(modules, frame->module)) {
			accuse(trace, i, KDK_SUSPECT_ALLOCATING, ret);
			return;
		}
		if (at == KDK_NO_FRAME && is_accusable(frame) &&
		    role_of(frame) == KDK_FUNCTION_PLAIN)
			at = i;
		if (frame->function && !strncmp(frame->function, "handle_mm_fault", 15))
			return;
	}
	if (at != KDK_NO_FRAME)
		accuse(trace, at, KDK_SUSPECT_ALLOCATING, ret);
}

void kdk_suspect_find(const struct kdk_backtrace *trace,
		      const struct kdk_trace_parts *parts, enum kdk_crash_kind kind,
		      struct kdk_modules *modules, struct kdk_suspect *ret)
{
	size_t first = parts->first;

	*ret = (struct kdk_suspect){ .frame = KDK_NO_FRAME };
	if (kind == KDK_CRASH_SYSRQ || kind == KDK_CRASH_MCE || kind == KDK_CRASH_NMI) {
		ret->why = kind == KDK_CRASH_SYSRQ ? KDK_SUSPECT_ASKED_FOR
			   : kind == KDK_CRASH_MCE ? KDK_SUSPECT_HARDWARE
						   : KDK_SUSPECT_OUTSIDE;
		return;
	}
	if (kdk_crash_kind_is_lockup(kind)) {
		size_t at = parts->interrupted != KDK_NO_FRAME ? parts->interrupted
			    : parts->fault != KDK_NO_FRAME     ? parts->fault
							       : first;

		if (at != KDK_NO_FRAME)
			search(trace, at, KDK_SUSPECT_INTERRUPTED, modules, ret);
		return;
	}
	if (first == KDK_NO_FRAME)
		return;
	if (kind == KDK_CRASH_STACK_OVERFLOW && search_recursion(trace, first, ret))
		return;
	if (kind == KDK_CRASH_OOM)
		search_allocating(trace, first, modules, ret);
	else
		search(trace, first,
		       kind == KDK_CRASH_HUNG_TASK ? KDK_SUSPECT_WAITING
						   : KDK_SUSPECT_FIRST,
		       modules, ret);
}
