/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/tasks_layout.h"

#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/types.h"

/* More than any task_struct has before its last member of these. */
#define SPAN_MAX 16384

static const char *const paths[KDK_TASK_M_COUNT] = {
	[KDK_TASK_M_PID] = "task_struct.pid",
	[KDK_TASK_M_TGID] = "task_struct.tgid",
	[KDK_TASK_M_COMM] = "task_struct.comm",
	[KDK_TASK_M_STATE] = "task_struct.__state|task_struct.state",
	[KDK_TASK_M_EXIT_STATE] = "task_struct.exit_state",
	[KDK_TASK_M_FLAGS] = "task_struct.flags",
	[KDK_TASK_M_CPU] = "task_struct.thread_info.cpu|task_struct.cpu",
	[KDK_TASK_M_ON_CPU] = "task_struct.on_cpu",
	[KDK_TASK_M_STACK] = "task_struct.stack",
	[KDK_TASK_M_MM] = "task_struct.mm",
	[KDK_TASK_M_PARENT] = "task_struct.real_parent",
};

static bool find(struct kdk_types *types, const char *path, uint64_t *ret_offset)
{
	struct kdk_field field;
	struct kdk_error *err = kdk_types_field(types, path, &field);

	kdk_error_destroy(err);
	if (!err)
		*ret_offset = field.offset;
	return !err;
}

static struct kdk_error *fill_members(struct kdk_types *types, struct kdk_task_layout *layout)
{
	layout->begin = UINT64_MAX;
	for (unsigned int i = 0; i < KDK_TASK_M_COUNT; i++) {
		struct kdk_field field;
		struct kdk_error *err = kdk_types_field(types, paths[i], &field);

		if (err && (i == KDK_TASK_M_PID || i == KDK_TASK_M_COMM))
			return err;
		kdk_error_destroy(err);
		if (err || field.bit_size || !field.size || field.offset > SPAN_MAX ||
		    field.size > SPAN_MAX)
			continue;
		layout->member[i].offset = field.offset;
		layout->member[i].size = field.size;
		if (field.offset < layout->begin)
			layout->begin = field.offset;
		if (field.offset + field.size > layout->end)
			layout->end = field.offset + field.size;
	}
	return NULL;
}

struct kdk_error *kdk_task_layout_make(struct kdk_kernel *kernel, struct kdk_task_layout *ret)
{
	struct kdk_task_layout layout = { 0 };
	struct kdk_types *types;
	struct kdk_field field;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	if (!err)
		err = fill_members(types, &layout);
	if (!err)
		err = kdk_types_field(types, "task_struct.tasks", &field);
	if (err)
		return err;
	layout.tasks = field.offset;
	layout.by_signal = find(types, "task_struct.signal", &layout.signal) &&
			   find(types, "signal_struct.thread_head", &layout.thread_head) &&
			   find(types, "task_struct.thread_node", &layout.thread_link);
	layout.threads_known = layout.by_signal ||
			       find(types, "task_struct.thread_group", &layout.thread_link);
	layout.idle_known = find(types, "rq.idle", &layout.idle);
	*ret = layout;
	return NULL;
}

/* One member's bytes: out of the block that was read, or on their own when a page of it is gone. */
struct block {
	struct kdk_kernel *kernel;
	const struct kdk_task_layout *layout;
	uint64_t address;
	const uint8_t *bytes;	/* NULL: read each by itself */
	unsigned int readable;
};

static bool take(struct block *block, enum kdk_task_member member, void *buffer, size_t size)
{
	uint64_t offset = block->layout->member[member].offset;
	struct kdk_error *err;

	if (block->bytes) {
		memcpy(buffer, block->bytes + offset - block->layout->begin, size);
		block->readable++;
		return true;
	}
	err = kdk_memory_read(block->kernel->memory, KDK_VIRTUAL, block->address + offset,
			      buffer, size);
	kdk_error_destroy(err);
	block->readable += !err;
	return !err;
}

static uint64_t take_number(struct block *block, enum kdk_task_member member)
{
	bool big = block->kernel->arch->big_endian;
	uint8_t bytes[8];

	switch (block->layout->member[member].size) {
	case 1:
		return take(block, member, bytes, 1) ? bytes[0] : 0;
	case 2:
		return take(block, member, bytes, 2) ? kdk_get_u16(bytes, big) : 0;
	case 4:
		return take(block, member, bytes, 4) ? kdk_get_u32(bytes, big) : 0;
	case 8:
		return take(block, member, bytes, 8) ? kdk_get_u64(bytes, big) : 0;
	default:
		return 0;
	}
}

static int32_t parent_tgid(struct block *block)
{
	uint64_t parent = take_number(block, KDK_TASK_M_PARENT);
	struct kdk_error *err;
	uint32_t tgid;

	if (!parent || block->layout->member[KDK_TASK_M_TGID].size != 4)
		return 0;
	err = kdk_memory_read_u32(block->kernel->memory, KDK_VIRTUAL,
				  parent + block->layout->member[KDK_TASK_M_TGID].offset, &tgid);
	kdk_error_destroy(err);
	return err ? 0 : (int32_t)tgid;
}

static void take_all(struct block *block, struct kdk_task *task)
{
	size_t comm = block->layout->member[KDK_TASK_M_COMM].size;

	if (comm >= sizeof(task->comm))
		comm = sizeof(task->comm) - 1;
	if (!take(block, KDK_TASK_M_COMM, task->comm, comm))
		task->comm[0] = '\0';
	task->pid = take_number(block, KDK_TASK_M_PID);
	task->tgid = take_number(block, KDK_TASK_M_TGID);
	task->state = take_number(block, KDK_TASK_M_STATE);
	task->exit_state = take_number(block, KDK_TASK_M_EXIT_STATE);
	task->flags = take_number(block, KDK_TASK_M_FLAGS);
	task->cpu = take_number(block, KDK_TASK_M_CPU);
	task->on_cpu = take_number(block, KDK_TASK_M_ON_CPU);
	task->stack = take_number(block, KDK_TASK_M_STACK);
	task->mm = take_number(block, KDK_TASK_M_MM);
	task->ppid = parent_tgid(block);
}

struct kdk_error *kdk_task_layout_read(struct kdk_kernel *kernel,
				       const struct kdk_task_layout *layout, uint64_t address,
				       struct kdk_task *ret)
{
	struct block block = { .kernel = kernel, .layout = layout, .address = address };
	struct kdk_task task = { .address = address };
	uint8_t bytes[SPAN_MAX * 2];
	struct kdk_error *err;

	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address + layout->begin, bytes,
			      layout->end - layout->begin);
	if (!err)
		block.bytes = bytes;
	take_all(&block, &task);
	if (!block.readable)
		return err;
	kdk_error_destroy(err);
	*ret = task;
	return NULL;
}
