/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/kcore: the running kernel's memory as an ELF core file (fs/proc/kcore.c).
 * RAM and the kernel image have physical addresses from Linux 4.11 on; vmalloc
 * and module areas have p_paddr -1. Before, every p_paddr was 0.
 */
#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/format/elf_headers.h"
#include "vmcore/format/elf_map.h"
#include "vmcore/format/formats.h"

#define PROBE_NOTES 4096u

struct kcore {
	struct kdk_elf_map map;
	struct kdk_segment *by_virt;	/* sorted by virt, file order kept */
	size_t count;
};

/* The kernel signs its notes as a process of the name "vmlinux". */
static bool has_vmlinux_process(const uint8_t *notes, size_t size, bool big)
{
	size_t at = 0;

	while (size - at >= 12) {
		uint64_t name = kdk_get_u32(notes + at, big);
		uint64_t desc = kdk_get_u32(notes + at + 4, big);
		uint32_t type = kdk_get_u32(notes + at + 8, big);
		uint64_t start = at + 12 + ((name + 3) & ~3ull);

		if (start + desc > size)
			return false;
		if (type == NT_PRPSINFO && memmem(notes + start, desc, "vmlinux", 8))
			return true;
		at = start + ((desc + 3) & ~3ull);
		if (at > size)
			return false;
	}
	return false;
}

static bool kcore_probe(const struct kdk_source *source)
{
	_cleanup_free_ struct kdk_elf_buffer *buffer = malloc(sizeof(*buffer));
	struct kdk_elf_phdr phdr;
	struct kdk_error *err;
	struct kdk_elf elf;
	size_t size;

	if (!buffer || !kdk_elf_identify(source, &elf) || elf.type != ET_CORE)
		return false;
	err = kdk_elf_read(source, &elf);
	buffer->first = buffer->count = 0;
	if (!err && elf.phnum)
		err = kdk_elf_phdr_read(source, &elf, 0, buffer, &phdr);
	if (err || !elf.phnum || phdr.type != PT_NOTE) {
		kdk_error_destroy(err);
		return false;
	}
	size = phdr.filesz < PROBE_NOTES ? phdr.filesz : PROBE_NOTES;
	size = kdk_source_data(source, phdr.offset, size);
	err = kdk_source_read(source, phdr.offset, buffer->bytes, size);
	if (err) {
		kdk_error_destroy(err);
		return false;
	}
	return has_vmlinux_process(buffer->bytes, size, elf.big_endian);
}

/* All zero means that this kernel did not say. */
static void drop_blank_addresses(struct kdk_dump *dump)
{
	for (size_t i = 0; i < dump->segment_count; i++)
		if (dump->segments[i].phys != 0 &&
		    dump->segments[i].phys != KDK_NO_ADDRESS)
			return;
	for (size_t i = 0; i < dump->segment_count; i++)
		dump->segments[i].phys = KDK_NO_ADDRESS;
	dump->facts.max_phys = 0;
	kdk_dump_remark(
		dump,
		"%s: this kernel does not give physical addresses; only kernel-virtual memory can be read",
		dump->sources[0]->name);
}

/* A merge sort keeps the file's order among equals; qsort() need not. */
static void sort_by_virt(struct kdk_segment *from, struct kdk_segment *spare,
			 size_t count)
{
	size_t half = count / 2, a = 0, b = half;

	if (count < 2)
		return;
	sort_by_virt(from, spare, half);
	sort_by_virt(from + half, spare, count - half);
	memcpy(spare, from, count * sizeof(*from));
	for (size_t i = 0; i < count; i++) {
		if (b == count || (a < half && spare[a].virt <= spare[b].virt))
			from[i] = spare[a++];
		else
			from[i] = spare[b++];
	}
}

static struct kdk_error *kcore_open(struct kdk_dump *dump)
{
	const struct kdk_source *source = dump->sources[0];
	_cleanup_free_ struct kdk_segment *spare = NULL;
	struct kcore *kcore = calloc(1, sizeof(*kcore));
	struct kdk_error *err;

	if (!kcore)
		return &kdk_enomem;
	dump->private = kcore;
	err = kdk_elf_load(dump, source);
	if (err)
		return err;
	dump->facts.live = source->size == UINT64_MAX;
	if (!dump->segment_count)
		return kdk_error_new(KDK_ERROR_FORMAT, "no memory segments");
	drop_blank_addresses(dump);
	kcore->by_virt = calloc(dump->segment_count, sizeof(*kcore->by_virt));
	spare = calloc(dump->segment_count, sizeof(*spare));
	if (!kcore->by_virt || !spare)
		return &kdk_enomem;
	kcore->count = dump->segment_count;
	memcpy(kcore->by_virt, dump->segments, kcore->count * sizeof(*kcore->by_virt));
	sort_by_virt(kcore->by_virt, spare, kcore->count);
	return kdk_elf_map_init(&kcore->map, dump, source);
}

static void kcore_close(struct kdk_dump *dump)
{
	struct kcore *kcore = dump->private;

	if (!kcore)
		return;
	kdk_elf_map_deinit(&kcore->map);
	free(kcore->by_virt);
	free(kcore);
}

static struct kdk_error *kcore_run(const struct kdk_dump *dump, uint64_t phys,
				   struct kdk_run *ret)
{
	struct kcore *kcore = dump->private;

	kdk_elf_map_run(&kcore->map, phys, ret);
	return NULL;
}

static struct kdk_error *kcore_read(const struct kdk_dump *dump, uint64_t phys,
				    void *buffer, size_t length)
{
	struct kcore *kcore = dump->private;

	return kdk_elf_map_read(&kcore->map, phys, buffer, length);
}

/* The last segment that begins at or before virt and holds it; areas do not overlap. */
static const struct kdk_segment *find_virt(const struct kcore *kcore, uint64_t virt)
{
	size_t low = 0, high = kcore->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kcore->by_virt[middle].virt <= virt)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low ||
	    virt - kcore->by_virt[low - 1].virt >= kcore->by_virt[low - 1].file_size)
		return NULL;
	return &kcore->by_virt[low - 1];
}

static struct kdk_error *kcore_read_virtual(const struct kdk_dump *dump, uint64_t virt,
					    void *buffer, size_t length)
{
	const struct kcore *kcore = dump->private;
	uint8_t *to = buffer;

	while (length) {
		const struct kdk_segment *segment = find_virt(kcore, virt);
		struct kdk_error *err;
		uint64_t left;
		size_t piece;

		if (!segment)
			return kdk_error_new(KDK_ERROR_ABSENT,
					     "kernel address %#" PRIx64 " is in none of %s's segments",
					     virt, dump->sources[0]->name);
		left = segment->file_size - (virt - segment->virt);
		piece = left < length ? left : length;
		err = kdk_source_read(kcore->map.source,
				      segment->offset + (virt - segment->virt), to,
				      piece);
		if (err)
			return err;
		virt += piece;
		to += piece;
		length -= piece;
	}
	return NULL;
}

const struct kdk_format kdk_format_kcore = {
	.name = "kcore",
	.probe = kcore_probe,
	.open = kcore_open,
	.close = kcore_close,
	.run = kcore_run,
	.read = kcore_read,
	.read_virtual = kcore_read_virtual,
};
