/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/paths.h"

#include <string.h>

/* A path of one-letter names; mounts count too. */
#define STEPS_MAX KDK_PATH_MAX

static const char *const dentry_paths[KDK_DENTRY_MEMBERS] = {
	[KDK_DENTRY_PARENT] = "dentry.d_parent",
	[KDK_DENTRY_NAME] = "dentry.d_name.name|dentry.__d_name.name",
	[KDK_DENTRY_LENGTH] = "dentry.d_name.len|dentry.__d_name.len",
	[KDK_DENTRY_HASHED] = "dentry.d_hash.pprev",
	[KDK_DENTRY_INODE] = "dentry.d_inode",
	[KDK_DENTRY_SB] = "dentry.d_sb",
};

static const char *const mount_paths[KDK_MOUNT_MEMBERS] = {
	[KDK_MOUNT_PARENT] = "mount.mnt_parent",
	[KDK_MOUNT_POINT] = "mount.mnt_mountpoint",
	[KDK_MOUNT_ROOT] = "mount.mnt.mnt_root",
	[KDK_MOUNT_SB] = "mount.mnt.mnt_sb",
	[KDK_MOUNT_FLAGS] = "mount.mnt.mnt_flags",
	[KDK_MOUNT_DEVICE] = "mount.mnt_devname",
	[KDK_MOUNT_NS] = "mount.mnt_ns",
	[KDK_MOUNT_IDMAP] = "mount.mnt.mnt_idmap",
};

static const char *const inode_paths[KDK_INODE_MEMBERS] = {
	[KDK_INODE_MODE] = "inode.i_mode", [KDK_INODE_NUMBER] = "inode.i_ino",
	[KDK_INODE_SB] = "inode.i_sb",	   [KDK_INODE_RDEV] = "inode.i_rdev",
	[KDK_INODE_SIZE] = "inode.i_size", [KDK_INODE_MAPPING] = "inode.i_mapping",
};

static const char *const super_block_paths[KDK_SB_MEMBERS] = {
	[KDK_SB_MAGIC] = "super_block.s_magic",
	[KDK_SB_DEV] = "super_block.s_dev",
	[KDK_SB_FLAGS] = "super_block.s_flags",
	[KDK_SB_TYPE] = "super_block.s_type",
	[KDK_SB_OPS] = "super_block.s_op",
	[KDK_SB_INFO] = "super_block.s_fs_info",
	[KDK_SB_SUBTYPE] = "super_block.s_subtype",
};

static const char *const file_paths[KDK_FILE_MEMBERS] = {
	[KDK_FILE_MNT] = "file.f_path.mnt|file.__f_path.mnt",
	[KDK_FILE_DENTRY] = "file.f_path.dentry|file.__f_path.dentry",
	[KDK_FILE_INODE] = "file.f_inode",
	[KDK_FILE_OPS] = "file.f_op",
	[KDK_FILE_FLAGS] = "file.f_flags",
	[KDK_FILE_MODE] = "file.f_mode",
	[KDK_FILE_POS] = "file.f_pos",
	[KDK_FILE_PRIVATE] = "file.private_data",
};

struct kdk_error *kdk_paths_init(struct kdk_paths *paths, struct kdk_kernel *kernel)
{
	struct kdk_error *err;

	*paths = (struct kdk_paths){ .kernel = kernel };
	err = kdk_shape_make(kernel, dentry_paths, KDK_DENTRY_MEMBERS, KDK_DENTRY_MEMBERS,
			     &paths->dentry);
	if (!err)
		err = kdk_shape_make(kernel, mount_paths, KDK_MOUNT_MEMBERS,
				     KDK_MOUNT_NS + 1, &paths->mount);
	if (!err)
		err = kdk_shape_make(kernel, inode_paths, KDK_INODE_MEMBERS,
				     KDK_INODE_SB + 1, &paths->inode);
	if (!err)
		err = kdk_shape_make(kernel, super_block_paths, KDK_SB_MEMBERS,
				     KDK_SB_FLAGS + 1, &paths->super_block);
	if (!err)
		err = kdk_shape_make(kernel, file_paths, KDK_FILE_MEMBERS,
				     KDK_FILE_INODE + 1, &paths->file);
	if (!err)
		err = kdk_kernel_offset(kernel, "mount.mnt", &paths->vfsmount_offset);
	return err;
}

/* Text that grows to the left. */
struct climb {
	const struct kdk_paths *paths;
	char *text;
	size_t at;
};

static bool prepend(struct climb *climb, const char *text, size_t size)
{
	if (size > climb->at)
		return false;
	climb->at -= size;
	memcpy(climb->text + climb->at, text, size);
	return true;
}

/* A dentry's own name, cut at its length and at a NUL. */
static struct kdk_error *read_name(const struct kdk_paths *paths, const uint64_t *dentry,
				   char name[KDK_NAME_MAX])
{
	uint64_t length = dentry[KDK_DENTRY_LENGTH];

	if (length >= KDK_NAME_MAX)
		length = KDK_NAME_MAX - 1;
	return kdk_kernel_string(paths->kernel, dentry[KDK_DENTRY_NAME], name,
				 length + 1);
}

static struct kdk_error *prepend_name(struct climb *climb, const uint64_t *dentry)
{
	char name[KDK_NAME_MAX] = "";
	struct kdk_error *err = read_name(climb->paths, dentry, name);

	if (err)
		return err;
	if (!prepend(climb, name, strlen(name)) || !prepend(climb, "/", 1))
		return kdk_error_new(KDK_ERROR_FORMAT, "a path is longer than %d bytes",
				     KDK_PATH_MAX);
	return NULL;
}

static struct kdk_error *climb_up(struct climb *climb, struct kdk_path at,
				  const struct kdk_path *root, enum kdk_path_end *ret)
{
	const struct kdk_paths *paths = climb->paths;
	uint64_t mount[KDK_MOUNT_MEMBERS], dentry[KDK_DENTRY_MEMBERS], mount_address;
	struct kdk_error *err;

	mount_address = at.mnt - paths->vfsmount_offset;
	err = kdk_shape_read(paths->kernel, &paths->mount, mount_address, mount);
	for (unsigned int step = 0; !err && step < STEPS_MAX; step++) {
		if (root && at.dentry == root->dentry && at.mnt == root->mnt) {
			*ret = KDK_PATH_AT_ROOT;
			return NULL;
		}
		err = kdk_shape_read(paths->kernel, &paths->dentry, at.dentry, dentry);
		if (err)
			break;
		if (at.dentry != mount[KDK_MOUNT_ROOT] &&
		    at.dentry != dentry[KDK_DENTRY_PARENT]) {
			err = prepend_name(climb, dentry);
			at.dentry = dentry[KDK_DENTRY_PARENT];
			continue;
		}
		if (at.dentry != mount[KDK_MOUNT_ROOT] ||
		    mount[KDK_MOUNT_PARENT] == mount_address) {
			/* Errno values mark mounts of the kernel itself. */
			*ret = (int64_t)mount[KDK_MOUNT_NS] > -4096 &&
					       (int64_t)mount[KDK_MOUNT_NS] <= 0
				       ? KDK_PATH_DETACHED
				       : KDK_PATH_ABOVE;
			return NULL;
		}
		at.dentry = mount[KDK_MOUNT_POINT];
		mount_address = mount[KDK_MOUNT_PARENT];
		at.mnt = mount_address + paths->vfsmount_offset;
		err = kdk_shape_read(paths->kernel, &paths->mount, mount_address, mount);
	}
	if (!err)
		err = kdk_error_new(KDK_ERROR_FORMAT, "dentries lead in a circle");
	return err;
}

/* "mnt", "net": what kind of namespace an inode of nsfs stands for. */
static void namespace_kind(const struct kdk_paths *paths, uint64_t inode,
			   char kind[KDK_NAME_MAX])
{
	struct kdk_kernel *kernel = paths->kernel;
	uint64_t namespace, operations;
	struct kdk_error *err =
		kdk_object_u64(kernel, inode, "inode.i_private", &namespace);

	if (!err)
		err = kdk_object_u64(kernel, namespace, "ns_common.ops", &operations);
	if (!err)
		err = kdk_object_string(kernel, operations, "proc_ns_operations.name",
					kind, KDK_NAME_MAX);
	if (err)
		strcpy(kind, "namespace");
	kdk_error_destroy(err);
}

/* "pipe:[123]" and its kind, which have no place in a tree. False: an ordinary file. */
static bool special_name(const struct kdk_paths *paths, const uint64_t *dentry,
			 char text[KDK_PATH_MAX])
{
	uint64_t super_block[KDK_SB_MEMBERS], inode[KDK_INODE_MEMBERS];
	char name[KDK_NAME_MAX] = "";
	const char *kind;
	struct kdk_error *err;

	err = kdk_shape_read(paths->kernel, &paths->super_block, dentry[KDK_DENTRY_SB],
			     super_block);
	if (!err)
		err = kdk_shape_read(paths->kernel, &paths->inode,
				     dentry[KDK_DENTRY_INODE], inode);
	kdk_error_destroy(err);
	if (err)
		return false;
	kdk_error_destroy(read_name(paths, dentry, name));
	switch (super_block[KDK_SB_MAGIC]) {
	case KDK_MAGIC_PIPEFS:
		kind = "pipe";
		break;
	case KDK_MAGIC_PIDFS:
		kind = "pidfd";
		break;
	case KDK_MAGIC_NSFS:
		namespace_kind(paths, dentry[KDK_DENTRY_INODE], name);
		kind = name;
		break;
	case KDK_MAGIC_SOCKFS:
		kind = "socket";
		break;
	case KDK_MAGIC_ANON_INODE:
		snprintf(text, KDK_PATH_MAX, "anon_inode:%s", name);
		return true;
	default:
		return false;
	}
	snprintf(text, KDK_PATH_MAX, "%s:[%ju]", kind,
		 (uintmax_t)inode[KDK_INODE_NUMBER]);
	return true;
}

struct kdk_error *kdk_path_read(const struct kdk_paths *paths,
				const struct kdk_path *path, const struct kdk_path *root,
				char text[KDK_PATH_MAX], enum kdk_path_end *ret)
{
	struct climb climb = { .paths = paths, .text = text, .at = KDK_PATH_MAX - 1 };
	uint64_t dentry[KDK_DENTRY_MEMBERS];
	struct kdk_error *err;
	bool is_root;

	text[0] = text[KDK_PATH_MAX - 1] = '\0';
	*ret = KDK_PATH_DETACHED;
	err = kdk_shape_read(paths->kernel, &paths->dentry, path->dentry, dentry);
	if (err)
		return err;
	is_root = dentry[KDK_DENTRY_PARENT] == path->dentry;
	if (special_name(paths, dentry, text))
		return NULL;
	if (!is_root && !dentry[KDK_DENTRY_HASHED])
		prepend(&climb, " (deleted)", strlen(" (deleted)"));
	err = climb_up(&climb, *path, root, ret);
	if (!err && is_root && *ret == KDK_PATH_DETACHED) {
		/* A file that never had a name in a tree: shared memory, a memfd. */
		prepend(&climb, " (deleted)", strlen(" (deleted)"));
		err = prepend_name(&climb, dentry);
	} else if (!err && (climb.at == KDK_PATH_MAX - 1 || text[climb.at] != '/')) {
		prepend(&climb, "/", 1);
	}
	if (err)
		prepend(&climb, "?", 1);
	memmove(text, text + climb.at, KDK_PATH_MAX - climb.at);
	return kdk_error_wrap(err, "path of dentry %#jx", (uintmax_t)path->dentry);
}
