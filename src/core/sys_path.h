/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths below a folder that stands for the root of another machine. */
#ifndef KDK_SYS_PATH_H
#define KDK_SYS_PATH_H

#include <sys/types.h>

/*
 * openat() of `path` as if root_fd were "/": ".." stops there and absolute
 * symbolic links start there. Returns a descriptor, or -1 with errno.
 */
int kdk_path_open(int root_fd, const char *path, int flags, mode_t mode);

/*
 * The same for kernels without openat2() (before 5.6). The tree must not change
 * meanwhile: links are looked at one by one.
 */
int kdk_path_open_by_hand(int root_fd, const char *path, int flags, mode_t mode);

#endif
