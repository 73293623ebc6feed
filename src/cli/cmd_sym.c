/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/fact.h"
#include "core/i18n.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/kernel/symbols.h"

static const struct kdk_option options[] = {
	{ 'l', "list", NULL, N_("arguments are patterns (*, ?, [a-z]); none: every symbol") },
	KDK_CLI_FACT_OPTIONS
};

struct sym {
	struct kdk_cli_fact fact;
	struct kdk_symbols *symbols;
	struct kdk_debuginfo *debuginfo;	/* NULL: none, or too many symbols to ask it */
	struct kdk_json json;
	unsigned int flags;	/* of kdk_text_print() */
	const char *wanted;	/* name or pattern; NULL: every symbol */
	const char *module;	/* of "module:name", its bytes; NULL: any */
	size_t module_length;
	bool pattern;
	size_t found;
};

static void put(const struct sym *sym, const char *text)
{
	kdk_text_print(sym->fact.cli->out, text, strlen(text), sym->flags);
}

static void json_source(struct sym *sym, uint64_t address)
{
	struct kdk_source_line lines[KDK_SOURCE_LINES];
	size_t count = sym->debuginfo ? kdk_debuginfo_lines(sym->debuginfo, address, lines) : 0;

	kdk_json_array_begin(&sym->json, "source_lines");
	for (size_t i = 0; i < count; i++) {
		kdk_json_object_begin(&sym->json, NULL);
		kdk_json_string(&sym->json, "function", lines[i].function);
		kdk_json_string(&sym->json, "file", lines[i].file);
		kdk_json_unsigned(&sym->json, "line", lines[i].line);
		kdk_json_bool(&sym->json, "inlined", lines[i].inlined);
		kdk_json_object_end(&sym->json);
	}
	kdk_json_array_end(&sym->json);
}

/* One line for each call that was inlined, then the function's own. */
static void show_source(struct sym *sym, uint64_t address)
{
	struct kdk_source_line lines[KDK_SOURCE_LINES];
	size_t count = sym->debuginfo ? kdk_debuginfo_lines(sym->debuginfo, address, lines) : 0;

	for (size_t i = 0; i < count; i++) {
		fputs("    ", sym->fact.cli->out);
		put(sym, lines[i].function ? lines[i].function : "?");
		fputs(lines[i].inlined ? " (inlined) " : " ", sym->fact.cli->out);
		put(sym, lines[i].file ? lines[i].file : "?");
		fprintf(sym->fact.cli->out, ":%u\n", lines[i].line);
	}
}

/* offset: of the address asked for, from where the symbol starts. */
static void show(struct sym *sym, const struct kdk_symbol *symbol, uint64_t offset)
{
	FILE *out = sym->fact.cli->out;
	const char type[2] = { symbol->type };

	sym->found++;
	if (sym->fact.cli->json) {
		kdk_json_object_begin(&sym->json, NULL);
		kdk_json_string(&sym->json, "name", symbol->name);
		kdk_json_address(&sym->json, "address", symbol->address);
		kdk_json_unsigned(&sym->json, "offset", offset);
		kdk_json_unsigned(&sym->json, "size", symbol->size);
		kdk_json_string(&sym->json, "type", type);
		kdk_json_string(&sym->json, "module", symbol->module);
		if (sym->debuginfo)
			json_source(sym, symbol->address + offset);
		kdk_json_object_end(&sym->json);
		return;
	}
	fprintf(out, "%0*" PRIx64 " (", sym->fact.kernel->dump->facts.word_bytes * 2,
		symbol->address + offset);
	put(sym, type);
	fputs(") ", out);
	put(sym, symbol->name);
	if (offset)
		fprintf(out, "+%#" PRIx64, offset);
	if (symbol->module) {
		fputs(" [", out);
		put(sym, symbol->module);
		fputs("]", out);
	}
	fputc('\n', out);
	show_source(sym, symbol->address + offset);
}

static bool visit(void *context, const struct kdk_symbol *symbol)
{
	struct sym *sym = context;

	if (sym->module && (!symbol->module ||
			    strlen(symbol->module) != sym->module_length ||
			    strncmp(symbol->module, sym->module, sym->module_length)))
		return true;
	if (!sym->wanted || (sym->pattern ? !fnmatch(sym->wanted, symbol->name, 0) :
					    !strcmp(sym->wanted, symbol->name)))
		show(sym, symbol, 0);
	return true;
}

/* Every symbol of that name, or that fits the pattern: there may be several. */
static bool show_all(struct sym *sym, const char *text)
{
	const char *colon = text ? strchr(text, ':') : NULL;
	size_t before = sym->found;

	sym->wanted = colon ? colon + 1 : text;
	sym->module = colon ? text : NULL;
	sym->module_length = colon ? colon - text : 0;
	kdk_symbols_each(sym->symbols, visit, sym);
	return sym->found > before;
}

static struct kdk_error *show_address(struct sym *sym, const char *text)
{
	struct kdk_symbol symbol;
	uint64_t address;
	struct kdk_error *err = kdk_cli_address(sym->fact.kernel, text, &address);

	if (err)
		return err;
	if (kdk_symbols_at(sym->symbols, address, &symbol)) {
		show(sym, &symbol, address - symbol.address);
		return NULL;
	}
	/* What vmcoreinfo alone names has no neighbours. */
	if (kdk_symbols_find_full(sym->symbols, text, &symbol)) {
		show(sym, &symbol, 0);
		return NULL;
	}
	return kdk_error_new(KDK_ERROR_ABSENT,
			     _("%s is in no symbol of the kernel or its modules"), text);
}

/* Every argument is answered; the first error is returned. */
static struct kdk_error *answer(struct sym *sym)
{
	struct kdk_error *first = NULL;

	sym->pattern = sym->fact.given['l'];
	if (sym->pattern && !sym->fact.count)
		show_all(sym, NULL);
	for (size_t i = 0; i < sym->fact.count; i++) {
		const char *text = sym->fact.arguments[i];
		struct kdk_error *err = NULL;

		if (!show_all(sym, text) && !sym->pattern)
			err = show_address(sym, text);
		if (!first)
			first = err;
		else
			kdk_error_destroy(err);
	}
	return first;
}

/* A file that was asked for must be right; else there may be none. */
static struct kdk_error *find_debuginfo(struct sym *sym)
{
	struct kdk_error *err = kdk_kernel_debuginfo(sym->fact.kernel, &sym->debuginfo);

	if (!err || sym->fact.cli->debuginfo.vmlinux)
		return err;
	kdk_error_destroy(err);
	sym->debuginfo = NULL;
	return NULL;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	struct sym sym = { .flags = kdk_text_locale_flags() };
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &sym.fact);

	if (!err && !sym.fact.count && !sym.fact.given['l'])
		err = kdk_error_new(KDK_ERROR_USAGE, "%s", _("which symbol or address?"));
	if (!err)
		err = kdk_kernel_symbols(sym.fact.kernel, &sym.symbols);
	if (!err && !sym.fact.given['l'])
		err = find_debuginfo(&sym);
	if (!err && cli->json) {
		kdk_json_open(&sym.json, cli->out);
		kdk_json_string(&sym.json, "source", kdk_symbols_source(sym.symbols));
		kdk_json_array_begin(&sym.json, "symbols");
		err = answer(&sym);
		kdk_json_array_end(&sym.json);
		kdk_json_close(&sym.json);
	} else if (!err) {
		err = answer(&sym);
	}
	kdk_cli_fact_deinit(&sym.fact);
	return err;
}

const struct kdk_command kdk_command_sym = {
	.name = "sym",
	.summary = N_("symbols: the address of a name, the name at an address"),
	.arguments = "DUMP NAME|MODULE:NAME|ADDRESS…",
	.options = options,
	.example = "kdumpkit sym vmcore panic 0xffffffff81000123\n"
		   "kdumpkit sym --list vmcore 'tcp_*'\n"
		   "kdumpkit sym --list vmcore 'virtio_blk:*'",
	.run = run,
};
