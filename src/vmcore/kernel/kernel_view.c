/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel learns of itself when first asked: symbols, types, modules. */
#include "vmcore/kernel/debuginfo.h"
#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/kernel_view.h"
#include "vmcore/kernel/modules.h"
#include "vmcore/kernel/symbols_source.h"
#include "vmcore/kernel/types_source.h"

static struct kdk_error *copy_error(const struct kdk_error *err)
{
	struct kdk_error *copy = kdk_error_new(err->kind, "%s", err->message);

	if (copy != &kdk_enomem)
		copy->errnum = err->errnum;
	return copy;
}

enum part {
	PART_SYMBOLS = 1,
	PART_TYPES = 2,
	PART_MODULES = 4,
};

/* Making one may ask for another that is being made itself: that is told this. */
static struct kdk_error *begin(struct kdk_kernel *kernel, enum part part, const char *what)
{
	if (kernel->parts_in_making & part)
		return kdk_error_new(KDK_ERROR_ABSENT, "the dump's %s are not known yet", what);
	kernel->parts_in_making |= part;
	return NULL;
}

/* An error is kept, unless it may be owed to what was still in the making. */
static struct kdk_error *end(struct kdk_kernel *kernel, enum part part, struct kdk_error *err,
			     struct kdk_error **kept)
{
	kernel->parts_in_making &= ~(unsigned int)part;
	if (!err || kernel->parts_in_making)
		return err;
	*kept = err;
	return copy_error(err);
}

struct kdk_error *kdk_kernel_symbols(struct kdk_kernel *kernel, struct kdk_symbols **ret)
{
	struct kdk_error *err = NULL;

	if (kernel->symbols_error)
		return copy_error(kernel->symbols_error);
	if (!kernel->symbols) {
		err = begin(kernel, PART_SYMBOLS, "symbols");
		if (!err)
			err = end(kernel, PART_SYMBOLS,
				  kdk_symbols_create(kernel, &kernel->symbols),
				  &kernel->symbols_error);
	}
	if (!err)
		*ret = kernel->symbols;
	return err;
}

static struct kdk_error *make_types(struct kdk_kernel *kernel, struct kdk_types **ret)
{
	if (!kernel->memory)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "the dump's architecture is not known: its memory cannot be read");
	return kdk_error_wrap(kdk_types_from_btf(kernel, ret), "no types");
}

struct kdk_error *kdk_kernel_types(struct kdk_kernel *kernel, struct kdk_types **ret)
{
	struct kdk_error *err = NULL;

	if (kernel->types_error)
		return copy_error(kernel->types_error);
	if (!kernel->types) {
		err = begin(kernel, PART_TYPES, "types");
		if (!err)
			err = end(kernel, PART_TYPES, make_types(kernel, &kernel->types),
				  &kernel->types_error);
	}
	if (!err)
		*ret = kernel->types;
	return err;
}

struct kdk_error *kdk_kernel_modules(struct kdk_kernel *kernel, struct kdk_modules **ret)
{
	struct kdk_error *err = NULL;

	if (kernel->modules_error)
		return copy_error(kernel->modules_error);
	if (!kernel->modules) {
		err = begin(kernel, PART_MODULES, "modules");
		if (!err)
			err = end(kernel, PART_MODULES,
				  kdk_modules_read(kernel, &kernel->modules),
				  &kernel->modules_error);
	}
	if (!err)
		*ret = kernel->modules;
	return err;
}

void kdk_kernel_view_deinit(struct kdk_kernel *kernel)
{
	kdk_debuginfo_destroy(kernel->lines);
	kdk_modules_destroy(kernel->modules);
	kdk_types_destroy(kernel->types);
	kdk_symbols_destroy(kernel->symbols);
	kdk_error_destroy(kernel->debuginfo_error);
	kdk_error_destroy(kernel->modules_error);
	kdk_error_destroy(kernel->types_error);
	kdk_error_destroy(kernel->symbols_error);
}
