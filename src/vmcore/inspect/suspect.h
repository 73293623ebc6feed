/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which function a crash is to be looked for in: past the code that handles crashes. */
#ifndef KDK_SUSPECT_H
#define KDK_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>

#include "vmcore/inspect/crash_kind.h"
#include "vmcore/kernel/frame.h"
#include "vmcore/kernel/modules.h"

enum kdk_function_role {
	KDK_FUNCTION_PLAIN,
	KDK_FUNCTION_MACHINERY, /* handles the crash, or the exception it began with */
	KDK_FUNCTION_CHECK,	/* the kernel's own check of what its caller did */
	KDK_FUNCTION_HELPER,	/* works on what it is handed: memcpy(), kfree(), locks */
	KDK_FUNCTION_ALLOCATOR, /* where a machine without memory stops */
	KDK_FUNCTION_ENTRY,	/* where the kernel is entered and tasks begin */
};

enum kdk_function_role kdk_function_role(const char *name);

/* Name without what compilers add (".cold", ".isra.0"): bytes of it that count. */
size_t kdk_function_base(const char *name);

#define KDK_NO_FRAME SIZE_MAX

/* The parts of a trace, as indexes of frames. */
struct kdk_trace_parts {
	size_t first; /* that is no panic machinery; KDK_NO_FRAME: none */
	size_t fault; /* that the exception which led to the crash was taken in; or none */
	size_t interrupted; /* that the interrupt which crashed had stopped; or none */
};

void kdk_trace_parts_find(const struct kdk_backtrace *trace, struct kdk_trace_parts *ret);

enum kdk_suspect_why {
	KDK_SUSPECT_NONE,
	KDK_SUSPECT_ASKED_FOR, /* by sysrq: nobody is */
	KDK_SUSPECT_HARDWARE,
	KDK_SUSPECT_OUTSIDE,	     /* whoever sent the NMI */
	KDK_SUSPECT_FIRST,	     /* it is where it happened */
	KDK_SUSPECT_FIRST_FOREIGN,   /* the same, in a module from elsewhere */
	KDK_SUSPECT_NEAREST_FOREIGN, /* a module from elsewhere led to where it happened */
	KDK_SUSPECT_CALLER,	     /* it called a helper or check that failed */
	KDK_SUSPECT_BAD_POINTER,     /* it called a function that is none */
	KDK_SUSPECT_INTERRUPTED,     /* it was running when the watchdog looked */
	KDK_SUSPECT_WAITING,	     /* it waits there */
	KDK_SUSPECT_RECURSION,	     /* it is on the stack many times */
	KDK_SUSPECT_ALLOCATING,	     /* it asked for the memory that there was not */
};

struct kdk_suspect {
	size_t frame;	      /* KDK_NO_FRAME: none */
	const char *function; /* of that frame; NULL: none */
	const char *module;   /* of that frame; NULL: the kernel */
	enum kdk_suspect_why why;
	size_t times; /* RECURSION: it is on the stack */
};

/* modules may be NULL. Pointers are into the trace. */
void kdk_suspect_find(const struct kdk_backtrace *trace,
		      const struct kdk_trace_parts *parts, enum kdk_crash_kind kind,
		      struct kdk_modules *modules, struct kdk_suspect *ret);

/* A sentence; a constant, to be translated by who shows it. */
const char *kdk_suspect_why_text(enum kdk_suspect_why why);

/* Out of tree, proprietary, forced, staging or unsigned. */
bool kdk_module_is_foreign(struct kdk_modules *modules, const char *name);

#endif
