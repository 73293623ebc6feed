/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_machine.h"

#define ROOT_PHYS 0x1800000ULL
#define LINEAR 0xc000000000000000ULL
#define VMALLOC 0xc008000000120000ULL
#define VMEMMAP 0xc00c000000000000ULL

/* Valid, and log2 of the next table's entries. */
static uint64_t link_64k(unsigned int level, uint64_t phys)
{
	return phys | 1ULL << 63 | (level == 2 ? 5 : 9);
}

static uint64_t link_4k(unsigned int level, uint64_t phys)
{
	(void)level;
	return phys | 1ULL << 63 | 9;
}

/* Whatever the kernel's byte order, the tables are big-endian. */
static const struct shape radix_64k = {
	.levels = 4, .shift = { 39, 30, 21, 16 }, .bits = { 13, 9, 9, 5 },
	.entry_size = 8, .big_endian = true, .table_size = 4096, .link = link_64k,
};

static const struct shape radix_4k = {
	.levels = 4, .shift = { 39, 30, 21, 12 }, .bits = { 13, 9, 9, 9 },
	.entry_size = 8, .big_endian = true, .table_size = 4096, .link = link_4k,
};

static struct fake_machine *make(void **state, const struct shape *shape, bool big_endian)
{
	struct fake_machine *machine = fake_create(big_endian);

	*state = machine;
	machine->next_table = 0x2000000;
	build(machine, shape, ROOT_PHYS, LINEAR, 1, 0xc00000000000018f);
	build(machine, shape, ROOT_PHYS, VMALLOC, 3, 0x123456780000 | 0xc00000000000018f);
	build(machine, shape, ROOT_PHYS, VMEMMAP, 2, 0x1fffff000000000 | 0xc00000000000018f);
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%llx", LINEAR + ROOT_PHYS);
	return machine;
}

static void check_radix(void **state, const struct shape *shape, bool big_endian,
			uint32_t page_size, const char *mode)
{
	struct fake_machine *machine = make(state, shape, big_endian);
	struct kdk_walk walk;

	fake_open(machine, big_endian ? "ppc64" : "ppc64le", page_size);
	assert_mode(machine, mode);
	assert_maps(machine, LINEAR + 0x3fffffff, 0x3fffffff, "page tables", 1 << 30);
	assert_maps(machine, VMALLOC + 0xabc, 0x123456780abc, "page tables", page_size);
	assert_maps(machine, VMEMMAP + 0x1fffff, 0x1fffff0001fffff, "page tables", 2 << 20);
	assert_unmapped(machine, VMALLOC + 0x10000, KDK_ERROR_ABSENT, "its radix-4 entry");
	assert_unmapped(machine, LINEAR + (1 << 30), KDK_ERROR_ABSENT, "its radix-2 entry");
	assert_unmapped(machine, 0xd000000000000000, KDK_ERROR_ABSENT, "no kernel address");
	assert_unmapped(machine, 0x10000000, KDK_ERROR_ABSENT, "no kernel address");
	assert_success(kdk_memory_translate(machine->memory, VMALLOC, &walk));
	assert_int_equal(walk.step_count, 4);
	assert_string_equal(walk.step[0].level, "radix-1");
	fake_teardown(state);
}

static void radix_trees(void **state)
{
	check_radix(state, &radix_64k, false, 65536, "radix, 64K pages");
	check_radix(state, &radix_4k, false, 4096, "radix, 4K pages");
	check_radix(state, &radix_64k, true, 65536, "radix, 64K pages");
}

static void malformed_table_sizes(void **state)
{
	struct fake_machine *machine = make(state, &radix_64k, false);

	/* next tables of 2^0 and 2^31 entries, a table that is its own child, too deep */
	fake_put(machine, ROOT_PHYS + 100 * 8, ROOT_PHYS | 1ULL << 63, 8, true);
	fake_put(machine, ROOT_PHYS + 101 * 8, ROOT_PHYS | 1ULL << 63 | 31, 8, true);
	fake_put(machine, ROOT_PHYS, 1ULL << 63 | ROOT_PHYS | 5, 8, true);
	fake_open(machine, "ppc64le", 65536);
	assert_mode(machine, "hash, only the linear mapping");
	fake_teardown(state);

	machine = make(state, &radix_64k, false);
	fake_put(machine, ROOT_PHYS + 100 * 8, ROOT_PHYS | 1ULL << 63, 8, true);
	fake_put(machine, ROOT_PHYS + 101 * 8, ROOT_PHYS | 1ULL << 63 | 31, 8, true);
	fake_open(machine, "ppc64le", 65536);
	assert_unmapped(machine, LINEAR | 100ULL << 39, KDK_ERROR_FORMAT, "malformed");
	assert_unmapped(machine, LINEAR | 101ULL << 39, KDK_ERROR_FORMAT, "malformed");
}

static void hash_has_only_the_linear_mapping(void **state)
{
	struct fake_machine *machine = fake_create(false);

	*state = machine;
	fake_put(machine, ROOT_PHYS, 0, 8, true);
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%llx", LINEAR + ROOT_PHYS);
	fake_open(machine, "ppc64le", 65536);
	assert_mode(machine, "hash, only the linear mapping");
	assert_maps(machine, LINEAR + 0x123456789, 0x123456789, "direct map", 0);
	assert_unmapped(machine, VMALLOC, KDK_ERROR_ABSENT, "not in the linear mapping");
	assert_unmapped(machine, 0xd000000000000000, KDK_ERROR_ABSENT,
			"not in the linear mapping");
}

static void missing_tables_leave_the_linear_mapping(void **state)
{
	struct fake_machine *machine = make(state, &radix_64k, false);

	for (size_t i = 0; i < machine->page_count; i++)
		machine->pages[i]->state = KDK_PAGE_LOST;
	fake_open(machine, "ppc64le", 65536);
	assert_maps(machine, LINEAR + 0x1234, 0x1234, "direct map", 0);
	assert_unmapped(machine, VMALLOC, KDK_ERROR_ABSENT, "lost");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(radix_trees, fake_teardown),
		cmocka_unit_test_teardown(malformed_table_sizes, fake_teardown),
		cmocka_unit_test_teardown(hash_has_only_the_linear_mapping, fake_teardown),
		cmocka_unit_test_teardown(missing_tables_leave_the_linear_mapping,
					  fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
