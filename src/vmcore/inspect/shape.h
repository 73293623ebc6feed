/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The members of a kernel struct that an inspector reads: looked up once, then each
 * object is read in one go. An enum numbers the members, a list of paths names them.
 */
#ifndef KDK_SHAPE_H
#define KDK_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/kernel/object.h"

#define KDK_SHAPE_MAX 32

struct kdk_shape {
	size_t count;
	struct kdk_shape_member {
		bool known;
		bool is_address;	/* its value is where it is */
		struct kdk_field field;
	} member[KDK_SHAPE_MAX];
	uint64_t begin, end;		/* bytes of an object that hold all values */
};

/*
 * Paths as kdk_types_field() takes them; a '&' in front asks for a member's address
 * in place of its value. The first `required` of them must exist: KDK_ERROR_ABSENT.
 */
struct kdk_error *kdk_shape_make(struct kdk_kernel *kernel, const char *const *paths,
				 size_t count, size_t required, struct kdk_shape *ret);

static inline bool kdk_shape_has(const struct kdk_shape *shape, size_t member)
{
	return shape->member[member].known;
}

/*
 * values[i] of paths[i], as kdk_object_u64(); 0 where the types or the memory lack it.
 * An error when any byte could not be read.
 */
struct kdk_error *kdk_shape_read(struct kdk_kernel *kernel, const struct kdk_shape *shape,
				 uint64_t address, uint64_t *values);

/* A symbol's address, or what vmcoreinfo says of it. */
struct kdk_error *kdk_symbol_address(struct kdk_kernel *kernel, const char *name,
				     uint64_t *ret);

/* A variable of 4 or 8 bytes. False when there is no such symbol or it is unreadable. */
bool kdk_symbol_value(struct kdk_kernel *kernel, const char *name, size_t size,
		      uint64_t *ret);

/* A pointer or unsigned long at `address`. False when it is unreadable. */
bool kdk_word_at(struct kdk_kernel *kernel, uint64_t address, uint64_t *ret);
bool kdk_u32_at(struct kdk_kernel *kernel, uint64_t address, uint32_t *ret);

/* As kdk_kernel_string(); false, and "", when it is unreadable. Hostile. */
bool kdk_string_at(struct kdk_kernel *kernel, uint64_t address, char *text, size_t size);

/* KDK_ERROR_UNSUPPORTED when memory cannot be read at all. */
struct kdk_error *kdk_kernel_need_memory(const struct kdk_kernel *kernel);

#endif
