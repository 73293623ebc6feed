/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF vmcores: /proc/vmcore, makedumpfile -E, QEMU's dump-guest-memory. */
#include <elf.h>
#include <string.h>

#include "vmcore/format/elf_headers.h"
#include "vmcore/format/elf_map.h"
#include "vmcore/format/formats.h"

static bool elf_probe(const struct kdk_source *source)
{
	struct kdk_elf elf;

	return kdk_elf_identify(source, &elf) && elf.type == ET_CORE;
}

/* Only the core of a program has an auxiliary vector and a list of mapped files. */
static bool is_program(const struct kdk_dump *dump)
{
	return kdk_dump_find_note(dump, "CORE", NT_AUXV) ||
	       kdk_dump_find_note(dump, "CORE", NT_FILE);
}

static struct kdk_error *no_segments(const struct kdk_source *source)
{
	struct kdk_error *err;
	struct kdk_elf elf;

	err = kdk_elf_read(source, &elf);
	if (err)
		return err;
	/* xc_core files of a Xen guest have sections only. */
	if (!elf.phnum && elf.shnum)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "a core file of a Xen guest (xc_core), which this version does not read");
	return kdk_error_new(KDK_ERROR_FORMAT,
			     "an ELF core file without memory segments");
}

static struct kdk_error *elf_open(struct kdk_dump *dump)
{
	const struct kdk_source *source = dump->sources[0];
	struct kdk_elf_map *map;
	struct kdk_error *err;

	err = kdk_elf_load(dump, source);
	if (err)
		return err;
	if (is_program(dump))
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "the core dump of a program, not of a kernel: open it with a debugger");
	if (!dump->segment_count)
		return no_segments(source);
	map = calloc(1, sizeof(*map));
	if (!map)
		return &kdk_enomem;
	dump->private = map;
	err = kdk_elf_map_init(map, dump, source);
	if (err)
		return err;
	for (size_t i = 0; i < dump->segment_count; i++) {
		const struct kdk_segment *segment = &dump->segments[i];

		if (kdk_segment_available(segment, source) < segment->file_size) {
			kdk_dump_remark(
				dump,
				"%s: the file is truncated: memory at its end is lost",
				source->name);
			break;
		}
	}
	return NULL;
}

static void elf_close(struct kdk_dump *dump)
{
	if (dump->private)
		kdk_elf_map_deinit(dump->private);
	free(dump->private);
}

static struct kdk_error *elf_run(const struct kdk_dump *dump, uint64_t phys,
				 struct kdk_run *ret)
{
	kdk_elf_map_run(dump->private, phys, ret);
	return NULL;
}

static struct kdk_error *elf_read(const struct kdk_dump *dump, uint64_t phys,
				  void *buffer, size_t length)
{
	return kdk_elf_map_read(dump->private, phys, buffer, length);
}

const struct kdk_format kdk_format_elf = {
	.name = "elf",
	.probe = elf_probe,
	.open = elf_open,
	.close = elf_close,
	.run = elf_run,
	.read = elf_read,
};
