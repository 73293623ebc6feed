/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations in C: from the name outwards, as C's grammar wants it. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "vmcore/kernel/types.h"

#define DEPTH_MAX 32
#define STEPS_MAX 1024		/* of one declaration: prototypes may nest without end */

/* What has been written so far, around which the next step is put. */
struct declaration {
	struct kdk_types *types;
	struct kdk_buffer inner;
	unsigned int depth;
	unsigned int *steps;
};

static void declare(struct declaration *at, uint32_t id, struct kdk_buffer *out);

/* inner = before + inner + after */
static void surround(struct declaration *at, const char *before, const char *after)
{
	struct kdk_buffer text = { 0 };

	kdk_buffer_puts(&text, before);
	if (at->inner.size)
		kdk_buffer_add(&text, at->inner.data, at->inner.size);
	kdk_buffer_puts(&text, after);
	text.failed |= at->inner.failed;
	kdk_buffer_deinit(&at->inner);
	at->inner = text;
}

static bool is_postfix(struct kdk_types *types, uint32_t id)
{
	struct kdk_type type;

	return kdk_types_get(types, id, &type) &&
	       (type.kind == KDK_TYPE_ARRAY || type.kind == KDK_TYPE_FUNCTION);
}

static void add_parameters(struct declaration *at, uint32_t id, const struct kdk_type *function)
{
	struct kdk_buffer text = { 0 };
	struct kdk_type_member parameter;

	kdk_buffer_puts(&text, "(");
	for (uint32_t i = 0; i < function->count; i++) {
		struct declaration one = { .types = at->types, .depth = at->depth + 1,
					   .steps = at->steps };

		if (i)
			kdk_buffer_puts(&text, ", ");
		if (*at->steps >= STEPS_MAX || !kdk_types_member(at->types, id, i, &parameter) ||
		    (!parameter.type && i + 1 == function->count)) {
			kdk_buffer_puts(&text, "...");
			break;
		}
		kdk_buffer_escape(&one.inner, parameter.name, strlen(parameter.name), 0);
		declare(&one, parameter.type, &text);
		kdk_buffer_deinit(&one.inner);
	}
	kdk_buffer_puts(&text, function->count ? ")" : "void)");
	surround(at, "", text.data ? text.data : "()");
	kdk_buffer_deinit(&text);
}

static const char *keyword(const struct kdk_type *type)
{
	switch (type->kind) {
	case KDK_TYPE_STRUCT:
		return "struct ";
	case KDK_TYPE_UNION:
		return "union ";
	case KDK_TYPE_ENUM:
		return "enum ";
	case KDK_TYPE_FORWARD:
		return type->is_union ? "union " : "struct ";
	default:
		return "";
	}
}

/* The specifier that a declaration starts with, then what was built around the name. */
static void finish(struct declaration *at, const struct kdk_type *type, struct kdk_buffer *out)
{
	const char *name = type->name;

	kdk_buffer_puts(out, keyword(type));
	if (type->kind == KDK_TYPE_VOID)
		name = "void";
	else if (!*name)
		name = "{...}";
	kdk_buffer_escape(out, name, strlen(name), 0);
	if (at->inner.size) {
		kdk_buffer_puts(out, " ");
		kdk_buffer_add(out, at->inner.data, at->inner.size);
	}
	out->failed |= at->inner.failed;
}

static void add_pointer(struct declaration *at, uint32_t target, const char *qualifier)
{
	char star[32];

	snprintf(star, sizeof(star), "*%s%s", qualifier, *qualifier && at->inner.size ? " " : "");
	surround(at, star, "");
	if (is_postfix(at->types, target))
		surround(at, "(", ")");
}

/* A qualifier belongs behind the star it qualifies, or in front of everything. */
static void take_qualifier(struct declaration *at, uint32_t *id, const struct kdk_type *type,
			   struct kdk_buffer *out)
{
	const char *word = type->qualifier ? type->qualifier : "const";
	struct kdk_type next;

	if (kdk_types_get(at->types, type->target, &next) && next.kind == KDK_TYPE_POINTER) {
		add_pointer(at, next.target, word);
		*id = next.target;
		return;
	}
	kdk_buffer_puts(out, word);
	kdk_buffer_puts(out, " ");
	*id = type->target;
}

static void declare(struct declaration *at, uint32_t id, struct kdk_buffer *out)
{
	struct kdk_type type;
	char text[32];

	for (; at->depth < DEPTH_MAX && ++*at->steps < STEPS_MAX; at->depth++) {
		if (!kdk_types_get(at->types, id, &type))
			break;
		switch (type.kind) {
		case KDK_TYPE_POINTER:
			add_pointer(at, type.target, "");
			break;
		case KDK_TYPE_ARRAY:
			snprintf(text, sizeof(text), "[%u]", type.count);
			surround(at, "", text);
			break;
		case KDK_TYPE_FUNCTION:
			add_parameters(at, id, &type);
			break;
		case KDK_TYPE_QUALIFIER:
			take_qualifier(at, &id, &type, out);
			continue;
		default:
			finish(at, &type, out);
			return;
		}
		id = type.target;
	}
	kdk_buffer_puts(out, "?");
}

void kdk_types_declare(struct kdk_types *types, uint32_t id, const char *name,
		       struct kdk_buffer *buffer)
{
	unsigned int steps = 0;
	struct declaration at = { .types = types, .steps = &steps };

	kdk_buffer_escape(&at.inner, name, strlen(name), 0);
	declare(&at, id, buffer);
	kdk_buffer_deinit(&at.inner);
}

void kdk_types_name(struct kdk_types *types, uint32_t id, struct kdk_buffer *buffer)
{
	kdk_types_declare(types, id, "", buffer);
}
