/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main() of a fuzz target without libFuzzer: runs it over files, and over the
 * files of folders, given as arguments; with none, over its corpus.
 */
#include "config.h"

#ifdef KDK_LIBFUZZER

/* libFuzzer has its own; a file must not be empty. */
extern int kdk_replay_unused;

#else

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t files;

static void give_up(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(1);
}

static void replay_file(const char *path, size_t size)
{
	/* Exactly as large as the file, so that a sanitizer sees reads past its end. */
	uint8_t *data = malloc(size ? size : 1);
	FILE *file = fopen(path, "rb");

	if (!data || !file || fread(data, 1, size, file) != size)
		give_up(path);
	fclose(file);
	/* The last line before a crash names the culprit. */
	fprintf(stderr, "%s: %zu bytes\n", path, size);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	files++;
}

static void replay(const char *path)
{
	struct dirent **entries;
	struct stat st;
	int count;

	if (stat(path, &st) < 0)
		give_up(path);
	if (!S_ISDIR(st.st_mode)) {
		replay_file(path, st.st_size);
		return;
	}
	count = scandir(path, &entries, NULL, alphasort);
	if (count < 0)
		give_up(path);
	for (int i = 0; i < count; i++) {
		char *inner;

		if (entries[i]->d_name[0] != '.') {
			if (asprintf(&inner, "%s/%s", path, entries[i]->d_name) < 0)
				give_up(path);
			replay(inner);
			free(inner);
		}
		free(entries[i]);
	}
	free(entries);
}

/* fuzz_x, also by the name fuzz_x.replay, replays $srcdir/tests/fuzz/corpus/x. */
static void replay_corpus(const char *program)
{
	const char *srcdir = getenv("srcdir"), *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	char *path;

	if (!strncmp(name, "fuzz_", 5))
		name += 5;
	if (asprintf(&path, "%s/tests/fuzz/corpus/%.*s", srcdir ? srcdir : ".",
		     (int)strcspn(name, "."), name) < 0)
		give_up(name);
	replay(path);
	free(path);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		replay_corpus(argv[0]);
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (!files) {
		fprintf(stderr, "no files to replay\n");
		return 1;
	}
	printf("%zu files replayed\n", files);
	return 0;
}

#endif
