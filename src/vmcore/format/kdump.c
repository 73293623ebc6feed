/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/kdump.h"

#include <inttypes.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/format/formats.h"
#include "vmcore/format/notes.h"
#include "vmcore/format/state.h"

#define DESC_SIZE	24u

/* Page frames that one run looks at in the bitmaps: 512 KiB of each. */
#define RUN_BITS	(1ull << 22)

struct desc {
	uint64_t offset;
	uint32_t size;
	uint32_t flags;
};

/* A page frame: its state, and where it is when it is present. */
struct page {
	const struct kdk_kdump_part *part;
	enum kdk_page_state state;
	struct desc desc;
};

static bool kdump_probe(const struct kdk_source *source)
{
	char signature[8];
	struct kdk_error *err = kdk_source_read(source, 0, signature, sizeof(signature));

	if (err) {
		kdk_error_destroy(err);
		return false;
	}
	return !memcmp(signature, KDK_KDUMP_SIGNATURE, sizeof(signature));
}

static void tell_facts(struct kdk_dump *dump, const struct kdk_kdump *kdump)
{
	const struct kdk_kdump_header *header = &kdump->parts[0].header;
	struct kdk_dump_facts *facts = &dump->facts;
	char *const names[] = { facts->sysname, facts->nodename, facts->release,
				facts->version, facts->machine, facts->domainname };

	for (size_t i = 0; i < KDK_ARRAY_SIZE(names); i++)
		memcpy(names[i], header->utsname[i], sizeof(header->utsname[i]));
	facts->big_endian = header->big_endian;
	facts->word_bytes = header->word_bytes;
	facts->page_size = kdump->block_size;
	facts->max_phys = kdump->max_mapnr << kdump->block_shift;
	facts->time_seconds = header->time_seconds;
	facts->header_version = header->version;
	facts->dump_level = header->dump_level;
	facts->phys_base = header->phys_base;
	facts->cpus = header->cpus;
	facts->compression = header->status & KDK_PAGE_FLAGS_KNOWN;
	for (size_t i = 0; i < kdump->part_count; i++) {
		uint32_t status = kdump->parts[i].header.status;

		facts->incomplete |= (status & KDK_KDUMP_INCOMPLETE) != 0;
		facts->excluded_vmemmap |= (status & KDK_KDUMP_EXCLUDED_VMEMMAP) != 0;
	}
	if (header->version > KDK_KDUMP_VERSION_MAX)
		kdk_dump_remark(dump,
				"%s: header version %d is newer than %d and read as that",
				kdump->parts[0].source->name, header->version,
				KDK_KDUMP_VERSION_MAX);
}

static struct kdk_error *load_vmcoreinfo(struct kdk_dump *dump,
					 const struct kdk_kdump_part *part)
{
	uint64_t size = part->header.vmcoreinfo_size;
	_cleanup_free_ char *text = NULL;
	struct kdk_error *err;

	if (!size)
		return NULL;
	/* One byte more than allowed, so that the cut is told. */
	if (size > KDK_VMCOREINFO_MAX + 1)
		size = KDK_VMCOREINFO_MAX + 1;
	size = kdk_source_data(part->source, part->header.vmcoreinfo_offset, size);
	if (size < part->header.vmcoreinfo_size && size <= KDK_VMCOREINFO_MAX)
		kdk_dump_remark(dump, "%s: the file ends within its vmcoreinfo",
				part->source->name);
	if (!size)
		return NULL;
	text = malloc(size);
	if (!text)
		return &kdk_enomem;
	err = kdk_source_read(part->source, part->header.vmcoreinfo_offset, text, size);
	return err ? err : kdk_dump_set_vmcoreinfo(dump, text, size);
}

static bool has_whole(const struct kdk_kdump_part *part, uint64_t offset, uint64_t size)
{
	return kdk_source_data(part->source, offset, size) == size;
}

/* Every part has them, but one that was cut off may not have all: the first that does. */
static struct kdk_error *load_texts(struct kdk_dump *dump, const struct kdk_kdump *kdump)
{
	const struct kdk_kdump_part *part = &kdump->parts[0];
	struct kdk_note_area area;
	struct kdk_error *err;

	for (size_t i = 0; i < kdump->part_count; i++) {
		const struct kdk_kdump_header *header = &kdump->parts[i].header;

		if (has_whole(&kdump->parts[i], header->vmcoreinfo_offset,
			      header->vmcoreinfo_size) &&
		    has_whole(&kdump->parts[i], header->note_offset, header->note_size)) {
			part = &kdump->parts[i];
			break;
		}
	}
	err = load_vmcoreinfo(dump, part);
	area = (struct kdk_note_area){ part->header.note_offset, part->header.note_size };
	return err ? err : kdk_notes_load(dump, part->source, &area, area.size ? 1 : 0);
}

static struct kdk_error *kdump_open(struct kdk_dump *dump)
{
	struct kdk_kdump *kdump = calloc(1, sizeof(*kdump));
	struct kdk_error *err;

	if (!kdump)
		return &kdk_enomem;
	dump->private = kdump;
	kdump->page_pfn = KDK_NO_ADDRESS;
	err = kdk_kdump_set_open(dump, kdump);
	if (err)
		return err;
	kdump->block_shift = (unsigned int)__builtin_ctz(kdump->block_size);
	if (kdump->max_mapnr > UINT64_MAX >> kdump->block_shift)
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "damaged header: %#" PRIx64 " page frames exceed the address space",
				     kdump->max_mapnr);
	kdump->packed = malloc(kdump->block_size);
	kdump->page = malloc(kdump->block_size);
	if (!kdump->packed || !kdump->page)
		return &kdk_enomem;
	tell_facts(dump, kdump);
	return load_texts(dump, kdump);
}

static void kdump_close(struct kdk_dump *dump)
{
	struct kdk_kdump *kdump = dump->private;

	if (!kdump)
		return;
	for (size_t i = 0; i < KDK_KDUMP_CODECS && kdk_codecs[i]; i++)
		if (kdump->contexts[i])
			kdk_codecs[i]->context_destroy(kdump->contexts[i]);
	kdk_window_deinit(&kdump->cache);
	free(kdump->bitmap.ranks);
	free(kdump->parts);
	free(kdump->packed);
	free(kdump->page);
	free(kdump);
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

/* *ret: is the page at `offset` all zeroes? */
static struct kdk_error *check_zero_page(struct kdk_kdump *kdump,
					 const struct kdk_kdump_part *part,
					 uint64_t offset, bool *ret)
{
	struct kdk_error *err = kdk_source_read(part->source, offset, kdump->packed,
						kdump->block_size);

	if (err && err->kind != KDK_ERROR_ABSENT)
		return err;
	*ret = !err && is_zero(kdump->packed, kdump->block_size);
	kdk_error_destroy(err);
	return NULL;
}

/*
 * Writers put one page of zeroes in front of their data and let all zero pages
 * share it. The data begins behind as many descriptors as the part has; in a
 * split set, as makedumpfile 1.7 writes it, behind room for those of the whole
 * dump. In that case the other place is a gap, which no descriptor names.
 */
static struct kdk_error *find_zero_page(struct kdk_kdump *kdump,
					struct kdk_kdump_part *part)
{
	uint64_t last[2] = { part->header.end_pfn, kdump->max_mapnr };

	part->zero_known = true;
	for (size_t i = 0; i < 2; i++) {
		uint64_t rank, offset;
		struct kdk_error *err;
		bool zero;

		if (last[i] > kdump->bitmap.known[1])
			return NULL;
		err = kdk_kdump_bitmap_rank(&kdump->bitmap, last[i], &rank);
		if (err)
			return err;
		offset = part->desc_offset +
			 DESC_SIZE * (i ? rank : rank - part->first_rank);
		err = check_zero_page(kdump, part, offset, &zero);
		if (err)
			return err;
		if (zero)
			part->zero_offset[i] = offset;
	}
	return NULL;
}

/* The descriptor at `index` of the part, and the state that it stands for. */
static struct kdk_error *read_desc(struct kdk_kdump *kdump, struct kdk_kdump_part *part,
				   uint64_t index, struct page *ret)
{
	bool big = part->header.big_endian;
	uint8_t bytes[DESC_SIZE];
	struct kdk_error *err;

	ret->part = part;
	ret->state = KDK_PAGE_LOST;
	if (index >= part->desc_count)
		return NULL;
	err = kdk_window_read(&kdump->cache, part->source,
			      part->desc_offset + index * DESC_SIZE, bytes,
			      sizeof(bytes));
	if (err)
		return kdk_error_wrap(err, "page descriptor %" PRIu64, index);
	ret->desc.offset = kdk_get_u64(bytes, big);
	ret->desc.size = kdk_get_u32(bytes + 8, big);
	ret->desc.flags = kdk_get_u32(bytes + 12, big);
	/* makedumpfile leaves the offset 0 when the disk is full. */
	if (!ret->desc.offset || ret->desc.offset > part->source->size ||
	    ret->desc.size > part->source->size - ret->desc.offset)
		return NULL;
	if (part->source->ops->extent && ret->desc.size &&
	    kdk_source_data(part->source, ret->desc.offset, ret->desc.size) <
		    ret->desc.size)
		return NULL;
	ret->state = KDK_PAGE_PRESENT;
	if (ret->desc.flags || ret->desc.size != kdump->block_size)
		return NULL;
	if (!part->zero_known) {
		err = find_zero_page(kdump, part);
		if (err)
			return err;
	}
	if (ret->desc.offset == part->zero_offset[0] ||
	    ret->desc.offset == part->zero_offset[1])
		ret->state = KDK_PAGE_ZERO;
	return NULL;
}

/* The pages [pfn, pfn + length), all dumped: the first, and how far its state goes. */
static struct kdk_error *dumped_run(struct kdk_kdump *kdump, uint64_t pfn,
				    uint64_t length, struct page *first, uint64_t *ret)
{
	struct kdk_kdump_part *part = kdk_kdump_part_find(kdump, pfn);
	uint64_t rank, count = 1;
	struct kdk_error *err;

	*first = (struct page){ .state = KDK_PAGE_LOST };
	if (!part) {
		/* A missing part: lost up to the next one. */
		for (size_t i = kdump->part_count; i-- > 0;) {
			uint64_t start = kdump->parts[i].header.start_pfn;

			if (start > pfn && length > start - pfn)
				length = start - pfn;
		}
		*ret = length;
		return NULL;
	}
	if (length > part->header.end_pfn - pfn)
		length = part->header.end_pfn - pfn;
	if (!part->desc_count || pfn >= kdump->bitmap.known[1]) {
		*ret = length;
		return NULL;
	}
	err = kdk_kdump_bitmap_rank(&kdump->bitmap, pfn, &rank);
	if (err)
		return err;
	rank -= part->first_rank;
	err = read_desc(kdump, part, rank, first);
	if (err)
		return err;
	if (rank >= part->desc_count)
		count = length;
	while (count < length && count < KDK_KDUMP_RUN_PAGES) {
		struct page page = { 0 };

		err = read_desc(kdump, part, rank + count, &page);
		if (err)
			return err;
		if (page.state != first->state)
			break;
		count++;
	}
	*ret = count;
	return NULL;
}

/* The page frame's state, and how many of at most `limit` frames from it share it. */
static struct kdk_error *locate(struct kdk_kdump *kdump, uint64_t pfn, uint64_t limit,
				struct page *ret, uint64_t *length)
{
	struct kdk_kdump_stretch stretch;
	struct kdk_error *err;

	err = kdk_kdump_bitmap_stretch(&kdump->bitmap, pfn, limit, &stretch);
	if (err)
		return err;
	if (stretch.dumped)
		return dumped_run(kdump, pfn, stretch.length, ret, length);
	*ret = (struct page){ .state = stretch.ram ? KDK_PAGE_EXCLUDED : KDK_PAGE_HOLE };
	*length = stretch.length;
	return NULL;
}

static struct kdk_error *kdump_run(const struct kdk_dump *dump, uint64_t phys,
				   struct kdk_run *ret)
{
	struct kdk_kdump *kdump = dump->private;
	uint64_t pfn = phys >> kdump->block_shift, pages;
	struct kdk_error *err;
	struct page page;

	if (pfn >= kdump->max_mapnr) {
		*ret = (struct kdk_run){ KDK_PAGE_HOLE, phys ? 0 - phys : UINT64_MAX };
		return NULL;
	}
	err = locate(kdump, pfn, RUN_BITS, &page, &pages);
	if (err)
		return err;
	ret->state = page.state;
	ret->length = ((pfn + pages) << kdump->block_shift) - phys;
	return NULL;
}

static struct kdk_error *unpack(struct kdk_kdump *kdump, const struct page *page,
				uint8_t *to)
{
	size_t i = 0, size = page->desc.size;
	struct kdk_error *err;

	while (kdk_codecs[i] && !(kdk_codecs[i]->page_flag & page->desc.flags))
		i++;
	if (!kdk_codecs[i] && page->desc.flags)
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "compressed in an unknown way (flags %#x)",
				     page->desc.flags);
	if (!size || size > kdump->block_size ||
	    (!kdk_codecs[i] && size != kdump->block_size))
		return kdk_error_new(KDK_ERROR_FORMAT, "%zu bytes are no page of %u",
				     size, kdump->block_size);
	if (!kdk_codecs[i])
		return kdk_source_read(page->part->source, page->desc.offset, to, size);
	if (!kdk_codecs[i]->decompress)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "compressed with %s, which this build leaves out",
				     kdk_codecs[i]->name);
	err = kdk_source_read(page->part->source, page->desc.offset, kdump->packed, size);
	if (err)
		return err;
	if (kdk_codecs[i]->context_create && !kdump->contexts[i]) {
		kdump->contexts[i] = kdk_codecs[i]->context_create();
		if (!kdump->contexts[i])
			return &kdk_enomem;
	}
	return kdk_codecs[i]->decompress(kdump->contexts[i], kdump->packed, size,
					 to, kdump->block_size);
}

/* Bytes within one page frame. */
static struct kdk_error *read_in_page(struct kdk_kdump *kdump, uint64_t pfn,
				      size_t inside, uint8_t *to, size_t length)
{
	bool whole = length == kdump->block_size;
	struct kdk_error *err;
	struct page page;
	uint64_t pages;

	if (pfn == kdump->page_pfn) {
		memcpy(to, kdump->page + inside, length);
		return NULL;
	}
	page.state = KDK_PAGE_HOLE;
	if (pfn < kdump->max_mapnr) {
		err = locate(kdump, pfn, 1, &page, &pages);
		if (err)
			return err;
	}
	if (page.state == KDK_PAGE_ZERO) {
		memset(to, 0, length);
		return NULL;
	}
	if (page.state != KDK_PAGE_PRESENT)
		return kdk_state_error(page.state, (pfn << kdump->block_shift) + inside);
	if (!whole)
		kdump->page_pfn = KDK_NO_ADDRESS;
	err = unpack(kdump, &page, whole ? to : kdump->page);
	if (err)
		return kdk_error_wrap(err, "page frame %#" PRIx64, pfn);
	if (!whole) {
		kdump->page_pfn = pfn;
		memcpy(to, kdump->page + inside, length);
	}
	return NULL;
}

static struct kdk_error *kdump_read(const struct kdk_dump *dump, uint64_t phys,
				    void *buffer, size_t length)
{
	struct kdk_kdump *kdump = dump->private;
	uint8_t *to = buffer;

	while (length) {
		size_t inside = phys & (kdump->block_size - 1);
		size_t part = kdump->block_size - inside;
		struct kdk_error *err;

		if (part > length)
			part = length;
		err = read_in_page(kdump, phys >> kdump->block_shift, inside, to, part);
		if (err)
			return err;
		phys += part;
		to += part;
		length -= part;
	}
	return NULL;
}

static struct kdk_error *kdump_page_flags(const struct kdk_dump *dump, uint64_t phys,
					  uint32_t *ret)
{
	struct kdk_kdump *kdump = dump->private;
	uint64_t pfn = phys >> kdump->block_shift, pages;
	struct page page = { .state = KDK_PAGE_HOLE };
	struct kdk_error *err;

	if (pfn < kdump->max_mapnr) {
		err = locate(kdump, pfn, 1, &page, &pages);
		if (err)
			return err;
	}
	if (page.state != KDK_PAGE_PRESENT)
		return kdk_state_error(page.state, phys);
	*ret = page.desc.flags;
	return NULL;
}

const struct kdk_format kdk_format_kdump = {
	.name = "kdump",
	.probe = kdump_probe,
	.open = kdump_open,
	.close = kdump_close,
	.run = kdump_run,
	.read = kdump_read,
	.page_flags = kdump_page_flags,
};
