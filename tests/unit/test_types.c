/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_view.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/types.h"

/* Numbers of the types that make() writes. */
enum { INT = 1, CHAR, ULONG, LIST, LIST_POINTER, NAME, INNER, ANY, STATE, TASK, TASK_TYPEDEF,
       TASK_POINTER, CONST_CHAR, CONST_POINTER, FUNCTION, FUNCTION_POINTER, MATRIX, ROW };

static struct kdk_types *make(void **state, bool big)
{
	struct fake_view *view = fake_view_create(big);
	struct fake_btf *btf = &view->btf;
	struct kdk_types *types;

	*state = view;
	fake_symbol(view, "_stext", 'T', 0x200000);
	fake_btf_int(btf, "int", 4, 1);
	fake_btf_int(btf, "char", 1, 1);
	fake_btf_int(btf, "unsigned long", 8, 0);
	fake_btf_struct(btf, "list_head", 16, false);
	fake_btf_member(btf, "next", LIST_POINTER, 0);
	fake_btf_member(btf, "prev", LIST_POINTER, 64);
	fake_btf_pointer(btf, LIST);
	fake_btf_array(btf, CHAR, 16);
	fake_btf_struct(btf, "", 8, false);
	fake_btf_member(btf, "low", INT, 0);
	fake_btf_member(btf, "high", INT, 32);
	fake_btf_struct(btf, "", 8, true);
	fake_btf_member(btf, "whole", ULONG, 0);
	fake_btf_member(btf, "", INNER, 0);
	fake_btf_enum(btf, "state", false);
	fake_btf_enumerator(btf, "STATE_ON", 1);
	fake_btf_struct(btf, "task", 64, false);
	fake_btf_bits(btf, "flag", INT, 0, 3);
	fake_btf_bits(btf, "level", INT, 3, 5);
	fake_btf_bits(btf, "__state", STATE, 32, 0);
	fake_btf_bits(btf, "", ANY, 64, 0);
	fake_btf_bits(btf, "name", NAME, 128, 0);
	fake_btf_bits(btf, "list", LIST, 256, 0);
	fake_btf_typedef(btf, "task_t", TASK);
	fake_btf_pointer(btf, TASK_TYPEDEF);
	fake_btf_raw(btf, "", 10 << 24, CHAR);
	fake_btf_pointer(btf, CONST_CHAR);
	fake_btf_function(btf, INT);
	fake_btf_parameter(btf, "text", CONST_POINTER);
	fake_btf_parameter(btf, "", 0);
	fake_btf_pointer(btf, FUNCTION);
	fake_btf_array(btf, ROW, 2);
	fake_btf_array(btf, FUNCTION_POINTER, 3);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	assert_success(kdk_kernel_types(&view->kernel, &types));
	return types;
}

static void assert_place(struct kdk_types *types, const char *path, uint64_t offset, uint64_t size)
{
	struct kdk_field field;

	/* The second answer is the one that was kept. */
	for (int i = 0; i < 2; i++) {
		assert_success(kdk_types_field(types, path, &field));
		assert_int_equal(field.offset, offset);
		assert_int_equal(field.size, size);
	}
}

static void paths_lead_through_structs_arrays_and_anonymous_members(void **state)
{
	struct kdk_types *types = make(state, true);
	struct kdk_field field;

	assert_string_equal(kdk_types_source(types), "BTF of the dump");
	assert_place(types, "task.name", 16, 16);
	assert_place(types, "struct task.name[3]", 19, 1);
	assert_place(types, "task.list.prev", 40, 8);
	assert_place(types, "task_t.list.prev", 40, 8);
	assert_place(types, "task.high", 12, 4);
	assert_place(types, "task.whole", 8, 8);
	assert_place(types, "task.state|task.__state", 4, 4);
	assert_place(types, "nothing.state|task.list", 32, 16);
	assert_failure(kdk_types_field(types, "task.state|task.stat", &field), KDK_ERROR_ABSENT,
		       "BTF of the dump has no member \"task.state|task.stat\"");
	assert_failure(kdk_types_field(types, "task", &field), KDK_ERROR_ABSENT, NULL);
	assert_failure(kdk_types_field(types, "task.name[x]", &field), KDK_ERROR_ABSENT, NULL);
	assert_failure(kdk_types_field(types, "task.list[0]", &field), KDK_ERROR_ABSENT, NULL);
	assert_failure(kdk_types_field(types, "task.list.prev.next", &field), KDK_ERROR_ABSENT,
		       NULL);
	assert_success(kdk_types_member_path(types, TASK_TYPEDEF, "list.prev", &field));
	assert_int_equal(field.offset, 40);
	assert_failure(kdk_types_member_path(types, TASK, "comm", &field), KDK_ERROR_ABSENT,
		       "task has no member \"comm\"");
}

static void many_answers_are_kept(void **state)
{
	struct kdk_types *types = make(state, true);
	struct kdk_field field;
	char path[64];

	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "no%d.member|task.name[%d]", i, i % 16);
		assert_success(kdk_types_field(types, path, &field));
		assert_int_equal(field.offset, 16 + i % 16);
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "no%d.member|task.name[%d]", i, i % 16);
		assert_success(kdk_types_field(types, path, &field));
		assert_int_equal(field.offset, 16 + i % 16);
	}
}

static void assert_declared(struct kdk_types *types, uint32_t id, const char *name,
			    const char *words)
{
	struct kdk_buffer buffer = { 0 };

	kdk_types_declare(types, id, name, &buffer);
	assert_string_equal(buffer.data, words);
	kdk_buffer_deinit(&buffer);
}

static void types_are_named_as_c_does(void **state)
{
	struct kdk_types *types = make(state, false);

	assert_declared(types, TASK, "", "struct task");
	assert_declared(types, TASK_POINTER, "t", "task_t *t");
	assert_declared(types, NAME, "name", "char name[16]");
	assert_declared(types, CONST_POINTER, "", "const char *");
	assert_declared(types, FUNCTION, "print", "int print(const char *text, ...)");
	assert_declared(types, FUNCTION_POINTER, "print", "int (*print)(const char *text, ...)");
	assert_declared(types, MATRIX, "m", "int (*m[2][3])(const char *text, ...)");
	assert_declared(types, 0, "", "void");
	assert_declared(types, 9999, "x", "?");
	assert_declared(types, STATE, "a\033b", "enum state a\\x1bb");
}

static void names_constants_and_sizes_are_found(void **state)
{
	struct kdk_types *types = make(state, true);
	uint64_t value;
	uint32_t id;

	assert_true(kdk_types_constant(types, "STATE_ON", &value));
	assert_int_equal(value, 1);
	assert_false(kdk_types_constant(types, "STATE_OFF", &value));
	assert_true(kdk_types_find(types, "task_t", &id));
	assert_int_equal(id, TASK_TYPEDEF);
	assert_false(kdk_types_find(types, "union task", &id));
	assert_int_equal(kdk_types_sizeof(types, "no|task_t"), 64);
	assert_int_equal(kdk_types_sizeof(types, "no"), 0);
	assert_int_equal(kdk_types_size(types, MATRIX), 48);
}

/* A task at physical 0x400000. */
static void write_task(struct fake_view *view)
{
	uint64_t at = 0x400000;

	fake_write(view->machine, at, (const uint8_t[]){ view->big ? 0xbf : 0xfd }, 1);
	fake_put(view->machine, at + 4, 1, 4, view->big);
	fake_put(view->machine, at + 8, 0x1122334455667788, 8, view->big);
	fake_write(view->machine, at + 16, "init", 5);
	fake_word(view, at + 32, view->virt + at + 32);
	fake_word(view, at + 40, view->virt + at + 32);
}

static void members_are_read_in_both_orders(void **state)
{
	for (int big = 0; big < 2; big++) {
		struct kdk_types *types = make(state, big);
		struct fake_view *view = *state;
		struct kdk_kernel *kernel = &view->kernel;
		uint64_t task = view->virt + 0x400000, value;
		char text[16];

		write_task(view);
		assert_success(kdk_object_u64(kernel, task, "task.whole", &value));
		assert_true(value == 0x1122334455667788);
		assert_success(kdk_object_u64(kernel, task, "task.low", &value));
		assert_true(value == (big ? 0x11223344 : 0x55667788));
		/* 101 in the first three bits; signed, as int is. */
		assert_success(kdk_object_u64(kernel, task, "task.flag", &value));
		assert_true((int64_t)value == -3);
		assert_success(kdk_object_u64(kernel, task, "task.level", &value));
		assert_true((int64_t)value == -1);
		assert_success(kdk_object_string(kernel, task, "task.name", text, sizeof(text)));
		assert_string_equal(text, "init");
		assert_success(kdk_object_string(kernel, task, "task.name", text, 3));
		assert_string_equal(text, "in");
		assert_failure(kdk_object_u64(kernel, task, "task.name", &value),
			       KDK_ERROR_FORMAT, "task.name is no number: it has 16 bytes");
		assert_failure(kdk_object_u64(kernel, task + 0x10000, "task.whole", &value),
			       KDK_ERROR_ABSENT, NULL);
		assert_true(kdk_kernel_has(kernel, "task.list"));
		assert_false(kdk_kernel_has(kernel, "task.lists"));
		assert_int_equal(kdk_types_sizeof(types, "task"), 64);
		fake_view_teardown(state);
	}
}

/* Links `count` tasks 64 bytes apart from head 0x3ff000; the last one points to `last`. */
static void write_list(struct fake_view *view, size_t count, uint64_t last)
{
	uint64_t at = 0x3ff000;

	for (size_t i = 0; i < count; i++) {
		fake_word(view, at, view->virt + 0x400020 + 64 * i);
		at = 0x400020 + 64 * i;
	}
	fake_word(view, at, last);
}

/* What a walk gives of such a list, and its note, which is the caller's. */
static size_t count_list(void **state, size_t length, uint64_t last, char **ret_note)
{
	struct kdk_list_walk walk;
	struct fake_view *view;
	uint64_t task;
	size_t count = 0;

	make(state, true);
	view = *state;
	write_list(view, length, last);
	assert_success(kdk_list_begin(&walk, &view->kernel, 0x3ff000, "task.list"));
	while (kdk_list_next(&walk, &task))
		assert_true(task == 0x400000 + 64 * (count++ % 100));
	*ret_note = kdk_take(walk.note);
	kdk_list_end(&walk);
	fake_view_teardown(state);
	return count;
}

static void lists_end_where_they_should_or_say_why(void **state)
{
	char *note;

	assert_int_equal(count_list(state, 0, 0x3ff000, &note), 0);
	assert_null(note);
	assert_int_equal(count_list(state, 100, 0x3ff000, &note), 100);
	assert_null(note);
	assert_int_equal(count_list(state, 100, 0, &note), 100);
	assert_string_equal(note, "list at 0x3ff000: after 100 entries a link is NULL");
	free(note);
	assert_int_equal(count_list(state, 0, 0x400020, &note), 1);
	assert_non_null(strstr(note, "after 1 entries the next link cannot be read"));
	free(note);
	/* The last points to the first: never to the head. */
	assert_in_range(count_list(state, 100, 0x400020, &note), 100, 300);
	assert_non_null(strstr(note, "it goes round in a circle"));
	free(note);
}

static void hlists_and_chains_end_with_null(void **state)
{
	struct kdk_list_walk walk;
	struct fake_view *view;
	uint64_t task, count = 0;

	make(state, true);
	view = *state;
	/* hlist_nulls ends with an odd number. */
	write_list(view, 3, 7);
	assert_success(kdk_hlist_begin(&walk, &view->kernel, 0x3ff000, "task.list"));
	while (kdk_list_next(&walk, &task))
		assert_true(task == 0x400000 + 64 * count++);
	assert_null(walk.note);
	kdk_list_end(&walk);
	assert_int_equal(count, 3);
	fake_word(view, 0x500020, 0x600000);
	fake_word(view, 0x600020, 0);
	assert_success(kdk_chain_begin(&walk, &view->kernel, 0x500000, "task.list.next"));
	assert_true(kdk_list_next(&walk, &task));
	assert_true(task == 0x500000);
	assert_true(kdk_list_next(&walk, &task));
	assert_true(task == 0x600000);
	assert_false(kdk_list_next(&walk, &task));
	assert_null(walk.note);
	kdk_list_end(&walk);
}

/* Anonymous structs within each other, each twice: 2^n ways to look for a name. */
static void anonymous_members_without_end_are_given_up(void **state)
{
	struct fake_view *view = fake_view_create(true);
	struct kdk_types *types;
	struct kdk_field field;

	*state = view;
	fake_symbol(view, "_stext", 'T', 0x200000);
	fake_btf_struct(&view->btf, "deep", 8, false);
	for (int i = 0; i < 40; i++)
		fake_btf_member(&view->btf, "", 2, 0);
	fake_btf_struct(&view->btf, "", 8, false);
	for (int i = 0; i < 40; i++)
		fake_btf_member(&view->btf, "", 2, 0);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	assert_success(kdk_kernel_types(&view->kernel, &types));
	assert_failure(kdk_types_field(types, "deep.x", &field), KDK_ERROR_ABSENT, NULL);
}

static void missing_types_say_why(void **state)
{
	struct fake_view *view = fake_view_create(true);
	struct kdk_types *types;

	*state = view;
	fake_symbol(view, "_stext", 'T', 0x200000);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	for (int i = 0; i < 2; i++)
		assert_failure(kdk_kernel_types(&view->kernel, &types), KDK_ERROR_ABSENT,
			       "no types: no symbol tells where BTF could be: "
			       "__start_BTF, _etext");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(paths_lead_through_structs_arrays_and_anonymous_members,
					  fake_view_teardown),
		cmocka_unit_test_teardown(many_answers_are_kept, fake_view_teardown),
		cmocka_unit_test_teardown(types_are_named_as_c_does, fake_view_teardown),
		cmocka_unit_test_teardown(names_constants_and_sizes_are_found, fake_view_teardown),
		cmocka_unit_test_teardown(members_are_read_in_both_orders, fake_view_teardown),
		cmocka_unit_test_teardown(lists_end_where_they_should_or_say_why,
					  fake_view_teardown),
		cmocka_unit_test_teardown(hlists_and_chains_end_with_null, fake_view_teardown),
		cmocka_unit_test_teardown(anonymous_members_without_end_are_given_up,
					  fake_view_teardown),
		cmocka_unit_test_teardown(missing_types_say_why, fake_view_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
