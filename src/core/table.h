/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of text. Cells are escaped here, so callers hand in what the dump holds.
 * What goes wrong while filling is kept and returned by kdk_table_print().
 */
#ifndef KDK_TABLE_H
#define KDK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/error.h"

struct kdk_column {
	const char *header;
	bool right;		/* aligned to the right: numbers */
};

struct kdk_table;

struct kdk_error *kdk_table_create(const struct kdk_column *columns, size_t count,
				   struct kdk_table **ret);

/* Two columns without headers: "key:  value". */
struct kdk_error *kdk_table_create_pairs(struct kdk_table **ret);

/* NULL is fine. */
void kdk_table_destroy(struct kdk_table *table);

KDK_DEFINE_CLEANUP(struct kdk_table *, kdk_table_destroy)

/* Starts a row; kdk_table_set() fills its cells, those left out are empty. */
void kdk_table_row(struct kdk_table *table);
void kdk_table_set(struct kdk_table *table, size_t column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A row of a table made by kdk_table_create_pairs(). */
void kdk_table_pair(struct kdk_table *table, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A table without rows prints its headers. */
struct kdk_error *kdk_table_print(struct kdk_table *table, FILE *out);

#endif
