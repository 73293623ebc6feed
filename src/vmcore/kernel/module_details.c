/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `mod` shows of a module beside its place: users, versions, build id, parameters. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/modules.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"

#define USERS_MAX 4096
#define PARAMETERS_MAX 512
#define ELEMENTS_MAX 256
#define TEXT_MAX 1024

static struct kdk_error *add_user(struct kdk_module *module, const char *name)
{
	char **users = reallocarray(module->used_by, module->used_by_count + 1, sizeof(*users));

	if (!users)
		return &kdk_enomem;
	module->used_by = users;
	users[module->used_by_count] = strdup(name);
	return users[module->used_by_count] ? (module->used_by_count++, NULL) : &kdk_enomem;
}

/* struct module_use links who uses (source) with who is used (target). */
static struct kdk_error *read_users(struct kdk_kernel *kernel, struct kdk_module *module)
{
	struct kdk_list_walk walk = { 0 };
	char name[KDK_MODULE_NAME];
	uint64_t head, use, source;
	struct kdk_error *err;

	if (!kdk_kernel_has(kernel, "module.source_list"))
		return NULL;
	err = kdk_kernel_offset(kernel, "module.source_list", &head);
	if (!err)
		err = kdk_list_begin(&walk, kernel, module->object + head,
				     "module_use.source_list");
	while (!err && module->used_by_count < USERS_MAX && kdk_list_next(&walk, &use)) {
		err = kdk_object_u64(kernel, use, "module_use.source", &source);
		if (!err)
			err = kdk_object_string(kernel, source, "module.name", name, sizeof(name));
		if (!err)
			err = add_user(module, name);
	}
	if (!err && walk.note)
		err = kdk_error_new(KDK_ERROR_FORMAT, "users: %s", walk.note);
	kdk_list_end(&walk);
	return err;
}

/* A member that points to text; NULL stays NULL. */
static struct kdk_error *read_text(struct kdk_kernel *kernel, uint64_t object, const char *path,
				   char **ret)
{
	char text[TEXT_MAX];
	uint64_t pointer;
	struct kdk_error *err;

	if (!kdk_kernel_has(kernel, path))
		return NULL;
	err = kdk_object_u64(kernel, object, path, &pointer);
	if (err || !pointer)
		return err;
	err = kdk_kernel_string(kernel, pointer, text, sizeof(text));
	if (err)
		return err;
	*ret = strdup(text);
	return *ret ? NULL : &kdk_enomem;
}

static struct kdk_error *read_identity(struct kdk_kernel *kernel, struct kdk_module *module)
{
	static const uint8_t none[sizeof(module->build_id)];
	uint64_t init = 0, exit = 0;
	struct kdk_error *err = read_text(kernel, module->object, "module.version",
					  &module->version);

	if (!err)
		err = read_text(kernel, module->object, "module.srcversion", &module->srcversion);
	if (!err && kdk_kernel_has(kernel, "module.build_id")) {
		err = kdk_object_bytes(kernel, module->object, "module.build_id",
				       module->build_id, sizeof(module->build_id));
		if (!err && memcmp(module->build_id, none, sizeof(none)))
			module->build_id_size = sizeof(module->build_id);
	}
	if (!err && kdk_kernel_has(kernel, "module.exit")) {
		err = kdk_object_u64(kernel, module->object, "module.init", &init);
		if (!err)
			err = kdk_object_u64(kernel, module->object, "module.exit", &exit);
		module->permanent = init && !exit;
	}
	return err;
}

/* Value of one number at `address`, as the kind of parameter shows it. */
struct parameter_kind {
	const char *ops;	/* symbol that kernel_param.ops points to */
	unsigned int size;	/* bytes; 0: unsigned long of the machine */
	char style;		/* d, u, x: number; b: Y or N; i: inverted; p: pointer to text */
};

static const struct parameter_kind kinds[] = {
	{ "param_ops_byte", 1, 'u' },	{ "param_ops_short", 2, 'd' },
	{ "param_ops_ushort", 2, 'u' },	{ "param_ops_int", 4, 'd' },
	{ "param_ops_uint", 4, 'u' },	{ "param_ops_long", 0, 'd' },
	{ "param_ops_ulong", 0, 'u' },	{ "param_ops_ullong", 8, 'u' },
	{ "param_ops_hexint", 4, 'x' },	{ "param_ops_bool", 1, 'b' },
	{ "param_ops_bool_enable_only", 1, 'b' },
	{ "param_ops_bint", 4, 'b' },	{ "param_ops_invbool", 1, 'i' },
	{ "param_ops_charp", 0, 'p' },
};

static const struct parameter_kind *find_kind(struct kdk_kernel *kernel, uint64_t ops)
{
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);
	uint64_t address;

	kdk_error_destroy(err);
	for (size_t i = 0; !err && ops && i < KDK_ARRAY_SIZE(kinds); i++)
		if (kdk_symbols_find(symbols, kinds[i].ops, &address) && address == ops)
			return &kinds[i];
	return NULL;
}

static int64_t sign_extend(uint64_t value, unsigned int size)
{
	return size < 8 && value >> (size * 8 - 1) & 1 ? (int64_t)(value | UINT64_MAX << size * 8) :
							 (int64_t)value;
}

static bool format_value(struct kdk_kernel *kernel, const struct parameter_kind *kind,
			 uint64_t address, char *text, size_t text_size)
{
	unsigned int size = kind->size ? kind->size : kernel->arch->word_bytes;
	uint8_t bytes[8] = { 0 };
	uint64_t value = 0;
	struct kdk_error *err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address, bytes, size);

	for (unsigned int i = 0; i < size; i++)
		value |= (uint64_t)bytes[i] << 8 * (kernel->arch->big_endian ? size - 1 - i : i);
	if (!err && kind->style == 'p' && value)
		err = kdk_kernel_string(kernel, value, text, text_size);
	else if (kind->style == 'p')
		snprintf(text, text_size, "(null)");
	else if (kind->style == 'd')
		snprintf(text, text_size, "%" PRId64, sign_extend(value, size));
	else if (kind->style == 'u')
		snprintf(text, text_size, "%" PRIu64, value);
	else if (kind->style == 'x')
		snprintf(text, text_size, "%#" PRIx64, value);
	else
		snprintf(text, text_size, "%s", !value == (kind->style == 'i') ? "Y" : "N");
	kdk_error_destroy(err);
	return !err;
}

/* An array parameter's elements, joined by commas as sysfs does. */
static bool format_array(struct kdk_kernel *kernel, uint64_t array, char *text, size_t size)
{
	uint64_t ops, element, element_size, address, pointer;
	const struct parameter_kind *kind;
	uint32_t count;
	size_t used = 0;
	struct kdk_error *err = kdk_object_u64(kernel, array, "kparam_array.ops", &ops);

	if (!err)
		err = kdk_object_u64(kernel, array, "kparam_array.elem", &address);
	if (!err)
		err = kdk_object_u64(kernel, array, "kparam_array.elemsize", &element_size);
	if (!err)
		err = kdk_object_u32(kernel, array, "kparam_array.max", &count);
	if (!err)
		err = kdk_object_u64(kernel, array, "kparam_array.num", &pointer);
	if (!err && pointer)
		err = kdk_memory_read_u32(kernel->memory, KDK_VIRTUAL, pointer, &count);
	kdk_error_destroy(err);
	kind = err ? NULL : find_kind(kernel, ops);
	*text = '\0';
	for (element = 0; kind && element < count && element < ELEMENTS_MAX; element++) {
		char one[256];

		if (!format_value(kernel, kind, address + element * element_size, one,
				  sizeof(one)))
			return false;
		if (used + strlen(one) + 2 > size)
			break;
		used += snprintf(text + used, size - used, "%s%s", element ? "," : "", one);
	}
	return kind;
}

static bool format_parameter(struct kdk_kernel *kernel, uint64_t parameter, char *text,
			     size_t size)
{
	uint64_t ops, argument, array, string;
	const struct parameter_kind *kind;
	struct kdk_error *err = kdk_object_u64(kernel, parameter, "kernel_param.ops", &ops);

	if (!err)
		err = kdk_object_u64(kernel, parameter, "kernel_param.arg", &argument);
	kdk_error_destroy(err);
	if (err)
		return false;
	kind = find_kind(kernel, ops);
	if (kind)
		return format_value(kernel, kind, argument, text, size);
	err = kdk_kernel_symbol(kernel, "param_array_ops", &array);
	kdk_error_destroy(err);
	if (!err && array == ops)
		return format_array(kernel, argument, text, size);
	err = kdk_kernel_symbol(kernel, "param_ops_string", &string);
	if (!err && string == ops)
		err = kdk_object_string(kernel, argument, "kparam_string.string", text, size);
	else if (!err)
		return false;
	kdk_error_destroy(err);
	return !err;
}

static struct kdk_error *add_parameter(struct kdk_kernel *kernel, struct kdk_module *module,
				       uint64_t address)
{
	struct kdk_module_parameter *parameter = &module->parameters[module->parameter_count];
	char text[TEXT_MAX];
	struct kdk_error *err = kdk_object_string(kernel, address, "kernel_param.name", text,
						  sizeof(text));

	if (err)
		return err;
	parameter->name = strdup(text);
	if (!parameter->name)
		return &kdk_enomem;
	module->parameter_count++;
	if (format_parameter(kernel, address, text, sizeof(text)))
		parameter->value = strdup(text);
	return NULL;
}

static struct kdk_error *read_parameters(struct kdk_kernel *kernel, struct kdk_module *module)
{
	uint64_t address, size = kdk_kernel_sizeof(kernel, "struct kernel_param");
	struct kdk_error *err;
	uint32_t count;

	err = kdk_object_u64(kernel, module->object, "module.kp", &address);
	if (!err)
		err = kdk_object_u32(kernel, module->object, "module.num_kp", &count);
	if (err || !address || !count || !size)
		return err;
	if (count > PARAMETERS_MAX)
		return kdk_error_new(KDK_ERROR_FORMAT, "%u parameters", count);
	module->parameters = calloc(count, sizeof(*module->parameters));
	if (!module->parameters)
		return &kdk_enomem;
	for (uint32_t i = 0; !err && i < count; i++)
		err = add_parameter(kernel, module, address + i * size);
	return err;
}

struct kdk_error *kdk_module_details(struct kdk_kernel *kernel, struct kdk_module *module)
{
	struct kdk_error *err;

	if (module->details_read)
		return NULL;
	module->details_read = true;
	err = read_users(kernel, module);
	if (!err)
		err = read_identity(kernel, module);
	if (!err)
		err = read_parameters(kernel, module);
	if (!err || err->kind == KDK_ERROR_MEMORY)
		return err;
	if (!module->problem)
		module->problem = strdup(err->message);
	kdk_error_destroy(err);
	return NULL;
}
