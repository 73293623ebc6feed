/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer of records of 3.5 to 5.9: struct printk_log (struct log before 3.11)
 * in kernel/printk/printk.c. Records of variable length follow each other; a header
 * with length 0 says that the next one is at the start of the buffer.
 */
#include <string.h>

#include "core/bytes.h"
#include "vmcore/inspect/log_area.h"
#include "vmcore/inspect/log_build.h"

#define MAX_STRUCT 256

/* Padding aligns records to the struct's own alignment. */
#define RECORD_ALIGN 4
#define MAX_PADDING 7

/* So many sound headers in a row make a place where reading goes on after damage. */
#define RESYNC_CHAIN 3

/* Positions tried after damage; beyond, the rest of the buffer is given up. */
#define MAX_RESYNC (UINT32_C(1) << 22)

/* Damaged places told one by one; the others are counted. */
#define MAX_PLACES 8

struct records_layout {
	uint64_t size, ts_nsec, len, text_len, dict_len, caller_id;
};

#define KEY(key, member, optional)							\
	{ key, offsetof(struct records_layout, member), optional }
#define KEYS(name)									\
	{										\
		KEY("SIZE(" name ")", size, false),					\
		KEY("OFFSET(" name ".ts_nsec)", ts_nsec, false),			\
		KEY("OFFSET(" name ".len)", len, false),				\
		KEY("OFFSET(" name ".text_len)", text_len, false),			\
		KEY("OFFSET(" name ".dict_len)", dict_len, true),			\
		KEY("OFFSET(" name ".caller_id)", caller_id, true),			\
	}

static const struct kdk_log_key printk_log_keys[] = KEYS("printk_log");
static const struct kdk_log_key log_keys[] = KEYS("log");

struct records {
	struct kdk_log_builder *builder;
	struct records_layout layout;
	struct kdk_log_area area;
	uint32_t size, first, next;
	uint64_t seq;
	uint64_t missing;	/* texts that are not in the dump */
	uint32_t resync_left;
	uint64_t places, untold_bytes;	/* damaged, and of those not told one by one */
};

struct record_header {
	uint8_t raw[MAX_STRUCT];
	uint32_t len, text_len, dict_len;
};

static struct kdk_error *records_learn_layout(struct records *records)
{
	const struct kdk_vmcoreinfo *info = records->builder->kernel->info;
	struct records_layout *l = &records->layout;
	struct kdk_error *err;
	uint64_t size;

	if (kdk_vmcoreinfo_size(info, "printk_log", &size))
		err = kdk_log_keys(info, printk_log_keys, KDK_ARRAY_SIZE(printk_log_keys),
				   MAX_STRUCT, l);
	else
		err = kdk_log_keys(info, log_keys, KDK_ARRAY_SIZE(log_keys), MAX_STRUCT,
				   l);
	if (err)
		return err;
	if (!l->size || l->ts_nsec + 8 > l->size || l->len + 2 > l->size ||
	    l->text_len + 2 > l->size)
		return kdk_error_new(
			KDK_ERROR_FORMAT,
			"vmcoreinfo: a field of struct printk_log lies outside it");
	/* Two bytes for facility, flags and level, which are not exported, follow it. */
	if (l->dict_len != KDK_LOG_NO_OFFSET && l->dict_len + 4 > l->size)
		l->dict_len = KDK_LOG_NO_OFFSET;
	if (l->caller_id != KDK_LOG_NO_OFFSET && l->caller_id + 4 > l->size)
		l->caller_id = KDK_LOG_NO_OFFSET;
	return NULL;
}

static struct kdk_error *records_open(struct records *records)
{
	struct kdk_log_builder *builder = records->builder;
	uint64_t buffer = 0;
	struct kdk_error *err;

	err = records_learn_layout(records);
	if (!err)
		err = kdk_log_variable_word(builder, "log_buf", &buffer);
	if (!err)
		err = kdk_log_variable_u32(builder, "log_buf_len", &records->size);
	if (!err)
		err = kdk_log_variable_u32(builder, "log_first_idx", &records->first);
	if (!err)
		err = kdk_log_variable_u32(builder, "log_next_idx", &records->next);
	if (err)
		return err;
	if (records->first >= records->size || records->next > records->size)
		return kdk_error_new(
			KDK_ERROR_FORMAT,
			"records from %u to %u do not lie in a buffer of %u bytes",
			records->first, records->next, records->size);
	return kdk_log_area_init(&records->area, builder->kernel, buffer, records->size);
}

static bool header_read(struct records *records, uint64_t at, struct record_header *ret)
{
	const struct records_layout *l = &records->layout;
	bool big_endian = records->builder->big_endian;

	if (!kdk_log_area_read(&records->area, at, ret->raw, l->size))
		return false;
	ret->len = kdk_get_u16(ret->raw + l->len, big_endian);
	ret->text_len = kdk_get_u16(ret->raw + l->text_len, big_endian);
	ret->dict_len = 0;
	if (l->dict_len != KDK_LOG_NO_OFFSET)
		ret->dict_len = kdk_get_u16(ret->raw + l->dict_len, big_endian);
	return true;
}

/* room: bytes until the run of records ends */
static bool header_sound(const struct records *records, uint64_t room,
			 const struct record_header *header)
{
	uint64_t used = records->layout.size + header->text_len + header->dict_len;

	return header->len >= used && header->len <= room;
}

/* As the kernel pads it: what follows damage is believed only when it is exact. */
static bool header_exact(const struct records *records, uint64_t room,
			 const struct record_header *header)
{
	uint64_t used = records->layout.size + header->text_len + header->dict_len;

	return header_sound(records, room, header) && header->len % RECORD_ALIGN == 0 &&
	       header->len - used <= MAX_PADDING;
}

/* "SUBSYSTEM=pci\0DEVICE=+pci:0000:00:01.0" */
static void record_dict(struct kdk_log_record *record, const uint8_t *dict, size_t size)
{
	static const struct {
		const char *key;
		size_t member, size;
	} fields[] = {
		{ "SUBSYSTEM=", offsetof(struct kdk_log_record, subsystem),
		  sizeof(record->subsystem) },
		{ "DEVICE=", offsetof(struct kdk_log_record, device),
		  sizeof(record->device) },
	};

	for (size_t at = 0; at < size; at++) {
		size_t length = strnlen((const char *)dict + at, size - at);

		for (size_t i = 0; i < KDK_ARRAY_SIZE(fields); i++) {
			size_t skip = strlen(fields[i].key);

			if (length >= skip && !memcmp(dict + at, fields[i].key, skip))
				kdk_log_copy_name((char *)record + fields[i].member,
						  fields[i].size, dict + at + skip,
						  length - skip);
		}
		at += length;
	}
}

static struct kdk_error *records_add(struct records *records, uint64_t at,
				     const struct record_header *header)
{
	const struct records_layout *l = &records->layout;
	bool big_endian = records->builder->big_endian;
	size_t size = header->text_len + header->dict_len;
	struct kdk_log_record *record = kdk_log_append(records->builder);
	uint8_t *text;

	if (!record)
		return &kdk_enomem;
	record->seq = records->seq++;
	record->ts_nsec = kdk_get_u64(header->raw + l->ts_nsec, big_endian);
	record->has_data = true;
	if (l->caller_id != KDK_LOG_NO_OFFSET)
		record->caller = kdk_get_u32(header->raw + l->caller_id, big_endian);
	if (l->dict_len != KDK_LOG_NO_OFFSET) {
		uint8_t bits = header->raw[l->dict_len + 3];

		/* u8 facility, u8 flags:5, u8 level:3 */
		record->facility = header->raw[l->dict_len + 2];
		record->flags = big_endian ? bits >> 3 : bits & 0x1f;
		record->level = big_endian ? bits & 7 : bits >> 5;
	}
	if (!size)
		return NULL;
	text = kdk_log_store(records->builder, size);
	if (!text)
		return &kdk_enomem;
	if (!kdk_log_area_read(&records->area, at + l->size, text, size)) {
		records->builder->log->count--;
		records->missing++;
		return NULL;
	}
	record->text = (const char *)text;
	record->text_size = header->text_len;
	record_dict(record, text + header->text_len, header->dict_len);
	return NULL;
}

/* Whether a few records, or the end, follow each other from here. */
static bool records_chain(struct records *records, uint64_t at, uint64_t end)
{
	struct record_header header;

	for (int i = 0; i < RESYNC_CHAIN && at != end; i++) {
		if (at > end || !header_read(records, at, &header))
			return false;
		if (!header.len)
			return i && end == records->size;
		if (!header_exact(records, end - at, &header))
			return false;
		at += header.len;
	}
	return true;
}

/* The next place before `end` where records start again; `end` when there is none. */
static uint64_t records_resync(struct records *records, uint64_t at, uint64_t end)
{
	struct record_header header;

	for (at += RECORD_ALIGN - at % RECORD_ALIGN; at < end && records->resync_left;
	     at += RECORD_ALIGN) {
		records->resync_left--;
		if (records_chain(records, at, end))
			return at;
		if (!header_read(records, at, &header))
			at += kdk_log_area_missing(&records->area, at) &
			      ~(RECORD_ALIGN - 1ull);
	}
	return end;
}

static void note_place(struct records *records, uint64_t at, uint64_t next, bool damaged)
{
	if (records->places++ >= MAX_PLACES)
		records->untold_bytes += next - at;
	else
		kdk_log_note(records->builder->log,
			     "%llu bytes of records at %#llx in the buffer are %s",
			     (unsigned long long)(next - at), (unsigned long long)at,
			     damaged ? "damaged" : "not in the dump");
}

/* Records from `at` to `end`, or to the marker that ends a run to the buffer's end. */
static struct kdk_error *records_walk(struct records *records, uint64_t at, uint64_t end)
{
	struct record_header header;

	while (at < end) {
		struct kdk_error *err;
		bool read = header_read(records, at, &header);
		uint64_t next;

		if (end == records->size && ((read && !header.len) ||
					     end - at < records->layout.size))
			return NULL;
		if (read && header.len && header_sound(records, end - at, &header)) {
			err = records_add(records, at, &header);
			if (err || records->area.no_memory)
				return err ? err : &kdk_enomem;
			at += header.len;
			continue;
		}
		if (records->area.no_memory)
			return &kdk_enomem;
		next = records_resync(records, at, end);
		note_place(records, at, next, read);
		at = next;
	}
	return NULL;
}

struct kdk_error *kdk_log_read_records(struct kdk_log_builder *builder)
{
	struct records records = { .builder = builder, .resync_left = MAX_RESYNC };
	struct kdk_log *log = builder->log;
	struct kdk_error *err = records_open(&records);

	if (!err && records.first <= records.next) {
		err = records_walk(&records, records.first, records.next);
	} else if (!err) {
		err = records_walk(&records, records.first, records.size);
		if (!err)
			err = records_walk(&records, 0, records.next);
	}
	if (!err && records.places > MAX_PLACES)
		kdk_log_note(log, "%llu bytes at %llu more places are damaged or missing",
			     (unsigned long long)records.untold_bytes,
			     (unsigned long long)(records.places - MAX_PLACES));
	if (!err && records.missing)
		kdk_log_note(log, "records that are not in the dump: %llu (%s)",
			     (unsigned long long)records.missing,
			     records.area.why ? records.area.why : "no reason known");
	if (!err && !log->count && records.area.why)
		err = kdk_error_new(KDK_ERROR_ABSENT, "no record is in the dump (%s)",
				    records.area.why);
	log->has_time = true;
	log->has_level = records.layout.dict_len != KDK_LOG_NO_OFFSET;
	log->has_caller = records.layout.caller_id != KDK_LOG_NO_OFFSET;
	kdk_log_area_deinit(&records.area);
	return err;
}
