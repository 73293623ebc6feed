/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/shell_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "cli/shell_complete.h"
#include "core/i18n.h"
#include "core/text.h"

#define PROMPT "kdumpkit> "
#define HISTORY_LINES 1000

/*
 * One terminal, one prompt. readline's callbacks are told nothing of who installed
 * them, so this is where they find it.
 */
static struct session {
	struct kdk_shell *shell;
	char *history;		/* file; NULL: none */
	struct kdk_shell_candidates candidates;
	size_t next;		/* candidate to be handed out */
	bool reading;		/* the prompt is there */
} session;

static char *next_candidate(const char *text, int state)
{
	(void)text;
	if (!state)
		session.next = 0;
	if (session.next >= session.candidates.count)
		return NULL;
	return strdup(session.candidates.names[session.next++]);
}

static char **complete(const char *text, int start, int end)
{
	struct kdk_error *err = kdk_shell_complete(session.shell, rl_line_buffer, start,
						   end, &session.candidates);
	char **matches = NULL;

	/* Nobody asked to be told why there is no help. */
	kdk_error_destroy(err);
	if (err || session.candidates.files)
		return NULL;
	rl_attempted_completion_over = 1;
	matches = rl_completion_matches(text, next_candidate);
	rl_completion_append_character = session.candidates.open ? '\0' : ' ';
	kdk_shell_candidates_deinit(&session.candidates);
	return matches;
}

/* ${XDG_STATE_HOME:-~/.local/state}/kdumpkit/history; its folders are made. */
static char *history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct kdk_buffer path = { 0 };
	struct kdk_error *err;
	char *text;

	if (state && *state == '/')
		kdk_buffer_puts(&path, state);
	else if (home && *home == '/')
		kdk_buffer_printf(&path, "%s/.local/state", home);
	else
		return NULL;
	kdk_buffer_puts(&path, "/kdumpkit/history");
	err = kdk_buffer_take(&path, &text);
	kdk_error_destroy(err);
	if (err)
		return NULL;
	for (char *slash = strchr(text + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(text, 0700);
		*slash = '/';
	}
	return text;
}

static void history_begin(void)
{
	int fd;

	using_history();
	stifle_history(HISTORY_LINES);
	session.history = history_path();
	if (!session.history)
		return;
	/* readline appends only to what is there; commands are the person's own. */
	fd = open(session.history, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	read_history(session.history);
}

/* Kept at once: a session that is killed loses nothing. */
static void history_add(const char *line)
{
	HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1)
					  : NULL;

	if (!line[strspn(line, " \t")] || *line == ' ' ||
	    (last && !strcmp(last->line, line)))
		return;
	add_history(line);
	if (session.history)
		append_history(1, session.history);
}

static void history_end(void)
{
	if (session.history)
		history_truncate_file(session.history, HISTORY_LINES);
	free(session.history);
	session.history = NULL;
	clear_history();
}

static void forget_interrupts(int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) > 0)
		;
}

/* readline has a whole line; NULL: Ctrl-D. */
static void take_line(char *line)
{
	/* A command and its pager want the terminal as it was. */
	rl_callback_handler_remove();
	session.reading = false;
	if (!line) {
		fputc('\n', session.shell->cli->out);
		session.shell->done = true;
		return;
	}
	history_add(line);
	kdk_shell_run(session.shell, line);
	free(line);
	fflush(session.shell->cli->out);
}

/* Ctrl-C at the prompt: what was typed is dropped. */
static void drop_line(int signals)
{
	forget_interrupts(signals);
	fputs("^C\n", rl_outstream);
	rl_free_line_state();
	rl_callback_sigcleanup();
	rl_replace_line("", 1);
	rl_on_new_line();
	rl_redisplay();
}

/* False when the terminal has gone. */
static bool wait_for_input(int signals)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	if (poll(fds, KDK_ARRAY_SIZE(fds), -1) < 0) {
		/* Another signal: readline's own, such as of a window that was resized.
		 */
		rl_check_signals();
		return errno == EINTR;
	}
	if (fds[1].revents)
		drop_line(signals);
	else if (fds[0].revents & POLLIN)
		rl_callback_read_char();
	else if (fds[0].revents)
		return false;
	return true;
}

static void read_lines(struct kdk_shell *shell, int signals)
{
	while (!shell->done) {
		bool here = true;

		forget_interrupts(signals);
		rl_callback_handler_install(PROMPT, take_line);
		session.reading = true;
		while (here && session.reading)
			here = wait_for_input(signals);
		if (!here) {
			rl_callback_handler_remove();
			shell->done = true;
		}
	}
}

struct kdk_error *kdk_shell_interact(struct kdk_shell *shell)
{
	sigset_t interrupt;
	int signals;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	signals = signalfd(-1, &interrupt, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals < 0)
		return kdk_error_system(errno, "%s", _("watching for Ctrl-C"));
	session.shell = shell;
	rl_readline_name = "kdumpkit";
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = " \t\n|><;,'\"!";
	/* Symbols are thousands: sorted already, and asked about from 200 on. */
	rl_completion_query_items = 200;
	rl_ignore_completion_duplicates = 0;
	rl_sort_completion_matches = 0;
	history_begin();
	read_lines(shell, signals);
	history_end();
	session.shell = NULL;
	close(signals);
	return NULL;
}
