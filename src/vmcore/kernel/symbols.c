/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/modules.h"
#include "vmcore/kernel/symbols_source.h"

const char *kdk_symbols_source(const struct kdk_symbols *symbols)
{
	return symbols->source;
}

/* Entries of the kernel itself, whichever table they are in. */
static size_t own_count(const struct kdk_symbols *symbols)
{
	return symbols->kallsyms ? kdk_kallsyms_count(symbols->kallsyms) : symbols->table.count;
}

static uint64_t own_address(const struct kdk_symbols *symbols, size_t index)
{
	return symbols->kallsyms ? kdk_kallsyms_address(symbols->kallsyms, index) :
				   symbols->table.entries[index].address;
}

static bool own_find(const struct kdk_symbols *symbols, const char *name, size_t *ret)
{
	return symbols->kallsyms ? kdk_kallsyms_find(symbols->kallsyms, name, ret) :
				   kdk_symtab_find(&symbols->table, name, ret);
}

static uint64_t range_end(const struct kdk_symbols *symbols, uint64_t address)
{
	for (size_t i = 0; i < KDK_ARRAY_SIZE(symbols->ranges); i++)
		if (address >= symbols->ranges[i].start && address < symbols->ranges[i].end)
			return symbols->ranges[i].end;
	return 0;
}

/* Bytes up to the next higher entry, or to the end of the kernel. */
static uint64_t own_size(const struct kdk_symbols *symbols, size_t index)
{
	uint64_t address = own_address(symbols, index), end = range_end(symbols, address);

	if (!symbols->kallsyms && symbols->table.entries[index].size)
		return symbols->table.entries[index].size;
	for (index++; index < own_count(symbols); index++) {
		uint64_t next = own_address(symbols, index);

		if (next > address)
			return end && next > end ? end - address : next - address;
	}
	return end ? end - address : 0;
}

static void own_fill(const struct kdk_symbols *symbols, size_t index, struct kdk_symbol *ret)
{
	ret->address = own_address(symbols, index);
	ret->size = own_size(symbols, index);
	ret->module = NULL;
	if (symbols->kallsyms) {
		ret->type = kdk_kallsyms_name(symbols->kallsyms, index, ret->name);
		return;
	}
	ret->type = symbols->table.entries[index].type;
	strcpy(ret->name, kdk_symtab_name(&symbols->table, index));
}

static void module_fill(const struct kdk_module *module, const struct kdk_symtab *tab,
			size_t index, struct kdk_symbol *ret)
{
	const struct kdk_symtab_entry *entry = &tab->entries[index];

	ret->address = entry->address;
	ret->size = entry->size;
	ret->type = entry->type;
	ret->module = module->name;
	strcpy(ret->name, kdk_symtab_name(tab, index));
}

/* NULL when there are none. */
static struct kdk_modules *get_modules(const struct kdk_symbols *symbols)
{
	struct kdk_modules *modules;
	struct kdk_error *err = kdk_kernel_modules(symbols->kernel, &modules);

	kdk_error_destroy(err);
	return err ? NULL : modules;
}

/* NULL when it cannot be read. */
static const struct kdk_symtab *get_symtab(const struct kdk_symbols *symbols,
					   struct kdk_module *module)
{
	const struct kdk_symtab *tab;
	struct kdk_error *err = kdk_module_symtab(symbols->kernel, module, &tab);

	kdk_error_destroy(err);
	return err ? NULL : tab;
}

/* "module:name", or `name` in any module. */
static bool find_in_modules(const struct kdk_symbols *symbols, const char *name,
			    struct kdk_module **ret_module, const struct kdk_symtab **ret_tab,
			    size_t *ret_index)
{
	struct kdk_modules *modules = get_modules(symbols);
	const char *colon = strchr(name, ':');
	char module_name[KDK_MODULE_NAME];

	if (!modules)
		return false;
	if (colon && (size_t)(colon - name) < sizeof(module_name)) {
		memcpy(module_name, name, colon - name);
		module_name[colon - name] = '\0';
		*ret_module = kdk_modules_find(modules, module_name);
		*ret_tab = *ret_module ? get_symtab(symbols, *ret_module) : NULL;
		return *ret_tab && kdk_symtab_find(*ret_tab, colon + 1, ret_index);
	}
	for (size_t i = 0; i < modules->count; i++) {
		*ret_module = &modules->modules[i];
		*ret_tab = get_symtab(symbols, *ret_module);
		if (*ret_tab && kdk_symtab_find(*ret_tab, name, ret_index))
			return true;
	}
	return false;
}

bool kdk_symbols_find(struct kdk_symbols *symbols, const char *name, uint64_t *ret)
{
	const struct kdk_symtab *tab;
	struct kdk_module *module;
	size_t index;

	if (own_find(symbols, name, &index)) {
		*ret = own_address(symbols, index);
		return true;
	}
	/* The few data symbols that a kernel without KALLSYMS_ALL tells. */
	if (symbols->kernel->info && kdk_vmcoreinfo_symbol(symbols->kernel->info, name, ret))
		return true;
	if (!find_in_modules(symbols, name, &module, &tab, &index))
		return false;
	*ret = tab->entries[index].address;
	return true;
}

bool kdk_symbols_find_full(struct kdk_symbols *symbols, const char *name,
			   struct kdk_symbol *ret)
{
	const struct kdk_symtab *tab;
	struct kdk_module *module;
	uint64_t address;
	size_t index;

	if (own_find(symbols, name, &index)) {
		own_fill(symbols, index, ret);
		return true;
	}
	if (symbols->kernel->info && strlen(name) < sizeof(ret->name) &&
	    kdk_vmcoreinfo_symbol(symbols->kernel->info, name, &address)) {
		*ret = (struct kdk_symbol){ .address = address, .type = 'd' };
		strcpy(ret->name, name);
		return true;
	}
	if (!find_in_modules(symbols, name, &module, &tab, &index))
		return false;
	module_fill(module, tab, index, ret);
	return true;
}

/* Mapping symbols of ARM and RISC-V ($x, $d) and local labels name nothing. */
static bool names_something(const char *name)
{
	return *name != '$' && strncmp(name, ".L", 2) != 0;
}

/* The first at the highest address up to `address` that names something. */
static bool find_named(const struct kdk_symtab *tab, uint64_t address, size_t *ret)
{
	while (kdk_symtab_at(tab, address, ret)) {
		address = tab->entries[*ret].address;
		for (; *ret < tab->count && tab->entries[*ret].address == address; ++*ret)
			if (names_something(kdk_symtab_name(tab, *ret)))
				return true;
		if (!address--)
			break;
	}
	return false;
}

/* Where the next symbol that names something lies, at most `end`. */
static uint64_t next_named(const struct kdk_symtab *tab, size_t index, uint64_t end)
{
	uint64_t address = tab->entries[index].address;

	for (index++; index < tab->count; index++)
		if (tab->entries[index].address > address &&
		    names_something(kdk_symtab_name(tab, index)))
			return tab->entries[index].address < end ? tab->entries[index].address : end;
	return end;
}

static bool at_in_module(const struct kdk_symbols *symbols, uint64_t address,
			 struct kdk_symbol *ret)
{
	struct kdk_modules *modules = get_modules(symbols);
	struct kdk_module *module = modules ? kdk_modules_at(modules, address) : NULL;
	const struct kdk_symtab *tab = module ? get_symtab(symbols, module) : NULL;
	uint64_t start = 0, end = 0;
	size_t index;

	if (!tab || !find_named(tab, address, &index))
		return false;
	for (size_t i = 0; i < module->region_count; i++)
		if (address - module->regions[i].address < module->regions[i].size) {
			start = module->regions[i].address;
			end = start + module->regions[i].size;
		}
	/* One of another region says nothing about this one. */
	if (tab->entries[index].address < start)
		return false;
	module_fill(module, tab, index, ret);
	ret->size = next_named(tab, index, end) - ret->address;
	return true;
}

bool kdk_symbols_at(struct kdk_symbols *symbols, uint64_t address, struct kdk_symbol *ret)
{
	size_t index;
	bool found;

	if (!range_end(symbols, address))
		return at_in_module(symbols, address, ret);
	found = symbols->kallsyms ? kdk_kallsyms_at(symbols->kallsyms, address, &index) :
				    kdk_symtab_at(&symbols->table, address, &index);
	if (!found || !range_end(symbols, own_address(symbols, index)))
		return false;
	own_fill(symbols, index, ret);
	return true;
}

void kdk_symbols_each(struct kdk_symbols *symbols,
		      bool (*visit)(void *context, const struct kdk_symbol *symbol),
		      void *context)
{
	struct kdk_modules *modules = get_modules(symbols);
	struct kdk_symbol symbol;

	for (size_t i = 0; i < own_count(symbols); i++) {
		own_fill(symbols, i, &symbol);
		if (!visit(context, &symbol))
			return;
	}
	for (size_t i = 0; modules && i < modules->count; i++) {
		const struct kdk_symtab *tab = get_symtab(symbols, &modules->modules[i]);

		for (size_t j = 0; tab && j < tab->count; j++) {
			module_fill(&modules->modules[i], tab, j, &symbol);
			if (!visit(context, &symbol))
				return;
		}
	}
}

void kdk_symbols_destroy(struct kdk_symbols *symbols)
{
	if (!symbols)
		return;
	kdk_kallsyms_destroy(symbols->kallsyms);
	kdk_symtab_deinit(&symbols->table);
	free(symbols->source);
	free(symbols);
}
