/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module's own symbols: struct mod_kallsyms {symtab, num_symtab, strtab, typetab},
 * kept once the module runs with its defined symbols only. Since 5.2 the letters of
 * /proc/kallsyms are in typetab; before, st_info held them.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/modules.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"

#define SYMBOLS_MAX (1u << 20)
#define STRINGS_MAX (UINT64_C(1) << 26)
#define STRINGS_STEP 4096

struct tables {
	uint64_t symtab, strtab, typetab;	/* addresses; typetab 0: none */
	uint32_t count;
	uint8_t *entries;
	uint8_t *types;
	size_t entry_size;
};

static struct kdk_error *find_tables(struct kdk_kernel *kernel, struct kdk_module *module,
				     struct tables *ret)
{
	uint64_t kallsyms = module->object;
	struct kdk_error *err;

	if (kdk_kernel_has(kernel, "module.kallsyms")) {
		err = kdk_object_u64(kernel, module->object, "module.kallsyms", &kallsyms);
		if (err)
			return err;
	}
	/* Until 4.4 the tables hung on the module itself. */
	err = kdk_object_u64(kernel, kallsyms, "mod_kallsyms.symtab|module.symtab", &ret->symtab);
	if (!err)
		err = kdk_object_u64(kernel, kallsyms, "mod_kallsyms.strtab|module.strtab",
				     &ret->strtab);
	if (!err)
		err = kdk_object_u32(kernel, kallsyms,
				     "mod_kallsyms.num_symtab|module.num_symtab", &ret->count);
	if (!err && kdk_kernel_has(kernel, "mod_kallsyms.typetab"))
		err = kdk_object_u64(kernel, kallsyms, "mod_kallsyms.typetab", &ret->typetab);
	if (!err && ret->count > SYMBOLS_MAX)
		err = kdk_error_new(KDK_ERROR_FORMAT, "%u symbols", ret->count);
	return err;
}

static struct kdk_error *read_tables(struct kdk_kernel *kernel, struct tables *tables)
{
	struct kdk_error *err;

	tables->entry_size = kernel->arch->word_bytes == 8 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	tables->entries = malloc(tables->count * tables->entry_size + 1);
	tables->types = calloc(tables->count + 1ul, 1);
	if (!tables->entries || !tables->types)
		return &kdk_enomem;
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, tables->symtab, tables->entries,
			      tables->count * tables->entry_size);
	if (!err && tables->typetab)
		err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, tables->typetab, tables->types,
				      tables->count);
	return err;
}

/* One Elf_Sym; its fields stand in another order in 32-bit files. */
struct entry {
	uint32_t name;
	uint8_t info;
	uint16_t section;
	uint64_t value, size;
};

static struct entry get_entry(const uint8_t *from, bool big, unsigned int word)
{
	if (word == 4)
		return (struct entry){
			.name = kdk_get_u32(from, big),
			.value = kdk_get_u32(from + 4, big),
			.size = kdk_get_u32(from + 8, big),
			.info = from[12],
			.section = kdk_get_u16(from + 14, big),
		};
	return (struct entry){
		.name = kdk_get_u32(from, big),
		.info = from[4],
		.section = kdk_get_u16(from + 6, big),
		.value = kdk_get_u64(from + 8, big),
		.size = kdk_get_u64(from + 16, big),
	};
}

/* The strings of all entries at once; the last one may end with its page. */
static struct kdk_error *read_strings(struct kdk_kernel *kernel, const struct tables *tables,
				      char **ret, size_t *ret_size)
{
	uint64_t last = 0, size;
	struct kdk_error *err = NULL;

	for (uint32_t i = 0; i < tables->count; i++) {
		uint32_t name = kdk_get_u32(tables->entries + i * tables->entry_size,
					    kernel->arch->big_endian);

		if (name > last)
			last = name;
	}
	if (last > STRINGS_MAX)
		return kdk_error_new(KDK_ERROR_FORMAT, "a name at byte %ju of the names",
				     (uintmax_t)last);
	*ret = malloc(last + KDK_SYMBOL_NAME_MAX + 1);
	if (!*ret)
		return &kdk_enomem;
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, tables->strtab, *ret, last + 1);
	if (err)
		return err;
	for (size = last + 1; size < last + KDK_SYMBOL_NAME_MAX && (*ret)[size - 1]; size++) {
		err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, tables->strtab + size,
				      *ret + size, 1);
		if (err) {
			kdk_error_destroy(err);
			break;
		}
	}
	(*ret)[size] = '\0';
	*ret_size = size;
	return NULL;
}

static struct kdk_error *fill(struct kdk_kernel *kernel, const struct tables *tables,
			      const char *strings, size_t strings_size, struct kdk_symtab *tab)
{
	struct kdk_error *err = NULL;

	for (uint32_t i = 0; !err && i < tables->count; i++) {
		struct entry entry = get_entry(tables->entries + i * tables->entry_size,
					       kernel->arch->big_endian,
					       kernel->arch->word_bytes);
		char type = tables->typetab ? (char)tables->types[i] : (char)entry.info;
		const char *name;

		if (entry.name >= strings_size || entry.section == SHN_UNDEF)
			continue;
		name = strings + entry.name;
		if (!*name)
			continue;
		if (type < '!' || type > '~')
			type = '?';
		err = kdk_symtab_add(tab, entry.value, entry.size, type, name, strlen(name));
		/* Names may share their ends, but not grow out of nothing. */
		if (!err && tab->names_size / 4 > strings_size + KDK_SYMBOL_NAME_MAX)
			err = kdk_error_new(KDK_ERROR_FORMAT, "the names overlap");
	}
	return err ? err : kdk_symtab_finish(tab);
}

static struct kdk_error *load(struct kdk_kernel *kernel, struct kdk_module *module,
			      struct kdk_symtab *tab)
{
	_cleanup_free_ char *strings = NULL;
	struct tables tables = { 0 };
	size_t strings_size = 0;
	struct kdk_error *err = find_tables(kernel, module, &tables);

	if (!err && tables.count)
		err = read_tables(kernel, &tables);
	if (!err && tables.count)
		err = read_strings(kernel, &tables, &strings, &strings_size);
	if (!err && tables.count)
		err = fill(kernel, &tables, strings, strings_size, tab);
	free(tables.entries);
	free(tables.types);
	return kdk_error_wrap(err, "symbols of module %s", module->name);
}

struct kdk_error *kdk_module_symtab(struct kdk_kernel *kernel, struct kdk_module *module,
				    const struct kdk_symtab **ret)
{
	struct kdk_error *err = NULL;

	if (!module->symtab) {
		module->symtab = calloc(1, sizeof(*module->symtab));
		if (!module->symtab)
			return &kdk_enomem;
		/* An empty table is kept after an error, which is told once. */
		err = load(kernel, module, module->symtab);
		if (err)
			kdk_symtab_deinit(module->symtab);
	}
	*ret = module->symtab;
	return err;
}
