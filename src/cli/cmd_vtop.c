/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/table.h"
#include "core/units.h"

static const struct kdk_option options[] = {
	{ 0, "part", "FILE", N_("another part of a split set (may be repeated)") },
	KDK_SYMBOL_OPTIONS,
	{ 0 },
};

/* A translation, and the state of the page it ends at; err says how far it came. */
struct answer {
	uint64_t virt;
	struct kdk_walk walk;
	enum kdk_page_state state;
	bool state_known;
	struct kdk_error *err;
};

static void translate(struct kdk_kernel *kernel, uint64_t virt, struct answer *ret)
{
	struct kdk_error *err;

	*ret = (struct answer){ .virt = virt };
	ret->err = kdk_memory_translate(kernel->memory, virt, &ret->walk);
	if (ret->err)
		return;
	err = kdk_memory_state(kernel->memory, KDK_PHYSICAL, ret->walk.phys, &ret->state);
	ret->state_known = !err;
	kdk_error_destroy(err);
}

static struct kdk_error *print_steps(struct kdk_cli *cli, const struct kdk_walk *walk)
{
	const struct kdk_column columns[] = {
		{ _("TABLE"), false }, { _("ENTRY AT"), true }, { _("ENTRY"), true },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);

	if (err)
		return err;
	for (unsigned int i = 0; i < walk->step_count; i++) {
		kdk_table_row(table);
		kdk_table_set(table, 0, "%s", walk->step[i].level);
		kdk_table_set(table, 1, "%#jx", (uintmax_t)walk->step[i].entry_phys);
		kdk_table_set(table, 2, "%#jx", (uintmax_t)walk->step[i].entry);
	}
	return kdk_table_print(table, cli->out);
}

static struct kdk_error *print_answer(struct kdk_cli *cli, const struct answer *answer)
{
	const struct kdk_walk *walk = &answer->walk;
	char size[KDK_UNIT_TEXT];
	struct kdk_error *err;

	if (!answer->err) {
		fprintf(cli->out, _("virtual %#jx is physical %#jx"), (uintmax_t)answer->virt,
			(uintmax_t)walk->phys);
		fprintf(cli->out, " (%s", walk->how ? walk->how : "?");
		if (walk->page_size)
			fprintf(cli->out, ", %s", kdk_size_format(walk->page_size, size));
		if (answer->state_known)
			fprintf(cli->out, ", %s", kdk_page_state_name(answer->state));
		fputs(")\n", cli->out);
	}
	if (!walk->step_count)
		return NULL;
	err = print_steps(cli, walk);
	fputc('\n', cli->out);
	return err;
}

static void json_answer(struct kdk_json *json, const struct answer *answer)
{
	const struct kdk_walk *walk = &answer->walk;

	kdk_json_object_begin(json, NULL);
	kdk_json_address(json, "virt", answer->virt);
	if (answer->err) {
		kdk_json_null(json, "phys");
	} else {
		kdk_json_address(json, "phys", walk->phys);
		kdk_json_string(json, "how", walk->how);
		kdk_json_unsigned(json, "mapping_size", walk->page_size);
	}
	kdk_json_string(json, "state",
			answer->state_known ? kdk_page_state_name(answer->state) : NULL);
	kdk_json_array_begin(json, "steps");
	for (unsigned int i = 0; i < walk->step_count; i++) {
		kdk_json_object_begin(json, NULL);
		kdk_json_string(json, "level", walk->step[i].level);
		kdk_json_address(json, "entry_phys", walk->step[i].entry_phys);
		kdk_json_address(json, "entry", walk->step[i].entry);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	kdk_json_string(json, "error", answer->err ? answer->err->message : NULL);
	kdk_json_object_end(json);
}

/* Every address is answered; the first error is returned. */
static struct kdk_error *run_opened(struct kdk_cli *cli, struct kdk_kernel *kernel,
				    char **arguments, int count)
{
	struct kdk_error *first = NULL, *err;
	struct kdk_json json;
	uint64_t virt;

	if (count < 1)
		return kdk_error_new(KDK_ERROR_USAGE, _("which address?"));
	if (!kernel->memory)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     _("the dump's architecture is not known: its memory cannot be read"));
	if (cli->json) {
		kdk_json_open(&json, cli->out);
		kdk_json_array_begin(&json, "translations");
	}
	for (int i = 0; i < count; i++) {
		struct answer answer = { 0 };

		err = kdk_cli_address(kernel, arguments[i], &virt);
		if (!err) {
			translate(kernel, virt, &answer);
			if (cli->json)
				json_answer(&json, &answer);
			else
				err = print_answer(cli, &answer);
		}
		if (!err)
			err = kdk_error_wrap(answer.err, "%s", arguments[i]);
		else
			kdk_error_destroy(answer.err);
		if (!first)
			first = err;
		else
			kdk_error_destroy(err);
	}
	if (cli->json) {
		kdk_json_array_end(&json);
		kdk_json_close(&json);
	}
	return first;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_kernel_destroyp) struct kdk_kernel *kernel = NULL;
	_cleanup_(kdk_cli_parts_deinit) struct kdk_cli_parts parts = { 0 };
	struct kdk_option_parser parser = { 0 };
	struct kdk_error *err;
	int option;

	err = kdk_options_init(&parser, cli, options, argc, argv);
	while (!err && (option = kdk_options_next(&parser)))
		err = option < 0 ? parser.error : kdk_cli_parts_add(&parts, parser.value);
	kdk_options_deinit(&parser);
	if (err)
		return err;
	err = kdk_cli_open_parts(cli, argv[parser.index], &parts, &kernel);
	if (err)
		return err;
	return run_opened(cli, kernel, argv + parser.index + 1, argc - parser.index - 1);
}

const struct kdk_command kdk_command_vtop = {
	.name = "vtop",
	.summary = N_("translate kernel-virtual addresses, with every table on the way"),
	.arguments = "DUMP ADDRESS|SYMBOL[+OFFSET]…",
	.options = options,
	.example = "kdumpkit vtop vmcore init_uts_ns 0xffff888000001000",
	.run = run,
};
