/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of the dumped kernel with their types: a struct at an address is walked
 * through, member by member, and each is handed to a visitor that prints it.
 */
#ifndef KDK_VALUE_H
#define KDK_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/types.h"

enum kdk_value_kind {
	KDK_VALUE_NUMBER,
	KDK_VALUE_BOOL,
	KDK_VALUE_ENUM,
	KDK_VALUE_POINTER,
	KDK_VALUE_TEXT,		/* array of char */
	KDK_VALUE_GROUP,	/* struct or union: its members follow, then leave() */
	KDK_VALUE_ARRAY,	/* its elements follow, then leave() */
	KDK_VALUE_BYTES,	/* of no kind that can be shown: floats, 128-bit integers */
	KDK_VALUE_UNREADABLE,	/* its memory is not in the dump */
};

struct kdk_value {
	enum kdk_value_kind kind;
	const char *name;	/* of the member, hostile; "" for an anonymous one; NULL: element */
	uint32_t type;
	uint64_t offset;	/* bytes from the start of the outermost object */
	uint64_t number;	/* NUMBER, BOOL, ENUM, POINTER; signed ones extended */
	bool is_signed;
	const char *enumerator;	/* ENUM: NULL when no enumerator has that value */
	const char *symbol;	/* POINTER: where into the kernel, "name+0x10"; NULL: nowhere; hostile */
	const uint8_t *bytes;	/* TEXT (trailing NULs left out), BYTES */
	size_t size;
	uint64_t index;		/* element: which */
	uint64_t repeats;	/* element: so many equal ones follow that are not shown */
	bool cut;		/* ARRAY: it has more elements than are shown */
};

/* Either returns false to end the walk. */
struct kdk_value_visitor {
	bool (*visit)(void *context, const struct kdk_value *value);
	bool (*leave)(void *context, const struct kdk_value *value);
	void *context;
	bool expand;	/* equal elements one by one: repeats stays 0 */
};

#define KDK_VALUE_DEPTH 24	/* deepest nesting that is entered */

/*
 * Walks the object of `type` at `address`. Pages that are not in the dump make their
 * members UNREADABLE; the error is only for what has no size or more than 64 MiB.
 */
struct kdk_error *kdk_value_walk(struct kdk_kernel *kernel, uint32_t type, uint64_t address,
				 const struct kdk_value_visitor *visitor);

/* The same for one member: "comm", "thread.sp", "fs->count" is not taken. name is shown. */
struct kdk_error *kdk_value_walk_member(struct kdk_kernel *kernel, uint32_t type,
					uint64_t address, const char *member,
					const struct kdk_value_visitor *visitor);

#endif
