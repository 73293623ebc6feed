/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open files of a task, as /proc/PID/fd lists them. */
#ifndef KDK_FILES_H
#define KDK_FILES_H

#include "vmcore/inspect/remarks.h"
#include "vmcore/kernel/tasks.h"

enum kdk_file_kind {
	KDK_FILE_UNKNOWN,
	KDK_FILE_REGULAR,
	KDK_FILE_DIRECTORY,
	KDK_FILE_CHARACTER,
	KDK_FILE_BLOCK,
	KDK_FILE_PIPE,
	KDK_FILE_SOCKET,
	KDK_FILE_LINK,
	KDK_FILE_ANONYMOUS,	/* eventfd, epoll, … */
};

struct kdk_file {
	int fd;
	uint64_t address;	/* of its struct file */
	uint64_t dentry, inode;
	char *path;		/* owned; hostile; "" when it could not be read */
	enum kdk_file_kind kind;
	uint32_t flags;		/* O_* of the dumped machine */
	bool readable, writable;
	uint64_t position;
	uint64_t size;		/* bytes, of regular files */
};

struct kdk_files {
	struct kdk_task task;
	char *root, *cwd, *exe;	/* owned; hostile; NULL when the task has none (left) */
	struct kdk_file *files;	/* by fd */
	size_t count;
	struct kdk_remarks remarks;
};

struct kdk_error *kdk_files_read(struct kdk_kernel *kernel, int32_t pid,
				 struct kdk_files *ret);
void kdk_files_deinit(struct kdk_files *files);

/* "file", "socket" … */
const char *kdk_file_kind_name(enum kdk_file_kind kind);

#endif
