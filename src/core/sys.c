/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys_calls.h"
#include "core/sys_path.h"
#include "core/text.h"

struct kdk_error *kdk_sys_create(const char *root, struct kdk_sys **ret)
{
	_cleanup_(kdk_sys_destroyp) struct kdk_sys *sys = calloc(1, sizeof(*sys));

	if (!sys)
		return &kdk_enomem;
	sys->root_fd = -1;
	sys->calls = &kdk_sys_calls_host;
	if (root && *root) {
		sys->calls = &kdk_sys_calls_refused;
		sys->root = strdup(root);
		if (!sys->root)
			return &kdk_enomem;
		sys->root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (sys->root_fd < 0)
			return kdk_error_system(errno, "opening %s as a system root", root);
	}
	*ret = kdk_take(sys);
	return NULL;
}

void kdk_sys_destroy(struct kdk_sys *sys)
{
	if (!sys)
		return;
	if (sys->root_fd >= 0)
		close(sys->root_fd);
	free(sys->root);
	free(sys);
}

/* "reading /sys/x below /tmp/root: No such file or directory" */
static struct kdk_error *path_error(const struct kdk_sys *sys, const char *doing,
				    const char *path)
{
	int errnum = errno;

	if (!sys->root)
		return kdk_error_system(errnum, "%s %s", doing, path);
	return kdk_error_system(errnum, "%s %s below %s", doing, path, sys->root);
}

static int open_path(const struct kdk_sys *sys, const char *path, int flags, mode_t mode)
{
	if (*path != '/') {
		errno = EINVAL;
		return -1;
	}
	if (!sys->root)
		return open(path, flags | O_CLOEXEC, mode);
	return kdk_path_open(sys->root_fd, path, flags, mode);
}

struct kdk_error *kdk_sys_open(const struct kdk_sys *sys, const char *path, int flags,
			       mode_t mode, int *ret_fd)
{
	int fd = open_path(sys, path, flags, mode);

	if (fd < 0)
		return path_error(sys, "opening", path);
	*ret_fd = fd;
	return NULL;
}

/* Files of /proc and /sys say no size, so this reads until the end comes. */
static struct kdk_error *read_all(int fd, size_t limit, struct kdk_buffer *buffer)
{
	char piece[4096];

	for (;;) {
		ssize_t n = read(fd, piece, sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return kdk_error_system(errno, "reading");
		if (!n)
			return NULL;
		if ((size_t)n > limit - buffer->size)
			return kdk_error_new(KDK_ERROR_FORMAT,
					     "larger than the %zu bytes expected", limit);
		kdk_buffer_add(buffer, piece, n);
		if (buffer->failed)
			return &kdk_enomem;
	}
}

struct kdk_error *kdk_sys_read_file(const struct kdk_sys *sys, const char *path, size_t limit,
				    char **ret, size_t *ret_size)
{
	struct kdk_buffer buffer = { 0 };
	struct kdk_error *err;
	size_t size;
	int fd;

	err = kdk_sys_open(sys, path, O_RDONLY | O_NOCTTY, 0, &fd);
	if (err)
		return err;
	err = read_all(fd, limit, &buffer);
	close(fd);
	if (err) {
		kdk_buffer_deinit(&buffer);
		return kdk_error_wrap(err, "%s", path);
	}
	size = buffer.size;
	err = kdk_buffer_take(&buffer, ret);
	if (!err && ret_size)
		*ret_size = size;
	return err;
}

/* The folder a path's last name is in, as a descriptor; *ret_name points into path. */
static int open_parent(const struct kdk_sys *sys, const char *path, const char **ret_name)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!slash || !slash[1] || !strcmp(slash, "/.") || !strcmp(slash, "/..")) {
		errno = EINVAL;
		return -1;
	}
	if ((size_t)(slash - path) + 2 > sizeof(folder)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(folder, path, slash - path + 1);
	folder[slash - path + 1] = '\0';
	*ret_name = slash + 1;
	return open_path(sys, folder, O_PATH | O_DIRECTORY, 0);
}

struct kdk_error *kdk_sys_read_link(const struct kdk_sys *sys, const char *path, char **ret)
{
	char target[PATH_MAX];
	const char *name;
	ssize_t n = -1;
	int folder = open_parent(sys, path, &name);

	if (folder >= 0) {
		n = readlinkat(folder, name, target, sizeof(target) - 1);
		if (n < 0) {
			int errnum = errno;

			close(folder);
			errno = errnum;
		} else {
			close(folder);
		}
	}
	if (n < 0)
		return path_error(sys, "reading the link", path);
	*ret = strndup(target, n);
	return *ret ? NULL : &kdk_enomem;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool add_name(struct kdk_names *names, size_t *room, const char *name)
{
	if (names->count == *room) {
		size_t wanted = *room ? *room * 2 : 16;
		char **grown = reallocarray(names->names, wanted, sizeof(*grown));

		if (!grown)
			return false;
		names->names = grown;
		*room = wanted;
	}
	names->names[names->count] = strdup(name);
	return names->names[names->count++];
}

struct kdk_error *kdk_sys_list(const struct kdk_sys *sys, const char *path,
			       struct kdk_names *ret)
{
	struct kdk_names names = { 0 };
	struct kdk_error *err;
	struct dirent *entry;
	size_t room = 0;
	DIR *dir;
	int fd;

	err = kdk_sys_open(sys, path, O_RDONLY | O_DIRECTORY, 0, &fd);
	if (err)
		return err;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return path_error(sys, "listing", path);
	}
	for (errno = 0; !err && (entry = readdir(dir)); errno = 0)
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    !add_name(&names, &room, entry->d_name))
			err = &kdk_enomem;
	if (!err && errno)
		err = path_error(sys, "listing", path);
	closedir(dir);
	if (err) {
		kdk_names_deinit(&names);
		return err;
	}
	if (names.count)
		qsort(names.names, names.count, sizeof(*names.names), by_name);
	*ret = names;
	return NULL;
}

void kdk_names_deinit(struct kdk_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct kdk_names){ 0 };
}

/* Everything written and on the disk, or -1 with errno. */
static int write_all(int fd, const char *data, size_t size, mode_t mode)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		size -= n;
	}
	/* The mode asked for, whatever the umask. */
	return fchmod(fd, mode) < 0 || fsync(fd) < 0 ? -1 : 0;
}

static int replace_file(int folder, const char *name, const void *data, size_t size,
			mode_t mode)
{
	char temporary[48];
	uint64_t random;
	int fd, rc;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -1;
	snprintf(temporary, sizeof(temporary), ".kdumpkit-%016llx", (unsigned long long)random);
	fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -1;
	rc = write_all(fd, data, size, mode);
	if (close(fd) < 0)
		rc = -1;
	if (!rc)
		rc = renameat(folder, temporary, folder, name);
	if (rc) {
		int errnum = errno;

		unlinkat(folder, temporary, 0);
		errno = errnum;
	}
	return rc;
}

/* A descriptor of O_PATH cannot be synced: this opens the folder again. */
static int sync_folder(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return rc;
}

struct kdk_error *kdk_sys_write_file(const struct kdk_sys *sys, const char *path,
				     const void *data, size_t size, mode_t mode)
{
	struct kdk_error *err = NULL;
	const char *name;
	int folder = open_parent(sys, path, &name);

	if (folder < 0)
		return path_error(sys, "writing", path);
	if (replace_file(folder, name, data, size, mode) < 0 || sync_folder(folder) < 0)
		err = path_error(sys, "writing", path);
	close(folder);
	return err;
}
