/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/files.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/inspect/paths.h"
#include "vmcore/inspect/task_find.h"

#define CHUNK 512 /* bytes of the array of files that are read at once */
#define FDS_MAX                                                                          \
	(1u << 26) /* more than any sysctl fs.nr_open that machines have memory for */

/* FMODE_* of include/linux/fs.h, S_IF* of the kernel */
#define MODE_READ 1
#define MODE_WRITE 2
#define TYPE_MASK 0170000

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_paths paths;
	struct kdk_files *files;
	size_t capacity;
};

const char *kdk_file_kind_name(enum kdk_file_kind kind)
{
	static const char *const names[] = {
		[KDK_FILE_UNKNOWN] = "unknown",	    [KDK_FILE_REGULAR] = "file",
		[KDK_FILE_DIRECTORY] = "directory", [KDK_FILE_CHARACTER] = "character",
		[KDK_FILE_BLOCK] = "block",	    [KDK_FILE_PIPE] = "pipe",
		[KDK_FILE_SOCKET] = "socket",	    [KDK_FILE_LINK] = "link",
		[KDK_FILE_ANONYMOUS] = "anonymous",
	};

	return names[kind];
}

static enum kdk_file_kind kind_of(const struct reader *reader, const uint64_t *inode)
{
	uint64_t super_block[KDK_SB_MEMBERS];

	switch (inode[KDK_INODE_MODE] & TYPE_MASK) {
	case 0100000:
		return KDK_FILE_REGULAR;
	case 0040000:
		return KDK_FILE_DIRECTORY;
	case 0020000:
		return KDK_FILE_CHARACTER;
	case 0060000:
		return KDK_FILE_BLOCK;
	case 0010000:
		return KDK_FILE_PIPE;
	case 0140000:
		return KDK_FILE_SOCKET;
	case 0120000:
		return KDK_FILE_LINK;
	default:
		kdk_error_destroy(kdk_shape_read(reader->kernel,
						 &reader->paths.super_block,
						 inode[KDK_INODE_SB], super_block));
		return super_block[KDK_SB_MAGIC] == KDK_MAGIC_ANON_INODE
			       ? KDK_FILE_ANONYMOUS
			       : KDK_FILE_UNKNOWN;
	}
}

static struct kdk_error *read_path(struct reader *reader, uint64_t mnt, uint64_t dentry,
				   const char *what, char **ret)
{
	struct kdk_path path = { .mnt = mnt, .dentry = dentry };
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	kdk_remarks_add_error(&reader->files->remarks,
			      kdk_path_read(&reader->paths, &path, NULL, text, &end),
			      "%s", what);
	*ret = strdup(text);
	return *ret ? NULL : &kdk_enomem;
}

static struct kdk_error *add(struct reader *reader, int fd, uint64_t address)
{
	uint64_t file[KDK_FILE_MEMBERS], inode[KDK_INODE_MEMBERS];
	struct kdk_files *files = reader->files;
	struct kdk_error *err;
	struct kdk_file *at;
	char what[32];

	if (files->count == reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 16;
		struct kdk_file *grown =
			reallocarray(files->files, capacity, sizeof(*grown));

		if (!grown)
			return &kdk_enomem;
		files->files = grown;
		reader->capacity = capacity;
	}
	snprintf(what, sizeof(what), "file descriptor %d", fd);
	err = kdk_shape_read(reader->kernel, &reader->paths.file, address, file);
	kdk_remarks_add_error(&files->remarks, err, "%s", what);
	err = kdk_shape_read(reader->kernel, &reader->paths.inode, file[KDK_FILE_INODE],
			     inode);
	kdk_remarks_add_error(&files->remarks, err, "%s", what);
	at = &files->files[files->count++];
	*at = (struct kdk_file){
		.fd = fd,
		.address = address,
		.dentry = file[KDK_FILE_DENTRY],
		.inode = file[KDK_FILE_INODE],
		.kind = kind_of(reader, inode),
		.flags = file[KDK_FILE_FLAGS],
		.readable = file[KDK_FILE_MODE] & MODE_READ,
		.writable = file[KDK_FILE_MODE] & MODE_WRITE,
		.position = file[KDK_FILE_POS],
		.size = inode[KDK_INODE_SIZE],
	};
	return read_path(reader, file[KDK_FILE_MNT], file[KDK_FILE_DENTRY], what,
			 &at->path);
}

static struct kdk_error *walk_table(struct reader *reader, uint64_t array, uint64_t count)
{
	unsigned int word = reader->kernel->arch->word_bytes;
	uint8_t bytes[CHUNK];
	struct kdk_error *err = NULL;

	for (uint64_t fd = 0; fd < count && !err; fd += CHUNK / word) {
		uint64_t part = count - fd < CHUNK / word ? count - fd : CHUNK / word;

		err = kdk_memory_read(reader->kernel->memory, KDK_VIRTUAL,
				      array + fd * word, bytes, part * word);
		if (err) {
			kdk_remarks_add_error(&reader->files->remarks, err,
					      "file descriptors from %ju on",
					      (uintmax_t)fd);
			return NULL;
		}
		for (uint64_t i = 0; i < part && !err; i++) {
			uint64_t file = kdk_get_word(
				bytes + i * word, reader->kernel->arch->big_endian, word);

			if (file)
				err = add(reader, fd + i, file);
		}
	}
	return err;
}

static struct kdk_error *read_table(struct reader *reader, uint64_t table_owner)
{
	struct kdk_kernel *kernel = reader->kernel;
	uint64_t table, array;
	uint32_t count;
	struct kdk_error *err =
		kdk_object_u64(kernel, table_owner, "files_struct.fdt", &table);

	if (!err)
		err = kdk_object_u64(kernel, table, "fdtable.fd", &array);
	if (!err)
		err = kdk_object_u32(kernel, table, "fdtable.max_fds", &count);
	if (err)
		return err;
	if (count > FDS_MAX) {
		kdk_remarks_add(
			&reader->files->remarks,
			"the table of %u file descriptors is too large to be true",
			count);
		count = FDS_MAX;
	}
	return walk_table(reader, array, count);
}

static struct kdk_error *read_places(struct reader *reader, uint64_t fs)
{
	struct kdk_kernel *kernel = reader->kernel;
	struct kdk_path root, cwd;
	struct kdk_error *err;

	if (!fs)
		return NULL;
	err = kdk_object_u64(kernel, fs, "fs_struct.root.mnt", &root.mnt);
	if (!err)
		err = kdk_object_u64(kernel, fs, "fs_struct.root.dentry", &root.dentry);
	if (!err)
		err = kdk_object_u64(kernel, fs, "fs_struct.pwd.mnt", &cwd.mnt);
	if (!err)
		err = kdk_object_u64(kernel, fs, "fs_struct.pwd.dentry", &cwd.dentry);
	if (!err)
		err = read_path(reader, root.mnt, root.dentry, "root",
				&reader->files->root);
	if (!err)
		err = read_path(reader, cwd.mnt, cwd.dentry, "working directory",
				&reader->files->cwd);
	return err;
}

static struct kdk_error *read_program(struct reader *reader)
{
	uint64_t mm = reader->files->task.mm, program, file[KDK_FILE_MEMBERS];
	struct kdk_error *err;

	if (!mm || reader->files->task.flags & KDK_TASK_KTHREAD)
		return NULL;
	err = kdk_object_u64(reader->kernel, mm, "mm_struct.exe_file", &program);
	if (err || !program)
		return err;
	err = kdk_shape_read(reader->kernel, &reader->paths.file, program, file);
	return err ? err
		   : read_path(reader, file[KDK_FILE_MNT], file[KDK_FILE_DENTRY],
			       "program", &reader->files->exe);
}

static struct kdk_error *read_all(struct reader *reader, int32_t pid)
{
	struct kdk_kernel *kernel = reader->kernel;
	struct kdk_remarks *remarks = &reader->files->remarks;
	uint64_t table = 0, fs = 0;
	struct kdk_error *err = kdk_paths_init(&reader->paths, kernel);

	if (!err)
		err = kdk_task_find(kernel, pid, &reader->files->task);
	if (!err)
		err = kdk_object_u64(kernel, reader->files->task.address,
				     "task_struct.files", &table);
	if (!err)
		err = kdk_object_u64(kernel, reader->files->task.address,
				     "task_struct.fs", &fs);
	if (err)
		return err;
	/* What one of these lacks must not hide the others. */
	kdk_remarks_add_error(remarks, read_places(reader, fs),
			      "root and working directory");
	kdk_remarks_add_error(remarks, read_program(reader), "program");
	if (!table)
		return NULL;
	kdk_remarks_add_error(remarks, read_table(reader, table), "file descriptors");
	return NULL;
}

struct kdk_error *kdk_files_read(struct kdk_kernel *kernel, int32_t pid,
				 struct kdk_files *ret)
{
	struct kdk_files files = { 0 };
	struct reader reader = { .kernel = kernel, .files = &files };
	struct kdk_error *err = kdk_kernel_need_memory(kernel);

	if (!err)
		err = read_all(&reader, pid);
	if (err)
		kdk_files_deinit(&files);
	else
		*ret = files;
	return kdk_error_wrap(err, "reading open files");
}

void kdk_files_deinit(struct kdk_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->files[i].path);
	free(files->files);
	free(files->root);
	free(files->cwd);
	free(files->exe);
	kdk_remarks_deinit(&files->remarks);
	*files = (struct kdk_files){ 0 };
}
