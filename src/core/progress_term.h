/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress as one line on a terminal that overwrites itself. */
#ifndef KDK_PROGRESS_TERM_H
#define KDK_PROGRESS_TERM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/progress.h"

struct kdk_progress_term {
	struct kdk_progress progress;	/* hand &this to the work */
	/* private */
	FILE *out;
	bool active;			/* out is a terminal */
	bool shown;
	int64_t next;			/* monotonic ns before which nothing is drawn */
};

/*
 * SIGINT has come while it is blocked: who blocked it wants work to end, not the program.
 * A progress below asks the work to stop when that is so.
 */
bool kdk_interrupt_pending(void);

/* Silent unless out is a terminal. */
void kdk_progress_term_init(struct kdk_progress_term *term, FILE *out);

/* Wipes the line; what is printed next starts at its beginning. */
void kdk_progress_term_end(struct kdk_progress_term *term);

#endif
