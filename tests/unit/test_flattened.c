/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources, intervals, and flattened files read in place. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format_dump.h"
#include "vmcore/format/flattened.h"
#include "vmcore/format/intervals.h"
#include "vmcore/format/window.h"

#define HEADER 4096

/* A flattened file put together record by record. */
struct flat {
	uint8_t data[65536];
	size_t size;
	struct kdk_source *source;
	const char *damage;
};

static void put64(uint8_t *to, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(value >> (56 - 8 * i));
}

static void flat_begin(struct flat *flat)
{
	memset(flat, 0, sizeof(*flat));
	memcpy(flat->data, "makedumpfile", 12);
	put64(flat->data + 16, 1);
	put64(flat->data + 24, 1);
	flat->size = HEADER;
}

static void flat_record(struct flat *flat, uint64_t offset, uint64_t size, char fill)
{
	assert_true(flat->size + 16 + size <= sizeof(flat->data));
	put64(flat->data + flat->size, offset);
	put64(flat->data + flat->size + 8, size);
	memset(flat->data + flat->size + 16, fill, size);
	flat->size += 16 + size;
}

static void flat_end(struct flat *flat)
{
	memset(flat->data + flat->size, 0xff, 16);
	flat->size += 16;
}

static void flat_open(struct flat *flat)
{
	struct kdk_source *inner;

	assert_success(kdk_source_open_memory("flat", flat->data, flat->size, &inner));
	assert_true(kdk_flattened_probe(inner));
	assert_success(kdk_flattened_open(inner, &flat->source, &flat->damage));
}

/* All bytes as letters; '.' for zero, '-' for what is absent, one read each. */
static const char *flat_text(const struct flat *flat)
{
	static char text[256];
	size_t i;

	for (i = 0; i < flat->source->size && i < sizeof(text) - 1; i++) {
		struct kdk_error *err = kdk_source_read(flat->source, i, &text[i], 1);
		enum kdk_extent extent;
		uint64_t length;

		extent = kdk_source_extent(flat->source, i, &length);
		assert_true(length > 0);
		if (err) {
			assert_int_equal(err->kind, KDK_ERROR_ABSENT);
			assert_int_equal(extent, KDK_EXTENT_ABSENT);
			text[i] = '-';
		} else if (!text[i]) {
			assert_int_equal(extent, KDK_EXTENT_GAP);
			text[i] = '.';
		} else {
			assert_int_equal(extent, KDK_EXTENT_DATA);
		}
		kdk_error_destroy(err);
	}
	text[i] = '\0';
	return text;
}

static void the_last_write_wins(void **state)
{
	struct flat flat;
	char all[20];

	(void)state;
	flat_begin(&flat);
	flat_record(&flat, 0, 8, 'a');
	flat_record(&flat, 8, 8, 'b');
	flat_record(&flat, 16, 4, 'c');
	flat_record(&flat, 6, 4, 'd');
	flat_record(&flat, 0, 2, 'e');
	flat_record(&flat, 7, 1, 'f');
	flat_end(&flat);
	flat_open(&flat);
	assert_null(flat.damage);
	assert_string_equal(flat_text(&flat), "eeaaaadfddbbbbbbcccc");
	assert_success(kdk_source_read(flat.source, 0, all, 20));
	assert_memory_equal(all, "eeaaaadfddbbbbbbcccc", 20);
	assert_failure(kdk_source_read(flat.source, 19, all, 2), KDK_ERROR_ABSENT, NULL);
	assert_true(kdk_source_data(flat.source, 3, 100) == 17);
	kdk_source_destroy(flat.source);
}

static void a_write_cuts_a_run_of_records(void **state)
{
	struct flat flat;

	(void)state;
	flat_begin(&flat);
	/* Five records of one size: one entry of the index. */
	for (int i = 0; i < 5; i++)
		flat_record(&flat, (uint64_t)i * 4, 4, (char)('a' + i));
	flat_record(&flat, 6, 9, 'X');
	flat_end(&flat);
	flat_open(&flat);
	assert_string_equal(flat_text(&flat), "aaaabbXXXXXXXXXdeeee");
	kdk_source_destroy(flat.source);
}

/* Bytes of the memory source that opening looked at, counted by a source in front of it. */
struct counting {
	struct kdk_source source;
	struct kdk_source *inner;
	size_t reads;
};

static struct kdk_error *counting_read(const struct kdk_source *source, uint64_t offset,
				       void *buffer, size_t length)
{
	struct counting *counting = (struct counting *)source;

	counting->reads++;
	return kdk_source_read(counting->inner, offset, buffer, length);
}

static void counting_destroy(struct kdk_source *source)
{
	kdk_source_destroy(((struct counting *)source)->inner);
}

static const struct kdk_source_ops counting_ops = {
	.read = counting_read,
	.destroy = counting_destroy,
};

/* What random writes of mostly equal records leave, byte by byte, and how it was found. */
static void check_streams(uint32_t seed, int rounds, bool disturbed, size_t max_reads)
{
	static uint8_t expected[65536], got[65536];
	static struct flat flat;
	struct counting counting = { .source = { .ops = &counting_ops, .name = NULL } };
	uint64_t descs = 0, pages = 20000;

	flat_begin(&flat);
	memset(expected, 0, sizeof(expected));
	for (int i = 0; i < rounds; i++) {
		uint64_t size = 9;

		seed = seed * 1103515245 + 12345;
		if (disturbed && (seed >> 16) % 16 == 0)
			size = 1 + (seed >> 20) % 30;
		flat_record(&flat, descs, 5, (char)(1 + i % 250));
		memset(expected + descs, 1 + i % 250, 5);
		descs += 5;
		flat_record(&flat, pages, size, (char)(2 + i % 250));
		memset(expected + pages, 2 + i % 250, size);
		pages += size;
		if (disturbed && (seed >> 8) % 32 == 0) {
			uint64_t back = (seed >> 18) % pages;

			flat_record(&flat, back, 7, 'w');
			memset(expected + back, 'w', 7);
			pages = back + 7 > pages ? back + 7 : pages;
		}
	}
	flat_end(&flat);
	assert_success(kdk_source_open_memory("flat", flat.data, flat.size, &counting.inner));
	counting.source.size = counting.inner->size;
	counting.source.stored = counting.inner->stored;
	counting.source.name = strdup("counting");
	assert_success(kdk_flattened_open(&counting.source, &flat.source, &flat.damage));
	assert_null(flat.damage);
	assert_in_range(counting.reads, 1, max_reads);
	assert_int_equal(flat.source->size, pages);
	assert_success(kdk_source_read(flat.source, 0, got, pages));
	assert_memory_equal(got, expected, pages);
	kdk_source_destroy(flat.source);
}

static void two_streams_in_turn(void **state)
{
	(void)state;
	/* 1,400 records of them are passed over, most without a look at their headers. */
	check_streams(1, 700, false, 40);
	for (uint32_t seed = 1; seed < 200; seed++)
		check_streams(seed, 600, true, SIZE_MAX);
}

static void gaps_are_zero_when_complete_and_absent_when_not(void **state)
{
	struct flat flat;

	(void)state;
	for (int end = 0; end < 2; end++) {
		flat_begin(&flat);
		flat_record(&flat, 8, 4, 'b');
		flat_record(&flat, 2, 2, 'a');
		flat_record(&flat, 12, 0, 'x');
		if (end)
			flat_end(&flat);
		flat_open(&flat);
		assert_string_equal(flat_text(&flat),
				    end ? "..aa....bbbb" : "--aa----bbbb");
		if (end)
			assert_null(flat.damage);
		else
			assert_string_equal(flat.damage,
					    "the file ends before its end marker");
		assert_true(kdk_source_data(flat.source, 2, 10) == 2);
		assert_true(kdk_source_data(flat.source, 4, 10) == 0);
		kdk_source_destroy(flat.source);
	}
}

static void damage_ends_the_index(void **state)
{
	struct flat flat;

	(void)state;
	flat_begin(&flat);
	flat_record(&flat, 0, 4, 'a');
	flat_record(&flat, UINT64_MAX - 1, 4, 'b');
	flat_record(&flat, 4, 4, 'c');
	flat_end(&flat);
	flat_open(&flat);
	assert_string_equal(flat.damage, "a record header is damaged");
	assert_string_equal(flat_text(&flat), "aaaa");
	kdk_source_destroy(flat.source);
	/* The last record is cut: what is there counts. */
	flat_begin(&flat);
	flat_record(&flat, 0, 4, 'a');
	flat_record(&flat, 4, 8, 'b');
	flat.size -= 5;
	flat_open(&flat);
	assert_non_null(flat.damage);
	assert_string_equal(flat_text(&flat), "aaaabbb");
	kdk_source_destroy(flat.source);
	/* Zeroes look like empty records. */
	flat_begin(&flat);
	flat_record(&flat, 0, 4, 'a');
	flat.size = sizeof(flat.data);
	flat_open(&flat);
	assert_string_equal(flat.damage, "a record header is damaged");
	kdk_source_destroy(flat.source);
}

static void a_window_with_a_hole_in_it(void **state)
{
	struct kdk_window_cache cache = { 0 };
	struct flat flat;
	char bytes[4];

	(void)state;
	flat_begin(&flat);
	flat_record(&flat, 100, 50, 'a');
	flat_record(&flat, KDK_WINDOW_SIZE - 2, 50, 'b');
	flat_open(&flat);
	/* Twice: the second time the window is known to be unusable. */
	for (int i = 0; i < 2; i++) {
		assert_success(kdk_window_read(&cache, flat.source, 120, bytes, 4));
		assert_memory_equal(bytes, "aaaa", 4);
		assert_success(kdk_window_read(&cache, flat.source, KDK_WINDOW_SIZE - 2,
					       bytes, 4));
		assert_memory_equal(bytes, "bbbb", 4);
		assert_failure(kdk_window_read(&cache, flat.source, 148, bytes, 4),
			       KDK_ERROR_ABSENT, NULL);
		assert_failure(kdk_window_read(&cache, flat.source, 1 << 20, bytes, 4),
			       KDK_ERROR_ABSENT, NULL);
	}
	kdk_window_deinit(&cache);
	kdk_source_destroy(flat.source);
}

static void other_versions_are_refused(void **state)
{
	struct kdk_source *inner, *source;
	const char *damage;
	struct flat flat;

	(void)state;
	flat_begin(&flat);
	put64(flat.data + 24, 2);
	assert_success(kdk_source_open_memory("flat", flat.data, flat.size, &inner));
	assert_failure(kdk_flattened_open(inner, &source, &damage), KDK_ERROR_UNSUPPORTED,
		       "flattened file of type 1 and version 2; type 1, version 1 is known");
	kdk_source_destroy(inner);
}

/* Random writes against a plain array. */
static void any_order_of_writes(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 300; round++) {
		char expected[201] = { 0 };
		struct flat flat;
		size_t size = 0;

		flat_begin(&flat);
		memset(expected, '.', 200);
		for (int i = 0; i < 20; i++) {
			uint64_t offset, length;

			seed = seed * 1103515245 + 12345;
			offset = (seed >> 8) % 180;
			length = 1 + (seed >> 20) % (round % 2 ? 20 : 4);
			/* Some follow the one before, so that runs form. */
			if (round % 3 && i % 4)
				offset = (flat.data[flat.size - 1] & 1) ? offset
									: offset / 4 * 4;
			flat_record(&flat, offset, length, (char)('a' + i));
			memset(expected + offset, 'a' + i, length);
			if (offset + length > size)
				size = offset + length;
		}
		flat_end(&flat);
		expected[size] = '\0';
		flat_open(&flat);
		assert_string_equal(flat_text(&flat), expected);
		kdk_source_destroy(flat.source);
	}
}

#define KDUMP "format kdump\nmax 30\npage 0-9 zlib pattern 1\nzero 10-12\n"	\
	      "excluded 13-14\npage 20-29 raw pattern 2\nvmcoreinfo A=B\n"
#define ELF "format elf\nvmcoreinfo A=B\nsegment phys=0x1000 size=0x4000 seed=1\n"	\
	    "segment phys=0x8000 size=0x2000 file=0x1000 seed=2\n"

static void dumps_in_flattened_files(void **state)
{
	static const char *const ways[] = {
		"flatten", "flatten rewrite", "flatten record=512", "flatten record=512 rewrite",
		"flatten record=24 rewrite", "flatten record=4096 rewrite",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct made made;
		char text[512];

		snprintf(text, sizeof(text), "%s%s\n", KDUMP, ways[i]);
		made_open_well(&made, NULL, text);
		assert_true(made.dump->facts.flattened);
		assert_string_equal(dump_map(made.dump, 4096), "P10 Z3 E2 H5 P10");
		assert_pattern(made.dump, 1, 0, 10 * 4096);
		assert_pattern(made.dump, 2, 20 * 4096, 10 * 4096);
		assert_string_equal(made.dump->vmcoreinfo, "A=B\n");
		made_close(&made);
		snprintf(text, sizeof(text), "%s%s\n", ELF, ways[i]);
		made_open_well(&made, NULL, text);
		assert_string_equal(dump_map(made.dump, 4096), "H1 P4 H3 P1 E1");
		assert_pattern(made.dump, 1, 0x1000, 0x4000);
		assert_pattern(made.dump, 2, 0x8000, 0x1000);
		made_close(&made);
	}
}

static void a_flattened_file_without_end_is_told(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, NULL, ELF "flatten record=4096 noend\ntruncate 16000\n");
	assert_remark(made.dump, "the file ends before its end marker");
	/* Records at 4096 and 12288 came before the one at 8192, of which a part is there. */
	assert_pattern(made.dump, 1, 0x2000, 0x800);
	walk_everything(made.dump);
	made_close(&made);
}

static void split_parts_may_be_flattened(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, "10", KDUMP "split 5\nflatten rewrite\n");
	assert_string_equal(dump_map(made.dump, 4096), "P10 Z3 E2 H5 P10");
	made_close(&made);
}

struct pieces {
	char text[256];
	size_t used;
};

static struct kdk_error *add_piece(void *context, size_t index, uint64_t start,
				   uint64_t end)
{
	struct pieces *pieces = context;

	pieces->used += (size_t)snprintf(pieces->text + pieces->used,
					 sizeof(pieces->text) - pieces->used, "%c%u-%u ",
					 (char)('a' + index), (unsigned int)start,
					 (unsigned int)end);
	return NULL;
}

static void intervals_are_cut_by_rank(void **state)
{
	const struct kdk_interval in[] = {
		{ 0, 10, 1, 0 }, { 2, 4, 5, 1 }, { 3, 8, 3, 2 }, { 9, 20, 0, 3 }, { 30, 31, 9, 4 },
	};
	struct pieces pieces = { .used = 0 };

	(void)state;
	assert_success(kdk_intervals_cut(in, 5, add_piece, &pieces));
	assert_string_equal(pieces.text, "a0-2 b2-4 c4-8 a8-10 d10-20 e30-31 ");
	assert_success(kdk_intervals_cut(in, 0, add_piece, &pieces));
}

static void files_and_memory(void **state)
{
	char path[] = "/tmp/kdumpkit-test-XXXXXX", bytes[8];
	int fd = mkstemp(path);
	struct kdk_source *source;

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	close(fd);
	assert_success(kdk_source_open_file(path, &source));
	assert_true(source->size == 10 && source->stored == 10);
	assert_success(kdk_source_read(source, 3, bytes, 4));
	assert_memory_equal(bytes, "3456", 4);
	assert_success(kdk_source_read(source, 99, bytes, 0));
	assert_failure(kdk_source_read(source, 7, bytes, 4), KDK_ERROR_ABSENT, NULL);
	assert_failure(kdk_source_read(source, UINT64_MAX, bytes, 4), KDK_ERROR_ABSENT,
		       NULL);
	kdk_source_destroy(source);
	unlink(path);
	assert_failure(kdk_source_open_file(path, &source), KDK_ERROR_SYSTEM, NULL);
	assert_failure(kdk_source_open_file("/", &source), KDK_ERROR_USAGE,
		       "/ is a directory: name the dump file in it");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_failure(kdk_source_open_file(path, &source), KDK_ERROR_USAGE, NULL);
	unlink(path);
	assert_success(kdk_source_open_memory("memory", "abc", 3, &source));
	assert_failure(kdk_source_read(source, 2, bytes, 2), KDK_ERROR_ABSENT,
		       "memory: 2 bytes at offset 2 lie past the end of the file");
	assert_failure(kdk_source_read(source, UINT64_MAX, bytes, 2), KDK_ERROR_ABSENT,
		       NULL);
	kdk_source_destroy(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_write_wins),
		cmocka_unit_test(a_write_cuts_a_run_of_records),
		cmocka_unit_test(two_streams_in_turn),
		cmocka_unit_test(gaps_are_zero_when_complete_and_absent_when_not),
		cmocka_unit_test(damage_ends_the_index),
		cmocka_unit_test(a_window_with_a_hole_in_it),
		cmocka_unit_test(other_versions_are_refused),
		cmocka_unit_test(any_order_of_writes),
		cmocka_unit_test(dumps_in_flattened_files),
		cmocka_unit_test(a_flattened_file_without_end_is_told),
		cmocka_unit_test(split_parts_may_be_flattened),
		cmocka_unit_test(intervals_are_cut_by_rank),
		cmocka_unit_test(files_and_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
