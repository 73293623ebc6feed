/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/open.h"
#include "core/bytes.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/text.h"
#include "core/units.h"

#define CHUNK 4096
#define LINE_BYTES 16
#define BATCH_MAX 65536

static const struct kdk_option options[] = {
	{ 'p', "physical", NULL, N_("addresses are physical") },
	{ 'u', "unit", "BITS", N_("show units of 8, 16, 32 or 64 bits (default: a machine word)") },
	{ 'b', "bytes", NULL, N_("COUNT is bytes, not units") },
	{ 'r', "raw", NULL, N_("write the bytes themselves") },
	{ 'B', "batch", NULL, N_("read lines \"[p:]ADDRESS [BYTES]\" from standard input") },
	{ 0, "part", "FILE", N_("another part of a split set (may be repeated)") },
	KDK_SYMBOL_OPTIONS,
	{ 0 },
};

struct rd {
	struct kdk_cli *cli;
	struct kdk_kernel *kernel;
	enum kdk_space space;
	unsigned int unit;	/* bytes */
	bool count_bytes, raw, batch;
	uint64_t address, length;
	struct kdk_json json;
};

static void print_unit(const struct rd *rd, const uint8_t *data)
{
	bool big = rd->kernel->dump->facts.big_endian;

	switch (rd->unit) {
	case 1:
		fprintf(rd->cli->out, " %02x", *data);
		break;
	case 2:
		fprintf(rd->cli->out, " %04x", kdk_get_u16(data, big));
		break;
	case 4:
		fprintf(rd->cli->out, " %08x", kdk_get_u32(data, big));
		break;
	default:
		fprintf(rd->cli->out, " %016jx", (uintmax_t)kdk_get_u64(data, big));
	}
}

/* One line: address, units, and the bytes as ASCII. size is at most LINE_BYTES. */
static void print_line(const struct rd *rd, uint64_t address, const uint8_t *data, size_t size)
{
	FILE *out = rd->cli->out;
	size_t at;

	fprintf(out, "%0*jx: ", rd->kernel->dump->facts.word_bytes * 2, (uintmax_t)address);
	for (at = 0; at + rd->unit <= size; at += rd->unit)
		print_unit(rd, data + at);
	for (; at + rd->unit <= LINE_BYTES; at += rd->unit)
		fprintf(out, "%*s", (int)rd->unit * 2 + 1, "");
	fputs("   ", out);
	for (at = 0; at < size; at++)
		fputc(data[at] >= 0x20 && data[at] < 0x7f ? data[at] : '.', out);
	fputc('\n', out);
}

static void print_chunk(struct rd *rd, uint64_t address, const uint8_t *data, size_t size)
{
	if (rd->raw) {
		fwrite(data, 1, size, rd->cli->out);
		return;
	}
	for (size_t at = 0; at < size; at += LINE_BYTES)
		print_line(rd, address + at, data + at,
			   size - at < LINE_BYTES ? size - at : LINE_BYTES);
}

static void json_chunk(struct rd *rd, uint64_t address, const uint8_t *data, size_t size)
{
	char hex[2 * LINE_BYTES + 1];

	for (size_t at = 0; at < size; at += LINE_BYTES) {
		size_t n = size - at < LINE_BYTES ? size - at : LINE_BYTES;

		for (size_t i = 0; i < n; i++)
			snprintf(hex + 2 * i, 3, "%02x", data[at + i]);
		kdk_json_object_begin(&rd->json, NULL);
		kdk_json_address(&rd->json, "address", address + at);
		kdk_json_string(&rd->json, "bytes", hex);
		kdk_json_object_end(&rd->json);
	}
}

static struct kdk_error *show_chunk(struct rd *rd, uint64_t address, size_t size)
{
	uint8_t data[CHUNK];
	struct kdk_error *err = kdk_memory_read(rd->kernel->memory, rd->space, address, data, size);

	if (err)
		return err;
	if (rd->cli->json)
		json_chunk(rd, address, data, size);
	else
		print_chunk(rd, address, data, size);
	return NULL;
}

static struct kdk_error *show_chunks(struct rd *rd)
{
	size_t limit = CHUNK;

	while (rd->length) {
		size_t size = limit - rd->address % limit;
		struct kdk_error *err;

		if (size > rd->length)
			size = rd->length;
		err = show_chunk(rd, rd->address, size);
		if (err && limit == CHUNK) {
			/* Show what stands before the first unreadable line. */
			kdk_error_destroy(err);
			limit = LINE_BYTES;
			continue;
		}
		if (err)
			return err;
		rd->address += size;
		rd->length -= size;
	}
	return NULL;
}

static struct kdk_error *show_range(struct rd *rd)
{
	struct kdk_error *err;
	uint64_t last;

	if (rd->length && __builtin_add_overflow(rd->address, rd->length - 1, &last))
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("%ju bytes from %#jx do not fit in an address"),
				     (uintmax_t)rd->length, (uintmax_t)rd->address);
	if (rd->cli->json) {
		kdk_json_open(&rd->json, rd->cli->out);
		kdk_json_array_begin(&rd->json, "memory");
	}
	err = show_chunks(rd);
	if (rd->cli->json) {
		kdk_json_array_end(&rd->json);
		kdk_json_string(&rd->json, "error", err ? err->message : NULL);
		kdk_json_close(&rd->json);
	}
	return err;
}

/* "[p:]ADDRESS [BYTES]"; at most BATCH_MAX bytes into data. */
static struct kdk_error *batch_read(struct rd *rd, char *line, uint8_t *data, size_t *ret_size)
{
	enum kdk_space space = rd->space;
	uint64_t address, size = rd->unit;
	char *rest = line, *word, *count;
	struct kdk_error *err;

	word = strsep(&rest, " \t");
	count = rest ? strsep(&rest, " \t") : NULL;
	if (!strncmp(word, "p:", 2)) {
		space = KDK_PHYSICAL;
		word += 2;
	}
	err = kdk_cli_address(rd->kernel, word, &address);
	if (!err && count && *count)
		err = kdk_size_parse(count, &size);
	if (!err && size > BATCH_MAX)
		err = kdk_error_new(KDK_ERROR_USAGE, _("more than %d bytes in one line"), BATCH_MAX);
	if (err)
		return err;
	*ret_size = size;
	return kdk_memory_read(rd->kernel->memory, space, address, data, size);
}

/* The message quotes what was asked, and may quote the dump. */
static void print_batch_error(const struct rd *rd, const struct kdk_error *err)
{
	fputs("error: ", rd->cli->out);
	kdk_text_print(rd->cli->out, err->message, strlen(err->message),
		       kdk_text_locale_flags());
}

static void batch_print(struct rd *rd, const char *line, const uint8_t *data, size_t size,
			const struct kdk_error *err)
{
	if (rd->cli->json) {
		kdk_json_object_begin(&rd->json, NULL);
		kdk_json_string(&rd->json, "line", line);
	}
	if (err) {
		if (rd->cli->json)
			kdk_json_string(&rd->json, "error", err->message);
		else
			print_batch_error(rd, err);
	} else if (rd->cli->json) {
		_cleanup_free_ char *hex = malloc(2 * size + 1);

		for (size_t i = 0; hex && i < size; i++)
			snprintf(hex + 2 * i, 3, "%02x", data[i]);
		kdk_json_string(&rd->json, "bytes", hex);
	} else {
		for (size_t i = 0; i < size; i++)
			fprintf(rd->cli->out, "%02x", data[i]);
	}
	if (rd->cli->json)
		kdk_json_object_end(&rd->json);
	else
		fputc('\n', rd->cli->out);
}

static struct kdk_error *run_batch(struct rd *rd)
{
	_cleanup_free_ uint8_t *data = malloc(BATCH_MAX);
	_cleanup_free_ char *line = NULL, *copy = NULL;
	size_t capacity = 0;
	ssize_t got;

	if (!data)
		return &kdk_enomem;
	if (rd->cli->json) {
		kdk_json_open(&rd->json, rd->cli->out);
		kdk_json_array_begin(&rd->json, "reads");
	}
	while ((got = getline(&line, &capacity, stdin)) >= 0) {
		struct kdk_error *err;
		size_t size = 0;

		line[strcspn(line, "\n")] = '\0';
		free(copy);
		copy = strdup(line);
		if (!copy)
			return &kdk_enomem;
		err = batch_read(rd, line, data, &size);
		batch_print(rd, copy, data, size, err);
		kdk_error_destroy(err);
		/* Who asks may wait for this answer before asking again. */
		if (fflush(rd->cli->out) == EOF)
			break;
	}
	if (rd->cli->json) {
		kdk_json_array_end(&rd->json);
		kdk_json_close(&rd->json);
	}
	return NULL;
}

static struct kdk_error *take_unit(struct rd *rd, const char *text)
{
	uint64_t bits;
	struct kdk_error *err = kdk_number_parse(text, &bits);

	if (err)
		return err;
	if (bits != 8 && bits != 16 && bits != 32 && bits != 64)
		return kdk_error_new(KDK_ERROR_USAGE, _("--unit is 8, 16, 32 or 64, not %s"), text);
	rd->unit = bits / 8;
	return NULL;
}

static struct kdk_error *take_option(struct rd *rd, int option, const char *value,
				     struct kdk_cli_parts *parts)
{
	switch (option) {
	case 'p':
		rd->space = KDK_PHYSICAL;
		return NULL;
	case 'u':
		return take_unit(rd, value);
	case 'b':
		rd->count_bytes = true;
		return NULL;
	case 'r':
		rd->raw = true;
		return NULL;
	case 'B':
		rd->batch = true;
		return NULL;
	default:
		return kdk_cli_parts_add(parts, value);
	}
}

static struct kdk_error *take_range(struct rd *rd, char **arguments, int count)
{
	uint64_t units = rd->count_bytes ? rd->unit : LINE_BYTES / rd->unit;
	struct kdk_error *err;

	if (count < 1 || count > 2)
		return kdk_error_new(KDK_ERROR_USAGE, _("give an address, and how many units to read"));
	err = kdk_cli_address(rd->kernel, arguments[0], &rd->address);
	if (!err && count == 2)
		err = kdk_size_parse(arguments[1], &units);
	if (err)
		return err;
	if (rd->count_bytes)
		rd->length = units;
	else if (__builtin_mul_overflow(units, (uint64_t)rd->unit, &rd->length))
		return kdk_error_new(KDK_ERROR_USAGE, _("%s is too many"), arguments[1]);
	return NULL;
}

static struct kdk_error *run_opened(struct rd *rd, char **arguments, int count)
{
	struct kdk_error *err;

	if (!rd->kernel->memory)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     _("the dump's architecture is not known: its memory cannot be read"));
	if (!rd->unit)
		rd->unit = rd->kernel->dump->facts.word_bytes;
	if (rd->raw && isatty(fileno(rd->cli->out)))
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("--raw writes bytes: send the output to a file or a program"));
	if (rd->batch)
		return run_batch(rd);
	err = take_range(rd, arguments, count);
	return err ? err : show_range(rd);
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_kernel_destroyp) struct kdk_kernel *kernel = NULL;
	_cleanup_(kdk_cli_parts_deinit) struct kdk_cli_parts parts = { 0 };
	struct rd rd = { .cli = cli, .space = KDK_VIRTUAL };
	struct kdk_option_parser parser = { 0 };
	struct kdk_error *err;
	int option;

	err = kdk_options_init(&parser, cli, options, argc, argv);
	while (!err && (option = kdk_options_next(&parser)))
		err = option < 0 ? parser.error : take_option(&rd, option, parser.value, &parts);
	kdk_options_deinit(&parser);
	if (err)
		return err;
	err = kdk_cli_open_parts(cli, argv[parser.index], &parts, &kernel);
	if (err)
		return err;
	rd.kernel = kernel;
	return run_opened(&rd, argv + parser.index + 1, argc - parser.index - 1);
}

const struct kdk_command kdk_command_rd = {
	.name = "rd",
	.summary = N_("read memory: kernel-virtual or physical"),
	.arguments = "DUMP ADDRESS|SYMBOL[+OFFSET] [COUNT]",
	.options = options,
	.example = "kdumpkit rd vmcore init_uts_ns 32\n"
		   "kdumpkit rd --physical --unit 8 vmcore 0x1000 64",
	.run = run,
};
