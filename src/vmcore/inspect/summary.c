/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/summary.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "vmcore/codec/codec.h"

static const char *info_text(const struct kdk_kernel *kernel, const char *key)
{
	const char *value = kernel->info ? kdk_vmcoreinfo_find(kernel->info, key) : NULL;

	return value ? value : "";
}

static void describe_container(const struct kdk_dump *dump, struct kdk_summary *ret)
{
	const struct kdk_dump_facts *facts = &dump->facts;

	if (facts->live)
		snprintf(ret->container, sizeof(ret->container), "/proc/kcore, live");
	else if (facts->header_version)
		snprintf(ret->container, sizeof(ret->container),
			 "kdump-compressed, header version %d", facts->header_version);
	else
		snprintf(ret->container, sizeof(ret->container), "ELF core, %d-bit",
			 facts->word_bytes * 8);
}

/* Some stable kernels wrote bytes that are no build id: 20 bytes in hexadecimal is one. */
static void take_build_id(const struct kdk_kernel *kernel, struct kdk_summary *ret)
{
	const char *value = info_text(kernel, "BUILD-ID");
	size_t size = strlen(value);

	if (size != 40)
		return;
	for (size_t i = 0; i < size; i++)
		if (!isxdigit((unsigned char)value[i]))
			return;
	memcpy(ret->build_id, value, size + 1);
}

static void take_time(const struct kdk_kernel *kernel, struct kdk_summary *ret)
{
	uint64_t seconds;

	if (kernel->info && kdk_vmcoreinfo_number(kernel->info, "CRASHTIME", &seconds)) {
		ret->time_known = ret->time_is_crash = true;
		ret->time = (int64_t)seconds;
	} else if (kernel->dump->facts.time_seconds) {
		ret->time_known = true;
		ret->time = kernel->dump->facts.time_seconds;
	}
}

static const char *compression_name(uint32_t flags)
{
	const struct kdk_codec *codec = kdk_codec_find(flags);

	return codec ? codec->name : "";
}

void kdk_summary_read(const struct kdk_kernel *kernel, struct kdk_summary *ret)
{
	const struct kdk_dump_facts *facts = &kernel->dump->facts;

	memset(ret, 0, sizeof(*ret));
	describe_container(kernel->dump, ret);
	ret->format = kernel->dump->format->name;
	ret->files = facts->files;
	ret->flattened = facts->flattened;
	ret->incomplete = facts->incomplete;
	ret->dump_level = facts->dump_level;
	ret->compression = compression_name(facts->compression);

	ret->release = info_text(kernel, "OSRELEASE");
	if (!*ret->release)
		ret->release = facts->release;
	ret->nodename = facts->nodename;
	ret->version = facts->version;
	take_build_id(kernel, ret);
	ret->arch = kernel->arch ? kernel->arch->name : facts->machine;
	ret->big_endian = facts->big_endian;
	ret->word_bytes = facts->word_bytes;
	ret->page_size = kernel->page_size;
	if (kernel->memory)
		ret->paging = kdk_memory_mode(kernel->memory, &ret->paging_why);
	else
		ret->paging_why = "the architecture is not known";
	ret->kaslr_known = kernel->info && kdk_vmcoreinfo_number(kernel->info, "KERNELOFFSET",
								 &ret->kaslr_offset);
	ret->max_phys = facts->max_phys;
	take_time(kernel, ret);
	ret->info_found_by_scan = kernel->info_found_by_scan;
	if (kernel->info) {
		ret->info_count = kernel->info->count;
		ret->info_malformed = kernel->info->malformed;
	}
	ret->note_count = kernel->dump->note_count;
	ret->segment_count = kernel->dump->segment_count;
}
