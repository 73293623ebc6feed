/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks over the kernel's trees: rb-trees, xarrays (and the radix trees that are
 * xarrays since 4.20) and maple trees, in ascending order. Every node is held against
 * the parent that it names, so that a damaged tree ends with a note and never loops.
 *
 *	err = kdk_maple_begin(&walk, kernel, tree);
 *	while (!err && kdk_tree_next(&walk, &entry))
 *		… walk.first, walk.last …
 *	kdk_tree_end(&walk);
 */
#ifndef KDK_TREES_H
#define KDK_TREES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "vmcore/kernel/kernel.h"

#define KDK_TREE_DEPTH 64

enum kdk_tree_kind {
	KDK_TREE_RB,
	KDK_TREE_XARRAY,
	KDK_TREE_MAPLE,
};

struct kdk_tree_node {
	uint64_t address;
	uint64_t first, last;	/* indexes below it */
	uint32_t slot;		/* the next to look at */
	uint32_t slots;		/* of this node */
	uint32_t shift;		/* xarray: bits below it */
	uint64_t slots_offset, pivots_offset;	/* maple */
	bool leaf;		/* maple */
};

struct kdk_tree_walk {
	struct kdk_kernel *kernel;
	enum kdk_tree_kind kind;
	uint64_t first, last;	/* indexes of the entry just given; rb: not used */
	uint64_t count;		/* entries given */
	char *note;		/* owned; the first damage: NULL when there was none */

	/* private */
	uint64_t root;
	bool single;		/* the root is an entry itself */
	uint64_t offset;	/* rb: of the rb_node in an object */
	uint64_t parent_offset, left_offset, right_offset;
	struct kdk_tree_layout {
		uint64_t slots, slot_count, pivots;
	} range, arange;	/* xarray: range.slots */
	uint64_t shift_offset;
	struct kdk_tree_node stack[KDK_TREE_DEPTH];
	size_t depth;
};

/*
 * An rb_root (or rb_root_cached) at `root`. `member` is where each object has its
 * rb_node: "vmap_area.rb_node"; NULL when the rb_nodes themselves are wanted.
 */
struct kdk_error *kdk_rb_begin(struct kdk_tree_walk *walk, struct kdk_kernel *kernel,
			       uint64_t root, const char *member);

/* A struct xarray or radix_tree_root. Value entries are given as they stand. */
struct kdk_error *kdk_xarray_begin(struct kdk_tree_walk *walk, struct kdk_kernel *kernel,
				   uint64_t xarray);

/* A struct maple_tree. */
struct kdk_error *kdk_maple_begin(struct kdk_tree_walk *walk, struct kdk_kernel *kernel,
				  uint64_t tree);

/* The next object or entry that is not empty; false at the end. */
bool kdk_tree_next(struct kdk_tree_walk *walk, uint64_t *ret);

/* Releases the note; fine after a begin() that failed. */
void kdk_tree_end(struct kdk_tree_walk *walk);

#endif
