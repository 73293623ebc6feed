/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include "core/i18n.h"

extern const struct kdk_command kdk_command_bt;
extern const struct kdk_command kdk_command_check;
extern const struct kdk_command kdk_command_dmesg;
extern const struct kdk_command kdk_command_info;
extern const struct kdk_command kdk_command_ps;
extern const struct kdk_command kdk_command_rd;
extern const struct kdk_command kdk_command_vtop;

static const struct kdk_command *const dump_commands[] = {
	&kdk_command_info,
	&kdk_command_check,
	&kdk_command_dmesg,
	NULL,
};

static const struct kdk_command *const kernel_commands[] = {
	&kdk_command_bt,
	&kdk_command_ps,
	NULL,
};

static const struct kdk_command *const memory_commands[] = {
	&kdk_command_rd,
	&kdk_command_vtop,
	NULL,
};

const struct kdk_command_group kdk_command_groups[] = {
	{ N_("Dumps"), dump_commands },
	{ N_("The crashed kernel"), kernel_commands },
	{ N_("Memory"), memory_commands },
	{ NULL, NULL },
};
