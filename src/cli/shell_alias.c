/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shell_alias.h"

#include <stdlib.h>
#include <string.h>

#include "core/i18n.h"
#include "core/text.h"

#define BLANKS " \t\r"
/* What cannot be in a name: it would mean something else in a line. */
#define NO_NAME " \t\r\n=|><;#'\"\\!"

static size_t position(const struct kdk_shell_aliases *aliases, const char *name,
		       size_t length, bool *ret_found)
{
	size_t i;

	*ret_found = false;
	for (i = 0; i < aliases->count; i++) {
		const char *other = aliases->aliases[i].name;
		int order = strncmp(other, name, length);

		if (!order && !other[length])
			*ret_found = true;
		if (order > 0 || (!order && other[length]) || *ret_found)
			break;
	}
	return i;
}

struct kdk_error *kdk_shell_alias_set(struct kdk_shell_aliases *aliases, const char *text)
{
	size_t length = strcspn(text, NO_NAME), at;
	struct kdk_shell_alias new, *all;
	bool found;

	if (!length || text[length] != '=')
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("alias takes NAME=VALUE, not \"%s\""), text);
	at = position(aliases, text, length, &found);
	new = (struct kdk_shell_alias){ strndup(text, length), strdup(text + length + 1),
					false };
	all = found ? aliases->aliases :
		reallocarray(aliases->aliases, aliases->count + 1, sizeof(*all));
	if (all)
		aliases->aliases = all;
	if (!all || !new.name || !new.value) {
		free(new.name);
		free(new.value);
		return &kdk_enomem;
	}
	if (found) {
		new.busy = all[at].busy;
		free(all[at].name);
		free(all[at].value);
	} else {
		memmove(all + at + 1, all + at, (aliases->count - at) * sizeof(*all));
		aliases->count++;
	}
	all[at] = new;
	return NULL;
}

bool kdk_shell_alias_remove(struct kdk_shell_aliases *aliases, const char *name)
{
	struct kdk_shell_alias *all = aliases->aliases;
	bool found;
	size_t at = position(aliases, name, strlen(name), &found);

	if (!found)
		return false;
	free(all[at].name);
	free(all[at].value);
	memmove(all + at, all + at + 1, (--aliases->count - at) * sizeof(*all));
	return true;
}

/* The first word's place: *ret_start … *ret_end */
static void first_word(const char *text, size_t length, size_t *ret_start,
		       size_t *ret_end)
{
	size_t start = strspn(text, BLANKS), end;

	end = start + strcspn(text + start, NO_NAME);
	*ret_start = start < length ? start : length;
	*ret_end = end < length ? end : length;
}

struct kdk_shell_alias *kdk_shell_alias_find(struct kdk_shell_aliases *aliases,
					     const char *text, size_t length)
{
	size_t start, end, at;
	bool found;

	first_word(text, length, &start, &end);
	/* A quoted or otherwise glued word is taken as it is. */
	if (start == end || (end < length && !strchr(BLANKS "|>#", text[end])))
		return NULL;
	at = position(aliases, text + start, end - start, &found);
	return found && !aliases->aliases[at].busy ? &aliases->aliases[at] : NULL;
}

void kdk_shell_alias_release(struct kdk_shell_aliases *aliases, const char *name)
{
	bool found;
	size_t at = position(aliases, name, strlen(name), &found);

	if (found)
		aliases->aliases[at].busy = false;
}

struct kdk_error *kdk_shell_alias_expand(const struct kdk_shell_alias *alias,
					 const char *text, size_t length, char **ret)
{
	struct kdk_buffer buffer = { 0 };
	size_t start, end;

	first_word(text, length, &start, &end);
	kdk_buffer_puts(&buffer, alias->value);
	kdk_buffer_add(&buffer, text + end, length - end);
	return kdk_buffer_take(&buffer, ret);
}

void kdk_shell_aliases_deinit(struct kdk_shell_aliases *aliases)
{
	for (size_t i = 0; i < aliases->count; i++) {
		free(aliases->aliases[i].name);
		free(aliases->aliases[i].value);
	}
	free(aliases->aliases);
	*aliases = (struct kdk_shell_aliases){ 0 };
}
