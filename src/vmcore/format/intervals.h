/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Overlapping intervals made disjoint: at each point the highest rank wins. */
#ifndef KDK_INTERVALS_H
#define KDK_INTERVALS_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct kdk_interval {
	uint64_t start;
	uint64_t end;		/* one past the last; > start */
	uint64_t rank;		/* unique among those that overlap */
	size_t index;		/* the caller's own */
};

/* A piece [start, end) of the interval with this index; pieces come in order. */
typedef struct kdk_error *kdk_interval_emit(void *context, size_t index,
					    uint64_t start, uint64_t end);

/* `in` is sorted by start. At most twice as many pieces as intervals. */
struct kdk_error *kdk_intervals_cut(const struct kdk_interval *in, size_t count,
				    kdk_interval_emit *emit, void *context);

#endif
