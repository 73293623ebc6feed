/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a mount in the words of /proc/mounts. */
#ifndef KDK_MOUNT_OPTIONS_H
#define KDK_MOUNT_OPTIONS_H

#include "vmcore/inspect/paths.h"

struct kdk_mount_options {
	struct kdk_kernel *kernel;
	struct kdk_shape tmpfs, proc, operations;
	uint64_t total_pages;	/* of the machine; 0: not known */
};

struct kdk_error *kdk_mount_options_init(struct kdk_mount_options *options,
					 struct kdk_kernel *kernel);

/*
 * mount and super_block hold values of struct kdk_paths' shapes. *ret_complete is false
 * when the filesystem prints options of its own that are not known here.
 */
void kdk_mount_options_add(const struct kdk_mount_options *options, const uint64_t *mount,
			   const uint64_t *super_block, struct kdk_buffer *text,
			   bool *ret_complete);

#endif
