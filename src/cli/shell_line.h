/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines from a person at a terminal: editing, completion, history. */
#ifndef KDK_SHELL_LINE_H
#define KDK_SHELL_LINE_H

#include "cli/shell.h"

/*
 * Prompts and runs until exit, Ctrl-D or the terminal's end. SIGINT must be blocked: at
 * the prompt it drops the line, while a command runs kdk_interrupt_pending() sees it.
 */
struct kdk_error *kdk_shell_interact(struct kdk_shell *shell);

#endif
