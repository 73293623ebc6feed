/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shell_names.h"

#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "core/i18n.h"
#include "core/text.h"

/* An option without an argument: ours for crash's, or nothing at all. */
struct option_name {
	const char *crash;
	const char *ours;	/* NULL: what it asks for is always shown */
};

static struct kdk_error *replace(struct kdk_shell_line *line, size_t at, const char *word)
{
	char *copy = strdup(word);

	if (!copy)
		return &kdk_enomem;
	free(line->words[at]);
	line->words[at] = copy;
	return NULL;
}

static struct kdk_error *insert(struct kdk_shell_line *line, size_t at, const char *word)
{
	return kdk_shell_line_insert(line, at, strdup(word));
}

static struct kdk_error *rename_options(struct kdk_shell_line *line,
					const struct option_name *names, size_t count)
{
	struct kdk_error *err = NULL;

	for (size_t at = 1; !err && at < line->count; at++)
		for (size_t i = 0; i < count; i++) {
			if (strcmp(line->words[at], names[i].crash))
				continue;
			if (names[i].ours)
				err = replace(line, at, names[i].ours);
			else
				kdk_shell_line_remove(line, at--);
			break;
		}
	return err;
}

static struct kdk_error *translate_log(struct kdk_shell_line *line)
{
	return insert(line, 1, "--format=crash");
}

static struct kdk_error *translate_rd(struct kdk_shell_line *line)
{
	static const struct option_name names[] = {
		{ "-8", "--unit=8" }, { "-16", "--unit=16" },
		{ "-32", "--unit=32" }, { "-64", "--unit=64" },
	};

	return rename_options(line, names, KDK_ARRAY_SIZE(names));
}

static struct kdk_error *translate_mod(struct kdk_shell_line *line)
{
	static const struct option_name names[] = { { "-t", NULL } };

	return rename_options(line, names, KDK_ARRAY_SIZE(names));
}

static struct kdk_error *translate_kmem(struct kdk_shell_line *line)
{
	static const struct option_name names[] = {
		{ "-i", NULL }, { "-s", "--slabs" }, { "-z", "--zones" },
	};

	if (line->count < 2 ||
	    (strcmp(line->words[1], "-i") && strcmp(line->words[1], "-s") &&
	     strcmp(line->words[1], "-z")))
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("of kmem there are -i, -s and -z"));
	return rename_options(line, names, KDK_ARRAY_SIZE(names));
}

/* "-q STRING" finds it anywhere in a name, "-m MODULE" lists a module's. */
static struct kdk_error *translate_sym(struct kdk_shell_line *line)
{
	struct kdk_error *err = NULL;

	for (size_t at = 1; !err && at + 1 < line->count; at++) {
		struct kdk_buffer pattern = { 0 };
		char *text;

		if (!strcmp(line->words[at], "-q"))
			kdk_buffer_printf(&pattern, "*%s*", line->words[at + 1]);
		else if (!strcmp(line->words[at], "-m"))
			kdk_buffer_printf(&pattern, "%s:*", line->words[at + 1]);
		else
			continue;
		err = kdk_buffer_take(&pattern, &text);
		if (!err) {
			free(line->words[at + 1]);
			line->words[++at] = text;
			err = replace(line, at - 1, "-l");
		}
	}
	return err;
}

/* "a,b" in place of words[at] become two words. */
static struct kdk_error *split_commas(struct kdk_shell_line *line, size_t at)
{
	_cleanup_free_ char *text = strdup(line->words[at]);
	struct kdk_error *err = NULL;
	char *rest = text, *part;

	if (!text)
		return &kdk_enomem;
	kdk_shell_line_remove(line, at);
	while (!err && (part = strsep(&rest, ",")))
		if (*part)
			err = insert(line, at++, part);
	return err;
}

/* The n-th word (from 0) behind the name that is no option; line->count: none. */
static size_t argument(const struct kdk_shell_line *line, const char *with_value,
		       size_t n)
{
	for (size_t at = 1; at < line->count; at++) {
		const char *word = line->words[at];

		if (word[0] != '-' || !word[1]) {
			if (!n--)
				return at;
		} else if (word[1] != '-' && !word[2] && strchr(with_value, word[1])) {
			at++;
		}
	}
	return line->count;
}

/* "struct TYPE.a,b ADDRESS [COUNT]": members go last, the count is an option. */
static struct kdk_error *translate_struct(struct kdk_shell_line *line)
{
	size_t type = argument(line, "cl", 0), count = argument(line, "cl", 2);
	struct kdk_error *err = NULL;
	_cleanup_free_ char *members = NULL;
	char *dot;

	if (count < line->count && *line->words[count] &&
	    !line->words[count][strspn(line->words[count], "0123456789")])
		err = insert(line, count, "-c");
	if (err || type == line->count || !strchr(line->words[type], ','))
		return err;
	dot = strchr(line->words[type], '.');
	if (!dot)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("\"%s\" is no TYPE.MEMBER,MEMBER"),
				     line->words[type]);
	if (argument(line, "cl", 1) == line->count)
		return kdk_error_new(
			KDK_ERROR_USAGE,
			_("several members are shown of an object: give its address"));
	members = strdup(dot + 1);
	*dot = '\0';
	if (!members)
		return &kdk_enomem;
	err = insert(line, line->count, members);
	return err ? err : split_commas(line, line->count - 1);
}

/* "task_struct.pid,comm" becomes "pid" and "comm" at the end of what is shown. */
static struct kdk_error *add_shown(struct kdk_shell_line *to, const char *text)
{
	const char *dot = strchr(text, '.');
	struct kdk_error *err;

	if (!dot)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("-s takes TYPE.MEMBER,MEMBER, not \"%s\""), text);
	err = insert(to, to->count, dot + 1);
	return err ? err : split_commas(to, to->count - 1);
}

static bool is_member(const char *word)
{
	return strchr(word, '.') && (word[0] < '0' || word[0] > '9');
}

/* What a list or tree becomes: walk [--type KIND] START [TYPE.MEMBER] SHOWN… */
struct walk_words {
	const char *kind, *start, *member;
	struct kdk_shell_line shown;
};

static struct kdk_error *make_walk(struct kdk_shell_line *line,
				   const struct walk_words *words)
{
	struct kdk_shell_line walk = { 0 };
	struct kdk_error *err;

	if (!words->start)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("%s starts where? Give an address or a symbol"),
				     line->words[0]);
	if (words->shown.count && !words->member)
		return kdk_error_new(
			KDK_ERROR_USAGE,
			_("give TYPE.MEMBER, the member that links the objects"));
	err = insert(&walk, 0, "walk");
	if (!err && words->kind) {
		err = insert(&walk, walk.count, "--type");
		err = err ? err : insert(&walk, walk.count, words->kind);
	}
	if (!err)
		err = insert(&walk, walk.count, words->start);
	if (!err && words->member)
		err = insert(&walk, walk.count, words->member);
	for (size_t i = 0; !err && i < words->shown.count; i++)
		err = insert(&walk, walk.count, words->shown.words[i]);
	if (err) {
		kdk_shell_line_deinit(&walk);
		return err;
	}
	for (size_t i = 0; i < line->count; i++)
		free(line->words[i]);
	free(line->words);
	line->words = walk.words;
	line->count = walk.count;
	return NULL;
}

static struct kdk_error *no_option(const struct kdk_shell_line *line, const char *option)
{
	return kdk_error_new(KDK_ERROR_USAGE, _("%s has no option %s here; see help %s"),
			     line->words[0], option, line->words[0]);
}

/* "list TYPE.MEMBER -s TYPE.A,B -H HEAD"; a chain of pointers needs no -H. */
static struct kdk_error *read_list(const struct kdk_shell_line *line,
				   struct walk_words *ret)
{
	struct kdk_error *err = NULL;
	bool head = false;

	for (size_t at = 1; !err && at < line->count; at++) {
		const char *word = line->words[at];
		bool more = at + 1 < line->count;

		if (!strcmp(word, "-H"))
			head = true;
		else if (!strcmp(word, "-s") && more)
			err = add_shown(&ret->shown, line->words[++at]);
		else if (!strcmp(word, "-o") && more)
			ret->member = line->words[++at];
		else if (word[0] == '-')
			err = no_option(line, word);
		else if (is_member(word) && !ret->member)
			ret->member = word;
		else
			ret->start = word;
	}
	if (!err && ret->member && !is_member(ret->member))
		err = kdk_error_new(
			KDK_ERROR_USAGE,
			_("give TYPE.MEMBER, the member that links the objects"));
	if (!err && head)
		ret->kind = "list";
	return err;
}

static struct kdk_error *translate_list(struct kdk_shell_line *line)
{
	struct walk_words words = { 0 };
	struct kdk_error *err = read_list(line, &words);

	if (!err)
		err = make_walk(line, &words);
	kdk_shell_line_deinit(&words.shown);
	return err;
}

static const char *tree_kind(const char *name)
{
	if (!strncmp(name, "rb", 2))
		return "rb";
	if (!strncmp(name, "ra", 2))
		return "radix";
	if (!strncmp(name, "x", 1))
		return "xarray";
	return strncmp(name, "m", 1) ? NULL : "maple";
}

/* "tree -t rbtree -o TYPE.MEMBER -s TYPE.A,B ROOT" */
static struct kdk_error *read_tree(const struct kdk_shell_line *line,
				   struct walk_words *ret)
{
	struct kdk_error *err = NULL;

	ret->kind = "rb";
	for (size_t at = 1; !err && at < line->count; at++) {
		const char *word = line->words[at];
		bool more = at + 1 < line->count;

		if (!strcmp(word, "-t") && more) {
			ret->kind = tree_kind(line->words[++at]);
			if (!ret->kind)
				err = kdk_error_new(
					KDK_ERROR_USAGE,
					_("-t takes rbtree, radix, xarray or maple, not \"%s\""),
					line->words[at]);
		} else if (!strcmp(word, "-s") && more) {
			err = add_shown(&ret->shown, line->words[++at]);
		} else if (!strcmp(word, "-o") && more) {
			ret->member = line->words[++at];
		} else if (word[0] == '-') {
			err = no_option(line, word);
		} else if (is_member(word) && !ret->member) {
			ret->member = word;
		} else {
			ret->start = word;
		}
	}
	return err;
}

static struct kdk_error *translate_tree(struct kdk_shell_line *line)
{
	struct walk_words words = { 0 };
	struct kdk_error *err = read_tree(line, &words);

	if (!err)
		err = make_walk(line, &words);
	kdk_shell_line_deinit(&words.shown);
	return err;
}

/* To add a name: one line here, one in the man page. */
const struct kdk_shell_name kdk_shell_names[] = {
	{ "*", "struct", translate_struct },
	{ "kmem", "mem", translate_kmem },
	{ "list", "walk", translate_list },
	{ "log", "dmesg", translate_log },
	{ "mod", "mod", translate_mod },
	{ "rd", "rd", translate_rd },
	{ "struct", "struct", translate_struct },
	{ "sym", "sym", translate_sym },
	{ "tree", "walk", translate_tree },
	{ "union", "struct", translate_struct },
	{ NULL, NULL, NULL },
};

/* "*task_struct" is "* task_struct". */
static struct kdk_error *split_star(struct kdk_shell_line *line)
{
	struct kdk_error *err;

	if (line->words[0][0] != '*' || !line->words[0][1])
		return NULL;
	err = insert(line, 1, line->words[0] + 1);
	return err ? err : replace(line, 0, "*");
}

struct kdk_error *kdk_shell_translate(struct kdk_shell_line *line)
{
	struct kdk_error *err = line->count ? split_star(line) : NULL;

	if (err || !line->count)
		return err;
	for (const struct kdk_shell_name *name = kdk_shell_names; name->name; name++) {
		if (strcmp(name->name, line->words[0]) ||
		    !kdk_command_find(name->command))
			continue;
		err = name->translate(line);
		return err ? err : replace(line, 0, name->command);
	}
	return NULL;
}

static bool takes_value(const struct kdk_command *command, const char *word)
{
	const struct kdk_option *option;
	size_t length = strlen(word);

	if (!strcmp(word, "--color"))
		return true;
	for (option = command->options; option && option->long_name; option++) {
		if (!option->argument)
			continue;
		if (word[1] == '-' ? !strcmp(word + 2, option->long_name) :
				     option->short_name == word[length - 1])
			return true;
	}
	return false;
}

size_t kdk_shell_argument_count(const struct kdk_command *command,
				const struct kdk_shell_line *line)
{
	size_t count = 0;

	for (size_t at = 1; at < line->count; at++) {
		const char *word = line->words[at];

		if (!strcmp(word, "--"))
			return count + line->count - at - 1;
		if (word[0] != '-' || !word[1])
			count++;
		else if (takes_value(command, word))
			at++;
	}
	return count;
}
