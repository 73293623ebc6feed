/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/fact.h"
#include "core/i18n.h"
#include "vmcore/inspect/mounts.h"

static const struct kdk_option options[] = { { 'n', "namespace", "PID",
					       N_("as task PID sees them (default: 1)") },
					     KDK_CLI_FACT_OPTIONS };

enum { COL_DEVICE, COL_POINT, COL_TYPE, COL_OPTIONS, COL_SUPER_BLOCK };

static struct kdk_error *print_text(struct kdk_cli *cli, const struct kdk_mounts *mounts)
{
	const struct kdk_column columns[] = {
		[COL_DEVICE] = { _("DEVICE"), false },
		[COL_POINT] = { _("MOUNTED ON"), false },
		[COL_TYPE] = { _("TYPE"), false },
		[COL_OPTIONS] = { _("OPTIONS"), false },
		[COL_SUPER_BLOCK] = { _("SUPER BLOCK"), false },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err =
		kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);

	if (err)
		return err;
	for (size_t i = 0; i < mounts->count; i++) {
		const struct kdk_mount *mount = &mounts->mounts[i];

		kdk_table_row(table);
		kdk_table_set(table, COL_DEVICE, "%s", mount->device);
		kdk_table_set(table, COL_POINT, "%s", mount->mountpoint);
		kdk_table_set(table, COL_TYPE, "%s", mount->type);
		/* An ellipsis stands for options that only the filesystem knows. */
		kdk_table_set(table, COL_OPTIONS, "%s%s", mount->options,
			      mount->options_complete ? "" : ",...");
		kdk_table_set(table, COL_SUPER_BLOCK, "%jx",
			      (uintmax_t)mount->super_block);
	}
	err = kdk_table_print(table, cli->out);
	if (!err)
		kdk_cli_remarks(cli, &mounts->remarks);
	return err;
}

static void print_json(struct kdk_cli *cli, const struct kdk_mounts *mounts)
{
	struct kdk_json json;

	kdk_json_open(&json, cli->out);
	kdk_json_array_begin(&json, "mounts");
	for (size_t i = 0; i < mounts->count; i++) {
		const struct kdk_mount *mount = &mounts->mounts[i];

		kdk_json_object_begin(&json, NULL);
		kdk_json_string(&json, "device", mount->device);
		kdk_json_string(&json, "mountpoint", mount->mountpoint);
		kdk_json_string(&json, "type", mount->type);
		kdk_json_string(&json, "options", mount->options);
		kdk_json_bool(&json, "options_complete", mount->options_complete);
		kdk_json_address(&json, "address", mount->address);
		kdk_json_address(&json, "super_block", mount->super_block);
		kdk_json_object_end(&json);
	}
	kdk_json_array_end(&json);
	kdk_cli_remarks_json(&json, &mounts->remarks);
	kdk_json_close(&json);
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_cli_fact_deinit) struct kdk_cli_fact fact;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);
	struct kdk_mounts mounts = { 0 };
	int32_t pid = 1;

	if (!err)
		err = kdk_cli_fact_arguments(&fact, 0);
	if (!err && fact.given['n'])
		err = kdk_cli_pid(fact.value['n'], &pid);
	if (!err)
		err = kdk_mounts_read(fact.kernel, pid, &mounts);
	if (!err && cli->json)
		print_json(cli, &mounts);
	else if (!err)
		err = print_text(cli, &mounts);
	kdk_mounts_deinit(&mounts);
	return err;
}

const struct kdk_command kdk_command_mount = {
	.name = "mount",
	.summary = N_("mounted filesystems"),
	.arguments = "DUMP",
	.options = options,
	.example = "kdumpkit mount vmcore\n"
		   "kdumpkit mount --namespace 4711 vmcore",
	.run = run,
};
