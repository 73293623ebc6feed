/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Return addresses that tracers have replaced by a trampoline's: the function graph
 * tracer keeps the real ones in the task's ret_stack, kretprobes in its list of hooks
 * (include/linux/ftrace.h, include/linux/rethook.h, include/linux/kprobes.h).
 */
#include "arch/unwind.h"

#include "core/bytes.h"

/* A shadow stack is a page since 6.11, 50 entries of at most 48 bytes before. */
#define SHADOW_BYTES 4096
#define HOOKS_MAX 4096

static bool field(struct kdk_unwind *unwind, const char *path, uint64_t *ret)
{
	uint64_t size;

	return unwind->reader.field(unwind->reader.context, path, ret, &size);
}

/* Reads as much of the shadow stack as the dump has; returns bytes. */
static size_t read_shadow(struct kdk_unwind *unwind, uint64_t address, uint8_t *bytes)
{
	for (size_t size = SHADOW_BYTES; size >= 256; size /= 2)
		if (unwind->reader.read(unwind->reader.context, address, bytes, size))
			return size;
	return 0;
}

/*
 * The entry that was made for this place: it holds the slot's address, or, where only that
 * is kept, the frame's.
 */
static bool find_shadow(struct kdk_unwind *unwind, const uint8_t *bytes, size_t size,
			uint64_t slot, uint64_t frame, uint64_t *ret)
{
	unsigned int word = unwind->reader.word_bytes;
	uint64_t key = slot, at_key, at_ret;

	if (!field(unwind, "ftrace_ret_stack.ret", &at_ret))
		return false;
	if (!field(unwind, "ftrace_ret_stack.retp", &at_key)) {
		if (!field(unwind, "ftrace_ret_stack.fp", &at_key))
			return false;
		key = frame;
	}
	if (at_ret >= size || at_key >= size)
		return false;
	for (size_t at = 0; at + at_key + word <= size && at + at_ret + word <= size; at += word) {
		if (kdk_get_word(bytes + at + at_key, unwind->reader.big_endian, word) != key)
			continue;
		*ret = kdk_get_word(bytes + at + at_ret, unwind->reader.big_endian, word);
		if (kdk_unwind_is_text(unwind, *ret - 1))
			return true;
	}
	return false;
}

/* Entries are a plain array before 6.11: the newest belongs to the innermost frame. */
static bool count_shadow(struct kdk_unwind *unwind, const struct kdk_unwind_cursor *cursor,
			 const uint8_t *bytes, size_t size, uint64_t *ret)
{
	uint64_t at_index, at_ret, entry;
	uint8_t index_bytes[4];
	int64_t index;

	entry = unwind->reader.size(unwind->reader.context, "struct ftrace_ret_stack");
	if (!entry || entry > 256 || !field(unwind, "ftrace_ret_stack.ret", &at_ret) ||
	    !field(unwind, "task_struct.curr_ret_stack", &at_index) ||
	    !unwind->reader.read(unwind->reader.context, cursor->task + at_index, index_bytes, 4))
		return false;
	index = (int32_t)kdk_get_u32(index_bytes, unwind->reader.big_endian);
	index -= cursor->hidden;
	if (index < 0 || (uint64_t)index >= size / entry || at_ret + 8 > entry)
		return false;
	*ret = kdk_get_word(bytes + index * entry + at_ret, unwind->reader.big_endian,
			    unwind->reader.word_bytes);
	return kdk_unwind_is_text(unwind, *ret - 1);
}

static bool recover_graph(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor,
			  uint64_t slot, uint64_t frame, uint64_t *ret)
{
	uint8_t bytes[SHADOW_BYTES];
	uint64_t offset, shadow;
	size_t size;

	if (!field(unwind, "task_struct.ret_stack", &offset) ||
	    !kdk_unwind_word(unwind, cursor->task + offset, &shadow) || !shadow)
		return false;
	size = read_shadow(unwind, shadow, bytes);
	if (!find_shadow(unwind, bytes, size, slot, frame, ret) &&
	    !count_shadow(unwind, cursor, bytes, size, ret))
		return false;
	cursor->hidden++;
	return true;
}

/* How a kernel hangs hooks on a task: newest name first. */
static const struct {
	const char *first, *node, *frame, *ret;
} hook_lists[] = {
	{ "task_struct.rethooks.first", "rethook_node.llist", "rethook_node.frame",
	  "rethook_node.ret_addr" },
	{ "task_struct.kretprobe_instances.first",
	  "kretprobe_instance.llist|kretprobe_instance.hlist", "kretprobe_instance.fp",
	  "kretprobe_instance.ret_addr" },
};

static bool walk_hooks(struct kdk_unwind *unwind, uint64_t link, size_t list, uint64_t slot,
		       uint64_t frame, uint64_t *ret)
{
	uint64_t node, at_frame, at_ret, own_frame, address;

	if (!field(unwind, hook_lists[list].node, &node) ||
	    !field(unwind, hook_lists[list].frame, &at_frame) ||
	    !field(unwind, hook_lists[list].ret, &at_ret))
		return false;
	for (unsigned int i = 0; link && i < HOOKS_MAX; i++) {
		if (!kdk_unwind_word(unwind, link - node + at_frame, &own_frame) ||
		    !kdk_unwind_word(unwind, link - node + at_ret, &address))
			return false;
		/* Hooks of one function share the frame; the last one has the real address. */
		if ((own_frame == slot || own_frame == frame) && address != unwind->rethook) {
			*ret = address;
			return true;
		}
		if (!kdk_unwind_word(unwind, link, &link))
			return false;
	}
	return false;
}

static bool recover_hook(struct kdk_unwind *unwind, const struct kdk_unwind_cursor *cursor,
			 uint64_t slot, uint64_t frame, uint64_t *ret)
{
	uint64_t offset, first;

	for (size_t i = 0; i < KDK_ARRAY_SIZE(hook_lists); i++)
		if (field(unwind, hook_lists[i].first, &offset) &&
		    kdk_unwind_word(unwind, cursor->task + offset, &first) && first &&
		    walk_hooks(unwind, first, i, slot, frame, ret))
			return true;
	return false;
}

uint64_t kdk_unwind_recover(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor,
			    uint64_t pc, uint64_t slot, uint64_t frame)
{
	uint64_t real;

	if (!cursor->task || !pc)
		return pc;
	/* A function may be hooked by both tracers, in either order. */
	for (unsigned int i = 0; i < 2; i++) {
		if (pc == unwind->return_to_handler &&
		    recover_graph(unwind, cursor, slot, frame, &real))
			cursor->recovered = true;
		else if (pc == unwind->rethook && recover_hook(unwind, cursor, slot, frame, &real))
			cursor->recovered = true;
		else
			break;
		pc = real;
	}
	return pc;
}
