/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a container's bytes come from: a file, memory (tests, fuzzing), or a
 * flattened file seen as the file it stands for.
 */
#ifndef KDK_SOURCE_H
#define KDK_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct kdk_source;

/* What a source has at an offset. */
enum kdk_extent {
	KDK_EXTENT_DATA,	/* bytes of the file */
	KDK_EXTENT_GAP,		/* never written in a complete flattened file: zeroes */
	KDK_EXTENT_ABSENT,	/* past the end, or never written in a truncated one */
};

struct kdk_source_ops {
	/*
	 * Fills `length` bytes from `offset`, or fails. Bytes past the end or never
	 * written (flattened, truncated) are KDK_ERROR_ABSENT.
	 */
	struct kdk_error *(*read)(const struct kdk_source *source, uint64_t offset,
				  void *buffer, size_t length);

	/*
	 * What is at `offset`; at least *length bytes from there (never 0) are alike.
	 * NULL: data up to size.
	 */
	enum kdk_extent (*extent)(const struct kdk_source *source, uint64_t offset,
				  uint64_t *length);

	void (*destroy)(struct kdk_source *source);
};

struct kdk_source {
	const struct kdk_source_ops *ops;
	char *name;		/* for messages; owned */
	uint64_t size;		/* bytes that can be addressed; UINT64_MAX when unknown (/proc/kcore) */
	uint64_t stored;	/* bytes of the file itself; bounds all work on it */
};

/* Opens a regular file, a block device or /proc/kcore read-only. */
struct kdk_error *kdk_source_open_file(const char *path, struct kdk_source **ret);

/* `data` is borrowed and must outlive the source. */
struct kdk_error *kdk_source_open_memory(const char *name, const void *data, size_t size,
					 struct kdk_source **ret);

/* Full read or an error; length 0 is fine. */
struct kdk_error *kdk_source_read(const struct kdk_source *source, uint64_t offset,
				  void *buffer, size_t length)
	__attribute__((warn_unused_result));

/* As kdk_source_ops.extent. */
enum kdk_extent kdk_source_extent(const struct kdk_source *source, uint64_t offset,
				  uint64_t *length);

/*
 * How many of the `wanted` bytes from `offset` on are data without a gap. Tables
 * are clipped to this, so a few forged bytes cannot stand for endless work.
 */
uint64_t kdk_source_data(const struct kdk_source *source, uint64_t offset,
			 uint64_t wanted);

/* NULL is fine. */
void kdk_source_destroy(struct kdk_source *source);

KDK_DEFINE_CLEANUP(struct kdk_source *, kdk_source_destroy)

#endif
