/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/memory.h"

#include <inttypes.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/page_cache.h"

#define FRAME_SIZE_MIN 4096u
#define FRAME_SIZE_MAX (1u << 18)

/* No architecture maps in smaller pieces. */
#define PIECE 4096u
#define TRANSLATIONS 256

struct translation {
	uint64_t virt;	/* multiple of PIECE, or KDK_NO_ADDRESS */
	uint64_t phys;
};

struct kdk_memory {
	const struct kdk_dump *dump;
	const struct kdk_arch *arch;
	const struct kdk_vmcoreinfo *info;
	uint32_t frame_size;		/* of the dump: no read of it may cross one */
	struct kdk_page_cache cache;
	struct translation translations[TRANSLATIONS];
	struct kdk_segment *by_virt;	/* those that say something of both, sorted by virt */
	size_t by_virt_count;
	struct kdk_paging paging;
	struct kdk_error *paging_error;	/* why there are no virtual addresses; NULL if there are */
};

static const char *state_text(enum kdk_page_state state)
{
	switch (state) {
	case KDK_PAGE_EXCLUDED:
		return "excluded from the dump by its filter";
	case KDK_PAGE_HOLE:
		return "no RAM at this address";
	case KDK_PAGE_LOST:
		return "lost: the file is cut off, a part of the set is missing, or the disk was full";
	default:
		return kdk_page_state_name(state);
	}
}

/* Physical bytes of one frame, not through the cache; fills up to the first unreadable one. */
static struct kdk_error *read_uncached(struct kdk_memory *memory, uint64_t phys,
				       uint8_t *buffer, size_t length)
{
	const struct kdk_dump *dump = memory->dump;
	uint64_t frame = phys / memory->frame_size;
	struct kdk_error *err;
	struct kdk_run run;

	while (length) {
		size_t part;

		err = dump->format->run(dump, phys, &run);
		if (err)
			return kdk_error_wrap(err, "page frame %#" PRIx64, frame);
		if (run.state != KDK_PAGE_PRESENT && run.state != KDK_PAGE_ZERO)
			return kdk_error_new(KDK_ERROR_ABSENT, "page frame %#" PRIx64 ": %s",
					     frame, state_text(run.state));
		part = run.length < length ? run.length : length;
		err = dump->format->read(dump, phys, buffer, part);
		if (err)
			return kdk_error_wrap(err, "page frame %#" PRIx64, frame);
		phys += part;
		buffer += part;
		length -= part;
	}
	return NULL;
}

/* Physical bytes of one frame. */
static struct kdk_error *read_in_frame(struct kdk_memory *memory, uint64_t phys,
				       uint8_t *buffer, size_t length)
{
	const struct kdk_dump *dump = memory->dump;
	uint64_t frame = phys / memory->frame_size;
	size_t offset = phys % memory->frame_size;
	struct kdk_page_cache_slot *slot;
	const uint8_t *data;
	struct kdk_error *err;

	if (dump->facts.live)
		return read_uncached(memory, phys, buffer, length);
	data = kdk_page_cache_find(&memory->cache, frame);
	if (data) {
		memcpy(buffer, data + offset, length);
		return NULL;
	}
	slot = kdk_page_cache_claim(&memory->cache, frame);
	if (!slot)
		return &kdk_enomem;
	err = dump->format->read(dump, phys - offset, slot->data, memory->frame_size);
	if (err) {
		/* Some of the frame may be there. */
		kdk_error_destroy(err);
		return read_uncached(memory, phys, buffer, length);
	}
	kdk_page_cache_keep(&memory->cache, slot);
	memcpy(buffer, slot->data + offset, length);
	return NULL;
}

static struct kdk_error *read_physical(struct kdk_memory *memory, uint64_t phys,
				       uint8_t *buffer, size_t length)
{
	struct kdk_error *err;

	while (length) {
		size_t part = memory->frame_size - phys % memory->frame_size;

		if (part > length)
			part = length;
		err = read_in_frame(memory, phys, buffer, part);
		if (err)
			return err;
		phys += part;
		buffer += part;
		length -= part;
		if (length && !phys)
			return kdk_error_new(KDK_ERROR_ABSENT,
					     "the physical address space ends there");
	}
	return NULL;
}

static struct kdk_error *paging_error_again(const struct kdk_memory *memory)
{
	return kdk_error_new(memory->paging_error->kind, "%s", memory->paging_error->message);
}

static struct translation *translation_of(struct kdk_memory *memory, uint64_t virt)
{
	uint64_t page = virt / PIECE;

	return &memory->translations[(page ^ page >> 8 ^ page >> 17) % TRANSLATIONS];
}

static struct kdk_error *find_phys(struct kdk_memory *memory, uint64_t virt, uint64_t *ret)
{
	struct translation *translation = translation_of(memory, virt);
	uint64_t offset = virt % PIECE;
	struct kdk_error *err;
	struct kdk_walk walk;

	if (translation->virt == virt - offset) {
		*ret = translation->phys + offset;
		return NULL;
	}
	err = kdk_memory_translate(memory, virt, &walk);
	if (err)
		return err;
	if (!memory->dump->facts.live) {
		translation->virt = virt - offset;
		translation->phys = walk.phys - offset;
	}
	*ret = walk.phys;
	return NULL;
}

/* Virtual bytes of one PIECE. */
static struct kdk_error *read_piece(struct kdk_memory *memory, uint64_t virt,
				    uint8_t *buffer, size_t length)
{
	const struct kdk_dump *dump = memory->dump;
	struct kdk_error *err;
	uint64_t phys;

	if (dump->format->read_virtual) {
		err = dump->format->read_virtual(dump, virt, buffer, length);
		if (!err || err->kind != KDK_ERROR_ABSENT)
			return err;
		kdk_error_destroy(err);
	}
	err = find_phys(memory, virt, &phys);
	if (err)
		return err;
	return read_physical(memory, phys, buffer, length);
}

static struct kdk_error *read_virtual(struct kdk_memory *memory, uint64_t virt,
				      uint8_t *buffer, size_t length)
{
	struct kdk_error *err;

	while (length) {
		size_t part = PIECE - virt % PIECE;

		if (part > length)
			part = length;
		err = read_piece(memory, virt, buffer, part);
		if (err)
			return err;
		virt += part;
		buffer += part;
		length -= part;
		if (length && !virt)
			return kdk_error_new(KDK_ERROR_ABSENT, "the address space ends there");
	}
	return NULL;
}

struct kdk_error *kdk_memory_read(struct kdk_memory *memory, enum kdk_space space,
				  uint64_t address, void *buffer, size_t length)
{
	struct kdk_error *err;

	if (space == KDK_PHYSICAL)
		err = read_physical(memory, address, buffer, length);
	else
		err = read_virtual(memory, address, buffer, length);
	return kdk_error_wrap(err, "reading %zu bytes at %s%#" PRIx64, length,
			      space == KDK_PHYSICAL ? "physical " : "", address);
}

struct kdk_error *kdk_memory_state(struct kdk_memory *memory, enum kdk_space space,
				   uint64_t address, enum kdk_page_state *ret)
{
	const struct kdk_dump *dump = memory->dump;
	struct kdk_error *err;
	struct kdk_run run;
	uint8_t byte;

	if (space == KDK_VIRTUAL) {
		if (dump->format->read_virtual) {
			err = dump->format->read_virtual(dump, address, &byte, 1);
			if (!err)
				*ret = KDK_PAGE_PRESENT;
			if (!err || err->kind != KDK_ERROR_ABSENT)
				return err;
			kdk_error_destroy(err);
		}
		err = find_phys(memory, address, &address);
		if (err)
			return err;
	}
	err = dump->format->run(dump, address, &run);
	if (err)
		return err;
	*ret = run.state;
	return NULL;
}

struct kdk_error *kdk_memory_read_u32(struct kdk_memory *memory, enum kdk_space space,
				      uint64_t address, uint32_t *ret)
{
	uint8_t bytes[4];
	struct kdk_error *err = kdk_memory_read(memory, space, address, bytes, sizeof(bytes));

	if (!err)
		*ret = kdk_get_u32(bytes, memory->dump->facts.big_endian);
	return err;
}

struct kdk_error *kdk_memory_read_u64(struct kdk_memory *memory, enum kdk_space space,
				      uint64_t address, uint64_t *ret)
{
	uint8_t bytes[8];
	struct kdk_error *err = kdk_memory_read(memory, space, address, bytes, sizeof(bytes));

	if (!err)
		*ret = kdk_get_u64(bytes, memory->dump->facts.big_endian);
	return err;
}

struct kdk_error *kdk_memory_read_word(struct kdk_memory *memory, enum kdk_space space,
				       uint64_t address, uint64_t *ret)
{
	unsigned int size = memory->arch->word_bytes;
	uint8_t bytes[8];
	struct kdk_error *err = kdk_memory_read(memory, space, address, bytes, size);

	if (!err)
		*ret = kdk_get_word(bytes, memory->dump->facts.big_endian, size);
	return err;
}

struct kdk_error *kdk_memory_translate(struct kdk_memory *memory, uint64_t virt,
				       struct kdk_walk *ret)
{
	if (memory->paging_error) {
		memset(ret, 0, sizeof(*ret));
		return paging_error_again(memory);
	}
	return memory->arch->translate(&memory->paging, virt, ret);
}

const char *kdk_memory_mode(const struct kdk_memory *memory, const char **why)
{
	if (!memory->paging_error)
		return memory->paging.mode;
	if (why)
		*why = memory->paging_error->message;
	return NULL;
}

static struct kdk_error *reader_read(void *context, uint64_t phys, void *buffer,
				     size_t length)
{
	return read_physical(context, phys, buffer, length);
}

static bool reader_number(void *context, const char *key, uint64_t *ret)
{
	const struct kdk_memory *memory = context;

	return memory->info && kdk_vmcoreinfo_number(memory->info, key, ret);
}

static const char *reader_text(void *context, const char *key)
{
	const struct kdk_memory *memory = context;

	return memory->info ? kdk_vmcoreinfo_find(memory->info, key) : NULL;
}

static bool reader_segment(void *context, uint64_t virt, uint64_t *ret_phys)
{
	const struct kdk_memory *memory = context;
	size_t low = 0, high = memory->by_virt_count;
	const struct kdk_segment *segment;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memory->by_virt[middle].virt <= virt)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	segment = &memory->by_virt[low - 1];
	if (virt - segment->virt >= segment->size)
		return false;
	*ret_phys = segment->phys + (virt - segment->virt);
	return true;
}

static int compare_virt(const void *left, const void *right)
{
	const struct kdk_segment *a = left, *b = right;

	return (a->virt > b->virt) - (a->virt < b->virt);
}

static struct kdk_error *sort_segments(struct kdk_memory *memory)
{
	const struct kdk_dump *dump = memory->dump;

	if (!dump->segment_count)
		return NULL;
	memory->by_virt = calloc(dump->segment_count, sizeof(*memory->by_virt));
	if (!memory->by_virt)
		return &kdk_enomem;
	for (size_t i = 0; i < dump->segment_count; i++) {
		const struct kdk_segment *segment = &dump->segments[i];

		/* QEMU writes 0 or the physical address where it knows no virtual one. */
		if (segment->virt != KDK_NO_ADDRESS && segment->phys != KDK_NO_ADDRESS &&
		    segment->virt && segment->virt != segment->phys)
			memory->by_virt[memory->by_virt_count++] = *segment;
	}
	qsort(memory->by_virt, memory->by_virt_count, sizeof(*memory->by_virt),
	      compare_virt);
	return NULL;
}

static void init_paging(struct kdk_memory *memory, uint32_t page_size)
{
	struct kdk_paging *paging = &memory->paging;

	paging->arch = memory->arch;
	paging->page_size = page_size;
	paging->phys_base = memory->dump->facts.phys_base;
	paging->reader.context = memory;
	paging->reader.big_endian = memory->dump->facts.big_endian;
	paging->reader.read = reader_read;
	paging->reader.number = reader_number;
	paging->reader.text = reader_text;
	paging->reader.segment = memory->by_virt_count ? reader_segment : NULL;
	memory->paging_error = memory->arch->paging_init(paging);
}

static bool frame_size_possible(uint32_t size)
{
	return size >= FRAME_SIZE_MIN && size <= FRAME_SIZE_MAX && !(size & (size - 1));
}

struct kdk_error *kdk_memory_create(const struct kdk_dump *dump, const struct kdk_arch *arch,
				    const struct kdk_vmcoreinfo *info, uint32_t page_size,
				    struct kdk_memory **ret)
{
	_cleanup_(kdk_memory_destroyp) struct kdk_memory *memory = NULL;
	uint32_t frame_size = dump->facts.page_size ? dump->facts.page_size : page_size;
	struct kdk_error *err;

	if (!frame_size_possible(frame_size))
		return kdk_error_new(KDK_ERROR_FORMAT, "page frames of %" PRIu32 " bytes: "
				     "no machine that is known has them", frame_size);
	memory = calloc(1, sizeof(*memory));
	if (!memory)
		return &kdk_enomem;
	memory->dump = dump;
	memory->arch = arch;
	memory->info = info;
	memory->frame_size = frame_size;
	kdk_page_cache_init(&memory->cache, frame_size);
	for (size_t i = 0; i < TRANSLATIONS; i++)
		memory->translations[i].virt = KDK_NO_ADDRESS;
	err = sort_segments(memory);
	if (err)
		return err;
	init_paging(memory, page_size);
	if (memory->paging_error && memory->paging_error->kind == KDK_ERROR_MEMORY)
		return &kdk_enomem;
	*ret = kdk_take(memory);
	return NULL;
}

void kdk_memory_destroy(struct kdk_memory *memory)
{
	if (!memory)
		return;
	kdk_page_cache_deinit(&memory->cache);
	kdk_error_destroy(memory->paging_error);
	free(memory->by_virt);
	free(memory);
}
