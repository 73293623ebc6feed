/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands that show a fact of a dumped kernel have in common. */
#ifndef KDK_CLI_FACT_H
#define KDK_CLI_FACT_H

#include "cli/open.h"
#include "core/json.h"
#include "core/table.h"
#include "vmcore/inspect/remarks.h"

/* The last lines of every list of options. */
#define KDK_CLI_FACT_OPTIONS \
	{ 0, "part", "FILE", N_("another part of a split set (may be repeated)") }, \
	KDK_SYMBOL_OPTIONS, \
	{ 0 },

struct kdk_cli_fact {
	struct kdk_cli *cli;
	struct kdk_kernel *kernel;	/* owned */
	char **arguments;		/* after the dump */
	size_t count;
	bool given[128];		/* by short option: it was there */
	const char *value[128];		/* its argument */
	/* private */
	struct kdk_cli_parts parts;
};

/* Parses the options, which all have short names but --part, and opens the dump. */
struct kdk_error *kdk_cli_fact_open(struct kdk_cli *cli, const struct kdk_option *options,
				    int argc, char **argv, struct kdk_cli_fact *ret);
void kdk_cli_fact_deinit(struct kdk_cli_fact *fact);

/* KDK_ERROR_USAGE when there are more than `max` arguments. */
struct kdk_error *kdk_cli_fact_arguments(const struct kdk_cli_fact *fact, size_t max);

/*
 * Calls `show` for each process number among the arguments. With --json it writes an
 * object into the array "tasks". No number is KDK_ERROR_USAGE.
 */
struct kdk_error *kdk_cli_fact_tasks(struct kdk_cli_fact *fact,
				     struct kdk_error *(*show)(struct kdk_cli *cli,
							       struct kdk_kernel *kernel,
							       const char *pid,
							       struct kdk_json *json));

/* The remarks of an answer: on cli->err, or as JSON's "notes". */
void kdk_cli_remarks(struct kdk_cli *cli, const struct kdk_remarks *remarks);
void kdk_cli_remarks_json(struct kdk_json *json, const struct kdk_remarks *remarks);

/* A process number. KDK_ERROR_USAGE when it is none. */
struct kdk_error *kdk_cli_pid(const char *text, int32_t *ret);

#endif
