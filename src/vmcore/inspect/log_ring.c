/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lockless ring of 5.10 and later: kernel/printk/printk_ringbuffer.[ch]. An
 * array of descriptors, one of infos beside it, and a ring of text blocks. Ids and
 * logical positions only ever grow, and wrap at the word size.
 */
#include <string.h>

#include "core/bytes.h"
#include "vmcore/inspect/log_area.h"
#include "vmcore/inspect/log_build.h"

/* A struct of the ring is far smaller: the rest is damage. */
#define MAX_STRUCT 4096

/* log_buf_len= ends at 2 GiB, and one descriptor stands for 32 bytes of text */
#define MAX_COUNT_BITS 26
#define MAX_SIZE_BITS 31

/* The upper two bits of state_var */
enum desc_state {
	DESC_RESERVED,
	DESC_COMMITTED,
	DESC_FINALIZED,
	DESC_REUSABLE,
};

/* Low bit set in both positions of a block: no data. Of these, 3 is an empty line. */
#define LPOS_EMPTY_LINE 3

struct ring_layout {
	uint64_t ringbuffer_size, desc_ring, text_ring;
	uint64_t desc_ring_size, count_bits, descs, infos, head_id, tail_id;
	uint64_t desc_size, state_var, text_lpos;
	uint64_t lpos_begin, lpos_next;
	uint64_t info_size, seq, ts_nsec, text_len, caller_id, dev_info;
	uint64_t subsystem, device, subsystem_size, device_size;
	uint64_t data_ring_size, size_bits, data;
	uint64_t counter;
};

#define KEY(text, name) { text, offsetof(struct ring_layout, name), false }
#define OPTIONAL_KEY(text, name) { text, offsetof(struct ring_layout, name), true }

static const struct kdk_log_key ring_keys[] = {
	KEY("SIZE(printk_ringbuffer)", ringbuffer_size),
	KEY("OFFSET(printk_ringbuffer.desc_ring)", desc_ring),
	KEY("OFFSET(printk_ringbuffer.text_data_ring)", text_ring),
	KEY("SIZE(prb_desc_ring)", desc_ring_size),
	KEY("OFFSET(prb_desc_ring.count_bits)", count_bits),
	KEY("OFFSET(prb_desc_ring.descs)", descs),
	KEY("OFFSET(prb_desc_ring.infos)", infos),
	KEY("OFFSET(prb_desc_ring.head_id)", head_id),
	KEY("OFFSET(prb_desc_ring.tail_id)", tail_id),
	KEY("SIZE(prb_desc)", desc_size),
	KEY("OFFSET(prb_desc.state_var)", state_var),
	KEY("OFFSET(prb_desc.text_blk_lpos)", text_lpos),
	KEY("OFFSET(prb_data_blk_lpos.begin)", lpos_begin),
	KEY("OFFSET(prb_data_blk_lpos.next)", lpos_next),
	KEY("SIZE(printk_info)", info_size),
	KEY("OFFSET(printk_info.ts_nsec)", ts_nsec),
	KEY("OFFSET(printk_info.text_len)", text_len),
	KEY("SIZE(prb_data_ring)", data_ring_size),
	KEY("OFFSET(prb_data_ring.size_bits)", size_bits),
	KEY("OFFSET(prb_data_ring.data)", data),
	OPTIONAL_KEY("OFFSET(printk_info.seq)", seq),
	OPTIONAL_KEY("OFFSET(printk_info.caller_id)", caller_id),
	OPTIONAL_KEY("OFFSET(printk_info.dev_info)", dev_info),
	OPTIONAL_KEY("OFFSET(dev_printk_info.subsystem)", subsystem),
	OPTIONAL_KEY("OFFSET(dev_printk_info.device)", device),
	OPTIONAL_KEY("LENGTH(printk_info_subsystem)", subsystem_size),
	OPTIONAL_KEY("LENGTH(printk_info_device)", device_size),
	OPTIONAL_KEY("OFFSET(atomic_long_t.counter)", counter),
};

struct ring {
	struct kdk_log_builder *builder;
	struct ring_layout layout;
	unsigned int word_bits;
	uint64_t id_mask;
	uint64_t desc_count;
	uint64_t head_id, tail_id;
	uint64_t text_size;		/* bytes of the text ring */
	uint64_t text_left;		/* that no block has claimed yet */
	struct kdk_log_area descs, infos, text;
	/* what was met */
	uint64_t missing, reserved, foreign, broken;
};

/* begin and next as stored, the state of the descriptor */
struct ring_desc {
	enum desc_state state;
	uint64_t id;
	uint64_t begin, next;
};

static uint64_t ring_word(const struct ring *ring, const uint8_t *from)
{
	return kdk_get_word(from, ring->builder->big_endian, ring->builder->word_bytes);
}

static struct kdk_error *fits(const char *what, uint64_t offset, uint64_t size,
			      uint64_t whole)
{
	if (offset == KDK_LOG_NO_OFFSET || (size <= whole && offset <= whole - size))
		return NULL;
	return kdk_error_new(KDK_ERROR_FORMAT, "vmcoreinfo: %s lies outside its struct",
			     what);
}

/* Every field read later lies inside the struct it is read from. */
static struct kdk_error *ring_check_layout(struct ring *ring)
{
	struct ring_layout *l = &ring->layout;
	unsigned int word = ring->builder->word_bytes;
	const struct {
		const char *what;
		uint64_t offset, size, whole;
	} fields[] = {
		{ "printk_ringbuffer.desc_ring", l->desc_ring, l->desc_ring_size,
		  l->ringbuffer_size },
		{ "printk_ringbuffer.text_data_ring", l->text_ring, l->data_ring_size,
		  l->ringbuffer_size },
		{ "prb_desc_ring.count_bits", l->count_bits, 4, l->desc_ring_size },
		{ "prb_desc_ring.descs", l->descs, word, l->desc_ring_size },
		{ "prb_desc_ring.infos", l->infos, word, l->desc_ring_size },
		{ "prb_desc_ring.head_id", l->head_id, l->counter + word,
		  l->desc_ring_size },
		{ "prb_desc_ring.tail_id", l->tail_id, l->counter + word,
		  l->desc_ring_size },
		{ "prb_desc.state_var", l->state_var, l->counter + word, l->desc_size },
		{ "prb_desc.text_blk_lpos.begin", l->text_lpos + l->lpos_begin, word,
		  l->desc_size },
		{ "prb_desc.text_blk_lpos.next", l->text_lpos + l->lpos_next, word,
		  l->desc_size },
		{ "prb_data_ring.size_bits", l->size_bits, 4, l->data_ring_size },
		{ "prb_data_ring.data", l->data, word, l->data_ring_size },
		{ "printk_info.ts_nsec", l->ts_nsec, 8, l->info_size },
		{ "printk_info.text_len", l->text_len, 4, l->info_size },
		{ "printk_info.seq", l->seq, 8, l->info_size },
		{ "printk_info.caller_id", l->caller_id, 4, l->info_size },
		{ "printk_info.dev_info", l->dev_info, 0, l->info_size },
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(fields); i++) {
		struct kdk_error *err = fits(fields[i].what, fields[i].offset,
					     fields[i].size, fields[i].whole);

		if (err)
			return err;
	}
	return NULL;
}

/* Where a device's names are in printk_info; they are given up when anything is odd. */
static void ring_check_names(struct ring_layout *l)
{
	bool known = l->dev_info != KDK_LOG_NO_OFFSET &&
		     l->subsystem != KDK_LOG_NO_OFFSET &&
		     l->device != KDK_LOG_NO_OFFSET &&
		     l->subsystem_size != KDK_LOG_NO_OFFSET &&
		     l->device_size != KDK_LOG_NO_OFFSET;

	/* None is above MAX_STRUCT, so that the sums cannot overflow. */
	if (!known || l->dev_info + l->subsystem + l->subsystem_size > l->info_size ||
	    l->dev_info + l->device + l->device_size > l->info_size)
		l->dev_info = KDK_LOG_NO_OFFSET;
}

static struct kdk_error *ring_learn_layout(struct ring *ring)
{
	struct ring_layout *layout = &ring->layout;
	struct kdk_error *err = kdk_log_keys(ring->builder->kernel->info, ring_keys,
					     KDK_ARRAY_SIZE(ring_keys), MAX_STRUCT,
					     layout);

	if (err)
		return err;
	if (layout->counter == KDK_LOG_NO_OFFSET)
		layout->counter = 0;
	ring_check_names(layout);
	return ring_check_layout(ring);
}

/* The struct printk_ringbuffer itself, into `header`. */
static struct kdk_error *ring_read_header(struct ring *ring, uint8_t *header)
{
	struct kdk_kernel *kernel = ring->builder->kernel;
	uint64_t address, early;
	struct kdk_error *err;

	err = kdk_log_variable_word(ring->builder, "prb", &address);
	if (!err)
		err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address, header,
				      ring->layout.ringbuffer_size);
	if (!err || !kdk_vmcoreinfo_symbol(kernel->info, "printk_rb_static", &early))
		return kdk_error_wrap(err, "the ring");
	/* The ring of early boot: all there is, or what was moved into a larger one. */
	kdk_log_note(ring->builder->log, "%s: trying the ring of early boot",
		     err->message);
	kdk_error_destroy(err);
	return kdk_error_wrap(kdk_memory_read(kernel->memory, KDK_VIRTUAL, early, header,
					      ring->layout.ringbuffer_size),
			      "the ring of early boot");
}

static struct kdk_error *ring_open(struct ring *ring)
{
	const struct ring_layout *l = &ring->layout;
	struct kdk_kernel *kernel = ring->builder->kernel;
	uint8_t header[MAX_STRUCT];
	const uint8_t *descs = header + l->desc_ring, *text = header + l->text_ring;
	uint32_t count_bits, size_bits;
	struct kdk_error *err;

	err = ring_read_header(ring, header);
	if (err)
		return err;
	count_bits = kdk_get_u32(descs + l->count_bits, ring->builder->big_endian);
	size_bits = kdk_get_u32(text + l->size_bits, ring->builder->big_endian);
	if (count_bits > MAX_COUNT_BITS || size_bits > MAX_SIZE_BITS)
		return kdk_error_new(
			KDK_ERROR_FORMAT,
			"the ring claims 2^%u descriptors and 2^%u bytes of text",
			count_bits, size_bits);
	ring->desc_count = UINT64_C(1) << count_bits;
	ring->text_size = UINT64_C(1) << size_bits;
	ring->text_left = ring->text_size;
	ring->head_id = ring_word(ring, descs + l->head_id + l->counter) & ring->id_mask;
	ring->tail_id = ring_word(ring, descs + l->tail_id + l->counter) & ring->id_mask;
	err = kdk_log_area_init(&ring->descs, kernel, ring_word(ring, descs + l->descs),
				ring->desc_count * l->desc_size);
	if (!err)
		err = kdk_log_area_init(&ring->infos, kernel,
					ring_word(ring, descs + l->infos),
					ring->desc_count * l->info_size);
	if (!err)
		err = kdk_log_area_init(&ring->text, kernel,
					ring_word(ring, text + l->data), ring->text_size);
	return err;
}

/* False when the descriptor is not in the dump. */
static bool ring_desc_read(struct ring *ring, uint64_t id, struct ring_desc *ret)
{
	const struct ring_layout *l = &ring->layout;
	uint64_t index = id & (ring->desc_count - 1), state;
	uint8_t desc[MAX_STRUCT];

	if (!kdk_log_area_read(&ring->descs, index * l->desc_size, desc, l->desc_size))
		return false;
	state = ring_word(ring, desc + l->state_var + l->counter);
	ret->state = state >> (ring->word_bits - 2) & 3;
	ret->id = state & ring->id_mask;
	ret->begin = ring_word(ring, desc + l->text_lpos + l->lpos_begin);
	ret->next = ring_word(ring, desc + l->text_lpos + l->lpos_next);
	return true;
}

/*
 * The block's offset in the text ring and its size with the id in front; false when
 * the positions make no sense.
 */
static bool ring_block(const struct ring *ring, const struct ring_desc *desc,
		       uint64_t *ret_offset, uint64_t *ret_size)
{
	uint64_t begin = desc->begin & (ring->text_size - 1);
	uint64_t next = desc->next & (ring->text_size - 1);

	if (begin > next) {
		/* A block is never split: it is at the start, or it ends at the end. */
		if (next)
			begin = 0;
		else
			next = ring->text_size;
	}
	*ret_offset = begin;
	*ret_size = next - begin;
	return *ret_size >= ring->builder->word_bytes;
}

enum text_result { TEXT_READ, TEXT_MISSING, TEXT_BROKEN, TEXT_NO_MEMORY };

static enum text_result ring_text(struct ring *ring, const struct ring_desc *desc,
				  uint64_t length, struct kdk_log_record *record)
{
	unsigned int word = ring->builder->word_bytes;
	uint64_t offset, size;
	uint8_t id[8], *text;

	if (desc->begin & desc->next & 1) {
		record->text_lost = desc->begin != LPOS_EMPTY_LINE ||
				    desc->next != LPOS_EMPTY_LINE;
		return TEXT_READ;
	}
	if (!((desc->begin ^ desc->next) & (ring->text_size - 1))) {
		record->text_lost = true;
		return TEXT_READ;
	}
	record->has_data = true;
	/* Blocks do not overlap, so that all texts together fit the ring. */
	if (!ring_block(ring, desc, &offset, &size) || size > ring->text_left)
		return TEXT_BROKEN;
	if (!kdk_log_area_read(&ring->text, offset, id, word))
		return TEXT_MISSING;
	if (ring_word(ring, id) != desc->id)
		return TEXT_BROKEN;
	ring->text_left -= size;
	if (length > size - word)
		length = size - word;
	if (!length)
		return TEXT_READ;
	text = kdk_log_store(ring->builder, length);
	if (!text)
		return TEXT_NO_MEMORY;
	if (!kdk_log_area_read(&ring->text, offset + word, text, length))
		return TEXT_MISSING;
	record->text = (const char *)text;
	record->text_size = length;
	return TEXT_READ;
}

static void ring_fill(const struct ring *ring, const uint8_t *info,
		      struct kdk_log_record *record)
{
	const struct ring_layout *l = &ring->layout;
	bool big_endian = ring->builder->big_endian;
	uint8_t bits = info[l->text_len + 3];

	record->ts_nsec = kdk_get_u64(info + l->ts_nsec, big_endian);
	if (l->seq != KDK_LOG_NO_OFFSET)
		record->seq = kdk_get_u64(info + l->seq, big_endian);
	else
		record->seq = ring->builder->log->count - 1;
	if (l->caller_id != KDK_LOG_NO_OFFSET)
		record->caller = kdk_get_u32(info + l->caller_id, big_endian);
	/* Not exported: u8 facility, u8 flags:5, u8 level:3 follow u16 text_len. */
	record->facility = info[l->text_len + 2];
	record->flags = big_endian ? bits >> 3 : bits & 0x1f;
	record->level = big_endian ? bits & 7 : bits >> 5;
	if (l->dev_info == KDK_LOG_NO_OFFSET)
		return;
	kdk_log_copy_name(record->subsystem, sizeof(record->subsystem),
			  info + l->dev_info + l->subsystem, l->subsystem_size);
	kdk_log_copy_name(record->device, sizeof(record->device),
			  info + l->dev_info + l->device, l->device_size);
}

static struct kdk_error *ring_record(struct ring *ring, const struct ring_desc *desc)
{
	const struct ring_layout *l = &ring->layout;
	uint64_t index = desc->id & (ring->desc_count - 1);
	struct kdk_log_record *record;
	uint8_t info[MAX_STRUCT];
	enum text_result result = TEXT_MISSING;

	record = kdk_log_append(ring->builder);
	if (!record)
		return &kdk_enomem;
	if (kdk_log_area_read(&ring->infos, index * l->info_size, info, l->info_size)) {
		ring_fill(ring, info, record);
		result = ring_text(ring, desc, kdk_get_u16(info + l->text_len,
							   ring->builder->big_endian),
				   record);
	}
	if (result == TEXT_READ)
		return NULL;
	ring->builder->log->count--;
	ring->missing += result == TEXT_MISSING;
	ring->broken += result == TEXT_BROKEN;
	return result == TEXT_NO_MEMORY ? &kdk_enomem : NULL;
}

/* How many descriptors from this one on, which is missing, need no look. */
static uint64_t ring_desc_skip(const struct ring *ring, uint64_t id, uint64_t count)
{
	uint64_t index = id & (ring->desc_count - 1);
	uint64_t offset = index * ring->layout.desc_size;
	uint64_t skip =
		kdk_log_area_missing(&ring->descs, offset) / ring->layout.desc_size;

	if (skip > count)
		skip = count;
	if (skip > ring->desc_count - index)
		skip = ring->desc_count - index;
	return skip ? skip : 1;
}

static struct kdk_error *ring_walk(struct ring *ring)
{
	uint64_t count = ((ring->head_id - ring->tail_id) & ring->id_mask) + 1;
	uint64_t id, step;
	struct kdk_error *err = NULL;

	if (count > ring->desc_count) {
		kdk_log_note(
			ring->builder->log,
			"the ring's tail is %llu records behind its head, with room "
			"for %llu: reading back from the head",
			(unsigned long long)count, (unsigned long long)ring->desc_count);
		count = ring->desc_count;
	}
	for (id = ring->head_id - (count - 1); count && !err; id += step, count -= step) {
		struct ring_desc desc = { 0 };

		step = 1;
		if (!ring_desc_read(ring, id & ring->id_mask, &desc)) {
			step = ring_desc_skip(ring, id, count);
			ring->missing += step;
		} else if (desc.id != (id & ring->id_mask)) {
			ring->foreign++;
		} else if (desc.state == DESC_RESERVED) {
			ring->reserved++;
		} else if (desc.state != DESC_REUSABLE) {
			err = ring_record(ring, &desc);
		}
		if (ring->descs.no_memory || ring->infos.no_memory ||
		    ring->text.no_memory)
			return &kdk_enomem;
	}
	return err;
}

static void ring_notes(struct ring *ring)
{
	struct kdk_log *log = ring->builder->log;
	const char *why = ring->descs.why ? ring->descs.why :
			  ring->infos.why ? ring->infos.why : ring->text.why;

	if (ring->missing)
		kdk_log_note(log, "records that are not in the dump: %llu (%s)",
			     (unsigned long long)ring->missing,
			     why ? why : "no reason known");
	if (ring->broken)
		kdk_log_note(
			log,
			"records whose place for the text holds something else: %llu",
			(unsigned long long)ring->broken);
	if (ring->foreign)
		kdk_log_note(log,
			     "descriptors between tail and head of other records: %llu",
			     (unsigned long long)ring->foreign);
	if (ring->reserved)
		kdk_log_note(
			log,
			"records that were being written when the kernel stopped: %llu",
			(unsigned long long)ring->reserved);
}

struct kdk_error *kdk_log_read_ring(struct kdk_log_builder *builder)
{
	struct kdk_log *log = builder->log;
	struct ring ring = {
		.builder = builder,
		.word_bits = builder->word_bytes * 8,
	};
	struct kdk_error *err;

	ring.id_mask = UINT64_MAX >> (64 - (ring.word_bits - 2));
	err = ring_learn_layout(&ring);
	if (!err)
		err = ring_open(&ring);
	if (!err)
		err = ring_walk(&ring);
	if (!err)
		ring_notes(&ring);
	if (!err && !log->count && ring.missing)
		err = kdk_error_new(KDK_ERROR_ABSENT, "%s",
				    log->notes && log->note_count
					    ? log->notes[log->note_count - 1]
					    : "no record is in the dump");
	log->has_time = log->has_level = true;
	log->has_caller = ring.layout.caller_id != KDK_LOG_NO_OFFSET;
	kdk_log_area_deinit(&ring.descs);
	kdk_log_area_deinit(&ring.infos);
	kdk_log_area_deinit(&ring.text);
	return err;
}
