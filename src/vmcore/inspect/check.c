/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/check.h"

#include <string.h>

struct kdk_error *kdk_check_run(const struct kdk_kernel *kernel, bool deep,
				struct kdk_progress *progress, struct kdk_check *ret)
{
	struct kdk_check check = {
		.deep = deep,
		.marked = kernel->dump->facts.incomplete,
		.has_info = kernel->info,
	};
	struct kdk_error *err = kdk_dump_count(kernel->dump, deep, progress, &check.census);

	if (err)
		return kdk_error_wrap(err, "checking the dump");
	check.complete = !check.marked && !check.census.lost && !check.census.bad_pages;
	*ret = check;
	return NULL;
}

void kdk_check_deinit(struct kdk_check *check)
{
	kdk_dump_census_deinit(&check->census);
}
