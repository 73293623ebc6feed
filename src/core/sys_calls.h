/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two sets of calls a struct kdk_sys is made with; tests bring their own. */
#ifndef KDK_SYS_CALLS_H
#define KDK_SYS_CALLS_H

#include "core/sys.h"

extern const struct kdk_sys_calls kdk_sys_calls_host;

/* Those of another machine's root: everything but the clock is an error. */
extern const struct kdk_sys_calls kdk_sys_calls_refused;

#endif
