/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "fake_machine.h"

#define VOFFSET 0xffff7fffc0000000ULL
#define IMAGE_PHYS 0x41000000ULL
#define ROOT_PHYS 0x42000000ULL

/* Tables lie below 4 GiB, where every format of an entry is the same. */
static uint64_t link_table(unsigned int level, uint64_t phys)
{
	(void)level;
	return phys | 0x3;
}

struct mode {
	const char *name;
	uint32_t page_size;
	unsigned int built, t1sz;
	struct shape shape;		/* as the hardware walks it */
	uint64_t root_offset;		/* TTBR1 points this far into swapper_pg_dir */
	uint64_t voffset;
	uint64_t far_page;		/* entry of a page as far up as the mode can say … */
	uint64_t far_phys;		/* … and where that is */
	unsigned int block_level;	/* the largest block */
	uint64_t block_entry, block_phys, block_size;
	uint64_t outside;		/* not an address of this mode */
};

#define SHAPE(n, size, ...) { .levels = n, __VA_ARGS__, .entry_size = 8, \
			      .table_size = size, .link = link_table }
#define SHIFT(...) .shift = { __VA_ARGS__ }
#define BITS(...) .bits = { __VA_ARGS__ }

static const struct mode modes[] = {
	{ "39-bit VA, 4K pages", 4096, 39, 25,
	  SHAPE(3, 4096, SHIFT(30, 21, 12), BITS(9, 9, 9)), 0, 0xffffffbfc0000000,
	  0x0068ffffffff7f03, 0xffffffff7000,
	  0, 0x0068800040000701, 0x800040000000, 1ULL << 30, 0xffffff7fffffffff },
	{ "48-bit VA, 4K pages", 4096, 48, 16,
	  SHAPE(4, 4096, SHIFT(39, 30, 21, 12), BITS(9, 9, 9, 9)), 0, VOFFSET,
	  0x0068ffffffff7f03, 0xffffffff7000,
	  2, 0x0068800000200701, 0x800000200000, 2ULL << 20, 0xfffeffffffffffff },
	/* Bits 8 and 9 hold address bits 50 and 51. */
	{ "52-bit VA, 4K pages, LPA2", 4096, 52, 12,
	  SHAPE(5, 4096, SHIFT(48, 39, 30, 21, 12), BITS(4, 9, 9, 9, 9)), 0, VOFFSET,
	  0x006bffffffff7e03, 0xbffffffff7000,
	  1, 0x0068808000000501, 0x4808000000000, 512ULL << 30, 0xffefffffffffffff },
	/* The same kernel on hardware without LPA2: shareability in bits 8 and 9. */
	{ "48-bit VA, 4K pages", 4096, 52, 16,
	  SHAPE(4, 4096, SHIFT(39, 30, 21, 12), BITS(9, 9, 9, 9)), 0, VOFFSET,
	  0x0068ffffffff7f03, 0xffffffff7000,
	  1, 0x0068800040000701, 0x800040000000, 1ULL << 30, 0xfffeffffffffffff },
	{ "47-bit VA, 16K pages", 16384, 47, 17,
	  SHAPE(3, 16384, SHIFT(36, 25, 14), BITS(11, 11, 11)), 0, 0xffffbfffc0000000,
	  0x0068ffffffff4f03, 0xffffffff4000,
	  1, 0x0068800002000701, 0x800002000000, 32ULL << 20, 0xffff7fffffffffff },
	{ "48-bit VA, 16K pages", 16384, 48, 16,
	  SHAPE(4, 16384, SHIFT(47, 36, 25, 14), BITS(1, 11, 11, 11)), 0, VOFFSET,
	  0x0068ffffffff4f03, 0xffffffff4000,
	  2, 0x0068800002000701, 0x800002000000, 32ULL << 20, 0xfffeffffffffffff },
	{ "52-bit VA, 16K pages, LPA2", 16384, 52, 12,
	  SHAPE(4, 16384, SHIFT(47, 36, 25, 14), BITS(5, 11, 11, 11)), 0, VOFFSET,
	  0x006bffffffff4e03, 0xbffffffff4000,
	  1, 0x0068801000000501, 0x4801000000000, 64ULL << 30, 0xffefffffffffffff },
	{ "47-bit VA, 16K pages", 16384, 52, 17,
	  SHAPE(3, 16384, SHIFT(36, 25, 14), BITS(11, 11, 11)), 0, 0xffffbfffc0000000,
	  0x0068ffffffff4f03, 0xffffffff4000,
	  1, 0x0068800002000701, 0x800002000000, 32ULL << 20, 0xffff7fffffffffff },
	{ "42-bit VA, 64K pages", 65536, 42, 22,
	  SHAPE(2, 65536, SHIFT(29, 16), BITS(13, 13)), 0, 0xfffffdffc0000000,
	  0x0068ffffffff0f03, 0xffffffff0000,
	  0, 0x0068800020000701, 0x800020000000, 512ULL << 20, 0xfffffbffffffffff },
	/* Bits 12 to 15 hold address bits 48 to 51. */
	{ "48-bit VA, 64K pages", 65536, 48, 16,
	  SHAPE(3, 65536, SHIFT(42, 29, 16), BITS(6, 13, 13)), 0, VOFFSET,
	  0x0068ffffffffaf03, 0xaffffffff0000,
	  1, 0x0068800020003701, 0x3800020000000, 512ULL << 20, 0xfffeffffffffffff },
	{ "52-bit VA, 64K pages", 65536, 52, 12,
	  SHAPE(3, 65536, SHIFT(42, 29, 16), BITS(10, 13, 13)), 0, VOFFSET,
	  0x0068ffffffffaf03, 0xaffffffff0000,
	  0, 0x0068840000003701, 0x3840000000000, 4ULL << 40, 0xffefffffffffffff },
	/* 48 bits with the top table of 52: TTBR1 skips 1,024 - 64 entries. */
	{ "48-bit VA, 64K pages", 65536, 52, 16,
	  SHAPE(3, 65536, SHIFT(42, 29, 16), BITS(6, 13, 13)), 7680, VOFFSET,
	  0x0068ffffffffaf03, 0xaffffffff0000,
	  1, 0x0068800020003701, 0x3800020000000, 512ULL << 20, 0xfffeffffffffffff },
};

static struct fake_machine *make(void **state, const struct mode *mode, bool big_endian)
{
	struct fake_machine *machine = fake_create(big_endian);
	uint64_t root = ROOT_PHYS + mode->root_offset, page_size = mode->page_size;
	struct shape shape = mode->shape;
	unsigned int last = shape.levels - 1;

	*state = machine;
	shape.big_endian = big_endian;
	machine->next_table = 0x50000000;
	build(machine, &shape, root, ROOT_PHYS + mode->voffset, last, ROOT_PHYS | 0xc03);
	build(machine, &shape, root, IMAGE_PHYS + mode->voffset, last, IMAGE_PHYS | 0xc03);
	build(machine, &shape, root, -16 * page_size, last, mode->far_page);
	build(machine, &shape, root, -(3ULL << shape.shift[mode->block_level]),
	      mode->block_level, mode->block_entry);
	fake_info(machine, "NUMBER(VA_BITS)=%u", mode->built);
	fake_info(machine, "NUMBER(TCR_EL1_T1SZ)=%#x", mode->t1sz);
	fake_info(machine, "NUMBER(kimage_voffset)=%#llx", (unsigned long long)mode->voffset);
	fake_info(machine, "SYMBOL(_stext)=%llx", (unsigned long long)(IMAGE_PHYS + mode->voffset));
	fake_info(machine, "SYMBOL(swapper_pg_dir)=%llx",
		  (unsigned long long)(ROOT_PHYS + mode->voffset));
	return machine;
}

static void check_mode(void **state, const struct mode *mode, bool big_endian)
{
	struct fake_machine *machine = make(state, mode, big_endian);
	uint64_t block = -(3ULL << mode->shape.shift[mode->block_level]);
	struct kdk_walk walk;

	fake_open(machine, big_endian ? "aarch64_be" : "aarch64", mode->page_size);
	assert_mode(machine, mode->name);
	assert_maps(machine, IMAGE_PHYS + mode->voffset + 0x123, IMAGE_PHYS + 0x123,
		    "page tables", mode->page_size);
	assert_maps(machine, -16ULL * mode->page_size + 0xabc, mode->far_phys + 0xabc,
		    "page tables", mode->page_size);
	assert_maps(machine, block, mode->block_phys, "page tables", mode->block_size);
	assert_maps(machine, block + mode->block_size - 1,
		    mode->block_phys + mode->block_size - 1, "page tables", mode->block_size);
	assert_unmapped(machine, -15ULL * mode->page_size, KDK_ERROR_ABSENT, "its PTE entry");
	assert_unmapped(machine, mode->outside, KDK_ERROR_ABSENT, "no kernel address");
	assert_unmapped(machine, 0x400000, KDK_ERROR_ABSENT, "no kernel address");
	assert_success(kdk_memory_translate(machine->memory, -16ULL * mode->page_size, &walk));
	assert_int_equal(walk.step_count, mode->shape.levels);
	fake_teardown(state);
}

static void every_granule_and_size(void **state)
{
	for (size_t i = 0; i < KDK_ARRAY_SIZE(modes); i++)
		check_mode(state, &modes[i], false);
}

static void big_endian_tables(void **state)
{
	check_mode(state, &modes[1], true);
}

static void bits_in_use_are_found_when_nobody_tells(void **state)
{
	static const size_t fallbacks[] = { 2, 3, 6, 7 };

	for (size_t i = 0; i < KDK_ARRAY_SIZE(fallbacks); i++) {
		const struct mode *mode = &modes[fallbacks[i]];
		struct fake_machine *machine = make(state, mode, false);

		*strstr(machine->info_text, "NUMBER(TCR_EL1_T1SZ)") = 'X';
		fake_open(machine, "aarch64", mode->page_size);
		assert_mode(machine, mode->name);
		fake_teardown(state);
	}
}

static void reserved_entries_are_refused(void **state)
{
	struct fake_machine *machine = make(state, &modes[1], false);

	/* 512 GiB without LPA2, and a page whose bit 1 is clear. */
	build(machine, &modes[1].shape, ROOT_PHYS, -(4ULL << 39), 0, 0x40000701);
	build(machine, &modes[1].shape, ROOT_PHYS, -17ULL * 4096, 3, 0x40000701);
	fake_open(machine, "aarch64", 4096);
	assert_unmapped(machine, -(4ULL << 39), KDK_ERROR_FORMAT, "PGD entry");
	assert_unmapped(machine, -17ULL * 4096, KDK_ERROR_FORMAT, "PTE entry");
}

static struct fake_machine *without_tables(void **state, const struct mode *mode)
{
	struct fake_machine *machine = make(state, mode, false);

	for (size_t i = 0; i < machine->page_count; i++)
		machine->pages[i]->state = KDK_PAGE_EXCLUDED;
	return machine;
}

static void missing_tables_leave_the_linear_mappings(void **state)
{
	struct fake_machine *machine = without_tables(state, &modes[1]);

	fake_info(machine, "NUMBER(PHYS_OFFSET)=0x40000000");
	fake_open(machine, "aarch64", 4096);
	assert_maps(machine, IMAGE_PHYS + VOFFSET + 0x123456, IMAGE_PHYS + 0x123456,
		    "kernel image", 0);
	assert_maps(machine, 0xffff000000001234, 0x40001234, "direct map", 0);
	assert_maps(machine, 0xffff7fffffffffff, 0x80003fffffff, "direct map", 0);
	/* Behind the image, vmalloc: no guess. */
	assert_unmapped(machine, IMAGE_PHYS + VOFFSET + (64 << 20), KDK_ERROR_ABSENT,
			"excluded from the dump");
}

static void the_layout_before_5_4(void **state)
{
	struct mode mode = modes[1];
	struct fake_machine *machine;

	/* The image in the lower half, so the direct map is the upper one. */
	mode.voffset = 0xffff000008000000 - IMAGE_PHYS;
	machine = without_tables(state, &mode);
	fake_info(machine, "NUMBER(PHYS_OFFSET)=0x40000000");
	fake_open(machine, "aarch64", 4096);
	assert_maps(machine, 0xffff800000001234, 0x40001234, "direct map", 0);
	assert_maps(machine, 0xffff000008001234, IMAGE_PHYS + 0x1234, "kernel image", 0);
	assert_unmapped(machine, 0xffff700000000000, KDK_ERROR_ABSENT, "excluded");
}

static void direct_map_of_52_bits_on_lesser_hardware(void **state)
{
	struct fake_machine *machine = without_tables(state, &modes[11]);

	/* From 5.11: of where 52 bits would start, so below zero. */
	fake_info(machine, "NUMBER(PHYS_OFFSET)=%#llx", 0x40000000 - 0xf000000000000ULL);
	fake_open(machine, "aarch64", 65536);
	assert_maps(machine, 0xffff000000001234, 0x40001234, "direct map", 0);
	fake_teardown(state);

	machine = without_tables(state, &modes[11]);
	fake_info(machine, "NUMBER(PHYS_OFFSET)=0x40000000");
	fake_open(machine, "aarch64", 65536);
	assert_maps(machine, 0xffff000000001234, 0x40001234, "direct map", 0);
	fake_teardown(state);

	/* With all 52 bits, the map is nearly twice as large as half of them. */
	machine = without_tables(state, &modes[10]);
	fake_info(machine, "NUMBER(PHYS_OFFSET)=0x40000000");
	fake_open(machine, "aarch64", 65536);
	assert_maps(machine, 0xfff0000000001234, 0x40001234, "direct map", 0);
	assert_maps(machine, 0xfff8000000001234, 0x8000040001234, "direct map", 0);
}

static void nonsense_is_refused(void **state)
{
	struct fake_machine *machine = fake_create(false);
	const char *why = NULL;

	*state = machine;
	fake_info(machine, "NUMBER(VA_BITS)=64");
	fake_open(machine, "aarch64", 4096);
	assert_null(kdk_memory_mode(machine->memory, &why));
	assert_string_equal(why, "aarch64 paging: NUMBER(VA_BITS) is 64, not within 36 to 52");
	fake_open(machine, "aarch64", 8192);
	assert_null(kdk_memory_mode(machine->memory, &why));
	assert_string_equal(why, "aarch64 paging: no page size of this machine: 8192");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_granule_and_size, fake_teardown),
		cmocka_unit_test_teardown(big_endian_tables, fake_teardown),
		cmocka_unit_test_teardown(bits_in_use_are_found_when_nobody_tells, fake_teardown),
		cmocka_unit_test_teardown(reserved_entries_are_refused, fake_teardown),
		cmocka_unit_test_teardown(missing_tables_leave_the_linear_mappings,
					  fake_teardown),
		cmocka_unit_test_teardown(the_layout_before_5_4, fake_teardown),
		cmocka_unit_test_teardown(direct_map_of_52_bits_on_lesser_hardware,
					  fake_teardown),
		cmocka_unit_test_teardown(nonsense_is_refused, fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
