/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts of one namespace, as /proc/PID/mounts lists them. */
#ifndef KDK_MOUNTS_H
#define KDK_MOUNTS_H

#include "vmcore/inspect/remarks.h"
#include "vmcore/kernel/kernel.h"

/* Strings are owned and hostile. */
struct kdk_mount {
	uint64_t address;	/* of its struct mount */
	uint64_t super_block;
	char *device;
	char *mountpoint;	/* below the task's root */
	char *type;		/* "ext4", "fuse.sshfs" */
	char *options;		/* "rw,relatime" */
	bool options_complete;	/* false: the filesystem adds some not known here */
	uint32_t device_number;	/* s_dev as the kernel has it: major << 20 | minor */
};

struct kdk_mounts {
	struct kdk_mount *mounts;	/* in the kernel's order */
	size_t count;
	struct kdk_remarks remarks;
};

/* As task `pid` sees them; those that it cannot reach from its root are left out. */
struct kdk_error *kdk_mounts_read(struct kdk_kernel *kernel, int32_t pid,
				  struct kdk_mounts *ret);
void kdk_mounts_deinit(struct kdk_mounts *mounts);

#endif
