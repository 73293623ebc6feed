/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of files, as makedumpfile --split writes them. */
#include <stdio.h>
#include <string.h>

#include "format_dump.h"

#define SET(split)							\
	"format kdump\nmax 40\nlevel 31\nvmcoreinfo CRASHTIME=1700000000\n"	\
	"page 0-9 zlib pattern 1\nzero 10-12\nexcluded 13-15\npage 20-39 zlib pattern 2\n" \
	split "\n"
#define MAP "P10 Z3 E3 H4 P20"

static void check_all(const struct kdk_dump *dump)
{
	assert_string_equal(dump_map(dump, 4096), MAP);
	assert_pattern(dump, 1, 0, 10 * 4096);
	assert_pattern(dump, 2, 20 * 4096, 20 * 4096);
	assert_int_equal(dump->remark_count, 0);
}

static void parts_in_any_order(void **state)
{
	static const char *const orders[] = { "012", "021", "102", "120", "201", "210" };
	static const char *const sets[] = {
		SET("split 5 25"), SET("split 5 25 wide"), SET("version 2\nsplit 5 25"),
		SET("layout arm\nmachine armv7l\nsplit 5 25"),
		SET("layout ia32\nmachine i686\nendian big\nversion 5\nsplit 5 25"),
		/* makedumpfile may leave parts empty. */
		SET("split 40 40"), SET("split 10 10"),
	};

	(void)state;
	for (size_t s = 0; s < sizeof(sets) / sizeof(sets[0]); s++)
		for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
			struct made made;

			made_open_well(&made, orders[i], sets[s]);
			check_all(made.dump);
			assert_int_equal(made.dump->facts.files, 3);
			assert_int_equal(made.dump->source_count, 3);
			made_close(&made);
		}
}

static void sources_end_up_in_the_sets_order(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, "201", SET("split 5 25"));
	assert_string_equal(made.dump->sources[0]->name, "part0");
	assert_string_equal(made.dump->sources[1]->name, "part1");
	assert_string_equal(made.dump->sources[2]->name, "part2");
	made_close(&made);
}

static void a_missing_part_loses_its_pages(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, "20", SET("split 5 25"));
	assert_string_equal(dump_map(made.dump, 4096), "P5 L8 E3 H4 L5 P15");
	assert_remark(made.dump, "set: the part with page frames 0x5 to 0x18 is missing");
	walk_everything(made.dump);
	made_close(&made);
	made_open_well(&made, "1", SET("split 5 25"));
	assert_string_equal(dump_map(made.dump, 4096), "L5 P5 Z3 E3 H4 P5 L15");
	assert_remark(made.dump, "page frames 0 to 0x4 is missing");
	assert_remark(made.dump, "page frames 0x19 to 0x27 is missing");
	made_close(&made);
}

static void texts_come_from_a_part_that_has_them(void **state)
{
	struct made made;

	(void)state;
	mkdump_make(SET("split 5 25"), NULL, 0, &made.files);
	/* The texts begin 1 KiB into the sub header. */
	made.files.files[0].size = 5120 + 4;
	assert_success(made_open_made(&made, "012"));
	assert_non_null(made.dump->vmcoreinfo);
	assert_string_equal(made.dump->vmcoreinfo, "CRASHTIME=1700000000\n");
	assert_string_equal(dump_map(made.dump, 4096), "L5 P5 Z3 E3 H4 P20");
	made_close(&made);
}

static void a_part_given_twice(void **state)
{
	struct made made;

	(void)state;
	assert_failure(made_open(&made, "011", SET("split 5 25")), KDK_ERROR_USAGE,
		       "part1 and part1 are the same part: name it once");
	made_close(&made);
}

static void parts_that_overlap(void **state)
{
	struct made made;

	(void)state;
	/* The end of every part, but it is the last one's already. */
	assert_failure(made_open(&made, NULL, SET("split 5 25\npoke 4184 28")),
		       KDK_ERROR_FORMAT,
		       "part0 and part1 overlap: both claim page frame 0x5");
	made_close(&made);
}

/* Opens part 0 of one description with part 1 of another. */
static struct kdk_error *open_pair(struct made *made, const char *first,
				   const char *second)
{
	struct mkdump other;

	mkdump_make(first, NULL, 0, &made->files);
	mkdump_make(second, NULL, 0, &other);
	free(made->files.files[1].data);
	made->files.files[1] = other.files[1];
	other.files[1] = other.files[--other.count];
	mkdump_free(&other);
	return made_open_made(made, "01");
}

static void parts_of_different_dumps(void **state)
{
	struct made made;

	(void)state;
	assert_failure(
		open_pair(&made, SET("split 20"), SET("split 20\nrelease 6.2.0-test")),
		KDK_ERROR_USAGE,
		"part0 and part1 are not parts of one dump: they name different machines or kernels");
	made_close(&made);
	assert_failure(open_pair(&made, SET("split 20"), SET("split 20\nmax 41")),
		       KDK_ERROR_USAGE,
		       "part0 and part1 are not parts of one dump: their memory sizes differ");
	made_close(&made);
	assert_failure(open_pair(&made, SET("split 20"), SET("split 20\nendian big")),
		       KDK_ERROR_USAGE,
		       "part0 and part1 are not parts of one dump: their byte orders or word sizes differ");
	made_close(&made);
	assert_failure(open_pair(&made, SET("split 20"), SET("split 20\nvmcoreinfo X=Y")),
		       KDK_ERROR_USAGE,
		       "part0 and part1 are not parts of one dump: they are of different crashes");
	made_close(&made);
}

static void the_crash_time_tells_dumps_apart(void **state)
{
	struct made made;

	(void)state;
	/* The last digit of CRASHTIME; the texts begin 1 KiB into the sub header. */
	assert_failure(open_pair(&made, SET("split 20"), SET("split 20\npoke 5139 39")),
		       KDK_ERROR_USAGE,
		       "part0 and part1 are not parts of one dump: they are of different crashes");
	made_close(&made);
}

static void files_that_are_no_set(void **state)
{
	struct made made;

	(void)state;
	assert_failure(made_open(&made, "00", SET("")), KDK_ERROR_USAGE,
		       "dump is a whole dump, not a part of a set: open it alone");
	made_close(&made);
	assert_failure(made_open(&made, "00", "format elf\nsegment phys=0 size=16\n"),
		       KDK_ERROR_USAGE,
		       "2 files given, but only kdump-compressed dumps come in parts: open one elf dump at a time");
	made_close(&made);
	assert_failure(
		open_pair(&made, SET("split 20"),
			  SET("split 20\npoke 0 7f454c460201\npoke 16 0400")),
		KDK_ERROR_USAGE,
		"part0 and part1 are not parts of one dump: their formats are kdump and elf");
	made_close(&made);
}

static void a_truncated_part_leaves_the_others(void **state)
{
	struct made made;

	(void)state;
	mkdump_make(SET("split 5 25"), NULL, 0, &made.files);
	/* Header, sub header and a bit of the bitmaps. */
	made.files.files[0].size = 3 * 4096;
	assert_success(made_open_made(&made, "012"));
	assert_string_equal(dump_map(made.dump, 4096), "L5 P5 Z3 E3 H4 P20");
	made_close(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_in_any_order),
		cmocka_unit_test(sources_end_up_in_the_sets_order),
		cmocka_unit_test(a_missing_part_loses_its_pages),
		cmocka_unit_test(texts_come_from_a_part_that_has_them),
		cmocka_unit_test(a_part_given_twice),
		cmocka_unit_test(parts_that_overlap),
		cmocka_unit_test(parts_of_different_dumps),
		cmocka_unit_test(the_crash_time_tells_dumps_apart),
		cmocka_unit_test(files_that_are_no_set),
		cmocka_unit_test(a_truncated_part_leaves_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
