/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shell: commands on a dump that stays open between them. */
#ifndef KDK_SHELL_H
#define KDK_SHELL_H

#include "cli/command.h"
#include "cli/shell_alias.h"
#include "cli/shell_parse.h"
#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/tasks.h"

struct kdk_shell {
	struct kdk_cli *cli;
	struct kdk_kernel *kernel;	/* owned by who runs the shell */
	const char *dump;		/* its first file */
	struct kdk_shell_aliases aliases;
	bool interactive;	/* SIGINT is blocked and looked for between commands */
	bool pager;
	bool task_chosen;
	uint64_t task;			/* task_struct, once task_chosen */
	bool done;			/* exit was typed */
	int exit;	/* of the last command: enum kdk_exit, or a program's */
};

/*
 * Runs the commands of one line or of a whole file; errors are printed and remembered
 * in shell->exit.
 */
void kdk_shell_run(struct kdk_shell *shell, const char *text);

/* One command, its words already taken apart. Changes them. */
struct kdk_error *kdk_shell_dispatch(struct kdk_shell *shell, struct kdk_cli *cli,
				     struct kdk_shell_line *line);

/* "kdumpkit: " and the chain, escaped. Sets cli->exit and takes over err. */
void kdk_shell_complain(struct kdk_cli *cli, struct kdk_error *err);

/* A command that the dump in hand is given to. */
bool kdk_shell_offers(const struct kdk_command *command);

/* What only the shell has. */
struct kdk_shell_builtin {
	const char *name;		/* NULL ends the list */
	const char *arguments;
	const char *summary;		/* N_() */
	struct kdk_error *(*run)(struct kdk_shell *shell, struct kdk_cli *cli,
				 struct kdk_shell_line *line);
};

extern const struct kdk_shell_builtin kdk_shell_builtins[];
const struct kdk_shell_builtin *kdk_shell_builtin_find(const char *name);

/* The task that commands are about when they name none: chosen, or who crashed. */
struct kdk_error *kdk_shell_task(struct kdk_shell *shell, struct kdk_task *ret);

/* set [PID|ADDRESS|-p|-c CPU], set pager on|off */
struct kdk_error *kdk_shell_set(struct kdk_shell *shell, struct kdk_cli *cli,
				struct kdk_shell_line *line);

/* foreach [SELECTOR…] COMMAND … */
struct kdk_error *kdk_shell_each(struct kdk_shell *shell, struct kdk_cli *cli,
				 struct kdk_shell_line *line);

/* p SYMBOL[.MEMBER][:CPU] */
struct kdk_error *kdk_shell_print(struct kdk_shell *shell, struct kdk_cli *cli,
				  struct kdk_shell_line *line);

/* help [COMMAND] */
struct kdk_error *kdk_shell_help(struct kdk_shell *shell, struct kdk_cli *cli,
				 struct kdk_shell_line *line);

/* Commands that take a PID and are of use for many tasks, ending with NULL. */
extern const char *const kdk_shell_task_commands[];

#endif
