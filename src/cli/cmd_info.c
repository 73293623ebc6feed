/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/open.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/table.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/inspect/summary.h"

#include <string.h>

enum { VMCOREINFO = 'v', SEGMENTS = 's', NOTES = 'n' };

static const struct kdk_option options[] = {
	{ 'v', "vmcoreinfo", NULL, N_("print only vmcoreinfo, in the dump's order") },
	{ 's', "segments", NULL, N_("print only the segments of an ELF file") },
	{ 'n', "notes", NULL, N_("print only the notes") },
	{ 0 },
};

static void pair_text(struct kdk_table *table, const char *key, const char *value)
{
	if (value && *value)
		kdk_table_pair(table, key, "%s", value);
}

static void pair_container(struct kdk_table *table, const struct kdk_summary *sum)
{
	kdk_table_pair(table, _("Container"), "%s", sum->container);
	if (sum->files > 1)
		kdk_table_pair(table, _("Files"), "%zu", sum->files);
	if (sum->flattened)
		kdk_table_pair(table, _("Flattened"), "%s", _("yes, read in place"));
	if (sum->dump_level >= 0)
		kdk_table_pair(table, _("Dump level"), "%d", sum->dump_level);
	pair_text(table, _("Compression"), sum->compression);
	if (sum->incomplete)
		kdk_table_pair(table, _("Complete"), "%s", _("no: the writer did not finish"));
}

static void pair_kernel(struct kdk_table *table, const struct kdk_summary *sum)
{
	char text[KDK_UNIT_TEXT];

	pair_text(table, _("Kernel"), sum->release);
	pair_text(table, _("Version"), sum->version);
	pair_text(table, _("Build id"), sum->build_id);
	pair_text(table, _("Host"), sum->nodename);
	pair_text(table, _("Architecture"), sum->arch);
	if (sum->big_endian)
		kdk_table_pair(table, _("Byte order"), "%s", _("big-endian"));
	if (sum->time_known)
		kdk_table_pair(table, sum->time_is_crash ? _("Crashed") : _("Dumped"), "%s",
			       kdk_time_format(sum->time, text));
	kdk_table_pair(table, _("Page size"), "%s", kdk_size_format(sum->page_size, text));
	if (sum->paging)
		kdk_table_pair(table, _("Paging"), "%s", sum->paging);
	else
		kdk_table_pair(table, _("Paging"), _("not known: %s"),
			       sum->paging_why ? sum->paging_why : "");
	if (sum->kaslr_known)
		kdk_table_pair(table, _("KASLR offset"), "%#jx", (uintmax_t)sum->kaslr_offset);
	kdk_table_pair(table, _("Memory up to"), "%#jx (%s)", (uintmax_t)sum->max_phys,
		       kdk_size_format(sum->max_phys, text));
}

static void pair_vmcoreinfo(struct kdk_table *table, const struct kdk_summary *sum)
{
	if (!sum->info_count)
		kdk_table_pair(table, "vmcoreinfo", "%s", _("none: symbols and log cannot be found"));
	else if (sum->info_found_by_scan)
		kdk_table_pair(table, "vmcoreinfo", _("%zu lines, found by searching memory"),
			       sum->info_count);
	else
		kdk_table_pair(table, "vmcoreinfo", _("%zu lines"), sum->info_count);
	if (sum->info_malformed)
		kdk_table_pair(table, _("Malformed lines"), "%zu", sum->info_malformed);
	if (sum->note_count)
		kdk_table_pair(table, _("Notes"), "%zu", sum->note_count);
	if (sum->segment_count)
		kdk_table_pair(table, _("Segments"), "%zu", sum->segment_count);
}

static struct kdk_error *print_summary(struct kdk_cli *cli, const struct kdk_summary *sum)
{
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create_pairs(&table);

	if (err)
		return err;
	pair_container(table, sum);
	pair_kernel(table, sum);
	pair_vmcoreinfo(table, sum);
	return kdk_table_print(table, cli->out);
}

static struct kdk_error *print_vmcoreinfo(struct kdk_cli *cli, const struct kdk_kernel *kernel)
{
	if (!kernel->info)
		return kdk_error_new(KDK_ERROR_ABSENT, _("this dump has no vmcoreinfo"));
	for (size_t i = 0; i < kernel->info->count; i++) {
		const struct kdk_vmcoreinfo_entry *entry = &kernel->info->entries[i];

		kdk_text_print(cli->out, entry->key, strlen(entry->key), 0);
		fputc('=', cli->out);
		kdk_text_print(cli->out, entry->value, strlen(entry->value), 0);
		fputc('\n', cli->out);
	}
	return NULL;
}

static void set_address(struct kdk_table *table, size_t column, uint64_t address)
{
	if (address == KDK_NO_ADDRESS)
		kdk_table_set(table, column, "-");
	else
		kdk_table_set(table, column, "%#jx", (uintmax_t)address);
}

static struct kdk_error *print_segments(struct kdk_cli *cli, const struct kdk_dump *dump)
{
	const struct kdk_column columns[] = {
		{ _("PHYSICAL"), true }, { _("VIRTUAL"), true }, { _("SIZE"), true },
		{ _("IN FILE"), true },	 { _("OFFSET"), true },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);

	if (err)
		return err;
	for (size_t i = 0; i < dump->segment_count; i++) {
		const struct kdk_segment *seg = &dump->segments[i];

		kdk_table_row(table);
		set_address(table, 0, seg->phys);
		set_address(table, 1, seg->virt);
		kdk_table_set(table, 2, "%#jx", (uintmax_t)seg->size);
		kdk_table_set(table, 3, "%#jx", (uintmax_t)seg->file_size);
		kdk_table_set(table, 4, "%#jx", (uintmax_t)seg->offset);
	}
	return kdk_table_print(table, cli->out);
}

static struct kdk_error *print_notes(struct kdk_cli *cli, const struct kdk_dump *dump)
{
	const struct kdk_column columns[] = {
		{ _("NAME"), false }, { _("TYPE"), true }, { _("BYTES"), true },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);

	if (err)
		return err;
	for (size_t i = 0; i < dump->note_count; i++) {
		kdk_table_row(table);
		kdk_table_set(table, 0, "%s", dump->notes[i].name);
		kdk_table_set(table, 1, "%#x", dump->notes[i].type);
		kdk_table_set(table, 2, "%zu", dump->notes[i].desc_size);
	}
	return kdk_table_print(table, cli->out);
}

static void json_address_or_null(struct kdk_json *json, const char *name, uint64_t address)
{
	if (address == KDK_NO_ADDRESS)
		kdk_json_null(json, name);
	else
		kdk_json_address(json, name, address);
}

static void json_dump(struct kdk_json *json, const struct kdk_summary *sum)
{
	kdk_json_object_begin(json, "dump");
	kdk_json_string(json, "format", sum->format);
	kdk_json_string(json, "container", sum->container);
	kdk_json_unsigned(json, "files", sum->files);
	kdk_json_bool(json, "flattened", sum->flattened);
	kdk_json_bool(json, "marked_incomplete", sum->incomplete);
	if (sum->dump_level >= 0)
		kdk_json_signed(json, "level", sum->dump_level);
	else
		kdk_json_null(json, "level");
	kdk_json_string(json, "compression", *sum->compression ? sum->compression : NULL);
	kdk_json_object_end(json);
}

static void json_kernel(struct kdk_json *json, const struct kdk_summary *sum)
{
	char text[KDK_UNIT_TEXT];

	kdk_json_object_begin(json, "kernel");
	kdk_json_string(json, "release", sum->release);
	kdk_json_string(json, "version", sum->version);
	kdk_json_string(json, "build_id", *sum->build_id ? sum->build_id : NULL);
	kdk_json_string(json, "arch", sum->arch);
	kdk_json_bool(json, "big_endian", sum->big_endian);
	kdk_json_unsigned(json, "word_bytes", sum->word_bytes);
	kdk_json_unsigned(json, "page_size", sum->page_size);
	kdk_json_string(json, "paging", sum->paging);
	if (sum->kaslr_known)
		kdk_json_address(json, "kaslr_offset", sum->kaslr_offset);
	else
		kdk_json_null(json, "kaslr_offset");
	kdk_json_object_end(json);
	kdk_json_string(json, "host", *sum->nodename ? sum->nodename : NULL);
	kdk_json_string(json, "time", sum->time_known ? kdk_time_format(sum->time, text) : NULL);
	kdk_json_bool(json, "time_is_crash", sum->time_is_crash);
	kdk_json_address(json, "max_phys", sum->max_phys);
}

static void json_lists(struct kdk_json *json, const struct kdk_kernel *kernel)
{
	const struct kdk_dump *dump = kernel->dump;

	kdk_json_bool(json, "vmcoreinfo_found_by_scan", kernel->info_found_by_scan);
	kdk_json_array_begin(json, "vmcoreinfo");
	for (size_t i = 0; kernel->info && i < kernel->info->count; i++) {
		kdk_json_object_begin(json, NULL);
		kdk_json_string(json, "key", kernel->info->entries[i].key);
		kdk_json_string(json, "value", kernel->info->entries[i].value);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	kdk_json_array_begin(json, "segments");
	for (size_t i = 0; i < dump->segment_count; i++) {
		kdk_json_object_begin(json, NULL);
		json_address_or_null(json, "phys", dump->segments[i].phys);
		json_address_or_null(json, "virt", dump->segments[i].virt);
		kdk_json_unsigned(json, "size", dump->segments[i].size);
		kdk_json_unsigned(json, "file_size", dump->segments[i].file_size);
		kdk_json_unsigned(json, "offset", dump->segments[i].offset);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	kdk_json_array_begin(json, "notes");
	for (size_t i = 0; i < dump->note_count; i++) {
		kdk_json_object_begin(json, NULL);
		kdk_json_string(json, "name", dump->notes[i].name);
		kdk_json_unsigned(json, "type", dump->notes[i].type);
		kdk_json_unsigned(json, "size", dump->notes[i].desc_size);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	kdk_json_array_begin(json, "remarks");
	for (size_t i = 0; i < dump->remark_count; i++)
		kdk_json_string(json, NULL, dump->remarks[i]);
	kdk_json_array_end(json);
}

static void print_json(struct kdk_cli *cli, const struct kdk_kernel *kernel,
		       const struct kdk_summary *sum)
{
	struct kdk_json json;

	kdk_json_open(&json, cli->out);
	json_dump(&json, sum);
	json_kernel(&json, sum);
	json_lists(&json, kernel);
	kdk_json_close(&json);
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_kernel_destroyp) struct kdk_kernel *kernel = NULL;
	struct kdk_option_parser parser = { 0 };
	struct kdk_summary summary;
	struct kdk_error *err;
	int option, only = 0;

	err = kdk_options_init(&parser, cli, options, argc, argv);
	if (err)
		return err;
	while ((option = kdk_options_next(&parser)) > 0)
		only = option;
	kdk_options_deinit(&parser);
	if (option < 0)
		return parser.error;
	err = kdk_cli_open(cli, argv + parser.index, argc - parser.index, &kernel);
	if (err)
		return err;
	kdk_summary_read(kernel, &summary);
	if (cli->json) {
		print_json(cli, kernel, &summary);
		return NULL;
	}
	if (only == VMCOREINFO)
		return print_vmcoreinfo(cli, kernel);
	if (only == SEGMENTS)
		return print_segments(cli, kernel->dump);
	if (only == NOTES)
		return print_notes(cli, kernel->dump);
	return print_summary(cli, &summary);
}

const struct kdk_command kdk_command_info = {
	.name = "info",
	.summary = N_("what a dump is: container, kernel, machine, vmcoreinfo"),
	.arguments = "DUMP…",
	.options = options,
	.example = "kdumpkit info /var/crash/202611230157/dump.202611230157\n"
		   "kdumpkit info --vmcoreinfo vmcore | grep NUMBER",
	.run = run,
};
