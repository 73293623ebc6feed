/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a dump whole? What its filter left out on purpose does not make it incomplete. */
#ifndef KDK_CHECK_H
#define KDK_CHECK_H

#include <stdbool.h>

#include "core/error.h"
#include "core/progress.h"
#include "vmcore/kernel/kernel.h"

struct kdk_check {
	bool complete;		/* not marked incomplete, nothing lost, nothing that does not decode */
	bool deep;		/* every present page has been read */
	bool marked;		/* the writer says that it did not finish */
	bool has_info;		/* vmcoreinfo is there: symbols and the log can be found */
	struct kdk_dump_census census;
};

/* Reads headers and page descriptors; `deep` every page too. Free with kdk_check_deinit(). */
struct kdk_error *kdk_check_run(const struct kdk_kernel *kernel, bool deep,
				struct kdk_progress *progress, struct kdk_check *ret);
void kdk_check_deinit(struct kdk_check *check);

#endif
