/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fact.h"
#include "cli/value_view.h"
#include "core/i18n.h"
#include "core/text.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/types_known.h"

static const struct kdk_option options[] = {
	{ 'o', "offsets", NULL, N_("show the offset of each member") },
	KDK_CLI_FACT_OPTIONS
};

/* What one name is; a name may be a type and a symbol. */
struct meaning {
	bool is_type, is_constant, is_symbol, symbol_typed;
	uint32_t type, symbol_type;
	uint64_t constant;
	struct kdk_symbol symbol;
};

static void look_up(struct kdk_kernel *kernel, struct kdk_types *types, const char *name,
		    struct meaning *ret)
{
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);

	*ret = (struct meaning){ 0 };
	ret->is_type = kdk_types_find(types, name, &ret->type);
	ret->is_constant = kdk_types_constant(types, name, &ret->constant);
	ret->is_symbol = !err && kdk_symbols_find_full(symbols, name, &ret->symbol);
	kdk_error_destroy(err);
	ret->symbol_typed = kdk_types_find_function(types, name, &ret->symbol_type) ||
			    kdk_types_find_variable(types, name, &ret->symbol_type) ||
			    kdk_types_known_variable(types, name, &ret->symbol_type);
}

static void print_symbol(FILE *out, struct kdk_types *types, const char *name,
			 const struct meaning *meaning)
{
	_cleanup_free_ char *text = NULL;

	if (meaning->symbol_typed) {
		text = kdk_type_text(types, meaning->symbol_type, name);
		fprintf(out, "%s;\n", text ? text : "?");
	}
	if (!meaning->is_symbol)
		return;
	kdk_text_print(out, name, strlen(name), kdk_text_locale_flags());
	fprintf(out, _(": symbol (%c) at %#jx, %ju bytes"), meaning->symbol.type,
		(uintmax_t)meaning->symbol.address, (uintmax_t)meaning->symbol.size);
	if (meaning->symbol.module) {
		fputs(" [", out);
		kdk_text_print(out, meaning->symbol.module, strlen(meaning->symbol.module),
			       kdk_text_locale_flags());
		fputs("]", out);
	}
	fputc('\n', out);
}

static void json_meaning(struct kdk_json *json, struct kdk_types *types, const char *name,
			 const struct meaning *meaning)
{
	_cleanup_free_ char *text = NULL;

	kdk_json_object_begin(json, NULL);
	kdk_json_string(json, "name", name);
	if (meaning->is_type) {
		kdk_json_object_begin(json, "layout");
		kdk_layout_json(json, types, meaning->type);
		kdk_json_object_end(json);
	}
	if (meaning->is_constant)
		kdk_json_unsigned(json, "constant", meaning->constant);
	if (meaning->symbol_typed) {
		text = kdk_type_text(types, meaning->symbol_type, name);
		kdk_json_string(json, "declaration", text);
	}
	if (meaning->is_symbol) {
		kdk_json_address(json, "address", meaning->symbol.address);
		kdk_json_unsigned(json, "size", meaning->symbol.size);
		kdk_json_string(json, "module", meaning->symbol.module);
	}
	kdk_json_object_end(json);
}

/* Every name is answered; the first error is returned. */
static struct kdk_error *answer(struct kdk_cli_fact *fact, struct kdk_types *types,
				struct kdk_json *json)
{
	struct kdk_error *first = NULL;

	for (size_t i = 0; i < fact->count; i++) {
		const char *name = fact->arguments[i];
		FILE *out = fact->cli->out;
		struct meaning meaning;

		look_up(fact->kernel, types, name, &meaning);
		if (!meaning.is_type && !meaning.is_constant && !meaning.is_symbol &&
		    !meaning.symbol_typed) {
			if (!first)
				first = kdk_error_new(KDK_ERROR_ABSENT,
						      _("\"%s\" is neither a type nor a symbol of this dump"),
						      name);
			continue;
		}
		if (fact->cli->json) {
			json_meaning(json, types, name, &meaning);
			continue;
		}
		if (meaning.is_type)
			kdk_layout_print(out, types, meaning.type, fact->given['o']);
		if (meaning.is_constant) {
			kdk_text_print(out, name, strlen(name), kdk_text_locale_flags());
			fprintf(out, " = %" PRId64 "\n", (int64_t)meaning.constant);
		}
		print_symbol(out, types, name, &meaning);
	}
	return first;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	struct kdk_cli_fact fact = { 0 };
	struct kdk_types *types;
	struct kdk_json json;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);

	if (!err && !fact.count)
		err = kdk_error_new(KDK_ERROR_USAGE, "%s", _("which type or symbol?"));
	if (!err)
		err = kdk_kernel_types(fact.kernel, &types);
	if (!err && cli->json) {
		kdk_json_open(&json, cli->out);
		kdk_json_string(&json, "source", kdk_types_source(types));
		kdk_json_array_begin(&json, "names");
	}
	if (!err) {
		err = answer(&fact, types, &json);
		if (cli->json) {
			kdk_json_array_end(&json);
			kdk_json_close(&json);
		}
	}
	kdk_cli_fact_deinit(&fact);
	return err;
}

const struct kdk_command kdk_command_whatis = {
	.name = "whatis",
	.summary = N_("what a name is: a type, an enumerator, a function, a variable"),
	.arguments = "DUMP NAME…",
	.options = options,
	.example = "kdumpkit whatis vmcore list_head pid_t do_exit\n"
		   "kdumpkit whatis -o vmcore 'struct page'",
	.run = run,
};
