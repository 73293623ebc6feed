/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/memory_nodes.h"

#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/tasks.h"

#define ZONES_MAX 8

/* A counter array and what each CPU has not added to it yet. */
struct stat_place {
	uint64_t array;	 /* of atomic_long_t */
	uint64_t percpu; /* pointer to a per-CPU struct; 0: none */
	uint64_t diff;	 /* offset of its s8 array */
};

static bool offset_of(struct kdk_kernel *kernel, const char *path, uint64_t *ret)
{
	struct kdk_error *err = kdk_kernel_offset(kernel, path, ret);

	kdk_error_destroy(err);
	return !err;
}

static bool item_index(struct kdk_kernel *kernel, const char *item, uint64_t *ret)
{
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	kdk_error_destroy(err);
	return !err && kdk_types_constant(types, item, ret);
}

static int64_t percpu_diff(const struct kdk_memory_counters *counters,
			   const struct stat_place *place, uint64_t index)
{
	int64_t sum = 0;

	for (size_t cpu = 0; cpu < counters->percpu.count && place->percpu; cpu++) {
		struct kdk_error *err;
		uint64_t address;
		int8_t diff;

		if (!counters->percpu.cpus[cpu].possible ||
		    !kdk_percpu_pointer(counters->kernel, &counters->percpu,
					place->percpu, cpu, &address))
			continue;
		err = kdk_memory_read(counters->kernel->memory, KDK_VIRTUAL,
				      address + place->diff + index, &diff, sizeof(diff));
		kdk_error_destroy(err);
		sum += err ? 0 : diff;
	}
	return sum;
}

static bool read_stat(const struct kdk_memory_counters *counters,
		      const struct stat_place *place, uint64_t index, uint64_t *ret)
{
	unsigned int word = counters->kernel->arch->word_bytes;
	uint64_t value;
	int64_t sum;

	if (!kdk_word_at(counters->kernel, place->array + index * word, &value))
		return false;
	sum = word == 4 ? (int32_t)value : (int64_t)value;
	sum += percpu_diff(counters, place, index);
	*ret = sum < 0 ? 0 : sum;
	return true;
}

static bool node_place(struct kdk_kernel *kernel, uint64_t node, struct stat_place *ret)
{
	uint64_t array, pointer;

	*ret = (struct stat_place){ 0 };
	if (!offset_of(kernel, "pglist_data.vm_stat", &array))
		return false;
	ret->array = node + array;
	if (offset_of(kernel, "pglist_data.per_cpu_nodestats", &pointer) &&
	    offset_of(kernel, "per_cpu_nodestat.vm_node_stat_diff", &ret->diff) &&
	    !kdk_word_at(kernel, node + pointer, &ret->percpu))
		ret->percpu = 0;
	return true;
}

static bool zone_place(struct kdk_kernel *kernel, uint64_t zone, struct stat_place *ret)
{
	uint64_t array, pointer;

	*ret = (struct stat_place){ 0 };
	if (!offset_of(kernel, "zone.vm_stat", &array))
		return false;
	ret->array = zone + array;
	if (offset_of(kernel, "zone.per_cpu_zonestats|zone.pageset", &pointer) &&
	    offset_of(kernel,
		      "per_cpu_zonestat.vm_stat_diff|per_cpu_pageset.vm_stat_diff",
		      &ret->diff) &&
	    !kdk_word_at(kernel, zone + pointer, &ret->percpu))
		ret->percpu = 0;
	return true;
}

/* Address of zone `index` of a node; false past the last one. */
static bool zone_at(struct kdk_kernel *kernel, uint64_t node, unsigned int index,
		    uint64_t *ret)
{
	uint64_t size = kdk_kernel_sizeof(kernel, "struct zone"), count;
	struct kdk_field zones;
	struct kdk_error *err =
		kdk_kernel_field(kernel, "pglist_data.node_zones", &zones);

	kdk_error_destroy(err);
	if (err || !size)
		return false;
	count = zones.size / size;
	*ret = node + zones.offset + index * size;
	return index < count && index < ZONES_MAX;
}

bool kdk_memory_node_stat(const struct kdk_memory_counters *counters, const char *item,
			  uint64_t *ret)
{
	uint64_t index, sum = 0, value;
	struct stat_place place;

	if (!item_index(counters->kernel, item, &index))
		return false;
	for (size_t i = 0; i < counters->node_count; i++) {
		if (!node_place(counters->kernel, counters->nodes[i], &place) ||
		    !read_stat(counters, &place, index, &value))
			return false;
		sum += value;
	}
	*ret = sum;
	return true;
}

bool kdk_memory_zone_stat(const struct kdk_memory_counters *counters, const char *item,
			  uint64_t *ret)
{
	uint64_t index, sum = 0, value, zone;
	struct stat_place place;

	if (!item_index(counters->kernel, item, &index))
		return false;
	for (size_t i = 0; i < counters->node_count; i++) {
		for (unsigned int j = 0;
		     zone_at(counters->kernel, counters->nodes[i], j, &zone); j++) {
			if (!zone_place(counters->kernel, zone, &place) ||
			    !read_stat(counters, &place, index, &value))
				return false;
			sum += value;
		}
	}
	*ret = sum;
	return true;
}

static void add_node(struct kdk_memory_counters *counters, uint64_t node)
{
	for (size_t i = 0; i < counters->node_count; i++)
		if (counters->nodes[i] == node)
			return;
	if (node && counters->node_count < KDK_NODES_MAX)
		counters->nodes[counters->node_count++] = node;
}

/* node_data[MAX_NUMNODES]: as long as node_states' bit mask of nodes, which ends at 1024.
 */
static void nodes_by_symbol(struct kdk_memory_counters *counters)
{
	struct kdk_kernel *kernel = counters->kernel;
	uint64_t address, table, end, node, bits = 0, id_offset;
	struct kdk_error *err = kdk_symbol_address(kernel, "contig_page_data", &address);

	if (!err)
		add_node(counters, address);
	kdk_error_destroy(err);
	err = kdk_symbol_address(kernel, "node_data", &table);
	if (!err)
		err = kdk_kernel_offset(kernel, "pglist_data.node_id", &id_offset);
	kdk_error_destroy(err);
	if (err)
		return;
	bits = 8 * kdk_kernel_sizeof(kernel, "nodemask_t");
	if (!bits || bits > KDK_NODES_MAX)
		bits = 1;
	end = table + bits * kernel->arch->word_bytes;
	for (unsigned int i = 0; table < end; i++, table += kernel->arch->word_bytes) {
		uint32_t id;

		if (kdk_word_at(kernel, table, &node) && node &&
		    kdk_u32_at(kernel, node + id_offset, &id) && id == i)
			add_node(counters, node);
	}
}

/* A kthread's data is what it was started with: kswapd's is its node. */
static void nodes_by_kswapd(struct kdk_memory_counters *counters)
{
	struct kdk_kernel *kernel = counters->kernel;
	struct kdk_tasks tasks = { 0 };
	struct kdk_error *err = kdk_tasks_read(kernel, &tasks);

	kdk_error_destroy(err);
	for (size_t i = 0; i < tasks.count; i++) {
		const struct kdk_task *task = &tasks.tasks[i];
		uint64_t kthread, node, owner;

		if (strncmp(task->comm, "kswapd", 6) || !(task->flags & KDK_TASK_KTHREAD))
			continue;
		err = kdk_object_u64(
			kernel, task->address,
			"task_struct.worker_private|task_struct.set_child_tid", &kthread);
		if (!err)
			err = kdk_object_u64(kernel, kthread, "kthread.data", &node);
		if (!err)
			err = kdk_object_u64(kernel, node, "pglist_data.kswapd", &owner);
		if (!err && owner == task->address)
			add_node(counters, node);
		kdk_error_destroy(err);
	}
	kdk_tasks_deinit(&tasks);
}

struct kdk_error *kdk_memory_counters_init(struct kdk_memory_counters *counters,
					   struct kdk_kernel *kernel)
{
	*counters = (struct kdk_memory_counters){ .kernel = kernel };
	nodes_by_symbol(counters);
	if (!counters->node_count)
		nodes_by_kswapd(counters);
	if (!counters->node_count)
		return kdk_error_new(KDK_ERROR_ABSENT,
				     "no memory node was found: neither the symbols "
				     "node_data and contig_page_data are known "
				     "nor a kswapd thread; give the kernel's "
				     "System.map or vmlinux");
	kdk_error_destroy(kdk_percpu_read(kernel, &counters->percpu));
	return NULL;
}

void kdk_memory_counters_deinit(struct kdk_memory_counters *counters)
{
	kdk_percpu_deinit(&counters->percpu);
}

enum { MANAGED, PRESENT, SPANNED, START_PFN, NAME, ZONE_MEMBERS };

static const char *const zone_paths[ZONE_MEMBERS] = {
	[MANAGED] = "zone.managed_pages",
	[PRESENT] = "zone.present_pages",
	[SPANNED] = "zone.spanned_pages",
	[START_PFN] = "zone.zone_start_pfn",
	[NAME] = "zone.name",
};

static void read_watermarks(struct kdk_kernel *kernel, struct kdk_memory_zone *zone)
{
	uint64_t *marks[] = { &zone->min, &zone->low, &zone->high };
	uint64_t offset, pages;

	if (!offset_of(kernel, "zone._watermark|zone.watermark", &offset))
		return;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(marks); i++)
		if (kdk_word_at(kernel,
				zone->address + offset + i * kernel->arch->word_bytes,
				&pages))
			*marks[i] = pages * kernel->page_size;
}

static void read_orders(struct kdk_kernel *kernel, struct kdk_memory_zone *zone)
{
	uint64_t size = kdk_kernel_sizeof(kernel, "struct free_area"), offset;
	struct kdk_field areas;
	struct kdk_error *err = kdk_kernel_field(kernel, "zone.free_area", &areas);

	kdk_error_destroy(err);
	if (err || !size || !offset_of(kernel, "free_area.nr_free", &offset))
		return;
	for (; zone->orders < areas.size / size && zone->orders < KDK_ZONE_ORDERS;
	     zone->orders++)
		if (!kdk_word_at(kernel,
				 zone->address + areas.offset + zone->orders * size +
					 offset,
				 &zone->free_blocks[zone->orders]))
			return;
}

/* False for a zone without memory. */
static bool read_zone(struct kdk_memory_counters *counters, const struct kdk_shape *shape,
		      uint64_t address, struct kdk_memory_use *use,
		      struct kdk_memory_zone *zone)
{
	struct kdk_kernel *kernel = counters->kernel;
	uint64_t value[ZONE_MEMBERS], index, free = 0;
	struct stat_place place;
	struct kdk_error *err = kdk_shape_read(kernel, shape, address, value);

	kdk_remarks_add_error(&use->remarks, err, "zone %#jx", (uintmax_t)address);
	if (!value[PRESENT])
		return false;
	*zone = (struct kdk_memory_zone){
		.address = address,
		.start = value[START_PFN] * kernel->page_size,
		.spanned = value[SPANNED] * kernel->page_size,
		.present = value[PRESENT] * kernel->page_size,
		.managed = value[MANAGED] * kernel->page_size,
	};
	kdk_string_at(kernel, value[NAME], zone->name, sizeof(zone->name));
	if (item_index(kernel, "NR_FREE_PAGES", &index) &&
	    zone_place(kernel, address, &place))
		read_stat(counters, &place, index, &free);
	zone->free = free * kernel->page_size;
	read_watermarks(kernel, zone);
	read_orders(kernel, zone);
	counters->low += zone->low / kernel->page_size;
	counters->managed += value[MANAGED];
	return true;
}

static uint64_t node_stat(const struct kdk_memory_counters *counters, uint64_t node,
			  const char *item)
{
	struct stat_place place;
	uint64_t index, value;

	if (!item_index(counters->kernel, item, &index) ||
	    !node_place(counters->kernel, node, &place) ||
	    !read_stat(counters, &place, index, &value))
		return 0;
	return value * counters->kernel->page_size;
}

static struct kdk_error *read_node(struct kdk_memory_counters *counters, uint64_t address,
				   const struct kdk_shape *shape,
				   struct kdk_memory_use *use,
				   struct kdk_memory_node *node)
{
	uint64_t zone, reserve, id = 0;
	struct kdk_error *err;

	*node = (struct kdk_memory_node){ .address = address };
	node->zones = calloc(ZONES_MAX, sizeof(*node->zones));
	if (!node->zones)
		return &kdk_enomem;
	kdk_error_destroy(
		kdk_object_u64(counters->kernel, address, "pglist_data.node_id", &id));
	node->id = id;
	for (unsigned int i = 0; zone_at(counters->kernel, address, i, &zone); i++)
		if (read_zone(counters, shape, zone, use, &node->zones[node->zone_count]))
			node->zone_count++;
	for (size_t i = 0; i < node->zone_count; i++) {
		node->present += node->zones[i].present;
		node->free += node->zones[i].free;
	}
	node->file = node_stat(counters, address, "NR_FILE_PAGES");
	node->anon = node_stat(counters, address, "NR_ANON_MAPPED");
	node->slab = node_stat(counters, address, "NR_SLAB_RECLAIMABLE_B") +
		     node_stat(counters, address, "NR_SLAB_UNRECLAIMABLE_B");
	err = kdk_object_u64(counters->kernel, address, "pglist_data.totalreserve_pages",
			     &reserve);
	counters->reserve += err ? 0 : reserve;
	kdk_error_destroy(err);
	return NULL;
}

struct kdk_error *kdk_memory_nodes_read(struct kdk_memory_counters *counters,
					struct kdk_memory_use *use)
{
	struct kdk_shape shape;
	struct kdk_error *err;

	err = kdk_shape_make(counters->kernel, zone_paths, ZONE_MEMBERS, START_PFN + 1,
			     &shape);
	if (err)
		return err;
	use->nodes = calloc(counters->node_count, sizeof(*use->nodes));
	if (!use->nodes)
		return &kdk_enomem;
	for (size_t i = 0; i < counters->node_count && !err; i++)
		err = read_node(counters, counters->nodes[i], &shape, use,
				&use->nodes[use->node_count++]);
	return err;
}
