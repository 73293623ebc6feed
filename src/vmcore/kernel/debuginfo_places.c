/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/debuginfo_places.h"

#include <stdio.h>
#include <string.h>

#include "vmcore/kernel/debuginfo.h"

/* %D the folder of debuginfo, %R the release, %B the build id as folder and file. */
static const char *const vmlinux_places[] = {
	"%D/.build-id/%B.debug",
	"%D/boot/vmlinux-%R",
	"%D/lib/modules/%R/vmlinux",
	"%D/usr/lib/modules/%R/vmlinux",
	"%D/vmlinux-%R",
	"/lib/modules/%R/vmlinux",
	"/lib/modules/%R/build/vmlinux",
	"/boot/vmlinux-%R",
	NULL,
};

static const char *const map_places[] = {
	"%D/boot/System.map-%R",
	"/boot/System.map-%R",
	"/lib/modules/%R/System.map",
	"/lib/modules/%R/build/System.map",
	NULL,
};

/* Names come from the dump: nothing that leads out of a folder. */
static const char *plain_name(const struct kdk_kernel *kernel, const char *key)
{
	const char *name = kernel->info ? kdk_vmcoreinfo_find(kernel->info, key) : NULL;

	return name && *name && *name != '.' && !strchr(name, '/') ? name : NULL;
}

/* Fills in one place; false when what it needs is not known. */
static bool expand(const struct kdk_kernel *kernel, const char *place,
		   char path[KDK_PLACE_MAX])
{
	const struct kdk_debuginfo_options *options = kernel->debuginfo;
	const char *release = plain_name(kernel, "OSRELEASE");
	const char *id = plain_name(kernel, "BUILD-ID");
	size_t used = 0;
	int n;

	for (; *place; place++) {
		size_t room = KDK_PLACE_MAX - used;

		if (*place != '%') {
			n = snprintf(path + used, room, "%c", *place);
		} else if (*++place == 'D') {
			n = snprintf(path + used, room, "%s", options && options->debug_dir ?
				     options->debug_dir : "/usr/lib/debug");
		} else if (*place == 'R') {
			if (!release)
				return false;
			n = snprintf(path + used, room, "%s", release);
		} else {
			if (!id || strlen(id) < 4 || strspn(id, "0123456789abcdef") != strlen(id))
				return false;
			n = snprintf(path + used, room, "%.2s/%s", id, id + 2);
		}
		if (n < 0 || (size_t)n >= room)
			return false;
		used += n;
	}
	return true;
}

bool kdk_debuginfo_place(const struct kdk_kernel *kernel, enum kdk_place_kind kind,
			 size_t index, char path[KDK_PLACE_MAX])
{
	const char *const *places = kind == KDK_PLACE_VMLINUX ? vmlinux_places : map_places;

	for (; *places; places++) {
		if (!expand(kernel, *places, path))
			continue;
		if (!index--)
			return true;
	}
	return false;
}
