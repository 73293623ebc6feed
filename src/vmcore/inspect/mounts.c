/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/mounts.h"

#include <stdlib.h>
#include <string.h>

#include "vmcore/inspect/mount_options.h"
#include "vmcore/inspect/task_find.h"
#include "vmcore/kernel/trees.h"

#define MOUNTS_MAX (1u << 20) /* sysctl fs.mount-max allows 100000 per namespace */

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_paths paths;
	struct kdk_mount_options options;
	struct kdk_path root; /* of the task that looks */
	struct kdk_mounts *mounts;
	size_t capacity;
};

static struct kdk_error *copy_string(struct kdk_kernel *kernel, uint64_t address,
				     char **ret)
{
	char text[KDK_PATH_MAX];

	kdk_string_at(kernel, address, text, sizeof(text));
	*ret = strdup(*text ? text : "none");
	return *ret ? NULL : &kdk_enomem;
}

/* "fuse.sshfs": a subtype stands behind a dot. */
static struct kdk_error *read_type(struct reader *reader, const uint64_t *super_block,
				   char **ret)
{
	char name[KDK_NAME_MAX] = "", subtype[KDK_NAME_MAX] = "";
	struct kdk_error *err;
	int n;

	err = kdk_object_string(reader->kernel, super_block[KDK_SB_TYPE],
				"file_system_type.name", name, sizeof(name));
	if (err) {
		kdk_remarks_add_error(&reader->mounts->remarks, err,
				      "type of a filesystem");
		strcpy(name, "?");
	}
	kdk_string_at(reader->kernel, super_block[KDK_SB_SUBTYPE], subtype,
		      sizeof(subtype));
	n = *subtype ? asprintf(ret, "%s.%s", name, subtype) : asprintf(ret, "%s", name);
	return n < 0 ? &kdk_enomem : NULL;
}

static struct kdk_error *fill(struct reader *reader, struct kdk_mount *mount,
			      const uint64_t *value, const char *mountpoint)
{
	_cleanup_(kdk_buffer_deinit) struct kdk_buffer options = { 0 };
	uint64_t super_block[KDK_SB_MEMBERS];
	struct kdk_error *err;

	err = kdk_shape_read(reader->kernel, &reader->paths.super_block,
			     value[KDK_MOUNT_SB], super_block);
	kdk_remarks_add_error(&reader->mounts->remarks, err, "filesystem of %s",
			      mountpoint);
	mount->super_block = value[KDK_MOUNT_SB];
	mount->device_number = super_block[KDK_SB_DEV];
	mount->mountpoint = strdup(mountpoint);
	if (!mount->mountpoint)
		return &kdk_enomem;
	kdk_mount_options_add(&reader->options, value, super_block, &options,
			      &mount->options_complete);
	err = kdk_buffer_take(&options, &mount->options);
	if (!err)
		err = copy_string(reader->kernel, value[KDK_MOUNT_DEVICE],
				  &mount->device);
	if (!err)
		err = read_type(reader, super_block, &mount->type);
	return err;
}

/* *ret: a new place at the end, not counted yet. */
static struct kdk_error *grow(struct reader *reader, struct kdk_mount **ret)
{
	struct kdk_mounts *mounts = reader->mounts;

	if (mounts->count == reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 32;
		struct kdk_mount *grown =
			reallocarray(mounts->mounts, capacity, sizeof(*grown));

		if (!grown)
			return &kdk_enomem;
		mounts->mounts = grown;
		reader->capacity = capacity;
	}
	*ret = &mounts->mounts[mounts->count];
	**ret = (struct kdk_mount){ 0 };
	return NULL;
}

static struct kdk_error *add(struct reader *reader, uint64_t address)
{
	uint64_t value[KDK_MOUNT_MEMBERS];
	struct kdk_path path;
	enum kdk_path_end end;
	struct kdk_mount *mount;
	char mountpoint[KDK_PATH_MAX];
	struct kdk_error *err;

	err = kdk_shape_read(reader->kernel, &reader->paths.mount, address, value);
	if (err) {
		kdk_remarks_add_error(&reader->mounts->remarks, err, "mount %#jx",
				      (uintmax_t)address);
		return NULL;
	}
	/* Cursors of readers of /proc/mounts stand in the same list, with no filesystem.
	 */
	if (!value[KDK_MOUNT_SB])
		return NULL;
	path.mnt = address + reader->paths.vfsmount_offset;
	path.dentry = value[KDK_MOUNT_ROOT];
	err = kdk_path_read(&reader->paths, &path, &reader->root, mountpoint, &end);
	if (!err && end != KDK_PATH_AT_ROOT)
		return NULL;
	kdk_remarks_add_error(&reader->mounts->remarks, err, "mount %#jx",
			      (uintmax_t)address);
	err = grow(reader, &mount);
	if (err)
		return err;
	mount->address = address;
	reader->mounts->count++;
	return fill(reader, mount, value, mountpoint);
}

static struct kdk_error *walk_list(struct reader *reader, uint64_t namespace)
{
	struct kdk_list_walk walk = { 0 };
	uint64_t offset, mount;
	struct kdk_error *err;

	err = kdk_kernel_offset(reader->kernel, "mnt_namespace.list", &offset);
	if (!err)
		err = kdk_list_begin(&walk, reader->kernel, namespace + offset,
				     "mount.mnt_list");
	while (!err && reader->mounts->count < MOUNTS_MAX && kdk_list_next(&walk, &mount))
		err = add(reader, mount);
	if (walk.note)
		kdk_remarks_add(&reader->mounts->remarks, "%s", walk.note);
	kdk_list_end(&walk);
	return err;
}

/* Since 6.8 */
static struct kdk_error *walk_tree(struct reader *reader, uint64_t namespace)
{
	struct kdk_tree_walk walk = { 0 };
	uint64_t offset, mount;
	struct kdk_error *err;

	err = kdk_kernel_offset(reader->kernel, "mnt_namespace.mounts", &offset);
	if (!err)
		err = kdk_rb_begin(&walk, reader->kernel, namespace + offset,
				   "mount.mnt_node|mount.mnt_list");
	while (!err && reader->mounts->count < MOUNTS_MAX && kdk_tree_next(&walk, &mount))
		err = add(reader, mount);
	if (walk.note)
		kdk_remarks_add(&reader->mounts->remarks, "%s", walk.note);
	kdk_tree_end(&walk);
	return err;
}

/* The task's namespace and root; a task that is ending has neither. */
static struct kdk_error *find_namespace(struct reader *reader, int32_t pid, uint64_t *ret)
{
	struct kdk_kernel *kernel = reader->kernel;
	struct kdk_task task;
	struct kdk_error *err = kdk_task_find(kernel, pid, &task);
	uint64_t proxy = 0, fs = 0;

	if (!err)
		err = kdk_object_u64(kernel, task.address, "task_struct.nsproxy", &proxy);
	if (!err)
		err = kdk_object_u64(kernel, task.address, "task_struct.fs", &fs);
	if (!err && (!proxy || !fs))
		err = kdk_error_new(KDK_ERROR_ABSENT,
				    "task %d is ending and has left its namespaces", pid);
	if (!err)
		err = kdk_object_u64(kernel, proxy, "nsproxy.mnt_ns", ret);
	if (!err)
		err = kdk_object_u64(kernel, fs, "fs_struct.root.mnt", &reader->root.mnt);
	if (!err)
		err = kdk_object_u64(kernel, fs, "fs_struct.root.dentry",
				     &reader->root.dentry);
	return err;
}

struct kdk_error *kdk_mounts_read(struct kdk_kernel *kernel, int32_t pid,
				  struct kdk_mounts *ret)
{
	struct kdk_mounts mounts = { 0 };
	struct reader reader = { .kernel = kernel, .mounts = &mounts };
	struct kdk_error *err = kdk_kernel_need_memory(kernel);
	uint64_t namespace;

	if (!err)
		err = kdk_paths_init(&reader.paths, kernel);
	if (!err)
		err = kdk_mount_options_init(&reader.options, kernel);
	if (!err)
		err = find_namespace(&reader, pid, &namespace);
	if (err)
		return kdk_error_wrap(err, "reading mounts");
	if (kdk_kernel_has(kernel, "mnt_namespace.list"))
		err = walk_list(&reader, namespace);
	else
		err = walk_tree(&reader, namespace);
	if (err)
		kdk_mounts_deinit(&mounts);
	else
		*ret = mounts;
	return kdk_error_wrap(err, "reading mounts");
}

void kdk_mounts_deinit(struct kdk_mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		free(mounts->mounts[i].device);
		free(mounts->mounts[i].mountpoint);
		free(mounts->mounts[i].type);
		free(mounts->mounts[i].options);
	}
	free(mounts->mounts);
	kdk_remarks_deinit(&mounts->remarks);
	*mounts = (struct kdk_mounts){ 0 };
}
