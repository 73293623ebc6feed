/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A System.map. */
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/symtab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kdk_symtab tab = { 0 };
	struct kdk_error *err;
	size_t found;

	err = kdk_symtab_read_map(&tab, (const char *)data, size, 0x1000, 0x10000);
	if (!err)
		err = kdk_symtab_finish(&tab);
	for (size_t i = 0; !err && i < tab.count; i++) {
		if (strlen(kdk_symtab_name(&tab, i)) >= KDK_SYMBOL_NAME_MAX)
			abort();
		if (!kdk_symtab_at(&tab, tab.entries[i].address, &found) ||
		    tab.entries[found].address != tab.entries[i].address)
			abort();
		(void)kdk_symtab_find(&tab, kdk_symtab_name(&tab, i), &found);
	}
	kdk_error_destroy(err);
	kdk_symtab_deinit(&tab);
	return 0;
}
