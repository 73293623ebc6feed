/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of this machine that may describe the dumped kernel. */
#ifndef KDK_DEBUGINFO_PLACES_H
#define KDK_DEBUGINFO_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "vmcore/kernel/kernel.h"

enum kdk_place_kind {
	KDK_PLACE_VMLINUX,	/* with debuginfo */
	KDK_PLACE_SYSTEM_MAP,
};

#define KDK_PLACE_MAX 4096

/*
 * The path of candidate `index`, by the build id first; whether it is there is for the
 * caller to see. False past the last one. Options of the kernel are obeyed.
 */
bool kdk_debuginfo_place(const struct kdk_kernel *kernel, enum kdk_place_kind kind,
			 size_t index, char path[KDK_PLACE_MAX]);

#endif
