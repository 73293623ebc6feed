/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shell_pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/text.h"

#define PAGER_DEFAULT "less -R"

struct kdk_shell_pager {
	FILE *terminal, *out, *err;
	struct kdk_buffer held;
	unsigned int rows, columns;	/* of the screen */
	unsigned int row, column;	/* where the text ends on it */
	bool started;
	int fd;			/* to the pager once it was started; -1: it has gone */
	pid_t child;
};

extern char **environ;

static struct kdk_error *spawn(const char *shell, const char *text, int input, pid_t *ret)
{
	char *argv[] = { (char *)shell, "-c", (char *)text, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, reset;
	int rc;

	sigemptyset(&none);
	sigemptyset(&reset);
	sigaddset(&reset, SIGINT);
	sigaddset(&reset, SIGPIPE);
	rc = posix_spawn_file_actions_init(&actions);
	if (rc)
		return kdk_error_system(rc, _("starting %s"), shell);
	rc = posix_spawnattr_init(&attributes);
	if (!rc) {
		posix_spawnattr_setsigmask(&attributes, &none);
		posix_spawnattr_setsigdefault(&attributes, &reset);
		posix_spawnattr_setflags(&attributes,
					 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
		if (input >= 0)
			rc = posix_spawn_file_actions_adddup2(&actions, input,
							      STDIN_FILENO);
		if (!rc)
			rc = posix_spawnp(ret, shell, &actions, &attributes, argv,
					  environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return rc ? kdk_error_system(rc, _("starting %s"), shell) : NULL;
}

struct kdk_error *kdk_shell_spawn(const char *text, int input, pid_t *ret)
{
	const char *shell = getenv("SHELL");

	return spawn(shell && *shell ? shell : "/bin/sh", text, input, ret);
}

int kdk_shell_wait(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Without a word when the reader has gone. */
static void write_all(int *fd, const char *data, size_t size)
{
	while (size && *fd >= 0) {
		ssize_t n = write(*fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			close(*fd);
			*fd = -1;
			return;
		}
		data += n;
		size -= n;
	}
}

static void start(struct kdk_shell_pager *pager)
{
	const char *program = getenv("PAGER");
	struct kdk_error *err;
	int ends[2];

	pager->started = true;
	if (!program || !*program)
		program = PAGER_DEFAULT;
	if (pipe2(ends, O_CLOEXEC)) {
		/* Better on the terminal than nowhere. */
		pager->fd = dup(fileno(pager->terminal));
	} else {
		err = spawn("/bin/sh", program, ends[0], &pager->child);
		close(ends[0]);
		pager->fd = ends[1];
		if (err) {
			close(ends[1]);
			pager->fd = dup(fileno(pager->terminal));
			kdk_error_destroy(err);
		}
	}
	write_all(&pager->fd, pager->held.data, pager->held.size);
	kdk_buffer_deinit(&pager->held);
}

/* Moves the place on the screen where the text ends. */
static void count(struct kdk_shell_pager *pager, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n') {
			pager->row++;
			pager->column = 0;
		} else if ((data[i] & 0xc0) != 0x80 && ++pager->column > pager->columns) {
			pager->row++;
			pager->column = 1;
		}
	}
}

static ssize_t pager_write(void *cookie, const char *data, size_t size)
{
	struct kdk_shell_pager *pager = cookie;

	if (pager->started) {
		write_all(&pager->fd, data, size);
		return size;
	}
	kdk_buffer_add(&pager->held, data, size);
	count(pager, data, size);
	/* The prompt needs a line too. */
	if (pager->row >= pager->rows || pager->held.failed)
		start(pager);
	return size;
}

/* Whether `less` can be started; a PAGER that was set is taken at its word. */
static bool has_pager(void)
{
	const char *pager = getenv("PAGER"), *path = getenv("PATH");
	char name[512];

	if (pager)
		return *pager;
	while (path && *path) {
		size_t length = strcspn(path, ":");

		snprintf(name, sizeof(name), "%.*s/less", (int)length, path);
		if (length < sizeof(name) - sizeof("/less") && !access(name, X_OK))
			return true;
		path += length + (path[length] == ':');
	}
	return false;
}

struct kdk_error *kdk_shell_pager_open(FILE *terminal, FILE **ret_out, FILE **ret_err,
				       struct kdk_shell_pager **ret)
{
	const cookie_io_functions_t functions = { .write = pager_write };
	struct kdk_shell_pager *pager;
	struct winsize size;

	*ret = NULL;
	if (ioctl(fileno(terminal), TIOCGWINSZ, &size) || size.ws_row < 2 ||
	    !size.ws_col || !has_pager())
		return NULL;
	pager = calloc(1, sizeof(*pager));
	if (!pager)
		return &kdk_enomem;
	*pager = (struct kdk_shell_pager){
		.terminal = terminal,
		.rows = size.ws_row,
		.columns = size.ws_col,
		.fd = -1,
		.out = fopencookie(pager, "w", functions),
		.err = fopencookie(pager, "w", functions),
	};
	if (!pager->out || !pager->err) {
		if (pager->out)
			fclose(pager->out);
		if (pager->err)
			fclose(pager->err);
		free(pager);
		return &kdk_enomem;
	}
	setvbuf(pager->err, NULL, _IOLBF, 0);
	*ret_out = pager->out;
	*ret_err = pager->err;
	*ret = pager;
	return NULL;
}

void kdk_shell_pager_close(struct kdk_shell_pager *pager)
{
	fclose(pager->out);
	fclose(pager->err);
	if (!pager->started && pager->held.size) {
		fwrite(pager->held.data, 1, pager->held.size, pager->terminal);
		fflush(pager->terminal);
	}
	if (pager->fd >= 0)
		close(pager->fd);
	if (pager->child)
		kdk_shell_wait(pager->child);
	kdk_buffer_deinit(&pager->held);
	free(pager);
}
