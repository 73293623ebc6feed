/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_machine.h"

#define IMAGE 0xffffffff80000000ULL
#define STEXT 0xffffffff81000000ULL
#define ROOT 0xffffffff82000000ULL
#define PHYS_BASE 0x5000000ULL
#define ROOT_PHYS (ROOT - IMAGE + PHYS_BASE)
#define DIRECT 0xffff888000000000ULL
#define VMALLOC 0xffffc90000123000ULL

static uint64_t link_plain(unsigned int level, uint64_t phys)
{
	(void)level;
	return phys | 0x67;
}

static uint64_t link_encrypted(unsigned int level, uint64_t phys)
{
	(void)level;
	return phys | 0x67 | 1ULL << 47;
}

static const struct shape four = {
	.levels = 4, .shift = { 39, 30, 21, 12 }, .bits = { 9, 9, 9, 9 },
	.entry_size = 8, .table_size = 4096, .link = link_plain,
};

static const struct shape five = {
	.levels = 5, .shift = { 48, 39, 30, 21, 12 }, .bits = { 9, 9, 9, 9, 9 },
	.entry_size = 8, .table_size = 4096, .link = link_plain,
};

/* Image in 2 MiB pages, direct map in one of 1 GiB, one vmalloc page far up. */
static struct fake_machine *make(void **state, const struct shape *shape, uint64_t crypt)
{
	unsigned int last = shape->levels - 1;
	struct fake_machine *machine = fake_create(false);

	*state = machine;
	machine->next_table = 0x9000000;
	build(machine, shape, ROOT_PHYS, STEXT, last - 1, (0x6000000 | 0x1e3) | crypt);
	build(machine, shape, ROOT_PHYS, ROOT, last - 1, (0x7000000 | 0x80000000000011e3) | crypt);
	build(machine, shape, ROOT_PHYS, DIRECT, last - 2, 0x80000000000001e3 | crypt);
	build(machine, shape, ROOT_PHYS, VMALLOC, last, 0xfedcba987000 | 0x8000000000000163 |
	      crypt);
	fake_info(machine, "SYMBOL(_stext)=%llx", STEXT);
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%llx", ROOT);
	return machine;
}

static void expect_all(struct fake_machine *machine)
{
	assert_maps(machine, STEXT, 0x6000000, "page tables", 2 << 20);
	assert_maps(machine, STEXT + 0x1fffff, 0x61fffff, "page tables", 2 << 20);
	/* The PAT bit of a large page (bit 12) is no address bit. */
	assert_maps(machine, ROOT + 0x12345, 0x7012345, "page tables", 2 << 20);
	assert_maps(machine, DIRECT + 0x3fffffff, 0x3fffffff, "page tables", 1 << 30);
	assert_maps(machine, VMALLOC + 0xabc, 0xfedcba987abc, "page tables", 4096);
}

static void four_levels(void **state)
{
	struct fake_machine *machine = make(state, &four, 0);
	struct kdk_walk walk;

	fake_info(machine, "NUMBER(phys_base)=%llu", PHYS_BASE);
	fake_info(machine, "NUMBER(pgtable_l5_enabled)=0");
	fake_open(machine, "x86_64", 4096);
	assert_mode(machine, "4-level");
	expect_all(machine);
	assert_success(kdk_memory_translate(machine->memory, VMALLOC, &walk));
	assert_int_equal(walk.step_count, 4);
	assert_string_equal(walk.step[0].level, "PGD");
	assert_string_equal(walk.step[1].level, "PUD");
	assert_string_equal(walk.step[2].level, "PMD");
	assert_string_equal(walk.step[3].level, "PTE");
	assert_int_equal(walk.step[0].entry_phys, ROOT_PHYS + 402 * 8);
	assert_int_equal(walk.step[3].entry, 0x8000fedcba987163);
}

static void five_levels(void **state)
{
	struct fake_machine *machine = make(state, &five, 0);
	struct kdk_walk walk;

	build(machine, &five, ROOT_PHYS, 0xff11000000000000, 2, 0x1c0000000 | 0x1e3);
	fake_info(machine, "NUMBER(phys_base)=%llu", PHYS_BASE);
	fake_info(machine, "NUMBER(pgtable_l5_enabled)=1");
	fake_open(machine, "x86_64", 4096);
	assert_mode(machine, "5-level");
	expect_all(machine);
	assert_maps(machine, 0xff11000000000123, 0x1c0000123, "page tables", 1 << 30);
	assert_success(kdk_memory_translate(machine->memory, VMALLOC, &walk));
	assert_int_equal(walk.step_count, 5);
	assert_string_equal(walk.step[1].level, "P4D");
}

static void five_levels_that_nobody_told(void **state)
{
	struct fake_machine *machine = make(state, &five, 0);

	fake_info(machine, "NUMBER(phys_base)=%llu", PHYS_BASE);
	fake_open(machine, "x86_64", 4096);
	assert_mode(machine, "5-level");
	expect_all(machine);
}

static void encrypted_memory(void **state)
{
	struct shape shape = four;
	struct fake_machine *machine;

	shape.link = link_encrypted;
	machine = make(state, &shape, 1ULL << 47);
	fake_info(machine, "NUMBER(phys_base)=%llu", PHYS_BASE);
	fake_info(machine, "NUMBER(sme_mask)=%llu", 1ULL << 47);
	fake_open(machine, "x86_64", 4096);
	assert_mode(machine, "4-level, memory encryption");
	assert_maps(machine, STEXT, 0x6000000, "page tables", 2 << 20);
	assert_maps(machine, VMALLOC, 0x7edcba987000, "page tables", 4096);
}

static void phys_base_of_the_container(void **state)
{
	struct fake_machine *machine = make(state, &four, 0);

	machine->dump.facts.phys_base = PHYS_BASE;
	fake_open(machine, "x86_64", 4096);
	expect_all(machine);
}

static void phys_base_of_the_program_headers(void **state)
{
	struct fake_machine *machine = make(state, &four, 0);

	/* The container's word is wrong here; the tables tell. */
	machine->dump.facts.phys_base = 0x200000;
	fake_segment(machine, 0xffff888000000000, 0, 1 << 30);
	fake_segment(machine, STEXT, STEXT - IMAGE + PHYS_BASE, 32 << 20);
	fake_open(machine, "x86_64", 4096);
	expect_all(machine);
}

static void phys_base_zero_when_nothing_says(void **state)
{
	struct fake_machine *machine = fake_create(false);

	*state = machine;
	machine->next_table = 0x9000000;
	build(machine, &four, 0x2000000, STEXT, 2, 0x1000000 | 0x1e3);
	fake_info(machine, "SYMBOL(_stext)=%llx", STEXT);
	fake_info(machine, "SYMBOL(init_level4_pgt)=%llx", ROOT);
	fake_open(machine, "x86_64", 4096);
	assert_mode(machine, "4-level");
	assert_maps(machine, STEXT + 5, 0x1000005, "page tables", 2 << 20);
}

static void not_mapped_is_an_error_that_names_the_entry(void **state)
{
	struct fake_machine *machine = make(state, &four, 0);

	fake_info(machine, "NUMBER(phys_base)=%llu", PHYS_BASE);
	fake_open(machine, "x86_64", 4096);
	assert_unmapped(machine, VMALLOC + 4096, KDK_ERROR_ABSENT,
			"address 0xffffc90000124000: not mapped: its PTE entry at physical 0x");
	assert_unmapped(machine, 0xffff800000000000, KDK_ERROR_ABSENT, "its PGD entry");
	assert_unmapped(machine, 0x0000800000000000, KDK_ERROR_ABSENT, "no kernel address");
	assert_unmapped(machine, 0xff11000000000000, KDK_ERROR_ABSENT, "no kernel address");
	/* Freed memory of the image is not mapped, though it could be computed. */
	assert_unmapped(machine, STEXT + (4 << 20), KDK_ERROR_ABSENT, "its PMD entry");
}

static void missing_tables_leave_the_linear_mappings(void **state)
{
	struct fake_machine *machine = make(state, &four, 0);

	fake_info(machine, "NUMBER(phys_base)=%llu", PHYS_BASE);
	fake_info(machine, "NUMBER(KERNEL_IMAGE_SIZE)=1073741824");
	fake_segment(machine, DIRECT, 0, 1 << 30);
	for (size_t i = 0; i < machine->page_count; i++)
		if (machine->pages[i]->phys != ROOT_PHYS)
			machine->pages[i]->state = KDK_PAGE_EXCLUDED;
	fake_open(machine, "x86_64", 4096);
	assert_maps(machine, STEXT + 0x123456, 0x6123456, "kernel image", 0);
	assert_maps(machine, DIRECT + 0x1234, 0x1234, "direct map", 0);
	assert_unmapped(machine, VMALLOC, KDK_ERROR_ABSENT, "its PUD entry at physical 0x");
	assert_unmapped(machine, VMALLOC, KDK_ERROR_ABSENT, "excluded from the dump");
	/* Modules start where the image's gigabyte ends. */
	assert_unmapped(machine, 0xffffffffc0000000, KDK_ERROR_ABSENT, "PUD entry");
}

static void tables_that_map_the_kernel_elsewhere_are_not_used(void **state)
{
	struct fake_machine *machine = make(state, &four, 0);

	build(machine, &four, ROOT_PHYS, STEXT, 2, 0xa000000 | 0x1e3);
	fake_info(machine, "NUMBER(phys_base)=%llu", PHYS_BASE);
	fake_open(machine, "x86_64", 4096);
	assert_mode(machine, "4-level, no usable page tables");
	assert_maps(machine, STEXT, 0x6000000, "kernel image", 0);
	assert_unmapped(machine, VMALLOC, KDK_ERROR_ABSENT, "in no linear mapping");
}

static void malformed_tables_end_the_walk(void **state)
{
	struct fake_machine *machine = make(state, &four, 0);

	/* a large page in the top table; a table that is its own child; one outside RAM */
	fake_put(machine, ROOT_PHYS + 300 * 8, 0x1e3, 8, false);
	fake_put(machine, ROOT_PHYS + 301 * 8, ROOT_PHYS | 0x67, 8, false);
	fake_put(machine, ROOT_PHYS + 302 * 8, 0x000ffffffffff067, 8, false);
	fake_info(machine, "NUMBER(phys_base)=%llu", PHYS_BASE);
	fake_open(machine, "x86_64", 4096);
	assert_unmapped(machine, 0xffff000000000000 | 300ULL << 39, KDK_ERROR_FORMAT,
			"is malformed: 0x1e3");
	assert_maps(machine, 0xffff000000000077 | 301ULL << 39 | 301ULL << 30 | 301ULL << 21 |
		    301ULL << 12, ROOT_PHYS | 0x77, "page tables", 4096);
	assert_unmapped(machine, 0xffff000000000000 | 302ULL << 39, KDK_ERROR_ABSENT,
			"no RAM at this address");
}

static void without_any_word_on_addresses_there_is_no_mode(void **state)
{
	struct fake_machine *machine = fake_create(false);
	const char *why = NULL;

	*state = machine;
	fake_open(machine, "x86_64", 4096);
	assert_null(kdk_memory_mode(machine->memory, &why));
	assert_non_null(why);
	assert_unmapped(machine, STEXT, KDK_ERROR_ABSENT, "there is no vmcoreinfo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(four_levels, fake_teardown),
		cmocka_unit_test_teardown(five_levels, fake_teardown),
		cmocka_unit_test_teardown(five_levels_that_nobody_told, fake_teardown),
		cmocka_unit_test_teardown(encrypted_memory, fake_teardown),
		cmocka_unit_test_teardown(phys_base_of_the_container, fake_teardown),
		cmocka_unit_test_teardown(phys_base_of_the_program_headers, fake_teardown),
		cmocka_unit_test_teardown(phys_base_zero_when_nothing_says, fake_teardown),
		cmocka_unit_test_teardown(not_mapped_is_an_error_that_names_the_entry,
					  fake_teardown),
		cmocka_unit_test_teardown(missing_tables_leave_the_linear_mappings,
					  fake_teardown),
		cmocka_unit_test_teardown(tables_that_map_the_kernel_elsewhere_are_not_used,
					  fake_teardown),
		cmocka_unit_test_teardown(malformed_tables_end_the_walk, fake_teardown),
		cmocka_unit_test_teardown(without_any_word_on_addresses_there_is_no_mode,
					  fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
