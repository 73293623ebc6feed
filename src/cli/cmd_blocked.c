/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/fact.h"
#include "core/i18n.h"
#include "core/text.h"
#include "vmcore/inspect/blocked.h"

static const struct kdk_option options[] = {
	KDK_CLI_FACT_OPTIONS
};

/* "mutex kdk_mutex held by 12 name" */
static void set_lock(struct kdk_table *table, size_t column, const struct kdk_blocked *blocked,
		     const struct kdk_blocked_task *entry)
{
	const char *kind = kdk_lock_kind_name(entry->lock.kind);
	const struct kdk_blocked_task *owner =
		entry->owner == KDK_BLOCKED_NONE ? NULL : &blocked->tasks[entry->owner];
	char lock[256];

	if (!entry->lock.kind)
		return;
	if (entry->lock_name)
		snprintf(lock, sizeof(lock), "%s %s", kind, entry->lock_name);
	else
		snprintf(lock, sizeof(lock), "%s %#jx", kind, (uintmax_t)entry->lock.address);
	if (!owner && entry->lock.readers)
		kdk_table_set(table, column, _("%s, held by readers"), lock);
	else if (!owner)
		kdk_table_set(table, column, _("%s, held by nobody known"), lock);
	else if (entry->lock.readers)
		kdk_table_set(table, column, _("%s, held by readers, %d %s was the last"), lock,
			      (int)owner->task.pid, owner->task.comm);
	else
		kdk_table_set(table, column, _("%s, held by %d %s"), lock, (int)owner->task.pid,
			      owner->task.comm);
}

static struct kdk_error *print_tasks(struct kdk_cli *cli, const struct kdk_blocked *blocked)
{
	const struct kdk_column columns[] = {
		{ _("PID"), true }, { _("STATE"), false }, { _("SECONDS"), true },
		{ _("NAME"), false }, { _("SLEEPS IN"), false }, { _("WAITS FOR"), false },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err = kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);

	if (err)
		return err;
	for (size_t i = 0; i < blocked->count; i++) {
		const struct kdk_blocked_task *entry = &blocked->tasks[i];

		kdk_table_row(table);
		kdk_table_set(table, 0, "%d", (int)entry->task.pid);
		kdk_table_set(table, 1, "%c", entry->state);
		if (entry->waited_known)
			kdk_table_set(table, 2, "%.3f", entry->waited_ns / 1e9);
		kdk_table_set(table, 3, "%s", entry->task.comm);
		if (entry->where)
			kdk_table_set(table, 4, "%s", entry->where);
		set_lock(table, 5, blocked, entry);
	}
	return kdk_table_print(table, cli->out);
}

static void print_circles(struct kdk_cli *cli, const struct kdk_blocked *blocked)
{
	for (size_t c = 0; c < blocked->circle_count; c++) {
		fputs(_("deadlock: each waits for the next:"), cli->out);
		for (size_t i = blocked->circle_starts[c]; i < blocked->circle_starts[c + 1]; i++) {
			const struct kdk_task *task = &blocked->tasks[blocked->circle[i]].task;

			fprintf(cli->out, "%s %d ", i > blocked->circle_starts[c] ? "," : "",
				(int)task->pid);
			kdk_text_print(cli->out, task->comm, strlen(task->comm),
				       kdk_text_locale_flags());
		}
		fputc('\n', cli->out);
	}
}

static struct kdk_error *print(struct kdk_cli *cli, const struct kdk_blocked *blocked)
{
	struct kdk_error *err = NULL;

	if (blocked->count)
		err = print_tasks(cli, blocked);
	else
		fputs(_("No task is blocked.\n"), cli->out);
	if (err)
		return err;
	print_circles(cli, blocked);
	kdk_cli_remarks(cli, &blocked->remarks);
	return NULL;
}

static void json_name(struct kdk_json *json, const struct kdk_blocked_task *entry)
{
	kdk_json_signed(json, "pid", entry->task.pid);
	kdk_json_text(json, "comm", entry->task.comm, strlen(entry->task.comm));
}

static void json_lock(struct kdk_json *json, const struct kdk_blocked *blocked,
		      const struct kdk_blocked_task *entry)
{
	if (!entry->lock.kind) {
		kdk_json_null(json, "lock");
		return;
	}
	kdk_json_object_begin(json, "lock");
	kdk_json_string(json, "kind", kdk_lock_kind_name(entry->lock.kind));
	kdk_json_address(json, "address", entry->lock.address);
	kdk_json_string(json, "symbol", entry->lock_name);
	kdk_json_string(json, "wanted_for", entry->lock.kind == KDK_LOCK_MUTEX ? NULL :
			entry->reads ? "read" : "write");
	kdk_json_bool(json, "held_by_readers", entry->lock.readers);
	if (entry->owner == KDK_BLOCKED_NONE) {
		kdk_json_null(json, "owner");
	} else {
		kdk_json_object_begin(json, "owner");
		json_name(json, &blocked->tasks[entry->owner]);
		kdk_json_object_end(json);
	}
	kdk_json_object_end(json);
}

static void json_task(struct kdk_json *json, const struct kdk_blocked *blocked,
		      const struct kdk_blocked_task *entry)
{
	const char state[] = { entry->state, '\0' };

	kdk_json_object_begin(json, NULL);
	json_name(json, entry);
	kdk_json_string(json, "state", state);
	kdk_json_address(json, "address", entry->task.address);
	if (entry->waited_known)
		kdk_json_unsigned(json, "waited_ns", entry->waited_ns);
	else
		kdk_json_null(json, "waited_ns");
	kdk_json_string(json, "where", entry->where);
	json_lock(json, blocked, entry);
	kdk_json_bool(json, "deadlocked", entry->deadlocked);
	kdk_json_object_end(json);
}

static void write_json(struct kdk_cli *cli, const struct kdk_blocked *blocked)
{
	struct kdk_json json;

	kdk_json_open(&json, cli->out);
	kdk_json_unsigned(&json, "blocked", blocked->blocked);
	kdk_json_array_begin(&json, "tasks");
	for (size_t i = 0; i < blocked->count; i++)
		json_task(&json, blocked, &blocked->tasks[i]);
	kdk_json_array_end(&json);
	kdk_json_array_begin(&json, "deadlocks");
	for (size_t c = 0; c < blocked->circle_count; c++) {
		kdk_json_array_begin(&json, NULL);
		for (size_t i = blocked->circle_starts[c]; i < blocked->circle_starts[c + 1]; i++) {
			kdk_json_object_begin(&json, NULL);
			json_name(&json, &blocked->tasks[blocked->circle[i]]);
			kdk_json_object_end(&json);
		}
		kdk_json_array_end(&json);
	}
	kdk_json_array_end(&json);
	kdk_cli_remarks_json(&json, &blocked->remarks);
	kdk_json_close(&json);
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	struct kdk_blocked blocked = { 0 };
	struct kdk_cli_fact fact;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);

	if (!err)
		err = kdk_cli_fact_arguments(&fact, 0);
	if (!err)
		err = kdk_blocked_read(fact.kernel, &blocked);
	if (!err && cli->json)
		write_json(cli, &blocked);
	else if (!err)
		err = print(cli, &blocked);
	kdk_blocked_deinit(&blocked);
	kdk_cli_fact_deinit(&fact);
	return err;
}

const struct kdk_command kdk_command_blocked = {
	.name = "blocked",
	.summary = N_("blocked tasks: since when, on which lock, who holds it; deadlocks"),
	.arguments = "DUMP",
	.options = options,
	.example = "kdumpkit blocked vmcore",
	.run = run,
};
