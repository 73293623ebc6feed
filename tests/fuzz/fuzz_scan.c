/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input: which architecture (one byte), page size as a shift over 4096 (one byte), memory. */
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "flat_memory.h"
#include "vmcore/kernel/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flat_memory flat;
	struct kdk_error *err;
	char *text = NULL;
	size_t text_size = 0, count = 0;

	if (size < 2)
		return 0;
	flat_memory_init(&flat, data + 2, size - 2, false);
	while (kdk_archs[count])
		count++;
	/* One more number stands for an unknown one. */
	if (data[0] % (count + 1) < count) {
		flat.dump.facts.elf_machine = kdk_archs[data[0] % (count + 1)]->elf_machine;
		flat.dump.facts.word_bytes = kdk_archs[data[0] % (count + 1)]->word_bytes;
		flat.dump.facts.big_endian = kdk_archs[data[0] % (count + 1)]->big_endian;
	}
	flat.dump.facts.page_size = 4096u << data[1] % 7;
	err = kdk_vmcoreinfo_scan(&flat.dump, NULL, &text, &text_size);
	if (!err && (strlen(text) != text_size || strncmp(text, "OSRELEASE=", 10)))
		abort();
	kdk_error_destroy(err);
	free(text);
	return 0;
}
