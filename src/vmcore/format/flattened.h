/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flattened file: a dump written to a pipe as records {offset, size, data}
 * behind a 4096-byte header, big-endian, as makedumpfile -F and QEMU write it.
 * It is read in place through an index of its records; the last record written
 * to an offset wins.
 */
#ifndef KDK_FLATTENED_H
#define KDK_FLATTENED_H

#include <stdbool.h>

#include "vmcore/format/source.h"

bool kdk_flattened_probe(const struct kdk_source *source);

/*
 * The file that `inner` stands for. inner belongs to it on success only.
 * *ret_damage is NULL for a complete file; else it says what is wrong (a
 * constant): then what was never written is absent instead of zero.
 */
struct kdk_error *kdk_flattened_open(struct kdk_source *inner, struct kdk_source **ret,
				     const char **ret_damage);

#endif
