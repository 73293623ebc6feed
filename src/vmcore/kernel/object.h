/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of the dumped kernel: members by path, as kdk_types_field() takes it, of a
 * struct at a kernel-virtual address. Any of these fails with KDK_ERROR_ABSENT when
 * there are no types, no such member, or the memory is not in the dump.
 */
#ifndef KDK_OBJECT_H
#define KDK_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/types.h"

/* "task_struct.__state|task_struct.state"; the error names the path. */
struct kdk_error *kdk_kernel_field(struct kdk_kernel *kernel, const char *path,
				   struct kdk_field *ret);

/* Whether the types have it: for members that only some kernels have. */
bool kdk_kernel_has(struct kdk_kernel *kernel, const char *path);

/* sizeof(struct); 0 when not known. */
uint64_t kdk_kernel_sizeof(struct kdk_kernel *kernel, const char *name);

/* offsetof(); alternatives allowed. */
struct kdk_error *kdk_kernel_offset(struct kdk_kernel *kernel, const char *path, uint64_t *ret);

/* By name, with a KDK_ERROR_ABSENT that names it. */
struct kdk_error *kdk_kernel_symbol(struct kdk_kernel *kernel, const char *name, uint64_t *ret);

/*
 * Integers, enums, pointers and bit fields of up to 8 bytes. Signed ones are extended,
 * so that a cast to int64_t has the value.
 */
struct kdk_error *kdk_object_u64(struct kdk_kernel *kernel, uint64_t address, const char *path,
				 uint64_t *ret);
struct kdk_error *kdk_object_u32(struct kdk_kernel *kernel, uint64_t address, const char *path,
				 uint32_t *ret);

/* A char array, or what a char pointer points to; cut to size, always ends with NUL. */
struct kdk_error *kdk_object_string(struct kdk_kernel *kernel, uint64_t address,
				    const char *path, char *ret, size_t size);

/* The bytes of a member; `size` must not be more than it has. */
struct kdk_error *kdk_object_bytes(struct kdk_kernel *kernel, uint64_t address,
				   const char *path, void *ret, size_t size);

/*
 * The value of a field out of bytes that hold the object: for loops that read a whole
 * object once. False when the field does not lie within `size` bytes.
 */
bool kdk_field_value(struct kdk_types *types, const struct kdk_field *field,
		     const struct kdk_arch *arch, const void *object, size_t size,
		     uint64_t *ret);

/* Text at an address up to its NUL; cut to size, always ends with NUL. */
struct kdk_error *kdk_kernel_string(struct kdk_kernel *kernel, uint64_t address, char *ret,
				    size_t size);

/*
 * Walks along `next` pointers. Each gives objects until the list ends, and then, or
 * where it breaks, false; `note` says why it broke, NULL when it did not. A list that
 * loops is noticed after at most three times its length.
 *
 *	err = kdk_list_begin(&walk, kernel, head, "task_struct.tasks");
 *	while (!err && kdk_list_next(&walk, &task))
 *		…
 *	kdk_list_end(&walk);
 */
struct kdk_list_walk {
	struct kdk_kernel *kernel;
	uint64_t head;
	uint64_t offset;	/* of the list_head in an object */
	uint64_t count;		/* objects given */
	char *note;		/* owned */
	/* private */
	uint64_t at, end;
	uint64_t mark, steps, limit;
	uint64_t next_offset, odd;
	bool ended;
};

#define KDK_LIST_MAX (UINT64_C(1) << 26)	/* links that any walk follows */

/*
 * A list_head of others. `member` is where each object has its own: "task_struct.tasks";
 * NULL when the objects are the list_heads themselves.
 */
struct kdk_error *kdk_list_begin(struct kdk_list_walk *walk, struct kdk_kernel *kernel,
				 uint64_t head, const char *member);

/* An hlist_head (also hlist_nulls: ends at an odd pointer). head is the address of `first`. */
struct kdk_error *kdk_hlist_begin(struct kdk_list_walk *walk, struct kdk_kernel *kernel,
				  uint64_t head, const char *member);

/* A chain through a pointer member: "module_use.next"; starts with the object `first`, 0 is the end. */
struct kdk_error *kdk_chain_begin(struct kdk_list_walk *walk, struct kdk_kernel *kernel,
				  uint64_t first, const char *member);

bool kdk_list_next(struct kdk_list_walk *walk, uint64_t *ret);

/* Releases the note; fine after a begin() that failed. */
void kdk_list_end(struct kdk_list_walk *walk);

#endif
