/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/fact.h"
#include "core/i18n.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/inspect/disassembly.h"

#define BYTES_SHOWN 11	/* more than the longest common instruction of x86 */

static const struct kdk_option options[] = {
	{ 'f', "forward", NULL, N_("from the address to the end of its function") },
	{ 'r', "reverse", NULL, N_("from the start of the function up to the address") },
	{ 'i', "intel", NULL, N_("x86: Intel's syntax instead of AT&T's") },
	KDK_CLI_FACT_OPTIONS
};

struct dis {
	struct kdk_cli_fact fact;
	struct kdk_disassembly_options options;
	struct kdk_disassembly code;
	uint64_t address;
};

static void put(const struct dis *dis, const char *text)
{
	kdk_text_print(dis->fact.cli->out, text, strlen(text), kdk_text_locale_flags());
}

static void print_head(const struct dis *dis)
{
	const struct kdk_disassembly *code = &dis->code;

	if (!code->function)
		return;
	put(dis, code->function);
	if (code->module) {
		fputs(" [", dis->fact.cli->out);
		put(dis, code->module);
		fputs("]", dis->fact.cli->out);
	}
	fputs(":\n", dis->fact.cli->out);
}

/* ">" stands before the address that was asked for, unless the function starts there. */
static void print_instruction(const struct dis *dis, const struct kdk_instruction *one)
{
	const struct kdk_disassembly *code = &dis->code;
	FILE *out = dis->fact.cli->out;
	bool asked = dis->address != code->start && dis->address - one->address < one->size;

	fprintf(out, "%c %0*" PRIx64, asked ? '>' : ' ',
		dis->fact.kernel->dump->facts.word_bytes * 2, one->address);
	if (code->function && one->address >= code->start &&
	    (!code->size || one->address - code->start < code->size))
		fprintf(out, " +%#-6" PRIx64, one->address - code->start);
	else
		fprintf(out, " %7s", "");
	fputs("  ", out);
	for (unsigned int i = 0; i < BYTES_SHOWN || i < one->size; i++) {
		if (i < one->size)
			fprintf(out, "%02x ", one->bytes[i]);
		else
			fputs("   ", out);
	}
	fprintf(out, *one->operands ? " %-8s %s" : " %s%s", one->mnemonic, one->operands);
	if (one->symbol) {
		fputs(" <", out);
		put(dis, one->symbol);
		fputs(">", out);
	}
	fputc('\n', out);
}

static void json_instruction(struct kdk_json *json, const struct kdk_disassembly *code,
			     const struct kdk_instruction *one)
{
	char hex[2 * KDK_INSTRUCTION_BYTES + 1];

	for (unsigned int i = 0; i < one->size; i++)
		snprintf(hex + 2 * i, 3, "%02x", one->bytes[i]);
	kdk_json_object_begin(json, NULL);
	kdk_json_address(json, "address", one->address);
	if (code->function)
		kdk_json_signed(json, "offset", one->address - code->start);
	else
		kdk_json_null(json, "offset");
	kdk_json_string(json, "bytes", hex);
	kdk_json_bool(json, "known", one->known);
	kdk_json_string(json, "mnemonic", one->mnemonic);
	kdk_json_string(json, "operands", one->operands);
	if (one->target)
		kdk_json_address(json, "target", one->target);
	else
		kdk_json_null(json, "target");
	kdk_json_string(json, "symbol", one->symbol);
	kdk_json_object_end(json);
}

static void write_json(const struct dis *dis)
{
	const struct kdk_disassembly *code = &dis->code;
	struct kdk_json json;

	kdk_json_open(&json, dis->fact.cli->out);
	kdk_json_string(&json, "function", code->function);
	kdk_json_string(&json, "module", code->module);
	kdk_json_address(&json, "start", code->start);
	kdk_json_unsigned(&json, "size", code->size);
	kdk_json_array_begin(&json, "instructions");
	for (size_t i = 0; i < code->count; i++)
		json_instruction(&json, code, &code->instructions[i]);
	kdk_json_array_end(&json);
	kdk_json_string(&json, "note", code->note);
	kdk_json_close(&json);
}

static void show(const struct dis *dis)
{
	if (dis->fact.cli->json) {
		write_json(dis);
		return;
	}
	print_head(dis);
	for (size_t i = 0; i < dis->code.count; i++)
		print_instruction(dis, &dis->code.instructions[i]);
	if (dis->code.note)
		kdk_cli_note(dis->fact.cli, dis->code.note);
}

static struct kdk_error *take_arguments(struct dis *dis)
{
	const struct kdk_cli_fact *fact = &dis->fact;
	uint64_t count = 0;
	struct kdk_error *err;

	if (!fact->count)
		return kdk_error_new(KDK_ERROR_USAGE, _("which code? Give an address or a symbol"));
	err = kdk_cli_fact_arguments(fact, 2);
	if (!err)
		err = kdk_cli_address(fact->kernel, fact->arguments[0], &dis->address);
	if (!err && fact->count == 2)
		err = kdk_number_parse(fact->arguments[1], &count);
	if (err)
		return err;
	if (fact->given['f'] && fact->given['r'])
		return kdk_error_new(KDK_ERROR_USAGE, _("give --forward or --reverse, not both"));
	if (fact->count == 2 && (!count || count > KDK_DISASSEMBLY_MAX))
		return kdk_error_new(KDK_ERROR_USAGE, _("COUNT is from 1 to %d"),
				     KDK_DISASSEMBLY_MAX);
	dis->options.count = count;
	dis->options.intel = fact->given['i'];
	if (fact->given['r'])
		dis->options.range = KDK_DISASSEMBLY_REVERSE;
	else if (fact->given['f'] || count)
		dis->options.range = KDK_DISASSEMBLY_FORWARD;
	return NULL;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	struct dis dis = { .options.range = KDK_DISASSEMBLY_FUNCTION };
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &dis.fact);

	if (!err)
		err = take_arguments(&dis);
	if (!err)
		err = kdk_disassembly_read(dis.fact.kernel, dis.address, &dis.options, &dis.code);
	if (!err)
		show(&dis);
	kdk_disassembly_deinit(&dis.code);
	kdk_cli_fact_deinit(&dis.fact);
	return err;
}

const struct kdk_command kdk_command_dis = {
	.name = "dis",
	.summary = N_("disassemble code as it stood in memory"),
	.arguments = "DUMP ADDRESS|SYMBOL[+OFFSET] [COUNT]",
	.options = options,
	.example = "kdumpkit dis vmcore panic\n"
		   "kdumpkit dis vmcore vfs_write+0xc7 5\n"
		   "kdumpkit dis --reverse vmcore 0xffffffff8136a2f7 10",
	.run = run,
};
