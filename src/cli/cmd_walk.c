/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fact.h"
#include "cli/value_view.h"
#include "core/i18n.h"
#include "core/units.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/trees.h"

static const struct kdk_option options[] = {
	{ 't', "type", "KIND",
	  N_("list, hlist, chain, rb, xarray (also radix) or maple; default: what MEMBER is") },
	{ 'n', "limit", "N", N_("stop after N entries") },
	{ 'c', "count", NULL, N_("only say how many there are") },
	KDK_CLI_FACT_OPTIONS
};

enum kind {
	WALK_LIST,
	WALK_HLIST,
	WALK_CHAIN,
	WALK_RB,
	WALK_XARRAY,
	WALK_MAPLE,
	WALK_NONE,
};

struct walk {
	struct kdk_cli_fact fact;
	struct kdk_types *types;
	struct kdk_json json;
	enum kind kind;
	uint64_t head;
	uint32_t type;		/* of an entry; 0: none was named */
	const char *member;	/* "task_struct.tasks"; NULL: none */
	uint64_t limit;
	char **members;		/* of each entry, to be shown */
	size_t member_count;
	uint64_t count;
	struct kdk_list_walk list;
	struct kdk_tree_walk tree;
};

static const struct {
	const char *name;
	enum kind kind;
} kinds[] = {
	{ "list", WALK_LIST }, { "hlist", WALK_HLIST }, { "chain", WALK_CHAIN },
	{ "rb", WALK_RB }, { "xarray", WALK_XARRAY }, { "radix", WALK_XARRAY },
	{ "maple", WALK_MAPLE },
};

/* What links objects, by the type of the member that does. */
static enum kind kind_of_member(struct kdk_types *types, uint32_t id)
{
	struct kdk_type type;

	if (!kdk_types_get(types, kdk_types_resolve(types, id), &type))
		return WALK_NONE;
	if (type.kind == KDK_TYPE_POINTER)
		return WALK_CHAIN;
	if (!strcmp(type.name, "list_head"))
		return WALK_LIST;
	if (!strcmp(type.name, "hlist_node") || !strcmp(type.name, "hlist_nulls_node"))
		return WALK_HLIST;
	return strcmp(type.name, "rb_node") ? WALK_NONE : WALK_RB;
}

/* "task_struct.tasks" is both what an entry is and where it is linked; "page" only the first. */
static struct kdk_error *take_container(struct walk *walk, const char *text)
{
	_cleanup_free_ char *name = strdup(text);
	struct kdk_field field;
	struct kdk_error *err;
	enum kind kind;

	if (!name)
		return &kdk_enomem;
	name[strcspn(name, ".")] = '\0';
	if (!kdk_types_find(walk->types, name, &walk->type))
		return kdk_error_new(KDK_ERROR_ABSENT, _("%s has no type \"%s\""),
				     kdk_types_source(walk->types), name);
	if (!strchr(text, '.'))
		return NULL;
	walk->member = text;
	err = kdk_types_field(walk->types, text, &field);
	if (err)
		return err;
	kind = kind_of_member(walk->types, field.type);
	if (walk->kind == WALK_NONE)
		walk->kind = kind;
	if (walk->kind == WALK_NONE)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("%s links nothing; say how with --type"), text);
	return NULL;
}

static struct kdk_error *take_kind(struct walk *walk, const char *text)
{
	for (size_t i = 0; i < KDK_ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, text)) {
			walk->kind = kinds[i].kind;
			return NULL;
		}
	return kdk_error_new(KDK_ERROR_USAGE,
			     _("--type takes list, hlist, chain, rb, xarray, radix or maple, not \"%s\""),
			     text);
}

static struct kdk_error *read_request(struct walk *walk)
{
	struct kdk_error *err = NULL;

	walk->kind = WALK_NONE;
	walk->limit = UINT64_MAX;
	if (!walk->fact.count)
		return kdk_error_new(KDK_ERROR_USAGE, "%s", _("from which address?"));
	if (walk->fact.given['t'])
		err = take_kind(walk, walk->fact.value['t']);
	if (!err && walk->fact.given['n'])
		err = kdk_number_parse(walk->fact.value['n'], &walk->limit);
	if (!err)
		err = kdk_kernel_types(walk->fact.kernel, &walk->types);
	if (!err)
		err = kdk_cli_address(walk->fact.kernel, walk->fact.arguments[0], &walk->head);
	if (!err && walk->fact.count > 1)
		err = take_container(walk, walk->fact.arguments[1]);
	if (walk->fact.count > 2) {
		walk->members = walk->fact.arguments + 2;
		walk->member_count = walk->fact.count - 2;
	}
	if (walk->kind == WALK_NONE)
		walk->kind = WALK_LIST;
	if (!err && walk->kind == WALK_CHAIN && !walk->member)
		err = kdk_error_new(KDK_ERROR_USAGE, "%s",
				    _("a chain needs TYPE.MEMBER, the pointer that links it"));
	return err;
}

static struct kdk_error *begin(struct walk *walk)
{
	struct kdk_kernel *kernel = walk->fact.kernel;

	switch (walk->kind) {
	case WALK_HLIST:
		return kdk_hlist_begin(&walk->list, kernel, walk->head, walk->member);
	case WALK_CHAIN:
		return kdk_chain_begin(&walk->list, kernel, walk->head, walk->member);
	case WALK_RB:
		return kdk_rb_begin(&walk->tree, kernel, walk->head, walk->member);
	case WALK_XARRAY:
		return kdk_xarray_begin(&walk->tree, kernel, walk->head);
	case WALK_MAPLE:
		return kdk_maple_begin(&walk->tree, kernel, walk->head);
	default:
		return kdk_list_begin(&walk->list, kernel, walk->head, walk->member);
	}
}

static bool next(struct walk *walk, uint64_t *ret)
{
	if (walk->count == walk->limit)
		return false;
	if (walk->kind < WALK_RB ? !kdk_list_next(&walk->list, ret) :
				   !kdk_tree_next(&walk->tree, ret))
		return false;
	walk->count++;
	return true;
}

/* Trees by index say which; an odd entry of theirs is a number, no address. */
static bool has_index(const struct walk *walk)
{
	return walk->kind == WALK_XARRAY || walk->kind == WALK_MAPLE;
}

static struct kdk_error *show_text(struct walk *walk, uint64_t entry)
{
	FILE *out = walk->fact.cli->out;

	if (has_index(walk) && walk->tree.first != walk->tree.last)
		fprintf(out, "[%#" PRIx64 "-%#" PRIx64 "] ", walk->tree.first, walk->tree.last);
	else if (has_index(walk))
		fprintf(out, "[%#" PRIx64 "] ", walk->tree.first);
	fprintf(out, "%#" PRIx64 "\n", entry);
	if (!walk->member_count || (has_index(walk) && (entry & 1)))
		return NULL;
	return kdk_value_print(out, walk->fact.kernel, walk->type, entry, walk->members,
			       walk->member_count);
}

static struct kdk_error *show_json(struct walk *walk, uint64_t entry)
{
	struct kdk_error *err = NULL;

	kdk_json_object_begin(&walk->json, NULL);
	kdk_json_address(&walk->json, "address", entry);
	if (has_index(walk)) {
		kdk_json_address(&walk->json, "first", walk->tree.first);
		kdk_json_address(&walk->json, "last", walk->tree.last);
	}
	if (walk->member_count && !(has_index(walk) && (entry & 1)))
		err = kdk_value_json(&walk->json, "object", walk->fact.kernel, walk->type, entry,
				     walk->members, walk->member_count);
	kdk_json_object_end(&walk->json);
	return err;
}

static struct kdk_error *show_all(struct walk *walk)
{
	bool json = walk->fact.cli->json, count_only = walk->fact.given['c'];
	struct kdk_error *err = NULL;
	const char *note;
	uint64_t entry;

	if (json) {
		kdk_json_open(&walk->json, walk->fact.cli->out);
		kdk_json_array_begin(&walk->json, "entries");
	}
	while (!err && next(walk, &entry))
		if (!count_only)
			err = json ? show_json(walk, entry) : show_text(walk, entry);
	note = walk->kind < WALK_RB ? walk->list.note : walk->tree.note;
	if (json) {
		kdk_json_array_end(&walk->json);
		kdk_json_unsigned(&walk->json, "count", walk->count);
		kdk_json_string(&walk->json, "note", note);
		kdk_json_close(&walk->json);
	} else if (count_only) {
		fprintf(walk->fact.cli->out, "%" PRIu64 "\n", walk->count);
	}
	if (note && !json)
		kdk_cli_note(walk->fact.cli, note);
	return err;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	struct walk walk = { 0 };
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &walk.fact);

	if (!err)
		err = read_request(&walk);
	if (!err)
		err = begin(&walk);
	if (!err)
		err = show_all(&walk);
	kdk_list_end(&walk.list);
	kdk_tree_end(&walk.tree);
	kdk_cli_fact_deinit(&walk.fact);
	return err;
}

const struct kdk_command kdk_command_walk = {
	.name = "walk",
	.summary = N_("follow a list or a tree of objects"),
	.arguments = "DUMP ADDRESS|SYMBOL [TYPE[.MEMBER] [SHOWN…]]",
	.options = options,
	.example = "kdumpkit walk vmcore modules module.list name refcnt.counter\n"
		   "kdumpkit walk --type rb vmcore vmap_area_root vmap_area.rb_node va_start\n"
		   "kdumpkit walk --type chain vmcore 0xffff888004c2d000 filename.next",
	.run = run,
};
