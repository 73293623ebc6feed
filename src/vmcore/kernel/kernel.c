/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/kernel.h"

#include <string.h>

#include "vmcore/kernel/kernel_view.h"
#include "vmcore/kernel/scan.h"

/* When nothing says how large a page frame is. */
#define DEFAULT_PAGE_SIZE 4096
#define MIN_PAGE_SIZE 4096
#define MAX_PAGE_SIZE (1u << 18)

static bool page_size_plausible(uint64_t size)
{
	return size >= MIN_PAGE_SIZE && size <= MAX_PAGE_SIZE && !(size & (size - 1));
}

static struct kdk_error *find_vmcoreinfo(struct kdk_kernel *kernel,
					 struct kdk_progress *progress)
{
	_cleanup_free_ char *text = NULL;
	struct kdk_dump *dump = kernel->dump;
	struct kdk_error *err;
	size_t size;

	if (dump->vmcoreinfo)
		return kdk_vmcoreinfo_parse(dump->vmcoreinfo, dump->vmcoreinfo_size,
					    &kernel->info);
	err = kdk_vmcoreinfo_scan(dump, progress, &text, &size);
	if (err && err->kind == KDK_ERROR_ABSENT) {
		/* A dump without it still has pages to read. */
		kdk_error_destroy(err);
		return NULL;
	}
	if (err)
		return err;
	kernel->info_found_by_scan = true;
	return kdk_vmcoreinfo_parse(text, size, &kernel->info);
}

static void choose_page_size(struct kdk_kernel *kernel)
{
	uint64_t size;

	if (kernel->info && kdk_vmcoreinfo_number(kernel->info, "PAGESIZE", &size) &&
	    page_size_plausible(size))
		kernel->page_size = size;
	else if (page_size_plausible(kernel->dump->facts.page_size))
		kernel->page_size = kernel->dump->facts.page_size;
	else
		kernel->page_size = DEFAULT_PAGE_SIZE;
}

struct kdk_error *kdk_kernel_open_dump(struct kdk_dump *dump, struct kdk_progress *progress,
				       struct kdk_kernel **ret)
{
	_cleanup_(kdk_kernel_destroyp) struct kdk_kernel *kernel = calloc(1, sizeof(*kernel));
	struct kdk_error *err;

	if (!kernel) {
		kdk_dump_destroy(dump);
		return &kdk_enomem;
	}
	kernel->dump = dump;
	kernel->arch = kdk_arch_find(dump->facts.elf_machine, dump->facts.word_bytes,
				     dump->facts.big_endian, dump->facts.machine);
	err = find_vmcoreinfo(kernel, progress);
	if (err)
		return kdk_error_wrap(err, "reading vmcoreinfo");
	if (!kernel->arch && kernel->info)
		kernel->arch = kdk_vmcoreinfo_arch(kernel->info, dump->facts.word_bytes,
						   dump->facts.big_endian);
	choose_page_size(kernel);
	if (kernel->arch) {
		/* A 64-bit container may be of a 32-bit machine. */
		dump->facts.word_bytes = kernel->arch->word_bytes;
		err = kdk_memory_create(dump, kernel->arch, kernel->info, kernel->page_size,
					&kernel->memory);
		if (err)
			return err;
	}
	*ret = kdk_take(kernel);
	return NULL;
}

struct kdk_error *kdk_kernel_open(const char *const *paths, size_t count,
				  struct kdk_progress *progress, struct kdk_kernel **ret)
{
	struct kdk_dump *dump;
	struct kdk_error *err = kdk_dump_open(paths, count, &dump);

	if (err)
		return err;
	return kdk_kernel_open_dump(dump, progress, ret);
}

void kdk_kernel_destroy(struct kdk_kernel *kernel)
{
	if (!kernel || kernel->kept)
		return;
	kdk_kernel_view_deinit(kernel);
	kdk_memory_destroy(kernel->memory);
	kdk_vmcoreinfo_destroy(kernel->info);
	kdk_dump_destroy(kernel->dump);
	free(kernel);
}
