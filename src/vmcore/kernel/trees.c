/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/trees.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "vmcore/kernel/object.h"

/* Low bits of an entry (include/linux/xarray.h): 2 is internal, small ones are no nodes.
 */
#define INTERNAL_MASK 3
#define INTERNAL 2
#define INTERNAL_SMALL 4096

/* enum maple_type; a node's address is aligned to 256 bytes (include/linux/maple_tree.h).
 */
enum { MAPLE_DENSE, MAPLE_LEAF_64, MAPLE_RANGE_64, MAPLE_ARANGE_64 };
#define MAPLE_NODE_MASK 255ull
#define MAPLE_TYPE_SHIFT 3
#define MAPLE_TYPE_MASK 15

#define SLOTS_MAX 256

static void damage(struct kdk_tree_walk *walk, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void damage(struct kdk_tree_walk *walk, const char *format, ...)
{
	va_list args;

	if (walk->note)
		return;
	va_start(args, format);
	if (vasprintf(&walk->note, format, args) < 0)
		walk->note = NULL;
	va_end(args);
}

static bool read_word(struct kdk_tree_walk *walk, uint64_t address, uint64_t *ret)
{
	struct kdk_error *err =
		kdk_memory_read_word(walk->kernel->memory, KDK_VIRTUAL, address, ret);

	if (err)
		damage(walk, "%s", err->message);
	kdk_error_destroy(err);
	return !err;
}

static bool is_node(uint64_t entry)
{
	return (entry & INTERNAL_MASK) == INTERNAL && entry > INTERNAL_SMALL;
}

static struct kdk_tree_node *push(struct kdk_tree_walk *walk, uint64_t address)
{
	struct kdk_tree_node *node;

	if (walk->depth == KDK_TREE_DEPTH) {
		damage(walk, "tree at %#jx is deeper than any", (uintmax_t)walk->root);
		return NULL;
	}
	node = &walk->stack[walk->depth++];
	*node = (struct kdk_tree_node){ .address = address };
	return node;
}

static struct kdk_error *begin(struct kdk_tree_walk *walk, struct kdk_kernel *kernel,
			       uint64_t root, enum kdk_tree_kind kind)
{
	*walk = (struct kdk_tree_walk){ .kernel = kernel, .kind = kind, .root = root };
	if (!kernel->memory)
		return kdk_error_new(
			KDK_ERROR_UNSUPPORTED,
			"the dump's architecture is not known: its memory cannot be read");
	return NULL;
}

/* Everything on the way to the smallest node of a subtree; its parent must be the top of
 * the stack. */
static void rb_descend(struct kdk_tree_walk *walk, uint64_t node)
{
	while (node) {
		uint64_t parent,
			expected = walk->depth ? walk->stack[walk->depth - 1].address : 0;

		if (!read_word(walk, node + walk->parent_offset, &parent))
			return;
		if ((parent & ~3ull) != expected) {
			damage(walk, "rb-tree at %#jx: node %#jx does not belong to %#jx",
			       (uintmax_t)walk->root, (uintmax_t)node,
			       (uintmax_t)expected);
			return;
		}
		if (!push(walk, node) ||
		    !read_word(walk, node + walk->left_offset, &node))
			return;
	}
}

struct kdk_error *kdk_rb_begin(struct kdk_tree_walk *walk, struct kdk_kernel *kernel,
			       uint64_t root, const char *member)
{
	struct kdk_error *err = begin(walk, kernel, root, KDK_TREE_RB);
	uint64_t top;

	if (!err && member)
		err = kdk_kernel_offset(kernel, member, &walk->offset);
	if (!err)
		err = kdk_kernel_offset(kernel, "rb_node.__rb_parent_color",
					&walk->parent_offset);
	if (!err)
		err = kdk_kernel_offset(kernel, "rb_node.rb_left", &walk->left_offset);
	if (!err)
		err = kdk_kernel_offset(kernel, "rb_node.rb_right", &walk->right_offset);
	if (!err)
		err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, root, &top);
	if (err)
		return kdk_error_wrap(err, "rb-tree at %#jx", (uintmax_t)root);
	rb_descend(walk, top);
	return NULL;
}

/* A node is given when everything to its left has been; then its right side follows. */
static bool rb_next(struct kdk_tree_walk *walk, uint64_t *ret)
{
	while (walk->depth) {
		struct kdk_tree_node *node = &walk->stack[walk->depth - 1];
		uint64_t right;

		if (node->slot == 0) {
			node->slot = 1;
			*ret = node->address - walk->offset;
			return true;
		}
		/* The right side is below this node, which stays until that is done. */
		if (node->slot == 1) {
			node->slot = 2;
			if (read_word(walk, node->address + walk->right_offset, &right))
				rb_descend(walk, right);
			continue;
		}
		walk->depth--;
	}
	return false;
}

static void xarray_push(struct kdk_tree_walk *walk, uint64_t entry, uint64_t first)
{
	struct kdk_tree_node *above = walk->depth ? &walk->stack[walk->depth - 1] : NULL,
			     *node;
	uint64_t address = entry - INTERNAL, parent;
	uint8_t shift;
	struct kdk_error *err;

	if (!read_word(walk, address + walk->parent_offset, &parent))
		return;
	err = kdk_memory_read(walk->kernel->memory, KDK_VIRTUAL,
			      address + walk->shift_offset, &shift, 1);
	kdk_error_destroy(err);
	if (err || parent != (above ? above->address : 0) || shift >= 64 ||
	    (above && shift >= above->shift)) {
		damage(walk, "xarray at %#jx: node %#jx does not belong there",
		       (uintmax_t)walk->root, (uintmax_t)address);
		return;
	}
	node = push(walk, address);
	if (!node)
		return;
	node->first = first;
	node->shift = shift;
	node->slots = walk->range.slot_count;
}

struct kdk_error *kdk_xarray_begin(struct kdk_tree_walk *walk, struct kdk_kernel *kernel,
				   uint64_t xarray)
{
	struct kdk_error *err = begin(walk, kernel, xarray, KDK_TREE_XARRAY);
	struct kdk_field slots = { 0 };
	uint64_t head;

	if (!err)
		err = kdk_object_u64(kernel, xarray, "xarray.xa_head", &head);
	if (!err)
		err = kdk_kernel_offset(kernel, "xa_node.parent", &walk->parent_offset);
	if (!err)
		err = kdk_kernel_offset(kernel, "xa_node.shift", &walk->shift_offset);
	if (!err)
		err = kdk_kernel_field(kernel, "xa_node.slots", &slots);
	if (err)
		return err;
	walk->range.slots = slots.offset;
	walk->range.slot_count = slots.size / kernel->arch->word_bytes;
	if (!walk->range.slot_count || walk->range.slot_count > SLOTS_MAX)
		return kdk_error_new(KDK_ERROR_FORMAT, "xa_node.slots has %ju bytes",
				     (uintmax_t)slots.size);
	if (is_node(head)) {
		xarray_push(walk, head, 0);
	} else if (head) {
		walk->single = true;
		walk->first = head;
	}
	return NULL;
}

/* The root itself is the only entry, at index 0. */
static bool single_next(struct kdk_tree_walk *walk, uint64_t *ret)
{
	*ret = walk->first;
	walk->single = false;
	walk->first = walk->last = 0;
	return true;
}

static bool xarray_next(struct kdk_tree_walk *walk, uint64_t *ret)
{
	unsigned int word = walk->kernel->arch->word_bytes;

	while (walk->depth) {
		struct kdk_tree_node *node = &walk->stack[walk->depth - 1];
		uint64_t slot = node->slot++, entry, first;

		if (slot >= node->slots) {
			walk->depth--;
			continue;
		}
		if (!read_word(walk, node->address + walk->range.slots + slot * word,
			       &entry))
			continue;
		first = node->first + (slot << node->shift);
		if (is_node(entry) && node->shift) {
			xarray_push(walk, entry, first);
		} else if (entry && (entry & INTERNAL_MASK) != INTERNAL) {
			walk->first = first;
			walk->last = first + (1ull << node->shift) - 1;
			*ret = entry;
			return true;
		}
	}
	return false;
}

static void maple_push(struct kdk_tree_walk *walk, uint64_t entry, uint64_t first,
		       uint64_t last)
{
	struct kdk_tree_node *above = walk->depth ? &walk->stack[walk->depth - 1] : NULL,
			     *node;
	unsigned int type = entry >> MAPLE_TYPE_SHIFT & MAPLE_TYPE_MASK;
	const struct kdk_tree_layout *layout = type == MAPLE_ARANGE_64 ? &walk->arange
								       : &walk->range;
	uint64_t address = entry & ~MAPLE_NODE_MASK, parent;

	if (!read_word(walk, address + walk->parent_offset, &parent))
		return;
	if (above && (parent & ~MAPLE_NODE_MASK) != above->address) {
		damage(walk, "maple tree at %#jx: node %#jx does not belong to %#jx",
		       (uintmax_t)walk->root, (uintmax_t)address,
		       (uintmax_t)above->address);
		return;
	}
	if (type < MAPLE_LEAF_64 || type > MAPLE_ARANGE_64) {
		damage(walk, "maple tree at %#jx: node %#jx has the unknown type %u",
		       (uintmax_t)walk->root, (uintmax_t)address, type);
		return;
	}
	node = push(walk, address);
	if (!node)
		return;
	node->first = first;
	node->last = last;
	node->slots = layout->slot_count;
	node->slots_offset = layout->slots;
	node->pivots_offset = layout->pivots;
	node->leaf = type == MAPLE_LEAF_64;
}

static struct kdk_error *maple_layout(struct kdk_kernel *kernel, const char *pivots,
				      const char *slots, struct kdk_tree_layout *ret)
{
	struct kdk_field pivot, slot;
	struct kdk_error *err = kdk_kernel_field(kernel, pivots, &pivot);

	if (!err)
		err = kdk_kernel_field(kernel, slots, &slot);
	if (err)
		return err;
	ret->pivots = pivot.offset;
	ret->slots = slot.offset;
	ret->slot_count = slot.size / kernel->arch->word_bytes;
	if (ret->slot_count < 2 || ret->slot_count > SLOTS_MAX ||
	    pivot.size / kernel->arch->word_bytes != ret->slot_count - 1)
		return kdk_error_new(KDK_ERROR_FORMAT, "%s and %s do not fit together",
				     pivots, slots);
	return NULL;
}

struct kdk_error *kdk_maple_begin(struct kdk_tree_walk *walk, struct kdk_kernel *kernel,
				  uint64_t tree)
{
	struct kdk_error *err = begin(walk, kernel, tree, KDK_TREE_MAPLE);
	uint64_t root;

	if (!err)
		err = maple_layout(kernel, "maple_range_64.pivot", "maple_range_64.slot",
				   &walk->range);
	if (!err)
		err = maple_layout(kernel, "maple_arange_64.pivot",
				   "maple_arange_64.slot", &walk->arange);
	if (!err)
		err = kdk_kernel_offset(kernel, "maple_range_64.parent",
					&walk->parent_offset);
	if (!err)
		err = kdk_object_u64(kernel, tree, "maple_tree.ma_root", &root);
	if (err)
		return err;
	if (is_node(root)) {
		maple_push(walk, root, 0,
			   kernel->arch->word_bytes == 4 ? UINT32_MAX : UINT64_MAX);
	} else if (root) {
		walk->single = true;
		walk->first = root;
	}
	return NULL;
}

/* The range of the next slot; false when the node has no more. */
static bool maple_range(struct kdk_tree_walk *walk, struct kdk_tree_node *node,
			uint64_t *ret_last)
{
	unsigned int word = walk->kernel->arch->word_bytes;
	uint64_t pivot = node->last;

	if (node->slot >= node->slots)
		return false;
	if (node->slot < node->slots - 1 &&
	    !read_word(walk, node->address + node->pivots_offset + node->slot * word,
		       &pivot))
		return false;
	/* Unused pivots are 0: the slot before them, or this one, goes up to the node's
	 * end. */
	if (!pivot && node->slot)
		pivot = node->last;
	if (pivot > node->last || pivot < node->first) {
		damage(walk, "maple tree at %#jx: a pivot of node %#jx is out of order",
		       (uintmax_t)walk->root, (uintmax_t)node->address);
		return false;
	}
	*ret_last = pivot;
	return true;
}

static bool maple_next(struct kdk_tree_walk *walk, uint64_t *ret)
{
	unsigned int word = walk->kernel->arch->word_bytes;

	while (walk->depth) {
		struct kdk_tree_node *node = &walk->stack[walk->depth - 1];
		uint64_t first = node->first, last, entry;

		if (!maple_range(walk, node, &last)) {
			walk->depth--;
			continue;
		}
		if (!read_word(walk,
			       node->address + node->slots_offset + node->slot * word,
			       &entry))
			entry = 0;
		/* The last slot may hold the node's metadata, once its range is used up.
		 */
		node->slot = last == node->last ? node->slots : node->slot + 1;
		node->first = last + 1;
		/* Only the root is marked as xarray nodes are; inner nodes hold nothing
		 * but nodes. */
		if (!node->leaf && entry) {
			maple_push(walk, entry, first, last);
		} else if (node->leaf && entry && (entry & INTERNAL_MASK) != INTERNAL) {
			walk->first = first;
			walk->last = last;
			*ret = entry;
			return true;
		}
	}
	return false;
}

bool kdk_tree_next(struct kdk_tree_walk *walk, uint64_t *ret)
{
	bool got;

	if (walk->single)
		got = single_next(walk, ret);
	else if (walk->kind == KDK_TREE_RB)
		got = rb_next(walk, ret);
	else if (walk->kind == KDK_TREE_XARRAY)
		got = xarray_next(walk, ret);
	else
		got = maple_next(walk, ret);
	walk->count += got;
	return got;
}

void kdk_tree_end(struct kdk_tree_walk *walk)
{
	free(walk->note);
	walk->note = NULL;
	walk->depth = 0;
	walk->single = false;
}
