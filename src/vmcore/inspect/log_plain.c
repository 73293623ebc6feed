/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer of text up to 3.4: a ring of characters. log_end counts every one ever
 * written, logged_chars those since the last clearing. kernel/printk.c
 */
#include <string.h>

#include "core/text.h"
#include "vmcore/inspect/log_area.h"
#include "vmcore/inspect/log_build.h"

/* log_buf_len= was never meant for more, and the length fits an int. */
#define MAX_BUFFER (UINT32_C(1) << 31)

/* "<191>" */
#define MAX_PREFIX 5

struct plain {
	struct kdk_log_builder *builder;
	struct kdk_log_area area;
	uint32_t size, end, chars;
	uint64_t missing;	/* bytes */
};

static struct kdk_error *plain_open(struct plain *plain)
{
	struct kdk_log_builder *builder = plain->builder;
	uint64_t buffer = 0;
	struct kdk_error *err;

	err = kdk_log_variable_word(builder, "log_buf", &buffer);
	if (!err)
		err = kdk_log_variable_u32(builder, "log_buf_len", &plain->size);
	if (!err)
		err = kdk_log_variable_u32(builder, "log_end", &plain->end);
	if (!err)
		err = kdk_log_variable_u32(builder, "logged_chars", &plain->chars);
	if (err)
		return err;
	if (!plain->size || plain->size > MAX_BUFFER)
		return kdk_error_new(KDK_ERROR_FORMAT, "the buffer claims %u bytes",
				     plain->size);
	if (plain->chars > plain->size)
		plain->chars = plain->size;
	/* log_end wraps at 32 bits: with a power of two it may be below chars. */
	if (plain->chars > plain->end && plain->size & (plain->size - 1))
		plain->chars = plain->end;
	return kdk_log_area_init(&plain->area, builder->kernel, buffer, plain->size);
}

/*
 * Splits "<6>" from a line: "<30>" has a facility too, "<c>" and "<d>" say neither.
 * Returns its bytes, 0 when there is none.
 */
static size_t line_prefix(const uint8_t *line, size_t size, struct kdk_log_record *record)
{
	unsigned int number = 0;
	size_t at = 1;

	if (size < 3 || line[0] != '<')
		return 0;
	if ((line[1] == 'c' || line[1] == 'd') && line[2] == '>')
		return 3;
	for (; at < size && at < MAX_PREFIX - 1 && line[at] >= '0' && line[at] <= '9';
	     at++)
		number = number * 10 + (line[at] - '0');
	if (at == 1 || at == size || line[at] != '>')
		return 0;
	record->level = number & 7;
	record->facility = number >> 3;
	return at + 1;
}

static struct kdk_error *plain_line(struct plain *plain, const uint8_t *line, size_t size,
				    bool newline)
{
	struct kdk_log_record *record = kdk_log_append(plain->builder);

	if (!record)
		return &kdk_enomem;
	record->seq = plain->builder->log->count - 1;
	record->has_data = true;
	record->flags = newline ? KDK_LOG_FLAG_NEWLINE : 0;
	record->prefix_size = line_prefix(line, size, record);
	record->text = (const char *)line + record->prefix_size;
	record->text_size = size - record->prefix_size;
	return NULL;
}

static struct kdk_error *plain_split(struct plain *plain, const uint8_t *text,
				     size_t size)
{
	struct kdk_error *err = NULL;

	while (size && !err) {
		const uint8_t *newline = memchr(text, '\n', size);
		size_t length = newline ? (size_t)(newline - text) : size;

		err = plain_line(plain, text, length, newline);
		if (newline)
			length++;
		text += length;
		size -= length;
	}
	return err;
}

/* Hands a run of characters without a gap over to the log. */
static struct kdk_error *plain_flush(struct plain *plain, struct kdk_buffer *run)
{
	struct kdk_error *err;
	uint8_t *text;

	if (run->failed)
		return &kdk_enomem;
	if (!run->size)
		return NULL;
	text = kdk_log_store(plain->builder, run->size);
	if (!text)
		return &kdk_enomem;
	memcpy(text, run->data, run->size);
	err = plain_split(plain, text, run->size);
	run->size = 0;
	return err;
}

/* The smallest of what is asked, what is left, and what lies before the buffer's end. */
static uint32_t plain_part(const struct plain *plain, uint64_t want, uint32_t at,
			   uint32_t left)
{
	uint32_t room = plain->size - at;

	if (want > left)
		want = left;
	return want < room ? want : room;
}

static struct kdk_error *plain_walk(struct plain *plain, struct kdk_buffer *run)
{
	uint32_t at = (plain->end - plain->chars) % plain->size;
	uint32_t left = plain->chars;
	struct kdk_error *err = NULL;
	uint8_t piece[KDK_LOG_PIECE];

	while (left && !err) {
		uint64_t want =
			KDK_LOG_PIECE - (plain->area.address + at) % KDK_LOG_PIECE;
		uint32_t part = plain_part(plain, want, at, left);

		if (kdk_log_area_read(&plain->area, at, piece, part)) {
			if (!kdk_log_afford(plain->builder, part))
				return &kdk_enomem;
			kdk_buffer_add(run, piece, part);
		} else {
			want = kdk_log_area_missing(&plain->area, at);
			part = plain_part(plain, want, at, left);
			plain->missing += part;
			err = plain_flush(plain, run);
		}
		if (plain->area.no_memory || run->failed)
			return &kdk_enomem;
		at = (at + part) % plain->size;
		left -= part;
	}
	return err ? err : plain_flush(plain, run);
}

struct kdk_error *kdk_log_read_plain(struct kdk_log_builder *builder)
{
	struct plain plain = { .builder = builder };
	struct kdk_log *log = builder->log;
	struct kdk_error *err = plain_open(&plain);
	struct kdk_buffer run = { 0 };

	if (!err)
		err = plain_walk(&plain, &run);
	if (!err && plain.missing)
		kdk_log_note(log, "bytes of the log that are not in the dump: %llu (%s)",
			     (unsigned long long)plain.missing,
			     plain.area.why ? plain.area.why : "no reason known");
	if (!err && !log->count && plain.area.why)
		err = kdk_error_new(KDK_ERROR_ABSENT, "nothing of it is in the dump (%s)",
				    plain.area.why);
	log->has_level = true;
	kdk_buffer_deinit(&run);
	kdk_log_area_deinit(&plain.area);
	return err;
}
