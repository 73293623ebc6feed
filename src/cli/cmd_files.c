/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fact.h"
#include "core/i18n.h"
#include "vmcore/inspect/files.h"

static const struct kdk_option options[] = { KDK_CLI_FACT_OPTIONS };

enum { COL_FD, COL_ACCESS, COL_KIND, COL_POSITION, COL_FILE, COL_INODE, COL_PATH };

static const char *access_text(const struct kdk_file *file)
{
	if (file->readable)
		return file->writable ? "rw" : "r";
	return file->writable ? "w" : "-";
}

static struct kdk_error *print_task(struct kdk_cli *cli, const struct kdk_files *files)
{
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create_pairs(&table);

	if (err)
		return err;
	kdk_table_pair(table, _("Task"), "%d %s", files->task.pid, files->task.comm);
	kdk_table_pair(table, _("Program"), "%s", files->exe ? files->exe : "-");
	kdk_table_pair(table, _("Root"), "%s", files->root ? files->root : "-");
	kdk_table_pair(table, _("Working directory"), "%s",
		       files->cwd ? files->cwd : "-");
	return kdk_table_print(table, cli->out);
}

static struct kdk_error *print_text(struct kdk_cli *cli, const struct kdk_files *files)
{
	const struct kdk_column columns[] = {
		[COL_FD] = { _("FD"), true },
		[COL_ACCESS] = { _("ACCESS"), false },
		[COL_KIND] = { _("TYPE"), false },
		[COL_POSITION] = { _("POSITION"), true },
		[COL_FILE] = { _("FILE"), false },
		[COL_INODE] = { _("INODE"), false },
		[COL_PATH] = { _("PATH"), false },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = print_task(cli, files);

	if (!err)
		err = kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);
	if (err)
		return err;
	for (size_t i = 0; i < files->count; i++) {
		const struct kdk_file *file = &files->files[i];

		kdk_table_row(table);
		kdk_table_set(table, COL_FD, "%d", file->fd);
		kdk_table_set(table, COL_ACCESS, "%s", access_text(file));
		kdk_table_set(table, COL_KIND, "%s", kdk_file_kind_name(file->kind));
		kdk_table_set(table, COL_POSITION, "%ju", (uintmax_t)file->position);
		kdk_table_set(table, COL_FILE, "%jx", (uintmax_t)file->address);
		kdk_table_set(table, COL_INODE, "%jx", (uintmax_t)file->inode);
		kdk_table_set(table, COL_PATH, "%s", file->path);
	}
	fputc('\n', cli->out);
	return kdk_table_print(table, cli->out);
}

static void json_task(struct kdk_json *json, const struct kdk_files *files)
{
	kdk_json_object_begin(json, NULL);
	kdk_json_signed(json, "pid", files->task.pid);
	kdk_json_string(json, "comm", files->task.comm);
	kdk_json_string(json, "exe", files->exe);
	kdk_json_string(json, "root", files->root);
	kdk_json_string(json, "cwd", files->cwd);
	kdk_json_array_begin(json, "files");
	for (size_t i = 0; i < files->count; i++) {
		const struct kdk_file *file = &files->files[i];

		kdk_json_object_begin(json, NULL);
		kdk_json_signed(json, "fd", file->fd);
		kdk_json_string(json, "path", file->path);
		kdk_json_string(json, "type", kdk_file_kind_name(file->kind));
		kdk_json_bool(json, "readable", file->readable);
		kdk_json_bool(json, "writable", file->writable);
		kdk_json_unsigned(json, "flags", file->flags);
		kdk_json_unsigned(json, "position", file->position);
		kdk_json_unsigned(json, "size", file->size);
		kdk_json_address(json, "address", file->address);
		kdk_json_address(json, "dentry", file->dentry);
		kdk_json_address(json, "inode", file->inode);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	kdk_cli_remarks_json(json, &files->remarks);
	kdk_json_object_end(json);
}

static struct kdk_error *show(struct kdk_cli *cli, struct kdk_kernel *kernel,
			      const char *text, struct kdk_json *json)
{
	struct kdk_files files = { 0 };
	int32_t pid;
	struct kdk_error *err = kdk_cli_pid(text, &pid);

	if (!err)
		err = kdk_files_read(kernel, pid, &files);
	if (!err && cli->json)
		json_task(json, &files);
	else if (!err)
		err = print_text(cli, &files);
	if (!err && !cli->json)
		kdk_cli_remarks(cli, &files.remarks);
	kdk_files_deinit(&files);
	return err;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_cli_fact_deinit) struct kdk_cli_fact fact;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);

	return err ? err : kdk_cli_fact_tasks(&fact, show);
}

const struct kdk_command kdk_command_files = {
	.name = "files",
	.summary = N_("open files of tasks"),
	.arguments = "DUMP PID…",
	.options = options,
	.example = "kdumpkit files vmcore 1\n"
		   "kdumpkit files --json vmcore 4711 | jq -r '.tasks[].files[].path'",
	.run = run,
};
