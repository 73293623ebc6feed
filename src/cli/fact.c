/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fact.h"

#include "core/i18n.h"
#include "core/units.h"

struct kdk_error *kdk_cli_fact_open(struct kdk_cli *cli, const struct kdk_option *options,
				    int argc, char **argv, struct kdk_cli_fact *ret)
{
	struct kdk_option_parser parser = { 0 };
	struct kdk_error *err;
	int option;

	*ret = (struct kdk_cli_fact){ .cli = cli };
	err = kdk_options_init(&parser, cli, options, argc, argv);
	while (!err && (option = kdk_options_next(&parser))) {
		if (option < 0) {
			err = parser.error;
		} else if (option < 128) {
			ret->given[option] = true;
			ret->value[option] = parser.value;
		} else {
			err = kdk_cli_parts_add(&ret->parts, parser.value);
		}
	}
	kdk_options_deinit(&parser);
	if (!err)
		err = kdk_cli_open_parts(cli, argv[parser.index], &ret->parts,
					 &ret->kernel);
	if (err) {
		kdk_cli_fact_deinit(ret);
		return err;
	}
	ret->arguments = argv + parser.index + 1;
	ret->count = argc - parser.index - 1;
	return NULL;
}

void kdk_cli_fact_deinit(struct kdk_cli_fact *fact)
{
	kdk_kernel_destroy(fact->kernel);
	kdk_cli_parts_deinit(&fact->parts);
	fact->kernel = NULL;
	fact->parts = (struct kdk_cli_parts){ 0 };
}

struct kdk_error *kdk_cli_fact_arguments(const struct kdk_cli_fact *fact, size_t max)
{
	if (fact->count <= max)
		return NULL;
	return kdk_error_new(
		KDK_ERROR_USAGE,
		_("\"%s\" is one argument too many; parts of a split set go behind --part"),
		fact->arguments[max]);
}

struct kdk_error *kdk_cli_fact_tasks(struct kdk_cli_fact *fact,
				     struct kdk_error *(*show)(struct kdk_cli *cli,
							       struct kdk_kernel *kernel,
							       const char *pid,
							       struct kdk_json *json))
{
	struct kdk_cli *cli = fact->cli;
	struct kdk_error *err = NULL;
	struct kdk_json json;

	if (!fact->count)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("of which task? Give its process number"));
	if (cli->json) {
		kdk_json_open(&json, cli->out);
		kdk_json_array_begin(&json, "tasks");
	}
	for (size_t i = 0; i < fact->count && !err; i++) {
		if (i && !cli->json)
			fputc('\n', cli->out);
		err = show(cli, fact->kernel, fact->arguments[i], &json);
	}
	if (cli->json) {
		kdk_json_array_end(&json);
		kdk_json_close(&json);
	}
	return err;
}

void kdk_cli_remarks(struct kdk_cli *cli, const struct kdk_remarks *remarks)
{
	char text[96];

	for (size_t i = 0; i < remarks->count; i++)
		kdk_cli_note(cli, remarks->lines[i]);
	if (!remarks->left_out)
		return;
	snprintf(text, sizeof(text), _("%zu more like these"), remarks->left_out);
	kdk_cli_note(cli, text);
}

void kdk_cli_remarks_json(struct kdk_json *json, const struct kdk_remarks *remarks)
{
	kdk_json_array_begin(json, "notes");
	for (size_t i = 0; i < remarks->count; i++)
		kdk_json_string(json, NULL, remarks->lines[i]);
	kdk_json_array_end(json);
}

struct kdk_error *kdk_cli_pid(const char *text, int32_t *ret)
{
	uint64_t number;
	struct kdk_error *err = kdk_number_parse(text, &number);

	if (!err && number <= INT32_MAX) {
		*ret = number;
		return NULL;
	}
	kdk_error_destroy(err);
	return kdk_error_new(KDK_ERROR_USAGE, _("\"%s\" is no process number"), text);
}
