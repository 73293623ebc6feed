/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the formats say alike about pages they cannot give. */
#ifndef KDK_STATE_H
#define KDK_STATE_H

#include "vmcore/format/format.h"

/* KDK_ERROR_ABSENT with the state's name, for a byte that is neither present nor zero. */
struct kdk_error *kdk_state_error(enum kdk_page_state state, uint64_t phys);

#endif
