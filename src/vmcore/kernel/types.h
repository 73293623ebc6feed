/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of the dumped kernel by name: from the BTF that it carries, or from DWARF
 * when debuginfo was found. Offsets come from here and nowhere else.
 */
#ifndef KDK_TYPES_H
#define KDK_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum kdk_type_kind {
	KDK_TYPE_VOID,
	KDK_TYPE_INT,		/* also char, bool */
	KDK_TYPE_FLOAT,
	KDK_TYPE_ENUM,
	KDK_TYPE_POINTER,
	KDK_TYPE_ARRAY,
	KDK_TYPE_STRUCT,
	KDK_TYPE_UNION,
	KDK_TYPE_FORWARD,	/* struct or union that is only declared */
	KDK_TYPE_TYPEDEF,
	KDK_TYPE_QUALIFIER,	/* const, volatile, restrict: see `qualifier` */
	KDK_TYPE_FUNCTION,	/* a prototype */
};

/* Handle of a type; only meaningful with the kdk_types it came from. 0 is void. */
struct kdk_type {
	uint32_t id;
	enum kdk_type_kind kind;
	const char *name;	/* "" when anonymous; hostile */
	const char *qualifier;	/* "const" …; NULL otherwise */
	uint64_t size;		/* bytes; 0 when it has none */
	uint32_t target;	/* pointer, typedef, qualifier, array element, function's return */
	uint32_t count;		/* members, enumerators, parameters; array elements */
	bool is_signed, is_char, is_bool;
	bool is_union;		/* of a forward */
};

struct kdk_type_member {
	const char *name;	/* "" for an anonymous struct or union */
	uint32_t type;
	uint64_t bit_offset;
	uint32_t bit_size;	/* 0: no bit field */
};

/* Where a path of members leads: "task_struct.thread.sp". */
struct kdk_field {
	uint64_t offset;	/* bytes from the start of the outermost struct */
	uint64_t size;		/* bytes of the value */
	uint32_t type;		/* of the value, typedefs and qualifiers not removed */
	uint32_t bit_offset;	/* of a bit field, from `offset` */
	uint32_t bit_size;	/* 0: no bit field */
};

struct kdk_types;

/* "BTF of the dump", "DWARF of /usr/lib/debug/…": for provenance. */
const char *kdk_types_source(const struct kdk_types *types);

/* False when the handle is none of this kdk_types. */
bool kdk_types_get(struct kdk_types *types, uint32_t id, struct kdk_type *ret);
bool kdk_types_member(struct kdk_types *types, uint32_t id, uint32_t index,
		      struct kdk_type_member *ret);
bool kdk_types_enumerator(struct kdk_types *types, uint32_t id, uint32_t index,
			  const char **ret_name, uint64_t *ret_value);

/* The type behind typedefs and qualifiers. */
uint32_t kdk_types_resolve(struct kdk_types *types, uint32_t id);

/* Bytes of a value of that type, typedefs followed; 0 when it has none. */
uint64_t kdk_types_size(struct kdk_types *types, uint32_t id);

/* "struct task_struct", "task_struct" (struct, union, enum, then typedef), "u64". False: none. */
bool kdk_types_find(struct kdk_types *types, const char *name, uint32_t *ret);

/* A prototype of a function by its name; false when there is none. */
bool kdk_types_find_function(struct kdk_types *types, const char *name, uint32_t *ret);

/* Type of a variable, where the source knows: per-CPU ones (BTF), all (DWARF). */
bool kdk_types_find_variable(struct kdk_types *types, const char *name, uint32_t *ret);

/* sizeof; 0 when there is no such type. Alternatives as in kdk_types_field(). */
uint64_t kdk_types_sizeof(struct kdk_types *types, const char *name);

/*
 * Follows "struct.member.member[3]", through anonymous structs and unions. A '|'
 * separates alternatives of which the first that exists counts:
 * "task_struct.__state|task_struct.state". KDK_ERROR_ABSENT names what was looked for.
 * Answers are kept: asking again is cheap.
 */
struct kdk_error *kdk_types_field(struct kdk_types *types, const char *path,
				  struct kdk_field *ret);

/* The same from a type that is at hand: "thread.sp" of struct task_struct. Not kept. */
struct kdk_error *kdk_types_member_path(struct kdk_types *types, uint32_t type,
					const char *path, struct kdk_field *ret);

/* The value of an enumerator by name, in any enum. */
bool kdk_types_constant(struct kdk_types *types, const char *name, uint64_t *ret);

/* C declaration of the type: "struct list_head *", "char [16]". Adds to the buffer, escaped. */
struct kdk_buffer;
void kdk_types_name(struct kdk_types *types, uint32_t id, struct kdk_buffer *buffer);

/* The same with a name declared: "char comm[16]". The name is escaped too. */
void kdk_types_declare(struct kdk_types *types, uint32_t id, const char *name,
		       struct kdk_buffer *buffer);

/* NULL is fine. */
void kdk_types_destroy(struct kdk_types *types);

#endif
