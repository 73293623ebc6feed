/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What debuginfo adds to a backtrace. */
#ifndef KDK_FRAME_LINES_H
#define KDK_FRAME_LINES_H

#include "vmcore/kernel/debuginfo.h"
#include "vmcore/kernel/frame.h"

/*
 * Frames of the kernel's functions get file and line. Calls that the compiler inlined
 * become frames of their own above the one that has their code.
 */
struct kdk_error *kdk_backtrace_add_lines(struct kdk_backtrace *trace,
					  struct kdk_debuginfo *debuginfo);

#endif
