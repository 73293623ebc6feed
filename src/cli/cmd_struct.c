/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fact.h"
#include "cli/value_view.h"
#include "core/i18n.h"
#include "core/units.h"
#include "vmcore/kernel/object.h"

#define OBJECTS_MAX 65536

static const struct kdk_option options[] = {
	{ 'o', "offsets", NULL, N_("show the offset of each member") },
	{ 'c', "count", "N", N_("show N objects that follow one another") },
	{ 'l', "member", "MEMBER", N_("the address is that of this member of the object") },
	KDK_CLI_FACT_OPTIONS
};

/* What the arguments behind the dump ask for. */
struct request {
	uint32_t type;
	uint64_t size;
	bool at_address;
	uint64_t address, count;
	char **members;
	size_t member_count;
	char *own_member;	/* owned: "comm" of "task_struct.comm" */
};

/* "task_struct.comm" is the type and a member of it. */
static struct kdk_error *find_type(struct kdk_types *types, const char *text,
				   struct request *request)
{
	_cleanup_free_ char *name = strdup(text);
	char *dot;

	if (!name)
		return &kdk_enomem;
	if (kdk_types_find(types, name, &request->type))
		return NULL;
	dot = strchr(name, '.');
	if (dot) {
		*dot = '\0';
		if (kdk_types_find(types, name, &request->type)) {
			request->own_member = strdup(dot + 1);
			return request->own_member ? NULL : &kdk_enomem;
		}
	}
	return kdk_error_new(KDK_ERROR_ABSENT, _("%s has no type \"%s\""),
			     kdk_types_source(types), text);
}

static struct kdk_error *find_address(struct kdk_cli_fact *fact, struct kdk_types *types,
				      struct request *request)
{
	const char *inside = fact->value['l'];
	struct kdk_field field;
	struct kdk_error *err;

	if (fact->count < 2)
		return NULL;
	request->at_address = true;
	err = kdk_cli_address(fact->kernel, fact->arguments[1], &request->address);
	if (err || !inside)
		return err;
	/* Both "tasks" and "task_struct.tasks". */
	err = kdk_types_member_path(types, request->type, inside, &field);
	if (err && strchr(inside, '.')) {
		kdk_error_destroy(err);
		err = kdk_types_member_path(types, request->type, strchr(inside, '.') + 1, &field);
	}
	if (!err)
		request->address -= field.offset;
	return err;
}

static struct kdk_error *read_request(struct kdk_cli_fact *fact, struct kdk_types *types,
				      struct request *request)
{
	struct kdk_error *err = find_type(types, fact->arguments[0], request);

	if (!err)
		err = find_address(fact, types, request);
	if (err)
		return err;
	request->size = kdk_types_size(types, request->type);
	request->count = 1;
	if (fact->given['c'])
		err = kdk_number_parse(fact->value['c'], &request->count);
	if (!err && request->count > OBJECTS_MAX)
		err = kdk_error_new(KDK_ERROR_USAGE, _("at most %u objects at once"), OBJECTS_MAX);
	if (fact->count > 2) {
		request->members = fact->arguments + 2;
		request->member_count = fact->count - 2;
	} else if (request->own_member) {
		request->members = &request->own_member;
		request->member_count = 1;
	}
	return err;
}

/* Without an address: the definition, or the place of one member. */
static struct kdk_error *show_layout(struct kdk_cli_fact *fact, struct kdk_types *types,
				     const struct request *request)
{
	_cleanup_free_ char *text = NULL;
	struct kdk_error *err = NULL;
	struct kdk_field field;
	struct kdk_json json;

	if (request->own_member)
		err = kdk_types_member_path(types, request->type, request->own_member, &field);
	if (err)
		return err;
	if (request->own_member)
		text = kdk_type_text(types, field.type, request->own_member);
	if (fact->cli->json) {
		kdk_json_open(&json, fact->cli->out);
		kdk_json_object_begin(&json, "layout");
		kdk_layout_json(&json, types, request->own_member ? field.type : request->type);
		if (request->own_member)
			kdk_json_unsigned(&json, "offset", field.offset);
		kdk_json_object_end(&json);
		kdk_json_close(&json);
	} else if (request->own_member) {
		fprintf(fact->cli->out, "[%ju] %s;\n", (uintmax_t)field.offset, text ? text : "?");
	} else {
		kdk_layout_print(fact->cli->out, types, request->type, fact->given['o']);
	}
	return NULL;
}

static struct kdk_error *show_objects(struct kdk_cli_fact *fact, const struct request *request)
{
	struct kdk_error *err = NULL;
	struct kdk_json json;

	if (fact->cli->json) {
		kdk_json_open(&json, fact->cli->out);
		kdk_json_array_begin(&json, "objects");
	}
	for (uint64_t i = 0; !err && i < request->count; i++) {
		uint64_t address = request->address + i * request->size;

		if (fact->cli->json)
			err = kdk_value_json(&json, NULL, fact->kernel, request->type, address,
					     request->members, request->member_count);
		else
			err = kdk_value_print(fact->cli->out, fact->kernel, request->type, address,
					      request->members, request->member_count);
	}
	if (fact->cli->json) {
		kdk_json_array_end(&json);
		kdk_json_close(&json);
	}
	return err;
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	struct kdk_cli_fact fact = { 0 };
	struct request request = { 0 };
	struct kdk_types *types;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);

	if (!err && !fact.count)
		err = kdk_error_new(KDK_ERROR_USAGE, "%s", _("which type?"));
	if (!err)
		err = kdk_kernel_types(fact.kernel, &types);
	if (!err)
		err = read_request(&fact, types, &request);
	if (!err)
		err = request.at_address ? show_objects(&fact, &request) :
					   show_layout(&fact, types, &request);
	free(request.own_member);
	kdk_cli_fact_deinit(&fact);
	return err;
}

const struct kdk_command kdk_command_struct = {
	.name = "struct",
	.summary = N_("a type with its members, or the object of that type at an address"),
	.arguments = "DUMP TYPE[.MEMBER] [ADDRESS|SYMBOL[+OFFSET] [MEMBER…]]",
	.options = options,
	.example = "kdumpkit struct -o vmcore list_head\n"
		   "kdumpkit struct vmcore task_struct init_task comm pid thread.sp\n"
		   "kdumpkit struct --json vmcore module 0xffffffffc0600000",
	.run = run,
};
