/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/open.h"
#include "core/i18n.h"
#include "vmcore/inspect/log_print.h"

static const struct kdk_option options[] = {
	{ 'f', "format", "STYLE",
	  N_("vmcore-dmesg (default), kernel, makedumpfile, crash or json") },
	{ 'T', "ctime", NULL, N_("times of day instead of seconds since boot") },
	{ 'l', "level", "LIST", N_("only these levels: err,warn or err+ (err and worse)") },
	{ 'x', "decode", NULL, N_("facility and level in front of each record") },
	{ 'c', "caller", NULL, N_("the caller of each record: task or CPU") },
	{ 'C', "no-caller", NULL, N_("no callers") },
	{ 0 },
};

static struct kdk_error *take_option(struct kdk_log_print *print, int option, const char *value)
{
	switch (option) {
	case 'f':
		return kdk_log_style_parse(value, &print->style);
	case 'T':
		print->human_time = true;
		return NULL;
	case 'l':
		return kdk_log_levels_parse(value, &print->levels);
	case 'x':
		print->facility = true;
		return NULL;
	case 'c':
		print->caller = KDK_LOG_CALLER_SHOW;
		return NULL;
	default:
		print->caller = KDK_LOG_CALLER_HIDE;
		return NULL;
	}
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_kernel_destroyp) struct kdk_kernel *kernel = NULL;
	_cleanup_(kdk_log_destroyp) struct kdk_log *log = NULL;
	struct kdk_log_print print = { .style = KDK_LOG_VMCORE_DMESG };
	struct kdk_option_parser parser = { 0 };
	struct kdk_error *err;
	int option;

	err = kdk_options_init(&parser, cli, options, argc, argv);
	while (!err && (option = kdk_options_next(&parser)))
		err = option < 0 ? parser.error : take_option(&print, option, parser.value);
	kdk_options_deinit(&parser);
	if (err)
		return err;
	if (cli->json)
		print.style = KDK_LOG_JSON;
	err = kdk_cli_open(cli, argv + parser.index, argc - parser.index, &kernel);
	if (err)
		return err;
	err = kdk_log_read(kernel, &log);
	if (err)
		return err;
	for (size_t i = 0; i < log->note_count; i++)
		kdk_cli_note(cli, log->notes[i]);
	print.boot_time_known = kdk_log_boot_time(kernel, log, &print.boot_time);
	return kdk_log_print(log, &print, cli->out);
}

const struct kdk_command kdk_command_dmesg = {
	.name = "dmesg",
	.summary = N_("the kernel log"),
	.arguments = "DUMP…",
	.options = options,
	.example = "kdumpkit dmesg vmcore > vmcore-dmesg.txt\n"
		   "kdumpkit dmesg -T -l err+ vmcore",
	.run = run,
};
