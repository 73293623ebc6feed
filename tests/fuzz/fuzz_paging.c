/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Input: which architecture (one byte), page size as a shift over 4096 (one byte), eight
 * bytes of address, vmcoreinfo up to a NUL, and the rest is memory.
 */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "flat_memory.h"
#include "vmcore/kernel/memory.h"

#define HEADER 10

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct kdk_arch *arch_numbered(size_t number)
{
	size_t count = 0;

	while (kdk_archs[count])
		count++;
	return kdk_archs[number % count];
}

static void visit(struct kdk_memory *memory, uint64_t virt)
{
	struct kdk_walk walk;
	uint8_t bytes[64];
	struct kdk_error *err = kdk_memory_translate(memory, virt, &walk);

	if (walk.step_count > KDK_WALK_STEPS || (!err && !walk.how))
		abort();
	if (!err && walk.page_size && walk.phys % walk.page_size != virt % walk.page_size)
		abort();
	kdk_error_destroy(err);
	kdk_error_destroy(kdk_memory_read(memory, KDK_VIRTUAL, virt, bytes, sizeof(bytes)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const symbols[] = { "swapper_pg_dir", "_stext", "init_uts_ns" };
	struct kdk_vmcoreinfo *info = NULL;
	struct kdk_memory *memory = NULL;
	struct flat_memory flat;
	size_t text_size;
	uint64_t virt;

	if (size < HEADER)
		return 0;
	text_size = strnlen((const char *)data + HEADER, size - HEADER);
	if (kdk_vmcoreinfo_parse((const char *)data + HEADER, text_size, &info))
		abort();
	text_size += HEADER + text_size < size;
	flat_memory_init(&flat, data + HEADER + text_size, size - HEADER - text_size, true);
	flat.dump.facts.big_endian = arch_numbered(data[0])->big_endian;
	if (kdk_memory_create(&flat.dump, arch_numbered(data[0]), info, 4096u << data[1] % 7,
			      &memory))
		abort();
	visit(memory, kdk_get_u64(data + 2, false));
	for (size_t i = 0; i < KDK_ARRAY_SIZE(symbols); i++)
		if (kdk_vmcoreinfo_symbol(info, symbols[i], &virt))
			visit(memory, virt);
	kdk_memory_destroy(memory);
	kdk_vmcoreinfo_destroy(info);
	return 0;
}
