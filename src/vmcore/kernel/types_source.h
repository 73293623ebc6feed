/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a source of types (BTF, DWARF) answers; types.c adds lookup by path, names in C
 * and memory of what was asked. To add one: a file types_NAME.c that ends in
 * kdk_types_create(), and a line in kernel_view.c.
 */
#ifndef KDK_TYPES_SOURCE_H
#define KDK_TYPES_SOURCE_H

#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/types.h"

#define KDK_TYPE_BIT(kind) (1u << (kind))

struct kdk_types_source {
	/* As their kdk_types_ namesakes. get() knows the size of arrays and pointers. */
	bool (*get)(void *source, uint32_t id, struct kdk_type *ret);
	bool (*member)(void *source, uint32_t id, uint32_t index, struct kdk_type_member *ret);
	bool (*enumerator)(void *source, uint32_t id, uint32_t index, const char **ret_name,
			   uint64_t *ret_value);

	/* By bare name, of the kinds with KDK_TYPE_BIT() in `kinds`. */
	bool (*find)(void *source, const char *name, uint32_t kinds, uint32_t *ret);
	bool (*function)(void *source, const char *name, uint32_t *ret);
	bool (*variable)(void *source, const char *name, uint32_t *ret);
	bool (*constant)(void *source, const char *name, uint64_t *ret);
	void (*destroy)(void *source);
};

/* Takes over `source`, also on error. The name is copied. */
struct kdk_error *kdk_types_create(const struct kdk_types_source *ops, void *source,
				   const char *name, struct kdk_types **ret);

/* The BTF that the dump holds, and those of its modules. The kernel is borrowed. */
struct kdk_error *kdk_types_from_btf(struct kdk_kernel *kernel, struct kdk_types **ret);

#endif
