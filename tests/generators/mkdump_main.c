/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mkdump OUT [NAME=FILE …] < description: parts of a split set are OUT.1, OUT.2 … */
#include <stdlib.h>
#include <string.h>

#include "mkdump_spec.h"

static struct bytes read_all(FILE *from)
{
	struct bytes bytes = { 0 };
	uint8_t part[4096];
	size_t n;

	while ((n = fread(part, 1, sizeof(part), from)) > 0)
		bytes_append(&bytes, part, n);
	return bytes;
}

static void load_blob(struct mkdump_blob *blob, char *argument)
{
	char *file = strchr(argument, '=');
	struct bytes bytes;
	FILE *from;

	if (!file)
		mkdump_die("not NAME=FILE: %s", argument);
	*file++ = '\0';
	from = fopen(file, "rb");
	if (!from)
		mkdump_die("cannot read %s", file);
	bytes = read_all(from);
	fclose(from);
	*blob = (struct mkdump_blob){ argument, bytes.data, bytes.size };
}

static void save(const char *path, size_t part, size_t parts,
		 const struct mkdump_file *file)
{
	char *name;
	FILE *to;

	if ((parts > 1 ? asprintf(&name, "%s.%zu", path, part + 1)
		       : asprintf(&name, "%s", path)) < 0)
		mkdump_die("out of memory");
	to = fopen(name, "wb");
	if (!to || fwrite(file->data, 1, file->size, to) != file->size || fclose(to))
		mkdump_die("cannot write %s", name);
	free(name);
}

int main(int argc, char **argv)
{
	struct mkdump_blob blobs[MKDUMP_MAX];
	struct bytes description;
	struct mkdump dump;

	if (argc < 2 || argc > MKDUMP_MAX)
		mkdump_die("usage: mkdump OUT [NAME=FILE …] < description");
	for (int i = 2; i < argc; i++)
		load_blob(&blobs[i - 2], argv[i]);
	description = read_all(stdin);
	bytes_append(&description, "", 1);
	mkdump_make((const char *)description.data, blobs, (size_t)argc - 2, &dump);
	for (size_t i = 0; i < dump.count; i++)
		save(argv[1], i, dump.count, &dump.files[i]);
	mkdump_free(&dump);
	free(description.data);
	for (int i = 2; i < argc; i++)
		free((void *)blobs[i - 2].data);
	return 0;
}
