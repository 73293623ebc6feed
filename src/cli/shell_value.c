/* SPDX-License-Identifier: GPL-2.0-or-later */
/* p SYMBOL[.MEMBER][:CPU]: variables by their own types. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/open.h"
#include "cli/shell.h"
#include "cli/value_view.h"
#include "core/bytes.h"
#include "core/i18n.h"
#include "core/units.h"
#include "vmcore/kernel/percpu.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/types_known.h"

struct variable {
	char *name;		/* owned; cut at what follows */
	char *member;		/* in it; NULL: all of it */
	bool one_cpu;
	uint64_t cpu;
	struct kdk_symbol symbol;
	bool typed;
	uint32_t type;
};

/* "runqueues.nr_running:1" */
static struct kdk_error *parse(const char *text, struct variable *ret)
{
	char *colon;

	ret->name = strdup(text);
	if (!ret->name)
		return &kdk_enomem;
	/* "module:name" has a name behind it. */
	colon = strrchr(ret->name, ':');
	if (colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")]) {
		*colon = '\0';
		ret->one_cpu = true;
		return kdk_number_parse(colon + 1, &ret->cpu);
	}
	return NULL;
}

/* A symbol may have dots itself: "foo.cold". The longest that is one counts. */
static struct kdk_error *find(struct kdk_kernel *kernel, struct variable *variable)
{
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);
	size_t length = strlen(variable->name);

	if (err)
		return err;
	for (;;) {
		if (kdk_symbols_find_full(symbols, variable->name, &variable->symbol))
			return NULL;
		if (variable->member)
			variable->member[-1] = '.';
		variable->member = memrchr(variable->name, '.', length);
		if (!variable->member)
			break;
		length = variable->member - variable->name;
		*variable->member++ = '\0';
	}
	return kdk_error_new(KDK_ERROR_ABSENT, _("the dump has no symbol \"%s\""),
			     variable->name);
}

/* Per-CPU variables lie between two symbols, where they are but a pattern. */
static bool is_percpu(struct kdk_kernel *kernel, const struct variable *variable)
{
	uint64_t start, end;
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);

	kdk_error_destroy(err);
	return !err && kdk_symbols_find(symbols, "__per_cpu_start", &start) &&
	       kdk_symbols_find(symbols, "__per_cpu_end", &end) &&
	       variable->symbol.address >= start && variable->symbol.address < end;
}

static struct kdk_error *show_word(struct kdk_cli *cli, struct kdk_kernel *kernel,
				   struct kdk_json *json, uint64_t address)
{
	const struct kdk_dump_facts *facts = &kernel->dump->facts;
	uint8_t data[8] = { 0 };
	uint64_t value;
	struct kdk_error *err;

	if (!kernel->memory)
		return kdk_error_new(
			KDK_ERROR_UNSUPPORTED,
			_("the dump's architecture is not known: its memory cannot be read"));
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address, data,
			      facts->word_bytes);
	if (err)
		return err;
	value = facts->word_bytes == 8 ? kdk_get_u64(data, facts->big_endian) :
					 kdk_get_u32(data, facts->big_endian);
	if (json)
		kdk_json_address(json, "word", value);
	else
		fprintf(cli->out,
			_("%#" PRIx64 " (the type is not known: a machine word)\n"),
			value);
	return NULL;
}

static struct kdk_error *show_at(struct kdk_cli *cli, struct kdk_kernel *kernel,
				 struct kdk_json *json, const struct variable *variable,
				 uint64_t address)
{
	char *member = variable->member;
	size_t count = member ? 1 : 0;

	if (!variable->typed && member)
		return kdk_error_new(
			KDK_ERROR_ABSENT,
			_("the type of %s is not known; struct TYPE %s shows it as one"),
			variable->name, variable->name);
	if (!variable->typed)
		return show_word(cli, kernel, json, address);
	if (json)
		return kdk_value_json(json, "object", kernel, variable->type, address,
				      &member, count);
	return kdk_value_print(cli->out, kernel, variable->type, address, &member, count);
}

static struct kdk_error *show_cpu(struct kdk_cli *cli, struct kdk_kernel *kernel,
				  struct kdk_json *json, const struct variable *variable,
				  const struct kdk_percpu *percpu, size_t cpu)
{
	struct kdk_error *err;
	uint64_t address;

	if (!kdk_percpu_address(kernel, percpu, variable->name, cpu, &address))
		return kdk_error_new(KDK_ERROR_ABSENT, _("the machine has no CPU %zu"),
				     cpu);
	if (!json) {
		fprintf(cli->out, _("CPU %zu: "), cpu);
		return show_at(cli, kernel, json, variable, address);
	}
	kdk_json_object_begin(json, NULL);
	kdk_json_unsigned(json, "cpu", cpu);
	err = show_at(cli, kernel, json, variable, address);
	kdk_json_object_end(json);
	return err;
}

static struct kdk_error *show_percpu(struct kdk_cli *cli, struct kdk_kernel *kernel,
				     struct kdk_json *json,
				     const struct variable *variable)
{
	struct kdk_percpu percpu = { 0 };
	struct kdk_error *err = kdk_percpu_read(kernel, &percpu);

	if (err)
		return err;
	if (json)
		kdk_json_array_begin(json, "cpus");
	if (variable->one_cpu)
		err = show_cpu(cli, kernel, json, variable, &percpu, variable->cpu);
	for (size_t i = 0; !variable->one_cpu && !err && i < percpu.count; i++)
		if (percpu.cpus[i].possible)
			err = show_cpu(cli, kernel, json, variable, &percpu, i);
	if (json)
		kdk_json_array_end(json);
	kdk_percpu_deinit(&percpu);
	return err;
}

/* A function's value is where it stands and what it takes. */
static struct kdk_error *show_function(struct kdk_cli *cli, struct kdk_kernel *kernel,
				       struct kdk_json *json,
				       const struct variable *variable)
{
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);
	_cleanup_free_ char *text = NULL;

	if (err)
		return err;
	text = kdk_type_text(types, variable->type, variable->name);
	if (json)
		kdk_json_string(json, "declaration", text);
	else
		fprintf(cli->out, "%s; %#" PRIx64 "\n", text ? text : "?",
			variable->symbol.address);
	return NULL;
}

static struct kdk_error *show(struct kdk_cli *cli, struct kdk_kernel *kernel,
			      struct kdk_json *json, struct variable *variable)
{
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);

	if (!err && kdk_types_find_function(types, variable->name, &variable->type))
		return show_function(cli, kernel, json, variable);
	variable->typed = !err &&
		(kdk_types_find_variable(types, variable->name, &variable->type) ||
		 kdk_types_known_variable(types, variable->name, &variable->type));
	kdk_error_destroy(err);
	if (is_percpu(kernel, variable))
		return show_percpu(cli, kernel, json, variable);
	if (variable->one_cpu)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("%s is not a variable of each CPU"),
				     variable->name);
	return show_at(cli, kernel, json, variable, variable->symbol.address);
}

struct kdk_error *kdk_shell_print(struct kdk_shell *shell, struct kdk_cli *cli,
				  struct kdk_shell_line *line)
{
	struct variable variable = { 0 };
	struct kdk_error *err;
	struct kdk_json json;

	if (line->count != 2)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("p takes one symbol: p SYMBOL[.MEMBER][:CPU]"));
	err = parse(line->words[1], &variable);
	if (!err)
		err = find(shell->kernel, &variable);
	if (!err && cli->json) {
		kdk_json_open(&json, cli->out);
		kdk_json_string(&json, "name", variable.symbol.name);
		kdk_json_address(&json, "address", variable.symbol.address);
		err = show(cli, shell->kernel, &json, &variable);
		kdk_json_close(&json);
	} else if (!err) {
		err = show(cli, shell->kernel, NULL, &variable);
	}
	free(variable.name);
	return err;
}
