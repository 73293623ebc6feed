/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/mm_counters.h"

/* MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES
 * (include/linux/mm_types_task.h) */
enum { FILE_PAGES, ANON_PAGES, SWAP_ENTRIES, SHMEM_PAGES, COUNTERS };

static bool offset_of(struct kdk_kernel *kernel, const char *path, uint64_t *ret)
{
	struct kdk_error *err = kdk_kernel_offset(kernel, path, ret);

	kdk_error_destroy(err);
	return !err;
}

void kdk_mm_layout_make(struct kdk_kernel *kernel, struct kdk_mm_layout *ret)
{
	struct kdk_mm_layout layout = { .word = kernel->arch->word_bytes };

	layout.total_vm_known = offset_of(kernel, "mm_struct.total_vm", &layout.total_vm);
	if (offset_of(kernel, "mm_struct.rss_stat.count", &layout.rss)) {
		layout.rss_known = true;
		layout.rss_stride = layout.word;
	} else if (offset_of(kernel, "mm_struct.rss_stat", &layout.rss)) {
		layout.per_cpu = true;
		layout.rss_stride = kdk_kernel_sizeof(kernel, "struct percpu_counter");
		layout.rss_known =
			layout.rss_stride &&
			offset_of(kernel, "percpu_counter.count", &layout.count_offset) &&
			offset_of(kernel, "percpu_counter.counters",
				  &layout.counters_offset);
	}
	*ret = layout;
}

/* The s32 that each CPU keeps to itself. */
static int64_t percpu_part(struct kdk_kernel *kernel, const struct kdk_percpu *percpu,
			   uint64_t pointer)
{
	int64_t sum = 0;

	for (size_t cpu = 0; cpu < percpu->count; cpu++) {
		uint64_t address;
		uint32_t part;

		if (percpu->cpus[cpu].possible &&
		    kdk_percpu_pointer(kernel, percpu, pointer, cpu, &address) &&
		    kdk_u32_at(kernel, address, &part))
			sum += (int32_t)part;
	}
	return sum;
}

static struct kdk_error *read_counter(struct kdk_kernel *kernel,
				      const struct kdk_mm_layout *layout,
				      const struct kdk_percpu *percpu, uint64_t address,
				      uint64_t *ret)
{
	struct kdk_error *err;
	uint64_t pointer, value;

	if (!layout->per_cpu) {
		err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, address, &value);
		if (!err && layout->word == 4)
			value = (uint64_t)(int32_t)value;
	} else {
		err = kdk_memory_read_u64(kernel->memory, KDK_VIRTUAL,
					  address + layout->count_offset, &value);
		if (!err &&
		    kdk_word_at(kernel, address + layout->counters_offset, &pointer))
			value += percpu_part(kernel, percpu, pointer);
	}
	if (!err)
		*ret = (int64_t)value < 0 ? 0 : value;
	return err;
}

struct kdk_error *kdk_mm_counters_read(struct kdk_kernel *kernel,
				       const struct kdk_mm_layout *layout,
				       const struct kdk_percpu *percpu, uint64_t mm,
				       struct kdk_mm_counters *ret)
{
	uint64_t value[COUNTERS] = { 0 }, total = 0;
	struct kdk_error *err = NULL;

	if (layout->total_vm_known)
		err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL,
					   mm + layout->total_vm, &total);
	for (unsigned int i = 0; i < COUNTERS && layout->rss_known && !err; i++)
		err = read_counter(kernel, layout, percpu,
				   mm + layout->rss + i * layout->rss_stride, &value[i]);
	if (err)
		return err;
	*ret = (struct kdk_mm_counters){
		.file = value[FILE_PAGES],
		.anon = value[ANON_PAGES],
		.swap = value[SWAP_ENTRIES],
		.shmem = value[SHMEM_PAGES],
		.total = total,
	};
	return NULL;
}
