/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/progress_term.h"
#include "core/table.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/codec/codec.h"
#include "vmcore/inspect/check.h"

#define RAW_BIT 31

static const struct kdk_option options[] = {
	{ 'd', "deep", NULL, N_("read and decompress every page") },
	{ 0 },
};

struct state_row {
	enum kdk_page_state state;
	uint64_t bytes;
	const char *meaning;
};

static void print_verdict(struct kdk_cli *cli, const struct kdk_check *check)
{
	char size[KDK_UNIT_TEXT];

	if (check->complete && check->deep)
		fputs(_("The dump is whole: every page that it holds was read."), cli->out);
	else if (check->complete)
		fputs(_("The dump is whole by its headers and page descriptors; --deep reads "
			"every page."),
		      cli->out);
	else if (check->census.lost)
		fprintf(cli->out,
			_("The dump is incomplete: %s of memory are lost (file cut off, a part "
			  "of the set missing, or disk full)."),
			kdk_size_format(check->census.lost, size));
	else if (check->census.bad_pages)
		fprintf(cli->out, _("The dump is damaged: %ju pages cannot be read."),
			(uintmax_t)check->census.bad_pages);
	else
		fputs(_("The dump is incomplete: its writer did not finish."), cli->out);
	fputs("\n\n", cli->out);
}

static struct kdk_error *print_states(struct kdk_cli *cli, const struct kdk_kernel *kernel,
				      const struct kdk_check *check)
{
	const struct kdk_dump_census *census = &check->census;
	const struct state_row rows[] = {
		{ KDK_PAGE_PRESENT, census->present, _("in the dump") },
		{ KDK_PAGE_ZERO, census->zero, _("all zeroes, stored once") },
		{ KDK_PAGE_EXCLUDED, census->excluded, _("left out by the filter") },
		{ KDK_PAGE_HOLE, census->hole, _("no memory at these addresses") },
		{ KDK_PAGE_LOST, census->lost, _("should be there and is not") },
	};
	const struct kdk_column columns[] = {
		{ _("PAGES"), false }, { _("COUNT"), true }, { _("SIZE"), true }, { "", false },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);
	char size[KDK_UNIT_TEXT];

	if (err)
		return err;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(rows); i++) {
		kdk_table_row(table);
		kdk_table_set(table, 0, "%s", kdk_page_state_name(rows[i].state));
		kdk_table_set(table, 1, "%ju", (uintmax_t)(rows[i].bytes / kernel->page_size));
		kdk_table_set(table, 2, "%s", kdk_size_format(rows[i].bytes, size));
		kdk_table_set(table, 3, "%s", rows[i].meaning);
	}
	return kdk_table_print(table, cli->out);
}

static const char *codec_name(unsigned int bit)
{
	const struct kdk_codec *codec;

	if (bit == RAW_BIT)
		return "raw";
	codec = kdk_codec_find(UINT32_C(1) << bit);
	return codec ? codec->name : "?";
}

static void print_codecs(struct kdk_cli *cli, const struct kdk_dump_census *census)
{
	bool any = false;

	for (unsigned int bit = 0; bit < KDK_ARRAY_SIZE(census->codec_pages); bit++) {
		if (!census->codec_pages[bit])
			continue;
		if (any)
			fputs(", ", cli->out);
		else
			fprintf(cli->out, "\n%s", _("Stored pages: "));
		fprintf(cli->out, "%s %ju", codec_name(bit), (uintmax_t)census->codec_pages[bit]);
		any = true;
	}
	if (any)
		fputc('\n', cli->out);
}

static void print_damage(struct kdk_cli *cli, const struct kdk_check *check)
{
	if (check->census.first_bad_error) {
		fprintf(cli->out, _("First unreadable page: %#jx: "),
			(uintmax_t)check->census.first_bad_phys);
		kdk_text_print(cli->out, check->census.first_bad_error,
			       strlen(check->census.first_bad_error), 0);
		fputc('\n', cli->out);
	}
	if (!check->has_info)
		fputs(_("It has no vmcoreinfo: symbols and the log cannot be found.\n"), cli->out);
}

static void print_json(struct kdk_cli *cli, const struct kdk_kernel *kernel,
		       const struct kdk_check *check)
{
	const struct kdk_dump_census *census = &check->census;
	struct kdk_json json;

	kdk_json_open(&json, cli->out);
	kdk_json_bool(&json, "complete", check->complete);
	kdk_json_bool(&json, "deep", check->deep);
	kdk_json_bool(&json, "marked_incomplete", check->marked);
	kdk_json_bool(&json, "vmcoreinfo", check->has_info);
	kdk_json_unsigned(&json, "page_size", kernel->page_size);
	kdk_json_object_begin(&json, "bytes");
	kdk_json_unsigned(&json, "present", census->present);
	kdk_json_unsigned(&json, "zero", census->zero);
	kdk_json_unsigned(&json, "excluded", census->excluded);
	kdk_json_unsigned(&json, "hole", census->hole);
	kdk_json_unsigned(&json, "lost", census->lost);
	kdk_json_object_end(&json);
	kdk_json_object_begin(&json, "codec_pages");
	for (unsigned int bit = 0; bit < KDK_ARRAY_SIZE(census->codec_pages); bit++)
		if (census->codec_pages[bit])
			kdk_json_unsigned(&json, codec_name(bit), census->codec_pages[bit]);
	kdk_json_object_end(&json);
	kdk_json_unsigned(&json, "bad_pages", census->bad_pages);
	if (census->first_bad_error)
		kdk_json_address(&json, "first_bad_phys", census->first_bad_phys);
	else
		kdk_json_null(&json, "first_bad_phys");
	kdk_json_string(&json, "first_bad_error", census->first_bad_error);
	kdk_json_array_begin(&json, "remarks");
	for (size_t i = 0; i < kernel->dump->remark_count; i++)
		kdk_json_string(&json, NULL, kernel->dump->remarks[i]);
	kdk_json_array_end(&json);
	kdk_json_close(&json);
}

static struct kdk_error *print_text(struct kdk_cli *cli, const struct kdk_kernel *kernel,
				    const struct kdk_check *check)
{
	struct kdk_error *err;

	print_verdict(cli, check);
	err = print_states(cli, kernel, check);
	if (err)
		return err;
	print_codecs(cli, &check->census);
	print_damage(cli, check);
	return NULL;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_kernel_destroyp) struct kdk_kernel *kernel = NULL;
	struct kdk_progress_term term;
	struct kdk_option_parser parser = { 0 };
	struct kdk_check check;
	struct kdk_error *err;
	bool deep = false;
	int option;

	err = kdk_options_init(&parser, cli, options, argc, argv);
	if (err)
		return err;
	while ((option = kdk_options_next(&parser)) > 0)
		deep = true;
	kdk_options_deinit(&parser);
	if (option < 0)
		return parser.error;
	err = kdk_cli_open(cli, argv + parser.index, argc - parser.index, &kernel);
	if (err)
		return err;
	kdk_progress_term_init(&term, cli->err);
	err = kdk_check_run(kernel, deep, &term.progress, &check);
	kdk_progress_term_end(&term);
	if (err)
		return err;
	if (!check.complete)
		cli->exit = KDK_EXIT_NO;
	if (cli->json)
		print_json(cli, kernel, &check);
	else
		err = print_text(cli, kernel, &check);
	kdk_check_deinit(&check);
	return err;
}

const struct kdk_command kdk_command_check = {
	.name = "check",
	.summary = N_("is a dump whole, and what is missing (exit 3: incomplete)"),
	.arguments = "DUMP…",
	.options = options,
	.example = "kdumpkit check --deep vmcore && echo whole",
	.run = run,
};
