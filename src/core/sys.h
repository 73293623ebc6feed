/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only door to the machine: files under a root, and the calls that change
 * something. Another root (--sysroot) means another machine: its files are read
 * and written there, and the calls are refused.
 */
#ifndef KDK_SYS_H
#define KDK_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"

struct kdk_sys;
struct kexec_segment;

/* Output of a program that was run. */
struct kdk_run_result {
	int status;		/* exit code, or 128 + signal */
	char *output;		/* standard output, NUL added; owned by the caller */
	size_t output_size;
};

/* Calls that change the machine or depend on its clock. All paths are the machine's own. */
struct kdk_sys_calls {
	struct kdk_error *(*kexec_load)(const struct kdk_sys *sys, unsigned long entry,
					unsigned long count, struct kexec_segment *segments,
					unsigned long flags);
	struct kdk_error *(*kexec_file_load)(const struct kdk_sys *sys, int kernel_fd,
					     int initrd_fd, const char *command_line,
					     unsigned long flags);
	struct kdk_error *(*mount)(const struct kdk_sys *sys, const char *source,
				   const char *target, const char *type,
				   unsigned long flags, const char *data);
	struct kdk_error *(*umount)(const struct kdk_sys *sys, const char *target, int flags);

	/* LINUX_REBOOT_CMD_*; returns only when it failed or the call is a recorder's. */
	struct kdk_error *(*reboot)(const struct kdk_sys *sys, int command);

	/*
	 * Runs argv[0], looked up in PATH, with no shell between; standard input is
	 * empty. A program that ran and failed is no error: see ret->status.
	 */
	struct kdk_error *(*run)(const struct kdk_sys *sys, const char *const *argv,
				 struct kdk_run_result *ret);

	/* Nanoseconds since 1970 UTC */
	int64_t (*clock)(const struct kdk_sys *sys);
};

struct kdk_sys {
	const struct kdk_sys_calls *calls;
	char *root;		/* NULL: this machine */
	int root_fd;		/* -1 when root is NULL */
	void *context;		/* of the calls */
};

/* root NULL or "": this machine. */
struct kdk_error *kdk_sys_create(const char *root, struct kdk_sys **ret);

/* NULL is fine. */
void kdk_sys_destroy(struct kdk_sys *sys);

KDK_DEFINE_CLEANUP(struct kdk_sys *, kdk_sys_destroy)

/*
 * open() of an absolute path of the machine. Under another root neither ".." nor
 * an absolute symbolic link leads out of it. O_CLOEXEC is added.
 */
struct kdk_error *kdk_sys_open(const struct kdk_sys *sys, const char *path, int flags,
			       mode_t mode, int *ret_fd);

/* The whole of a file, at most `limit` bytes (more is an error), NUL added. size may be NULL. */
struct kdk_error *kdk_sys_read_file(const struct kdk_sys *sys, const char *path, size_t limit,
				    char **ret, size_t *ret_size);

/* The text of a symbolic link. */
struct kdk_error *kdk_sys_read_link(const struct kdk_sys *sys, const char *path, char **ret);

struct kdk_names {
	char **names;		/* sorted by strcmp; without "." and ".." */
	size_t count;
};

struct kdk_error *kdk_sys_list(const struct kdk_sys *sys, const char *path,
			       struct kdk_names *ret);
void kdk_names_deinit(struct kdk_names *names);

/*
 * Replaces a file in one step: after a crash either the old or the new content is
 * there. Follows no symbolic link at the last name.
 */
struct kdk_error *kdk_sys_write_file(const struct kdk_sys *sys, const char *path,
				     const void *data, size_t size, mode_t mode);

#endif
