/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shell_output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/shell_pager.h"
#include "core/i18n.h"
#include "core/text.h"

/* "~/x" is below the home folder, as in any shell. */
static struct kdk_error *file_path(const char *name, char **ret)
{
	const char *home = getenv("HOME");
	struct kdk_buffer path = { 0 };

	if (!strncmp(name, "~/", 2) && home)
		kdk_buffer_puts(&path, home);
	else
		home = NULL;
	kdk_buffer_puts(&path, home ? name + 1 : name);
	return kdk_buffer_take(&path, ret);
}

static struct kdk_error *open_file(const struct kdk_shell_line *line,
				   struct kdk_shell_output *output)
{
	_cleanup_free_ char *path = NULL;
	struct kdk_error *err = file_path(line->file, &path);

	if (err)
		return err;
	output->out = fopen(path, line->append ? "ae" : "we");
	if (!output->out)
		return kdk_error_system(errno, _("writing %s"), path);
	output->opened = true;
	return NULL;
}

static struct kdk_error *open_pipe(const struct kdk_shell_line *line,
				   struct kdk_shell_output *output)
{
	struct kdk_error *err;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return kdk_error_system(errno, "%s", _("making a pipe"));
	err = kdk_shell_spawn(line->pipe, ends[0], &output->child);
	close(ends[0]);
	if (!err) {
		output->out = fdopen(ends[1], "w");
		if (output->out)
			output->opened = true;
		else
			err = &kdk_enomem;
	}
	if (err)
		close(ends[1]);
	if (err && output->child)
		kdk_shell_wait(output->child);
	return err;
}

struct kdk_error *kdk_shell_output_open(const struct kdk_shell_line *line, FILE *out,
					FILE *err, bool pager,
					struct kdk_shell_output *ret)
{
	struct kdk_shell_output output = { .out = out, .err = err };
	struct kdk_error *error = NULL;

	if (line->file) {
		error = open_file(line, &output);
	} else if (line->pipe) {
		error = open_pipe(line, &output);
	} else {
		output.terminal = true;
		if (pager)
			error = kdk_shell_pager_open(out, &output.out, &output.err,
						     &output.pager);
	}
	if (error)
		return error;
	*ret = output;
	return NULL;
}

/* A reader that has gone wanted no more: that is no error. */
static struct kdk_error *close_stream(FILE *out)
{
	bool failed = ferror(out);

	errno = 0;
	if (fclose(out) == EOF)
		failed = true;
	if (!failed || errno == EPIPE)
		return NULL;
	if (errno)
		return kdk_error_system(errno, "%s", _("writing the answer"));
	return kdk_error_new(KDK_ERROR_SYSTEM, "%s", _("writing the answer failed"));
}

struct kdk_error *kdk_shell_output_close(struct kdk_shell_output *output, int *ret_status)
{
	struct kdk_error *err = NULL;

	*ret_status = 0;
	if (output->pager)
		kdk_shell_pager_close(output->pager);
	if (output->opened) {
		err = close_stream(output->out);
		/* An earlier write has seen the reader go. */
		if (err && output->child) {
			kdk_error_destroy(err);
			err = NULL;
		}
	} else if (!output->pager) {
		fflush(output->out);
	}
	if (output->child)
		*ret_status = kdk_shell_wait(output->child);
	return err;
}

struct kdk_error *kdk_shell_escape(const char *text, int *ret_status)
{
	struct kdk_error *err;
	pid_t child;

	fflush(NULL);
	err = kdk_shell_spawn(text, -1, &child);
	if (!err)
		*ret_status = kdk_shell_wait(child);
	return err;
}
