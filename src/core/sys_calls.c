/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/sys_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/reboot.h>

#include "core/text.h"

/* No program whose answer is wanted says more. */
#define OUTPUT_LIMIT (64u << 20)

static struct kdk_error *host_kexec_load(const struct kdk_sys *sys, unsigned long entry,
					 unsigned long count, struct kexec_segment *segments,
					 unsigned long flags)
{
	(void)sys;
	if (syscall(SYS_kexec_load, entry, count, segments, flags) < 0)
		return kdk_error_system(errno, "kexec_load");
	return NULL;
}

static struct kdk_error *host_kexec_file_load(const struct kdk_sys *sys, int kernel_fd,
					      int initrd_fd, const char *command_line,
					      unsigned long flags)
{
	(void)sys;
#ifdef SYS_kexec_file_load
	if (syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, strlen(command_line) + 1,
		    command_line, flags) < 0)
		return kdk_error_system(errno, "kexec_file_load");
	return NULL;
#else
	(void)kernel_fd;
	(void)initrd_fd;
	(void)command_line;
	(void)flags;
	return kdk_error_system(ENOSYS, "kexec_file_load");
#endif
}

static struct kdk_error *host_mount(const struct kdk_sys *sys, const char *source,
				    const char *target, const char *type,
				    unsigned long flags, const char *data)
{
	(void)sys;
	if (mount(source, target, type, flags, data) < 0)
		return kdk_error_system(errno, "mounting %s on %s", source, target);
	return NULL;
}

static struct kdk_error *host_umount(const struct kdk_sys *sys, const char *target, int flags)
{
	(void)sys;
	if (umount2(target, flags) < 0)
		return kdk_error_system(errno, "unmounting %s", target);
	return NULL;
}

static struct kdk_error *host_reboot(const struct kdk_sys *sys, int command)
{
	(void)sys;
	if (syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command, NULL) < 0)
		return kdk_error_system(errno, "reboot");
	return NULL;
}

/* The new process: becomes argv, or tells the pipe why it cannot. */
static void __attribute__((noreturn)) become(const char *const *argv, int output, int failure)
{
	int null = open("/dev/null", O_RDONLY), errnum;

	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0)
		execvp(argv[0], (char *const *)argv);
	errnum = errno;
	if (write(failure, &errnum, sizeof(errnum)) < 0)
		_exit(126);
	_exit(127);
}

/* Closed when the program runs; else the errno of what kept it from running. */
static int failure_of(int fd)
{
	int errnum = 0;
	ssize_t n;

	do
		n = read(fd, &errnum, sizeof(errnum));
	while (n < 0 && errno == EINTR);
	return n == sizeof(errnum) ? errnum : 0;
}

/* Starts argv with its output going to a pipe; *ret_fd is where to read it. */
static int spawn(const char *const *argv, pid_t *ret_pid, int *ret_fd)
{
	int output[2], failure[2], rc;

	if (pipe2(output, O_CLOEXEC) < 0)
		return errno;
	if (pipe2(failure, O_CLOEXEC) < 0) {
		rc = errno;
		goto no_failure_pipe;
	}
	*ret_pid = fork();
	if (!*ret_pid)
		become(argv, output[1], failure[1]);
	rc = *ret_pid < 0 ? errno : 0;
	close(failure[1]);
	if (!rc) {
		rc = failure_of(failure[0]);
		if (rc)
			waitpid(*ret_pid, NULL, 0);
	}
	close(failure[0]);
no_failure_pipe:
	close(output[1]);
	if (rc)
		close(output[0]);
	else
		*ret_fd = output[0];
	return rc;
}

/* Reads to the end even past the limit, so that the program can end by itself. */
static bool drain(int fd, struct kdk_buffer *buffer)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && buffer->size < OUTPUT_LIMIT)
			kdk_buffer_add(buffer, piece, n);
	}
	return true;
}

static struct kdk_error *host_run(const struct kdk_sys *sys, const char *const *argv,
				  struct kdk_run_result *ret)
{
	struct kdk_buffer buffer = { 0 };
	struct kdk_error *err = NULL;
	int fd = -1, rc, status = 0;
	size_t size;
	pid_t pid = 0;

	(void)sys;
	rc = spawn(argv, &pid, &fd);
	if (rc)
		return kdk_error_system(rc, "running %s", argv[0]);
	if (!drain(fd, &buffer))
		err = kdk_error_system(errno, "reading what %s prints", argv[0]);
	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!err && buffer.size >= OUTPUT_LIMIT)
		err = kdk_error_new(KDK_ERROR_FORMAT, "%s prints more than %u bytes", argv[0],
				    OUTPUT_LIMIT);
	size = buffer.size;
	if (!err)
		err = kdk_buffer_take(&buffer, &ret->output);
	kdk_buffer_deinit(&buffer);
	if (err)
		return err;
	ret->output_size = size;
	ret->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return NULL;
}

static int64_t host_clock(const struct kdk_sys *sys)
{
	struct timespec now;

	(void)sys;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

const struct kdk_sys_calls kdk_sys_calls_host = {
	.kexec_load = host_kexec_load,
	.kexec_file_load = host_kexec_file_load,
	.mount = host_mount,
	.umount = host_umount,
	.reboot = host_reboot,
	.run = host_run,
	.clock = host_clock,
};

static struct kdk_error *refuse(const struct kdk_sys *sys, const char *what)
{
	return kdk_error_new(KDK_ERROR_UNSUPPORTED,
			     "%s is refused: %s is the root of another machine", what,
			     sys->root);
}

static struct kdk_error *refused_kexec_load(const struct kdk_sys *sys, unsigned long entry,
					    unsigned long count,
					    struct kexec_segment *segments, unsigned long flags)
{
	(void)entry;
	(void)count;
	(void)segments;
	(void)flags;
	return refuse(sys, "kexec_load");
}

static struct kdk_error *refused_kexec_file_load(const struct kdk_sys *sys, int kernel_fd,
						 int initrd_fd, const char *command_line,
						 unsigned long flags)
{
	(void)kernel_fd;
	(void)initrd_fd;
	(void)command_line;
	(void)flags;
	return refuse(sys, "kexec_file_load");
}

static struct kdk_error *refused_mount(const struct kdk_sys *sys, const char *source,
				       const char *target, const char *type,
				       unsigned long flags, const char *data)
{
	(void)source;
	(void)target;
	(void)type;
	(void)flags;
	(void)data;
	return refuse(sys, "mounting");
}

static struct kdk_error *refused_umount(const struct kdk_sys *sys, const char *target,
					int flags)
{
	(void)target;
	(void)flags;
	return refuse(sys, "unmounting");
}

static struct kdk_error *refused_reboot(const struct kdk_sys *sys, int command)
{
	(void)command;
	return refuse(sys, "rebooting");
}

static struct kdk_error *refused_run(const struct kdk_sys *sys, const char *const *argv,
				     struct kdk_run_result *ret)
{
	(void)ret;
	return kdk_error_wrap(refuse(sys, "running a program"), "%s", argv[0]);
}

const struct kdk_sys_calls kdk_sys_calls_refused = {
	.kexec_load = refused_kexec_load,
	.kexec_file_load = refused_kexec_file_load,
	.mount = refused_mount,
	.umount = refused_umount,
	.reboot = refused_reboot,
	.run = refused_run,
	.clock = host_clock,
};
