/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_view.h"

#include <string.h>

#include "vmcore/inspect/mm_counters.h"
#include "vmcore/inspect/remarks.h"
#include "vmcore/inspect/shape.h"

#define OBJECT 0x400ff0 /* its second half lies on the next page */
#define MM 0x402000

enum { NUMBER, SIGNED, BITS, PLACE, MISSING, FAR_ONE, MEMBERS };

static const char *const paths[MEMBERS] = {
	[NUMBER] = "thing.number",   [SIGNED] = "thing.old_balance|thing.balance",
	[BITS] = "thing.level",	     [PLACE] = "&thing.list",
	[MISSING] = "thing.nothing", [FAR_ONE] = "thing.far",
};

static struct fake_view *make(bool big_endian, bool counters)
{
	struct fake_view *view = fake_view_create(big_endian);
	struct fake_btf *btf = &view->btf;
	uint32_t u64, s32, s64, u32, list, stat, percpu, array;

	fake_symbol(view, "_stext", 'T', 0x200000);
	u64 = fake_btf_int(btf, "u64", 8, 0);
	s64 = fake_btf_int(btf, "s64", 8, 1);
	s32 = fake_btf_int(btf, "s32", 4, 1);
	u32 = fake_btf_int(btf, "u32", 4, 0);
	list = fake_btf_struct(btf, "list_head", 16, false);
	fake_btf_member(btf, "next", u64, 0);
	fake_btf_struct(btf, "thing", 64, false);
	fake_btf_bits(btf, "number", u64, 0, 0);
	fake_btf_bits(btf, "balance", s32, 8 * 8, 0);
	fake_btf_bits(btf, "level", u32, 12 * 8 + 3, 5);
	fake_btf_bits(btf, "list", list, 16 * 8, 0);
	fake_btf_bits(btf, "far", u64, 32 * 8, 0);
	percpu = fake_btf_struct(btf, "percpu_counter", 16, false);
	fake_btf_member(btf, "count", s64, 0);
	fake_btf_member(btf, "counters", u64, 8 * 8);
	array = fake_btf_array(btf, counters ? percpu : s64, 4);
	stat = fake_btf_struct(btf, "mm_rss_stat", 32, false);
	fake_btf_member(btf, "count", array, 0);
	fake_btf_struct(btf, "mm_struct", 128, false);
	fake_btf_member(btf, "total_vm", u64, 0);
	fake_btf_member(btf, "rss_stat", counters ? array : stat, 8 * 8);
	return view;
}

static int setup_little(void **state)
{
	*state = make(false, false);
	return 0;
}

static int setup_big(void **state)
{
	*state = make(true, false);
	return 0;
}

static int setup_counters(void **state)
{
	*state = make(false, true);
	return 0;
}

static void fill(struct fake_view *view)
{
	fake_word(view, OBJECT, 0x1122334455667788);
	fake_put(view->machine, OBJECT + 8, -5, 4, view->big);
	/* Bits 3 to 7, from the low end or the high end, hold 19. */
	fake_put(view->machine, OBJECT + 12, view->big ? 19u << 24 : 19u << 3, 4,
		 view->big);
}

static void members_are_read_as_their_types_say(void **state)
{
	struct fake_view *view = *state;
	uint64_t value[MEMBERS];
	struct kdk_shape shape;

	fill(view);
	fake_word(view, OBJECT + 32, 99);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, false);
	assert_success(kdk_shape_make(&view->kernel, paths, MEMBERS, PLACE, &shape));
	assert_success(kdk_shape_read(&view->kernel, &shape, view->virt + OBJECT, value));
	assert_int_equal(value[NUMBER], 0x1122334455667788);
	assert_int_equal((int64_t)value[SIGNED], -5);
	assert_int_equal(value[BITS], 19);
	assert_int_equal(value[PLACE], view->virt + OBJECT + 16);
	assert_int_equal(value[FAR_ONE], 99);
	assert_int_equal(value[MISSING], 0);
	assert_false(kdk_shape_has(&shape, MISSING));
	assert_true(kdk_shape_has(&shape, FAR_ONE));
}

static void a_page_that_is_gone_takes_only_its_members(void **state)
{
	struct fake_view *view = *state;
	uint64_t value[MEMBERS];
	struct kdk_shape shape;

	fill(view);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, false);
	assert_success(kdk_shape_make(&view->kernel, paths, MEMBERS, 0, &shape));
	assert_failure(kdk_shape_read(&view->kernel, &shape, view->virt + OBJECT, value),
		       KDK_ERROR_ABSENT, NULL);
	assert_int_equal(value[NUMBER], 0x1122334455667788);
	assert_int_equal(value[BITS], 19);
	assert_int_equal(value[FAR_ONE], 0);
}

static void a_required_member_must_exist(void **state)
{
	struct fake_view *view = *state;
	struct kdk_shape shape;

	fake_view_open(view, KDK_KALLSYMS_RELATIVE, false);
	assert_failure(kdk_shape_make(&view->kernel, paths, MEMBERS, MISSING + 1, &shape),
		       KDK_ERROR_ABSENT, NULL);
}

static void plain_counters_are_read_and_negative_ones_are_none(void **state)
{
	struct fake_view *view = *state;
	struct kdk_percpu none = { 0 };
	struct kdk_mm_counters counters;
	struct kdk_mm_layout layout;

	fake_word(view, MM, 1000);
	fake_word(view, MM + 8, 10);
	fake_word(view, MM + 16, 20);
	fake_word(view, MM + 24, -3);
	fake_word(view, MM + 32, 40);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, false);
	kdk_mm_layout_make(&view->kernel, &layout);
	assert_success(kdk_mm_counters_read(&view->kernel, &layout, &none,
					    view->virt + MM, &counters));
	assert_int_equal(counters.total, 1000);
	assert_int_equal(counters.file, 10);
	assert_int_equal(counters.anon, 20);
	assert_int_equal(counters.swap, 0);
	assert_int_equal(counters.shmem, 40);
}

static void what_cpus_keep_to_themselves_is_added(void **state)
{
	struct fake_view *view = *state;
	struct kdk_cpu cpus[] = {
		{ .offset = 0x1000, .possible = true },
		{ .offset = 0x9000, .possible = false },
		{ .offset = 0x2000, .possible = true },
	};
	struct kdk_percpu percpu = { cpus, KDK_ARRAY_SIZE(cpus), 2 };
	struct kdk_mm_counters counters;
	struct kdk_mm_layout layout;

	fake_word(view, MM, 1000);
	for (unsigned int i = 0; i < 4; i++) {
		fake_word(view, MM + 8 + i * 16, 100 * (i + 1));
		fake_word(view, MM + 16 + i * 16, view->virt + 0x410000 + i * 4);
	}
	for (unsigned int i = 0; i < 4; i++) {
		fake_put(view->machine, 0x411000 + i * 4, i, 4, view->big);
		fake_put(view->machine, 0x412000 + i * 4, -10, 4, view->big);
	}
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, false);
	kdk_mm_layout_make(&view->kernel, &layout);
	assert_true(layout.per_cpu);
	assert_success(kdk_mm_counters_read(&view->kernel, &layout, &percpu,
					    view->virt + MM, &counters));
	assert_int_equal(counters.file, 100 + 0 - 10);
	assert_int_equal(counters.anon, 200 + 1 - 10);
	assert_int_equal(counters.swap, 300 + 2 - 10);
	assert_int_equal(counters.shmem, 400 + 3 - 10);
}

static void remarks_are_few_and_each_is_said_once(void **state)
{
	struct kdk_remarks remarks = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		kdk_remarks_add(&remarks, "the same");
	assert_int_equal(remarks.count, 1);
	assert_int_equal(remarks.left_out, 0);
	for (unsigned int i = 0; i < 100; i++)
		kdk_remarks_add_error(&remarks,
				      kdk_error_new(KDK_ERROR_ABSENT, "not %u", i),
				      "task %d", 7);
	assert_true(remarks.count < 100);
	assert_int_equal(remarks.count + remarks.left_out, 101);
	assert_string_equal(remarks.lines[1], "task 7: not 0");
	kdk_remarks_add_error(&remarks, NULL, "nothing");
	assert_int_equal(remarks.count + remarks.left_out, 101);
	kdk_remarks_deinit(&remarks);
}

#define BOTH(test)                                                                       \
	cmocka_unit_test_setup_teardown(test, setup_little, fake_view_teardown),         \
		cmocka_unit_test_setup_teardown(test, setup_big, fake_view_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(members_are_read_as_their_types_say),
		BOTH(a_page_that_is_gone_takes_only_its_members),
		BOTH(a_required_member_must_exist),
		BOTH(plain_counters_are_read_and_negative_ones_are_none),
		cmocka_unit_test_setup_teardown(what_cpus_keep_to_themselves_is_added,
						setup_counters, fake_view_teardown),
		cmocka_unit_test(remarks_are_few_and_each_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
