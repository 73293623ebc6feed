/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_machine.h"

#include <string.h>

#include "vmcore/kernel/page_cache.h"

/* s390x without tables: virtual is physical, which keeps these tests to memory itself. */
static struct fake_machine *make(void **state)
{
	struct fake_machine *machine = fake_create(true);
	uint8_t bytes[3 * FAKE_PAGE];

	*state = machine;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 251;
	fake_write(machine, 0x10000, bytes, sizeof(bytes));
	fake_state(machine, 0x13000, KDK_PAGE_ZERO);
	fake_state(machine, 0x14000, KDK_PAGE_EXCLUDED);
	fake_state(machine, 0x15000, KDK_PAGE_LOST);
	fake_open(machine, "s390x", FAKE_PAGE);
	return machine;
}

static void reads_cross_pages(void **state)
{
	struct fake_machine *machine = make(state);
	uint8_t bytes[FAKE_PAGE + 20];

	for (int space = KDK_PHYSICAL; space <= KDK_VIRTUAL; space++) {
		memset(bytes, 0xff, sizeof(bytes));
		assert_success(kdk_memory_read(machine->memory, space, 0x10ff5, bytes,
					       sizeof(bytes)));
		for (size_t i = 0; i < sizeof(bytes); i++)
			assert_int_equal(bytes[i], (0xff5 + i) % 251);
	}
	assert_success(kdk_memory_read(machine->memory, KDK_PHYSICAL, 0x7777777, bytes, 0));
}

static void zero_pages_are_zeroes(void **state)
{
	struct fake_machine *machine = make(state);
	uint8_t bytes[16];

	memset(bytes, 0xff, sizeof(bytes));
	assert_success(kdk_memory_read(machine->memory, KDK_VIRTUAL, 0x12ff8, bytes, 16));
	assert_int_equal(bytes[7], 0x2fff % 251);
	for (size_t i = 8; i < 16; i++)
		assert_int_equal(bytes[i], 0);
}

static void an_unreadable_page_is_named_with_its_state(void **state)
{
	struct fake_machine *machine = make(state);
	uint8_t bytes[16];

	assert_failure(kdk_memory_read(machine->memory, KDK_VIRTUAL, 0x14008, bytes, 8),
		       KDK_ERROR_ABSENT, "reading 8 bytes at 0x14008: page frame 0x14: "
		       "excluded from the dump by its filter");
	assert_failure(kdk_memory_read(machine->memory, KDK_PHYSICAL, 0x15008, bytes, 8),
		       KDK_ERROR_ABSENT, "reading 8 bytes at physical 0x15008: page frame "
		       "0x15: lost: the file is cut off, a part of the set is missing, or the disk was full");
	assert_failure(kdk_memory_read(machine->memory, KDK_PHYSICAL, 0x16ffc, bytes, 8),
		       KDK_ERROR_ABSENT, "reading 8 bytes at physical 0x16ffc: page frame "
		       "0x16: no RAM at this address");
}

static void what_is_before_an_unreadable_page_is_filled(void **state)
{
	struct fake_machine *machine = make(state);
	uint8_t bytes[16];

	fake_put(machine, 0x17ff8, 0x1122334455667788, 8, true);
	memset(bytes, 0xee, sizeof(bytes));
	assert_failure(kdk_memory_read(machine->memory, KDK_VIRTUAL, 0x17ff8, bytes, 16),
		       KDK_ERROR_ABSENT, "reading 16 bytes at 0x17ff8: page frame 0x18: "
		       "no RAM at this address");
	assert_int_equal(bytes[0], 0x11);
	assert_int_equal(bytes[7], 0x88);
	assert_int_equal(bytes[8], 0xee);
}

static void part_of_a_frame_can_be_read(void **state)
{
	struct fake_machine *machine = make(state);
	uint8_t bytes[16];

	/* Frames of 16 KiB, of which pages 0x10 to 0x12 are present, 0x13 is zero. */
	fake_state(machine, 0x13000, KDK_PAGE_EXCLUDED);
	machine->dump.facts.page_size = 16384;
	fake_open(machine, "s390x", FAKE_PAGE);
	memset(bytes, 0, sizeof(bytes));
	assert_success(kdk_memory_read(machine->memory, KDK_PHYSICAL, 0x12008, bytes, 8));
	assert_int_equal(bytes[0], 0x2008 % 251);
	memset(bytes, 0xee, sizeof(bytes));
	assert_failure(kdk_memory_read(machine->memory, KDK_PHYSICAL, 0x12ff8, bytes, 16),
		       KDK_ERROR_ABSENT, NULL);
	assert_int_equal(bytes[7], 0x2fff % 251);
	assert_int_equal(bytes[8], 0xee);
}

static uint64_t link_table(unsigned int level, uint64_t phys)
{
	(void)level;
	return phys | 0x67;
}

static void nothing_goes_on_at_address_zero(void **state)
{
	static const struct shape shape = {
		.levels = 4, .shift = { 39, 30, 21, 12 }, .bits = { 9, 9, 9, 9 },
		.entry_size = 8, .table_size = 4096, .link = link_table,
	};
	struct fake_machine *machine = fake_create(false);
	uint8_t bytes[16];

	*state = machine;
	machine->next_table = 0x9000000;
	build(machine, &shape, 0x2000000, 0xffffffff82000000, 3, 0x2000163);
	build(machine, &shape, 0x2000000, 0xfffffffffffff000, 3, 0x5000163);
	build(machine, &shape, 0x2000000, 0, 3, 0x6000163);
	fake_put(machine, 0x5000ff8, 1, 8, false);
	fake_put(machine, 0x6000000, 2, 8, false);
	fake_put(machine, UINT64_MAX - 7, 1, 8, false);
	fake_put(machine, 0, 1, 8, false);
	fake_info(machine, "SYMBOL(swapper_pg_dir)=ffffffff82000000");
	fake_open(machine, "x86_64", FAKE_PAGE);
	assert_success(kdk_memory_read(machine->memory, KDK_VIRTUAL, 0, bytes, 8));
	assert_success(kdk_memory_read(machine->memory, KDK_VIRTUAL, UINT64_MAX - 7, bytes, 8));
	assert_failure(kdk_memory_read(machine->memory, KDK_VIRTUAL, UINT64_MAX - 7, bytes, 16),
		       KDK_ERROR_ABSENT, "reading 16 bytes at 0xfffffffffffffff8: "
		       "the address space ends there");
	assert_success(kdk_memory_read(machine->memory, KDK_PHYSICAL, UINT64_MAX - 7, bytes, 8));
	assert_failure(kdk_memory_read(machine->memory, KDK_PHYSICAL, UINT64_MAX - 7, bytes, 16),
		       KDK_ERROR_ABSENT, "reading 16 bytes at physical 0xfffffffffffffff8: "
		       "the physical address space ends there");
}

static void states_are_told(void **state)
{
	struct fake_machine *machine = make(state);
	static const struct {
		uint64_t address;
		enum kdk_page_state state;
	} expected[] = {
		{ 0x10fff, KDK_PAGE_PRESENT }, { 0x13000, KDK_PAGE_ZERO },
		{ 0x14fff, KDK_PAGE_EXCLUDED }, { 0x15000, KDK_PAGE_LOST },
		{ 0x16000, KDK_PAGE_HOLE },
	};
	enum kdk_page_state result;

	for (size_t i = 0; i < KDK_ARRAY_SIZE(expected); i++) {
		assert_success(kdk_memory_state(machine->memory, KDK_PHYSICAL,
						expected[i].address, &result));
		assert_int_equal(result, expected[i].state);
		assert_success(kdk_memory_state(machine->memory, KDK_VIRTUAL,
						expected[i].address, &result));
		assert_int_equal(result, expected[i].state);
	}
	assert_failure(kdk_memory_state(machine->memory, KDK_VIRTUAL, UINT64_MAX, &result),
		       KDK_ERROR_ABSENT, NULL);
}

static void integers_have_the_machines_order_and_size(void **state)
{
	struct fake_machine *machine = fake_create(false);
	uint32_t small;
	uint64_t large;

	*state = machine;
	fake_put(machine, 0x1000, 0x1122334455667788, 8, false);
	fake_open(machine, "i386", FAKE_PAGE);
	assert_success(kdk_memory_read_word(machine->memory, KDK_PHYSICAL, 0x1000, &large));
	assert_int_equal(large, 0x55667788);
	assert_success(kdk_memory_read_u64(machine->memory, KDK_PHYSICAL, 0x1000, &large));
	assert_int_equal(large, 0x1122334455667788);
	machine->dump.facts.big_endian = true;
	fake_open(machine, "s390x", FAKE_PAGE);
	assert_success(kdk_memory_read_u32(machine->memory, KDK_VIRTUAL, 0x1000, &small));
	assert_int_equal(small, 0x88776655);
	assert_success(kdk_memory_read_word(machine->memory, KDK_VIRTUAL, 0x1000, &large));
	assert_int_equal(large, 0x8877665544332211);
	assert_failure(kdk_memory_read_u32(machine->memory, KDK_VIRTUAL, 0x14000000, &small),
		       KDK_ERROR_ABSENT, NULL);
}

static void pages_are_read_once_but_not_of_a_live_kernel(void **state)
{
	struct fake_machine *machine = make(state);
	uint64_t value;

	machine->reads = 0;
	for (unsigned int i = 0; i < 100; i++)
		assert_success(kdk_memory_read_u64(machine->memory, KDK_VIRTUAL,
						   0x10000 + i * 8, &value));
	assert_int_equal(machine->reads, 1);

	machine->dump.facts.live = true;
	fake_open(machine, "s390x", FAKE_PAGE);
	assert_success(kdk_memory_read_u64(machine->memory, KDK_VIRTUAL, 0x10000, &value));
	fake_put(machine, 0x10000, 42, 8, true);
	assert_success(kdk_memory_read_u64(machine->memory, KDK_VIRTUAL, 0x10000, &value));
	assert_int_equal(value, 42);
}

static void memory_with_no_physical_address(void **state)
{
	struct fake_machine *machine = make(state);
	enum kdk_page_state result;
	uint8_t bytes[4];

	machine->virt_only = 0xffffc90000000000;
	assert_success(kdk_memory_read(machine->memory, KDK_VIRTUAL, 0xffffc90000000ff0, bytes,
				       4));
	assert_int_equal(bytes[3], 0x5a);
	assert_success(kdk_memory_state(machine->memory, KDK_VIRTUAL, 0xffffc90000000ff0,
					&result));
	assert_int_equal(result, KDK_PAGE_PRESENT);
	assert_failure(kdk_memory_read(machine->memory, KDK_VIRTUAL, 0xffffc90000001000, bytes,
				       4), KDK_ERROR_ABSENT, NULL);
}

static void frame_sizes_of_no_machine_are_refused(void **state)
{
	struct fake_machine *machine = make(state);
	struct kdk_memory *memory = NULL;
	static const uint32_t sizes[] = { 0, 1, 512, 5000, 12288, 1 << 19, 1u << 31 };

	for (size_t i = 0; i < KDK_ARRAY_SIZE(sizes); i++)
		assert_failure(kdk_memory_create(&machine->dump, kdk_archs[0], NULL, sizes[i],
						 &memory), KDK_ERROR_FORMAT, NULL);
	machine->dump.facts.page_size = 3000;
	assert_failure(kdk_memory_create(&machine->dump, kdk_archs[0], NULL, 4096, &memory),
		       KDK_ERROR_FORMAT, NULL);
	assert_null(memory);
}

static void the_cache_is_bounded_and_forgets_the_oldest(void **state)
{
	static const size_t sizes[] = { 4096, 65536, 1 << 18 };
	struct kdk_page_cache *cache = calloc(1, sizeof(*cache));
	struct kdk_page_cache_slot *slot;
	size_t held;

	(void)state;
	assert_non_null(cache);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(sizes); i++) {
		kdk_page_cache_init(cache, sizes[i]);
		held = 0;
		for (uint64_t frame = 0; frame < 2000; frame++) {
			slot = kdk_page_cache_claim(cache, frame);
			assert_non_null(slot);
			assert_null(kdk_page_cache_find(cache, frame));
			memset(slot->data, frame & 0xff, sizes[i]);
			kdk_page_cache_keep(cache, slot);
			assert_int_equal(kdk_page_cache_find(cache, frame)[0], frame & 0xff);
			/* Used again and again, so it stays. */
			assert_non_null(kdk_page_cache_find(cache, 0));
		}
		for (uint64_t frame = 0; frame < 2000; frame++) {
			const uint8_t *data = kdk_page_cache_find(cache, frame);

			if (data)
				assert_int_equal(data[sizes[i] - 1], frame & 0xff);
			held += !!data;
		}
		assert_in_range(held * sizes[i], sizes[i] * 4, KDK_PAGE_CACHE_BYTES);
		kdk_page_cache_deinit(cache);
	}
	free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(reads_cross_pages, fake_teardown),
		cmocka_unit_test_teardown(zero_pages_are_zeroes, fake_teardown),
		cmocka_unit_test_teardown(an_unreadable_page_is_named_with_its_state,
					  fake_teardown),
		cmocka_unit_test_teardown(what_is_before_an_unreadable_page_is_filled,
					  fake_teardown),
		cmocka_unit_test_teardown(part_of_a_frame_can_be_read, fake_teardown),
		cmocka_unit_test_teardown(nothing_goes_on_at_address_zero, fake_teardown),
		cmocka_unit_test_teardown(states_are_told, fake_teardown),
		cmocka_unit_test_teardown(integers_have_the_machines_order_and_size,
					  fake_teardown),
		cmocka_unit_test_teardown(pages_are_read_once_but_not_of_a_live_kernel,
					  fake_teardown),
		cmocka_unit_test_teardown(memory_with_no_physical_address, fake_teardown),
		cmocka_unit_test_teardown(frame_sizes_of_no_machine_are_refused,
					  fake_teardown),
		cmocka_unit_test(the_cache_is_bounded_and_forgets_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
