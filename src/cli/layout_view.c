/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Definitions of types: structs with their members, enums with their values. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/value_view.h"
#include "core/i18n.h"
#include "core/text.h"

#define DEPTH_MAX 16
#define MEMBERS_MAX 65536	/* of one definition */

struct layout {
	FILE *out;
	struct kdk_types *types;
	bool offsets;
	unsigned int flags;	/* of kdk_text_print() */
	uint32_t members;
};

static void put(const struct layout *layout, const char *text)
{
	kdk_text_print(layout->out, text, strlen(text), layout->flags);
}

/* An anonymous struct or union, whose members are shown in its place. */
static bool is_anonymous(struct kdk_types *types, uint32_t id, struct kdk_type *ret)
{
	return kdk_types_get(types, id, ret) &&
	       (ret->kind == KDK_TYPE_STRUCT || ret->kind == KDK_TYPE_UNION) && !*ret->name;
}

static void put_offset(const struct layout *layout, uint64_t bits, uint32_t bit_size)
{
	char text[32];

	if (!layout->offsets)
		return;
	if (bit_size)
		snprintf(text, sizeof(text), "[%" PRIu64 ":%u]", bits / 8,
			 (unsigned int)(bits % 8));
	else
		snprintf(text, sizeof(text), "[%" PRIu64 "]", bits / 8);
	fprintf(layout->out, "%9s ", text);
}

static void put_members(struct layout *layout, uint32_t id, const struct kdk_type *type,
			uint64_t base, unsigned int depth)
{
	for (uint32_t i = 0; i < type->count && ++layout->members < MEMBERS_MAX; i++) {
		struct kdk_type_member member;
		_cleanup_free_ char *text = NULL;
		struct kdk_type inner;

		if (!kdk_types_member(layout->types, id, i, &member))
			break;
		put_offset(layout, base + member.bit_offset, member.bit_size);
		fprintf(layout->out, "%*s", (int)depth * 4, "");
		if (depth < DEPTH_MAX && is_anonymous(layout->types, member.type, &inner)) {
			fputs(inner.kind == KDK_TYPE_UNION ? "union {\n" : "struct {\n", layout->out);
			put_members(layout, member.type, &inner, base + member.bit_offset, depth + 1);
			fprintf(layout->out, "%*s%*s}%s", layout->offsets ? 10 : 0, "",
				(int)depth * 4, "", *member.name ? " " : "");
			put(layout, member.name);
		} else {
			text = kdk_type_text(layout->types, member.type, member.name);
			fputs(text ? text : "?", layout->out);
		}
		if (member.bit_size)
			fprintf(layout->out, " : %u", member.bit_size);
		fputs(";\n", layout->out);
	}
}

static void put_enumerators(struct layout *layout, uint32_t id, const struct kdk_type *type)
{
	for (uint32_t i = 0; i < type->count && i < MEMBERS_MAX; i++) {
		const char *name;
		uint64_t value;

		if (!kdk_types_enumerator(layout->types, id, i, &name, &value))
			break;
		fputs("    ", layout->out);
		put(layout, name);
		if (type->is_signed)
			fprintf(layout->out, " = %" PRId64 ",\n", (int64_t)value);
		else
			fprintf(layout->out, " = %" PRIu64 ",\n", value);
	}
}

void kdk_layout_print(FILE *out, struct kdk_types *types, uint32_t id, bool offsets)
{
	struct layout layout = { out, types, offsets, kdk_text_locale_flags(), 0 };
	_cleanup_free_ char *name = NULL;
	struct kdk_type type;

	if (kdk_types_get(types, id, &type) && type.kind == KDK_TYPE_TYPEDEF) {
		name = kdk_type_text(types, type.target, type.name);
		fprintf(out, "typedef %s;\n", name ? name : "?");
		id = kdk_types_resolve(types, id);
		free(kdk_take(name));
	}
	if (!kdk_types_get(types, id, &type))
		return;
	name = kdk_type_text(types, id, "");
	if (type.kind == KDK_TYPE_STRUCT || type.kind == KDK_TYPE_UNION) {
		fprintf(out, "%s {\n", *type.name && name ? name :
			type.kind == KDK_TYPE_UNION ? "union" : "struct");
		put_members(&layout, id, &type, 0, 1);
		fputs("}\n", out);
	} else if (type.kind == KDK_TYPE_ENUM) {
		fprintf(out, "%s {\n", *type.name && name ? name : "enum");
		put_enumerators(&layout, id, &type);
		fputs("}\n", out);
	} else {
		fprintf(out, "%s\n", name ? name : "?");
	}
	if (type.size)
		fprintf(out, _("SIZE: %ju\n"), (uintmax_t)type.size);
}

static void json_members(struct layout *layout, struct kdk_json *json, uint32_t id,
			 const struct kdk_type *type, uint64_t base, unsigned int depth)
{
	kdk_json_array_begin(json, "members");
	for (uint32_t i = 0; i < type->count && ++layout->members < MEMBERS_MAX; i++) {
		struct kdk_type_member member;
		_cleanup_free_ char *text = NULL;
		struct kdk_type inner;

		if (!kdk_types_member(layout->types, id, i, &member))
			break;
		text = kdk_type_text(layout->types, member.type, "");
		kdk_json_object_begin(json, NULL);
		kdk_json_string(json, "name", member.name);
		kdk_json_string(json, "type", text);
		kdk_json_unsigned(json, "offset", (base + member.bit_offset) / 8);
		kdk_json_unsigned(json, "size", kdk_types_size(layout->types, member.type));
		if (member.bit_size) {
			kdk_json_unsigned(json, "bit_offset", (base + member.bit_offset) % 8);
			kdk_json_unsigned(json, "bit_size", member.bit_size);
		}
		if (depth < DEPTH_MAX && is_anonymous(layout->types, member.type, &inner))
			json_members(layout, json, member.type, &inner, base + member.bit_offset,
				     depth + 1);
		kdk_json_object_end(json);
	}
	kdk_json_array_end(json);
}

static const char *kind_name(enum kdk_type_kind kind)
{
	static const char *const names[] = {
		[KDK_TYPE_VOID] = "void", [KDK_TYPE_INT] = "integer", [KDK_TYPE_FLOAT] = "float",
		[KDK_TYPE_ENUM] = "enum", [KDK_TYPE_POINTER] = "pointer",
		[KDK_TYPE_ARRAY] = "array", [KDK_TYPE_STRUCT] = "struct",
		[KDK_TYPE_UNION] = "union", [KDK_TYPE_FORWARD] = "forward",
		[KDK_TYPE_TYPEDEF] = "typedef", [KDK_TYPE_QUALIFIER] = "qualifier",
		[KDK_TYPE_FUNCTION] = "function",
	};

	return names[kind];
}

void kdk_layout_json(struct kdk_json *json, struct kdk_types *types, uint32_t id)
{
	struct layout layout = { .types = types };
	_cleanup_free_ char *name = kdk_type_text(types, id, "");
	_cleanup_free_ char *behind = NULL;
	struct kdk_type type;

	kdk_json_string(json, "type", name);
	if (kdk_types_get(types, id, &type) && type.kind == KDK_TYPE_TYPEDEF) {
		behind = kdk_type_text(types, type.target, "");
		kdk_json_string(json, "typedef_of", behind);
		id = kdk_types_resolve(types, id);
	}
	if (!kdk_types_get(types, id, &type))
		return;
	kdk_json_string(json, "kind", kind_name(type.kind));
	kdk_json_unsigned(json, "size", type.size);
	if (type.kind == KDK_TYPE_STRUCT || type.kind == KDK_TYPE_UNION)
		json_members(&layout, json, id, &type, 0, 0);
	if (type.kind != KDK_TYPE_ENUM)
		return;
	kdk_json_object_begin(json, "enumerators");
	for (uint32_t i = 0; i < type.count && i < MEMBERS_MAX; i++) {
		const char *enumerator;
		uint64_t value;

		if (!kdk_types_enumerator(types, id, i, &enumerator, &value))
			break;
		if (type.is_signed)
			kdk_json_signed(json, enumerator, (int64_t)value);
		else
			kdk_json_unsigned(json, enumerator, value);
	}
	kdk_json_object_end(json);
}
