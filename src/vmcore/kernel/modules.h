/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules of the dumped kernel. */
#ifndef KDK_MODULES_H
#define KDK_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/symtab.h"

#define KDK_MODULE_NAME 64	/* MODULE_NAME_LEN with its NUL, at most */

enum kdk_module_state {
	KDK_MODULE_LIVE,
	KDK_MODULE_COMING,
	KDK_MODULE_GOING,
	KDK_MODULE_UNFORMED,
};

/* A stretch of memory that belongs to a module. */
struct kdk_module_region {
	const char *kind;	/* "core", "init" (before 6.4); "text", "data", "rodata" … */
	uint64_t address;
	uint64_t size;
	bool init;		/* freed once the module runs */
};

#define KDK_MODULE_REGIONS 8

struct kdk_module_parameter {
	char *name;		/* hostile */
	char *value;		/* as sysfs would show it; NULL when its kind is not known */
};

struct kdk_module {
	uint64_t object;	/* address of its struct module */
	char name[KDK_MODULE_NAME];	/* hostile */
	uint64_t address;	/* as /proc/modules says */
	uint64_t size;		/* bytes, as /proc/modules says */
	enum kdk_module_state state;
	int64_t references;	/* -1: not known (CONFIG_MODULE_UNLOAD is off) */
	char **used_by;		/* names; hostile */
	size_t used_by_count;
	bool permanent;		/* has no exit */
	uint64_t taints;	/* TAINT_* bits */
	char *version;		/* MODULE_VERSION; NULL: none */
	char *srcversion;	/* NULL: none */
	uint8_t build_id[20];
	size_t build_id_size;	/* 0: not known */
	struct kdk_module_region regions[KDK_MODULE_REGIONS];
	size_t region_count;
	struct kdk_module_parameter *parameters;
	size_t parameter_count;
	char *problem;		/* what could not be read of it; NULL: all was */

	/* Private: made on first use. */
	struct kdk_symtab *symtab;
	bool details_read;
};

struct kdk_modules {
	struct kdk_module *modules;	/* in the kernel's order: last loaded first */
	size_t count;
	char *note;			/* why the list ended early; NULL */
};

/*
 * Name, place and state of each; kdk_kernel_modules() keeps them. The head is the
 * symbol `modules`, or, where kallsyms names functions only, the list in the kernel's
 * data that leads to what must be a struct module.
 */
struct kdk_error *kdk_modules_read(struct kdk_kernel *kernel, struct kdk_modules **ret);
void kdk_modules_destroy(struct kdk_modules *modules);

/* Adds used_by, versions, build id and parameters; cheap when it has been done. */
struct kdk_error *kdk_module_details(struct kdk_kernel *kernel, struct kdk_module *module);

/* By name, '-' and '_' being the same; NULL when there is none. */
struct kdk_module *kdk_modules_find(struct kdk_modules *modules, const char *name);

/* Which has that address in one of its regions; NULL: none. */
struct kdk_module *kdk_modules_at(struct kdk_modules *modules, uint64_t address);

/* Its own symbols, out of its kallsyms; read on first use. */
struct kdk_error *kdk_module_symtab(struct kdk_kernel *kernel, struct kdk_module *module,
				    const struct kdk_symtab **ret);

/* "POE", letters of the taints as the kernel writes them; at most 32 and a NUL. */
void kdk_taint_letters(uint64_t taints, char letters[33]);

const char *kdk_module_state_name(enum kdk_module_state state);

#endif
