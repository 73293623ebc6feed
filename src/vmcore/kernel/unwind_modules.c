/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/unwind_modules.h"

#include <stdlib.h>

#include "vmcore/kernel/object.h"

#define MODULES_MAX 65536
#define CODE_MAX (1u << 30)

static uint64_t member(struct kdk_kernel *kernel, uint64_t address, const char *path)
{
	struct kdk_error *err;
	uint64_t value;

	err = kdk_object_u64(kernel, address, path, &value);
	kdk_error_destroy(err);
	return err ? 0 : value;
}

/* mem[0] is MOD_TEXT since 6.4; a layout before. */
static bool read_module(struct kdk_kernel *kernel, uint64_t address,
			struct kdk_unwind_module *module)
{
	uint64_t size = member(kernel, address,
			       "module.mem[0].size|module.core_layout.size|module.core_size");

	module->begin = member(kernel, address,
			       "module.mem[0].base|module.core_layout.base|module.module_core");
	if (!module->begin || !size || size > CODE_MAX ||
	    __builtin_add_overflow(module->begin, size, &module->end))
		return false;
	module->orc.addresses = member(kernel, address, "module.arch.orc_unwind_ip");
	module->orc.entries = member(kernel, address, "module.arch.orc_unwind");
	module->orc.count = (uint32_t)member(kernel, address, "module.arch.num_orcs");
	if (!module->orc.addresses || !module->orc.entries)
		module->orc.count = 0;
	return true;
}

static int compare(const void *left, const void *right)
{
	const struct kdk_unwind_module *a = left, *b = right;

	return (a->begin > b->begin) - (a->begin < b->begin);
}

static struct kdk_error *collect(struct kdk_kernel *kernel, struct kdk_list_walk *walk,
				 struct kdk_unwind_modules *modules)
{
	size_t capacity = 0;
	uint64_t address;

	while (modules->count < MODULES_MAX && kdk_list_next(walk, &address)) {
		if (modules->count == capacity) {
			struct kdk_unwind_module *grown;

			capacity = capacity ? capacity * 2 : 32;
			grown = realloc(modules->modules, capacity * sizeof(*grown));
			if (!grown)
				return &kdk_enomem;
			modules->modules = grown;
		}
		if (read_module(kernel, address, &modules->modules[modules->count]))
			modules->count++;
	}
	return NULL;
}

struct kdk_error *kdk_unwind_modules_read(struct kdk_kernel *kernel,
					  struct kdk_unwind_modules *ret)
{
	struct kdk_unwind_modules modules = { 0 };
	struct kdk_list_walk walk;
	struct kdk_error *err;
	uint64_t head;

	*ret = modules;
	err = kdk_kernel_symbol(kernel, "modules", &head);
	if (!err)
		err = kdk_list_begin(&walk, kernel, head, "module.list");
	if (err)
		return err;
	err = collect(kernel, &walk, &modules);
	kdk_list_end(&walk);
	if (err) {
		kdk_unwind_modules_deinit(&modules);
		return err;
	}
	if (modules.count)
		qsort(modules.modules, modules.count, sizeof(*modules.modules), compare);
	*ret = modules;
	return NULL;
}

void kdk_unwind_modules_deinit(struct kdk_unwind_modules *modules)
{
	free(modules->modules);
	*modules = (struct kdk_unwind_modules){ 0 };
}

const struct kdk_unwind_module *kdk_unwind_modules_at(const struct kdk_unwind_modules *modules,
						      uint64_t pc)
{
	size_t low = 0, high = modules->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (modules->modules[middle].begin <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || pc >= modules->modules[low - 1].end)
		return NULL;
	return &modules->modules[low - 1];
}
