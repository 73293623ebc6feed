/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/vmcoreinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kdk_vmcoreinfo *info = NULL;
	struct kdk_error *err = kdk_vmcoreinfo_parse((const char *)data, size, &info);
	uint64_t number;

	if (err)
		abort();
	for (size_t i = 0; i < info->count; i++) {
		const char *value = kdk_vmcoreinfo_find(info, info->entries[i].key);

		/* Found by its key, if not hidden behind a later one. */
		if (!value)
			abort();
		for (const char *byte = info->entries[i].value; *byte; byte++)
			if (*byte < ' ' || *byte > '~')
				abort();
		kdk_vmcoreinfo_number(info, info->entries[i].key, &number);
	}
	kdk_vmcoreinfo_symbol(info, "_stext", &number);
	kdk_vmcoreinfo_arch(info, 0, false);
	kdk_vmcoreinfo_destroy(info);
	return 0;
}
