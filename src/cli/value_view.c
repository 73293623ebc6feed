/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/value_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/i18n.h"
#include "core/text.h"
#include "vmcore/kernel/value.h"

/* What is open around the value: where it is written and what stands before it. */
struct text_view {
	FILE *out;
	struct kdk_types *types;
	unsigned int depth;
	unsigned int flags;		/* of kdk_text_print() */
	bool inline_array[KDK_VALUE_DEPTH + 2];	/* {1, 2, 3} on one line */
	bool filled[KDK_VALUE_DEPTH + 2];
};

char *kdk_type_text(struct kdk_types *types, uint32_t id, const char *name)
{
	struct kdk_buffer buffer = { 0 };
	struct kdk_error *err;
	char *text = NULL;

	kdk_types_declare(types, id, name, &buffer);
	err = kdk_buffer_take(&buffer, &text);
	kdk_error_destroy(err);
	return err ? NULL : text;
}

static void put(const struct text_view *view, const char *text)
{
	kdk_text_print(view->out, text, strlen(text), view->flags);
}

static bool is_compound(struct kdk_types *types, uint32_t id)
{
	struct kdk_type type;

	return kdk_types_get(types, kdk_types_resolve(types, id), &type) &&
	       (type.kind == KDK_TYPE_STRUCT || type.kind == KDK_TYPE_UNION ||
		type.kind == KDK_TYPE_ARRAY);
}

/* Ends what stands before, then "name = " or "[3] = ". */
static void put_name(struct text_view *view, const struct kdk_value *value)
{
	if (view->inline_array[view->depth]) {
		fputs(view->filled[view->depth] ? ", " : "", view->out);
		view->filled[view->depth] = true;
		return;
	}
	if (view->depth)
		fputs(view->filled[view->depth] ? ",\n" : "\n", view->out);
	view->filled[view->depth] = true;
	fprintf(view->out, "%*s", (int)view->depth * 2, "");
	if (!value->name && view->depth) {
		if (value->repeats)
			fprintf(view->out, "[%" PRIu64 "-%" PRIu64 "] = ", value->index,
				value->index + value->repeats);
		else
			fprintf(view->out, "[%" PRIu64 "] = ", value->index);
	} else if (value->name && *value->name) {
		put(view, value->name);
		fputs(" = ", view->out);
	}
}

static void put_scalar(const struct text_view *view, const struct kdk_value *value)
{
	switch (value->kind) {
	case KDK_VALUE_POINTER:
		fprintf(view->out, "%#" PRIx64, value->number);
		if (value->symbol) {
			fputs(" <", view->out);
			put(view, value->symbol);
			fputs(">", view->out);
		}
		break;
	case KDK_VALUE_BOOL:
		fputs(value->number ? "true" : "false", view->out);
		break;
	case KDK_VALUE_TEXT:
		fputc('"', view->out);
		kdk_text_print(view->out, value->bytes, value->size, view->flags);
		fputc('"', view->out);
		break;
	case KDK_VALUE_BYTES:
		fputs("0x", view->out);
		for (size_t i = 0; i < value->size; i++)
			fprintf(view->out, "%02x", value->bytes[i]);
		break;
	case KDK_VALUE_UNREADABLE:
		fputs(_("(not in the dump)"), view->out);
		break;
	default:
		if (value->enumerator)
			put(view, value->enumerator);
		else if (value->is_signed)
			fprintf(view->out, "%" PRId64, (int64_t)value->number);
		else if (value->number >> 63)	/* an address, more often than not */
			fprintf(view->out, "%#" PRIx64, value->number);
		else
			fprintf(view->out, "%" PRIu64, value->number);
	}
}

static bool text_visit(void *context, const struct kdk_value *value)
{
	struct text_view *view = context;
	struct kdk_type type;

	put_name(view, value);
	if (value->kind != KDK_VALUE_GROUP && value->kind != KDK_VALUE_ARRAY) {
		put_scalar(view, value);
		if (view->inline_array[view->depth] && value->repeats)
			fprintf(view->out, " <%" PRIu64 "×>", value->repeats + 1);
		return true;
	}
	fputs("{", view->out);
	view->depth++;
	view->filled[view->depth] = false;
	view->inline_array[view->depth] = value->kind == KDK_VALUE_ARRAY &&
		kdk_types_get(view->types, kdk_types_resolve(view->types, value->type), &type) &&
		!is_compound(view->types, type.target);
	return true;
}

static bool text_leave(void *context, const struct kdk_value *value)
{
	struct text_view *view = context;
	bool on_one_line = view->inline_array[view->depth] || !view->filled[view->depth];

	if (value->cut)
		fputs(", …", view->out);
	view->depth--;
	if (!on_one_line)
		fprintf(view->out, "\n%*s", (int)view->depth * 2, "");
	fputs("}", view->out);
	return true;
}

struct kdk_error *kdk_value_print(FILE *out, struct kdk_kernel *kernel, uint32_t type,
				  uint64_t address, char **members, size_t count)
{
	struct text_view view = { .out = out, .flags = kdk_text_locale_flags() };
	const struct kdk_value_visitor visitor = { text_visit, text_leave, &view, false };
	struct kdk_error *err = kdk_kernel_types(kernel, &view.types);
	_cleanup_free_ char *name = NULL;

	if (err)
		return err;
	if (!count) {
		name = kdk_type_text(view.types, type, "");
		fprintf(out, "%s = ", name ? name : "?");
		err = kdk_value_walk(kernel, type, address, &visitor);
		fputc('\n', out);
		return err;
	}
	name = kdk_type_text(view.types, type, "");
	fprintf(out, "%s = {", name ? name : "?");
	view.depth = 1;
	for (size_t i = 0; !err && i < count; i++)
		err = kdk_value_walk_member(kernel, type, address, members[i], &visitor);
	fputs("\n}\n", out);
	return err;
}

struct json_view {
	struct kdk_json *json;
	const char *name;	/* of what has none: the object itself; NULL once inside it */
};

/* Members of anonymous structs and unions belong to what is around them, as in C. */
static bool is_transparent(const struct kdk_value *value)
{
	return value->kind == KDK_VALUE_GROUP && value->name && !*value->name;
}

static void json_scalar(struct kdk_json *json, const struct kdk_value *value, const char *name)
{
	switch (value->kind) {
	case KDK_VALUE_POINTER:
		kdk_json_address(json, name, value->number);
		break;
	case KDK_VALUE_BOOL:
		kdk_json_bool(json, name, value->number);
		break;
	case KDK_VALUE_TEXT:
		kdk_json_text(json, name, value->bytes, value->size);
		break;
	case KDK_VALUE_ENUM:
	case KDK_VALUE_NUMBER:
		if (value->enumerator)
			kdk_json_string(json, name, value->enumerator);
		else if (value->is_signed)
			kdk_json_signed(json, name, (int64_t)value->number);
		else
			kdk_json_unsigned(json, name, value->number);
		break;
	default:
		kdk_json_null(json, name);
	}
}

static bool json_visit(void *context, const struct kdk_value *value)
{
	struct json_view *view = context;
	const char *name = view->name ? view->name : value->name;

	if (is_transparent(value))
		return true;
	/* Unnamed bit fields are padding. */
	if (name && !*name)
		return true;
	view->name = NULL;
	if (value->kind == KDK_VALUE_GROUP)
		kdk_json_object_begin(view->json, name);
	else if (value->kind == KDK_VALUE_ARRAY)
		kdk_json_array_begin(view->json, name);
	else
		json_scalar(view->json, value, name);
	return true;
}

static bool json_leave(void *context, const struct kdk_value *value)
{
	struct json_view *view = context;

	if (is_transparent(value))
		return true;
	if (value->kind == KDK_VALUE_GROUP)
		kdk_json_object_end(view->json);
	else
		kdk_json_array_end(view->json);
	return true;
}

struct kdk_error *kdk_value_json(struct kdk_json *json, const char *name,
				 struct kdk_kernel *kernel, uint32_t type, uint64_t address,
				 char **members, size_t count)
{
	struct json_view view = { .json = json, .name = count ? NULL : "value" };
	const struct kdk_value_visitor visitor = { json_visit, json_leave, &view, true };
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);
	_cleanup_free_ char *text = NULL;

	if (err)
		return err;
	text = kdk_type_text(types, type, "");
	kdk_json_object_begin(json, name);
	kdk_json_string(json, "type", text);
	kdk_json_address(json, "address", address);
	if (count)
		kdk_json_object_begin(json, "value");
	else
		err = kdk_value_walk(kernel, type, address, &visitor);
	for (size_t i = 0; !err && i < count; i++)
		err = kdk_value_walk_member(kernel, type, address, members[i], &visitor);
	if (count)
		kdk_json_object_end(json);
	kdk_json_object_end(json);
	return err;
}
