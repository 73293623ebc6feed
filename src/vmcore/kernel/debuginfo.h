/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the person wants symbols and types from, beside the dump. */
#ifndef KDK_DEBUGINFO_H
#define KDK_DEBUGINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* All zero: the dump first, then what is found on this machine. Strings are borrowed. */
struct kdk_debuginfo_options {
	const char *vmlinux;		/* --vmlinux FILE: must fit the dump */
	const char *system_map;		/* --system-map FILE */
	const char *debug_dir;		/* --debug-dir DIR: instead of /usr/lib/debug */
	bool none;			/* --no-debuginfo: the dump alone */
};

#endif
