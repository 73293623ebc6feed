/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs for the fake kernel, written the way the kernel writes them. */
#include <stdio.h>
#include <string.h>

#include "fake_kernel.h"

static size_t record_size(const struct fake_record *record)
{
	return record->size || !record->text ? record->size : strlen(record->text);
}

static size_t align_up(size_t value, size_t align)
{
	return (value + align - 1) / align * align;
}

/* u8 flags:5, u8 level:3: compilers fill a byte from the end that comes first */
static uint8_t flags_and_level(const struct fake_kernel *fake,
			       const struct fake_record *record)
{
	if (fake->big_endian)
		return record->flags << 3 | record->level;
	return record->level << 5 | record->flags;
}

/* Low bits of an id; the two above are the state. */
static uint64_t id_mask(const struct fake_ring *ring)
{
	return ring->fake->word == 8 ? UINT64_MAX >> 2 : UINT32_MAX >> 2;
}

static uint64_t word_mask(const struct fake_ring *ring)
{
	return ring->fake->word == 8 ? UINT64_MAX : UINT32_MAX;
}

static size_t index_of(const struct fake_ring *ring, uint64_t id)
{
	return id % (UINT64_C(1) << ring->count_bits);
}

/* state_var, text_blk_lpos.begin, text_blk_lpos.next */
size_t fake_ring_desc(const struct fake_ring *ring, uint64_t id)
{
	return ring->descs + index_of(ring, id) * 3 * ring->fake->word;
}

size_t fake_ring_info(const struct fake_ring *ring, uint64_t id)
{
	return ring->infos + index_of(ring, id) * ring->info_size;
}

static uint64_t get_word(const struct fake_kernel *fake, size_t offset)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < fake->word; i++)
		value |= (uint64_t)fake->image[offset + i] <<
			 8 * (fake->big_endian ? fake->word - 1 - i : i);
	return value;
}

size_t fake_ring_block(const struct fake_ring *ring, uint64_t id)
{
	uint64_t size = UINT64_C(1) << ring->size_bits;
	size_t desc = fake_ring_desc(ring, id);
	uint64_t begin = get_word(ring->fake, desc + ring->fake->word);
	uint64_t next = get_word(ring->fake, desc + 2 * ring->fake->word);

	/* A block that does not fit at the end begins at the start of the next turn. */
	if (begin / size != next / size && next % size)
		return ring->data;
	return ring->data + begin % size;
}

void fake_ring_init(struct fake_ring *ring, struct fake_kernel *fake,
		    unsigned int count_bits, unsigned int size_bits)
{
	size_t count = (size_t)1 << count_bits;

	memset(ring, 0, sizeof(*ring));
	ring->fake = fake;
	ring->count_bits = count_bits;
	ring->size_bits = size_bits;
	/* Larger than today's struct: it has grown before. */
	ring->info_size = 96;
	ring->header = fake_alloc(fake, 256, 64);
	ring->descs = fake_alloc(fake, count * 3 * fake->word, 64);
	ring->infos = fake_alloc(fake, count * ring->info_size, 64);
	ring->data = fake_alloc(fake, (size_t)1 << size_bits, 64);
	/* As at boot: close before the wrap, one descriptor that never was a record. */
	ring->tail_id = (0 - (uint64_t)count - 1) & id_mask(ring);
	ring->next_id = ring->first_id = (ring->tail_id + 1) & id_mask(ring);
	fake_put_word(fake, fake_ring_desc(ring, ring->tail_id),
		      (UINT64_C(3) << (8 * fake->word - 2)) | ring->tail_id);
	ring->head_lpos = ring->tail_lpos = (0 - (UINT64_C(1) << size_bits)) &
					    word_mask(ring);
}

static void set_state(struct fake_ring *ring, uint64_t id, unsigned int state)
{
	fake_put_word(ring->fake, fake_ring_desc(ring, id),
		      ((uint64_t)state << (8 * ring->fake->word - 2)) | id);
}

/* Gives up the oldest record. */
static void push_tail(struct fake_ring *ring)
{
	size_t desc = fake_ring_desc(ring, ring->tail_id);
	uint64_t next = get_word(ring->fake, desc + 2 * ring->fake->word);

	if (ring->tail_id != ((ring->first_id - 1) & id_mask(ring))) {
		ring->overwritten++;
		if (!(next & 1))
			ring->tail_lpos = next;
	}
	set_state(ring, ring->tail_id, 3);
	ring->tail_id = (ring->tail_id + 1) & id_mask(ring);
}

/* Where the block of `size` bytes lies; lpos of its begin and its next. */
static size_t alloc_block(struct fake_ring *ring, size_t size, uint64_t *begin,
			  uint64_t *next)
{
	uint64_t whole = UINT64_C(1) << ring->size_bits;
	uint64_t mask = word_mask(ring);

	*begin = ring->head_lpos;
	*next = (*begin + size) & mask;
	if (*begin / whole != *next / whole)
		*next = ((*next / whole * whole) + size) & mask;
	while (((*next - ring->tail_lpos) & mask) > whole)
		push_tail(ring);
	ring->head_lpos = *next;
	return *begin / whole != *next / whole ? 0 : *begin % whole;
}

static void put_info(struct fake_ring *ring, uint64_t id,
		     const struct fake_record *record)
{
	struct fake_kernel *fake = ring->fake;
	size_t info = fake_ring_info(ring, id);

	memset(fake->image + info, 0, ring->info_size);
	fake_put_u64(fake, info, ring->seq++);
	fake_put_u64(fake, info + 8, record->ts_nsec);
	fake_put_u16(fake, info + 16, record_size(record));
	fake_put_u8(fake, info + 18, record->facility);
	fake_put_u8(fake, info + 19, flags_and_level(fake, record));
	fake_put_u32(fake, info + 20, record->caller);
	if (record->subsystem)
		fake_put_bytes(fake, info + 32, record->subsystem,
			       strnlen(record->subsystem, 16));
	if (record->device)
		fake_put_bytes(fake, info + 48, record->device,
			       strnlen(record->device, 48));
}

uint64_t fake_ring_add(struct fake_ring *ring, const struct fake_record *record)
{
	static const unsigned int states[] = {
		[FAKE_FINALIZED] = 2, [FAKE_COMMITTED] = 1, [FAKE_RESERVED] = 0,
		[FAKE_REUSABLE] = 3,
	};
	struct fake_kernel *fake = ring->fake;
	uint64_t id = ring->next_id, begin, next;
	size_t size = record_size(record), desc = fake_ring_desc(ring, id), block;

	if (((id - ring->tail_id) & id_mask(ring)) >> ring->count_bits)
		push_tail(ring);
	ring->next_id = (id + 1) & id_mask(ring);
	if (record->block == FAKE_DATA) {
		block = alloc_block(ring, align_up(fake->word + size, fake->word), &begin,
				    &next);
		fake_put_word(fake, ring->data + block, id);
		fake_put_bytes(fake, ring->data + block + fake->word,
			       record->text ? record->text : "", size);
	} else {
		begin = next = record->block == FAKE_EMPTY_LINE ? 3 : 1;
	}
	set_state(ring, id, states[record->state]);
	fake_put_word(fake, desc + fake->word, begin);
	fake_put_word(fake, desc + 2 * fake->word, next);
	put_info(ring, id, record);
	return id;
}

void fake_ring_finish(struct fake_ring *ring)
{
	struct fake_kernel *fake = ring->fake;
	unsigned int w = fake->word;
	size_t header = ring->header, text = header + 6 * w;
	size_t pointer = ring->pointer = fake_alloc(fake, w, w);

	/* desc_ring: count_bits, descs, infos, head_id, tail_id, last_finalized_seq */
	fake_put_u32(fake, header, ring->count_bits);
	fake_put_word(fake, header + w, fake_address(fake, ring->descs));
	fake_put_word(fake, header + 2 * w, fake_address(fake, ring->infos));
	fake_put_word(fake, header + 3 * w, (ring->next_id - 1) & id_mask(ring));
	fake_put_word(fake, header + 4 * w, ring->tail_id);
	/* text_data_ring: size_bits, data, head_lpos, tail_lpos */
	fake_put_u32(fake, text, ring->size_bits);
	fake_put_word(fake, text + w, fake_address(fake, ring->data));
	fake_put_word(fake, text + 2 * w, ring->head_lpos);
	fake_put_word(fake, text + 3 * w, ring->tail_lpos);
	fake_put_word(fake, pointer, ring->early ? 0 : fake_address(fake, header));

	fake_symbol(fake, "prb", pointer);
	fake_symbol(fake, "printk_rb_static", header);
	fake_info(fake, "SIZE(printk_ringbuffer)=%u", 11 * w);
	fake_info(fake, "OFFSET(printk_ringbuffer.desc_ring)=0");
	fake_info(fake, "OFFSET(printk_ringbuffer.text_data_ring)=%u", 6 * w);
	fake_info(fake, "SIZE(prb_desc_ring)=%u", 6 * w);
	fake_info(fake, "OFFSET(prb_desc_ring.count_bits)=0");
	fake_info(fake, "OFFSET(prb_desc_ring.descs)=%u", w);
	fake_info(fake, "OFFSET(prb_desc_ring.infos)=%u", 2 * w);
	fake_info(fake, "OFFSET(prb_desc_ring.head_id)=%u", 3 * w);
	fake_info(fake, "OFFSET(prb_desc_ring.tail_id)=%u", 4 * w);
	fake_info(fake, "SIZE(prb_desc)=%u", 3 * w);
	fake_info(fake, "OFFSET(prb_desc.state_var)=0");
	fake_info(fake, "OFFSET(prb_desc.text_blk_lpos)=%u", w);
	fake_info(fake, "SIZE(prb_data_blk_lpos)=%u", 2 * w);
	fake_info(fake, "OFFSET(prb_data_blk_lpos.begin)=0");
	fake_info(fake, "OFFSET(prb_data_blk_lpos.next)=%u", w);
	fake_info(fake, "SIZE(printk_info)=%zu", ring->info_size);
	fake_info(fake, "OFFSET(printk_info.seq)=0");
	fake_info(fake, "OFFSET(printk_info.ts_nsec)=8");
	fake_info(fake, "OFFSET(printk_info.text_len)=16");
	fake_info(fake, "OFFSET(printk_info.caller_id)=20");
	fake_info(fake, "OFFSET(printk_info.dev_info)=32");
	fake_info(fake, "SIZE(dev_printk_info)=64");
	fake_info(fake, "OFFSET(dev_printk_info.subsystem)=0");
	fake_info(fake, "LENGTH(printk_info_subsystem)=16");
	fake_info(fake, "OFFSET(dev_printk_info.device)=16");
	fake_info(fake, "LENGTH(printk_info_device)=48");
	fake_info(fake, "SIZE(prb_data_ring)=%u", 4 * w);
	fake_info(fake, "OFFSET(prb_data_ring.size_bits)=0");
	fake_info(fake, "OFFSET(prb_data_ring.data)=%u", w);
	fake_info(fake, "SIZE(atomic_long_t)=%u", w);
	fake_info(fake, "OFFSET(atomic_long_t.counter)=0");
}

void fake_records_init(struct fake_records *records, struct fake_kernel *fake,
		       uint32_t size, const char *name, bool caller)
{
	memset(records, 0, sizeof(*records));
	records->fake = fake;
	records->name = name;
	records->caller = caller;
	records->size = size;
	/* u64, three u16, two u8, with CONFIG_PRINTK_CALLER a u32; aligned as a long */
	records->header = align_up(caller ? 20 : 16, fake->word);
	records->buffer = fake_alloc(fake, size, 64);
}

static void records_free(struct fake_records *records, uint32_t from, uint32_t to)
{
	while (records->oldest < records->count &&
	       records->places[records->oldest] >= from &&
	       records->places[records->oldest] < to)
		records->oldest++;
}

void fake_records_add(struct fake_records *records, const struct fake_record *record)
{
	struct fake_kernel *fake = records->fake;
	size_t size = record_size(record), at;
	char dict[128] = "";
	int dict_size = 0;
	uint32_t length;

	if (record->subsystem)
		dict_size = snprintf(dict, sizeof(dict), "SUBSYSTEM=%s%cDEVICE=%s",
				     record->subsystem, '\0', record->device);
	length = align_up(records->header + size + dict_size, fake->word);
	/* A header must fit behind it too, for the marker. */
	if (records->next + length + records->header > records->size) {
		records_free(records, records->next, records->size);
		memset(fake->image + records->buffer + records->next, 0,
		       records->size - records->next < records->header ?
		       records->size - records->next : records->header);
		records->next = 0;
	}
	records_free(records, records->next, records->next + length + records->header);
	at = records->buffer + records->next;
	memset(fake->image + at, 0, length);
	fake_put_u64(fake, at, record->ts_nsec);
	fake_put_u16(fake, at + 8, length);
	fake_put_u16(fake, at + 10, size);
	fake_put_u16(fake, at + 12, dict_size);
	fake_put_u8(fake, at + 14, record->facility);
	fake_put_u8(fake, at + 15, flags_and_level(fake, record));
	if (records->caller)
		fake_put_u32(fake, at + 16, record->caller);
	fake_put_bytes(fake, at + records->header, record->text ? record->text : "",
		       size);
	fake_put_bytes(fake, at + records->header + size, dict, dict_size);
	if (records->count == KDK_ARRAY_SIZE(records->places))
		abort();
	records->places[records->count++] = records->next;
	records->next += length;
}

void fake_records_finish(struct fake_records *records)
{
	struct fake_kernel *fake = records->fake;
	size_t variables = records->variables = fake_alloc(fake, 64, 64);

	records->first = records->oldest < records->count ?
			 records->places[records->oldest] : records->next;
	fake_put_word(fake, variables, fake_address(fake, records->buffer));
	fake_put_u32(fake, variables + 16, records->size);
	fake_put_u32(fake, variables + 20, records->first);
	fake_put_u32(fake, variables + 24, records->next);
	fake_symbol(fake, "log_buf", variables);
	fake_symbol(fake, "log_buf_len", variables + 16);
	fake_symbol(fake, "log_first_idx", variables + 20);
	fake_symbol(fake, "log_next_idx", variables + 24);
	fake_info(fake, "SIZE(%s)=%zu", records->name, records->header);
	fake_info(fake, "OFFSET(%s.ts_nsec)=0", records->name);
	fake_info(fake, "OFFSET(%s.len)=8", records->name);
	fake_info(fake, "OFFSET(%s.text_len)=10", records->name);
	fake_info(fake, "OFFSET(%s.dict_len)=12", records->name);
	if (records->caller)
		fake_info(fake, "OFFSET(%s.caller_id)=16", records->name);
}

size_t fake_plain(struct fake_kernel *fake, uint32_t size, const char *text)
{
	size_t buffer = fake_alloc(fake, size, 64), variables = fake_alloc(fake, 64, 64);
	uint32_t length = strlen(text);

	for (uint32_t i = 0; i < length; i++)
		fake->image[buffer + i % size] = text[i];
	fake_put_word(fake, variables, fake_address(fake, buffer));
	fake_put_u32(fake, variables + 16, size);
	fake_put_u32(fake, variables + 20, length);
	fake_put_u32(fake, variables + 24, length < size ? length : size);
	fake_symbol(fake, "log_buf", variables);
	fake_symbol(fake, "log_buf_len", variables + 16);
	fake_symbol(fake, "log_end", variables + 20);
	fake_symbol(fake, "logged_chars", variables + 24);
	return buffer;
}

size_t fake_log_describe(struct fake_kernel *fake, unsigned int kind, bool caller)
{
	struct fake_records records;
	struct fake_ring ring;

	switch (kind % 3) {
	case 0:
		return fake_plain(fake, 64, "") + 64;
	case 1:
		fake_records_init(&records, fake, 64, "printk_log", caller);
		fake_records_finish(&records);
		return records.variables;
	default:
		fake_ring_init(&ring, fake, 1, 4);
		fake_ring_finish(&ring);
		return ring.pointer;
	}
}
