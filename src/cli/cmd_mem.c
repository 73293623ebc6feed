/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "cli/fact.h"
#include "core/i18n.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/inspect/memory_use.h"
#include "vmcore/inspect/tasks_list.h"

#define TOP_DEFAULT 10

static const struct kdk_option options[] = {
	{ 'z', "zones", NULL, N_("nodes and zones only") },
	{ 's', "slabs", NULL, N_("slab caches only, all of them") },
	{ 'n', "top", "COUNT", N_("how many slab caches and processes (default: 10)") },
	KDK_CLI_FACT_OPTIONS
};

struct mem {
	struct kdk_cli *cli;
	struct kdk_memory_use use;
	struct kdk_tasks_list tasks;
	size_t top;
};

static const char *item_label(enum kdk_memory_item item)
{
	static const char *const labels[KDK_MEM_ITEMS] = {
		[KDK_MEM_TOTAL] = N_("Total"),
		[KDK_MEM_FREE] = N_("Free"),
		[KDK_MEM_AVAILABLE] = N_("Available"),
		[KDK_MEM_BUFFERS] = N_("Block device cache"),
		[KDK_MEM_CACHED] = N_("File cache"),
		[KDK_MEM_SWAP_CACHED] = N_("Swap cache"),
		[KDK_MEM_ACTIVE_ANON] = N_("Active, anonymous"),
		[KDK_MEM_INACTIVE_ANON] = N_("Inactive, anonymous"),
		[KDK_MEM_ACTIVE_FILE] = N_("Active, files"),
		[KDK_MEM_INACTIVE_FILE] = N_("Inactive, files"),
		[KDK_MEM_UNEVICTABLE] = N_("Unevictable"),
		[KDK_MEM_MLOCKED] = N_("Locked"),
		[KDK_MEM_SWAP_TOTAL] = N_("Swap, total"),
		[KDK_MEM_SWAP_FREE] = N_("Swap, free"),
		[KDK_MEM_DIRTY] = N_("Dirty"),
		[KDK_MEM_WRITEBACK] = N_("In writeback"),
		[KDK_MEM_ANON] = N_("Anonymous, mapped"),
		[KDK_MEM_MAPPED] = N_("Files, mapped"),
		[KDK_MEM_SHMEM] = N_("Shared memory and tmpfs"),
		[KDK_MEM_SLAB] = N_("Slab"),
		[KDK_MEM_SLAB_RECLAIMABLE] = N_("Slab, reclaimable"),
		[KDK_MEM_SLAB_UNRECLAIMABLE] = N_("Slab, unreclaimable"),
		[KDK_MEM_KERNEL_STACKS] = N_("Kernel stacks"),
		[KDK_MEM_PAGE_TABLES] = N_("Page tables"),
		[KDK_MEM_VMALLOC] = N_("vmalloc"),
		[KDK_MEM_PERCPU] = N_("Per-CPU memory"),
		[KDK_MEM_CMA_TOTAL] = N_("CMA, total"),
		[KDK_MEM_CMA_FREE] = N_("CMA, free"),
		[KDK_MEM_HUGEPAGES] = N_("Huge pages"),
		[KDK_MEM_HUGEPAGES_FREE] = N_("Huge pages, free"),
	};

	return _(labels[item]);
}

static int by_rss(const void *left, const void *right)
{
	const struct kdk_tasks_list_entry *a = left, *b = right;

	if (a->rss != b->rss)
		return a->rss > b->rss ? -1 : 1;
	return (a->task.pid > b->task.pid) - (a->task.pid < b->task.pid);
}

/* Processes with memory of their own, largest first, at the front of the list. */
static void keep_processes(struct kdk_tasks_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (list->entries[i].task.leader && list->entries[i].rss)
			list->entries[kept++] = list->entries[i];
	list->count = kept;
	if (kept)
		qsort(list->entries, kept, sizeof(*list->entries), by_rss);
}

static struct kdk_error *print_summary(const struct mem *mem)
{
	const struct kdk_column columns[] = {
		{ _("MEMORY"), false },
		{ _("SIZE"), true },
		{ _("KiB"), true },
		{ _("OF TOTAL"), true },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err =
		kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);
	uint64_t total = mem->use.value[KDK_MEM_TOTAL];
	char text[KDK_UNIT_TEXT];

	if (err)
		return err;
	for (int i = 0; i < KDK_MEM_ITEMS; i++) {
		if (!mem->use.known[i])
			continue;
		kdk_table_row(table);
		kdk_table_set(table, 0, "%s", item_label(i));
		kdk_table_set(table, 1, "%s", kdk_size_format(mem->use.value[i], text));
		kdk_table_set(table, 2, "%ju", (uintmax_t)mem->use.value[i] / 1024);
		if (total && mem->use.value[i] <= total)
			kdk_table_set(table, 3, "%.1f %%",
				      100.0 * mem->use.value[i] / total);
	}
	return kdk_table_print(table, mem->cli->out);
}

static struct kdk_error *print_zones(const struct mem *mem)
{
	const struct kdk_column columns[] = {
		{ _("NODE"), true },	    { _("ZONE"), false },
		{ _("START"), true },	    { _("PRESENT KiB"), true },
		{ _("MANAGED KiB"), true }, { _("FREE KiB"), true },
		{ _("MIN"), true },	    { _("LOW"), true },
		{ _("HIGH"), true },	    { _("FREE BLOCKS BY ORDER"), false },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err =
		kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < mem->use.node_count && !err; i++) {
		const struct kdk_memory_node *node = &mem->use.nodes[i];

		for (size_t j = 0; j < node->zone_count; j++) {
			const struct kdk_memory_zone *zone = &node->zones[j];
			_cleanup_(kdk_buffer_deinit) struct kdk_buffer orders = { 0 };

			for (unsigned int k = 0; k < zone->orders; k++)
				kdk_buffer_printf(&orders, k ? " %ju" : "%ju",
						  (uintmax_t)zone->free_blocks[k]);
			kdk_table_row(table);
			kdk_table_set(table, 0, "%u", node->id);
			kdk_table_set(table, 1, "%s", zone->name);
			kdk_table_set(table, 2, "%#jx", (uintmax_t)zone->start);
			kdk_table_set(table, 3, "%ju", (uintmax_t)zone->present / 1024);
			kdk_table_set(table, 4, "%ju", (uintmax_t)zone->managed / 1024);
			kdk_table_set(table, 5, "%ju", (uintmax_t)zone->free / 1024);
			kdk_table_set(table, 6, "%ju", (uintmax_t)zone->min / 1024);
			kdk_table_set(table, 7, "%ju", (uintmax_t)zone->low / 1024);
			kdk_table_set(table, 8, "%ju", (uintmax_t)zone->high / 1024);
			kdk_table_set(table, 9, "%s", orders.data ? orders.data : "");
		}
	}
	return err ? err : kdk_table_print(table, mem->cli->out);
}

static struct kdk_error *print_slabs(const struct mem *mem, size_t count)
{
	const struct kdk_column columns[] = {
		{ _("SLAB CACHE"), false }, { _("OBJECT"), true },
		{ _("OBJECTS"), true },	    { _("SLABS"), true },
		{ _("KiB"), true },	    { _("KMEM_CACHE"), false },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err =
		kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < mem->use.slab_count && i < count && !err; i++) {
		const struct kdk_memory_slab *slab = &mem->use.slabs[i];

		kdk_table_row(table);
		kdk_table_set(table, 0, "%s", slab->name);
		kdk_table_set(table, 1, "%ju", (uintmax_t)slab->object_size);
		kdk_table_set(table, 2, "%ju", (uintmax_t)slab->objects);
		kdk_table_set(table, 3, "%ju", (uintmax_t)slab->slabs);
		kdk_table_set(table, 4, "%ju", (uintmax_t)slab->size / 1024);
		kdk_table_set(table, 5, "%jx", (uintmax_t)slab->address);
	}
	return err ? err : kdk_table_print(table, mem->cli->out);
}

static struct kdk_error *print_processes(const struct mem *mem)
{
	const struct kdk_column columns[] = {
		{ _("PID"), true },
		{ _("RSS KiB"), true },
		{ _("SWAP KiB"), true },
		{ _("COMMAND"), false },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err =
		kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < mem->tasks.count && i < mem->top && !err; i++) {
		const struct kdk_tasks_list_entry *entry = &mem->tasks.entries[i];

		kdk_table_row(table);
		kdk_table_set(table, 0, "%d", entry->task.pid);
		kdk_table_set(table, 1, "%ju", (uintmax_t)entry->rss / 1024);
		kdk_table_set(table, 2, "%ju", (uintmax_t)entry->swap / 1024);
		kdk_table_set(table, 3, "%s", entry->task.comm);
	}
	return err ? err : kdk_table_print(table, mem->cli->out);
}

static struct kdk_error *print_hugepages(const struct mem *mem)
{
	const struct kdk_column columns[] = {
		{ _("HUGE PAGES OF"), true }, { _("TOTAL"), true },   { _("FREE"), true },
		{ _("RESERVED"), true },      { _("SURPLUS"), true },
	};
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	struct kdk_error *err =
		kdk_table_create(columns, KDK_ARRAY_SIZE(columns), &table);
	char text[KDK_UNIT_TEXT];

	for (size_t i = 0; i < mem->use.hugepage_count && !err; i++) {
		const struct kdk_memory_hugepages *pages = &mem->use.hugepages[i];

		kdk_table_row(table);
		kdk_table_set(table, 0, "%s", kdk_size_format(pages->page_size, text));
		kdk_table_set(table, 1, "%ju", (uintmax_t)pages->total);
		kdk_table_set(table, 2, "%ju", (uintmax_t)pages->free);
		kdk_table_set(table, 3, "%ju", (uintmax_t)pages->reserved);
		kdk_table_set(table, 4, "%ju", (uintmax_t)pages->surplus);
	}
	return err ? err : kdk_table_print(table, mem->cli->out);
}

static struct kdk_error *print_all(const struct mem *mem)
{
	FILE *out = mem->cli->out;
	struct kdk_error *err = print_summary(mem);

	if (err)
		return err;
	fputc('\n', out);
	err = print_zones(mem);
	if (!err && mem->use.value[KDK_MEM_HUGEPAGES]) {
		fputc('\n', out);
		err = print_hugepages(mem);
	}
	if (!err && mem->use.slab_count) {
		fputc('\n', out);
		err = print_slabs(mem, mem->top);
	}
	if (err)
		return err;
	fputc('\n', out);
	return print_processes(mem);
}

static void json_zone(struct kdk_json *json, const struct kdk_memory_zone *zone)
{
	kdk_json_object_begin(json, NULL);
	kdk_json_string(json, "name", zone->name);
	kdk_json_address(json, "address", zone->address);
	kdk_json_address(json, "start", zone->start);
	kdk_json_unsigned(json, "spanned", zone->spanned);
	kdk_json_unsigned(json, "present", zone->present);
	kdk_json_unsigned(json, "managed", zone->managed);
	kdk_json_unsigned(json, "free", zone->free);
	kdk_json_unsigned(json, "min", zone->min);
	kdk_json_unsigned(json, "low", zone->low);
	kdk_json_unsigned(json, "high", zone->high);
	kdk_json_array_begin(json, "free_blocks");
	for (unsigned int i = 0; i < zone->orders; i++)
		kdk_json_unsigned(json, NULL, zone->free_blocks[i]);
	kdk_json_array_end(json);
	kdk_json_object_end(json);
}

static void json_nodes(struct kdk_json *json, const struct kdk_memory_use *use)
{
	kdk_json_array_begin(json, "nodes");
	for (size_t i = 0; i < use->node_count; i++) {
		const struct kdk_memory_node *node = &use->nodes[i];

		kdk_json_object_begin(json, NULL);
		kdk_json_unsigned(json, "node", node->id);
		kdk_json_address(json, "address", node->address);
		kdk_json_unsigned(json, "present", node->present);
		kdk_json_unsigned(json, "free", node->free);
		kdk_json_unsigned(json, "file", node->file);
		kdk_json_unsigned(json, "anon", node->anon);
		kdk_json_unsigned(json, "slab", node->slab);
		kdk_json_array_begin(json, "zones");
		for (size_t j = 0; j < node->zone_count; j++)
			json_zone(json, &node->zones[j]);
		kdk_json_array_end(json);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
}

static void json_lists(struct kdk_json *json, const struct mem *mem)
{
	kdk_json_array_begin(json, "slabs");
	for (size_t i = 0; i < mem->use.slab_count; i++) {
		const struct kdk_memory_slab *slab = &mem->use.slabs[i];

		kdk_json_object_begin(json, NULL);
		kdk_json_string(json, "name", slab->name);
		kdk_json_address(json, "address", slab->address);
		kdk_json_unsigned(json, "object_size", slab->object_size);
		kdk_json_unsigned(json, "objects", slab->objects);
		kdk_json_unsigned(json, "slabs", slab->slabs);
		kdk_json_unsigned(json, "size", slab->size);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	kdk_json_array_begin(json, "huge_page_sizes");
	for (size_t i = 0; i < mem->use.hugepage_count; i++) {
		const struct kdk_memory_hugepages *pages = &mem->use.hugepages[i];

		kdk_json_object_begin(json, NULL);
		kdk_json_unsigned(json, "page_size", pages->page_size);
		kdk_json_unsigned(json, "total", pages->total);
		kdk_json_unsigned(json, "free", pages->free);
		kdk_json_unsigned(json, "reserved", pages->reserved);
		kdk_json_unsigned(json, "surplus", pages->surplus);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
	kdk_json_array_begin(json, "processes");
	for (size_t i = 0; i < mem->tasks.count && i < mem->top; i++) {
		kdk_json_object_begin(json, NULL);
		kdk_json_signed(json, "pid", mem->tasks.entries[i].task.pid);
		kdk_json_string(json, "comm", mem->tasks.entries[i].task.comm);
		kdk_json_unsigned(json, "rss", mem->tasks.entries[i].rss);
		kdk_json_unsigned(json, "swap", mem->tasks.entries[i].swap);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
}

static void print_json(const struct mem *mem)
{
	struct kdk_json json;

	kdk_json_open(&json, mem->cli->out);
	for (int i = 0; i < KDK_MEM_ITEMS; i++) {
		if (mem->use.known[i])
			kdk_json_unsigned(&json, kdk_memory_item_name(i),
					  mem->use.value[i]);
		else
			kdk_json_null(&json, kdk_memory_item_name(i));
	}
	json_nodes(&json, &mem->use);
	json_lists(&json, mem);
	kdk_cli_remarks_json(&json, &mem->use.remarks);
	kdk_json_close(&json);
}

static struct kdk_error *read_all(struct mem *mem, const struct kdk_cli_fact *fact)
{
	uint64_t top = TOP_DEFAULT;
	struct kdk_error *err = kdk_cli_fact_arguments(fact, 0);

	if (!err && fact->given['n'])
		err = kdk_number_parse(fact->value['n'], &top);
	if (!err)
		err = kdk_memory_use_read(fact->kernel, &mem->use);
	if (err)
		return err;
	mem->top = top;
	/* The rest stands without processes. */
	kdk_remarks_add_error(&mem->use.remarks,
			      kdk_tasks_list_read(fact->kernel, &mem->tasks),
			      "processes");
	keep_processes(&mem->tasks);
	return NULL;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_cli_fact_deinit) struct kdk_cli_fact fact;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);
	struct mem mem = { .cli = cli };

	if (!err)
		err = read_all(&mem, &fact);
	if (!err && cli->json)
		print_json(&mem);
	else if (!err && fact.given['z'])
		err = print_zones(&mem);
	else if (!err && fact.given['s'])
		err = print_slabs(&mem, SIZE_MAX);
	else if (!err)
		err = print_all(&mem);
	if (!err && !cli->json)
		kdk_cli_remarks(cli, &mem.use.remarks);
	kdk_memory_use_deinit(&mem.use);
	kdk_tasks_list_deinit(&mem.tasks);
	return err;
}

const struct kdk_command kdk_command_mem = {
	.name = "mem",
	.summary = N_("what memory was used for: zones, caches, slabs, processes"),
	.arguments = "DUMP",
	.options = options,
	.example = "kdumpkit mem vmcore\n"
		   "kdumpkit mem --top 30 vmcore\n"
		   "kdumpkit mem --json vmcore | jq .available",
	.run = run,
};
