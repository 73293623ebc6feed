/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types and values of the dumped kernel as C text or JSON. */
#ifndef KDK_CLI_VALUE_VIEW_H
#define KDK_CLI_VALUE_VIEW_H

#include "cli/command.h"
#include "core/json.h"
#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/types.h"

/*
 * The object of `type` at `address`, or those of its members that are named: "comm",
 * "thread.sp". In JSON an object, named `name`; NULL inside an array.
 */
struct kdk_error *kdk_value_print(FILE *out, struct kdk_kernel *kernel, uint32_t type,
				  uint64_t address, char **members, size_t count);
struct kdk_error *kdk_value_json(struct kdk_json *json, const char *name,
				 struct kdk_kernel *kernel, uint32_t type, uint64_t address,
				 char **members, size_t count);

/* The definition of a type, with offsets where wanted; its size stands below. */
void kdk_layout_print(FILE *out, struct kdk_types *types, uint32_t id, bool offsets);
void kdk_layout_json(struct kdk_json *json, struct kdk_types *types, uint32_t id);

/* "struct list_head", escaped; the caller frees it. NULL when memory is short. */
char *kdk_type_text(struct kdk_types *types, uint32_t id, const char *name);

#endif
