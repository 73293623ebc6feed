/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats themselves, for the table in formats.c. */
#ifndef KDK_FORMATS_H
#define KDK_FORMATS_H

#include "vmcore/format/format.h"

extern const struct kdk_format kdk_format_elf;
extern const struct kdk_format kdk_format_kcore;
extern const struct kdk_format kdk_format_kdump;

#endif
