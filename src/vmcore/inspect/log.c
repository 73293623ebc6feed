/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/log.h"

#include <stdlib.h>

#include "vmcore/inspect/log_build.h"

#define NSEC_PER_SEC INT64_C(1000000000)

/*
 * Memory for a log: this, and so much for each byte of the dump's files. Real logs
 * stay far below, however well they compress.
 */
#define BUDGET_BASE (UINT64_C(64) << 20)
#define BUDGET_PER_BYTE 64

/* Each format is known by a symbol that only it exports. Newest first. */
static const struct {
	const char *symbol;
	enum kdk_log_kind kind;
	struct kdk_error *(*read)(struct kdk_log_builder *builder);
} log_readers[] = {
	{ "prb", KDK_LOG_RING, kdk_log_read_ring },
	{ "log_first_idx", KDK_LOG_RECORDS, kdk_log_read_records },
	{ "log_end", KDK_LOG_PLAIN, kdk_log_read_plain },
};

static struct kdk_error *log_read_by_symbol(struct kdk_log_builder *builder)
{
	for (size_t i = 0; i < KDK_ARRAY_SIZE(log_readers); i++) {
		uint64_t address;

		if (!kdk_vmcoreinfo_symbol(builder->kernel->info, log_readers[i].symbol,
					   &address))
			continue;
		builder->log->kind = log_readers[i].kind;
		return log_readers[i].read(builder);
	}
	return kdk_error_new(
		KDK_ERROR_ABSENT,
		"vmcoreinfo names no log buffer (prb, log_first_idx or log_end)");
}

static uint64_t log_budget(const struct kdk_dump *dump)
{
	uint64_t stored = 0;

	for (size_t i = 0; i < dump->source_count; i++)
		if (__builtin_add_overflow(stored, dump->sources[i]->stored, &stored))
			return UINT64_MAX;
	if (__builtin_mul_overflow(stored, BUDGET_PER_BYTE, &stored) ||
	    __builtin_add_overflow(stored, BUDGET_BASE, &stored))
		return UINT64_MAX;
	return stored;
}

/* What was read before the budget was spent is shown. */
static struct kdk_error *log_cut(struct kdk_log_builder *builder, struct kdk_error *err)
{
	struct kdk_log *log = builder->log;

	kdk_error_destroy(err);
	if (!log->count)
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "the buffer claims more than the dump can hold");
	kdk_log_note(log, "the log claims more than the dump can hold: it is cut after "
		     "%zu records", log->count);
	return NULL;
}

struct kdk_error *kdk_log_read(struct kdk_kernel *kernel, struct kdk_log **ret)
{
	_cleanup_(kdk_log_destroyp) struct kdk_log *log = NULL;
	struct kdk_log_builder builder = { .kernel = kernel };
	struct kdk_error *err;

	if (!kernel->info)
		return kdk_error_new(
			KDK_ERROR_ABSENT,
			"kernel log: the dump has no vmcoreinfo to find it by");
	if (!kernel->memory)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "kernel log: the dump's architecture is not known");
	log = calloc(1, sizeof(*log));
	if (!log)
		return &kdk_enomem;
	log->elf_machine = kernel->arch->elf_machine;
	builder.log = log;
	builder.big_endian = kernel->dump->facts.big_endian;
	builder.word_bytes = kernel->arch->word_bytes;
	builder.budget = log_budget(kernel->dump);
	err = log_read_by_symbol(&builder);
	if (err && builder.spent)
		err = log_cut(&builder, err);
	if (err)
		return kdk_error_wrap(err, "kernel log");
	*ret = kdk_take(log);
	return NULL;
}

bool kdk_log_boot_time(const struct kdk_kernel *kernel, const struct kdk_log *log,
		       int64_t *ret)
{
	uint64_t seconds, last;

	if (!kernel->info || !log->has_time || !log->count ||
	    !kdk_vmcoreinfo_number(kernel->info, "CRASHTIME", &seconds))
		return false;
	last = log->records[log->count - 1].ts_nsec;
	if (seconds > INT64_MAX / NSEC_PER_SEC || last > seconds * NSEC_PER_SEC)
		return false;
	*ret = seconds * NSEC_PER_SEC - last;
	return true;
}
