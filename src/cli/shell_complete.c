/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shell_complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/shell_names.h"
#include "core/text.h"
#include "vmcore/kernel/modules.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/types.h"

#define MEMBERS_MAX 100000

/* What an argument of a command is. */
enum argument {
	ARGUMENT_NONE,
	ARGUMENT_SYMBOL = 1,
	ARGUMENT_TYPE = 2,	/* or TYPE.MEMBER */
	ARGUMENT_MEMBER = 4,	/* of the type named before */
	ARGUMENT_MODULE = 8,
	ARGUMENT_COMMAND = 16,
	ARGUMENT_TASKS = 32,	/* of foreach */
	ARGUMENT_SETTING = 64,
	ARGUMENT_ALIAS = 128,
};

/* By place behind the command's name; the last one holds for all that follow. */
static const struct {
	const char *command;
	unsigned int arguments[3];
} commands[] = {
	{ "*", { ARGUMENT_TYPE, ARGUMENT_SYMBOL, ARGUMENT_MEMBER } },
	{ "alias", { ARGUMENT_ALIAS, ARGUMENT_COMMAND } },
	{ "dis", { ARGUMENT_SYMBOL } },
	{ "foreach", { ARGUMENT_TASKS, ARGUMENT_TASKS, ARGUMENT_TASKS } },
	{ "help", { ARGUMENT_COMMAND } },
	{ "list", { ARGUMENT_TYPE | ARGUMENT_SYMBOL, ARGUMENT_TYPE | ARGUMENT_SYMBOL,
		    ARGUMENT_TYPE | ARGUMENT_SYMBOL } },
	{ "mod", { ARGUMENT_MODULE, ARGUMENT_MODULE, ARGUMENT_MODULE } },
	{ "p", { ARGUMENT_SYMBOL } },
	{ "rd", { ARGUMENT_SYMBOL } },
	{ "set", { ARGUMENT_SETTING, ARGUMENT_SETTING } },
	{ "struct", { ARGUMENT_TYPE, ARGUMENT_SYMBOL, ARGUMENT_MEMBER } },
	{ "sym", { ARGUMENT_SYMBOL, ARGUMENT_SYMBOL, ARGUMENT_SYMBOL } },
	{ "tree", { ARGUMENT_TYPE | ARGUMENT_SYMBOL, ARGUMENT_TYPE | ARGUMENT_SYMBOL,
		    ARGUMENT_TYPE | ARGUMENT_SYMBOL } },
	{ "unalias", { ARGUMENT_ALIAS } },
	{ "union", { ARGUMENT_TYPE, ARGUMENT_SYMBOL, ARGUMENT_MEMBER } },
	{ "vtop", { ARGUMENT_SYMBOL, ARGUMENT_SYMBOL, ARGUMENT_SYMBOL } },
	{ "walk", { ARGUMENT_SYMBOL, ARGUMENT_TYPE, ARGUMENT_MEMBER } },
	{ "whatis", { ARGUMENT_TYPE | ARGUMENT_SYMBOL, ARGUMENT_TYPE | ARGUMENT_SYMBOL,
		      ARGUMENT_TYPE | ARGUMENT_SYMBOL } },
};

struct completion {
	struct kdk_shell *shell;
	const char *word;	/* begun; not NUL-terminated */
	size_t length;
	struct kdk_shell_candidates *found;
	size_t capacity;
	size_t looked_at;	/* members: types of a hostile dump may hold themselves */
	bool failed;
};

static bool is_typable(const char *name)
{
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_.:@$-*", *name))
			return false;
	return true;
}

/* prefix stands before name in the word. */
static void offer(struct completion *completion, const char *prefix, const char *name)
{
	struct kdk_shell_candidates *found = completion->found;
	struct kdk_buffer whole = { 0 };
	struct kdk_error *err;
	char *text;

	if (completion->failed || !*name || !is_typable(name))
		return;
	/* Most names of a kernel do not fit: that is seen without a copy. */
	if (!*prefix && strncmp(name, completion->word, completion->length))
		return;
	kdk_buffer_puts(&whole, prefix);
	kdk_buffer_puts(&whole, name);
	err = kdk_buffer_take(&whole, &text);
	if (!err && strncmp(text, completion->word, completion->length)) {
		free(text);
		return;
	}
	if (!err && found->count == completion->capacity) {
		size_t capacity = completion->capacity ? completion->capacity * 2 : 64;
		char **names = reallocarray(found->names, capacity, sizeof(*names));

		if (names) {
			found->names = names;
			completion->capacity = capacity;
		} else {
			free(text);
			err = &kdk_enomem;
		}
	}
	if (err)
		completion->failed = true;
	else
		found->names[found->count++] = text;
}

static bool visit_symbol(void *context, const struct kdk_symbol *symbol)
{
	offer(context, "", symbol->name);
	return true;
}

static void offer_symbols(struct completion *completion)
{
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(completion->shell->kernel, &symbols);

	if (!err)
		kdk_symbols_each(symbols, visit_symbol, completion);
	kdk_error_destroy(err);
}

static void offer_modules(struct completion *completion)
{
	struct kdk_modules *modules;
	struct kdk_error *err = kdk_kernel_modules(completion->shell->kernel, &modules);

	for (size_t i = 0; !err && i < modules->count; i++)
		offer(completion, "", modules->modules[i].name);
	kdk_error_destroy(err);
}

/* Members of a struct, those of anonymous ones inside it too. */
static void offer_members(struct completion *completion, struct kdk_types *types,
			  uint32_t id, const char *prefix, unsigned int depth)
{
	struct kdk_type_member member;
	struct kdk_type type;

	id = kdk_types_resolve(types, id);
	if (!kdk_types_get(types, id, &type) || depth > 8 ||
	    (type.kind != KDK_TYPE_STRUCT && type.kind != KDK_TYPE_UNION))
		return;
	for (uint32_t i = 0; i < type.count && !completion->failed; i++) {
		if (completion->looked_at++ >= MEMBERS_MAX ||
		    !kdk_types_member(types, id, i, &member))
			return;
		if (*member.name)
			offer(completion, prefix, member.name);
		else
			offer_members(completion, types, member.type, prefix, depth + 1);
	}
}

/* `path` is "task_struct.thread.": what may stand behind it. */
static void offer_path(struct completion *completion, struct kdk_types *types,
		       const char *path, const char *prefix)
{
	_cleanup_free_ char *type = strndup(path, strcspn(path, "."));
	const char *members = strchr(path, '.');
	struct kdk_field field;
	uint32_t id;

	if (!type || !kdk_types_find(types, type, &id))
		return;
	if (members && members[1]) {
		_cleanup_free_ char *inner =
			strndup(members + 1, strlen(members + 1) - 1);
		struct kdk_error *err =
			inner ? kdk_types_member_path(types, id, inner, &field)
			      : &kdk_enomem;

		kdk_error_destroy(err);
		if (err)
			return;
		id = field.type;
	}
	offer_members(completion, types, id, prefix, 0);
}

static void offer_types(struct completion *completion, struct kdk_types *types)
{
	_cleanup_free_ char *word = strndup(completion->word, completion->length);
	struct kdk_type type;
	char *dot = word ? strrchr(word, '.') : NULL;

	if (dot) {
		dot[1] = '\0';
		offer_path(completion, types, word, word);
		return;
	}
	completion->found->open = true;
	for (uint32_t id = 1; kdk_types_get(types, id, &type); id++)
		if (type.kind == KDK_TYPE_STRUCT || type.kind == KDK_TYPE_UNION ||
		    type.kind == KDK_TYPE_ENUM || type.kind == KDK_TYPE_TYPEDEF)
			offer(completion, "", type.name);
}

/* Members of the type that stands before: "struct task_struct.pid,…" */
static void offer_more_members(struct completion *completion, struct kdk_types *types,
			       const struct kdk_shell_line *line)
{
	_cleanup_free_ char *word = strndup(completion->word, completion->length);
	char *dot = word ? strrchr(word, '.') : NULL;
	uint32_t id;

	if (!word)
		return;
	if (dot)
		dot[1] = '\0';
	for (size_t at = 1; at < line->count; at++) {
		struct kdk_buffer path = { 0 };
		_cleanup_free_ char *type = strndup(line->words[at],
						    strcspn(line->words[at], ".")),
				    *whole = NULL;
		struct kdk_error *err;

		if (!type || line->words[at][0] == '-' ||
		    !kdk_types_find(types, type, &id))
			continue;
		kdk_buffer_printf(&path, "%s.%s", type, dot ? word : "");
		err = kdk_buffer_take(&path, &whole);
		kdk_error_destroy(err);
		if (!err)
			offer_path(completion, types, whole, dot ? word : "");
		return;
	}
}

static void offer_commands(struct completion *completion)
{
	for (const struct kdk_command_group *group = kdk_command_groups; group->title;
	     group++)
		for (const struct kdk_command *const *at = group->commands; *at; at++)
			if (kdk_shell_offers(*at))
				offer(completion, "", (*at)->name);
	for (const struct kdk_shell_builtin *at = kdk_shell_builtins; at->name; at++)
		offer(completion, "", at->name);
	for (const struct kdk_shell_name *at = kdk_shell_names; at->name; at++)
		offer(completion, "", at->name);
}

static void offer_aliases(struct completion *completion)
{
	for (size_t i = 0; i < completion->shell->aliases.count; i++)
		offer(completion, "", completion->shell->aliases.aliases[i].name);
}

static void offer_options(struct completion *completion, const char *name)
{
	const struct kdk_command *command;
	const struct kdk_option *option;

	for (const struct kdk_shell_name *at = kdk_shell_names; at->name; at++)
		if (!strcmp(at->name, name))
			name = at->command;
	for (const struct kdk_command_group *group = kdk_command_groups; group->title;
	     group++)
		for (const struct kdk_command *const *at = group->commands; *at; at++) {
			command = *at;
			if (strcmp(command->name, name) || !kdk_shell_offers(command))
				continue;
			for (option = command->options; option && option->long_name;
			     option++)
				if (option->short_name > KDK_OPTION_SYMBOL_END ||
				    !option->short_name)
					offer(completion, "--", option->long_name);
			offer(completion, "--", "json");
			offer(completion, "--", "help");
		}
}

static void offer_words(struct completion *completion, const char *const *words)
{
	for (; *words; words++)
		offer(completion, "", *words);
}

static void offer_argument(struct completion *completion, unsigned int what,
			   const struct kdk_shell_line *line)
{
	static const char *const tasks[] = { "user", "kernel", "active", "RU", "IN",
					     "UN", "ST", "ZO", "ID", NULL };
	static const char *const settings[] = { "pager", "on", "off", NULL };
	struct kdk_types *types = NULL;

	if (what & (ARGUMENT_TYPE | ARGUMENT_MEMBER)) {
		struct kdk_error *err =
			kdk_kernel_types(completion->shell->kernel, &types);

		if (err)
			types = NULL;
		kdk_error_destroy(err);
	}
	if (what & ARGUMENT_SYMBOL)
		offer_symbols(completion);
	if ((what & ARGUMENT_TYPE) && types)
		offer_types(completion, types);
	if ((what & ARGUMENT_MEMBER) && types)
		offer_more_members(completion, types, line);
	if (what & ARGUMENT_MODULE)
		offer_modules(completion);
	if (what & ARGUMENT_COMMAND)
		offer_commands(completion);
	if (what & (ARGUMENT_ALIAS | ARGUMENT_COMMAND))
		offer_aliases(completion);
	if (what & ARGUMENT_TASKS) {
		offer_words(completion, tasks);
		offer_words(completion, kdk_shell_task_commands);
	}
	if (what & ARGUMENT_SETTING)
		offer_words(completion, settings);
}

/* Which argument the word is, by those that stand before it. */
static unsigned int argument_at(const struct kdk_shell_line *line)
{
	size_t place = 0;

	for (size_t at = 1; at < line->count; at++)
		if (line->words[at][0] != '-')
			place++;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].command, line->words[0]))
			return commands[i].arguments[place < 3 ? place : 2];
	return ARGUMENT_NONE;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct kdk_shell_candidates *found)
{
	size_t kept = 0;

	if (!found->count)
		return;
	qsort(found->names, found->count, sizeof(*found->names), compare);
	for (size_t i = 1; i < found->count; i++) {
		if (strcmp(found->names[kept], found->names[i]))
			found->names[++kept] = found->names[i];
		else
			free(found->names[i]);
	}
	found->count = kept + 1;
}

/* Where the command that holds line[at] begins. */
static size_t command_start(const char *line, size_t at)
{
	size_t start = 0;

	for (;;) {
		size_t length = kdk_shell_command_length(line + start);

		if (start + length >= at || !line[start + length])
			return start;
		start += length + 1;
	}
}

struct kdk_error *kdk_shell_complete(struct kdk_shell *shell, const char *line,
				     size_t start, size_t end,
				     struct kdk_shell_candidates *ret)
{
	struct kdk_shell_candidates found = { 0 };
	struct completion completion = {
		.shell = shell, .word = line + start, .length = end - start, .found = &found,
	};
	size_t begin = command_start(line, start);
	struct kdk_shell_line words = { 0 };
	struct kdk_error *err = kdk_shell_parse(line + begin, start - begin, &words);

	/* "bt | …" and "bt > …" are cut short here, which is no whole command. */
	kdk_error_destroy(err);
	found.files = err || words.pipe || words.escape;
	if (!found.files && !words.count)
		offer_argument(&completion, ARGUMENT_COMMAND, &words);
	else if (!found.files && *completion.word == '-' && completion.length)
		offer_options(&completion, words.words[0]);
	else if (!found.files && start > begin && line[start - 1] == ',')
		offer_argument(&completion, ARGUMENT_MEMBER, &words);
	else if (!found.files)
		offer_argument(&completion, argument_at(&words), &words);
	kdk_shell_line_deinit(&words);
	if (completion.failed) {
		kdk_shell_candidates_deinit(&found);
		return &kdk_enomem;
	}
	sort(&found);
	*ret = found;
	return NULL;
}

void kdk_shell_candidates_deinit(struct kdk_shell_candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++)
		free(candidates->names[i]);
	free(candidates->names);
	*candidates = (struct kdk_shell_candidates){ 0 };
}
