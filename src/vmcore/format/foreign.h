/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are no dump of ours, by name. */
#ifndef KDK_FOREIGN_H
#define KDK_FOREIGN_H

#include "vmcore/format/source.h"

/*
 * Never NULL: what the file is and what to do (KDK_ERROR_UNSUPPORTED), or that
 * it is nothing known (KDK_ERROR_FORMAT).
 */
struct kdk_error *kdk_foreign_refuse(const struct kdk_source *source);

#endif
