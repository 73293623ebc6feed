/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_machine.h"

#define ROOT 0x1800000ULL

/* Region entries: type, all four quarters of the next table; segment: a page table. */
static uint64_t link_from_2(unsigned int level, uint64_t phys)
{
	static const uint64_t bits[] = { 0x0b, 0x07, 0x00 };

	return phys | bits[level];
}

static uint64_t link_from_3(unsigned int level, uint64_t phys)
{
	return link_from_2(level + 1, phys);
}

static uint64_t link_from_1(unsigned int level, uint64_t phys)
{
	return level ? link_from_2(level - 1, phys) : phys | 0x0f;
}

static const struct shape region_3 = {
	.levels = 3, .shift = { 31, 20, 12 }, .bits = { 11, 11, 8 },
	.entry_size = 8, .big_endian = true, .table_size = 16384, .link = link_from_3,
};

static const struct shape region_2 = {
	.levels = 4, .shift = { 42, 31, 20, 12 }, .bits = { 11, 11, 11, 8 },
	.entry_size = 8, .big_endian = true, .table_size = 16384, .link = link_from_2,
};

static const struct shape region_1 = {
	.levels = 5, .shift = { 53, 42, 31, 20, 12 }, .bits = { 11, 11, 11, 11, 8 },
	.entry_size = 8, .big_endian = true, .table_size = 16384, .link = link_from_1,
};

static struct fake_machine *make(void **state, const struct shape *shape)
{
	struct fake_machine *machine = fake_create(true);
	unsigned int last = shape->levels - 1;

	*state = machine;
	machine->next_table = 0x2000000;
	build(machine, shape, ROOT, ROOT, last - 1, 0x1800000 | 0x401);
	build(machine, shape, ROOT, 0x3c000123000, last, 0x89abc000 | 0x1);
	build(machine, shape, ROOT, 0x3c080000000, last - 2, 0x180000000 | 0x404);
	build(machine, shape, ROOT, 0x3c000124000, last, 0x89abd000 | 0x400);
	build(machine, shape, ROOT, 0x3c000125000, last, 0x89abd000 | 0x800);
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%llx", ROOT);
	return machine;
}

static void check_top(void **state, const struct shape *shape, const char *mode)
{
	struct fake_machine *machine = make(state, shape);

	fake_open(machine, "s390x", 4096);
	assert_mode(machine, mode);
	assert_maps(machine, ROOT + 0xfffff, ROOT + 0xfffff, "page tables", 1 << 20);
	assert_maps(machine, 0x3c000123abc, 0x89abcabc, "page tables", 4096);
	assert_maps(machine, 0x3c0ffffffff, 0x1ffffffff, "page tables", 2ULL << 30);
	assert_unmapped(machine, 0x3c000124000, KDK_ERROR_ABSENT, "its page entry");
	assert_unmapped(machine, 0x3c000125000, KDK_ERROR_FORMAT, "its page entry");
	fake_teardown(state);
}

static void every_top_table(void **state)
{
	check_top(state, &region_3, "3-level (region-third table)");
	check_top(state, &region_2, "4-level (region-second table)");
	check_top(state, &region_1, "5-level (region-first table)");
}

static void the_top_table_is_known_by_invalid_entries_too(void **state)
{
	struct fake_machine *machine = make(state, &region_2);

	/* As the kernel clears it; ROOT itself is then mapped nowhere, but 8 TiB up. */
	fake_put(machine, ROOT, 0x28, 8, true);
	build(machine, &region_2, ROOT, 0x80000000000 + ROOT, 2, 0x1800000 | 0x401);
	fake_info(machine, "KERNELOFFSET=80000000000");
	fake_info(machine, "KERNELOFFPHYS=0");
	machine->info_text[0] = 'X';
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%llx", 0x80000000000 + ROOT);
	fake_open(machine, "s390x", 4096);
	assert_mode(machine, "4-level (region-second table)");
	assert_maps(machine, 0x80000000000 + ROOT + 5, ROOT + 5, "page tables", 1 << 20);
}

static void tables_shorter_than_their_index(void **state)
{
	struct fake_machine *machine = make(state, &region_2);
	uint64_t third = 0x2204000;

	/* Only the second quarter of the next table exists: indexes 512 to 1023. */
	fake_put(machine, ROOT + 1 * 8, third | 0x08 | 1 << 6 | 1, 8, true);
	fake_put(machine, third + 511 * 8, 0x0404, 8, true);
	fake_put(machine, third + 512 * 8, 0x0404, 8, true);
	fake_put(machine, third + 1023 * 8, 0x80000000 | 0x0404, 8, true);
	fake_put(machine, third + 1024 * 8, 0x0404, 8, true);
	fake_open(machine, "s390x", 4096);
	assert_unmapped(machine, 1ULL << 42 | 511ULL << 31, KDK_ERROR_ABSENT, "region-2");
	assert_maps(machine, (1ULL << 42 | 512ULL << 31) + 9, 9, "page tables", 2ULL << 30);
	assert_maps(machine, (1ULL << 42 | 1023ULL << 31) + 9, 0x80000009, "page tables",
		    2ULL << 30);
	assert_unmapped(machine, 1ULL << 42 | 1024ULL << 31, KDK_ERROR_ABSENT, "region-2");
	assert_unmapped(machine, 1ULL << 53, KDK_ERROR_ABSENT, "no kernel address");
	/* A table of another level than its place says. */
	fake_put(machine, ROOT + 2 * 8, third | 0x04 | 3, 8, true);
	fake_open(machine, "s390x", 4096);
	assert_unmapped(machine, 2ULL << 42, KDK_ERROR_FORMAT, "malformed");
}

static void layout_from_6_10(void **state)
{
	struct fake_machine *machine = fake_create(true);
	uint64_t image = 0x3ffe0000000, phys = 0x12300000, root = image + 0x1800000;

	*state = machine;
	machine->next_table = 0x2000000;
	fake_put(machine, phys + 0x1800000, 0x24, 8, true);
	build(machine, &region_3, phys + 0x1800000, root, 1, (phys + 0x1800000) | 0x401);
	build(machine, &region_3, phys + 0x1800000, 0x100000000 + 0x5000, 2, 0x5000);
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%llx", (unsigned long long)root);
	fake_info(machine, "SAMODE31=7f000000");
	fake_info(machine, "EAMODE31=7f003000");
	fake_info(machine, "IDENTITYBASE=100000000");
	fake_info(machine, "KERNELOFFSET=%llx", (unsigned long long)image);
	fake_info(machine, "KERNELOFFPHYS=%llx", (unsigned long long)phys);
	fake_open(machine, "s390x", 4096);
	assert_mode(machine, "3-level (region-third table)");
	assert_maps(machine, root + 5, phys + 0x1800005, "page tables", 1 << 20);
	assert_maps(machine, 0x100005678, 0x5678, "page tables", 4096);

	for (size_t i = 0; i < machine->page_count; i++)
		machine->pages[i]->state = KDK_PAGE_EXCLUDED;
	fake_open(machine, "s390x", 4096);
	assert_maps(machine, image + 0x1234, phys + 0x1234, "kernel image", 0);
	assert_maps(machine, 0x100005678, 0x5678, "direct map", 0);
	assert_maps(machine, 0x7f001234, 0x7f001234, "direct map", 0);
	assert_unmapped(machine, 0x1000, KDK_ERROR_ABSENT, "in no linear mapping");
}

static void identity_without_tables(void **state)
{
	struct fake_machine *machine = fake_create(true);

	*state = machine;
	fake_open(machine, "s390x", 4096);
	assert_mode(machine, "identity mapping, no usable page tables");
	assert_maps(machine, 0x12345678, 0x12345678, "direct map", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_top_table, fake_teardown),
		cmocka_unit_test_teardown(the_top_table_is_known_by_invalid_entries_too,
					  fake_teardown),
		cmocka_unit_test_teardown(tables_shorter_than_their_index, fake_teardown),
		cmocka_unit_test_teardown(layout_from_6_10, fake_teardown),
		cmocka_unit_test_teardown(identity_without_tables, fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
