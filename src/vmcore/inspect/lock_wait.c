/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/lock_wait.h"

#include <string.h>

#include "vmcore/kernel/object.h"

#define FRAME_MAX 4096	/* bytes of a stack that a waiter is looked for in */

/* Low bits of an owner are flags. */
#define OWNER_FLAGS UINT64_C(7)
#define RWSEM_READER_OWNED 1u
#define RWSEM_WRITER_LOCKED 1u	/* of count */

static const struct waiter_kind {
	enum kdk_lock_kind kind;
	const char *function;	/* start of the name of who puts a waiter on its stack */
	const char *task;
	const char *type;	/* NULL: has none */
} kinds[] = {
	{ KDK_LOCK_MUTEX, "__mutex_lock", "mutex_waiter.task", NULL },
	{ KDK_LOCK_MUTEX, "__ww_mutex_lock", "mutex_waiter.task", NULL },
	{ KDK_LOCK_RWSEM, "rwsem_down_", "rwsem_waiter.task", "rwsem_waiter.type" },
	/* before 5.3 */
	{ KDK_LOCK_RWSEM, "__rwsem_down_", "rwsem_waiter.task", "rwsem_waiter.type" },
};

const char *kdk_lock_kind_name(enum kdk_lock_kind kind)
{
	static const char *const names[] = {
		[KDK_LOCK_NONE] = NULL,
		[KDK_LOCK_MUTEX] = "mutex",
		[KDK_LOCK_RWSEM] = "rwsem",
	};

	return names[kind];
}

static const struct waiter_kind *kind_of(const struct kdk_frame *frame)
{
	for (size_t i = 0; frame->function && i < KDK_ARRAY_SIZE(kinds); i++)
		if (!strncmp(frame->function, kinds[i].function, strlen(kinds[i].function)))
			return &kinds[i];
	return NULL;
}

/* A waiter that names the task, in [begin, end) of its stack. */
static bool find_waiter(struct kdk_kernel *kernel, const struct kdk_task *task,
			uint64_t task_offset, uint64_t begin, uint64_t end, uint64_t *ret)
{
	unsigned int word = kernel->arch->word_bytes;

	for (uint64_t at = begin; at < end && at - begin < FRAME_MAX; at += word) {
		struct kdk_error *err;
		uint64_t named, next;

		err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, at + task_offset, &named);
		if (!err && named != task->address)
			continue;
		/* Its neighbour in the list points back at it. */
		if (!err)
			err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, at, &next);
		if (!err)
			err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, next + word, &named);
		if (!err && named == at) {
			*ret = at;
			return true;
		}
		kdk_error_destroy(err);
	}
	return false;
}

bool kdk_lock_wait_find(struct kdk_kernel *kernel, const struct kdk_task *task,
			const struct kdk_backtrace *trace, enum kdk_lock_kind *ret_kind,
			struct kdk_lock_waiters *ret)
{
	for (size_t i = 0; kernel->arch && i + 1 < trace->count; i++) {
		const struct kdk_frame *frames = &trace->frames[i];
		const struct waiter_kind *kind = kind_of(frames);
		struct kdk_lock_waiters found = { .type_offset = UINT64_MAX };
		struct kdk_error *err;

		if (!kind)
			continue;
		err = kdk_kernel_offset(kernel, kind->task, &found.task_offset);
		if (!err && kind->type)
			err = kdk_kernel_offset(kernel, kind->type, &found.type_offset);
		if (err) {
			kdk_error_destroy(err);
			continue;
		}
		if (!find_waiter(kernel, task, found.task_offset, frames[0].sp, frames[1].sp,
				 &found.first))
			continue;
		*ret_kind = kind->kind;
		*ret = found;
		return true;
	}
	return false;
}

static struct kdk_error *read_mutex(struct kdk_kernel *kernel, struct kdk_lock *lock)
{
	uint64_t owner = 0;
	struct kdk_error *err = kdk_object_u64(kernel, lock->address,
					       "mutex.owner.counter|mutex.owner", &owner);

	lock->owner = owner & ~OWNER_FLAGS;
	return err;
}

static struct kdk_error *read_rwsem(struct kdk_kernel *kernel, struct kdk_lock *lock)
{
	uint64_t owner = 0, count = 0;
	struct kdk_error *err;

	err = kdk_object_u64(kernel, lock->address,
			     "rw_semaphore.owner.counter|rw_semaphore.owner", &owner);
	if (!err)
		err = kdk_object_u64(kernel, lock->address,
				     "rw_semaphore.count.counter|rw_semaphore.count", &count);
	lock->owner = owner & ~OWNER_FLAGS;
	lock->readers = owner & RWSEM_READER_OWNED && !(count & RWSEM_WRITER_LOCKED);
	return err;
}

struct kdk_error *kdk_lock_read(struct kdk_kernel *kernel, enum kdk_lock_kind kind,
				uint64_t head, struct kdk_lock *ret)
{
	struct kdk_lock lock = { .kind = kind };
	struct kdk_error *err;
	uint64_t offset;

	err = kdk_kernel_offset(kernel, kind == KDK_LOCK_MUTEX ? "mutex.wait_list" :
				"rw_semaphore.wait_list", &offset);
	if (err)
		return err;
	lock.address = head - offset;
	err = kind == KDK_LOCK_MUTEX ? read_mutex(kernel, &lock) : read_rwsem(kernel, &lock);
	if (!err)
		*ret = lock;
	return err;
}
