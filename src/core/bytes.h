/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Integers of a dumped machine, whatever its byte order and word size. */
#ifndef KDK_BYTES_H
#define KDK_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t kdk_get_u16(const void *from, bool big_endian)
{
	uint16_t value;

	memcpy(&value, from, sizeof(value));
	return big_endian ? be16toh(value) : le16toh(value);
}

static inline uint32_t kdk_get_u32(const void *from, bool big_endian)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return big_endian ? be32toh(value) : le32toh(value);
}

static inline uint64_t kdk_get_u64(const void *from, bool big_endian)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return big_endian ? be64toh(value) : le64toh(value);
}

/* An unsigned long of the dumped machine: word_bytes is 4 or 8. */
static inline uint64_t kdk_get_word(const void *from, bool big_endian, unsigned int word_bytes)
{
	return word_bytes == 4 ? kdk_get_u32(from, big_endian) : kdk_get_u64(from, big_endian);
}

static inline void kdk_put_u16(void *to, uint16_t value, bool big_endian)
{
	value = big_endian ? htobe16(value) : htole16(value);
	memcpy(to, &value, sizeof(value));
}

static inline void kdk_put_u32(void *to, uint32_t value, bool big_endian)
{
	value = big_endian ? htobe32(value) : htole32(value);
	memcpy(to, &value, sizeof(value));
}

static inline void kdk_put_u64(void *to, uint64_t value, bool big_endian)
{
	value = big_endian ? htobe64(value) : htole64(value);
	memcpy(to, &value, sizeof(value));
}

#endif
