/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/reboot.h>

#include "core/sys.h"
#include "core/sys_path.h"
#include "sys_recorder.h"

/*
 * base/secret is what nobody may reach; base/root is the root:
 *   /etc/name, /etc/up -> ../../../secret, /etc/absolute -> /secret,
 *   /etc/inner -> /proc/version, /proc/version, /loop -> loop, /down -> etc,
 *   /chain -> down/inner
 */
struct place {
	char base[64], root[80];
	struct kdk_sys *sys;
};

static void put(const char *base, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", base, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void make_link(const char *base, const char *name, const char *target)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	assert_int_equal(symlink(target, path), 0);
}

static void make_folder(const char *base, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->base, "/tmp/kdumpkit-test-XXXXXX");
	assert_non_null(mkdtemp(place->base));
	snprintf(place->root, sizeof(place->root), "%s/root", place->base);
	put(place->base, "secret", "outside\n");
	make_folder(place->base, "root");
	make_folder(place->root, "etc");
	make_folder(place->root, "proc");
	put(place->root, "etc/name", "inside\n");
	put(place->root, "proc/version", "Linux\n");
	make_link(place->root, "etc/up", "../../../secret");
	make_link(place->root, "etc/absolute", "/secret");
	make_link(place->root, "etc/inner", "/proc/version");
	make_link(place->root, "loop", "loop");
	make_link(place->root, "down", "etc");
	make_link(place->root, "chain", "down/inner");
	assert_success(kdk_sys_create(place->root, &place->sys));
	*state = place;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct place *place = *state;

	kdk_sys_destroy(place->sys);
	assert_int_equal(nftw(place->base, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(place);
	return 0;
}

static void expect_text(const struct kdk_sys *sys, const char *path, const char *expected)
{
	char *text = NULL;
	size_t size;

	assert_success(kdk_sys_read_file(sys, path, 4096, &text, &size));
	assert_string_equal(text, expected);
	assert_int_equal(size, strlen(expected));
	free(text);
}

static void expect_missing(const struct kdk_sys *sys, const char *path)
{
	char *text = NULL;
	struct kdk_error *err = kdk_sys_read_file(sys, path, 4096, &text, NULL);

	assert_non_null(err);
	assert_int_equal(err->errnum, ENOENT);
	kdk_error_destroy(err);
}

static void paths_stay_below_the_root(void **state)
{
	struct place *place = *state;

	expect_text(place->sys, "/etc/name", "inside\n");
	expect_text(place->sys, "/etc/inner", "Linux\n");
	expect_text(place->sys, "/chain", "Linux\n");
	expect_text(place->sys, "/down/../proc/version", "Linux\n");
	expect_text(place->sys, "/../../../etc/name", "inside\n");
	expect_missing(place->sys, "/../secret");
	expect_missing(place->sys, "/etc/up");
	expect_missing(place->sys, "/etc/absolute");
}

/* Opens through the walk that kernels without openat2() need; returns errno or 0. */
static int by_hand(const struct place *place, const char *path, int flags, char text[64])
{
	int fd = kdk_path_open_by_hand(place->sys->root_fd, path, flags, 0);
	ssize_t n;

	if (fd < 0)
		return errno;
	n = read(fd, text, 63);
	text[n < 0 ? 0 : n] = '\0';
	close(fd);
	return 0;
}

static void the_walk_by_hand_finds_the_same(void **state)
{
	struct place *place = *state;
	char text[64], path[5000];

	assert_int_equal(by_hand(place, "/etc/name", O_RDONLY, text), 0);
	assert_string_equal(text, "inside\n");
	assert_int_equal(by_hand(place, "/chain", O_RDONLY, text), 0);
	assert_string_equal(text, "Linux\n");
	assert_int_equal(by_hand(place, "//down//./../proc/version", O_RDONLY, text), 0);
	assert_string_equal(text, "Linux\n");
	assert_int_equal(by_hand(place, "/", O_RDONLY | O_DIRECTORY, text), 0);
	assert_int_equal(by_hand(place, "/../secret", O_RDONLY, text), ENOENT);
	assert_int_equal(by_hand(place, "/etc/up", O_RDONLY, text), ENOENT);
	assert_int_equal(by_hand(place, "/etc/absolute", O_RDONLY, text), ENOENT);
	assert_int_equal(by_hand(place, "/loop", O_RDONLY, text), ELOOP);
	assert_int_equal(by_hand(place, "/etc/inner", O_RDONLY | O_NOFOLLOW, text), ELOOP);
	assert_int_equal(by_hand(place, "/etc/name/x", O_RDONLY, text), ENOTDIR);
	memset(path, '/', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(by_hand(place, path, O_RDONLY, text), ENAMETOOLONG);
	memset(path + 1, 'x', 300);
	path[301] = '\0';
	assert_int_equal(by_hand(place, path, O_RDONLY, text), ENAMETOOLONG);
}

static void errors_name_path_and_root(void **state)
{
	struct place *place = *state;
	char *text, expected[256];

	snprintf(expected, sizeof(expected),
		 "opening /none below %s: No such file or directory", place->root);
	assert_failure(kdk_sys_read_file(place->sys, "/none", 10, &text, NULL),
		       KDK_ERROR_SYSTEM, expected);
	assert_failure(kdk_sys_read_file(place->sys, "/etc/name", 6, &text, NULL),
		       KDK_ERROR_FORMAT, "/etc/name: larger than the 6 bytes expected");
	assert_failure(kdk_sys_read_file(place->sys, "etc/name", 6, &text, NULL),
		       KDK_ERROR_SYSTEM, NULL);
}

static void links_and_folders_are_read(void **state)
{
	struct place *place = *state;
	struct kdk_names names;
	char *target;

	assert_success(kdk_sys_read_link(place->sys, "/etc/absolute", &target));
	assert_string_equal(target, "/secret");
	free(target);
	assert_failure(kdk_sys_read_link(place->sys, "/etc/name", &target), KDK_ERROR_SYSTEM,
		       NULL);
	assert_success(kdk_sys_list(place->sys, "/down", &names));
	assert_int_equal(names.count, 4);
	assert_string_equal(names.names[0], "absolute");
	assert_string_equal(names.names[3], "up");
	kdk_names_deinit(&names);
	assert_failure(kdk_sys_list(place->sys, "/etc/name", &names), KDK_ERROR_SYSTEM, NULL);
}

static void a_file_is_replaced_whole(void **state)
{
	struct place *place = *state;
	struct kdk_names names;
	struct stat st;
	char path[128];
	mode_t mask = umask(077);

	assert_success(kdk_sys_write_file(place->sys, "/etc/name", "new\n", 4, 0644));
	umask(mask);
	expect_text(place->sys, "/etc/name", "new\n");
	snprintf(path, sizeof(path), "%s/etc/name", place->root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);

	/* The link itself is replaced; what it pointed to is left alone. */
	assert_success(kdk_sys_write_file(place->sys, "/etc/up", "mine\n", 5, 0600));
	expect_text(place->sys, "/etc/up", "mine\n");
	snprintf(path, sizeof(path), "%s/secret", place->base);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, strlen("outside\n"));

	/* Nothing temporary stays, also when it fails. */
	assert_failure(kdk_sys_write_file(place->sys, "/etc/..", "x", 1, 0600),
		       KDK_ERROR_SYSTEM, NULL);
	make_folder(place->root, "etc/folder");
	assert_failure(kdk_sys_write_file(place->sys, "/etc/folder", "x", 1, 0600),
		       KDK_ERROR_SYSTEM, NULL);
	assert_success(kdk_sys_list(place->sys, "/etc", &names));
	assert_int_equal(names.count, 5);
	kdk_names_deinit(&names);
}

static void another_machines_root_refuses_to_act(void **state)
{
	struct place *place = *state;
	const struct kdk_sys *sys = place->sys;
	const char *const argv[] = { "true", NULL };
	struct kdk_run_result result;
	char expected[256];

	snprintf(expected, sizeof(expected),
		 "rebooting is refused: %s is the root of another machine", place->root);
	assert_failure(sys->calls->reboot(sys, LINUX_REBOOT_CMD_CAD_OFF), KDK_ERROR_UNSUPPORTED,
		       expected);
	assert_failure(sys->calls->run(sys, argv, &result), KDK_ERROR_UNSUPPORTED, NULL);
	assert_failure(sys->calls->mount(sys, "none", "/none", "tmpfs", 0, NULL),
		       KDK_ERROR_UNSUPPORTED, NULL);
	assert_failure(sys->calls->umount(sys, "/none", 0), KDK_ERROR_UNSUPPORTED, NULL);
	assert_failure(sys->calls->kexec_load(sys, 0, 0, NULL, 0), KDK_ERROR_UNSUPPORTED, NULL);
	assert_failure(sys->calls->kexec_file_load(sys, -1, -1, "", 0), KDK_ERROR_UNSUPPORTED,
		       NULL);
}

static void programs_run_without_a_shell(void **state)
{
	const char *const echo[] = { "echo", "$HOME; a  b", NULL };
	const char *const fail[] = { "sh", "-c", "read x; echo got $x; exit 3", NULL };
	const char *const die[] = { "sh", "-c", "kill -9 $$", NULL };
	const char *const none[] = { "/nonexistent/program", NULL };
	struct kdk_run_result result;
	struct kdk_sys *sys;

	(void)state;
	assert_success(kdk_sys_create(NULL, &sys));
	assert_success(sys->calls->run(sys, echo, &result));
	assert_int_equal(result.status, 0);
	assert_string_equal(result.output, "$HOME; a  b\n");
	free(result.output);
	assert_success(sys->calls->run(sys, fail, &result));
	assert_int_equal(result.status, 3);
	assert_string_equal(result.output, "got\n");
	free(result.output);
	assert_success(sys->calls->run(sys, die, &result));
	assert_int_equal(result.status, 128 + 9);
	free(result.output);
	assert_failure(sys->calls->run(sys, none, &result), KDK_ERROR_SYSTEM,
		       "running /nonexistent/program: No such file or directory");
	assert_true(sys->calls->clock(sys) >= (int64_t)(time(NULL) - 1) * 1000000000);
	kdk_sys_destroy(sys);
}

static void a_recorder_writes_down_and_answers(void **state)
{
	static const struct kdk_recorded_run runs[] = {
		{ "uname -r", 0, "6.1.0\n" },
		{ NULL, 0, NULL },
	};
	const char *const uname[] = { "uname", "-r", NULL }, *const rm[] = { "rm", NULL };
	struct place *place = *state;
	struct kdk_sys_recorder recorder;
	struct kdk_run_result result;
	const struct kdk_sys *sys;

	assert_success(kdk_sys_recorder_init(&recorder, place->root));
	recorder.runs = runs;
	recorder.clock = 42;
	sys = recorder.sys;
	expect_text(sys, "/etc/name", "inside\n");
	assert_success(sys->calls->mount(sys, "/dev/vda1", "/mnt", "ext4", MS_RDONLY, "sync"));
	assert_success(sys->calls->run(sys, uname, &result));
	assert_string_equal(result.output, "6.1.0\n");
	free(result.output);
	assert_success(sys->calls->run(sys, rm, &result));
	assert_int_equal(result.status, 127);
	free(result.output);
	assert_success(sys->calls->umount(sys, "/mnt", 0));
	assert_success(sys->calls->kexec_file_load(sys, 3, 4, "quiet", 1));
	assert_success(sys->calls->kexec_load(sys, 0x1000, 2, NULL, 1));
	assert_success(sys->calls->reboot(sys, LINUX_REBOOT_CMD_RESTART));
	assert_int_equal(sys->calls->clock(sys), 42);
	assert_string_equal(recorder.calls.data,
			    "mount /dev/vda1 /mnt ext4 0x1 sync\n"
			    "run uname -r\n"
			    "run rm\n"
			    "umount /mnt 0\n"
			    "kexec_file_load 0x1 quiet\n"
			    "kexec_load 0x1000 2 0x1\n"
			    "reboot 0x1234567\n");
	kdk_sys_recorder_deinit(&recorder);
}

static void a_root_that_is_not_there_is_an_error(void **state)
{
	struct kdk_sys *sys = NULL;

	(void)state;
	assert_failure(kdk_sys_create("/nonexistent", &sys), KDK_ERROR_SYSTEM,
		       "opening /nonexistent as a system root: No such file or directory");
	assert_null(sys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(paths_stay_below_the_root, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_walk_by_hand_finds_the_same, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(errors_name_path_and_root, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_and_folders_are_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_is_replaced_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_machines_root_refuses_to_act, set_up,
						tear_down),
		cmocka_unit_test(programs_run_without_a_shell),
		cmocka_unit_test_setup_teardown(a_recorder_writes_down_and_answers, set_up,
						tear_down),
		cmocka_unit_test(a_root_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
