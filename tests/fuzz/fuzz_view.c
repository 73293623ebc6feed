/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of a machine whose kallsyms lie at fixed places; they lead to BTF and to
 * modules. Symbols, types, modules and the first object are asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "flat_memory.h"
#include "vmcore/kernel/debuginfo.h"
#include "vmcore/kernel/kernel_view.h"
#include "vmcore/kernel/modules.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* s390x without page tables: virtual is physical. */
static const char info_text[] =
	"SYMBOL(kallsyms_num_syms)=10\nSYMBOL(kallsyms_relative_base)=20\n"
	"SYMBOL(kallsyms_offsets)=100\nSYMBOL(kallsyms_names)=200\n"
	"SYMBOL(kallsyms_token_table)=600\nSYMBOL(kallsyms_token_index)=a00\n"
	"SYMBOL(_stext)=1000\n";

static bool visit_symbol(void *context, const struct kdk_symbol *symbol)
{
	if (strlen(symbol->name) >= KDK_SYMBOL_NAME_MAX)
		abort();
	return ++*(size_t *)context < 1000;
}

static void ask_symbols(struct kdk_kernel *kernel)
{
	struct kdk_symbols *symbols;
	struct kdk_symbol symbol;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);
	uint64_t address;
	size_t count = 0;

	kdk_error_destroy(err);
	if (err)
		return;
	kdk_symbols_each(symbols, visit_symbol, &count);
	(void)kdk_symbols_find(symbols, "no_such_symbol", &address);
	for (address = 0xf00; address < 0x4000; address += 0x100)
		if (kdk_symbols_at(symbols, address, &symbol) && symbol.address > address)
			abort();
}

static bool visit_value(void *context, const struct kdk_value *value)
{
	(void)context;
	return value->kind <= KDK_VALUE_UNREADABLE;
}

static void ask_types(struct kdk_kernel *kernel)
{
	const struct kdk_value_visitor visitor = { visit_value, visit_value, NULL, false };
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);
	struct kdk_field field;

	kdk_error_destroy(err);
	if (err)
		return;
	kdk_error_destroy(kdk_types_field(types, "module.list.next", &field));
	for (uint32_t id = 0; id < 30; id++) {
		struct kdk_buffer buffer = { 0 };

		kdk_types_declare(types, id, "x", &buffer);
		kdk_buffer_deinit(&buffer);
		kdk_error_destroy(kdk_value_walk(kernel, id, 0x3000, &visitor));
	}
}

static void ask_modules(struct kdk_kernel *kernel)
{
	struct kdk_modules *modules;
	struct kdk_error *err = kdk_kernel_modules(kernel, &modules);

	kdk_error_destroy(err);
	for (size_t i = 0; !err && i < modules->count && i < 20; i++)
		kdk_error_destroy(kdk_module_details(kernel, &modules->modules[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kdk_debuginfo_options options = { .none = true };
	struct kdk_kernel kernel = { .page_size = 4096, .debuginfo = &options };
	struct flat_memory flat;
	struct kdk_error *err;

	flat_memory_init(&flat, data, size, false);
	flat.dump.facts.big_endian = true;
	kernel.dump = &flat.dump;
	kernel.arch = kdk_arch_find(0, 8, true, "s390x");
	err = kdk_vmcoreinfo_parse(info_text, strlen(info_text), &kernel.info);
	if (!err)
		err = kdk_memory_create(&flat.dump, kernel.arch, kernel.info, 4096,
					&kernel.memory);
	if (!err) {
		ask_symbols(&kernel);
		ask_types(&kernel);
		ask_modules(&kernel);
	}
	kdk_error_destroy(err);
	kdk_kernel_view_deinit(&kernel);
	kdk_memory_destroy(kernel.memory);
	kdk_vmcoreinfo_destroy(kernel.info);
	return 0;
}
