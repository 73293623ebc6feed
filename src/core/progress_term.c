/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/progress_term.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

_Static_assert(offsetof(struct kdk_progress_term, progress) == 0, "progress comes first");

#define REDRAW_NS 100000000

static int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool kdk_interrupt_pending(void)
{
	sigset_t pending;

	return !sigpending(&pending) && sigismember(&pending, SIGINT) > 0;
}

static bool progress_report(struct kdk_progress *progress, const char *what,
			    uint64_t done, uint64_t total)
{
	/* Its first member */
	struct kdk_progress_term *term = (struct kdk_progress_term *)progress;
	int64_t now;

	if (kdk_interrupt_pending())
		return false;
	if (!term->active)
		return true;
	now = monotonic_ns();
	if (now < term->next)
		return true;
	term->next = now + REDRAW_NS;
	if (total)
		fprintf(term->out, "\r\033[K%s: %u %%", what,
			(unsigned int)((double)done / (double)total * 100));
	else
		fprintf(term->out, "\r\033[K%s", what);
	fflush(term->out);
	term->shown = true;
	return true;
}

void kdk_progress_term_init(struct kdk_progress_term *term, FILE *out)
{
	*term = (struct kdk_progress_term){
		.progress.report = progress_report,
		.out = out,
		.active = isatty(fileno(out)),
	};
	/* Work that is over at once shows nothing. */
	term->next = term->active ? monotonic_ns() + REDRAW_NS : 0;
}

void kdk_progress_term_end(struct kdk_progress_term *term)
{
	if (!term->shown)
		return;
	fputs("\r\033[K", term->out);
	fflush(term->out);
	term->shown = false;
}
