/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fact.h"
#include "core/i18n.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/inspect/summary.h"
#include "vmcore/inspect/system.h"
#include "vmcore/kernel/modules.h"

static const struct kdk_option options[] = { KDK_CLI_FACT_OPTIONS };

static void pair_text(struct kdk_table *table, const char *key, const char *text)
{
	if (text && *text)
		kdk_table_pair(table, key, "%s", text);
}

static void pair_numbers(struct kdk_table *table, const struct kdk_system *system)
{
	char text[KDK_UNIT_TEXT];

	if (system->uptime_known)
		kdk_table_pair(table, _("Uptime"), "%s",
			       kdk_duration_format(system->uptime_ns / 1000000000, text));
	if (system->load_known)
		kdk_table_pair(table, _("Load"), "%.2f %.2f %.2f", system->load[0],
			       system->load[1], system->load[2]);
	if (system->cpus_known)
		kdk_table_pair(table, _("CPUs"),
			       _("%zu online, %zu present, %zu possible"),
			       system->cpus_online, system->cpus_present,
			       system->cpus_possible);
	pair_text(table, _("Processor"), system->cpu_model);
	if (system->memory_known)
		kdk_table_pair(table, _("Memory"), "%s",
			       kdk_size_format(system->memory, text));
}

static void pair_tasks(struct kdk_table *table, const struct kdk_system *system)
{
	_cleanup_(kdk_buffer_deinit) struct kdk_buffer states = { 0 };

	for (int i = 0; i < 26; i++)
		if (system->states[i])
			kdk_buffer_printf(&states, " %c:%zu", 'A' + i, system->states[i]);
	kdk_table_pair(table, _("Tasks"), _("%zu in %zu processes"), system->threads,
		       system->processes);
	pair_text(table, _("Task states"), states.data ? states.data + 1 : NULL);
}

static void pair_taint(struct kdk_table *table, const struct kdk_system *system)
{
	char letters[33];

	if (!system->taint_known)
		return;
	kdk_taint_letters(system->taint, letters);
	kdk_table_pair(table, _("Tainted"), "%s", *letters ? letters : _("no"));
	for (unsigned int bit = 0; bit < KDK_TAINT_BITS; bit++)
		if (system->taint >> bit & 1)
			kdk_table_pair(table, "", "%s", kdk_taint_meaning(bit));
}

static struct kdk_error *print_text(struct kdk_cli *cli,
				    const struct kdk_summary *summary,
				    const struct kdk_system *system)
{
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create_pairs(&table);
	char text[KDK_UNIT_TEXT];

	if (err)
		return err;
	pair_text(table, _("Host"), system->nodename);
	pair_text(table, _("Kernel"), system->release);
	pair_text(table, _("Version"), system->version);
	pair_text(table, _("Machine"), system->machine);
	if (summary->time_known)
		kdk_table_pair(table, summary->time_is_crash ? _("Crashed") : _("Dumped"),
			       "%s", kdk_time_format(summary->time, text));
	pair_text(table, _("Panic"), system->panic);
	pair_numbers(table, system);
	pair_tasks(table, system);
	pair_taint(table, system);
	pair_text(table, _("Command line"), system->command_line);
	pair_text(table, _("Vendor"), system->vendor);
	pair_text(table, _("Product"), system->product);
	if (*system->bios_version)
		kdk_table_pair(table, _("Firmware"), "%s %s", system->bios_version,
			       system->bios_date);
	err = kdk_table_print(table, cli->out);
	if (!err)
		kdk_cli_remarks(cli, &system->remarks);
	return err;
}

static void json_text(struct kdk_json *json, const char *name, const char *text)
{
	kdk_json_string(json, name, text && *text ? text : NULL);
}

static void json_numbers(struct kdk_json *json, const struct kdk_system *system)
{
	char load[32];

	if (system->uptime_known)
		kdk_json_unsigned(json, "uptime_s", system->uptime_ns / 1000000000);
	else
		kdk_json_null(json, "uptime_s");
	kdk_json_array_begin(json, "load");
	for (unsigned int i = 0; i < 3 && system->load_known; i++) {
		snprintf(load, sizeof(load), "%.2f", system->load[i]);
		kdk_json_string(json, NULL, load);
	}
	kdk_json_array_end(json);
	if (system->cpus_known) {
		kdk_json_object_begin(json, "cpus");
		kdk_json_unsigned(json, "online", system->cpus_online);
		kdk_json_unsigned(json, "present", system->cpus_present);
		kdk_json_unsigned(json, "possible", system->cpus_possible);
		kdk_json_object_end(json);
	} else {
		kdk_json_null(json, "cpus");
	}
	if (system->memory_known)
		kdk_json_unsigned(json, "memory", system->memory);
	else
		kdk_json_null(json, "memory");
}

static void json_tasks(struct kdk_json *json, const struct kdk_system *system)
{
	kdk_json_unsigned(json, "processes", system->processes);
	kdk_json_unsigned(json, "threads", system->threads);
	kdk_json_object_begin(json, "states");
	for (int i = 0; i < 26; i++) {
		const char name[2] = { 'A' + i };

		if (system->states[i])
			kdk_json_unsigned(json, name, system->states[i]);
	}
	kdk_json_object_end(json);
}

static void json_taint(struct kdk_json *json, const struct kdk_system *system)
{
	char letters[33];

	if (!system->taint_known) {
		kdk_json_null(json, "taint");
		return;
	}
	kdk_taint_letters(system->taint, letters);
	kdk_json_object_begin(json, "taint");
	kdk_json_unsigned(json, "mask", system->taint);
	kdk_json_string(json, "letters", letters);
	kdk_json_array_begin(json, "meanings");
	for (unsigned int bit = 0; bit < KDK_TAINT_BITS; bit++)
		if (system->taint >> bit & 1)
			kdk_json_string(json, NULL, kdk_taint_meaning(bit));
	kdk_json_array_end(json);
	kdk_json_object_end(json);
}

static void print_json(struct kdk_cli *cli, const struct kdk_summary *summary,
		       const struct kdk_system *system)
{
	char text[KDK_UNIT_TEXT];
	struct kdk_json json;

	kdk_json_open(&json, cli->out);
	json_text(&json, "host", system->nodename);
	json_text(&json, "release", system->release);
	json_text(&json, "version", system->version);
	json_text(&json, "machine", system->machine);
	kdk_json_string(&json, "time",
			summary->time_known ? kdk_time_format(summary->time, text)
					    : NULL);
	json_text(&json, "panic", system->panic);
	json_numbers(&json, system);
	json_tasks(&json, system);
	json_taint(&json, system);
	json_text(&json, "command_line", system->command_line);
	json_text(&json, "processor", system->cpu_model);
	json_text(&json, "vendor", system->vendor);
	json_text(&json, "product", system->product);
	json_text(&json, "firmware_version", system->bios_version);
	json_text(&json, "firmware_date", system->bios_date);
	kdk_cli_remarks_json(&json, &system->remarks);
	kdk_json_close(&json);
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_cli_fact_deinit) struct kdk_cli_fact fact;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);
	struct kdk_system system = { 0 };
	struct kdk_summary summary;

	if (!err)
		err = kdk_cli_fact_arguments(&fact, 0);
	if (!err)
		err = kdk_system_read(fact.kernel, &system);
	if (err)
		return err;
	kdk_summary_read(fact.kernel, &summary);
	if (cli->json)
		print_json(cli, &summary, &system);
	else
		err = print_text(cli, &summary, &system);
	kdk_system_deinit(&system);
	return err;
}

const struct kdk_command kdk_command_sys = {
	.name = "sys",
	.summary = N_("the machine at a glance: time, load, tasks, taints, hardware"),
	.arguments = "DUMP",
	.options = options,
	.example = "kdumpkit sys vmcore\n"
		   "kdumpkit sys --json vmcore | jq -r .panic",
	.run = run,
};
