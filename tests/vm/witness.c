/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An independent reader of dumps, for comparison: libkdumpfile behind the grammar of
 * `kdumpkit rd --batch`. Standard input has lines "ADDRESS BYTES" (hexadecimal address,
 * decimal count; "p:ADDRESS" is physical); standard output gets one line for each: the
 * bytes as hex digits, or "error: …".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libkdumpfile/kdumpfile.h>

#define READ_MAX 4096
/* libkdumpfile 0.5.1 may crash when a page is evicted after a refused read. */
#define CACHE_PAGES 16384

static kdump_ctx_t *open_dump(char **paths, unsigned int count)
{
	kdump_ctx_t *ctx = kdump_new();
	int fds[16];

	if (!ctx || count > 16)
		return NULL;
	for (unsigned int i = 0; i < count; i++) {
		fds[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0) {
			fprintf(stderr, "witness: %s: %s\n", paths[i], strerror(errno));
			return NULL;
		}
	}
	if (kdump_open_fdset(ctx, count, fds) != KDUMP_OK ||
	    kdump_set_string_attr(ctx, KDUMP_ATTR_OSTYPE, "linux") != KDUMP_OK ||
	    kdump_set_number_attr(ctx, "cache.size", CACHE_PAGES) != KDUMP_OK) {
		fprintf(stderr, "witness: %s: %s\n", paths[0], kdump_get_err(ctx));
		return NULL;
	}
	return ctx;
}

static void answer(kdump_ctx_t *ctx, bool physical, kdump_addr_t address, size_t size)
{
	unsigned char bytes[READ_MAX];
	size_t got = size;

	if (kdump_read(ctx, physical ? KDUMP_MACHPHYSADDR : KDUMP_KVADDR, address, bytes,
		       &got) != KDUMP_OK || got != size) {
		printf("error: %s\n", kdump_get_err(ctx));
		kdump_clear_err(ctx);
		return;
	}
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	kdump_ctx_t *ctx;
	char line[128];

	if (argc < 2) {
		fprintf(stderr, "usage: witness DUMP…\n");
		return 2;
	}
	ctx = open_dump(argv + 1, argc - 1);
	if (!ctx)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		bool physical = !strncmp(line, "p:", 2);
		char *end;
		kdump_addr_t address = strtoull(line + (physical ? 2 : 0), &end, 16);
		unsigned long size = strtoul(end, NULL, 10);

		if (!size || size > READ_MAX) {
			printf("error: size\n");
			continue;
		}
		answer(ctx, physical, address, size);
	}
	kdump_free(ctx);
	return 0;
}
