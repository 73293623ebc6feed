/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/memory_use.h"

#include <stdlib.h>

#include "vmcore/inspect/memory_nodes.h"
#include "vmcore/inspect/memory_slabs.h"
#include "vmcore/inspect/paths.h"
#include "vmcore/inspect/task_find.h"

#define MAGIC_BDEV 0x62646576u
#define HUGEPAGE_SIZES_MAX 16
#define SUPER_BLOCKS_MAX (1u << 20)

static const char *const item_names[KDK_MEM_ITEMS] = {
	[KDK_MEM_TOTAL] = "total",
	[KDK_MEM_FREE] = "free",
	[KDK_MEM_AVAILABLE] = "available",
	[KDK_MEM_BUFFERS] = "buffers",
	[KDK_MEM_CACHED] = "cached",
	[KDK_MEM_SWAP_CACHED] = "swap_cached",
	[KDK_MEM_ACTIVE_ANON] = "active_anon",
	[KDK_MEM_INACTIVE_ANON] = "inactive_anon",
	[KDK_MEM_ACTIVE_FILE] = "active_file",
	[KDK_MEM_INACTIVE_FILE] = "inactive_file",
	[KDK_MEM_UNEVICTABLE] = "unevictable",
	[KDK_MEM_MLOCKED] = "mlocked",
	[KDK_MEM_SWAP_TOTAL] = "swap_total",
	[KDK_MEM_SWAP_FREE] = "swap_free",
	[KDK_MEM_DIRTY] = "dirty",
	[KDK_MEM_WRITEBACK] = "writeback",
	[KDK_MEM_ANON] = "anon",
	[KDK_MEM_MAPPED] = "mapped",
	[KDK_MEM_SHMEM] = "shmem",
	[KDK_MEM_SLAB] = "slab",
	[KDK_MEM_SLAB_RECLAIMABLE] = "slab_reclaimable",
	[KDK_MEM_SLAB_UNRECLAIMABLE] = "slab_unreclaimable",
	[KDK_MEM_KERNEL_STACKS] = "kernel_stacks",
	[KDK_MEM_PAGE_TABLES] = "page_tables",
	[KDK_MEM_VMALLOC] = "vmalloc",
	[KDK_MEM_PERCPU] = "percpu",
	[KDK_MEM_CMA_TOTAL] = "cma_total",
	[KDK_MEM_CMA_FREE] = "cma_free",
	[KDK_MEM_HUGEPAGES] = "hugepages",
	[KDK_MEM_HUGEPAGES_FREE] = "hugepages_free",
};

/* Counters that stand in enum node_stat_item or zone_stat_item as they are. */
static const struct {
	enum kdk_memory_item item;
	bool zone;
	const char *name;
} stats[] = {
	{ KDK_MEM_FREE, true, "NR_FREE_PAGES" },
	{ KDK_MEM_MLOCKED, true, "NR_MLOCK" },
	{ KDK_MEM_CMA_FREE, true, "NR_FREE_CMA_PAGES" },
	{ KDK_MEM_SWAP_CACHED, false, "NR_SWAPCACHE" },
	{ KDK_MEM_ACTIVE_ANON, false, "NR_ACTIVE_ANON" },
	{ KDK_MEM_INACTIVE_ANON, false, "NR_INACTIVE_ANON" },
	{ KDK_MEM_ACTIVE_FILE, false, "NR_ACTIVE_FILE" },
	{ KDK_MEM_INACTIVE_FILE, false, "NR_INACTIVE_FILE" },
	{ KDK_MEM_UNEVICTABLE, false, "NR_UNEVICTABLE" },
	{ KDK_MEM_DIRTY, false, "NR_FILE_DIRTY" },
	{ KDK_MEM_WRITEBACK, false, "NR_WRITEBACK" },
	{ KDK_MEM_ANON, false, "NR_ANON_MAPPED" },
	{ KDK_MEM_MAPPED, false, "NR_FILE_MAPPED" },
	{ KDK_MEM_SHMEM, false, "NR_SHMEM" },
	{ KDK_MEM_SLAB_RECLAIMABLE, false, "NR_SLAB_RECLAIMABLE_B" },
	{ KDK_MEM_SLAB_UNRECLAIMABLE, false, "NR_SLAB_UNRECLAIMABLE_B" },
	{ KDK_MEM_PAGE_TABLES, false, "NR_PAGETABLE" },
};

const char *kdk_memory_item_name(enum kdk_memory_item item)
{
	return item_names[item];
}

static void set(struct kdk_memory_use *use, enum kdk_memory_item item, uint64_t bytes)
{
	use->value[item] = bytes;
	use->known[item] = true;
}

static void read_stats(const struct kdk_memory_counters *counters,
		       struct kdk_memory_use *use)
{
	uint64_t page = counters->kernel->page_size, value;

	for (size_t i = 0; i < KDK_ARRAY_SIZE(stats); i++)
		if (stats[i].zone ? kdk_memory_zone_stat(counters, stats[i].name, &value)
				  : kdk_memory_node_stat(counters, stats[i].name, &value))
			set(use, stats[i].item, value * page);
	if (kdk_memory_node_stat(counters, "NR_KERNEL_STACK_KB", &value))
		set(use, KDK_MEM_KERNEL_STACKS, value * 1024);
	if (use->known[KDK_MEM_SLAB_RECLAIMABLE] &&
	    use->known[KDK_MEM_SLAB_UNRECLAIMABLE])
		set(use, KDK_MEM_SLAB,
		    use->value[KDK_MEM_SLAB_RECLAIMABLE] +
			    use->value[KDK_MEM_SLAB_UNRECLAIMABLE]);
}

/* Counts of pages that are variables of their own. */
static void read_symbols(struct kdk_kernel *kernel, struct kdk_memory_use *use)
{
	static const struct {
		enum kdk_memory_item item;
		const char *name;
	} counts[] = {
		{ KDK_MEM_TOTAL, "_totalram_pages" },
		{ KDK_MEM_SWAP_TOTAL, "total_swap_pages" },
		{ KDK_MEM_SWAP_FREE, "nr_swap_pages" },
		{ KDK_MEM_VMALLOC, "nr_vmalloc_pages" },
		{ KDK_MEM_CMA_TOTAL, "totalcma_pages" },
	};
	unsigned int word = kernel->arch->word_bytes;
	uint64_t value, units;

	for (size_t i = 0; i < KDK_ARRAY_SIZE(counts); i++)
		if (kdk_symbol_value(kernel, counts[i].name, word, &value))
			set(use, counts[i].item, value * kernel->page_size);
	if (kdk_symbol_value(kernel, "pcpu_nr_populated", word, &value) &&
	    kdk_symbol_value(kernel, "pcpu_nr_units", 4, &units))
		set(use, KDK_MEM_PERCPU, value * units * kernel->page_size);
}

/* Without its symbol: super blocks are in one ring, the root's among them. */
static bool find_bdev(const struct kdk_paths *paths, uint64_t *ret)
{
	struct kdk_kernel *kernel = paths->kernel;
	uint64_t fs, dentry, block, value[KDK_SB_MEMBERS],
		dentry_value[KDK_DENTRY_MEMBERS];
	struct kdk_list_walk walk = { 0 };
	struct kdk_task task;
	struct kdk_error *err;
	bool found = false;

	err = kdk_symbol_address(kernel, "blockdev_superblock", &block);
	if (!err && kdk_word_at(kernel, block, ret) && *ret)
		return true;
	kdk_error_destroy(err);
	err = kdk_task_find(kernel, 1, &task);
	if (!err)
		err = kdk_object_u64(kernel, task.address, "task_struct.fs", &fs);
	if (!err)
		err = kdk_object_u64(kernel, fs, "fs_struct.root.dentry", &dentry);
	if (!err)
		err = kdk_shape_read(kernel, &paths->dentry, dentry, dentry_value);
	/* s_list is at the start of what the ring's other members are, too. */
	if (!err)
		err = kdk_list_begin(&walk, kernel, dentry_value[KDK_DENTRY_SB],
				     "super_block.s_list");
	while (!err && !found && walk.count < SUPER_BLOCKS_MAX &&
	       kdk_list_next(&walk, &block)) {
		kdk_error_destroy(
			kdk_shape_read(kernel, &paths->super_block, block, value));
		found = value[KDK_SB_MAGIC] == MAGIC_BDEV;
	}
	kdk_list_end(&walk);
	kdk_error_destroy(err);
	if (found)
		*ret = block;
	return found;
}

/* Pages that block devices themselves have cached. */
static bool read_buffers(struct kdk_kernel *kernel, struct kdk_memory_use *use)
{
	struct kdk_list_walk walk = { 0 };
	uint64_t bdev, offset, inode, mapping, pages, total = 0;
	struct kdk_paths paths;
	struct kdk_error *err = kdk_paths_init(&paths, kernel);

	if (err || !find_bdev(&paths, &bdev)) {
		kdk_error_destroy(err);
		return false;
	}
	err = kdk_kernel_offset(kernel, "super_block.s_inodes", &offset);
	if (!err)
		err = kdk_list_begin(&walk, kernel, bdev + offset, "inode.i_sb_list");
	while (!err && kdk_list_next(&walk, &inode)) {
		struct kdk_error *lost =
			kdk_object_u64(kernel, inode, "inode.i_mapping", &mapping);

		if (!lost)
			lost = kdk_object_u64(kernel, mapping, "address_space.nrpages",
					      &pages);
		total += lost ? 0 : pages;
		kdk_error_destroy(lost);
	}
	if (walk.note)
		kdk_remarks_add(&use->remarks, "%s", walk.note);
	kdk_list_end(&walk);
	kdk_error_destroy(err);
	if (!err)
		set(use, KDK_MEM_BUFFERS, total * kernel->page_size);
	return !err;
}

static uint64_t less(uint64_t value, uint64_t minus)
{
	return value > minus ? value - minus : 0;
}

/* As si_mem_available() reckons: half of caches, at most the low watermarks, stay. */
static void reckon_available(const struct kdk_memory_counters *counters,
			     struct kdk_memory_use *use)
{
	uint64_t page = counters->kernel->page_size, misc = 0;
	uint64_t low = counters->low * page, cache, reclaimable;

	if (!use->known[KDK_MEM_FREE] || !use->known[KDK_MEM_ACTIVE_FILE] ||
	    !use->known[KDK_MEM_SLAB_RECLAIMABLE])
		return;
	cache = use->value[KDK_MEM_ACTIVE_FILE] + use->value[KDK_MEM_INACTIVE_FILE];
	cache -= cache / 2 < low ? cache / 2 : low;
	kdk_memory_node_stat(counters, "NR_KERNEL_MISC_RECLAIMABLE", &misc);
	reclaimable = use->value[KDK_MEM_SLAB_RECLAIMABLE] + misc * page;
	reclaimable -= reclaimable / 2 < low ? reclaimable / 2 : low;
	set(use, KDK_MEM_AVAILABLE,
	    less(use->value[KDK_MEM_FREE] + cache + reclaimable,
		 counters->reserve * page));
}

static void reckon(const struct kdk_memory_counters *counters, struct kdk_memory_use *use)
{
	uint64_t page = counters->kernel->page_size, file;

	if (!use->known[KDK_MEM_TOTAL])
		set(use, KDK_MEM_TOTAL, counters->managed * page);
	if (!read_buffers(counters->kernel, use))
		kdk_remarks_add(
			&use->remarks,
			"pages of block devices could not be told apart");
	if (kdk_memory_node_stat(counters, "NR_FILE_PAGES", &file))
		set(use, KDK_MEM_CACHED,
		    less(file * page,
			 use->value[KDK_MEM_SWAP_CACHED] + use->value[KDK_MEM_BUFFERS]));
	reckon_available(counters, use);
}

enum { ORDER, TOTAL, FREE, RESERVED, SURPLUS, HSTATE_MEMBERS };

static const char *const hstate_paths[HSTATE_MEMBERS] = {
	[ORDER] = "hstate.order",
	[TOTAL] = "hstate.nr_huge_pages",
	[FREE] = "hstate.free_huge_pages",
	[RESERVED] = "hstate.resv_huge_pages",
	[SURPLUS] = "hstate.surplus_huge_pages",
};

static struct kdk_error *read_hugepages(struct kdk_kernel *kernel,
					struct kdk_memory_use *use)
{
	uint64_t table, count, size = kdk_kernel_sizeof(kernel, "struct hstate");
	uint64_t value[HSTATE_MEMBERS], total = 0, free = 0;
	struct kdk_shape shape;
	struct kdk_error *err = kdk_symbol_address(kernel, "hstates", &table);

	if (!err)
		err = kdk_shape_make(kernel, hstate_paths, HSTATE_MEMBERS, FREE + 1,
				     &shape);
	if (err || !size || !kdk_symbol_value(kernel, "hugetlb_max_hstate", 4, &count)) {
		kdk_error_destroy(err);
		return NULL;
	}
	if (count > HUGEPAGE_SIZES_MAX)
		count = HUGEPAGE_SIZES_MAX;
	use->hugepages = calloc(count ? count : 1, sizeof(*use->hugepages));
	if (!use->hugepages)
		return &kdk_enomem;
	for (uint64_t i = 0; i < count; i++) {
		struct kdk_memory_hugepages *pages = &use->hugepages[use->hugepage_count];

		err = kdk_shape_read(kernel, &shape, table + i * size, value);
		if (err || value[ORDER] > 40) {
			kdk_remarks_add_error(&use->remarks, err, "huge pages");
			continue;
		}
		*pages = (struct kdk_memory_hugepages){
			.page_size = (uint64_t)kernel->page_size << value[ORDER],
			.total = value[TOTAL],
			.free = value[FREE],
			.reserved = value[RESERVED],
			.surplus = value[SURPLUS],
		};
		total += pages->total * pages->page_size;
		free += pages->free * pages->page_size;
		use->hugepage_count++;
	}
	set(use, KDK_MEM_HUGEPAGES, total);
	set(use, KDK_MEM_HUGEPAGES_FREE, free);
	return NULL;
}

static struct kdk_error *read_all(struct kdk_memory_counters *counters,
				  struct kdk_memory_use *use)
{
	struct kdk_error *err = kdk_memory_nodes_read(counters, use);

	if (err)
		return err;
	read_stats(counters, use);
	read_symbols(counters->kernel, use);
	reckon(counters, use);
	err = read_hugepages(counters->kernel, use);
	return err ? err : kdk_memory_slabs_read(counters->kernel, use);
}

struct kdk_error *kdk_memory_use_read(struct kdk_kernel *kernel,
				      struct kdk_memory_use *ret)
{
	struct kdk_memory_counters counters;
	struct kdk_memory_use use = { 0 };
	struct kdk_error *err = kdk_kernel_need_memory(kernel);

	if (!err)
		err = kdk_memory_counters_init(&counters, kernel);
	if (err)
		return kdk_error_wrap(err, "reading the use of memory");
	err = read_all(&counters, &use);
	kdk_memory_counters_deinit(&counters);
	if (err)
		kdk_memory_use_deinit(&use);
	else
		*ret = use;
	return kdk_error_wrap(err, "reading the use of memory");
}

void kdk_memory_use_deinit(struct kdk_memory_use *use)
{
	for (size_t i = 0; i < use->node_count; i++)
		free(use->nodes[i].zones);
	free(use->nodes);
	free(use->slabs);
	free(use->hugepages);
	kdk_remarks_deinit(&use->remarks);
	*use = (struct kdk_memory_use){ 0 };
}
