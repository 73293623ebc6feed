/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_machine.h"

#define STEXT 0xc1000000u
#define ROOT 0xc1800000u
#define VMALLOC 0xf8012000u

static uint64_t link_plain(unsigned int level, uint64_t phys)
{
	/* A PAE top entry has no access bits. */
	return phys | (level ? 0x63 : 0x1);
}

static const struct shape two = {
	.levels = 2, .shift = { 22, 12 }, .bits = { 10, 10 },
	.entry_size = 4, .table_size = 4096, .link = link_plain,
};

static const struct shape pae = {
	.levels = 3, .shift = { 30, 21, 12 }, .bits = { 2, 9, 9 },
	.entry_size = 8, .table_size = 4096, .link = link_plain,
};

static void two_levels(void **state)
{
	struct fake_machine *machine = fake_create(false);

	*state = machine;
	machine->next_table = 0x2000000;
	build(machine, &two, 0x1800000, STEXT, 0, 0x01000000 | 0x1e3);
	build(machine, &two, 0x1800000, VMALLOC, 1, 0x12345000 | 0x163);
	/* Bits 13 to 20 are bits 32 to 39: 0x5_8000_0000. */
	build(machine, &two, 0x1800000, 0xfa400000, 0, 0x80000000 | 0x5 << 13 | 0x1e3);
	fake_info(machine, "SYMBOL(_stext)=%x", STEXT);
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%x", ROOT);
	fake_open(machine, "i386", 4096);
	assert_mode(machine, "2-level, direct map at 0xc0000000");
	assert_maps(machine, STEXT + 0x3fffff, 0x13fffff, "page tables", 4 << 20);
	assert_maps(machine, VMALLOC + 8, 0x12345008, "page tables", 4096);
	assert_maps(machine, 0xfa400010, 0x580000010, "page tables", 4 << 20);
	assert_unmapped(machine, VMALLOC + 4096, KDK_ERROR_ABSENT, "its PTE entry");
	assert_unmapped(machine, 0xd0000000, KDK_ERROR_ABSENT, "its PGD entry");
	assert_unmapped(machine, 0x1c1000000, KDK_ERROR_ABSENT, "no kernel address");
}

static void physical_address_extension(void **state)
{
	struct fake_machine *machine = fake_create(false);
	struct kdk_walk walk;

	*state = machine;
	machine->next_table = 0x2000000;
	build(machine, &pae, 0x1800000, STEXT, 1, 0x01000000 | 0x1e3);
	build(machine, &pae, 0x1800000, VMALLOC, 2, 0x8000000f12345163);
	fake_info(machine, "SYMBOL(_stext)=%x", STEXT);
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%x", ROOT);
	fake_info(machine, "CONFIG_X86_PAE=y");
	fake_open(machine, "i386", 4096);
	assert_mode(machine, "3-level (PAE), direct map at 0xc0000000");
	assert_maps(machine, STEXT + 0x1fffff, 0x11fffff, "page tables", 2 << 20);
	assert_maps(machine, VMALLOC + 0xfff, 0xf12345fff, "page tables", 4096);
	assert_success(kdk_memory_translate(machine->memory, VMALLOC, &walk));
	assert_int_equal(walk.step_count, 3);
	assert_int_equal(walk.step[0].entry_phys, 0x1800000 + 3 * 8);
}

static void other_splits_are_found(void **state)
{
	struct fake_machine *machine = fake_create(false);

	*state = machine;
	machine->next_table = 0x2000000;
	build(machine, &two, 0x1800000, 0x81000000, 0, 0x01000000 | 0x1e3);
	fake_info(machine, "SYMBOL(_stext)=81000000");
	fake_info(machine, "SYMBOL(swapper_pg_dir)=81800000");
	fake_open(machine, "i386", 4096);
	assert_mode(machine, "2-level, direct map at 0x80000000");
	assert_maps(machine, 0x81000000, 0x1000000, "page tables", 4 << 20);
}

static void headers_tell_the_split(void **state)
{
	struct fake_machine *machine = fake_create(false);

	*state = machine;
	machine->next_table = 0x2000000;
	fake_segment(machine, 0x60000000, 0, 0x30000000);
	build(machine, &two, 0x1800000, 0x61000000, 0, 0x01000000 | 0x1e3);
	fake_info(machine, "SYMBOL(_stext)=61000000");
	fake_info(machine, "SYMBOL(swapper_pg_dir)=61800000");
	fake_open(machine, "i386", 4096);
	assert_mode(machine, "2-level, direct map at 0x60000000");
}

static void missing_tables_leave_the_direct_map(void **state)
{
	struct fake_machine *machine = fake_create(false);

	*state = machine;
	fake_state(machine, 0x1800000, KDK_PAGE_LOST);
	fake_info(machine, "SYMBOL(_stext)=%x", STEXT);
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%x", ROOT);
	fake_open(machine, "i386", 4096);
	assert_maps(machine, 0xc0001234, 0x1234, "direct map", 0);
	assert_maps(machine, 0xf7ffffff, 0x37ffffff, "direct map", 0);
	assert_unmapped(machine, 0xf8000000, KDK_ERROR_ABSENT, "lost: the file is cut off");
	assert_unmapped(machine, 0x08048000, KDK_ERROR_ABSENT, "lost: the file is cut off");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(two_levels, fake_teardown),
		cmocka_unit_test_teardown(physical_address_extension, fake_teardown),
		cmocka_unit_test_teardown(other_splits_are_found, fake_teardown),
		cmocka_unit_test_teardown(headers_tell_the_split, fake_teardown),
		cmocka_unit_test_teardown(missing_tables_leave_the_direct_map, fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
