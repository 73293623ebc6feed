/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types out of BTF. Each module's BTF numbers its own types from the end of the
 * kernel's; here every module gets a window of numbers of its own behind those.
 */
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/btf.h"
#include "vmcore/kernel/btf_find.h"
#include "vmcore/kernel/types_source.h"

/* A module's BTF: types first … first + (end − base end) are its own. */
struct window {
	struct kdk_btf *btf;	/* owned */
	uint32_t first;
	uint32_t end;
};

/* An enumerator's name: where its enum is. id 0: empty. */
struct constant {
	uint32_t hash;
	uint32_t id;
	uint32_t index;
};

struct source {
	struct kdk_kernel *kernel;
	struct kdk_btf *base;		/* owned */
	uint32_t base_end;
	unsigned int word_bytes;
	struct window *windows;
	size_t window_count;
	bool modules_loaded;
	struct constant *constants;	/* made when first asked */
	size_t constant_slots;		/* power of two, at most half full */
};

/* The BTF that `id` is in, with its number there; NULL for a number of none. */
static const struct kdk_btf *locate(const struct source *source, uint32_t id, uint32_t *ret_id,
				    const struct window **ret_window)
{
	*ret_id = id;
	*ret_window = NULL;
	if (id < source->base_end)
		return source->base;
	for (size_t i = 0; i < source->window_count; i++) {
		const struct window *window = &source->windows[i];

		if (id < window->first || id >= window->end)
			continue;
		*ret_window = window;
		*ret_id = id - window->first + source->base_end;
		return window->btf;
	}
	return NULL;
}

/* A number of the BTF in `window` as ours; NULL is the kernel's own. */
static uint32_t globalize(const struct source *source, const struct window *window, uint32_t id)
{
	uint32_t own;

	if (!window || id < source->base_end)
		return id;
	own = id - source->base_end;
	return own < window->end - window->first ? window->first + own : UINT32_MAX;
}

static enum kdk_type_kind kind_of(enum kdk_btf_kind kind)
{
	switch (kind) {
	case KDK_BTF_INT:
		return KDK_TYPE_INT;
	case KDK_BTF_FLOAT:
		return KDK_TYPE_FLOAT;
	case KDK_BTF_ENUM:
	case KDK_BTF_ENUM64:
		return KDK_TYPE_ENUM;
	case KDK_BTF_PTR:
		return KDK_TYPE_POINTER;
	case KDK_BTF_ARRAY:
		return KDK_TYPE_ARRAY;
	case KDK_BTF_STRUCT:
		return KDK_TYPE_STRUCT;
	case KDK_BTF_UNION:
		return KDK_TYPE_UNION;
	case KDK_BTF_FWD:
		return KDK_TYPE_FORWARD;
	case KDK_BTF_TYPEDEF:
		return KDK_TYPE_TYPEDEF;
	case KDK_BTF_CONST:
	case KDK_BTF_VOLATILE:
	case KDK_BTF_RESTRICT:
		return KDK_TYPE_QUALIFIER;
	case KDK_BTF_FUNC_PROTO:
		return KDK_TYPE_FUNCTION;
	default:
		return KDK_TYPE_VOID;
	}
}

/* What stands for nothing in C (tags, variables, functions) gives way to what is behind it. */
static uint32_t skip_tags(const struct kdk_btf *btf, uint32_t id, struct kdk_btf_type *type)
{
	const uint32_t through = 1u << KDK_BTF_TYPE_TAG | 1u << KDK_BTF_VAR | 1u << KDK_BTF_FUNC |
				 1u << KDK_BTF_DECL_TAG;

	for (int i = 0; i < 16 && type->kind < 32 && through >> type->kind & 1; i++) {
		id = type->target;
		if (!kdk_btf_type(btf, id, type))
			break;
	}
	return id;
}

static bool source_get(void *private, uint32_t id, struct kdk_type *ret)
{
	const struct source *source = private;
	const struct window *window;
	struct kdk_btf_type type;
	const struct kdk_btf *btf = locate(source, id, &id, &window);

	if (!btf || !kdk_btf_type(btf, id, &type))
		return false;
	id = skip_tags(btf, id, &type);
	*ret = (struct kdk_type){
		.id = globalize(source, window, id),
		.kind = kind_of(type.kind),
		.name = type.name,
		.size = type.size,
		.target = globalize(source, window, type.target),
		.count = type.count,
		.is_signed = type.encoding & KDK_BTF_SIGNED,
		.is_char = type.encoding & KDK_BTF_CHAR,
		.is_bool = type.encoding & KDK_BTF_BOOL,
		.is_union = type.flag,
	};
	if (type.kind == KDK_BTF_CONST)
		ret->qualifier = "const";
	else if (type.kind == KDK_BTF_VOLATILE)
		ret->qualifier = "volatile";
	else if (type.kind == KDK_BTF_RESTRICT)
		ret->qualifier = "restrict";
	else if (type.kind == KDK_BTF_PTR)
		ret->size = source->word_bytes;
	else if (type.kind == KDK_BTF_ARRAY &&
		 !kdk_btf_size(btf, id, source->word_bytes, &ret->size))
		ret->size = 0;
	/* gcc describes char as a plain signed integer of one byte; u8 is a number. */
	if (ret->kind == KDK_TYPE_INT && type.size == 1 && !ret->is_bool &&
	    !strcmp(type.name, "char"))
		ret->is_char = true;
	return true;
}

/* `id` with tags taken off, for questions about what it holds. */
static const struct kdk_btf *locate_bare(const struct source *source, uint32_t id,
					 uint32_t *ret_id, const struct window **ret_window)
{
	const struct kdk_btf *btf = locate(source, id, ret_id, ret_window);
	struct kdk_btf_type type;

	if (btf && kdk_btf_type(btf, *ret_id, &type))
		*ret_id = skip_tags(btf, *ret_id, &type);
	return btf;
}

static bool source_member(void *private, uint32_t id, uint32_t index,
			  struct kdk_type_member *ret)
{
	const struct window *window;
	struct kdk_btf_member member;
	const struct kdk_btf *btf = locate_bare(private, id, &id, &window);

	if (!btf || !kdk_btf_member(btf, id, index, &member))
		return false;
	*ret = (struct kdk_type_member){
		.name = member.name,
		.type = globalize(private, window, member.type),
		.bit_offset = member.bit_offset,
		.bit_size = member.bit_size,
	};
	return true;
}

static bool source_enumerator(void *private, uint32_t id, uint32_t index, const char **ret_name,
			      uint64_t *ret_value)
{
	const struct window *window;
	const struct kdk_btf *btf = locate_bare(private, id, &id, &window);

	return btf && kdk_btf_enumerator(btf, id, index, ret_name, ret_value);
}

static uint32_t btf_kinds(uint32_t kinds)
{
	uint32_t ret = 0;

	for (uint32_t kind = 0; kind <= KDK_BTF_ENUM64; kind++)
		if (kinds & KDK_TYPE_BIT(kind_of(kind)) && kind_of(kind) != KDK_TYPE_VOID)
			ret |= 1u << kind;
	return ret;
}

static void load_modules(struct source *source)
{
	struct kdk_btf_image *images = NULL;
	size_t count = 0;

	if (source->modules_loaded)
		return;
	source->modules_loaded = true;
	kdk_btf_find_modules(source->kernel, &images, &count);
	source->windows = calloc(count + 1, sizeof(*source->windows));
	for (size_t i = 0; i < count; i++) {
		struct window *window = &source->windows[source->window_count];
		uint32_t first = source->base_end;
		struct kdk_error *err;

		if (!source->windows) {
			free(images[i].data);
			continue;
		}
		if (source->window_count)
			first = window[-1].end;
		err = kdk_btf_parse(images[i].data, images[i].size, source->base,
				    source->kernel->arch->big_endian, &window->btf);
		if (err) {
			kdk_error_destroy(err);
			continue;
		}
		window->first = first;
		if (__builtin_add_overflow(first, kdk_btf_end(window->btf) - source->base_end,
					   &window->end)) {
			kdk_btf_destroy(window->btf);
			continue;
		}
		source->window_count++;
	}
	free(images);
}

/* In the kernel's BTF, then in the modules', which are read only when asked for more. */
static bool find_kinds(struct source *source, const char *name, uint32_t kinds, uint32_t *ret)
{
	uint32_t id;

	if (kdk_btf_find(source->base, name, kinds, ret))
		return true;
	load_modules(source);
	for (size_t i = 0; i < source->window_count; i++) {
		const struct window *window = &source->windows[i];

		if (kdk_btf_find(window->btf, name, kinds, &id) && id >= source->base_end) {
			*ret = globalize(source, window, id);
			return true;
		}
	}
	return false;
}

static bool source_find(void *private, const char *name, uint32_t kinds, uint32_t *ret)
{
	return find_kinds(private, name, btf_kinds(kinds), ret);
}

static bool source_function(void *private, const char *name, uint32_t *ret)
{
	return find_kinds(private, name, 1u << KDK_BTF_FUNC, ret);
}

static bool source_variable(void *private, const char *name, uint32_t *ret)
{
	return find_kinds(private, name, 1u << KDK_BTF_VAR, ret);
}

/* FNV-1a */
static uint32_t name_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

static void add_constant(struct source *source, uint32_t hash, uint32_t id, uint32_t index)
{
	size_t at = hash & (source->constant_slots - 1);

	for (size_t probes = 0; probes < 256; probes++) {
		if (!source->constants[at].id) {
			source->constants[at] = (struct constant){ hash, id, index };
			return;
		}
		at = (at + 1) & (source->constant_slots - 1);
	}
}

/* Calls add_constant() for all enumerators of the kernel's BTF, or only counts them. */
static size_t walk_constants(struct source *source, bool add)
{
	const uint32_t enums = 1u << KDK_BTF_ENUM | 1u << KDK_BTF_ENUM64;
	struct kdk_btf_type type;
	const char *name;
	size_t count = 0;
	uint64_t value;

	for (uint32_t id = 1; (id = kdk_btf_next(source->base, id, enums)); id++) {
		if (!kdk_btf_type(source->base, id, &type))
			break;
		count += type.count;
		for (uint32_t i = 0; add && i < type.count; i++)
			if (kdk_btf_enumerator(source->base, id, i, &name, &value))
				add_constant(source, name_hash(name), id, i);
	}
	return count;
}

static bool index_constants(struct source *source)
{
	size_t count;

	if (source->constants)
		return true;
	count = walk_constants(source, false);
	for (source->constant_slots = 64; source->constant_slots < count * 2;)
		source->constant_slots *= 2;
	source->constants = calloc(source->constant_slots, sizeof(*source->constants));
	if (!source->constants)
		return false;
	walk_constants(source, true);
	return true;
}

static bool source_constant(void *private, const char *name, uint64_t *ret)
{
	struct source *source = private;
	uint32_t hash = name_hash(name);
	const char *candidate;

	if (!index_constants(source))
		return false;
	for (size_t i = 0; i < 256; i++) {
		const struct constant *at =
			&source->constants[(hash + i) & (source->constant_slots - 1)];

		if (!at->id)
			return false;
		if (at->hash == hash &&
		    kdk_btf_enumerator(source->base, at->id, at->index, &candidate, ret) &&
		    !strcmp(candidate, name))
			return true;
	}
	return false;
}

static void source_destroy(void *private)
{
	struct source *source = private;

	for (size_t i = 0; i < source->window_count; i++)
		kdk_btf_destroy(source->windows[i].btf);
	free(source->windows);
	free(source->constants);
	kdk_btf_destroy(source->base);
	free(source);
}

static const struct kdk_types_source btf_source = {
	.get = source_get,
	.member = source_member,
	.enumerator = source_enumerator,
	.find = source_find,
	.function = source_function,
	.variable = source_variable,
	.constant = source_constant,
	.destroy = source_destroy,
};

struct kdk_error *kdk_types_from_btf(struct kdk_kernel *kernel, struct kdk_types **ret)
{
	struct source *source;
	struct kdk_btf *base;
	struct kdk_error *err = kdk_btf_find_kernel(kernel, &base);

	if (err)
		return err;
	source = calloc(1, sizeof(*source));
	if (!source) {
		kdk_btf_destroy(base);
		return &kdk_enomem;
	}
	source->kernel = kernel;
	source->base = base;
	source->base_end = kdk_btf_end(base);
	source->word_bytes = kernel->arch->word_bytes;
	return kdk_types_create(&btf_source, source, "BTF of the dump", ret);
}
