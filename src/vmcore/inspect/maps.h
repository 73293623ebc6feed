/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mappings of a process, as /proc/PID/maps lists them. */
#ifndef KDK_MAPS_H
#define KDK_MAPS_H

#include "vmcore/inspect/remarks.h"
#include "vmcore/kernel/tasks.h"

struct kdk_map {
	uint64_t address;	/* of its vm_area_struct */
	uint64_t start, end;	/* of user space; end is the first byte behind */
	uint64_t flags;		/* VM_* */
	uint64_t offset;	/* bytes into the file; 0 without one */
	uint32_t device;	/* of the file's filesystem, major << 20 | minor */
	uint64_t inode;		/* its number; 0 without a file */
	char *name;		/* owned, hostile: a path, "[heap]" …; "": plain memory */
};

struct kdk_maps {
	struct kdk_task task;
	struct kdk_map *maps;	/* by address */
	size_t count;
	uint64_t size;		/* bytes mapped, without the kernel's own page */
	struct kdk_remarks remarks;
};

/* A kernel thread has none. */
struct kdk_error *kdk_maps_read(struct kdk_kernel *kernel, int32_t pid,
				struct kdk_maps *ret);
void kdk_maps_deinit(struct kdk_maps *maps);

/* "rwxp" */
void kdk_map_permissions(const struct kdk_map *map, char text[5]);

#endif
