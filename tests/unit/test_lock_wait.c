/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_view.h"

#include "vmcore/inspect/lock_wait.h"

#define TASK 0x500000
#define STACK 0x504000
#define WAITER (STACK + 0x48)
#define LOCK 0x510000
#define WAIT_LIST 0x10	/* of mutex and rw_semaphore */

enum { ULONG = 1, UINT, LIST, LIST_POINTER, MUTEX, RWSEM, MUTEX_WAITER, RWSEM_WAITER };

/* A task whose waiter is the only one in the list of the lock. */
static struct fake_view *make(void **state, bool big)
{
	struct fake_view *view = fake_view_create(big);
	struct fake_btf *btf = &view->btf;

	*state = view;
	fake_symbol(view, "_stext", 'T', 0x200000);
	fake_symbol(view, "init_task", 'D', 0x280000);
	fake_btf_int(btf, "unsigned long", 8, 0);
	fake_btf_int(btf, "unsigned int", 4, 0);
	fake_btf_struct(btf, "list_head", 16, false);
	fake_btf_member(btf, "next", LIST_POINTER, 0);
	fake_btf_member(btf, "prev", LIST_POINTER, 64);
	fake_btf_pointer(btf, LIST);
	fake_btf_struct(btf, "mutex", 32, false);
	fake_btf_member(btf, "owner", ULONG, 0);
	fake_btf_member(btf, "wait_list", LIST, 8 * WAIT_LIST);
	fake_btf_struct(btf, "rw_semaphore", 32, false);
	fake_btf_member(btf, "count", ULONG, 0);
	fake_btf_member(btf, "owner", ULONG, 64);
	fake_btf_member(btf, "wait_list", LIST, 8 * WAIT_LIST);
	fake_btf_struct(btf, "mutex_waiter", 24, false);
	fake_btf_member(btf, "list", LIST, 0);
	fake_btf_member(btf, "task", ULONG, 128);
	fake_btf_struct(btf, "rwsem_waiter", 32, false);
	fake_btf_member(btf, "list", LIST, 0);
	fake_btf_member(btf, "task", ULONG, 128);
	fake_btf_member(btf, "type", UINT, 192);
	/* A word before the waiter names the task too, but is in no list. */
	for (uint64_t at = 0; at < 0x200; at += 8)
		fake_word(view, STACK + at, 0);
	fake_word(view, STACK + 0x20, view->virt + TASK);
	fake_word(view, WAITER, view->virt + LOCK + WAIT_LIST);
	fake_word(view, WAITER + 8, view->virt + LOCK + WAIT_LIST);
	fake_word(view, WAITER + 16, view->virt + TASK);
	fake_word(view, LOCK + WAIT_LIST, view->virt + WAITER);
	fake_word(view, LOCK + WAIT_LIST + 8, view->virt + WAITER);
	fake_view_open(view, KDK_KALLSYMS_RELATIVE, true);
	return view;
}

static bool find(struct fake_view *view, char *function, uint64_t end,
		 enum kdk_lock_kind *ret_kind, struct kdk_lock_waiters *ret)
{
	const struct kdk_task task = { .address = view->virt + TASK, .stack = view->virt + STACK };
	struct kdk_frame frames[3] = {
		{ .function = (char *)"schedule", .sp = view->virt + STACK },
		{ .function = function, .sp = view->virt + STACK + 0x10 },
		{ .function = NULL, .sp = view->virt + end },
	};
	const struct kdk_backtrace trace = { .frames = frames, .count = 3 };

	return kdk_lock_wait_find(&view->kernel, &task, &trace, ret_kind, ret);
}

static void check_find(struct fake_view *view, const char *function, enum kdk_lock_kind kind)
{
	struct kdk_lock_waiters waiters;
	enum kdk_lock_kind found;

	assert_true(find(view, (char *)function, STACK + 0x100, &found, &waiters));
	assert_int_equal(found, kind);
	assert_int_equal(waiters.first, view->virt + WAITER);
	assert_int_equal(waiters.task_offset, 16);
	assert_int_equal(waiters.type_offset, kind == KDK_LOCK_RWSEM ? 24 : UINT64_MAX);
}

static void check_both(void **state, bool big)
{
	struct fake_view *view = make(state, big);

	check_find(view, "__mutex_lock.constprop.0", KDK_LOCK_MUTEX);
	check_find(view, "__ww_mutex_lock_slowpath", KDK_LOCK_MUTEX);
	check_find(view, "rwsem_down_read_slowpath", KDK_LOCK_RWSEM);
	check_find(view, "__rwsem_down_write_failed", KDK_LOCK_RWSEM);
}

static void test_find(void **state)
{
	check_both(state, false);
}

static void test_find_big_endian(void **state)
{
	check_both(state, true);
}

static void test_not_found(void **state)
{
	struct fake_view *view = make(state, false);
	struct kdk_lock_waiters waiters;
	enum kdk_lock_kind kind;

	assert_false(find(view, (char *)"do_nanosleep", STACK + 0x100, &kind, &waiters));
	/* The frame ends before the waiter. */
	assert_false(find(view, (char *)"__mutex_lock", WAITER, &kind, &waiters));
	/* The list does not know it. */
	fake_word(view, LOCK + WAIT_LIST + 8, view->virt + LOCK + WAIT_LIST);
	fake_open(view->machine, "x86_64", FAKE_PAGE);
	view->kernel.memory = view->machine->memory;
	assert_false(find(view, (char *)"__mutex_lock", STACK + 0x100, &kind, &waiters));
}

static struct kdk_lock read_lock(struct fake_view *view, enum kdk_lock_kind kind, uint64_t first,
				 uint64_t second)
{
	struct kdk_lock lock = { 0 };

	fake_word(view, LOCK, first);
	fake_word(view, LOCK + 8, second);
	assert_success(kdk_lock_read(&view->kernel, kind, view->virt + LOCK + WAIT_LIST, &lock));
	assert_int_equal(lock.kind, kind);
	assert_int_equal(lock.address, view->virt + LOCK);
	return lock;
}

/* Each case is a machine of its own: pages that were read are kept. */
static void test_mutex_owner(void **state)
{
	struct fake_view *view = make(state, false);
	struct kdk_lock lock = read_lock(view, KDK_LOCK_MUTEX, (view->virt + TASK) | 3, 0);

	assert_int_equal(lock.owner, view->virt + TASK);
	assert_false(lock.readers);
}

static void test_rwsem_writer(void **state)
{
	struct fake_view *view = make(state, false);
	struct kdk_lock lock = read_lock(view, KDK_LOCK_RWSEM, 3, view->virt + TASK);

	assert_int_equal(lock.owner, view->virt + TASK);
	assert_false(lock.readers);
}

static void test_rwsem_readers(void **state)
{
	struct fake_view *view = make(state, true);
	struct kdk_lock lock = read_lock(view, KDK_LOCK_RWSEM, 0x102, (view->virt + TASK) | 1);

	assert_int_equal(lock.owner, view->virt + TASK);
	assert_true(lock.readers);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_teardown(test_find, fake_view_teardown),
	cmocka_unit_test_teardown(test_find_big_endian, fake_view_teardown),
	cmocka_unit_test_teardown(test_not_found, fake_view_teardown),
	cmocka_unit_test_teardown(test_mutex_owner, fake_view_teardown),
	cmocka_unit_test_teardown(test_rwsem_writer, fake_view_teardown),
	cmocka_unit_test_teardown(test_rwsem_readers, fake_view_teardown),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
