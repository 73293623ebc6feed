/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "cli/help.h"
#include "cli/shell.h"
#include "cli/shell_names.h"

static void parse(const char *text, struct kdk_shell_line *ret)
{
	assert_success(kdk_shell_parse(text, strlen(text), ret));
}

static void crashs_words_become_ours(void **state)
{
	static const struct {
		const char *crash, *ours;
	} cases[] = {
		{ "log", "dmesg --format=crash" },
		{ "log -T", "dmesg --format=crash -T" },
		{ "dmesg -T", "dmesg -T" },
		{ "nosuch -x", "nosuch -x" },
		{ "bt -a", "bt -a" },
		{ "rd -8 x 3", "rd --unit=8 x 3" },
		{ "rd -16 x", "rd --unit=16 x" },
		{ "rd -32 -64 x", "rd --unit=32 --unit=64 x" },
		{ "mod -t", "mod" },
		{ "mod tun -t", "mod tun" },
		{ "kmem -i", "mem" },
		{ "kmem -s", "mem --slabs" },
		{ "kmem -z", "mem --zones" },
		{ "sym -q abc", "sym -l *abc*" },
		{ "sym -m tun", "sym -l tun:*" },
		{ "sym -q", "sym -q" },
		{ "union x", "struct x" },
		{ "*x", "struct x" },
		{ "* x.a,b 10 2", "struct x 10 -c 2 a b" },
		{ "struct x 10 2", "struct x 10 -c 2" },
		{ "struct -o x", "struct -o x" },
		{ "struct x 10 name", "struct x 10 name" },
		{ "struct -l x.y x.a,,b 10", "struct -l x.y x 10 a b" },
		{ "struct x.a", "struct x.a" },
		{ "list x.next 10", "walk 10 x.next" },
		{ "list -H 10 -o x.list", "walk --type list 10 x.list" },
		{ "list x.list -s x.a,b -s x.c -H 10",
		  "walk --type list 10 x.list a b c" },
		{ "list 10", "walk 10" },
		{ "tree -t rbtree -o x.node root", "walk --type rb root x.node" },
		{ "tree root x.node", "walk --type rb root x.node" },
		{ "tree -t radix root", "walk --type radix root" },
		{ "tree -t ra root", "walk --type radix root" },
		{ "tree -t xarray root", "walk --type xarray root" },
		{ "tree -t maple root", "walk --type maple root" },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(cases); i++) {
		struct kdk_shell_line line;
		char text[256];
		size_t at = 0;

		parse(cases[i].crash, &line);
		assert_success(kdk_shell_translate(&line));
		for (size_t j = 0; j < line.count; j++)
			at += snprintf(text + at, sizeof(text) - at, "%s%s", j ? " " : "",
				       line.words[j]);
		assert_string_equal(text, cases[i].ours);
		assert_null(line.words[line.count]);
		kdk_shell_line_deinit(&line);
	}
}

static void what_has_no_like_is_refused(void **state)
{
	static const char *const cases[] = {
		"kmem",		"kmem -v",	   "list",	     "list -h 10",
		"list -o",	"list 8 10 -o 16", "list x.a -s y",  "list 10 -s x.a",
		"tree",		"tree -t heap 10", "tree -r x.y 10", "struct x,y",
		"struct x.a,b",
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(cases); i++) {
		struct kdk_shell_line line;

		parse(cases[i], &line);
		assert_failure(kdk_shell_translate(&line), KDK_ERROR_USAGE, NULL);
		kdk_shell_line_deinit(&line);
	}
}

static size_t count(const char *text)
{
	struct kdk_shell_line line;
	size_t result;

	parse(text, &line);
	result = kdk_shell_argument_count(kdk_command_find(line.words[0]), &line);
	kdk_shell_line_deinit(&line);
	return result;
}

static void arguments_are_told_from_options(void **state)
{
	(void)state;
	assert_int_equal(count("bt"), 0);
	assert_int_equal(count("bt -r"), 0);
	assert_int_equal(count("bt 1 -r"), 1);
	assert_int_equal(count("bt -c 1"), 0);
	assert_int_equal(count("bt -rc 1 2"), 1);
	assert_int_equal(count("bt --cpu 1"), 0);
	assert_int_equal(count("bt --cpu=1 2"), 1);
	assert_int_equal(count("files --color never"), 0);
	assert_int_equal(count("files --part x 1 2"), 2);
	assert_int_equal(count("files -- -1"), 1);
}

static void every_name_leads_to_a_command(void **state)
{
	(void)state;
	for (const struct kdk_shell_name *name = kdk_shell_names; name->name; name++) {
		const struct kdk_command *command = kdk_command_find(name->command);

		if (!command || !kdk_shell_offers(command))
			fail_msg("%s stands for %s, which the shell has not", name->name,
				 name->command);
		assert_null(kdk_shell_builtin_find(name->name));
	}
	for (size_t i = 0; kdk_shell_task_commands[i]; i++)
		assert_non_null(kdk_command_find(kdk_shell_task_commands[i]));
	assert_false(kdk_shell_offers(kdk_command_find("shell")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crashs_words_become_ours),
		cmocka_unit_test(what_has_no_like_is_refused),
		cmocka_unit_test(arguments_are_told_from_options),
		cmocka_unit_test(every_name_leads_to_a_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
