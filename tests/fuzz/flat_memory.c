/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flat_memory.h"

#include <string.h>

#define REPEAT_END (1ULL << 48)

static struct kdk_error *flat_run(const struct kdk_dump *dump, uint64_t phys,
				  struct kdk_run *ret)
{
	ret->state = phys < dump->facts.max_phys ? KDK_PAGE_PRESENT : KDK_PAGE_HOLE;
	ret->length = phys < dump->facts.max_phys ? dump->facts.max_phys - phys : 4096;
	return NULL;
}

static struct kdk_error *flat_read(const struct kdk_dump *dump, uint64_t phys, void *buffer,
				   size_t length)
{
	const struct flat_memory *flat = dump->private;
	uint8_t *to = buffer;

	if (phys >= dump->facts.max_phys || dump->facts.max_phys - phys < length)
		return kdk_error_new(KDK_ERROR_ABSENT, "hole");
	while (length && flat->size) {
		size_t offset = phys % flat->size;
		size_t part = flat->size - offset < length ? flat->size - offset : length;

		memcpy(to, flat->bytes + offset, part);
		phys += part;
		to += part;
		length -= part;
	}
	return NULL;
}

static const struct kdk_format flat_format = {
	.name = "flat",
	.run = flat_run,
	.read = flat_read,
};

void flat_memory_init(struct flat_memory *flat, const uint8_t *bytes, size_t size,
		      bool repeats)
{
	memset(flat, 0, sizeof(*flat));
	flat->dump.format = &flat_format;
	flat->dump.private = flat;
	flat->dump.facts.max_phys = repeats && size ? REPEAT_END : size;
	flat->dump.facts.phys_base = KDK_NO_ADDRESS;
	flat->bytes = bytes;
	flat->size = size;
}
