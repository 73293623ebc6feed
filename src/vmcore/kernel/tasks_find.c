/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/tasks_layout.h"

/* A kernel's image is no longer than this from its text to the end of its data. */
#define IMAGE_MAX (96ull << 20)
#define CHUNK 4096

struct search {
	struct kdk_kernel *kernel;
	struct kdk_task_layout layout;
};

/* init_task is called "swapper", with "/0" where there are more CPUs, and its list closes. */
static bool is_init(struct search *search, uint64_t address)
{
	unsigned int word = search->kernel->arch->word_bytes;
	uint64_t link = address + search->layout.tasks, next, back;
	struct kdk_task task;
	struct kdk_error *err;

	err = kdk_task_layout_read(search->kernel, &search->layout, address, &task);
	kdk_error_destroy(err);
	if (err || task.pid || task.tgid || task.mm ||
	    (strcmp(task.comm, "swapper") && strcmp(task.comm, "swapper/0")))
		return false;
	err = kdk_memory_read_word(search->kernel->memory, KDK_VIRTUAL, link, &next);
	if (!err)
		err = kdk_memory_read_word(search->kernel->memory, KDK_VIRTUAL, next + word, &back);
	kdk_error_destroy(err);
	return !err && back == link && next != link;
}

/* Looks at one chunk of the image; names are aligned as task_structs are. */
static bool search_chunk(struct search *search, uint64_t address, uint64_t *ret)
{
	uint64_t comm = search->layout.member[KDK_TASK_M_COMM].offset;
	uint8_t bytes[CHUNK];
	struct kdk_error *err = kdk_memory_read(search->kernel->memory, KDK_VIRTUAL, address,
						bytes, sizeof(bytes));

	kdk_error_destroy(err);
	if (err)
		return false;
	for (size_t at = 0; at + 8 <= sizeof(bytes); at += 4) {
		if (memcmp(bytes + at, "swapper", 7) || (bytes[at + 7] && bytes[at + 7] != '/'))
			continue;
		if (is_init(search, address + at - comm)) {
			*ret = address + at - comm;
			return true;
		}
	}
	return false;
}

static bool search_range(struct search *search, uint64_t begin, uint64_t end, uint64_t *ret)
{
	for (uint64_t at = begin & ~(uint64_t)(CHUNK - 1); at < end; at += CHUNK)
		if (search_chunk(search, at, ret))
			return true;
	return false;
}

/* vmcoreinfo names data of the kernel even where kallsyms does not: begin beside it. */
static bool search_image(struct search *search, uint64_t *ret)
{
	const struct kdk_vmcoreinfo *info = search->kernel->info;
	uint64_t text, data;

	if (!info || !kdk_vmcoreinfo_symbol(info, "_stext", &text) ||
	    text > UINT64_MAX - IMAGE_MAX)
		return false;
	if (!kdk_vmcoreinfo_symbol(info, "init_uts_ns", &data) || data < text ||
	    data - text > IMAGE_MAX)
		data = text;
	return search_range(search, data, data + (IMAGE_MAX - (data - text)) / 8, ret) ||
	       search_range(search, text, text + IMAGE_MAX, ret);
}

struct kdk_error *kdk_tasks_find_init(struct kdk_kernel *kernel, uint64_t *ret)
{
	struct search search = { .kernel = kernel };
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);

	kdk_error_destroy(err);
	if (!err && kdk_symbols_find(symbols, "init_task", ret))
		return NULL;
	err = kdk_task_layout_make(kernel, &search.layout);
	if (err)
		return err;
	if (search_image(&search, ret))
		return NULL;
	return kdk_error_new(KDK_ERROR_ABSENT,
			     "the symbol init_task is not known, and nothing in the kernel's data looks like it");
}
