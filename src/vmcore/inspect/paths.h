/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of files, through dentries and mounts, as /proc shows them. */
#ifndef KDK_PATHS_H
#define KDK_PATHS_H

#include "core/text.h"
#include "vmcore/inspect/shape.h"

#define KDK_PATH_MAX 4096	/* bytes of a path, with its NUL */
#define KDK_NAME_MAX 256

/* Values of s_magic (include/uapi/linux/magic.h) */
#define KDK_MAGIC_PIPEFS 0x50495045u
#define KDK_MAGIC_SOCKFS 0x534f434bu
#define KDK_MAGIC_ANON_INODE 0x09041934u
#define KDK_MAGIC_NSFS 0x6e736673u
#define KDK_MAGIC_PIDFS 0x50494446u
#define KDK_MAGIC_TMPFS 0x01021994u
#define KDK_MAGIC_PROC 0x9fa0u
#define KDK_MAGIC_SYSFS 0x62656572u

/* Members that more than one inspector asks for. */
struct kdk_paths {
	struct kdk_kernel *kernel;
	struct kdk_shape dentry, mount, inode, super_block, file;
	uint64_t vfsmount_offset;	/* of mnt in struct mount */
};

enum { KDK_DENTRY_PARENT, KDK_DENTRY_NAME, KDK_DENTRY_LENGTH, KDK_DENTRY_HASHED,
       KDK_DENTRY_INODE, KDK_DENTRY_SB, KDK_DENTRY_MEMBERS };
enum { KDK_MOUNT_PARENT, KDK_MOUNT_POINT, KDK_MOUNT_ROOT, KDK_MOUNT_SB, KDK_MOUNT_FLAGS,
       KDK_MOUNT_DEVICE, KDK_MOUNT_NS, KDK_MOUNT_IDMAP, KDK_MOUNT_MEMBERS };
enum { KDK_INODE_MODE, KDK_INODE_NUMBER, KDK_INODE_SB, KDK_INODE_RDEV, KDK_INODE_SIZE,
       KDK_INODE_MAPPING, KDK_INODE_MEMBERS };
enum { KDK_SB_MAGIC, KDK_SB_DEV, KDK_SB_FLAGS, KDK_SB_TYPE, KDK_SB_OPS, KDK_SB_INFO,
       KDK_SB_SUBTYPE, KDK_SB_MEMBERS };
enum { KDK_FILE_MNT, KDK_FILE_DENTRY, KDK_FILE_INODE, KDK_FILE_OPS, KDK_FILE_FLAGS,
       KDK_FILE_MODE, KDK_FILE_POS, KDK_FILE_PRIVATE, KDK_FILE_MEMBERS };

/* An error when the types do not know dentries or mounts. */
struct kdk_error *kdk_paths_init(struct kdk_paths *paths, struct kdk_kernel *kernel);

/* A struct path: addresses of a vfsmount and a dentry; all zero: none. */
struct kdk_path {
	uint64_t mnt, dentry;
};

enum kdk_path_end {
	KDK_PATH_AT_ROOT,	/* came to the root that was given */
	KDK_PATH_ABOVE,		/* came to the root of its namespace without meeting it */
	KDK_PATH_DETACHED,	/* came to the root of a mount that hangs nowhere */
};

/*
 * The path below `root` (all zero: below its namespace's root), with " (deleted)"
 * behind an unlinked one, and the kernel's own names for pipes, sockets and the like.
 * Hostile. On error text holds what could be read.
 */
struct kdk_error *kdk_path_read(const struct kdk_paths *paths,
				const struct kdk_path *path,
				const struct kdk_path *root, char text[KDK_PATH_MAX],
				enum kdk_path_end *ret);

#endif
