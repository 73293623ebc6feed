/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/types.h"

#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/types_source.h"

#define RESOLVE_MAX 64		/* typedefs of typedefs */
#define ANONYMOUS_MAX 16	/* anonymous structs within each other */
#define MEMBERS_MAX (1u << 18)	/* looked at for one path: they may nest without end */
#define PATH_MAX_BYTES 512

/* An answer to kdk_types_field(), kept; size 0 and type 0: there is no such field. */
struct field_slot {
	char *path;		/* owned; NULL: empty */
	bool found;
	struct kdk_field field;
};

struct kdk_types {
	const struct kdk_types_source *ops;
	void *source;
	char *name;
	struct field_slot *slots;
	size_t slot_count;	/* power of two, at most half full */
	size_t used;
};

struct kdk_error *kdk_types_create(const struct kdk_types_source *ops, void *source,
				   const char *name, struct kdk_types **ret)
{
	struct kdk_types *types = calloc(1, sizeof(*types));

	if (types) {
		types->ops = ops;
		types->source = source;
		types->name = strdup(name);
		types->slot_count = 256;
		types->slots = calloc(types->slot_count, sizeof(*types->slots));
	}
	if (!types || !types->name || !types->slots) {
		if (types)
			kdk_types_destroy(types);
		else
			ops->destroy(source);
		return &kdk_enomem;
	}
	*ret = types;
	return NULL;
}

void kdk_types_destroy(struct kdk_types *types)
{
	if (!types)
		return;
	types->ops->destroy(types->source);
	for (size_t i = 0; types->slots && i < types->slot_count; i++)
		free(types->slots[i].path);
	free(types->slots);
	free(types->name);
	free(types);
}

const char *kdk_types_source(const struct kdk_types *types)
{
	return types->name;
}

bool kdk_types_get(struct kdk_types *types, uint32_t id, struct kdk_type *ret)
{
	return types->ops->get(types->source, id, ret);
}

bool kdk_types_member(struct kdk_types *types, uint32_t id, uint32_t index,
		      struct kdk_type_member *ret)
{
	return types->ops->member(types->source, id, index, ret);
}

bool kdk_types_enumerator(struct kdk_types *types, uint32_t id, uint32_t index,
			  const char **ret_name, uint64_t *ret_value)
{
	return types->ops->enumerator(types->source, id, index, ret_name, ret_value);
}

bool kdk_types_constant(struct kdk_types *types, const char *name, uint64_t *ret)
{
	return types->ops->constant(types->source, name, ret);
}

uint32_t kdk_types_resolve(struct kdk_types *types, uint32_t id)
{
	struct kdk_type type;

	for (int i = 0; i < RESOLVE_MAX; i++) {
		if (!kdk_types_get(types, id, &type) ||
		    (type.kind != KDK_TYPE_TYPEDEF && type.kind != KDK_TYPE_QUALIFIER))
			break;
		id = type.target;
	}
	return id;
}

uint64_t kdk_types_size(struct kdk_types *types, uint32_t id)
{
	struct kdk_type type;

	return kdk_types_get(types, kdk_types_resolve(types, id), &type) ? type.size : 0;
}

/* Behind "struct ", "union " or "enum "; all kinds with that keyword in *ret_kinds. */
static const char *skip_keyword(const char *name, uint32_t *ret_kinds)
{
	static const struct {
		const char *word;
		uint32_t kinds;
	} words[] = {
		{ "struct ", KDK_TYPE_BIT(KDK_TYPE_STRUCT) },
		{ "union ", KDK_TYPE_BIT(KDK_TYPE_UNION) },
		{ "enum ", KDK_TYPE_BIT(KDK_TYPE_ENUM) },
	};

	*ret_kinds = 0;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(words); i++) {
		size_t length = strlen(words[i].word);

		if (strncmp(name, words[i].word, length))
			continue;
		*ret_kinds = words[i].kinds;
		name += length;
		return name + strspn(name, " ");
	}
	return name;
}

bool kdk_types_find(struct kdk_types *types, const char *name, uint32_t *ret)
{
	const uint32_t tagged = KDK_TYPE_BIT(KDK_TYPE_STRUCT) | KDK_TYPE_BIT(KDK_TYPE_UNION) |
				KDK_TYPE_BIT(KDK_TYPE_ENUM);
	const uint32_t plain = KDK_TYPE_BIT(KDK_TYPE_TYPEDEF) | KDK_TYPE_BIT(KDK_TYPE_INT) |
			       KDK_TYPE_BIT(KDK_TYPE_FLOAT);
	uint32_t kinds;

	name = skip_keyword(name, &kinds);
	if (kinds)
		return types->ops->find(types->source, name, kinds, ret);
	return types->ops->find(types->source, name, tagged, ret) ||
	       types->ops->find(types->source, name, plain, ret);
}

bool kdk_types_find_function(struct kdk_types *types, const char *name, uint32_t *ret)
{
	return types->ops->function && types->ops->function(types->source, name, ret);
}

bool kdk_types_find_variable(struct kdk_types *types, const char *name, uint32_t *ret)
{
	return types->ops->variable && types->ops->variable(types->source, name, ret);
}

/* Copies up to '|' or the end; false when it does not fit. Moves *at behind it. */
static bool next_alternative(const char **at, char text[PATH_MAX_BYTES])
{
	size_t length = strcspn(*at, "|");

	if (length >= PATH_MAX_BYTES)
		return false;
	memcpy(text, *at, length);
	text[length] = '\0';
	*at += length;
	if (**at)
		++*at;
	return true;
}

uint64_t kdk_types_sizeof(struct kdk_types *types, const char *name)
{
	char text[PATH_MAX_BYTES];
	uint32_t id;

	while (*name && next_alternative(&name, text))
		if (kdk_types_find(types, text, &id))
			return kdk_types_size(types, id);
	return 0;
}

/* A member of struct `id` by name, looked for in anonymous members too; adds its place to field. */
static bool find_member(struct kdk_types *types, uint32_t id, const char *name,
			struct kdk_field *field, unsigned int depth, uint32_t *looked)
{
	struct kdk_type_member member;
	struct kdk_type type;

	id = kdk_types_resolve(types, id);
	if (depth > ANONYMOUS_MAX || !kdk_types_get(types, id, &type) ||
	    (type.kind != KDK_TYPE_STRUCT && type.kind != KDK_TYPE_UNION))
		return false;
	for (uint32_t i = 0; i < type.count && ++*looked < MEMBERS_MAX; i++) {
		if (!kdk_types_member(types, id, i, &member))
			break;
		if (*member.name && !strcmp(member.name, name)) {
			field->type = member.type;
			field->bit_size = member.bit_size;
			field->bit_offset = member.bit_offset % 8;
			field->offset += member.bit_offset / 8;
			return true;
		}
		if (*member.name)
			continue;
		if (find_member(types, member.type, name, field, depth + 1, looked)) {
			field->offset += member.bit_offset / 8;
			return true;
		}
	}
	return false;
}

/* "[3]" behind a member: an element of an array. */
static bool take_index(struct kdk_types *types, const char **at, struct kdk_field *field)
{
	struct kdk_type array;
	uint64_t index, size, offset;
	char *end;

	if ((*at)[1] < '0' || (*at)[1] > '9')
		return false;
	index = strtoull(*at + 1, &end, 0);
	if (*end != ']' ||
	    !kdk_types_get(types, kdk_types_resolve(types, field->type), &array) ||
	    array.kind != KDK_TYPE_ARRAY)
		return false;
	size = kdk_types_size(types, array.target);
	if (__builtin_mul_overflow(index, size, &offset) ||
	    __builtin_add_overflow(field->offset, offset, &field->offset))
		return false;
	field->type = array.target;
	*at = end + 1;
	return true;
}

/* "member.member[3]" of the struct in ret->type. Cuts up `path` on its way. */
static bool follow_members(struct kdk_types *types, char *at, struct kdk_field *ret)
{
	uint32_t looked = 0;

	while (*at) {
		size_t length = strcspn(at, ".[");
		const char *rest = at + length;
		char separator = *rest;

		at[length] = '\0';
		if (!find_member(types, ret->type, at, ret, 0, &looked))
			return false;
		at[length] = separator;
		while (*rest == '[')
			if (!take_index(types, &rest, ret))
				return false;
		if (*rest && *rest != '.')
			return false;
		at += rest - at + (*rest == '.');
	}
	ret->size = kdk_types_size(types, ret->type);
	return true;
}

/* "struct.member.member[3]", no alternatives. Cuts up `path`. */
static bool follow_path(struct kdk_types *types, char *path, struct kdk_field *ret)
{
	char *at = strchr(path, '.');

	*ret = (struct kdk_field){ 0 };
	if (!at)
		return false;
	*at++ = '\0';
	return kdk_types_find(types, path, &ret->type) && follow_members(types, at, ret);
}

struct kdk_error *kdk_types_member_path(struct kdk_types *types, uint32_t type,
					const char *path, struct kdk_field *ret)
{
	char text[PATH_MAX_BYTES];
	struct kdk_type outer;
	const char *at = path;

	*ret = (struct kdk_field){ .type = type };
	if (*path && next_alternative(&at, text) && !*at && follow_members(types, text, ret))
		return NULL;
	if (!kdk_types_get(types, kdk_types_resolve(types, type), &outer))
		outer.name = "";
	return kdk_error_new(KDK_ERROR_ABSENT, "%s has no member \"%s\"",
			     *outer.name ? outer.name : "the type", path);
}

static bool follow_alternatives(struct kdk_types *types, const char *path,
				struct kdk_field *ret)
{
	char text[PATH_MAX_BYTES];

	while (*path && next_alternative(&path, text))
		if (follow_path(types, text, ret))
			return true;
	return false;
}

/* FNV-1a */
static uint32_t path_hash(const char *path)
{
	uint32_t hash = 2166136261u;

	for (; *path; path++)
		hash = (hash ^ (uint8_t)*path) * 16777619u;
	return hash;
}

/* The slot of a path, or the empty one where it belongs. */
static struct field_slot *find_slot(struct field_slot *slots, size_t count, const char *path)
{
	size_t i = path_hash(path) & (count - 1);

	while (slots[i].path && strcmp(slots[i].path, path))
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static bool grow_slots(struct kdk_types *types)
{
	size_t count = types->slot_count * 2;
	struct field_slot *slots;

	if (types->used * 2 < types->slot_count)
		return true;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < types->slot_count; i++)
		if (types->slots[i].path)
			*find_slot(slots, count, types->slots[i].path) = types->slots[i];
	free(types->slots);
	types->slots = slots;
	types->slot_count = count;
	return true;
}

struct kdk_error *kdk_types_field(struct kdk_types *types, const char *path,
				  struct kdk_field *ret)
{
	struct field_slot *slot = find_slot(types->slots, types->slot_count, path);

	if (!slot->path) {
		if (!grow_slots(types))
			return &kdk_enomem;
		slot = find_slot(types->slots, types->slot_count, path);
		slot->path = strdup(path);
		if (!slot->path)
			return &kdk_enomem;
		slot->found = follow_alternatives(types, path, &slot->field);
		types->used++;
	}
	if (!slot->found)
		return kdk_error_new(KDK_ERROR_ABSENT, "%s has no member \"%s\"", types->name,
				     path);
	*ret = slot->field;
	return NULL;
}
