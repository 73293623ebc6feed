/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/fact.h"
#include "core/i18n.h"
#include "core/units.h"
#include "vmcore/inspect/tasks_list.h"

enum { THREADS = 't', TREE = 'T', KERNEL = 'k', USER = 'u', IDLE = 'i' };

static const struct kdk_option options[] = {
	{ THREADS, "threads", NULL, N_("show every thread, not only processes") },
	{ TREE, "tree", NULL, N_("show children below their parents") },
	{ KERNEL, "kernel", NULL, N_("show kernel threads only") },
	{ USER, "user", NULL, N_("leave kernel threads out") },
	{ IDLE, "idle", NULL, N_("show the CPUs' idle tasks too") },
	KDK_CLI_FACT_OPTIONS
};

enum {
	COL_MARK,
	COL_PID,
	COL_PPID,
	COL_CPU,
	COL_STATE,
	COL_RSS,
	COL_SIZE,
	COL_TIME,
	COL_START,
	COL_ADDRESS,
	COL_COMM
};

struct ps {
	struct kdk_cli_fact fact;
	struct kdk_tasks_list list;
	struct kdk_table *table;
	/* For --tree: entries by parent, then pid */
	const struct kdk_tasks_list_entry **by_parent;
	bool *shown;
};

/* A pid, or a task's name. */
static bool asked_for(const struct kdk_cli_fact *fact, const struct kdk_task *task)
{
	for (size_t i = 0; i < fact->count; i++) {
		char *end;
		long pid = strtol(fact->arguments[i], &end, 10);

		if (!strcmp(fact->arguments[i], task->comm) ||
		    (!*end && (pid == task->pid || pid == task->tgid)))
			return true;
	}
	return !fact->count;
}

static bool wanted(const struct ps *ps, const struct kdk_tasks_list_entry *entry)
{
	const bool *given = ps->fact.given;

	if (entry->task.idle ? !given[IDLE] : !given[THREADS] && !entry->task.leader)
		return false;
	if ((given[KERNEL] && !entry->kthread) || (given[USER] && entry->kthread))
		return false;
	return asked_for(&ps->fact, &entry->task);
}

/* "12:34.56": minutes, seconds, hundredths */
static void set_time(struct kdk_table *table, size_t column, uint64_t ns)
{
	uint64_t hundredths = ns / 10000000;

	kdk_table_set(table, column, "%ju:%02u.%02u", (uintmax_t)(hundredths / 6000),
		      (unsigned int)(hundredths / 100 % 60),
		      (unsigned int)(hundredths % 100));
}

static void add_row(struct ps *ps, const struct kdk_tasks_list_entry *entry,
		    unsigned int depth)
{
	const char *frame[] = { entry->kthread ? "[" : "", entry->kthread ? "]" : "" };
	struct kdk_table *table = ps->table;

	kdk_table_row(table);
	kdk_table_set(table, COL_MARK, "%s", entry->task.on_cpu ? ">" : "");
	kdk_table_set(table, COL_PID, "%d", entry->task.pid);
	kdk_table_set(table, COL_PPID, "%d", entry->task.ppid);
	kdk_table_set(table, COL_CPU, "%u", entry->task.cpu);
	kdk_table_set(table, COL_STATE, "%c", entry->state);
	kdk_table_set(table, COL_RSS, "%ju", (uintmax_t)entry->rss / 1024);
	kdk_table_set(table, COL_SIZE, "%ju", (uintmax_t)entry->size / 1024);
	set_time(table, COL_TIME, entry->cpu_ns);
	set_time(table, COL_START, entry->start_ns);
	kdk_table_set(table, COL_ADDRESS, "%jx", (uintmax_t)entry->task.address);
	kdk_table_set(table, COL_COMM, "%*s%s%s%s", (int)depth * 2, "", frame[0],
		      entry->task.comm, frame[1]);
}

static int compare_parents(const void *left, const void *right)
{
	const struct kdk_tasks_list_entry *a =
		*(const struct kdk_tasks_list_entry *const *)left;
	const struct kdk_tasks_list_entry *b =
		*(const struct kdk_tasks_list_entry *const *)right;

	/* Threads stand below their leader. */
	int32_t a_parent = a->task.leader ? a->task.ppid : a->task.tgid;
	int32_t b_parent = b->task.leader ? b->task.ppid : b->task.tgid;

	if (a_parent != b_parent)
		return a_parent < b_parent ? -1 : 1;
	return (a->task.pid > b->task.pid) - (a->task.pid < b->task.pid);
}

/* First entry whose parent is `pid`. */
static size_t first_child(const struct ps *ps, int32_t pid)
{
	size_t low = 0, high = ps->list.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct kdk_task *task = &ps->by_parent[middle]->task;

		if ((task->leader ? task->ppid : task->tgid) < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

#define DEPTH_MAX 40 /* deeper ones are shown at this depth */

/*
 * Children below their parents, without recursion: a stack of positions in by_parent
 * that are still to be shown, one per depth. Parents that loop are shown once.
 */
static void add_below(struct ps *ps, int32_t root)
{
	size_t next[DEPTH_MAX];
	int32_t parent[DEPTH_MAX];
	unsigned int depth = 0;

	parent[0] = root;
	next[0] = first_child(ps, root);
	for (;;) {
		const struct kdk_tasks_list_entry *entry =
			next[depth] < ps->list.count ? ps->by_parent[next[depth]] : NULL;
		size_t index = entry ? (size_t)(entry - ps->list.entries) : 0;

		if (!entry || (entry->task.leader ? entry->task.ppid
						  : entry->task.tgid) != parent[depth]) {
			if (!depth--)
				return;
			continue;
		}
		next[depth]++;
		if (entry->task.idle || ps->shown[index])
			continue;
		ps->shown[index] = true;
		if (wanted(ps, entry))
			add_row(ps, entry, depth);
		if (depth + 1 < DEPTH_MAX) {
			depth++;
			parent[depth] = entry->task.pid;
			next[depth] = first_child(ps, entry->task.pid);
		}
	}
}

static struct kdk_error *add_tree(struct ps *ps)
{
	size_t count = ps->list.count;

	ps->by_parent = calloc(count, sizeof(*ps->by_parent));
	ps->shown = calloc(count, sizeof(*ps->shown));
	if (!ps->by_parent || !ps->shown)
		return &kdk_enomem;
	for (size_t i = 0; i < count; i++) {
		ps->by_parent[i] = &ps->list.entries[i];
		if (ps->list.entries[i].task.idle && wanted(ps, &ps->list.entries[i]))
			add_row(ps, &ps->list.entries[i], 0);
	}
	qsort(ps->by_parent, count, sizeof(*ps->by_parent), compare_parents);
	add_below(ps, 0);
	/* Those whose parent is not in the list */
	for (size_t i = 0; i < count; i++) {
		const struct kdk_tasks_list_entry *entry = &ps->list.entries[i];

		if (!ps->shown[i] && !entry->task.idle) {
			ps->shown[i] = true;
			if (wanted(ps, entry))
				add_row(ps, entry, 0);
			add_below(ps, entry->task.pid);
		}
	}
	return NULL;
}

static struct kdk_error *print_text(struct ps *ps)
{
	const struct kdk_column columns[] = {
		[COL_MARK] = { "", false },
		[COL_PID] = { _("PID"), true },
		[COL_PPID] = { _("PPID"), true },
		[COL_CPU] = { _("CPU"), true },
		[COL_STATE] = { _("S"), false },
		[COL_RSS] = { _("RSS KiB"), true },
		[COL_SIZE] = { _("SIZE KiB"), true },
		[COL_TIME] = { _("CPU TIME"), true },
		[COL_START] = { _("STARTED"), true },
		[COL_ADDRESS] = { _("TASK"), false },
		[COL_COMM] = { _("COMMAND"), false },
	};
	struct kdk_error *err =
		kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &ps->table);

	if (!err && ps->fact.given[TREE])
		err = add_tree(ps);
	for (size_t i = 0; i < ps->list.count && !ps->fact.given[TREE] && !err; i++)
		if (wanted(ps, &ps->list.entries[i]))
			add_row(ps, &ps->list.entries[i], 0);
	if (!err)
		err = kdk_table_print(ps->table, ps->fact.cli->out);
	if (!err)
		kdk_cli_remarks(ps->fact.cli, &ps->list.remarks);
	return err;
}

static void json_task(struct kdk_json *json, const struct kdk_tasks_list_entry *entry)
{
	const char state[2] = { entry->state };

	kdk_json_object_begin(json, NULL);
	kdk_json_signed(json, "pid", entry->task.pid);
	kdk_json_signed(json, "tgid", entry->task.tgid);
	kdk_json_signed(json, "ppid", entry->task.ppid);
	kdk_json_string(json, "comm", entry->task.comm);
	kdk_json_string(json, "state", state);
	kdk_json_unsigned(json, "cpu", entry->task.cpu);
	kdk_json_address(json, "address", entry->task.address);
	kdk_json_bool(json, "on_cpu", entry->task.on_cpu);
	kdk_json_bool(json, "kthread", entry->kthread);
	kdk_json_bool(json, "idle", entry->task.idle);
	kdk_json_unsigned(json, "uid", entry->uid);
	kdk_json_unsigned(json, "threads", entry->threads);
	kdk_json_unsigned(json, "rss_kb", entry->rss / 1024);
	kdk_json_unsigned(json, "size_kb", entry->size / 1024);
	kdk_json_unsigned(json, "swap_kb", entry->swap / 1024);
	kdk_json_unsigned(json, "cpu_time_ns", entry->cpu_ns);
	kdk_json_unsigned(json, "start_ns", entry->start_ns);
	kdk_json_object_end(json);
}

static void print_json(const struct ps *ps)
{
	struct kdk_json json;

	kdk_json_open(&json, ps->fact.cli->out);
	kdk_json_array_begin(&json, "tasks");
	for (size_t i = 0; i < ps->list.count; i++)
		if (wanted(ps, &ps->list.entries[i]))
			json_task(&json, &ps->list.entries[i]);
	kdk_json_array_end(&json);
	kdk_cli_remarks_json(&json, &ps->list.remarks);
	kdk_json_close(&json);
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	struct ps ps = { 0 };
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &ps.fact);

	if (!err)
		err = kdk_tasks_list_read(ps.fact.kernel, &ps.list);
	if (!err && cli->json)
		print_json(&ps);
	else if (!err)
		err = print_text(&ps);
	kdk_table_destroy(ps.table);
	free(ps.by_parent);
	free(ps.shown);
	kdk_tasks_list_deinit(&ps.list);
	kdk_cli_fact_deinit(&ps.fact);
	return err;
}

const struct kdk_command kdk_command_ps = {
	.name = "ps",
	.summary = N_("tasks: state, CPU, memory, times"),
	.arguments = "DUMP [PID|NAME…]",
	.options = options,
	.example = "kdumpkit ps vmcore\n"
		   "kdumpkit ps --threads --tree vmcore\n"
		   "kdumpkit ps vmcore bash 4711",
	.run = run,
};
