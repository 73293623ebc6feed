/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that read an answer: what stands behind a '|', and the pager. */
#ifndef KDK_SHELL_PAGER_H
#define KDK_SHELL_PAGER_H

#include <stdio.h>
#include <sys/types.h>

#include "core/error.h"

struct kdk_shell_pager;

/*
 * Two streams into one answer: *ret_out, and *ret_err whose text comes in between as it
 * was written. The answer is held back until it is longer than the screen of `terminal`,
 * when a pager is started for it. KDK_ERROR_MEMORY is the only error.
 */
struct kdk_error *kdk_shell_pager_open(FILE *terminal, FILE **ret_out, FILE **ret_err,
				       struct kdk_shell_pager **ret);

/* Shows what was held back or waits for the pager. Closes both streams. */
void kdk_shell_pager_close(struct kdk_shell_pager *pager);

/* text for the person's shell, with signals as programs expect them; input -1: ours. */
struct kdk_error *kdk_shell_spawn(const char *text, int input, pid_t *ret);

/* Exit code, or 128 + signal. */
int kdk_shell_wait(pid_t child);

#endif
