/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the kernel log share. */
#ifndef LOG_CASE_H
#define LOG_CASE_H

#include "unit.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/generators/fake_kernel.h"
#include "vmcore/inspect/log_print.h"

struct machine {
	unsigned int word;
	bool big_endian;
	uint16_t elf_machine;
};

static const struct machine machines[] = {
	{ 8, false, EM_X86_64 },
	{ 4, false, EM_386 },
	{ 8, true, EM_S390 },
	{ 4, true, EM_PPC },
};

#define IMAGE_SIZE (512u << 10)

static inline struct fake_kernel *fake_on(const struct machine *machine)
{
	return fake_kernel_create(IMAGE_SIZE, machine->word, machine->big_endian,
				  machine->elf_machine);
}

static inline struct kdk_log *read_log(struct fake_kernel *fake)
{
	struct kdk_log *log = NULL;

	fake_kernel_ready(fake);
	assert_success(kdk_log_read(&fake->kernel, &log));
	return log;
}

/* The printed log, to be freed. */
static inline char *print_log(const struct kdk_log *log, const struct kdk_log_print *options)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_success(kdk_log_print(log, options, out));
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), size);
	return text;
}

/* Reads and prints, and compares with `expected`. */
static inline void check_print(struct fake_kernel *fake, const struct kdk_log_print *options,
			       const char *expected)
{
	struct kdk_log *log = read_log(fake);
	char *text = print_log(log, options);

	assert_string_equal(text, expected);
	free(text);
	kdk_log_destroy(log);
}

static inline void check_text(const struct kdk_log_record *record, const char *expected)
{
	assert_int_equal(record->text_size, strlen(expected));
	assert_memory_equal(record->text, expected, record->text_size);
}

#endif
