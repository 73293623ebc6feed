/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Long work tells how far it is; whoever watches may ask it to stop. */
#ifndef KDK_PROGRESS_H
#define KDK_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Embedded in the watcher's own struct. All times and rates are the watcher's business. */
struct kdk_progress {
	/* Called every so often; false asks the work to end with an error. */
	bool (*report)(struct kdk_progress *progress, const char *what,
		       uint64_t done, uint64_t total);
};

/* NULL progress: true. */
static inline bool kdk_progress_report(struct kdk_progress *progress, const char *what,
				       uint64_t done, uint64_t total)
{
	return !progress || progress->report(progress, what, done, total);
}

#endif
