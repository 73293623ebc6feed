/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/fact.h"
#include "core/i18n.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/kernel/modules.h"

static const struct kdk_option options[] = {
	{ 'p', "parameters", NULL, N_("everything of each module: memory, versions, parameters") },
	KDK_CLI_FACT_OPTIONS
};

/* No arguments: every module. */
static bool wanted(const struct kdk_cli_fact *fact, struct kdk_modules *modules,
		   const struct kdk_module *module)
{
	for (size_t i = 0; i < fact->count; i++)
		if (kdk_modules_find(modules, fact->arguments[i]) == module)
			return true;
	return !fact->count;
}

/* "a, b", as a table cell takes it: not escaped. */
static struct kdk_error *join_users(const struct kdk_module *module, char **ret)
{
	struct kdk_buffer buffer = { 0 };

	for (size_t i = 0; i < module->used_by_count; i++)
		kdk_buffer_printf(&buffer, "%s%s", i ? ", " : "", module->used_by[i]);
	if (module->permanent)
		kdk_buffer_printf(&buffer, "%s[permanent]", module->used_by_count ? ", " : "");
	return kdk_buffer_take(&buffer, ret);
}

static struct kdk_error *add_row(struct kdk_table *table, const struct kdk_module *module)
{
	_cleanup_free_ char *users = NULL;
	struct kdk_error *err = join_users(module, &users);
	char taints[33];

	if (err)
		return err;
	kdk_taint_letters(module->taints, taints);
	kdk_table_row(table);
	kdk_table_set(table, 0, "%s", module->name);
	kdk_table_set(table, 1, "%" PRIu64, module->size);
	if (module->references >= 0)
		kdk_table_set(table, 2, "%" PRId64, module->references);
	kdk_table_set(table, 3, "%s", kdk_module_state_name(module->state));
	kdk_table_set(table, 4, "%#" PRIx64, module->address);
	kdk_table_set(table, 5, "%s", taints);
	kdk_table_set(table, 6, "%s", users);
	return NULL;
}

static struct kdk_error *print_list(struct kdk_cli_fact *fact, struct kdk_modules *modules)
{
	const struct kdk_column columns[] = {
		{ _("MODULE"), false }, { _("SIZE"), true }, { _("REFS"), true },
		{ _("STATE"), false }, { _("ADDRESS"), true }, { _("TAINT"), false },
		{ _("USED BY"), false },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; !err && i < modules->count; i++)
		err = add_row(table, &modules->modules[i]);
	return err ? err : kdk_table_print(table, fact->cli->out);
}

static const char *build_id_text(const struct kdk_module *module, char text[41])
{
	text[0] = '\0';
	for (size_t i = 0; i < module->build_id_size; i++)
		snprintf(text + 2 * i, 3, "%02x", module->build_id[i]);
	return text;
}

static struct kdk_error *print_module(struct kdk_cli_fact *fact, const struct kdk_module *module)
{
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	_cleanup_free_ char *users = NULL;
	struct kdk_error *err = kdk_table_create_pairs(&table);
	char text[64];

	if (!err)
		err = join_users(module, &users);
	if (err)
		return err;
	kdk_table_pair(table, _("module"), "%s", module->name);
	kdk_table_pair(table, _("struct module"), "%#" PRIx64, module->object);
	kdk_table_pair(table, _("state"), "%s", kdk_module_state_name(module->state));
	if (module->references >= 0)
		kdk_table_pair(table, _("references"), "%" PRId64, module->references);
	if (*users)
		kdk_table_pair(table, _("used by"), "%s", users);
	kdk_taint_letters(module->taints, text);
	if (*text)
		kdk_table_pair(table, _("taint"), "%s", text);
	if (module->version)
		kdk_table_pair(table, _("version"), "%s", module->version);
	if (module->srcversion)
		kdk_table_pair(table, _("source version"), "%s", module->srcversion);
	if (module->build_id_size)
		kdk_table_pair(table, _("build id"), "%s", build_id_text(module, text));
	for (size_t i = 0; i < module->region_count; i++)
		kdk_table_pair(table, module->regions[i].kind, "%#" PRIx64 " (%s)",
			       module->regions[i].address,
			       kdk_size_format(module->regions[i].size, text));
	for (size_t i = 0; i < module->parameter_count; i++)
		kdk_table_pair(table, _("parameter"), "%s=%s", module->parameters[i].name,
			       module->parameters[i].value ? module->parameters[i].value : "?");
	if (module->problem)
		kdk_table_pair(table, _("not read"), "%s", module->problem);
	return kdk_table_print(table, fact->cli->out);
}

static struct kdk_error *print_details(struct kdk_cli_fact *fact, struct kdk_modules *modules)
{
	struct kdk_error *err = NULL;
	bool first = true;

	for (size_t i = 0; !err && i < modules->count; i++) {
		if (!wanted(fact, modules, &modules->modules[i]))
			continue;
		if (!first)
			fputc('\n', fact->cli->out);
		first = false;
		err = print_module(fact, &modules->modules[i]);
	}
	return err;
}

static void json_module(struct kdk_json *json, const struct kdk_module *module)
{
	char text[41];

	kdk_json_object_begin(json, NULL);
	kdk_json_string(json, "name", module->name);
	kdk_json_unsigned(json, "size", module->size);
	kdk_json_address(json, "address", module->address);
	kdk_json_address(json, "object", module->object);
	kdk_json_string(json, "state", kdk_module_state_name(module->state));
	if (module->references >= 0)
		kdk_json_signed(json, "references", module->references);
	else
		kdk_json_null(json, "references");
	kdk_json_array_begin(json, "used_by");
	for (size_t i = 0; i < module->used_by_count; i++)
		kdk_json_string(json, NULL, module->used_by[i]);
	kdk_json_array_end(json);
	kdk_json_bool(json, "permanent", module->permanent);
	kdk_taint_letters(module->taints, text);
	kdk_json_string(json, "taint", text);
	kdk_json_string(json, "version", module->version);
	kdk_json_string(json, "srcversion", module->srcversion);
	kdk_json_string(json, "build_id",
			module->build_id_size ? build_id_text(module, text) : NULL);
	kdk_json_array_begin(json, "regions");
	for (size_t i = 0; i < module->region_count; i++) {
		kdk_json_object_begin(json, NULL);
		kdk_json_string(json, "kind", module->regions[i].kind);
		kdk_json_address(json, "address", module->regions[i].address);
		kdk_json_unsigned(json, "size", module->regions[i].size);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	kdk_json_array_begin(json, "parameters");
	for (size_t i = 0; i < module->parameter_count; i++) {
		kdk_json_object_begin(json, NULL);
		kdk_json_string(json, "name", module->parameters[i].name);
		kdk_json_string(json, "value", module->parameters[i].value);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	kdk_json_string(json, "problem", module->problem);
	kdk_json_object_end(json);
}

static void print_json(struct kdk_cli_fact *fact, struct kdk_modules *modules)
{
	struct kdk_json json;

	kdk_json_open(&json, fact->cli->out);
	kdk_json_array_begin(&json, "modules");
	for (size_t i = 0; i < modules->count; i++)
		if (wanted(fact, modules, &modules->modules[i]))
			json_module(&json, &modules->modules[i]);
	kdk_json_array_end(&json);
	kdk_json_string(&json, "note", modules->note);
	kdk_json_close(&json);
}

static struct kdk_error *read_wanted(struct kdk_cli_fact *fact, struct kdk_modules *modules)
{
	struct kdk_error *err = NULL;

	for (size_t i = 0; i < fact->count; i++)
		if (!kdk_modules_find(modules, fact->arguments[i]))
			return kdk_error_new(KDK_ERROR_ABSENT, _("no module \"%s\" is loaded"),
					     fact->arguments[i]);
	for (size_t i = 0; !err && i < modules->count; i++)
		if (wanted(fact, modules, &modules->modules[i]))
			err = kdk_module_details(fact->kernel, &modules->modules[i]);
	return err;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	struct kdk_cli_fact fact = { 0 };
	struct kdk_modules *modules;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);

	if (!err)
		err = kdk_kernel_modules(fact.kernel, &modules);
	if (!err)
		err = read_wanted(&fact, modules);
	if (!err && cli->json)
		print_json(&fact, modules);
	else if (!err && (fact.count || fact.given['p']))
		err = print_details(&fact, modules);
	else if (!err)
		err = print_list(&fact, modules);
	if (!err && modules->note && !cli->json)
		kdk_cli_note(cli, modules->note);
	for (size_t i = 0; !err && !cli->json && i < modules->count; i++)
		if (modules->modules[i].problem && wanted(&fact, modules, &modules->modules[i]))
			kdk_cli_note(cli, modules->modules[i].problem);
	kdk_cli_fact_deinit(&fact);
	return err;
}

const struct kdk_command kdk_command_mod = {
	.name = "mod",
	.summary = N_("modules: place, size, users, taint, parameters"),
	.arguments = "DUMP [MODULE…]",
	.options = options,
	.example = "kdumpkit mod vmcore\n"
		   "kdumpkit mod vmcore virtio_blk",
	.run = run,
};
