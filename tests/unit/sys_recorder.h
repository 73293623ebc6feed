/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kdk_sys whose calls change nothing and are written down, for tests. */
#ifndef KDK_SYS_RECORDER_H
#define KDK_SYS_RECORDER_H

#include "core/sys.h"
#include "core/text.h"

/* What a program is said to have answered. */
struct kdk_recorded_run {
	const char *command;	/* argv joined by blanks */
	int status;
	const char *output;
};

struct kdk_sys_recorder {
	struct kdk_sys *sys;			/* hand this to what is tested */
	struct kdk_buffer calls;		/* one line per call: "mount /dev/vda1 /mnt ext4 0" */
	const struct kdk_recorded_run *runs;	/* command NULL ends it; others end with 127 */
	int64_t clock;				/* what the clock says */
};

/* root as for kdk_sys_create(). */
struct kdk_error *kdk_sys_recorder_init(struct kdk_sys_recorder *recorder, const char *root);
void kdk_sys_recorder_deinit(struct kdk_sys_recorder *recorder);

#endif
