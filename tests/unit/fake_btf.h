/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF written by a test, type by type. Each function returns the number of the new type. */
#ifndef KDK_FAKE_BTF_H
#define KDK_FAKE_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_btf {
	bool big_endian;
	uint8_t types[16384];
	size_t types_size;
	char strings[4096];
	size_t strings_size;
	uint32_t count;		/* types so far */
	uint32_t first;		/* 0: the kernel's own; else a module's types go on from here */
	uint32_t string_base;
	size_t open;		/* where the struct or enum that is being filled starts */
};

void fake_btf_init(struct fake_btf *btf, bool big_endian);

uint32_t fake_btf_int(struct fake_btf *btf, const char *name, uint32_t size, uint32_t encoding);
uint32_t fake_btf_pointer(struct fake_btf *btf, uint32_t target);
uint32_t fake_btf_array(struct fake_btf *btf, uint32_t element, uint32_t count);
uint32_t fake_btf_typedef(struct fake_btf *btf, const char *name, uint32_t target);

/* struct btf_type as it stands, for kinds that have nothing behind it. */
uint32_t fake_btf_raw(struct fake_btf *btf, const char *name, uint32_t info, uint32_t last);

/* Members, enumerators and parameters are added to the type that was made last. */
uint32_t fake_btf_struct(struct fake_btf *btf, const char *name, uint32_t size, bool is_union);
void fake_btf_member(struct fake_btf *btf, const char *name, uint32_t type, uint32_t bits);
void fake_btf_bits(struct fake_btf *btf, const char *name, uint32_t type, uint32_t bits,
		   uint32_t bit_size);
uint32_t fake_btf_enum(struct fake_btf *btf, const char *name, bool is_signed);
void fake_btf_enumerator(struct fake_btf *btf, const char *name, uint32_t value);
uint32_t fake_btf_function(struct fake_btf *btf, uint32_t ret);
void fake_btf_parameter(struct fake_btf *btf, const char *name, uint32_t type);

/* 32 bits behind the last type, whatever they mean. */
void fake_btf_word(struct fake_btf *btf, uint32_t value);

/*
 * The whole, from malloc. layout: entries of that many bytes that describe kinds 0…20,
 * where 20 has 8 bytes once; 0: a header without.
 */
uint8_t *fake_btf_take(const struct fake_btf *btf, size_t layout, size_t *ret_size);

#endif
