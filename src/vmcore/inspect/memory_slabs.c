/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/memory_slabs.h"

#include <stdlib.h>

#include "vmcore/inspect/shape.h"

#define CACHES_MAX (1u << 20)

/* kmem_cache_order_objects.x: objects in the low half, the order above (mm/slub.c) */
#define ORDER_SHIFT 16

enum { NAME, OBJECT_SIZE, LAYOUT, NODES, CACHE_MEMBERS };

static const char *const cache_paths[CACHE_MEMBERS] = {
	[NAME] = "kmem_cache.name",
	[OBJECT_SIZE] = "kmem_cache.object_size",
	[LAYOUT] = "kmem_cache.oo.x",
	[NODES] = "&kmem_cache.node",
};

enum { SLABS, OBJECTS, NODE_MEMBERS };

static const char *const node_paths[NODE_MEMBERS] = {
	[SLABS] = "kmem_cache_node.nr_slabs",
	[OBJECTS] = "kmem_cache_node.total_objects",
};

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_memory_use *use;
	struct kdk_shape cache, node;
	size_t capacity;
};

static int by_size(const void *left, const void *right)
{
	const struct kdk_memory_slab *a = left, *b = right;

	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
}

static void add_nodes(struct reader *reader, struct kdk_memory_slab *slab, uint64_t array)
{
	uint64_t value[NODE_MEMBERS], pointer;

	for (size_t i = 0; i < reader->use->node_count; i++) {
		struct kdk_error *err;

		if (!kdk_word_at(reader->kernel,
				 array + reader->use->nodes[i].id *
						 reader->kernel->arch->word_bytes,
				 &pointer) ||
		    !pointer)
			continue;
		err = kdk_shape_read(reader->kernel, &reader->node, pointer, value);
		kdk_remarks_add_error(&reader->use->remarks, err, "slabs of %s",
				      slab->name);
		slab->slabs += value[SLABS];
		slab->objects += value[OBJECTS];
	}
}

static struct kdk_error *add(struct reader *reader, uint64_t address)
{
	struct kdk_memory_use *use = reader->use;
	struct kdk_memory_slab *slab;
	uint64_t value[CACHE_MEMBERS], bytes;
	struct kdk_error *err;

	if (use->slab_count == reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 128;
		struct kdk_memory_slab *grown =
			reallocarray(use->slabs, capacity, sizeof(*grown));

		if (!grown)
			return &kdk_enomem;
		use->slabs = grown;
		reader->capacity = capacity;
	}
	err = kdk_shape_read(reader->kernel, &reader->cache, address, value);
	if (err) {
		kdk_remarks_add_error(&use->remarks, err, "kmem_cache %#jx",
				      (uintmax_t)address);
		return NULL;
	}
	slab = &use->slabs[use->slab_count++];
	*slab = (struct kdk_memory_slab){
		.address = address,
		.object_size = value[OBJECT_SIZE],
	};
	kdk_string_at(reader->kernel, value[NAME], slab->name, sizeof(slab->name));
	add_nodes(reader, slab, value[NODES]);
	bytes = (uint64_t)reader->kernel->page_size
		<< (value[LAYOUT] >> ORDER_SHIFT & 31);
	if (__builtin_mul_overflow(slab->slabs, bytes, &slab->size)) {
		kdk_remarks_add(&use->remarks, "the number of slabs of %s cannot be true",
				slab->name);
		slab->slabs = slab->size = 0;
	}
	return NULL;
}

struct kdk_error *kdk_memory_slabs_read(struct kdk_kernel *kernel,
					struct kdk_memory_use *use)
{
	struct reader reader = { .kernel = kernel, .use = use };
	struct kdk_list_walk walk = { 0 };
	uint64_t head, cache;
	struct kdk_error *err;

	err = kdk_shape_make(kernel, cache_paths, CACHE_MEMBERS, CACHE_MEMBERS,
			     &reader.cache);
	if (!err)
		err = kdk_shape_make(kernel, node_paths, NODE_MEMBERS, NODE_MEMBERS,
				     &reader.node);
	if (!err)
		err = kdk_symbol_address(kernel, "slab_caches", &head);
	if (!err)
		err = kdk_list_begin(&walk, kernel, head, "kmem_cache.list");
	if (err && err != &kdk_enomem) {
		kdk_remarks_add_error(&use->remarks, err, "slab caches");
		return NULL;
	}
	while (!err && use->slab_count < CACHES_MAX && kdk_list_next(&walk, &cache))
		err = add(&reader, cache);
	if (walk.note)
		kdk_remarks_add(&use->remarks, "%s", walk.note);
	kdk_list_end(&walk);
	if (use->slab_count)
		qsort(use->slabs, use->slab_count, sizeof(*use->slabs), by_size);
	return err;
}
