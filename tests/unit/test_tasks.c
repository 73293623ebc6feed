/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/generators/fake_kernel.h"
#include "vmcore/kernel/kernel_view.h"
#include "vmcore/kernel/symbols_source.h"
#include "vmcore/kernel/tasks.h"
#include "vmcore/kernel/types_source.h"

#define TASKS 10000u		/* beside init_task */
#define TASK_BYTES 0x80u
#define SIGNAL 0x70u		/* each task's signal_struct lies in its own last words */

/* Members of the task_struct that this test makes up */
enum {
	U32 = 1, U64, COMM, LIST, TASK, SIGNALS,
};

static const struct member {
	const char *name;
	uint32_t type, offset;
} members[] = {
	{ "pid", U32, 0x00 }, { "tgid", U32, 0x04 }, { "__state", U32, 0x08 },
	{ "flags", U32, 0x0c }, { "comm", COMM, 0x10 }, { "stack", U64, 0x20 },
	{ "signal", U64, 0x28 }, { "tasks", LIST, 0x30 }, { "thread_node", LIST, 0x40 },
	{ "on_cpu", U32, 0x50 }, { "real_parent", U64, 0x58 }, { "mm", U64, 0x60 },
	{ "cpu", U32, 0x68 },
};

static bool types_get(void *source, uint32_t id, struct kdk_type *ret)
{
	static const struct kdk_type types[] = {
		[U32] = { .kind = KDK_TYPE_INT, .name = "u32", .size = 4 },
		[U64] = { .kind = KDK_TYPE_INT, .name = "u64", .size = 8 },
		[COMM] = { .kind = KDK_TYPE_ARRAY, .name = "", .size = 16, .count = 16, .target = U32 },
		[LIST] = { .kind = KDK_TYPE_STRUCT, .name = "list_head", .size = 16 },
		[TASK] = { .kind = KDK_TYPE_STRUCT, .name = "task_struct", .size = TASK_BYTES,
			   .count = KDK_ARRAY_SIZE(members) },
		[SIGNALS] = { .kind = KDK_TYPE_STRUCT, .name = "signal_struct", .size = 16, .count = 1 },
	};

	(void)source;
	if (!id || id >= KDK_ARRAY_SIZE(types))
		return false;
	*ret = types[id];
	ret->id = id;
	return true;
}

static bool types_member(void *source, uint32_t id, uint32_t index, struct kdk_type_member *ret)
{
	(void)source;
	if (id == SIGNALS && !index) {
		*ret = (struct kdk_type_member){ .name = "thread_head", .type = LIST };
		return true;
	}
	if (id != TASK || index >= KDK_ARRAY_SIZE(members))
		return false;
	*ret = (struct kdk_type_member){
		.name = members[index].name,
		.type = members[index].type,
		.bit_offset = members[index].offset * 8,
	};
	return true;
}

static bool types_find(void *source, const char *name, uint32_t kinds, uint32_t *ret)
{
	(void)source;
	(void)kinds;
	if (!strcmp(name, "task_struct"))
		*ret = TASK;
	else if (!strcmp(name, "signal_struct"))
		*ret = SIGNALS;
	else
		return false;
	return true;
}

static bool types_none(void *source, const char *name, uint32_t *ret)
{
	(void)source;
	(void)name;
	(void)ret;
	return false;
}

static bool types_no_constant(void *source, const char *name, uint64_t *ret)
{
	(void)source;
	(void)name;
	(void)ret;
	return false;
}

static void types_destroy(void *source)
{
	(void)source;
}

static const struct kdk_types_source types_source = {
	.get = types_get,
	.member = types_member,
	.find = types_find,
	.function = types_none,
	.variable = types_none,
	.constant = types_no_constant,
	.destroy = types_destroy,
};

struct fixture {
	struct fake_kernel *fake;
	size_t first;		/* offset of init_task; the others follow in the list's order */
};

static size_t task(const struct fixture *fixture, size_t index)
{
	return fixture->first + index * TASK_BYTES;
}

static void link_tasks(struct fixture *fixture, size_t from, size_t to)
{
	struct fake_kernel *fake = fixture->fake;

	fake_put_word(fake, task(fixture, from) + 0x30, fake_address(fake, task(fixture, to) + 0x30));
	fake_put_word(fake, task(fixture, to) + 0x38, fake_address(fake, task(fixture, from) + 0x30));
}

static void put_task(struct fixture *fixture, size_t index)
{
	struct fake_kernel *fake = fixture->fake;
	size_t at = task(fixture, index), head = at + SIGNAL;
	char comm[16] = "";

	snprintf(comm, sizeof(comm), index ? "worker %zu" : "swapper/%zu", index);
	fake_put_u32(fake, at, index);
	fake_put_u32(fake, at + 4, index);
	fake_put_u32(fake, at + 8, index % 2);
	fake_put_bytes(fake, at + 0x10, comm, sizeof(comm));
	fake_put_word(fake, at + 0x28, fake_address(fake, head));
	fake_put_word(fake, at + 0x58, fake_address(fake, fixture->first));
	/* Its only thread is itself. */
	fake_put_word(fake, head, fake_address(fake, at + 0x40));
	fake_put_word(fake, head + 8, fake_address(fake, at + 0x40));
	fake_put_word(fake, at + 0x40, fake_address(fake, head));
	fake_put_word(fake, at + 0x48, fake_address(fake, head));
}

static void add_symbol(struct kdk_symtab *table, const char *name, uint64_t address)
{
	assert_success(kdk_symtab_add(table, address, 0, 'D', name, strlen(name)));
}

static void make_symbols(struct fixture *fixture, uint64_t init, uint64_t mask)
{
	struct kdk_symbols *symbols = calloc(1, sizeof(*symbols));

	assert_non_null(symbols);
	symbols->kernel = &fixture->fake->kernel;
	add_symbol(&symbols->table, "init_task", init);
	add_symbol(&symbols->table, "__cpu_possible_mask", mask);
	assert_success(kdk_symtab_finish(&symbols->table));
	fixture->fake->kernel.symbols = symbols;
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct fake_kernel *fake = fake_kernel_create((TASKS + 8) * TASK_BYTES + 0x10000, 8, false, 0);
	size_t mask = fake_alloc(fake, 8, 8);

	fixture->fake = fake;
	fixture->first = fake_alloc(fake, (TASKS + 4) * TASK_BYTES, 16);
	fake_put_word(fake, mask, 1);
	for (size_t i = 0; i <= TASKS; i++) {
		put_task(fixture, i);
		link_tasks(fixture, i, (i + 1) % (TASKS + 1));
	}
	fake_kernel_ready(fake);
	make_symbols(fixture, fake_address(fake, fixture->first), fake_address(fake, mask));
	assert_success(kdk_types_create(&types_source, fixture, "test", &fake->kernel.types));
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	kdk_kernel_view_deinit(&fixture->fake->kernel);
	fake_kernel_destroy(fixture->fake);
	free(fixture);
	return 0;
}

static void test_all(void **state)
{
	struct fixture *fixture = *state;
	struct kdk_tasks tasks = { 0 };
	const struct kdk_task *one;

	assert_success(kdk_tasks_read(&fixture->fake->kernel, &tasks));
	assert_int_equal(tasks.count, TASKS + 1);
	assert_null(tasks.note);
	for (size_t i = 0; i < tasks.count; i++)
		assert_int_equal(tasks.tasks[i].pid, i);
	assert_true(tasks.tasks[0].idle);
	assert_false(tasks.tasks[0].leader);
	one = kdk_tasks_by_pid(&tasks, 4711);
	assert_non_null(one);
	assert_true(one->leader);
	assert_string_equal(one->comm, "worker 4711");
	assert_int_equal(kdk_task_state(one), 'S');
	assert_int_equal(one->address, fake_address(fixture->fake, task(fixture, 4711)));
	assert_ptr_equal(kdk_tasks_by_address(&tasks, one->address), one);
	assert_null(kdk_tasks_by_pid(&tasks, TASKS + 1));
	kdk_tasks_deinit(&tasks);
}

/* A thread hangs on its leader's signal_struct and is no leader. */
static void test_thread(void **state)
{
	struct fixture *fixture = *state;
	struct fake_kernel *fake = fixture->fake;
	size_t leader = task(fixture, 7), thread = task(fixture, TASKS + 1);
	struct kdk_tasks tasks = { 0 };
	const struct kdk_task *one;

	put_task(fixture, TASKS + 1);
	fake_put_u32(fake, thread + 4, 7);
	fake_put_word(fake, leader + 0x40, fake_address(fake, thread + 0x40));
	fake_put_word(fake, thread + 0x40, fake_address(fake, leader + SIGNAL));
	fake_put_word(fake, thread + 0x48, fake_address(fake, leader + 0x40));
	fake_put_word(fake, leader + SIGNAL + 8, fake_address(fake, thread + 0x40));
	assert_success(kdk_tasks_read(&fake->kernel, &tasks));
	assert_int_equal(tasks.count, TASKS + 2);
	assert_null(tasks.note);
	one = kdk_tasks_by_pid(&tasks, TASKS + 1);
	assert_non_null(one);
	assert_false(one->leader);
	assert_int_equal(one->tgid, 7);
	kdk_tasks_deinit(&tasks);
}

/* Memory that was read before is kept: it is made anew, the rest stays. */
static void forget(struct fake_kernel *fake)
{
	struct kdk_symbols *symbols = fake->kernel.symbols;
	struct kdk_types *types = fake->kernel.types;

	fake->kernel.symbols = NULL;
	fake->kernel.types = NULL;
	kdk_kernel_view_deinit(&fake->kernel);
	fake_kernel_ready(fake);
	fake->kernel.symbols = symbols;
	fake->kernel.types = types;
}

static void check_damaged(struct fixture *fixture, uint64_t next, size_t expected)
{
	struct fake_kernel *fake = fixture->fake;
	struct kdk_tasks tasks = { 0 };

	fake_put_word(fake, task(fixture, 5000) + 0x30, next);
	forget(fake);
	assert_success(kdk_tasks_read(&fake->kernel, &tasks));
	assert_int_equal(tasks.count, expected);
	assert_non_null(tasks.note);
	assert_non_null(strstr(tasks.note, "the list of processes is damaged"));
	kdk_tasks_deinit(&tasks);
}

/* Loops, leads nowhere, to zero, to itself: the other end has the rest. */
static void test_damaged(void **state)
{
	struct fixture *fixture = *state;
	struct fake_kernel *fake = fixture->fake;

	check_damaged(fixture, fake_address(fake, task(fixture, 100) + 0x30), TASKS + 1);
	check_damaged(fixture, 0xdead000000000100, TASKS + 1);
	check_damaged(fixture, 0, TASKS + 1);
	check_damaged(fixture, fake_address(fake, task(fixture, 5000) + 0x30), TASKS + 1);
	/* Broken both ways: what lies between the breaks is lost, and said to be. */
	fake_put_word(fake, task(fixture, 6000) + 0x38, 0);
	check_damaged(fixture, 0, TASKS + 1 - 999);
}

/* Without data symbols, init_task is what looks like it. */
static void test_search(void **state)
{
	struct fixture *fixture = *state;
	struct fake_kernel *fake = fixture->fake;
	uint64_t found = 0;

	kdk_symbols_destroy(fake->kernel.symbols);
	make_symbols(fixture, 0, 0);
	assert_success(kdk_tasks_find_init(&fake->kernel, &found));
	assert_int_equal(found, 0);
	kdk_symbols_destroy(fake->kernel.symbols);
	fake->kernel.symbols = calloc(1, sizeof(*fake->kernel.symbols));
	fake->kernel.symbols->kernel = &fake->kernel;
	assert_success(kdk_symtab_finish(&fake->kernel.symbols->table));
	kdk_vmcoreinfo_destroy(fake->kernel.info);
	fake->kernel.info = NULL;
	assert_failure(kdk_tasks_find_init(&fake->kernel, &found), KDK_ERROR_ABSENT, NULL);
	{
		char text[64];

		snprintf(text, sizeof(text), "SYMBOL(_stext)=%llx\n",
			 (unsigned long long)fake->base);
		assert_success(kdk_vmcoreinfo_parse(text, strlen(text), &fake->kernel.info));
	}
	assert_success(kdk_tasks_find_init(&fake->kernel, &found));
	assert_int_equal(found, fake_address(fake, fixture->first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_thread, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_search, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
