/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_machine.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/scan.h"

#define UTS 0x30000ULL

/* s390x without tables: virtual is physical. */
static struct fake_machine *make(void **state)
{
	struct fake_machine *machine = fake_create(true);

	*state = machine;
	machine->dump.facts.elf_machine = EM_S390;
	machine->dump.facts.word_bytes = 8;
	/* Some RAM in front, so that nothing is found by luck. */
	for (uint64_t phys = 0x1000; phys < 0x10000; phys += FAKE_PAGE)
		fake_state(machine, phys, KDK_PAGE_PRESENT);
	return machine;
}

static char *text_of(const char *release, uint64_t uts, const char *more)
{
	char *text = NULL;

	assert_true(asprintf(&text, "OSRELEASE=%s\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=%llx\n"
			     "SYMBOL(_stext)=100000\n%s", release, (unsigned long long)uts,
			     more) > 0);
	return text;
}

static void put_text(struct fake_machine *machine, uint64_t phys, const char *text)
{
	fake_write(machine, phys, text, strlen(text));
}

static void put_uts(struct fake_machine *machine, uint64_t phys, const char *release)
{
	fake_write(machine, phys, "Linux", 6);
	fake_write(machine, phys + 65, "host", 5);
	fake_write(machine, phys + 130, release, strlen(release) + 1);
}

static void expect_found(struct fake_machine *machine, const char *expected)
{
	char *found = NULL;
	size_t size = 0;

	assert_success(kdk_vmcoreinfo_scan(&machine->dump, NULL, &found, &size));
	assert_string_equal(found, expected);
	assert_int_equal(size, strlen(expected));
	free(found);
}

static void expect_none(struct fake_machine *machine)
{
	char *found = NULL;
	size_t size;

	assert_failure(kdk_vmcoreinfo_scan(&machine->dump, NULL, &found, &size),
		       KDK_ERROR_ABSENT, "searching vmcoreinfo: none in the dump's memory");
	assert_null(found);
}

static void wherever_it_lies(void **state)
{
	/* A page of its own; behind a note's header; a static array, also across pages. */
	static const uint64_t places[] = {
		0x20000, 0x20000 + 24, 0x20128, 0x21000 - 3, 0x21000 - 9, 0x21000 - 200,
	};
	char *text = text_of("6.1.0-1", UTS, "CRASHTIME=1700000000\n");

	for (size_t i = 0; i < KDK_ARRAY_SIZE(places); i++) {
		struct fake_machine *machine = make(state);

		put_uts(machine, UTS, "6.1.0-1");
		put_text(machine, places[i], text);
		expect_found(machine, text);
		fake_teardown(state);
	}
	free(text);
}

static void what_only_looks_like_it(void **state)
{
	static const char *const texts[] = {
		"OSRELEASE=%s\nPAGESIZE=4096\nSYMBOL(_stext)=1\n",
		"OSRELEASE=6.1\n",
		"OSRELEASE=6.1\nPAGESIZE=4096\n",
		"OSRELEASE=6.1\nPAGESIZE=4097\nSYMBOL(_stext)=1\n",
		"OSRELEASE=6.1\nPAGESIZE=1073741824\nSYMBOL(_stext)=1\n",
		"OSRELEASE=6.1\nSYMBOL(_stext)=1\n",
		"OSRELEASE=6.1\nPAGESIZE=4096\n\nSYMBOL(_stext)=1\n",
		"OSRELEASE=6.1\nPAGESIZE=4096\nSYMBOL(_stext)=1",
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(texts); i++) {
		struct fake_machine *machine = make(state);

		put_text(machine, 0x20000, texts[i]);
		expect_none(machine);
		fake_teardown(state);
	}
}

static void the_text_ends_where_its_lines_do(void **state)
{
	struct fake_machine *machine = make(state);
	char *text = text_of("6.1", UTS, ""), *longer = NULL;

	assert_true(asprintf(&longer, "%sHALF\x01=1\nA=2\n", text) > 0);
	put_text(machine, 0x20000, longer);
	expect_found(machine, text);
	free(longer);
	fake_teardown(state);

	/* The rest of the text is in a page that the dump does not have. */
	machine = make(state);
	put_text(machine, 0x21000 - strlen(text) - 3, text);
	put_text(machine, 0x21000 - 3, "CUT=123\n");
	fake_state(machine, 0x21000, KDK_PAGE_LOST);
	expect_found(machine, text);
	free(text);
}

static void an_earlier_boots_text_loses(void **state)
{
	struct fake_machine *machine = make(state);
	char *old = text_of("5.10.0", 0x40000, "CRASHTIME=1600000000\n");
	char *now = text_of("6.1.0-1", UTS, "");

	put_text(machine, 0x20000, old);
	put_text(machine, 0x22000, old);
	put_text(machine, 0x28000, now);
	put_uts(machine, UTS, "6.1.0-1");
	/* What became of the old one's memory: a longer release is not the same. */
	put_uts(machine, 0x40000, "5.10.0-1");
	expect_found(machine, now);
	free(old);
	free(now);
}

static void of_two_that_fit_the_crashed_kernel_wins(void **state)
{
	struct fake_machine *machine = make(state);
	char *capture = text_of("6.1.0-1", 0x40000, "");
	char *crashed = text_of("6.1.0-1", UTS, "CRASHTIME=1700000000\n");

	put_text(machine, 0x20000, capture);
	put_text(machine, 0x22000, crashed);
	put_uts(machine, UTS, "6.1.0-1");
	put_uts(machine, 0x40000, "6.1.0-1");
	expect_found(machine, crashed);
	free(capture);
	free(crashed);
}

static void of_equals_the_one_there_twice_wins(void **state)
{
	struct fake_machine *machine = make(state);
	char *rest = text_of("6.1.0-1", UTS, "A=1\n"), *whole = text_of("6.1.0-1", UTS, "A=2\n");

	put_text(machine, 0x20000, rest);
	put_text(machine, 0x22000, whole);
	put_text(machine, 0x24000 + 24, whole);
	put_uts(machine, UTS, "6.1.0-1");
	expect_found(machine, whole);
	free(rest);
	free(whole);
}

static void one_that_fits_is_looked_for_off_page_starts(void **state)
{
	struct fake_machine *machine = make(state);
	char *old = text_of("5.10.0", 0x40000, ""), *now = text_of("2.6.32", UTS, "");

	put_text(machine, 0x20000, old);
	put_text(machine, 0x28123, now);
	put_uts(machine, UTS, "2.6.32");
	expect_found(machine, now);
	free(old);
	free(now);
}

static void an_architecture_that_only_the_keys_tell(void **state)
{
	struct fake_machine *machine = make(state);
	char *old = text_of("5.10.0", 0x40000, "SYMBOL(lowcore_ptr)=1000\nA=1\n");
	char *now = text_of("6.1.0-1", UTS, "SYMBOL(lowcore_ptr)=1000\n");

	machine->dump.facts.elf_machine = EM_NONE;
	put_text(machine, 0x20000, old);
	put_text(machine, 0x28000, now);
	put_uts(machine, UTS, "6.1.0-1");
	expect_found(machine, now);
	free(old);
	free(now);
}

static void only_present_pages_count(void **state)
{
	struct fake_machine *machine = make(state);
	char *text = text_of("6.1.0-1", UTS, "");

	put_text(machine, 0x20000, text);
	fake_state(machine, 0x20000, KDK_PAGE_EXCLUDED);
	expect_none(machine);
	free(text);
}

static void segments_that_repeat_the_file_do_not_prolong_it(void **state)
{
	struct fake_machine *machine = make(state);
	struct kdk_source source = { .name = (char *)"small", .size = 4 * FAKE_PAGE };
	struct kdk_source *sources[] = { &source };
	char *text = text_of("6.1.0-1", UTS, "");

	put_text(machine, 0x20000, text);
	fake_segment(machine, 0, 0, 1 << 20);
	machine->dump.sources = sources;
	machine->dump.source_count = 1;
	machine->reads = 0;
	expect_none(machine);
	assert_in_range(machine->reads, 1, 3 * 4);
	free(text);
}

static bool refuse(struct kdk_progress *progress, const char *what, uint64_t done,
		   uint64_t total)
{
	(void)progress;
	(void)what;
	(void)done;
	(void)total;
	return false;
}

static void the_watcher_may_stop_it(void **state)
{
	struct fake_machine *machine = make(state);
	struct kdk_progress progress = { .report = refuse };
	char *found = NULL;
	size_t size;

	fake_state(machine, 0x40000000, KDK_PAGE_PRESENT);
	assert_failure(kdk_vmcoreinfo_scan(&machine->dump, &progress, &found, &size),
		       KDK_ERROR_USAGE, "searching vmcoreinfo: stopped at 0x40000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(wherever_it_lies, fake_teardown),
		cmocka_unit_test_teardown(what_only_looks_like_it, fake_teardown),
		cmocka_unit_test_teardown(the_text_ends_where_its_lines_do, fake_teardown),
		cmocka_unit_test_teardown(an_earlier_boots_text_loses, fake_teardown),
		cmocka_unit_test_teardown(of_two_that_fit_the_crashed_kernel_wins,
					  fake_teardown),
		cmocka_unit_test_teardown(of_equals_the_one_there_twice_wins, fake_teardown),
		cmocka_unit_test_teardown(one_that_fits_is_looked_for_off_page_starts,
					  fake_teardown),
		cmocka_unit_test_teardown(an_architecture_that_only_the_keys_tell,
					  fake_teardown),
		cmocka_unit_test_teardown(only_present_pages_count, fake_teardown),
		cmocka_unit_test_teardown(segments_that_repeat_the_file_do_not_prolong_it,
					  fake_teardown),
		cmocka_unit_test_teardown(the_watcher_may_stop_it, fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
