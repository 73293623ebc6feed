/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BPF Type Format as a kernel carries it (include/uapi/linux/btf.h), parsed by
 * hand: the dump may come from a kernel newer than any library on the host.
 *
 * Type 0 is void. A split BTF (of a module) goes on with the type numbers and
 * string offsets of its base.
 */
#ifndef KDK_BTF_H
#define KDK_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum kdk_btf_kind {
	KDK_BTF_VOID = 0,
	KDK_BTF_INT = 1,
	KDK_BTF_PTR = 2,
	KDK_BTF_ARRAY = 3,
	KDK_BTF_STRUCT = 4,
	KDK_BTF_UNION = 5,
	KDK_BTF_ENUM = 6,
	KDK_BTF_FWD = 7,
	KDK_BTF_TYPEDEF = 8,
	KDK_BTF_VOLATILE = 9,
	KDK_BTF_CONST = 10,
	KDK_BTF_RESTRICT = 11,
	KDK_BTF_FUNC = 12,
	KDK_BTF_FUNC_PROTO = 13,
	KDK_BTF_VAR = 14,
	KDK_BTF_DATASEC = 15,
	KDK_BTF_FLOAT = 16,
	KDK_BTF_DECL_TAG = 17,
	KDK_BTF_TYPE_TAG = 18,
	KDK_BTF_ENUM64 = 19,
};

/* KDK_BTF_INT's encoding bits */
#define KDK_BTF_SIGNED 1
#define KDK_BTF_CHAR 2
#define KDK_BTF_BOOL 4

struct kdk_btf_type {
	enum kdk_btf_kind kind;
	const char *name;	/* "" when it has none; may hold any byte */
	uint64_t size;		/* bytes: int, struct, union, enum, float, datasec; else 0 */
	uint32_t target;	/* ptr, typedef, const …: type; array: element; func, func_proto: return */
	uint32_t count;		/* members, enumerators, parameters, variables; array: elements */
	uint8_t encoding;	/* int: KDK_BTF_*; enum: KDK_BTF_SIGNED */
	uint8_t bits;		/* int: its bits */
	bool flag;		/* kind_flag: fwd of a union; struct with bit fields */
};

struct kdk_btf_member {
	const char *name;	/* "" for an anonymous struct or union */
	uint32_t type;
	uint64_t bit_offset;	/* from the start of the struct */
	uint32_t bit_size;	/* 0: no bit field */
};

struct kdk_btf;

/*
 * Takes over `data` (from malloc), also on error. base, NULL for a kernel's own
 * BTF, is borrowed and must live as long. KDK_ERROR_FORMAT says what is wrong and where.
 */
struct kdk_error *kdk_btf_parse(uint8_t *data, size_t size, const struct kdk_btf *base,
				bool big_endian, struct kdk_btf **ret);

/* NULL is fine. */
void kdk_btf_destroy(struct kdk_btf *btf);

KDK_DEFINE_CLEANUP(struct kdk_btf *, kdk_btf_destroy)

/* One past the last type number. */
uint32_t kdk_btf_end(const struct kdk_btf *btf);

/* Types that could not be known because an unknown kind stands before them end the table: true. */
bool kdk_btf_cut(const struct kdk_btf *btf);

/* The first type from `id` on, of this BTF alone, whose kind has its bit in `kinds`; 0: none. */
uint32_t kdk_btf_next(const struct kdk_btf *btf, uint32_t id, uint32_t kinds);

/* False when there is no such type. */
bool kdk_btf_type(const struct kdk_btf *btf, uint32_t id, struct kdk_btf_type *ret);

/* Member `index` of a struct or union, parameter of a func_proto (name and type only). */
bool kdk_btf_member(const struct kdk_btf *btf, uint32_t id, uint32_t index,
		    struct kdk_btf_member *ret);

/* Enumerator `index` of an enum or enum64. */
bool kdk_btf_enumerator(const struct kdk_btf *btf, uint32_t id, uint32_t index,
			const char **ret_name, uint64_t *ret_value);

/* The variable `index` of a datasec: its type number, offset and size in bytes. */
bool kdk_btf_variable(const struct kdk_btf *btf, uint32_t id, uint32_t index, uint32_t *ret_type,
		      uint32_t *ret_offset, uint32_t *ret_size);

/*
 * First type with that name whose kind has its bit (1 << kind) in `kinds`, in this
 * BTF, then in its base. False when there is none.
 */
bool kdk_btf_find(const struct kdk_btf *btf, const char *name, uint32_t kinds, uint32_t *ret);

/* The type behind typedef, const, volatile, restrict and tags; bounded. */
uint32_t kdk_btf_resolve(const struct kdk_btf *btf, uint32_t id);

/* Bytes of a value of that type, arrays and pointers included; false when it has no size. */
bool kdk_btf_size(const struct kdk_btf *btf, uint32_t id, unsigned int word_bytes, uint64_t *ret);

#endif
