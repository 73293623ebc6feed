/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "format_dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_PARTS 8

static struct kdk_error *open_files(struct made *made, const char *order, size_t size)
{
	struct kdk_source *sources[MAX_PARTS];
	size_t count = order ? strlen(order) : made->files.count;

	made->dump = NULL;
	for (size_t i = 0; i < count; i++) {
		size_t at = order ? (size_t)(order[i] - '0') : i;
		struct mkdump_file *file = &made->files.files[at];
		char name[16];

		snprintf(name, sizeof(name), "part%zu", at);
		assert_success(kdk_source_open_memory(
			made->files.count > 1 ? name : "dump", file->data,
			size < file->size ? size : file->size, &sources[i]));
	}
	return kdk_dump_open_sources(sources, count, &made->dump);
}

struct kdk_error *made_open(struct made *made, const char *order, const char *description)
{
	mkdump_make(description, NULL, 0, &made->files);
	return open_files(made, order, SIZE_MAX);
}

struct kdk_error *made_open_made(struct made *made, const char *order)
{
	return open_files(made, order, SIZE_MAX);
}

struct kdk_error *made_open_cut(struct made *made, const struct mkdump *files,
				size_t size)
{
	made->files = *files;
	return open_files(made, NULL, size);
}

void made_open_well(struct made *made, const char *order, const char *description)
{
	assert_success(made_open(made, order, description));
}

void made_close(struct made *made)
{
	kdk_dump_destroy(made->dump);
	mkdump_free(&made->files);
}

const char *dump_map(const struct kdk_dump *dump, uint64_t unit)
{
	static const char letters[] = "PZEHL";
	static char map[512];
	uint64_t phys = 0, length = 0;
	struct kdk_run run = { 0 };
	size_t used = 0;
	char state = 0;

	while (phys <= dump->facts.max_phys) {
		bool end = phys == dump->facts.max_phys;

		if (!end) {
			assert_success(dump->format->run(dump, phys, &run));
			assert_true(run.length > 0);
			if (run.length > dump->facts.max_phys - phys)
				run.length = dump->facts.max_phys - phys;
		}
		if (state && (end || letters[run.state] != state)) {
			used += (size_t)snprintf(map + used, sizeof(map) - used,
						 "%s%c%" PRIu64, used ? " " : "", state,
						 length / unit);
			if (length % unit)
				used += (size_t)snprintf(map + used, sizeof(map) - used,
							 "+%" PRIu64, length % unit);
			assert_true(used < sizeof(map));
			length = 0;
		}
		if (end)
			break;
		state = letters[run.state];
		length += run.length;
		phys += run.length;
	}
	map[used] = '\0';
	return map;
}

void assert_pattern(const struct kdk_dump *dump, uint64_t seed, uint64_t phys,
		    size_t length)
{
	uint8_t *got = malloc(length);

	assert_non_null(got);
	assert_success(dump->format->read(dump, phys, got, length));
	for (size_t i = 0; i < length; i++)
		if (got[i] != mkdump_pattern(seed, phys + i))
			fail_msg("byte %#" PRIx64 " is %#x, not %#x", phys + i, got[i],
				 mkdump_pattern(seed, phys + i));
	free(got);
}

void assert_remark(const struct kdk_dump *dump, const char *text)
{
	for (size_t i = 0; i < dump->remark_count; i++)
		if (strstr(dump->remarks[i], text))
			return;
	fail_msg("no remark has \"%s\"; the first of %zu: %s", text, dump->remark_count,
		 dump->remark_count ? dump->remarks[0] : "");
}

void walk_everything(const struct kdk_dump *dump)
{
	struct kdk_dump_census census;
	uint8_t bytes[64];
	uint64_t phys = 0;
	uint64_t steps = 1000;

	/* Bitmaps may change at every bit of the files. */
	for (size_t i = 0; i < dump->source_count; i++)
		steps += 8 * dump->sources[i]->stored;
	for (;;) {
		struct kdk_error *err;
		struct kdk_run run;

		assert_success(dump->format->run(dump, phys, &run));
		assert_true(run.length > 0);
		err = dump->format->read(dump, phys, bytes,
					 run.length < sizeof(bytes) ? run.length
								    : sizeof(bytes));
		if (run.state == KDK_PAGE_ZERO)
			assert_null(err);
		else if (run.state != KDK_PAGE_PRESENT)
			assert_int_equal(err->kind, KDK_ERROR_ABSENT);
		kdk_error_destroy(err);
		assert_true(steps-- > 0);
		if (phys + run.length <= phys)
			break;
		phys += run.length;
	}
	assert_success(kdk_dump_count(dump, true, NULL, &census));
	assert_true(census.present + census.zero + census.excluded + census.hole +
			    census.lost ==
		    dump->facts.max_phys);
	kdk_dump_census_deinit(&census);
}
