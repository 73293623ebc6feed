/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes and times for people, and back. */
#ifndef KDK_UNITS_H
#define KDK_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define KDK_UNIT_TEXT 64	/* bytes that every text below fits in, with its NUL */

/* "512 B", "1.0 GiB": one decimal, binary units. Returns text. */
const char *kdk_size_format(uint64_t bytes, char text[KDK_UNIT_TEXT]);

/*
 * "4096", "0x1000", "512M", "1.5G", "2GiB": binary units, K M G T P E in either
 * case. KDK_ERROR_USAGE when it is no size or more than 64 bits.
 */
struct kdk_error *kdk_size_parse(const char *text, uint64_t *ret);

/* A decimal, or hexadecimal behind 0x, number and nothing else: KDK_ERROR_USAGE otherwise. */
struct kdk_error *kdk_number_parse(const char *text, uint64_t *ret);

/* Hexadecimal with or without 0x, as debuggers take addresses. KDK_ERROR_USAGE otherwise. */
struct kdk_error *kdk_address_parse(const char *text, uint64_t *ret);

/* "2024-05-06T07:08:09Z". Seconds no calendar holds become "@<seconds>". Returns text. */
const char *kdk_time_format(int64_t seconds, char text[KDK_UNIT_TEXT]);

/* The two largest units that matter: "45 s", "12 min 5 s", "3 d 4 h". Returns text. */
const char *kdk_duration_format(uint64_t seconds, char text[KDK_UNIT_TEXT]);

#endif
