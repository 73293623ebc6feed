/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One kdump-compressed file: headers of every version and layout, page states, damage. */
#include <stdio.h>
#include <string.h>

#include "format_dump.h"

/* 0-3 raw, 4-6 zero, 7 zlib, 8-9 excluded, 10-11 hole, 12 lost, 13 bad, 14-69 zlib */
#define PAGES							\
	"max 70\nlevel 31\nstatus 1\n"				\
	"page 0-3 raw pattern 1\nzero 4-6\npage 7 zlib pattern 2\n"	\
	"excluded 8-9\nlost 12\nbad 13 zlib\npage 14-69 zlib pattern 3\n"
#define PAGES_MAP "P4 Z3 P1 E2 H2 L1 P57"

static void check_pages(const struct kdk_dump *dump, uint64_t block)
{
	uint8_t bytes[16];

	assert_string_equal(dump_map(dump, block), PAGES_MAP);
	assert_pattern(dump, 1, 0, 4 * block);
	assert_pattern(dump, 2, 7 * block, block);
	assert_pattern(dump, 3, 14 * block + 5, block - 5);
	assert_pattern(dump, 3, 69 * block, block);
	assert_success(dump->format->read(dump, 5 * block + 1, bytes, sizeof(bytes)));
	for (size_t i = 0; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 0);
}

static void check_facts(const struct kdk_dump *dump, const char *machine, int version,
			bool big)
{
	const struct kdk_dump_facts *facts = &dump->facts;

	assert_int_equal(facts->header_version, version);
	assert_int_equal(facts->big_endian, big);
	assert_int_equal(facts->dump_level, 31);
	assert_int_equal(facts->cpus, 3);
	assert_true(facts->time_seconds == 1700000000);
	assert_true(facts->phys_base == 0x1000000);
	assert_string_equal(facts->machine, machine);
	assert_string_equal(facts->release, "6.1.0-test");
	assert_int_equal(facts->compression, 1);
	if (version >= 3)
		assert_string_equal(dump->vmcoreinfo, "OSRELEASE=6.1.0\nPAGESIZE=4096\n");
	else
		assert_null(dump->vmcoreinfo);
	assert_int_equal(dump->note_count, version >= 4 ? 2 : 0);
	if (version >= 4) {
		assert_int_equal(dump->notes[1].desc_size, 50);
		assert_int_equal(dump->notes[1].desc[49], mkdump_pattern(4, 49));
	}
	assert_int_equal(dump->remark_count, 0);
}

static void check_layout(const char *layout, const char *machine, int version, bool big)
{
	struct made made;
	char text[1024];

	snprintf(text, sizeof(text),
		 "format kdump\nendian %s\nlayout %s\nmachine %s\nversion %d\n"
		 "cpus 3\ntime 1700000000\nphys-base 0x1000000\n"
		 "vmcoreinfo OSRELEASE=6.1.0\nvmcoreinfo PAGESIZE=4096\n"
		 "note CORE 1 100 9\nnote CORE 1 50 4\n" PAGES,
		 big ? "big" : "little", layout, machine, version);
	made_open_well(&made, NULL, text);
	check_pages(made.dump, 4096);
	check_facts(made.dump, machine, version, big);
	assert_int_equal(made.dump->facts.word_bytes, strcmp(layout, "lp64") ? 4 : 8);
	made_close(&made);
}

static void every_version_layout_and_byte_order(void **state)
{
	/* The last two belie what the machine's name lets one expect. */
	static const char *const layouts[][2] = {
		{ "lp64", "x86_64" }, { "lp64", "s390x" },	 { "ia32", "i686" },
		{ "arm", "armv7l" },  { "arm-time64", "armv7l" }, { "ia32-time64", "i586" },
		{ "arm", "ppc" },     { "ia32", "m68k" },	 { "arm", "i686" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		for (int version = 1; version <= 6; version++) {
			check_layout(layouts[i][0], layouts[i][1], version, false);
			check_layout(layouts[i][0], layouts[i][1], version, true);
		}
}

static void every_block_size(void **state)
{
	(void)state;
	for (uint64_t block = 2048; block <= 65536; block *= 2) {
		char text[512];
		struct made made;

		snprintf(text, sizeof(text), "format kdump\nblock %u\n" PAGES,
			 (unsigned int)block);
		made_open_well(&made, NULL, text);
		check_pages(made.dump, block);
		assert_int_equal(made.dump->facts.page_size, block);
		made_close(&made);
	}
}

static void each_codec_is_read_and_counted(void **state)
{
	struct kdk_dump_census census;
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format kdump\nmax 20\npage 0 raw pattern 1\npage 1-2 zlib pattern 1\n"
		       "page 3-5 lzo pattern 1\npage 6-9 snappy pattern 1\n"
		       "page 10-14 zstd pattern 1\nzero 15\nexcluded 16\nlost 17\nbad 18 zstd\n");
	assert_pattern(made.dump, 1, 0, 15 * 4096);
	assert_pattern(made.dump, 1, 3 * 4096 + 100, 8192);
	assert_success(kdk_dump_count(made.dump, false, NULL, &census));
	assert_int_equal(census.codec_pages[31], 1);
	assert_int_equal(census.codec_pages[0], 2);
	assert_int_equal(census.codec_pages[1], 3);
	assert_int_equal(census.codec_pages[2], 4);
	assert_int_equal(census.codec_pages[5], 6);
	assert_int_equal(census.bad_pages, 0);
	assert_true(census.present == 16 * 4096 && census.zero == 4096 &&
		    census.excluded == 4096 && census.lost == 4096 &&
		    census.hole == 4096);
	kdk_dump_census_deinit(&census);
	assert_success(kdk_dump_count(made.dump, true, NULL, &census));
	assert_int_equal(census.bad_pages, 1);
	assert_true(census.first_bad_phys == 18 * 4096);
	assert_non_null(strstr(census.first_bad_error, "page frame 0x12: zstd: "));
	kdk_dump_census_deinit(&census);
	made_close(&made);
}

static void a_read_says_the_state_it_hit(void **state)
{
	struct made made;
	uint8_t bytes[8];

	(void)state;
	made_open_well(&made, NULL, "format kdump\n" PAGES);
	assert_failure(
		made.dump->format->read(made.dump, 0x8010, bytes, 8), KDK_ERROR_ABSENT,
		"physical address 0x8010 is excluded: the dump's filter left it out");
	assert_failure(
		made.dump->format->read(made.dump, 0xa000, bytes, 8), KDK_ERROR_ABSENT,
		"physical address 0xa000 is hole: the machine had no memory there");
	assert_failure(
		made.dump->format->read(made.dump, 0xc000, bytes, 8), KDK_ERROR_ABSENT,
		"physical address 0xc000 is lost: the file is cut off, a part of the set is missing, or the disk was full");
	assert_failure(made.dump->format->read(made.dump, 70 * 4096, bytes, 8),
		       KDK_ERROR_ABSENT, NULL);
	assert_failure(made.dump->format->read(made.dump, UINT64_MAX - 7, bytes, 8),
		       KDK_ERROR_ABSENT, NULL);
	assert_failure(made.dump->format->read(made.dump, 13 * 4096, bytes, 8),
		       KDK_ERROR_FORMAT, NULL);
	/* A page that failed must not be served from the cache of the last one. */
	assert_pattern(made.dump, 3, 14 * 4096, 16);
	assert_failure(made.dump->format->read(made.dump, 13 * 4096, bytes, 8),
		       KDK_ERROR_FORMAT, NULL);
	assert_pattern(made.dump, 3, 14 * 4096, 16);
	made_close(&made);
}

static void runs_begin_anywhere_and_never_end_the_world(void **state)
{
	struct kdk_run run;
	struct made made;

	(void)state;
	made_open_well(&made, NULL, "format kdump\n" PAGES);
	assert_success(made.dump->format->run(made.dump, 0x8123, &run));
	assert_int_equal(run.state, KDK_PAGE_EXCLUDED);
	assert_true(run.length == 0xa000 - 0x8123);
	assert_success(made.dump->format->run(made.dump, 70 * 4096, &run));
	assert_int_equal(run.state, KDK_PAGE_HOLE);
	assert_true(run.length == 0 - (uint64_t)70 * 4096);
	assert_success(made.dump->format->run(made.dump, UINT64_MAX, &run));
	assert_true(run.length == 1);
	made_close(&made);
}

static void long_stretches_and_ranks_across_blocks(void **state)
{
	struct made made;

	(void)state;
	/* 40,000 bits: ten blocks of ranks, page runs longer than one run looks. */
	made_open_well(&made, NULL,
		       "format kdump\nblock 512\nmax 40000\npage 3 raw pattern 1\n"
		       "excluded 64-9999\nzero 10000-10700\npage 10701-11999 raw pattern 2\n"
		       "lost 13000-13600\npage 39999 raw pattern 3\n");
	assert_string_equal(dump_map(made.dump, 512),
			    "H3 P1 H60 E9936 Z701 P1299 H1000 L601 H26398 P1");
	assert_pattern(made.dump, 1, 3 * 512, 512);
	assert_pattern(made.dump, 3, 39999 * 512, 512);
	assert_pattern(made.dump, 2, 10701 * 512, 1299 * 512);
	assert_pattern(made.dump, 1, 3 * 512, 512);
	made_close(&made);
}

static void a_page_of_zeroes_that_is_not_shared_is_present(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format kdump\nmax 4\npage 0 raw zeroes\nzero 1\npage 2-3 raw pattern 1\n");
	assert_string_equal(dump_map(made.dump, 4096), "P1 Z1 P2");
	made_close(&made);
}

static void marks_of_the_writer(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format kdump\nmax 1\nstatus 0x38\npage 0 raw pattern 1\n");
	assert_true(made.dump->facts.incomplete);
	assert_true(made.dump->facts.excluded_vmemmap);
	assert_int_equal(made.dump->facts.compression, 0x20);
	made_close(&made);
	made_open_well(&made, NULL,
		       "format kdump\nversion 7\nmax 1\npage 0 raw pattern 1\n");
	assert_remark(made.dump, "header version 7 is newer than 6");
	made_close(&made);
}

static void damaged_headers_are_refused(void **state)
{
	static const char *const pokes[] = {
		"428 00000000", "428 01100000", "428 00002000", "432 00000000", "436 00000000",
		"432 ffffffff", "8 00000000", "8 ffffffff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pokes) / sizeof(pokes[0]); i++) {
		struct made made;
		char text[256];

		snprintf(text, sizeof(text),
			 "format kdump\nmax 1\npage 0 raw pattern 1\npoke %s\n", pokes[i]);
		assert_failure(made_open(&made, NULL, text), KDK_ERROR_FORMAT, NULL);
		made_close(&made);
	}
}

static void forged_sizes_cost_nothing(void **state)
{
	/* max_mapnr_64, bitmap_blocks, vmcoreinfo size, note size */
	static const char *const pokes[] = {
		"4192 ffffffffffffff00\npoke 436 ffffffff", "4192 ffffffffffff0100",
		"436 fffffff0", "4136 ffffffffffffff7f", "4152 ffffffffffffff7f",
		"4128 ffffffffffffffff", "4192 0000000000000100\npoke 436 fffffff0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pokes) / sizeof(pokes[0]); i++) {
		struct kdk_error *err;
		struct made made;
		char text[256];

		snprintf(text, sizeof(text),
			 "format kdump\nmax 9\nvmcoreinfo A=B\nnote X 1 8 1\n"
			 "page 0-8 raw pattern 1\npoke %s\n", pokes[i]);
		err = made_open(&made, NULL, text);
		if (!err)
			walk_everything(made.dump);
		kdk_error_destroy(err);
		made_close(&made);
	}
}

static void bitmaps_too_small_or_shared(void **state)
{
	struct made made;

	(void)state;
	/* Two blocks of 512 bytes hold 4096 frames each. */
	made_open_well(&made, NULL,
		       "format kdump\nblock 512\nbitmap-blocks 2\nmax 9000\npage 5 raw pattern 1\n");
	assert_remark(made.dump, "bitmaps are too small");
	assert_string_equal(dump_map(made.dump, 512), "H5 P1 H4090");
	made_close(&made);
}

static void unknown_compression_is_a_bad_page(void **state)
{
	struct made made;
	uint8_t byte;

	(void)state;
	/* The flags of the first descriptor: header, sub header, two bitmap blocks before. */
	made_open_well(&made, NULL,
		       "format kdump\nmax 1\npage 0 raw pattern 1\npoke 16396 40000000\n");
	assert_failure(made.dump->format->read(made.dump, 0, &byte, 1), KDK_ERROR_FORMAT,
		       "page frame 0: compressed in an unknown way (flags 0x40)");
	made_close(&made);
	made_open_well(&made, NULL,
		       "format kdump\nmax 1\npage 0 raw pattern 1\npoke 16392 ff0f0000\n");
	assert_failure(made.dump->format->read(made.dump, 0, &byte, 1), KDK_ERROR_FORMAT,
		       "page frame 0: 4095 bytes are no page of 4096");
	made_close(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_layout_and_byte_order),
		cmocka_unit_test(every_block_size),
		cmocka_unit_test(each_codec_is_read_and_counted),
		cmocka_unit_test(a_read_says_the_state_it_hit),
		cmocka_unit_test(runs_begin_anywhere_and_never_end_the_world),
		cmocka_unit_test(long_stretches_and_ranks_across_blocks),
		cmocka_unit_test(a_page_of_zeroes_that_is_not_shared_is_present),
		cmocka_unit_test(marks_of_the_writer),
		cmocka_unit_test(damaged_headers_are_refused),
		cmocka_unit_test(forged_sizes_cost_nothing),
		cmocka_unit_test(bitmaps_too_small_or_shared),
		cmocka_unit_test(unknown_compression_is_a_bad_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
