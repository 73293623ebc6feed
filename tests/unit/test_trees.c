/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_view.h"

#include <string.h>

#include "vmcore/kernel/trees.h"

/* Physical addresses of what the tests write */
#define ROOT 0x400000
#define NODES 0x410000
#define ENTRIES 0x420000

/* Offsets in the structs that open() makes up */
enum {
	RB_PARENT = 0,
	RB_RIGHT = 8,
	RB_LEFT = 16,
	RB_OBJECT = 24,
	XA_HEAD = 8,
	XA_SHIFT = 0,
	XA_PARENT = 8,
	XA_SLOTS = 16,
	XA_COUNT = 4,
	MA_ROOT = 8,
	MA_PARENT = 0,
	MA_PIVOTS = 8,
	RANGE_SLOTS = 32,
	RANGE_COUNT = 4,
	ARANGE_SLOTS = 24,
	ARANGE_COUNT = 3,
};
enum { LEAF = 1, RANGE = 2, ARANGE = 3 };

static void add_types(struct fake_btf *btf)
{
	uint32_t u8 = fake_btf_int(btf, "u8", 1, 0), u64 = fake_btf_int(btf, "u64", 8, 0);
	uint32_t slots = fake_btf_array(btf, u64, XA_COUNT), node;
	uint32_t range_pivots = fake_btf_array(btf, u64, RANGE_COUNT - 1);
	uint32_t range_slots = fake_btf_array(btf, u64, RANGE_COUNT);
	uint32_t arange_pivots = fake_btf_array(btf, u64, ARANGE_COUNT - 1);
	uint32_t arange_slots = fake_btf_array(btf, u64, ARANGE_COUNT);

	node = fake_btf_struct(btf, "rb_node", 24, false);
	fake_btf_member(btf, "__rb_parent_color", u64, RB_PARENT * 8);
	fake_btf_member(btf, "rb_right", u64, RB_RIGHT * 8);
	fake_btf_member(btf, "rb_left", u64, RB_LEFT * 8);
	fake_btf_struct(btf, "thing", 64, false);
	fake_btf_member(btf, "node", node, RB_OBJECT * 8);
	fake_btf_struct(btf, "xarray", 16, false);
	fake_btf_member(btf, "xa_head", u64, XA_HEAD * 8);
	fake_btf_struct(btf, "xa_node", 48, false);
	fake_btf_member(btf, "shift", u8, XA_SHIFT * 8);
	fake_btf_member(btf, "parent", u64, XA_PARENT * 8);
	fake_btf_member(btf, "slots", slots, XA_SLOTS * 8);
	fake_btf_struct(btf, "maple_tree", 16, false);
	fake_btf_member(btf, "ma_root", u64, MA_ROOT * 8);
	fake_btf_struct(btf, "maple_range_64", 64, false);
	fake_btf_member(btf, "parent", u64, MA_PARENT * 8);
	fake_btf_member(btf, "pivot", range_pivots, MA_PIVOTS * 8);
	fake_btf_member(btf, "slot", range_slots, RANGE_SLOTS * 8);
	fake_btf_struct(btf, "maple_arange_64", 48, false);
	fake_btf_member(btf, "parent", u64, MA_PARENT * 8);
	fake_btf_member(btf, "pivot", arange_pivots, MA_PIVOTS * 8);
	fake_btf_member(btf, "slot", arange_slots, ARANGE_SLOTS * 8);
}

static struct fake_view *make(bool big_endian)
{
	struct fake_view *view = fake_view_create(big_endian);

	fake_symbol(view, "_stext", 'T', 0x200000);
	add_types(&view->btf);
	/* The pages of all that the tests write */
	fake_word(view, ROOT, 0);
	for (unsigned int i = 0; i < 8; i++)
		fake_word(view, NODES + i * 256, 0);
	fake_word(view, ENTRIES, 0);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, false);
	return view;
}

static int setup_little(void **state)
{
	*state = make(false);
	return 0;
}

static int setup_big(void **state)
{
	*state = make(true);
	return 0;
}

/* Node `index`: physical for writing, virtual for pointing at. */
static uint64_t place(unsigned int index)
{
	return NODES + index * 256;
}

static uint64_t at(const struct fake_view *view, unsigned int index)
{
	return view->virt + place(index);
}

static uint64_t entry(const struct fake_view *view, unsigned int index)
{
	return view->virt + ENTRIES + index * 64;
}

static void rb(struct fake_view *view, unsigned int node, int parent, int left, int right)
{
	fake_word(view, place(node) + RB_OBJECT + RB_PARENT,
		  parent < 0 ? 1 : (at(view, parent) + RB_OBJECT) | 1);
	fake_word(view, place(node) + RB_OBJECT + RB_LEFT,
		  left < 0 ? 0 : at(view, left) + RB_OBJECT);
	fake_word(view, place(node) + RB_OBJECT + RB_RIGHT,
		  right < 0 ? 0 : at(view, right) + RB_OBJECT);
}

static void rb_tree(struct fake_view *view)
{
	/*     3
	 *   1   4
	 *  0 2   5 */
	fake_word(view, ROOT, at(view, 3) + RB_OBJECT);
	rb(view, 3, -1, 1, 4);
	rb(view, 1, 3, 0, 2);
	rb(view, 0, 1, -1, -1);
	rb(view, 2, 1, -1, -1);
	rb(view, 4, 3, -1, 5);
	rb(view, 5, 4, -1, -1);
}

static void an_rb_tree_is_given_in_order(void **state)
{
	struct fake_view *view = *state;
	struct kdk_tree_walk walk;
	uint64_t object;

	rb_tree(view);
	assert_null(kdk_rb_begin(&walk, &view->kernel, view->virt + ROOT, "thing.node"));
	for (unsigned int i = 0; i < 6; i++) {
		assert_true(kdk_tree_next(&walk, &object));
		assert_int_equal(object, at(view, i));
	}
	assert_false(kdk_tree_next(&walk, &object));
	assert_null(walk.note);
	kdk_tree_end(&walk);
}

static void an_rb_node_of_another_parent_ends_its_side(void **state)
{
	struct fake_view *view = *state;
	struct kdk_tree_walk walk;
	uint64_t object, count = 0;

	rb_tree(view);
	/* The last node leads back to the root. */
	rb(view, 5, 4, -1, 3);
	assert_null(kdk_rb_begin(&walk, &view->kernel, view->virt + ROOT, "thing.node"));
	while (kdk_tree_next(&walk, &object))
		count++;
	assert_int_equal(count, 6);
	assert_non_null(walk.note);
	assert_non_null(strstr(walk.note, "does not belong"));
	kdk_tree_end(&walk);
}

static void an_empty_tree_has_nothing(void **state)
{
	struct fake_view *view = *state;
	struct kdk_tree_walk walk;
	uint64_t object;

	fake_word(view, ROOT, 0);
	assert_null(kdk_rb_begin(&walk, &view->kernel, view->virt + ROOT, NULL));
	assert_false(kdk_tree_next(&walk, &object));
	kdk_tree_end(&walk);
	fake_word(view, ROOT + XA_HEAD, 0);
	assert_null(kdk_xarray_begin(&walk, &view->kernel, view->virt + ROOT));
	assert_false(kdk_tree_next(&walk, &object));
	kdk_tree_end(&walk);
	assert_null(kdk_maple_begin(&walk, &view->kernel, view->virt + ROOT));
	assert_false(kdk_tree_next(&walk, &object));
	assert_null(walk.note);
	kdk_tree_end(&walk);
}

static void xa(struct fake_view *view, unsigned int node, unsigned int shift, int parent)
{
	/* Written as a byte: both orders have it in the same place. */
	uint8_t byte = shift;

	fake_write(view->machine, place(node) + XA_SHIFT, &byte, 1);
	fake_word(view, place(node) + XA_PARENT, parent < 0 ? 0 : at(view, parent));
	for (unsigned int i = 0; i < XA_COUNT; i++)
		fake_word(view, place(node) + XA_SLOTS + i * 8, 0);
}

static void xa_slot(struct fake_view *view, unsigned int node, unsigned int slot,
		    uint64_t value)
{
	fake_word(view, place(node) + XA_SLOTS + slot * 8, value);
}

static void xarray(struct fake_view *view)
{
	fake_word(view, ROOT + XA_HEAD, at(view, 0) | 2);
	xa(view, 0, 2, -1);
	xa(view, 1, 0, 0);
	xa(view, 2, 0, 0);
	xa_slot(view, 0, 0, at(view, 1) | 2);
	xa_slot(view, 0, 3, at(view, 2) | 2);
	xa_slot(view, 1, 1, entry(view, 0));
	xa_slot(view, 1, 2, 1 << 2 | 2);  /* a sibling of slot 1 */
	xa_slot(view, 1, 3, 77 << 1 | 1); /* a value */
	xa_slot(view, 2, 0, entry(view, 1));
}

static void an_xarray_gives_its_entries_with_their_indexes(void **state)
{
	static const uint64_t indexes[] = { 1, 3, 12 };
	struct fake_view *view = *state;
	const uint64_t entries[] = { entry(view, 0), 77 << 1 | 1, entry(view, 1) };
	struct kdk_tree_walk walk;
	uint64_t got;

	xarray(view);
	assert_null(kdk_xarray_begin(&walk, &view->kernel, view->virt + ROOT));
	for (size_t i = 0; i < KDK_ARRAY_SIZE(indexes); i++) {
		assert_true(kdk_tree_next(&walk, &got));
		assert_int_equal(got, entries[i]);
		assert_int_equal(walk.first, indexes[i]);
		assert_int_equal(walk.last, indexes[i]);
	}
	assert_false(kdk_tree_next(&walk, &got));
	assert_null(walk.note);
	kdk_tree_end(&walk);
}

static void an_xarray_that_leads_back_into_itself_ends(void **state)
{
	struct fake_view *view = *state;
	struct kdk_tree_walk walk;
	uint64_t got, count = 0;

	xarray(view);
	xa_slot(view, 0, 1, at(view, 0) | 2);
	assert_null(kdk_xarray_begin(&walk, &view->kernel, view->virt + ROOT));
	while (kdk_tree_next(&walk, &got))
		count++;
	assert_int_equal(count, 3);
	assert_non_null(walk.note);
	kdk_tree_end(&walk);
}

static void a_root_may_be_the_only_entry(void **state)
{
	struct fake_view *view = *state;
	struct kdk_tree_walk walk;
	uint64_t got;

	fake_word(view, ROOT + XA_HEAD, entry(view, 3));
	assert_null(kdk_xarray_begin(&walk, &view->kernel, view->virt + ROOT));
	assert_true(kdk_tree_next(&walk, &got));
	assert_int_equal(got, entry(view, 3));
	assert_int_equal(walk.first, 0);
	assert_false(kdk_tree_next(&walk, &got));
	kdk_tree_end(&walk);
}

/* As the kernel marks them: bit 1 in the root, bit 2 below it. */
static uint64_t maple_root(const struct fake_view *view, unsigned int node,
			   unsigned int type)
{
	return at(view, node) | type << 3 | 4 | 2;
}

static uint64_t maple_child(const struct fake_view *view, unsigned int node,
			    unsigned int type)
{
	return at(view, node) | type << 3 | 4;
}

static void maple(struct fake_view *view)
{
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int offset = 0; offset < 64; offset += 8)
			fake_word(view, place(i) + offset, 0);
	fake_word(view, ROOT + MA_ROOT, maple_root(view, 0, ARANGE));
	fake_word(view, place(0) + MA_PARENT, (view->virt + ROOT) | 1);
	fake_word(view, place(0) + MA_PIVOTS, 99);
	fake_word(view, place(0) + MA_PIVOTS + 8, UINT64_MAX);
	fake_word(view, place(0) + ARANGE_SLOTS, maple_child(view, 1, LEAF));
	fake_word(view, place(0) + ARANGE_SLOTS + 8, maple_child(view, 2, LEAF));
	/* 0–9 nothing, 10–19 an entry, 20–99 another */
	fake_word(view, place(1) + MA_PARENT, at(view, 0) | 6);
	fake_word(view, place(1) + MA_PIVOTS, 9);
	fake_word(view, place(1) + MA_PIVOTS + 8, 19);
	fake_word(view, place(1) + MA_PIVOTS + 16, 99);
	fake_word(view, place(1) + RANGE_SLOTS + 8, entry(view, 0));
	fake_word(view, place(1) + RANGE_SLOTS + 16, entry(view, 1));
	/* What stands in the last slot, when its range is used up, is no entry. */
	fake_word(view, place(1) + RANGE_SLOTS + 24, 0x0202);
	/* 100–149 an entry, then nothing up to the end */
	fake_word(view, place(2) + MA_PARENT, at(view, 0) | 6 | 1 << 3);
	fake_word(view, place(2) + MA_PIVOTS, 149);
	fake_word(view, place(2) + RANGE_SLOTS, entry(view, 2));
}

static void a_maple_tree_gives_its_ranges(void **state)
{
	static const uint64_t ranges[][2] = { { 10, 19 }, { 20, 99 }, { 100, 149 } };
	struct fake_view *view = *state;
	struct kdk_tree_walk walk;
	uint64_t got;

	maple(view);
	assert_null(kdk_maple_begin(&walk, &view->kernel, view->virt + ROOT));
	for (unsigned int i = 0; i < KDK_ARRAY_SIZE(ranges); i++) {
		assert_true(kdk_tree_next(&walk, &got));
		assert_int_equal(got, entry(view, i));
		assert_int_equal(walk.first, ranges[i][0]);
		assert_int_equal(walk.last, ranges[i][1]);
	}
	assert_false(kdk_tree_next(&walk, &got));
	assert_null(walk.note);
	kdk_tree_end(&walk);
}

/* The rest of that leaf is not believed. */
static void a_maple_pivot_out_of_order_is_told(void **state)
{
	struct fake_view *view = *state;
	struct kdk_tree_walk walk;
	uint64_t got, count = 0;

	maple(view);
	fake_word(view, place(2) + MA_PIVOTS, 50);
	assert_null(kdk_maple_begin(&walk, &view->kernel, view->virt + ROOT));
	while (kdk_tree_next(&walk, &got))
		count++;
	assert_int_equal(count, 2);
	assert_non_null(strstr(walk.note, "out of order"));
	kdk_tree_end(&walk);
}

static void a_maple_node_that_is_its_own_parent_is_told(void **state)
{
	struct fake_view *view = *state;
	struct kdk_tree_walk walk;
	uint64_t got, count = 0;

	maple(view);
	fake_word(view, place(0) + ARANGE_SLOTS + 8, maple_child(view, 0, ARANGE));
	assert_null(kdk_maple_begin(&walk, &view->kernel, view->virt + ROOT));
	while (kdk_tree_next(&walk, &got))
		count++;
	assert_int_equal(count, 2);
	assert_non_null(strstr(walk.note, "does not belong"));
	kdk_tree_end(&walk);
}

static void a_node_that_is_not_there_is_told(void **state)
{
	struct fake_view *view = *state;
	struct kdk_tree_walk walk;
	uint64_t got, count = 0;

	maple(view);
	fake_word(view, place(0) + ARANGE_SLOTS, (view->virt + 0x700000) | LEAF << 3 | 4);
	assert_null(kdk_maple_begin(&walk, &view->kernel, view->virt + ROOT));
	while (kdk_tree_next(&walk, &got))
		count++;
	assert_int_equal(count, 1);
	assert_non_null(walk.note);
	kdk_tree_end(&walk);
}

#define BOTH(test)                                                                       \
	cmocka_unit_test_setup_teardown(test, setup_little, fake_view_teardown),         \
		cmocka_unit_test_setup_teardown(test, setup_big, fake_view_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(an_rb_tree_is_given_in_order),
		BOTH(an_rb_node_of_another_parent_ends_its_side),
		BOTH(an_empty_tree_has_nothing),
		BOTH(an_xarray_gives_its_entries_with_their_indexes),
		BOTH(an_xarray_that_leads_back_into_itself_ends),
		BOTH(a_root_may_be_the_only_entry),
		BOTH(a_maple_tree_gives_its_ranges),
		BOTH(a_maple_pivot_out_of_order_is_told),
		BOTH(a_maple_node_that_is_its_own_parent_is_told),
		BOTH(a_node_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
