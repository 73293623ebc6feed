/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One task by its number. */
#ifndef KDK_TASK_FIND_H
#define KDK_TASK_FIND_H

#include "vmcore/kernel/tasks.h"

/* KDK_ERROR_USAGE when there is none. */
struct kdk_error *kdk_task_find(struct kdk_kernel *kernel, int32_t pid,
				struct kdk_task *ret);

#endif
