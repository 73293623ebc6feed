/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/log_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (1u << 16)

/* Texts are kept in blocks, so that their addresses stay. */
struct log_block {
	struct log_block *next;
	size_t used, size;
	uint8_t data[];
};

bool kdk_log_afford(struct kdk_log_builder *builder, uint64_t size)
{
	if (size > builder->budget)
		builder->spent = true;
	else
		builder->budget -= size;
	return !builder->spent;
}

uint8_t *kdk_log_store(struct kdk_log_builder *builder, size_t size)
{
	struct kdk_log *log = builder->log;
	struct log_block *block = log->private;

	if (!kdk_log_afford(builder, size))
		return NULL;
	if (!block || block->size - block->used < size) {
		size_t want = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = malloc(sizeof(*block) + want);
		if (!block)
			return NULL;
		block->next = log->private;
		block->used = 0;
		block->size = want;
		log->private = block;
	}
	block->used += size;
	return block->data + block->used - size;
}

struct kdk_log_record *kdk_log_append(struct kdk_log_builder *builder)
{
	struct kdk_log *log = builder->log;
	struct kdk_log_record *record;

	if (!kdk_log_afford(builder, sizeof(*record)))
		return NULL;
	if (log->count == builder->capacity) {
		size_t capacity = builder->capacity ? builder->capacity * 2 : 512;
		void *records = reallocarray(log->records, capacity, sizeof(*record));

		if (!records)
			return NULL;
		log->records = records;
		builder->capacity = capacity;
	}
	record = &log->records[log->count++];
	memset(record, 0, sizeof(*record));
	record->text = "";
	record->level = KDK_LOG_NO_LEVEL;
	record->caller = KDK_LOG_NO_CALLER;
	return record;
}

void kdk_log_note(struct kdk_log *log, const char *format, ...)
{
	char **notes = reallocarray(log->notes, log->note_count + 1, sizeof(notes[0]));
	va_list args;
	int n;

	if (!notes)
		return;
	log->notes = notes;
	va_start(args, format);
	n = vasprintf(&notes[log->note_count], format, args);
	va_end(args);
	if (n >= 0)
		log->note_count++;
}

void kdk_log_destroy(struct kdk_log *log)
{
	struct log_block *block;

	if (!log)
		return;
	while ((block = log->private)) {
		log->private = block->next;
		free(block);
	}
	for (size_t i = 0; i < log->note_count; i++)
		free(log->notes[i]);
	free(log->notes);
	free(log->records);
	free(log);
}

void kdk_log_copy_name(char *to, size_t size, const uint8_t *from, size_t from_size)
{
	size_t length = strnlen((const char *)from, from_size);

	if (length > size - 1)
		length = size - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

static struct kdk_error *variable_address(struct kdk_log_builder *builder,
					  const char *name, uint64_t *ret)
{
	if (!kdk_vmcoreinfo_symbol(builder->kernel->info, name, ret))
		return kdk_error_new(KDK_ERROR_ABSENT, "vmcoreinfo has no SYMBOL(%s)",
				     name);
	return NULL;
}

struct kdk_error *kdk_log_variable_u32(struct kdk_log_builder *builder, const char *name,
				       uint32_t *ret)
{
	uint64_t address = 0;
	struct kdk_error *err = variable_address(builder, name, &address);

	if (!err)
		err = kdk_memory_read_u32(builder->kernel->memory, KDK_VIRTUAL, address,
					  ret);
	return kdk_error_wrap(err, "reading %s", name);
}

struct kdk_error *kdk_log_variable_word(struct kdk_log_builder *builder, const char *name,
					uint64_t *ret)
{
	uint64_t address = 0;
	struct kdk_error *err = variable_address(builder, name, &address);

	if (!err)
		err = kdk_memory_read_word(builder->kernel->memory, KDK_VIRTUAL, address,
					   ret);
	return kdk_error_wrap(err, "reading %s", name);
}

struct kdk_error *kdk_log_keys(const struct kdk_vmcoreinfo *info,
			       const struct kdk_log_key *keys, size_t count,
			       uint64_t limit, void *layout)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = KDK_LOG_NO_OFFSET;

		if (!kdk_vmcoreinfo_number(info, keys[i].key, &value)) {
			if (!keys[i].optional)
				return kdk_error_new(KDK_ERROR_ABSENT,
						     "vmcoreinfo has no %s", keys[i].key);
			value = KDK_LOG_NO_OFFSET;
		} else if (value > limit) {
			return kdk_error_new(KDK_ERROR_FORMAT, "vmcoreinfo: %s is %llu",
					     keys[i].key, (unsigned long long)value);
		}
		memcpy((char *)layout + keys[i].member, &value, sizeof(value));
	}
	return NULL;
}
