/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF gives no types to variables but per-CPU ones: those that people ask for by name. */
#ifndef KDK_TYPES_KNOWN_H
#define KDK_TYPES_KNOWN_H

#include "vmcore/kernel/types.h"

/* False when it is none of them, or the dump has no such type. */
bool kdk_types_known_variable(struct kdk_types *types, const char *name, uint32_t *ret);

#endif
