/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/intervals.h"

#include <stdbool.h>

/* Intervals that have begun, highest rank first: a binary heap. */
struct heap {
	const struct kdk_interval **items;
	size_t count;
};

static void heap_push(struct heap *heap, const struct kdk_interval *item)
{
	size_t at = heap->count++;

	while (at && heap->items[(at - 1) / 2]->rank < item->rank) {
		heap->items[at] = heap->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->items[at] = item;
}

static void heap_pop(struct heap *heap)
{
	const struct kdk_interval *item = heap->items[--heap->count];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
		    heap->items[child + 1]->rank > heap->items[child]->rank)
			child++;
		if (heap->items[child]->rank <= item->rank)
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = item;
}

/* Joins what follows without a break in the same interval. */
struct joiner {
	kdk_interval_emit *emit;
	void *context;
	bool pending;
	size_t index;
	uint64_t start, end;
};

static struct kdk_error *join_flush(struct joiner *joiner)
{
	if (!joiner->pending)
		return NULL;
	joiner->pending = false;
	return joiner->emit(joiner->context, joiner->index, joiner->start, joiner->end);
}

static struct kdk_error *join_add(struct joiner *joiner, size_t index,
				  uint64_t start, uint64_t end)
{
	struct kdk_error *err;

	if (joiner->pending && joiner->index == index && joiner->end == start) {
		joiner->end = end;
		return NULL;
	}
	err = join_flush(joiner);
	joiner->pending = true;
	joiner->index = index;
	joiner->start = start;
	joiner->end = end;
	return err;
}

struct kdk_error *kdk_intervals_cut(const struct kdk_interval *in, size_t count,
				    kdk_interval_emit *emit, void *context)
{
	struct heap heap = { calloc(count ? count : 1, sizeof(*heap.items)), 0 };
	struct joiner joiner = { .emit = emit, .context = context };
	struct kdk_error *err = NULL;
	uint64_t at = 0;
	size_t next = 0;

	if (!heap.items)
		return &kdk_enomem;
	while (!err && (next < count || heap.count)) {
		const struct kdk_interval *top;
		uint64_t stop;

		if (!heap.count)
			at = in[next].start;
		while (next < count && in[next].start <= at)
			heap_push(&heap, &in[next++]);
		while (heap.count && heap.items[0]->end <= at)
			heap_pop(&heap);
		if (!heap.count)
			continue;
		top = heap.items[0];
		stop = top->end;
		if (next < count && in[next].start < stop)
			stop = in[next].start;
		err = join_add(&joiner, top->index, at, stop);
		at = stop;
	}
	if (!err)
		err = join_flush(&joiner);
	free(heap.items);
	return err;
}
