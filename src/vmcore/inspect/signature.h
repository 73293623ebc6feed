/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A name for a crash that is the same each time it happens, wherever the kernel was
 * loaded. */
#ifndef KDK_SIGNATURE_H
#define KDK_SIGNATURE_H

#include "vmcore/inspect/suspect.h"

/*
 * "KIND:FUNCTION:HASH": kind, where it happened, and a hash over both and the functions
 * that led there, without offsets, addresses, compilers' suffixes, inlined calls or
 * guesses. Bytes that are not printable ASCII are '?'. The text is the caller's.
 */
struct kdk_error *kdk_signature_make(enum kdk_crash_kind kind,
				     const struct kdk_backtrace *trace,
				     const struct kdk_trace_parts *parts,
				     const struct kdk_suspect *suspect, char **ret);

#endif
