/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/elf_headers.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "core/bytes.h"

#define MAX_NOTE_AREAS	65536u

bool kdk_elf_identify(const struct kdk_source *source, struct kdk_elf *ret)
{
	uint8_t start[20];
	struct kdk_error *err = kdk_source_read(source, 0, start, sizeof(start));

	if (err) {
		kdk_error_destroy(err);
		return false;
	}
	if (memcmp(start, ELFMAG, SELFMAG) != 0 ||
	    (start[EI_CLASS] != ELFCLASS32 && start[EI_CLASS] != ELFCLASS64) ||
	    (start[EI_DATA] != ELFDATA2LSB && start[EI_DATA] != ELFDATA2MSB))
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->big_endian = start[EI_DATA] == ELFDATA2MSB;
	ret->word_bytes = start[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	ret->type = kdk_get_u16(start + 16, ret->big_endian);
	ret->machine = kdk_get_u16(start + 18, ret->big_endian);
	return true;
}

/* More than 65,534 headers: section header 0 holds the count in sh_info. */
static struct kdk_error *read_long_count(const struct kdk_source *source,
					 struct kdk_elf *elf)
{
	uint64_t info = elf->word_bytes == 8 ? offsetof(Elf64_Shdr, sh_info) :
					       offsetof(Elf32_Shdr, sh_info);
	uint8_t count[4];
	struct kdk_error *err;

	if (!elf->shoff || elf->shoff > UINT64_MAX - info)
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "more than 65534 program headers, and no section header that counts them");
	err = kdk_source_read(source, elf->shoff + info, count, sizeof(count));
	if (err)
		return kdk_error_wrap(
			err, "section header 0, which counts the program headers");
	elf->phnum = kdk_get_u32(count, elf->big_endian);
	return NULL;
}

struct kdk_error *kdk_elf_read(const struct kdk_source *source, struct kdk_elf *ret)
{
	uint8_t header[sizeof(Elf64_Ehdr)];
	struct kdk_error *err;
	const uint8_t *sizes;
	bool big, wide;

	if (!kdk_elf_identify(source, ret))
		return kdk_error_new(KDK_ERROR_FORMAT, "no ELF header");
	big = ret->big_endian;
	wide = ret->word_bytes == 8;
	err = kdk_source_read(source, 0, header,
			      wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr));
	if (err)
		return kdk_error_wrap(err, "the file ends within its ELF header");
	ret->phoff = kdk_get_word(header + (wide ? 32 : 28), big, ret->word_bytes);
	ret->shoff = kdk_get_word(header + (wide ? 40 : 32), big, ret->word_bytes);
	ret->flags = kdk_get_u32(header + (wide ? 48 : 36), big);
	sizes = header + (wide ? 54 : 42);
	ret->phentsize = kdk_get_u16(sizes, big);
	ret->phnum = kdk_get_u16(sizes + 2, big);
	ret->shnum = kdk_get_u16(sizes + 6, big);
	if (ret->phnum == PN_XNUM) {
		err = read_long_count(source, ret);
		if (err)
			return err;
	}
	if (ret->phnum &&
	    ret->phentsize < (wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "program headers of %" PRIu32 " bytes are too small",
				     ret->phentsize);
	return NULL;
}

static void decode_phdr(const struct kdk_elf *elf, const uint8_t *bytes,
			struct kdk_elf_phdr *ret)
{
	bool big = elf->big_endian;

	ret->type = kdk_get_u32(bytes, big);
	if (elf->word_bytes == 8) {
		ret->offset = kdk_get_u64(bytes + 8, big);
		ret->vaddr = kdk_get_u64(bytes + 16, big);
		ret->paddr = kdk_get_u64(bytes + 24, big);
		ret->filesz = kdk_get_u64(bytes + 32, big);
		ret->memsz = kdk_get_u64(bytes + 40, big);
	} else {
		ret->offset = kdk_get_u32(bytes + 4, big);
		ret->vaddr = kdk_get_u32(bytes + 8, big);
		ret->paddr = kdk_get_u32(bytes + 12, big);
		ret->filesz = kdk_get_u32(bytes + 16, big);
		ret->memsz = kdk_get_u32(bytes + 20, big);
		if (ret->paddr == UINT32_MAX)
			ret->paddr = KDK_NO_ADDRESS;
	}
}

struct kdk_error *kdk_elf_phdr_read(const struct kdk_source *source,
				    const struct kdk_elf *elf, uint64_t index,
				    struct kdk_elf_buffer *buffer,
				    struct kdk_elf_phdr *ret)
{
	size_t size = elf->word_bytes == 8 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

	if (index < buffer->first || index - buffer->first >= buffer->count) {
		uint64_t count = (KDK_ELF_CHUNK - size) / elf->phentsize + 1;
		struct kdk_error *err;

		if (count > elf->phnum - index)
			count = elf->phnum - index;
		buffer->count = 0;
		err = kdk_source_read(source, elf->phoff + index * elf->phentsize,
				      buffer->bytes, (count - 1) * elf->phentsize + size);
		if (err)
			return kdk_error_wrap(err, "program header %" PRIu64, index);
		buffer->first = index;
		buffer->count = count;
	}
	decode_phdr(elf, buffer->bytes + (index - buffer->first) * elf->phentsize, ret);
	return NULL;
}

/* Arrays that grow while headers are read. */
struct loader {
	struct kdk_dump *dump;
	size_t segment_room;
	struct kdk_note_area *areas;
	size_t area_count, area_room;
	bool any_virt;
	bool clamped;
};

static struct kdk_error *add_segment(struct loader *loader,
				     const struct kdk_elf_phdr *phdr)
{
	struct kdk_dump *dump = loader->dump;
	struct kdk_segment *segment;

	if (dump->segment_count == loader->segment_room) {
		size_t room = loader->segment_room ? loader->segment_room * 2 : 16;

		segment = realloc(dump->segments, room * sizeof(*segment));
		if (!segment)
			return &kdk_enomem;
		dump->segments = segment;
		loader->segment_room = room;
	}
	segment = &dump->segments[dump->segment_count++];
	*segment = (struct kdk_segment){
		.virt = phdr->vaddr,
		.phys = phdr->paddr,
		.size = phdr->memsz,
		.file_size = phdr->filesz,
		.offset = phdr->offset,
	};
	if (phdr->paddr != KDK_NO_ADDRESS && segment->size > UINT64_MAX - phdr->paddr) {
		segment->size = UINT64_MAX - phdr->paddr;
		loader->clamped = true;
	}
	if (segment->file_size > segment->size) {
		segment->file_size = segment->size;
		loader->clamped = true;
	}
	loader->any_virt |= phdr->vaddr != 0;
	return NULL;
}

static struct kdk_error *add_area(struct loader *loader, const struct kdk_elf_phdr *phdr)
{
	if (loader->area_count >= MAX_NOTE_AREAS)
		return NULL;
	if (loader->area_count == loader->area_room) {
		size_t room = loader->area_room ? loader->area_room * 2 : 4;
		struct kdk_note_area *areas =
			realloc(loader->areas, room * sizeof(*areas));

		if (!areas)
			return &kdk_enomem;
		loader->areas = areas;
		loader->area_room = room;
	}
	loader->areas[loader->area_count++] =
		(struct kdk_note_area){ phdr->offset, phdr->filesz };
	return NULL;
}

static struct kdk_error *read_phdrs(struct loader *loader,
				    const struct kdk_source *source,
				    const struct kdk_elf *elf)
{
	_cleanup_free_ struct kdk_elf_buffer *buffer = malloc(sizeof(*buffer));
	struct kdk_error *err = NULL;

	if (!buffer)
		return &kdk_enomem;
	buffer->first = buffer->count = 0;
	for (uint64_t i = 0; i < elf->phnum && !err; i++) {
		struct kdk_elf_phdr phdr;

		err = kdk_elf_phdr_read(source, elf, i, buffer, &phdr);
		if (!err && phdr.type == PT_LOAD && phdr.memsz)
			err = add_segment(loader, &phdr);
		else if (!err && phdr.type == PT_NOTE && phdr.filesz)
			err = add_area(loader, &phdr);
	}
	return err;
}

static struct kdk_error *check_table(const struct kdk_source *source,
				     const struct kdk_elf *elf)
{
	uint64_t size = elf->phnum * elf->phentsize;

	if (kdk_source_data(source, elf->phoff, size) < size)
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "the file ends within its %" PRIu64 " program headers",
				     elf->phnum);
	return NULL;
}

static void tell_facts(struct kdk_dump *dump, const struct kdk_elf *elf)
{
	dump->facts.elf_machine = elf->machine;
	dump->facts.big_endian = elf->big_endian;
	dump->facts.word_bytes = elf->word_bytes;
	for (size_t i = 0; i < dump->segment_count; i++) {
		const struct kdk_segment *segment = &dump->segments[i];

		if (segment->phys != KDK_NO_ADDRESS &&
		    segment->phys + segment->size > dump->facts.max_phys)
			dump->facts.max_phys = segment->phys + segment->size;
	}
}

struct kdk_error *kdk_elf_load(struct kdk_dump *dump, const struct kdk_source *source)
{
	struct loader loader = { .dump = dump };
	struct kdk_error *err;
	struct kdk_elf elf;

	err = kdk_elf_read(source, &elf);
	if (!err)
		err = check_table(source, &elf);
	if (!err)
		err = read_phdrs(&loader, source, &elf);
	if (!err) {
		tell_facts(dump, &elf);
		err = kdk_notes_load(dump, source, loader.areas, loader.area_count);
	}
	free(loader.areas);
	if (err)
		return err;
	/* QEMU leaves all of them 0. */
	for (size_t i = 0; i < dump->segment_count && !loader.any_virt; i++)
		dump->segments[i].virt = KDK_NO_ADDRESS;
	if (loader.clamped)
		kdk_dump_remark(
			dump,
			"%s: a segment claims more than the address space or its own size; it is cut",
			source->name);
	/*
	 * makedumpfile's mark. PowerPC's first 64-bit ABI sets the same bit, so there
	 * it says nothing.
	 */
	dump->facts.incomplete = (elf.flags & 1) &&
		!(elf.machine == EM_PPC64 && elf.big_endian);
	return NULL;
}
