/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/task_find.h"

struct kdk_error *kdk_task_find(struct kdk_kernel *kernel, int32_t pid,
				struct kdk_task *ret)
{
	struct kdk_tasks tasks = { 0 };
	const struct kdk_task *task;
	struct kdk_error *err = kdk_tasks_read(kernel, &tasks);

	if (err)
		return err;
	task = kdk_tasks_by_pid(&tasks, pid);
	if (task)
		*ret = *task;
	else
		err = kdk_error_new(KDK_ERROR_USAGE, "there is no task %d; ps lists them",
				    pid);
	kdk_tasks_deinit(&tasks);
	return err;
}
