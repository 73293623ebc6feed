/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_machine.h"

#define LINK 0xffffffff80000000ULL
#define IMAGE_PHYS 0x80200000ULL
#define ROOT_PHYS 0x81000000ULL
#define OFFSET (LINK - IMAGE_PHYS)
#define ROOT (ROOT_PHYS + OFFSET)
#define VMALLOC 0xffffffc600123000ULL

/* Frame number from bit 10 on. */
#define ENTRY(phys, flags) ((phys) >> 2 | (flags))

static uint64_t link_table(unsigned int level, uint64_t phys)
{
	(void)level;
	return ENTRY(phys, 0x1);
}

static const struct shape shapes[] = {
	{ .levels = 3, .shift = { 30, 21, 12 }, .bits = { 9, 9, 9 },
	  .entry_size = 8, .table_size = 4096, .link = link_table },
	{ .levels = 4, .shift = { 39, 30, 21, 12 }, .bits = { 9, 9, 9, 9 },
	  .entry_size = 8, .table_size = 4096, .link = link_table },
	{ .levels = 5, .shift = { 48, 39, 30, 21, 12 }, .bits = { 9, 9, 9, 9, 9 },
	  .entry_size = 8, .table_size = 4096, .link = link_table },
};

static const char *const names[] = { "Sv39", "Sv48", "Sv57" };

static struct fake_machine *make(void **state, const struct shape *shape)
{
	struct fake_machine *machine = fake_create(false);
	unsigned int last = shape->levels - 1;

	*state = machine;
	machine->next_table = 0x90000000;
	build(machine, shape, ROOT_PHYS, ROOT, last - 1, ENTRY(ROOT_PHYS, 0xe7));
	build(machine, shape, ROOT_PHYS, LINK, last - 1, ENTRY(IMAGE_PHYS, 0xeb));
	build(machine, shape, ROOT_PHYS, VMALLOC, last, ENTRY(0xfedcba98765000, 0xe7));
	build(machine, shape, ROOT_PHYS, 0xffffffd600000000, last - 2,
	      ENTRY(0xfffffe40000000, 0xe7));
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%llx", ROOT);
	fake_info(machine, "NUMBER(KERNEL_LINK_ADDR)=%#llx", LINK);
	fake_info(machine, "NUMBER(PAGE_OFFSET)=0xffffffd600000000");
	fake_info(machine, "NUMBER(phys_ram_base)=2147483648");
	return machine;
}

static void expect_all(struct fake_machine *machine)
{
	assert_maps(machine, LINK + 0x1fffff, IMAGE_PHYS + 0x1fffff, "page tables", 2 << 20);
	assert_maps(machine, ROOT + 0x123, ROOT_PHYS + 0x123, "page tables", 2 << 20);
	assert_maps(machine, VMALLOC + 0xfff, 0xfedcba98765fff, "page tables", 4096);
	assert_maps(machine, 0xffffffd63fffffff, 0xfffffe7fffffff, "page tables", 1 << 30);
	assert_unmapped(machine, VMALLOC + 4096, KDK_ERROR_ABSENT, "its PTE entry");
}

static void every_mode(void **state)
{
	for (size_t i = 0; i < KDK_ARRAY_SIZE(shapes); i++) {
		struct fake_machine *machine = make(state, &shapes[i]);

		fake_info(machine, "NUMBER(va_kernel_pa_offset)=%#llx", OFFSET);
		fake_info(machine, "NUMBER(VA_BITS)=%u", shapes[i].shift[0] + 9);
		fake_open(machine, "riscv64", 4096);
		assert_mode(machine, names[i]);
		expect_all(machine);
		fake_teardown(state);
	}
}

static void satp_tells_the_mode(void **state)
{
	struct fake_machine *machine = make(state, &shapes[1]);

	fake_info(machine, "NUMBER(va_kernel_pa_offset)=%#llx", OFFSET);
	fake_info(machine, "NUMBER(satp)=0x9000000000081000");
	fake_open(machine, "riscv64", 4096);
	assert_mode(machine, "Sv48");
}

static void a_kernel_that_does_not_say_where_it_lies(void **state)
{
	for (size_t i = 0; i < KDK_ARRAY_SIZE(shapes); i++) {
		struct fake_machine *machine = make(state, &shapes[i]);

		fake_open(machine, "riscv64", 4096);
		assert_mode(machine, names[i]);
		expect_all(machine);
		fake_teardown(state);
	}
}

static void address_outside_the_mode(void **state)
{
	struct fake_machine *machine = make(state, &shapes[0]);

	fake_info(machine, "NUMBER(va_kernel_pa_offset)=%#llx", OFFSET);
	fake_open(machine, "riscv64", 4096);
	assert_unmapped(machine, 0xffffffbfffffffff, KDK_ERROR_ABSENT,
			"no kernel address with Sv39 paging");
	assert_unmapped(machine, 0x4000000000, KDK_ERROR_ABSENT, "no kernel address");
}

static void contiguous_and_typed_pages(void **state)
{
	struct fake_machine *machine = make(state, &shapes[0]);

	/* Svnapot: 64 KiB from 0x83450000; Svpbmt and T-Head bits are no address bits. */
	build(machine, &shapes[0], ROOT_PHYS, VMALLOC + 0x10000, 2,
	      ENTRY(0x83458000, 0x80000000000000e7));
	build(machine, &shapes[0], ROOT_PHYS, VMALLOC + 0x20000, 2,
	      ENTRY(0x83451000, 0x60000000000000e7));
	build(machine, &shapes[0], ROOT_PHYS, VMALLOC + 0x30000, 2,
	      ENTRY(0x83452000, 0x90000000000000e7));
	fake_info(machine, "NUMBER(va_kernel_pa_offset)=%#llx", OFFSET);
	fake_open(machine, "riscv64", 4096);
	assert_maps(machine, VMALLOC + 0x10123, 0x83453123, "page tables", 65536);
	assert_maps(machine, VMALLOC + 0x20123, 0x83451123, "page tables", 4096);
	assert_maps(machine, VMALLOC + 0x30123, 0x83452123, "page tables", 4096);
}

static void malformed_entries(void **state)
{
	struct fake_machine *machine = make(state, &shapes[0]);

	/* a table below the last level; write without read, with and without execute */
	build(machine, &shapes[0], ROOT_PHYS, VMALLOC + 0x10000, 2, ENTRY(ROOT_PHYS, 0x1));
	build(machine, &shapes[0], ROOT_PHYS, VMALLOC + 0x20000, 2, ENTRY(ROOT_PHYS, 0x5));
	build(machine, &shapes[0], ROOT_PHYS, VMALLOC + 0x30000, 2, ENTRY(ROOT_PHYS, 0xd));
	fake_info(machine, "NUMBER(va_kernel_pa_offset)=%#llx", OFFSET);
	fake_open(machine, "riscv64", 4096);
	for (uint64_t i = 1; i <= 3; i++)
		assert_unmapped(machine, VMALLOC + i * 0x10000, KDK_ERROR_FORMAT, "malformed");
}

static void missing_tables_leave_the_linear_mappings(void **state)
{
	struct fake_machine *machine = make(state, &shapes[0]);

	for (size_t i = 0; i < machine->page_count; i++)
		machine->pages[i]->state = KDK_PAGE_EXCLUDED;
	fake_info(machine, "NUMBER(va_kernel_pa_offset)=%#llx", OFFSET);
	fake_info(machine, "NUMBER(VA_BITS)=39");
	fake_open(machine, "riscv64", 4096);
	assert_maps(machine, LINK + 0x1234, IMAGE_PHYS + 0x1234, "kernel image", 0);
	assert_maps(machine, 0xffffffd600001234, 0x80001234, "direct map", 0);
	assert_unmapped(machine, VMALLOC, KDK_ERROR_ABSENT, "excluded from the dump");
	assert_unmapped(machine, 0xffffffff02000000, KDK_ERROR_ABSENT, "excluded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_mode, fake_teardown),
		cmocka_unit_test_teardown(satp_tells_the_mode, fake_teardown),
		cmocka_unit_test_teardown(a_kernel_that_does_not_say_where_it_lies,
					  fake_teardown),
		cmocka_unit_test_teardown(address_outside_the_mode, fake_teardown),
		cmocka_unit_test_teardown(contiguous_and_typed_pages, fake_teardown),
		cmocka_unit_test_teardown(malformed_entries, fake_teardown),
		cmocka_unit_test_teardown(missing_tables_leave_the_linear_mappings,
					  fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
