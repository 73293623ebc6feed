/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that stand for the beginning of a line: "alias pb=bt --all | head -50". */
#ifndef KDK_SHELL_ALIAS_H
#define KDK_SHELL_ALIAS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct kdk_shell_alias {
	char *name, *value;
	bool busy;	/* being run: does not stand for itself; set by who runs it */
};

struct kdk_shell_aliases {
	struct kdk_shell_alias *aliases;	/* by name */
	size_t count;
};

/* "name=value"; replaces an older one of that name. KDK_ERROR_USAGE: no proper name. */
struct kdk_error *kdk_shell_alias_set(struct kdk_shell_aliases *aliases,
				      const char *text);

/* False: there is none. */
bool kdk_shell_alias_remove(struct kdk_shell_aliases *aliases, const char *name);

/* The alias that is the first word of `length` bytes; NULL: none, or it is busy. */
struct kdk_shell_alias *kdk_shell_alias_find(struct kdk_shell_aliases *aliases,
					     const char *text, size_t length);

/* Ends `busy`, if the alias is still there. */
void kdk_shell_alias_release(struct kdk_shell_aliases *aliases, const char *name);

/* The command with its alias replaced; the caller frees it. */
struct kdk_error *kdk_shell_alias_expand(const struct kdk_shell_alias *alias,
					 const char *text, size_t length, char **ret);

void kdk_shell_aliases_deinit(struct kdk_shell_aliases *aliases);

#endif
