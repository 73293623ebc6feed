/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the dump that a command was given. */
#ifndef KDK_CLI_OPEN_H
#define KDK_CLI_OPEN_H

#include "cli/command.h"
#include "vmcore/kernel/kernel.h"

/*
 * Opens the file, or the parts of a split set, at paths. What is odd but bearable
 * is said on cli->err. No path is KDK_ERROR_USAGE. Within the shell the answer is the
 * shell's dump, which stays open when it is destroyed.
 */
struct kdk_error *kdk_cli_open(struct kdk_cli *cli, char **paths, size_t count,
			       struct kdk_kernel **ret);

/* Further files of a split set, given by --part; the strings are borrowed. */
struct kdk_cli_parts {
	char **paths;
	size_t count;
};

struct kdk_error *kdk_cli_parts_add(struct kdk_cli_parts *parts, const char *path);
void kdk_cli_parts_deinit(struct kdk_cli_parts *parts);

/* As kdk_cli_open(), for commands whose arguments go on after the dump. path may be NULL. */
struct kdk_error *kdk_cli_open_parts(struct kdk_cli *cli, char *path, struct kdk_cli_parts *parts,
				     struct kdk_kernel **ret);

/* "kdumpkit: note: " and the text, escaped, on cli->err. */
void kdk_cli_note(struct kdk_cli *cli, const char *text);

/* An address: hexadecimal, or a symbol ("name", "module:name") with an optional +OFFSET or -OFFSET. */
struct kdk_error *kdk_cli_address(struct kdk_kernel *kernel, const char *text, uint64_t *ret);

#endif
