/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

struct file_source {
	struct kdk_source source;
	int fd;
};

struct memory_source {
	struct kdk_source source;
	const uint8_t *data;
};

static struct kdk_error *past_end(const struct kdk_source *source, uint64_t offset,
				  size_t length)
{
	return kdk_error_new(KDK_ERROR_ABSENT,
			     "%s: %zu bytes at offset %" PRIu64 " lie past the end of the file",
			     source->name, length, offset);
}

static struct kdk_error *file_read(const struct kdk_source *source, uint64_t offset,
				   void *buffer, size_t length)
{
	const struct file_source *file = (const struct file_source *)source;
	uint8_t *to = buffer;

	while (length) {
		ssize_t n;

		if (offset > INT64_MAX)
			return past_end(source, offset, length);
		n = pread(file->fd, to, length, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return kdk_error_system(
				errno, "%s: reading %zu bytes at offset %" PRIu64,
				source->name, length, offset);
		if (n == 0)
			return past_end(source, offset, length);
		to += n;
		length -= (size_t)n;
		offset += (uint64_t)n;
	}
	return NULL;
}

static void file_destroy(struct kdk_source *source)
{
	struct file_source *file = (struct file_source *)source;

	close(file->fd);
	free(file);
}

static const struct kdk_source_ops file_ops = {
	.read = file_read,
	.destroy = file_destroy,
};

/* /proc/vmcore tells its size; /proc/kcore's is that of the address space, or 0. */
static bool is_endless(int fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return false;
	return strcmp(slash ? slash + 1 : path, "vmcore") != 0;
}

static struct kdk_error *file_size(int fd, const char *path, uint64_t *ret)
{
	struct stat st;
	off_t end;

	if (fstat(fd, &st) < 0)
		return kdk_error_system(errno, "%s", path);
	if (S_ISDIR(st.st_mode))
		return kdk_error_new(KDK_ERROR_USAGE,
				     "%s is a directory: name the dump file in it", path);
	if (S_ISREG(st.st_mode)) {
		*ret = is_endless(fd, path) ? UINT64_MAX : (uint64_t)st.st_size;
		return NULL;
	}
	if (!S_ISBLK(st.st_mode))
		return kdk_error_new(KDK_ERROR_USAGE,
				     "%s is neither a file nor a block device: a dump is read here and there, so copy it into a file first",
				     path);
	end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return kdk_error_system(errno, "%s: finding its size", path);
	*ret = (uint64_t)end;
	return NULL;
}

struct kdk_error *kdk_source_open_file(const char *path, struct kdk_source **ret)
{
	/* O_NONBLOCK: a pipe is refused below instead of waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct file_source *file;
	struct kdk_error *err;
	uint64_t size = 0;

	if (fd < 0)
		return kdk_error_system(errno, "opening %s", path);
	err = file_size(fd, path, &size);
	if (err) {
		close(fd);
		return err;
	}
	file = calloc(1, sizeof(*file));
	if (file)
		file->source.name = strdup(path);
	if (!file || !file->source.name) {
		free(file);
		close(fd);
		return &kdk_enomem;
	}
	file->source.ops = &file_ops;
	file->source.size = size;
	file->source.stored = size;
	file->fd = fd;
	*ret = &file->source;
	return NULL;
}

static struct kdk_error *memory_read(const struct kdk_source *source, uint64_t offset,
				     void *buffer, size_t length)
{
	const struct memory_source *memory = (const struct memory_source *)source;

	if (offset > source->size || length > source->size - offset)
		return past_end(source, offset, length);
	memcpy(buffer, memory->data + offset, length);
	return NULL;
}

static void memory_destroy(struct kdk_source *source)
{
	free(source);
}

static const struct kdk_source_ops memory_ops = {
	.read = memory_read,
	.destroy = memory_destroy,
};

struct kdk_error *kdk_source_open_memory(const char *name, const void *data, size_t size,
					 struct kdk_source **ret)
{
	struct memory_source *memory = calloc(1, sizeof(*memory));

	if (memory)
		memory->source.name = strdup(name);
	if (!memory || !memory->source.name) {
		free(memory);
		return &kdk_enomem;
	}
	memory->source.ops = &memory_ops;
	memory->source.size = size;
	memory->source.stored = size;
	memory->data = data;
	*ret = &memory->source;
	return NULL;
}

struct kdk_error *kdk_source_read(const struct kdk_source *source, uint64_t offset,
				  void *buffer, size_t length)
{
	return length ? source->ops->read(source, offset, buffer, length) : NULL;
}

enum kdk_extent kdk_source_extent(const struct kdk_source *source, uint64_t offset,
				  uint64_t *length)
{
	if (offset >= source->size) {
		*length = offset ? 0 - offset : UINT64_MAX;
		return KDK_EXTENT_ABSENT;
	}
	if (source->ops->extent)
		return source->ops->extent(source, offset, length);
	*length = source->size - offset;
	return KDK_EXTENT_DATA;
}

uint64_t kdk_source_data(const struct kdk_source *source, uint64_t offset,
			 uint64_t wanted)
{
	uint64_t have = 0;

	while (have < wanted) {
		uint64_t length;

		if (offset + have < offset ||
		    kdk_source_extent(source, offset + have, &length) != KDK_EXTENT_DATA)
			return have;
		if (length > wanted - have)
			return wanted;
		have += length;
	}
	return have;
}

void kdk_source_destroy(struct kdk_source *source)
{
	if (!source)
		return;
	free(source->name);
	source->ops->destroy(source);
}
