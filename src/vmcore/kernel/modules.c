/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Layout: include/linux/module.h; core_layout and init_layout until 6.3, mem[] since 6.4. */
#include "vmcore/kernel/modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/modules_find.h"
#include "vmcore/kernel/object.h"

#define MODULES_MAX 65536
#define REGION_MAX (UINT64_C(1) << 30)	/* bytes of one region */

void kdk_taint_letters(uint64_t taints, char letters[33])
{
	/* By bit, TAINT_PROPRIETARY_MODULE first (kernel/panic.c). */
	static const char names[] = "PFSRMBUDAWCIOELKXTNJ";
	size_t used = 0;

	for (size_t bit = 0; bit < 32; bit++)
		if (taints >> bit & 1)
			letters[used++] = bit < sizeof(names) - 1 ? names[bit] : '?';
	letters[used] = '\0';
}

const char *kdk_module_state_name(enum kdk_module_state state)
{
	switch (state) {
	case KDK_MODULE_LIVE:
		return "Live";
	case KDK_MODULE_COMING:
		return "Loading";
	case KDK_MODULE_GOING:
		return "Unloading";
	default:
		return "Unformed";
	}
}

static void add_region(struct kdk_module *module, const char *kind, uint64_t address,
		       uint64_t size, bool init)
{
	if (!address || !size || size > REGION_MAX || module->region_count == KDK_MODULE_REGIONS)
		return;
	module->regions[module->region_count++] = (struct kdk_module_region){
		.kind = kind,
		.address = address,
		.size = size,
		.init = init,
	};
	module->size += size;
}

/* One of the layouts before 6.4, if this kernel has it. */
static struct kdk_error *read_layout(struct kdk_kernel *kernel, struct kdk_module *module,
				     const char *kind, const char *base_path,
				     const char *size_path, bool init)
{
	uint64_t base = 0, size = 0;
	struct kdk_error *err;

	if (!kdk_kernel_has(kernel, base_path))
		return NULL;
	err = kdk_object_u64(kernel, module->object, base_path, &base);
	if (!err)
		err = kdk_object_u64(kernel, module->object, size_path, &size);
	if (!err)
		add_region(module, kind, base, size, init);
	return err;
}

static struct kdk_error *read_layouts(struct kdk_kernel *kernel, struct kdk_module *module)
{
	struct kdk_error *err;

	err = read_layout(kernel, module, "core", "module.core_layout.base|module.module_core",
			  "module.core_layout.size|module.core_size", false);
	if (!err)
		err = read_layout(kernel, module, "init",
				  "module.init_layout.base|module.module_init",
				  "module.init_layout.size|module.init_size", true);
	module->address = module->region_count ? module->regions[0].address : 0;
	if (!err)
		err = read_layout(kernel, module, "data", "module.data_layout.base",
				  "module.data_layout.size", false);
	return err;
}

static struct kdk_error *read_mem(struct kdk_kernel *kernel, struct kdk_module *module)
{
	/* enum mod_mem_type, by what each enumerator is called */
	static const struct {
		const char *constant, *kind;
		bool init;
	} kinds[] = {
		{ "MOD_TEXT", "text", false },
		{ "MOD_DATA", "data", false },
		{ "MOD_RODATA", "rodata", false },
		{ "MOD_RO_AFTER_INIT", "ro_after_init", false },
		{ "MOD_INIT_TEXT", "init.text", true },
		{ "MOD_INIT_DATA", "init.data", true },
		{ "MOD_INIT_RODATA", "init.rodata", true },
	};
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	for (size_t i = 0; !err && i < KDK_ARRAY_SIZE(kinds); i++) {
		char base_path[64], size_path[64];
		uint64_t index, base = 0, size = 0;

		if (!kdk_types_constant(types, kinds[i].constant, &index) || index > 64)
			continue;
		snprintf(base_path, sizeof(base_path), "module.mem[%u].base", (unsigned int)index);
		snprintf(size_path, sizeof(size_path), "module.mem[%u].size", (unsigned int)index);
		err = kdk_object_u64(kernel, module->object, base_path, &base);
		if (!err)
			err = kdk_object_u64(kernel, module->object, size_path, &size);
		if (!err)
			add_region(module, kinds[i].kind, base, size, kinds[i].init);
	}
	if (module->region_count)
		module->address = module->regions[0].address;
	return err;
}

static struct kdk_error *read_module(struct kdk_kernel *kernel, uint64_t object,
				     struct kdk_module *ret)
{
	struct kdk_error *err;
	uint32_t value;

	*ret = (struct kdk_module){ .object = object, .references = -1 };
	err = kdk_object_string(kernel, object, "module.name", ret->name, sizeof(ret->name));
	if (err)
		return err;
	if (kdk_kernel_has(kernel, "module.mem"))
		err = read_mem(kernel, ret);
	else
		err = read_layouts(kernel, ret);
	if (!err)
		err = kdk_object_u32(kernel, object, "module.state", &value);
	if (!err)
		ret->state = value < KDK_MODULE_UNFORMED ? value : KDK_MODULE_UNFORMED;
	if (!err)
		err = kdk_object_u64(kernel, object, "module.taints", &ret->taints);
	if (err)
		return err;
	/* One reference is the module's own. */
	if (kdk_kernel_has(kernel, "module.refcnt.counter") &&
	    !(err = kdk_object_u32(kernel, object, "module.refcnt.counter", &value)))
		ret->references = (int64_t)(int32_t)value - 1;
	return err;
}

static struct kdk_error *add_module(struct kdk_kernel *kernel, struct kdk_modules *modules,
				    uint64_t object, size_t *capacity)
{
	struct kdk_module *module;
	struct kdk_error *err;

	if (modules->count == *capacity) {
		void *more = reallocarray(modules->modules, *capacity * 2 + 32,
					  sizeof(*modules->modules));

		if (!more)
			return &kdk_enomem;
		modules->modules = more;
		*capacity = *capacity * 2 + 32;
	}
	module = &modules->modules[modules->count];
	err = read_module(kernel, object, module);
	if (err && err->kind == KDK_ERROR_MEMORY)
		return err;
	if (err) {
		module->problem = strdup(err->message);
		kdk_error_destroy(err);
	}
	/* Half-made ones are in the list, but in nobody's sight. */
	if (module->state == KDK_MODULE_UNFORMED && !module->problem)
		return NULL;
	modules->count++;
	return NULL;
}

struct kdk_error *kdk_modules_read(struct kdk_kernel *kernel, struct kdk_modules **ret)
{
	struct kdk_modules *modules = NULL;
	struct kdk_list_walk walk = { 0 };
	uint64_t head, object;
	size_t capacity = 0;
	struct kdk_error *err = kdk_modules_find_head(kernel, &head);

	if (!err)
		err = kdk_list_begin(&walk, kernel, head, "module.list");
	if (err)
		return kdk_error_wrap(err, "reading the list of modules");
	modules = calloc(1, sizeof(*modules));
	if (!modules)
		err = &kdk_enomem;
	while (!err && modules->count < MODULES_MAX && kdk_list_next(&walk, &object))
		err = add_module(kernel, modules, object, &capacity);
	if (modules)
		modules->note = kdk_take(walk.note);
	kdk_list_end(&walk);
	if (err) {
		kdk_modules_destroy(modules);
		return err;
	}
	*ret = modules;
	return NULL;
}

static void module_deinit(struct kdk_module *module)
{
	for (size_t i = 0; i < module->used_by_count; i++)
		free(module->used_by[i]);
	for (size_t i = 0; i < module->parameter_count; i++) {
		free(module->parameters[i].name);
		free(module->parameters[i].value);
	}
	free(module->used_by);
	free(module->parameters);
	free(module->version);
	free(module->srcversion);
	free(module->problem);
	if (module->symtab)
		kdk_symtab_deinit(module->symtab);
	free(module->symtab);
}

void kdk_modules_destroy(struct kdk_modules *modules)
{
	if (!modules)
		return;
	for (size_t i = 0; i < modules->count; i++)
		module_deinit(&modules->modules[i]);
	free(modules->modules);
	free(modules->note);
	free(modules);
}

static bool names_equal(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

struct kdk_module *kdk_modules_find(struct kdk_modules *modules, const char *name)
{
	for (size_t i = 0; i < modules->count; i++)
		if (names_equal(modules->modules[i].name, name))
			return &modules->modules[i];
	return NULL;
}

struct kdk_module *kdk_modules_at(struct kdk_modules *modules, uint64_t address)
{
	for (size_t i = 0; i < modules->count; i++) {
		struct kdk_module *module = &modules->modules[i];

		for (size_t j = 0; j < module->region_count; j++)
			if (address - module->regions[j].address < module->regions[j].size)
				return module;
	}
	return NULL;
}
