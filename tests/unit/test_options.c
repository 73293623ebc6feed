/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"

static const struct kdk_option options[] = {
	{ 'l', "level", "LEVEL", "level" },
	{ 'T', "human", NULL, "times" },
	{ 0, "format", "NAME", "format" },
	{ 0, "deep", NULL, "deep" },
	{ 0, NULL, NULL, NULL },
};

/* A table of our own, so that this tests the machinery and not today's commands. */
static const struct kdk_command command_info = { .name = "info" };
static const struct kdk_command command_check = { .name = "check" };
static const struct kdk_command command_vtop = { .name = "vtop" };

static const struct kdk_command *const commands[] = {
	&command_info, &command_check, &command_vtop, NULL,
};

const struct kdk_command_group kdk_command_groups[] = {
	{ "Commands", commands },
	{ NULL, NULL },
};

enum { FORMAT = 256 + 2, DEEP = 256 + 3 };

static void options_come_in_any_place(void **state)
{
	char *argv[] = { "dmesg", "-T", "vmcore", "--level", "err", "--json", "--deep",
			 "second", "--format=crash", "--color=always", "--", "-T", NULL };
	struct kdk_cli cli = { .out = stdout, .err = stderr };
	struct kdk_option_parser parser;

	(void)state;
	assert_success(kdk_options_init(&parser, &cli, options, 12, argv));
	assert_int_equal(kdk_options_next(&parser), 'T');
	assert_null(parser.value);
	assert_int_equal(kdk_options_next(&parser), 'l');
	assert_string_equal(parser.value, "err");
	assert_int_equal(kdk_options_next(&parser), DEEP);
	assert_int_equal(kdk_options_next(&parser), FORMAT);
	assert_string_equal(parser.value, "crash");
	assert_int_equal(kdk_options_next(&parser), 0);
	kdk_options_deinit(&parser);
	assert_true(cli.json);
	assert_int_equal(cli.color, KDK_COLOR_ALWAYS);
	assert_int_equal(parser.index, 9);
	assert_string_equal(argv[9], "vmcore");
	assert_string_equal(argv[10], "second");
	assert_string_equal(argv[11], "-T");
}

/* Also shows that a second parse starts afresh. */
static void check_refused(char *option, char *value, const char *words)
{
	char *argv[] = { "dmesg", option, value, NULL };
	struct kdk_cli cli = { .out = stdout, .err = stderr };
	struct kdk_option_parser parser;
	int rc;

	assert_success(kdk_options_init(&parser, &cli, options, value ? 3 : 2, argv));
	do
		rc = kdk_options_next(&parser);
	while (rc > 0);
	assert_int_equal(rc, -1);
	kdk_options_deinit(&parser);
	assert_failure(parser.error, KDK_ERROR_USAGE, words);
}

static void bad_options_are_named(void **state)
{
	(void)state;
	check_refused("--nonsense", NULL, "no option --nonsense; see kdumpkit dmesg --help");
	check_refused("--nonsense=1", NULL, "no option --nonsense=1; see kdumpkit dmesg --help");
	check_refused("-x", NULL, "no option -x; see kdumpkit dmesg --help");
	check_refused("-Tx", NULL, "no option -x; see kdumpkit dmesg --help");
	check_refused("-xT", NULL, "no option -x; see kdumpkit dmesg --help");
	check_refused("--json", "-xT", "no option -x; see kdumpkit dmesg --help");
	check_refused("--human=1", NULL, "no option --human=1; see kdumpkit dmesg --help");
	check_refused("-l", NULL, "option -l needs a value");
	check_refused("--level", NULL, "option --level needs a value");
	check_refused("--deep=1", NULL, "no option --deep=1; see kdumpkit dmesg --help");
	check_refused("--color", "blue", "--color takes auto, always or never, not \"blue\"");
}

static void a_command_may_have_no_options(void **state)
{
	char *argv[] = { "info", "vmcore", "--json", NULL };
	struct kdk_cli cli = { .out = stdout, .err = stderr };
	struct kdk_option_parser parser;

	(void)state;
	assert_success(kdk_options_init(&parser, &cli, NULL, 3, argv));
	assert_int_equal(kdk_options_next(&parser), 0);
	kdk_options_deinit(&parser);
	assert_true(cli.json);
	assert_int_equal(parser.index, 2);
	assert_string_equal(argv[2], "vmcore");
}

static void colours_follow_the_person_then_the_terminal(void **state)
{
	FILE *file = tmpfile();
	struct kdk_cli cli = { .out = file };

	(void)state;
	assert_success(kdk_cli_set_color(&cli, "always"));
	assert_int_equal(cli.color, KDK_COLOR_ALWAYS);
	assert_success(kdk_cli_set_color(&cli, "never"));
	assert_int_equal(cli.color, KDK_COLOR_NEVER);
	assert_success(kdk_cli_set_color(&cli, "auto"));
	assert_int_equal(cli.color, KDK_COLOR_NEVER);
	fclose(file);

	cli.out = fopen("/dev/ptmx", "w");
	assert_non_null(cli.out);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	assert_success(kdk_cli_set_color(&cli, "auto"));
	assert_int_equal(cli.color, KDK_COLOR_ALWAYS);
	setenv("NO_COLOR", "1", 1);
	assert_success(kdk_cli_set_color(&cli, "auto"));
	assert_int_equal(cli.color, KDK_COLOR_NEVER);
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	assert_success(kdk_cli_set_color(&cli, "auto"));
	assert_int_equal(cli.color, KDK_COLOR_NEVER);
	fclose(cli.out);
}

static void slips_of_the_finger_find_their_command(void **state)
{
	(void)state;
	assert_string_equal(kdk_command_nearest("chekc")->name, "check");
	assert_string_equal(kdk_command_nearest("ifno")->name, "info");
	assert_string_equal(kdk_command_nearest("vtopp")->name, "vtop");
	assert_null(kdk_command_nearest("frobnicate"));
	assert_null(kdk_command_nearest("xyz"));
	assert_null(kdk_command_nearest("a name that is so long that nobody can have meant it"));
	assert_null(kdk_command_find("inf"));
	assert_string_equal(kdk_command_find("info")->name, "info");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_come_in_any_place),
		cmocka_unit_test(bad_options_are_named),
		cmocka_unit_test(a_command_may_have_no_options),
		cmocka_unit_test(colours_follow_the_person_then_the_terminal),
		cmocka_unit_test(slips_of_the_finger_find_their_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
