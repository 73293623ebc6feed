/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of the three log formats share; nobody else includes this. */
#ifndef KDK_LOG_BUILD_H
#define KDK_LOG_BUILD_H

#include "vmcore/inspect/log.h"

/* An opened log under construction. */
struct kdk_log_builder {
	struct kdk_kernel *kernel;
	struct kdk_log *log;
	size_t capacity;		/* of log->records */
	bool big_endian;
	unsigned int word_bytes;	/* of an unsigned long of the dumped kernel */
	uint64_t budget;		/* bytes of memory that the log may still take */
	bool spent;			/* the budget did not suffice: the log is cut */
};

struct kdk_error *kdk_log_read_plain(struct kdk_log_builder *builder);
struct kdk_error *kdk_log_read_records(struct kdk_log_builder *builder);
struct kdk_error *kdk_log_read_ring(struct kdk_log_builder *builder);

/*
 * Takes `size` bytes off the budget. False: it is spent, and reading ends with
 * kdk_enomem; kdk_log_read() makes a note of it. Many addresses may show one page of a
 * dump, so that the size of a log is no measure of what there is to read.
 */
bool kdk_log_afford(struct kdk_log_builder *builder, uint64_t size);

/* Room for `size` bytes (not 0) that lives as long as the log; NULL: no memory. */
uint8_t *kdk_log_store(struct kdk_log_builder *builder, size_t size);

/* A new record at the end, zero but for the values that say "none"; NULL: no memory. */
struct kdk_log_record *kdk_log_append(struct kdk_log_builder *builder);

/* A sentence for people about what is missing. Best effort when memory is short. */
void kdk_log_note(struct kdk_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Copies up to size - 1 bytes of a fixed field that may lack its NUL. */
void kdk_log_copy_name(char *to, size_t size, const uint8_t *from, size_t from_size);

/* The u32 or the pointer in the variable behind SYMBOL(name). */
struct kdk_error *kdk_log_variable_u32(struct kdk_log_builder *builder, const char *name,
				       uint32_t *ret);
struct kdk_error *kdk_log_variable_word(struct kdk_log_builder *builder, const char *name,
					uint64_t *ret);

/*
 * A list of vmcoreinfo numbers a reader needs. Missing ones that are not optional are
 * KDK_ERROR_ABSENT by name; optional ones become KDK_LOG_NO_OFFSET. Values above
 * `limit` are KDK_ERROR_FORMAT.
 */
#define KDK_LOG_NO_OFFSET UINT64_MAX

struct kdk_log_key {
	const char *key;	/* "OFFSET(prb_desc.state_var)" */
	size_t member;		/* offsetof() a uint64_t in the reader's layout */
	bool optional;
};

struct kdk_error *kdk_log_keys(const struct kdk_vmcoreinfo *info,
			       const struct kdk_log_key *keys, size_t count,
			       uint64_t limit, void *layout);

#endif
