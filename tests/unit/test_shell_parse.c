/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/shell_alias.h"
#include "cli/shell_parse.h"

/* "a/b c/" are the words "a" and "b c"; then where it goes: "|text", ">file". */
static char *shown(const char *text)
{
	static char result[512];
	struct kdk_shell_line line;
	size_t at = 0;

	assert_success(kdk_shell_parse(text, kdk_shell_command_length(text), &line));
	result[0] = '\0';
	for (size_t i = 0; i < line.count; i++)
		at += snprintf(result + at, sizeof(result) - at, "%s/", line.words[i]);
	if (line.words)
		assert_null(line.words[line.count]);
	if (line.pipe)
		at += snprintf(result + at, sizeof(result) - at, "%c%s",
			       line.escape ? '!' : '|', line.pipe);
	if (line.file)
		snprintf(result + at, sizeof(result) - at, "%s%s",
			 line.append ? ">>" : ">", line.file);
	kdk_shell_line_deinit(&line);
	return result;
}

static void words_are_split_and_unquoted(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "", "" },
		{ "  \t ", "" },
		{ "# all of it; even | this", "" },
		{ "bt", "bt/" },
		{ "  bt  -a\t7 \r", "bt/-a/7/" },
		{ "bt # -a", "bt/" },
		{ "sym a#b", "sym/a#b/" },
		{ "sym 'a b'", "sym/a b/" },
		{ "sym 'a\\b' \"c\\\"d\\\\e\\f\"", "sym/a\\b/c\"d\\e\\f/" },
		{ "sym a\\ b\\;c", "sym/a b;c/" },
		{ "sym pre'fix'\"ed\"", "sym/prefixed/" },
		{ "sym ''", "sym//" },
		{ "sym \\", "sym/\\/" },
		{ "sym 'a;b|c>d#e'", "sym/a;b|c>d#e/" },
		{ "* task_struct.pid,comm", "*/task_struct.pid,comm/" },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(cases); i++)
		assert_string_equal(shown(cases[i].text), cases[i].wanted);
}

static void answers_go_to_programs_and_files(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "bt|grep  'a b' | wc -l", "bt/|grep  'a b' | wc -l" },
		{ "bt | awk '{print; x}'", "bt/|awk '{print; x}'" },
		{ "bt | (cat; date)", "bt/|(cat; date)" },
		{ "bt | (cat; (date; id)); ps", "bt/|(cat; (date; id))" },
		{ "bt | cat; ps", "bt/|cat" },
		{ "bt | cat > x # y", "bt/|cat > x # y" },
		{ "bt > x", "bt/>x" },
		{ "bt>>'a b' -a", "bt/-a/>>a b" },
		{ "bt (x; ps", "bt/(x/" },
		{ "! echo a; echo b | c", "!echo a; echo b | c" },
		{ "!x\nps", "!x" },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(cases); i++)
		assert_string_equal(shown(cases[i].text), cases[i].wanted);
}

static void faults_are_named(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "bt 'a", "a quote ' is not closed" },
		{ "bt \"a\\\"", "a quote \" is not closed" },
		{ "bt >", "> needs the name of a file" },
		{ "bt > | cat", "> needs the name of a file" },
		{ "bt > a > b", "the answer can go to one file only" },
		{ "bt > a | cat",
		  "the answer can go to a file or to a program, not to both" },
		{ "bt |  ", "| needs a command behind it" },
		{ "!", "! needs a command" },
		{ "| cat", "no command stands before |" },
		{ "> a", "no command stands before >" },
	};
	struct kdk_shell_line line;

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(cases); i++)
		assert_failure(kdk_shell_parse(cases[i].text, strlen(cases[i].text),
					       &line),
			       KDK_ERROR_USAGE, cases[i].words);
}

static void commands_follow_one_another(void **state)
{
	(void)state;
	assert_int_equal(kdk_shell_command_length("bt; ps"), 2);
	assert_int_equal(kdk_shell_command_length("bt\nps"), 2);
	assert_int_equal(kdk_shell_command_length("sym ';' \"a\\\";\" \\; x;"), 19);
	assert_int_equal(kdk_shell_command_length("# a; b\nps"), 6);
	assert_int_equal(kdk_shell_command_length("a 'open"), 7);
	assert_int_equal(kdk_shell_command_length("a \\"), 3);
	assert_int_equal(kdk_shell_command_length("a | (b; c"), 9);
	assert_int_equal(kdk_shell_command_length("a | b); c"), 6);
	assert_int_equal(kdk_shell_command_length(""), 0);
}

static void words_come_and_go(void **state)
{
	struct kdk_shell_line line;

	(void)state;
	assert_success(kdk_shell_parse("b d", 3, &line));
	assert_success(kdk_shell_line_insert(&line, 0, strdup("a")));
	assert_success(kdk_shell_line_insert(&line, 2, strdup("c")));
	assert_success(kdk_shell_line_insert(&line, 4, strdup("e")));
	kdk_shell_line_remove(&line, 3);
	assert_int_equal(line.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(line.words[i][0], "abce"[i]);
	assert_null(line.words[4]);
	assert_true(kdk_shell_line_insert(&line, 0, NULL) == &kdk_enomem);
	kdk_shell_line_deinit(&line);
}

static const char *value_of(struct kdk_shell_aliases *aliases, const char *text)
{
	const struct kdk_shell_alias *alias =
		kdk_shell_alias_find(aliases, text, strlen(text));

	return alias ? alias->value : NULL;
}

static void aliases_stand_for_first_words(void **state)
{
	struct kdk_shell_aliases aliases = { 0 };
	struct kdk_shell_alias *alias;
	char *text;

	(void)state;
	assert_success(kdk_shell_alias_set(&aliases, "ll=ps -t"));
	assert_success(kdk_shell_alias_set(&aliases, "a="));
	assert_success(kdk_shell_alias_set(&aliases, "lll=bt | head -3"));
	assert_success(kdk_shell_alias_set(&aliases, "l=sym"));
	assert_success(kdk_shell_alias_set(&aliases, "ll=ps -u"));
	assert_int_equal(aliases.count, 4);
	for (size_t i = 0; i + 1 < aliases.count; i++)
		assert_true(strcmp(aliases.aliases[i].name, aliases.aliases[i + 1].name) <
			    0);
	assert_string_equal(value_of(&aliases, "ll"), "ps -u");
	assert_string_equal(value_of(&aliases, "  ll -k"), "ps -u");
	assert_string_equal(value_of(&aliases, "l|cat"), "sym");
	assert_string_equal(value_of(&aliases, "lll>x"), "bt | head -3");
	assert_null(value_of(&aliases, "llll"));
	assert_null(value_of(&aliases, "'ll'"));
	assert_null(value_of(&aliases, "l'l'"));
	assert_null(value_of(&aliases, "ll=x"));
	assert_null(value_of(&aliases, "x ll"));
	assert_null(value_of(&aliases, ""));

	alias = kdk_shell_alias_find(&aliases, " ll -k; more", 6);
	assert_non_null(alias);
	assert_success(kdk_shell_alias_expand(alias, " ll -k; more", 6, &text));
	assert_string_equal(text, "ps -u -k");
	free(text);
	alias->busy = true;
	assert_null(value_of(&aliases, "ll"));
	kdk_shell_alias_release(&aliases, "ll");
	assert_non_null(value_of(&aliases, "ll"));

	assert_true(kdk_shell_alias_remove(&aliases, "ll"));
	assert_false(kdk_shell_alias_remove(&aliases, "ll"));
	assert_null(value_of(&aliases, "ll"));
	assert_string_equal(value_of(&aliases, "lll"), "bt | head -3");
	assert_failure(kdk_shell_alias_set(&aliases, "no name=x"), KDK_ERROR_USAGE,
		       "alias takes NAME=VALUE, not \"no name=x\"");
	assert_failure(kdk_shell_alias_set(&aliases, "=x"), KDK_ERROR_USAGE, NULL);
	assert_failure(kdk_shell_alias_set(&aliases, "x"), KDK_ERROR_USAGE, NULL);
	kdk_shell_aliases_deinit(&aliases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_split_and_unquoted),
		cmocka_unit_test(answers_go_to_programs_and_files),
		cmocka_unit_test(faults_are_named),
		cmocka_unit_test(commands_follow_one_another),
		cmocka_unit_test(words_come_and_go),
		cmocka_unit_test(aliases_stand_for_first_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
