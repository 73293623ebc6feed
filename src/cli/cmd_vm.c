/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fact.h"
#include "core/i18n.h"
#include "core/units.h"
#include "vmcore/inspect/maps.h"

static const struct kdk_option options[] = { KDK_CLI_FACT_OPTIONS };

enum {
	COL_START,
	COL_END,
	COL_ACCESS,
	COL_OFFSET,
	COL_DEVICE,
	COL_INODE,
	COL_VMA,
	COL_NAME
};

/* As the kernel packs a dev_t */
static unsigned int device_major(uint32_t device)
{
	return device >> 20;
}

static unsigned int device_minor(uint32_t device)
{
	return device & 0xfffff;
}

static void add_row(struct kdk_table *table, const struct kdk_map *map)
{
	char access[5];

	kdk_map_permissions(map, access);
	kdk_table_row(table);
	kdk_table_set(table, COL_START, "%08jx", (uintmax_t)map->start);
	kdk_table_set(table, COL_END, "%08jx", (uintmax_t)map->end);
	kdk_table_set(table, COL_ACCESS, "%s", access);
	kdk_table_set(table, COL_OFFSET, "%08jx", (uintmax_t)map->offset);
	kdk_table_set(table, COL_DEVICE, "%02x:%02x", device_major(map->device),
		      device_minor(map->device));
	kdk_table_set(table, COL_INODE, "%ju", (uintmax_t)map->inode);
	kdk_table_set(table, COL_VMA, "%jx", (uintmax_t)map->address);
	kdk_table_set(table, COL_NAME, "%s", map->name);
}

static struct kdk_error *print_text(struct kdk_cli *cli, const struct kdk_maps *maps)
{
	const struct kdk_column columns[] = {
		[COL_START] = { _("START"), true },
		[COL_END] = { _("END"), true },
		[COL_ACCESS] = { _("ACCESS"), false },
		[COL_OFFSET] = { _("OFFSET"), true },
		[COL_DEVICE] = { _("DEVICE"), true },
		[COL_INODE] = { _("INODE"), true },
		[COL_VMA] = { _("VMA"), false },
		[COL_NAME] = { _("NAME"), false },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *pairs = NULL;
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create_pairs(&pairs);
	char size[KDK_UNIT_TEXT];

	if (!err)
		err = kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);
	if (err)
		return err;
	kdk_table_pair(pairs, _("Task"), "%d %s", maps->task.pid, maps->task.comm);
	kdk_table_pair(pairs, _("Mapped"), "%s", kdk_size_format(maps->size, size));
	for (size_t i = 0; i < maps->count; i++)
		add_row(table, &maps->maps[i]);
	err = kdk_table_print(pairs, cli->out);
	fputc('\n', cli->out);
	return err ? err : kdk_table_print(table, cli->out);
}

static void json_map(struct kdk_json *json, const struct kdk_map *map)
{
	char access[5], device[24];

	kdk_map_permissions(map, access);
	snprintf(device, sizeof(device), "%02x:%02x", device_major(map->device),
		 device_minor(map->device));
	kdk_json_object_begin(json, NULL);
	kdk_json_address(json, "start", map->start);
	kdk_json_address(json, "end", map->end);
	kdk_json_string(json, "permissions", access);
	kdk_json_unsigned(json, "offset", map->offset);
	kdk_json_string(json, "device", device);
	kdk_json_unsigned(json, "inode", map->inode);
	kdk_json_string(json, "name", *map->name ? map->name : NULL);
	kdk_json_address(json, "flags", map->flags);
	kdk_json_address(json, "address", map->address);
	kdk_json_object_end(json);
}

static void json_task(struct kdk_json *json, const struct kdk_maps *maps)
{
	kdk_json_object_begin(json, NULL);
	kdk_json_signed(json, "pid", maps->task.pid);
	kdk_json_string(json, "comm", maps->task.comm);
	kdk_json_unsigned(json, "size", maps->size);
	kdk_json_array_begin(json, "maps");
	for (size_t i = 0; i < maps->count; i++)
		json_map(json, &maps->maps[i]);
	kdk_json_array_end(json);
	kdk_cli_remarks_json(json, &maps->remarks);
	kdk_json_object_end(json);
}

static struct kdk_error *show(struct kdk_cli *cli, struct kdk_kernel *kernel,
			      const char *text, struct kdk_json *json)
{
	struct kdk_maps maps = { 0 };
	int32_t pid;
	struct kdk_error *err = kdk_cli_pid(text, &pid);

	if (!err)
		err = kdk_maps_read(kernel, pid, &maps);
	if (!err && cli->json)
		json_task(json, &maps);
	else if (!err)
		err = print_text(cli, &maps);
	if (!err && !cli->json)
		kdk_cli_remarks(cli, &maps.remarks);
	kdk_maps_deinit(&maps);
	return err;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_cli_fact_deinit) struct kdk_cli_fact fact;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);

	return err ? err : kdk_cli_fact_tasks(&fact, show);
}

const struct kdk_command kdk_command_vm = {
	.name = "vm",
	.summary = N_("mappings of processes"),
	.arguments = "DUMP PID…",
	.options = options,
	.example = "kdumpkit vm vmcore 1\n"
		   "kdumpkit vm --json vmcore 4711 | jq '.tasks[].size'",
	.run = run,
};
