/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_view.h"

#include <string.h>

#include "vmcore/inspect/paths.h"

#define SPACE 0x400000 /* objects, 256 bytes each, physical */
#define NAMES 0x410000
#define GONE 0x700000 /* a page that is not in the dump */

/* Objects by number */
enum {
	MOUNT_ROOT,
	MOUNT_USB,
	DENTRY_ROOT,
	DENTRY_MNT,
	DENTRY_USB,
	DENTRY_DIR,
	DENTRY_FILE,
	INODE,
	BLOCK_DISK,
	BLOCK_PIPE,
	DENTRY_PIPE,
	MOUNT_KERNEL,
	DENTRY_MEMFD
};

#define MNT 0x20 /* of the vfsmount in a mount */

static void add_types(struct fake_btf *btf)
{
	uint32_t u32 = fake_btf_int(btf, "u32", 4, 0),
		 u64 = fake_btf_int(btf, "u64", 8, 0);
	uint32_t name, node, vfsmount, path;

	name = fake_btf_struct(btf, "qstr", 16, false);
	fake_btf_member(btf, "len", u32, 4 * 8);
	fake_btf_member(btf, "name", u64, 8 * 8);
	node = fake_btf_struct(btf, "hlist_bl_node", 16, false);
	fake_btf_member(btf, "pprev", u64, 8 * 8);
	vfsmount = fake_btf_struct(btf, "vfsmount", 24, false);
	fake_btf_member(btf, "mnt_root", u64, 0);
	fake_btf_member(btf, "mnt_sb", u64, 8 * 8);
	fake_btf_member(btf, "mnt_flags", u32, 16 * 8);
	path = fake_btf_struct(btf, "path", 16, false);
	fake_btf_member(btf, "mnt", u64, 0);
	fake_btf_member(btf, "dentry", u64, 8 * 8);
	fake_btf_struct(btf, "dentry", 64, false);
	fake_btf_member(btf, "d_parent", u64, 0);
	fake_btf_member(btf, "d_name", name, 8 * 8);
	fake_btf_member(btf, "d_hash", node, 24 * 8);
	fake_btf_member(btf, "d_inode", u64, 40 * 8);
	fake_btf_member(btf, "d_sb", u64, 48 * 8);
	fake_btf_struct(btf, "mount", 96, false);
	fake_btf_member(btf, "mnt_parent", u64, 0);
	fake_btf_member(btf, "mnt_mountpoint", u64, 8 * 8);
	fake_btf_member(btf, "mnt", vfsmount, MNT * 8);
	fake_btf_member(btf, "mnt_devname", u64, 64 * 8);
	fake_btf_member(btf, "mnt_ns", u64, 72 * 8);
	fake_btf_struct(btf, "inode", 24, false);
	fake_btf_member(btf, "i_mode", u32, 0);
	fake_btf_member(btf, "i_ino", u64, 8 * 8);
	fake_btf_member(btf, "i_sb", u64, 16 * 8);
	fake_btf_struct(btf, "super_block", 24, false);
	fake_btf_member(btf, "s_magic", u64, 0);
	fake_btf_member(btf, "s_dev", u32, 8 * 8);
	fake_btf_member(btf, "s_flags", u64, 16 * 8);
	fake_btf_struct(btf, "file", 24, false);
	fake_btf_member(btf, "f_path", path, 0);
	fake_btf_member(btf, "f_inode", u64, 16 * 8);
}

static uint64_t place(unsigned int object)
{
	return SPACE + object * 256;
}

static uint64_t at(const struct fake_view *view, unsigned int object)
{
	return view->virt + place(object);
}

static void dentry(struct fake_view *view, unsigned int object, unsigned int parent,
		   const char *name, unsigned int block)
{
	uint64_t text = NAMES + object * 64;

	fake_write(view->machine, text, name, strlen(name) + 1);
	fake_word(view, place(object), at(view, parent));
	fake_put(view->machine, place(object) + 12, strlen(name), 4, view->big);
	fake_word(view, place(object) + 16, view->virt + text);
	fake_word(view, place(object) + 32, 1);
	fake_word(view, place(object) + 40, at(view, INODE));
	fake_word(view, place(object) + 48, at(view, block));
}

static void mount(struct fake_view *view, unsigned int object, unsigned int parent,
		  unsigned int mountpoint, unsigned int root, uint64_t namespace)
{
	fake_word(view, place(object), at(view, parent));
	fake_word(view, place(object) + 8, at(view, mountpoint));
	fake_word(view, place(object) + MNT, at(view, root));
	fake_word(view, place(object) + MNT + 8, at(view, BLOCK_DISK));
	fake_word(view, place(object) + 64, 0);
	fake_word(view, place(object) + 72, namespace);
}

/* "/mnt" is a directory on which another filesystem, with "dir/file", is mounted. */
static struct fake_view *make(bool big_endian)
{
	struct fake_view *view = fake_view_create(big_endian);

	fake_symbol(view, "_stext", 'T', 0x200000);
	add_types(&view->btf);
	dentry(view, DENTRY_ROOT, DENTRY_ROOT, "/", BLOCK_DISK);
	dentry(view, DENTRY_MNT, DENTRY_ROOT, "mnt", BLOCK_DISK);
	dentry(view, DENTRY_USB, DENTRY_USB, "/", BLOCK_DISK);
	dentry(view, DENTRY_DIR, DENTRY_USB, "dir", BLOCK_DISK);
	dentry(view, DENTRY_FILE, DENTRY_DIR, "file", BLOCK_DISK);
	dentry(view, DENTRY_PIPE, DENTRY_PIPE, "", BLOCK_PIPE);
	dentry(view, DENTRY_MEMFD, DENTRY_MEMFD, "memfd:x", BLOCK_DISK);
	mount(view, MOUNT_ROOT, MOUNT_ROOT, DENTRY_ROOT, DENTRY_ROOT, 0x1000);
	mount(view, MOUNT_USB, MOUNT_ROOT, DENTRY_MNT, DENTRY_USB, 0x1000);
	mount(view, MOUNT_KERNEL, MOUNT_KERNEL, DENTRY_MEMFD, DENTRY_MEMFD, -22);
	fake_word(view, place(INODE) + 8, 4711);
	fake_word(view, place(BLOCK_DISK), 0xef53);
	fake_word(view, place(BLOCK_DISK) + 16, 0);
	fake_word(view, place(BLOCK_PIPE), KDK_MAGIC_PIPEFS);
	fake_word(view, place(BLOCK_PIPE) + 16, 0);
	return view;
}

static int setup_little(void **state)
{
	*state = make(false);
	return 0;
}

static int setup_big(void **state)
{
	*state = make(true);
	return 0;
}

static struct kdk_error *read(struct fake_view *view, unsigned int mnt, unsigned int file,
			      const struct kdk_path *root, char text[KDK_PATH_MAX],
			      enum kdk_path_end *end)
{
	struct kdk_path path = { at(view, mnt) + MNT, at(view, file) };
	struct kdk_paths paths;

	fake_view_open(view, KDK_KALLSYMS_RELATIVE, false);
	assert_success(kdk_paths_init(&paths, &view->kernel));
	return kdk_path_read(&paths, &path, root, text, end);
}

static void a_path_crosses_mounts(void **state)
{
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	assert_success(read(*state, MOUNT_USB, DENTRY_FILE, NULL, text, &end));
	assert_string_equal(text, "/mnt/dir/file");
	assert_int_equal(end, KDK_PATH_ABOVE);
}

static void a_path_ends_at_the_root_that_was_given(void **state)
{
	struct fake_view *view = *state;
	struct kdk_path root = { at(view, MOUNT_USB) + MNT, at(view, DENTRY_USB) };
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	assert_success(read(view, MOUNT_USB, DENTRY_FILE, &root, text, &end));
	assert_string_equal(text, "/dir/file");
	assert_int_equal(end, KDK_PATH_AT_ROOT);
}

static void a_root_is_a_slash(void **state)
{
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	assert_success(read(*state, MOUNT_ROOT, DENTRY_ROOT, NULL, text, &end));
	assert_string_equal(text, "/");
}

static void an_unlinked_file_says_so(void **state)
{
	struct fake_view *view = *state;
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	fake_word(view, place(DENTRY_FILE) + 32, 0);
	assert_success(read(view, MOUNT_USB, DENTRY_FILE, NULL, text, &end));
	assert_string_equal(text, "/mnt/dir/file (deleted)");
}

static void a_pipe_has_its_number(void **state)
{
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	assert_success(read(*state, MOUNT_KERNEL, DENTRY_PIPE, NULL, text, &end));
	assert_string_equal(text, "pipe:[4711]");
}

static void a_file_without_a_place_is_deleted(void **state)
{
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	assert_success(read(*state, MOUNT_KERNEL, DENTRY_MEMFD, NULL, text, &end));
	assert_string_equal(text, "/memfd:x (deleted)");
	assert_int_equal(end, KDK_PATH_DETACHED);
}

static void parents_that_lead_in_a_circle_are_an_error(void **state)
{
	struct fake_view *view = *state;
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	fake_word(view, place(DENTRY_DIR), at(view, DENTRY_FILE));
	assert_failure(read(view, MOUNT_USB, DENTRY_FILE, NULL, text, &end),
		       KDK_ERROR_FORMAT, NULL);
	assert_true(strlen(text) < KDK_PATH_MAX);
}

static void a_parent_that_is_not_there_is_an_error_and_the_rest_is_kept(void **state)
{
	struct fake_view *view = *state;
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	fake_word(view, place(DENTRY_DIR), view->virt + GONE);
	assert_failure(read(view, MOUNT_USB, DENTRY_FILE, NULL, text, &end),
		       KDK_ERROR_ABSENT, NULL);
	assert_string_equal(text, "?/dir/file");
}

static void a_name_is_no_longer_than_it_says(void **state)
{
	struct fake_view *view = *state;
	char text[KDK_PATH_MAX];
	enum kdk_path_end end;

	fake_put(view->machine, place(DENTRY_FILE) + 12, 2, 4, view->big);
	assert_success(read(view, MOUNT_USB, DENTRY_FILE, NULL, text, &end));
	assert_string_equal(text, "/mnt/dir/fi");
}

#define BOTH(test)                                                                       \
	cmocka_unit_test_setup_teardown(test, setup_little, fake_view_teardown),         \
		cmocka_unit_test_setup_teardown(test, setup_big, fake_view_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_path_crosses_mounts),
		BOTH(a_path_ends_at_the_root_that_was_given),
		BOTH(a_root_is_a_slash),
		BOTH(an_unlinked_file_says_so),
		BOTH(a_pipe_has_its_number),
		BOTH(a_file_without_a_place_is_deleted),
		BOTH(parents_that_lead_in_a_circle_are_an_error),
		BOTH(a_parent_that_is_not_there_is_an_error_and_the_rest_is_kept),
		BOTH(a_name_is_no_longer_than_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
