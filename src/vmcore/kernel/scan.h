/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmcoreinfo of a dump that has no note of it: searched for in memory itself. */
#ifndef KDK_SCAN_H
#define KDK_SCAN_H

#include <stddef.h>

#include "core/error.h"
#include "core/progress.h"
#include "vmcore/format/format.h"

/*
 * Looks at the starts of present pages, where kernels since 4.13 keep it, and, when
 * nothing there belongs to the kernel that was running, through all present memory. Of
 * several texts (a capture kernel's, an earlier boot's) the one that fits the memory
 * best wins. *ret is NUL-terminated and the caller's. KDK_ERROR_ABSENT when there is
 * none, KDK_ERROR_USAGE when progress asked to stop.
 */
struct kdk_error *kdk_vmcoreinfo_scan(const struct kdk_dump *dump,
				      struct kdk_progress *progress,
				      char **ret, size_t *ret_size);

#endif
