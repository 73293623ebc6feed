/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/mount_options.h"

struct flag_name {
	uint64_t flag;
	const char *text;
};

/* MNT_* of include/linux/mount.h */
#define MNT_READONLY 0x40
static const struct flag_name mount_flags[] = {
	{ 0x01, ",nosuid" },	  { 0x02, ",nodev" },	   { 0x04, ",noexec" },
	{ 0x08, ",noatime" },	  { 0x10, ",nodiratime" }, { 0x20, ",relatime" },
	{ 0x80, ",nosymfollow" },
};

/* SB_* of include/linux/fs.h */
#define SB_RDONLY 1
static const struct flag_name super_block_flags[] = {
	{ 1 << 4, ",sync" },
	{ 1 << 7, ",dirsync" },
	{ 1 << 25, ",lazytime" },
};

enum {
	TMPFS_BLOCKS,
	TMPFS_INODES,
	TMPFS_MODE,
	TMPFS_UID,
	TMPFS_GID,
	TMPFS_HUGE,
	TMPFS_INODE64,
	TMPFS_NOSWAP,
	TMPFS_POLICY,
	TMPFS_MEMBERS
};

static const char *const tmpfs_paths[TMPFS_MEMBERS] = {
	[TMPFS_BLOCKS] = "shmem_sb_info.max_blocks",
	[TMPFS_INODES] = "shmem_sb_info.max_inodes",
	[TMPFS_MODE] = "shmem_sb_info.mode",
	[TMPFS_UID] = "shmem_sb_info.uid",
	[TMPFS_GID] = "shmem_sb_info.gid",
	[TMPFS_HUGE] = "shmem_sb_info.huge",
	[TMPFS_INODE64] = "shmem_sb_info.full_inums",
	[TMPFS_NOSWAP] = "shmem_sb_info.noswap",
	[TMPFS_POLICY] = "shmem_sb_info.mpol",
};

enum { PROC_GID, PROC_HIDE, PROC_PIDS_ONLY, PROC_MEMBERS };

static const char *const proc_paths[PROC_MEMBERS] = {
	[PROC_GID] = "proc_fs_info.pid_gid",
	[PROC_HIDE] = "proc_fs_info.hide_pid",
	[PROC_PIDS_ONLY] = "proc_fs_info.pidonly",
};

static const char *const operation_paths[] = { "super_operations.show_options" };

struct kdk_error *kdk_mount_options_init(struct kdk_mount_options *options,
					 struct kdk_kernel *kernel)
{
	struct kdk_error *err;

	*options = (struct kdk_mount_options){ .kernel = kernel };
	err = kdk_shape_make(kernel, tmpfs_paths, TMPFS_MEMBERS, 0, &options->tmpfs);
	if (!err)
		err = kdk_shape_make(kernel, proc_paths, PROC_MEMBERS, 0, &options->proc);
	if (!err)
		err = kdk_shape_make(kernel, operation_paths, 1, 0, &options->operations);
	if (!err)
		kdk_symbol_value(kernel, "_totalram_pages", kernel->arch->word_bytes,
				 &options->total_pages);
	return err;
}

static void add_flags(struct kdk_buffer *text, uint64_t flags,
		      const struct flag_name *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (flags & names[i].flag)
			kdk_buffer_puts(text, names[i].text);
}

/* Half of memory is the default of both limits, and not printed. */
static bool add_tmpfs(const struct kdk_mount_options *options, uint64_t info,
		      struct kdk_buffer *text)
{
	static const char *const huge[] = { "never", "always", "within_size", "advise" };
	uint64_t half = options->total_pages / 2, value[TMPFS_MEMBERS];
	struct kdk_error *err;

	if (!kdk_shape_has(&options->tmpfs, TMPFS_BLOCKS) ||
	    !kdk_shape_has(&options->tmpfs, TMPFS_MODE))
		return false;
	err = kdk_shape_read(options->kernel, &options->tmpfs, info, value);
	kdk_error_destroy(err);
	if (err)
		return false;
	if (value[TMPFS_BLOCKS] != half)
		kdk_buffer_printf(text, ",size=%juk",
				  (uintmax_t)value[TMPFS_BLOCKS] *
					  options->kernel->page_size / 1024);
	if (value[TMPFS_INODES] != half)
		kdk_buffer_printf(text, ",nr_inodes=%ju", (uintmax_t)value[TMPFS_INODES]);
	if (value[TMPFS_MODE] != 01777)
		kdk_buffer_printf(text, ",mode=%03ho", (unsigned short)value[TMPFS_MODE]);
	if (value[TMPFS_UID])
		kdk_buffer_printf(text, ",uid=%u", (uint32_t)value[TMPFS_UID]);
	if (value[TMPFS_GID])
		kdk_buffer_printf(text, ",gid=%u", (uint32_t)value[TMPFS_GID]);
	if (value[TMPFS_INODE64])
		kdk_buffer_puts(text, ",inode64");
	if (value[TMPFS_HUGE] && value[TMPFS_HUGE] < KDK_ARRAY_SIZE(huge))
		kdk_buffer_printf(text, ",huge=%s", huge[value[TMPFS_HUGE]]);
	if (value[TMPFS_NOSWAP])
		kdk_buffer_puts(text, ",noswap");
	return !value[TMPFS_POLICY];
}

static bool add_proc(const struct kdk_mount_options *options, uint64_t info,
		     struct kdk_buffer *text)
{
	uint64_t value[PROC_MEMBERS];
	struct kdk_error *err;

	if (!kdk_shape_has(&options->proc, PROC_HIDE))
		return false;
	err = kdk_shape_read(options->kernel, &options->proc, info, value);
	kdk_error_destroy(err);
	if (err)
		return false;
	if (value[PROC_GID])
		kdk_buffer_printf(text, ",gid=%u", (uint32_t)value[PROC_GID]);
	if (value[PROC_HIDE] == 1)
		kdk_buffer_puts(text, ",hidepid=noaccess");
	else if (value[PROC_HIDE] == 2)
		kdk_buffer_puts(text, ",hidepid=invisible");
	else if (value[PROC_HIDE] == 4)
		kdk_buffer_puts(text, ",hidepid=ptraceable");
	if (value[PROC_PIDS_ONLY])
		kdk_buffer_puts(text, ",subset=pid");
	return true;
}

/* False: the filesystem has more to say than is known here. */
static bool add_own(const struct kdk_mount_options *options, const uint64_t *super_block,
		    struct kdk_buffer *text)
{
	struct kdk_error *err;
	uint64_t show;

	if (super_block[KDK_SB_MAGIC] == KDK_MAGIC_TMPFS)
		return add_tmpfs(options, super_block[KDK_SB_INFO], text);
	if (super_block[KDK_SB_MAGIC] == KDK_MAGIC_PROC)
		return add_proc(options, super_block[KDK_SB_INFO], text);
	if (super_block[KDK_SB_MAGIC] == KDK_MAGIC_SYSFS)
		return true;
	err = kdk_shape_read(options->kernel, &options->operations,
			     super_block[KDK_SB_OPS], &show);
	kdk_error_destroy(err);
	return !err && kdk_shape_has(&options->operations, 0) && !show;
}

void kdk_mount_options_add(const struct kdk_mount_options *options, const uint64_t *mount,
			   const uint64_t *super_block, struct kdk_buffer *text,
			   bool *ret_complete)
{
	bool read_only = mount[KDK_MOUNT_FLAGS] & MNT_READONLY ||
			 super_block[KDK_SB_FLAGS] & SB_RDONLY;

	kdk_buffer_puts(text, read_only ? "ro" : "rw");
	add_flags(text, super_block[KDK_SB_FLAGS], super_block_flags,
		  KDK_ARRAY_SIZE(super_block_flags));
	add_flags(text, mount[KDK_MOUNT_FLAGS], mount_flags, KDK_ARRAY_SIZE(mount_flags));
	*ret_complete = add_own(options, super_block, text);
}
