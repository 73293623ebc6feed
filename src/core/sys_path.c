/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/sys_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As many as the kernel follows: MAXSYMLINKS */
#define MAX_LINKS 40

/* A walk: what is resolved holds no link and no ".."; both texts are relative to the root. */
struct path_walk {
	int root_fd;
	char done[PATH_MAX];
	char left[PATH_MAX];
	unsigned int links;
};

/* Cuts the first name off what is left. Returns false when nothing is. */
static bool take_name(struct path_walk *walk, char name[NAME_MAX + 1], int *ret_errno)
{
	char *start = walk->left + strspn(walk->left, "/");
	size_t length = strcspn(start, "/");

	*ret_errno = 0;
	if (!length)
		return false;
	if (length > NAME_MAX) {
		*ret_errno = ENAMETOOLONG;
		return false;
	}
	memcpy(name, start, length);
	name[length] = '\0';
	memmove(walk->left, start + length, strlen(start + length) + 1);
	return true;
}

static int append_name(struct path_walk *walk, const char *name)
{
	size_t used = strlen(walk->done), more = strlen(name);

	if (used + more + 2 > sizeof(walk->done))
		return ENAMETOOLONG;
	if (used)
		walk->done[used++] = '/';
	memcpy(walk->done + used, name, more + 1);
	return 0;
}

static void drop_name(struct path_walk *walk)
{
	char *slash = strrchr(walk->done, '/');

	*(slash ? slash : walk->done) = '\0';
}

/* Puts a link's target in front of what is left. */
static int follow(struct path_walk *walk, const char *target)
{
	char rest[PATH_MAX];
	size_t length = strlen(target);

	if (++walk->links > MAX_LINKS)
		return ELOOP;
	strcpy(rest, walk->left);
	if (length + strlen(rest) + 2 > sizeof(walk->left))
		return ENAMETOOLONG;
	memcpy(walk->left, target, length);
	walk->left[length] = '/';
	strcpy(walk->left + length + 1, rest);
	if (*target == '/')
		*walk->done = '\0';
	else
		drop_name(walk);
	return 0;
}

static int walk_name(struct path_walk *walk, const char *name, bool nofollow)
{
	char target[PATH_MAX];
	bool last = !walk->left[strspn(walk->left, "/")];
	ssize_t n;
	int rc;

	if (!strcmp(name, "."))
		return 0;
	if (!strcmp(name, "..")) {
		drop_name(walk);
		return 0;
	}
	rc = append_name(walk, name);
	if (rc || (last && nofollow))
		return rc;
	n = readlinkat(walk->root_fd, walk->done, target, sizeof(target) - 1);
	if (n < 0)
		/* No link, or not there: a missing folder shows at the open. */
		return errno == EINVAL || errno == ENOENT ? 0 : errno;
	target[n] = '\0';
	return follow(walk, target);
}

int kdk_path_open_by_hand(int root_fd, const char *path, int flags, mode_t mode)
{
	struct path_walk walk = { .root_fd = root_fd };
	char name[NAME_MAX + 1];
	int rc = 0;

	if (strlen(path) >= sizeof(walk.left)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(walk.left, path);
	while (!rc && take_name(&walk, name, &rc))
		rc = walk_name(&walk, name, flags & (O_NOFOLLOW | O_EXCL));
	if (rc) {
		errno = rc;
		return -1;
	}
	return openat(root_fd, *walk.done ? walk.done : ".", flags | O_NOFOLLOW | O_CLOEXEC,
		      mode);
}

int kdk_path_open(int root_fd, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned int)(flags | O_CLOEXEC),
		.mode = flags & (O_CREAT | __O_TMPFILE) ? mode : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	/* EAGAIN: something in the tree was renamed while the kernel walked it. */
	for (int tries = 0; tries < 100; tries++) {
		fd = syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		/* EPERM: container filters that know no openat2() answer so. */
		return kdk_path_open_by_hand(root_fd, path, flags, mode);
	return (int)fd;
}
