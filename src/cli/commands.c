/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include "core/i18n.h"

extern const struct kdk_command kdk_command_blocked;
extern const struct kdk_command kdk_command_bt;
extern const struct kdk_command kdk_command_check;
extern const struct kdk_command kdk_command_dis;
extern const struct kdk_command kdk_command_dmesg;
extern const struct kdk_command kdk_command_files;
extern const struct kdk_command kdk_command_info;
extern const struct kdk_command kdk_command_irq;
extern const struct kdk_command kdk_command_mem;
extern const struct kdk_command kdk_command_mod;
extern const struct kdk_command kdk_command_mount;
extern const struct kdk_command kdk_command_ps;
extern const struct kdk_command kdk_command_rd;
extern const struct kdk_command kdk_command_report;
extern const struct kdk_command kdk_command_shell;
extern const struct kdk_command kdk_command_struct;
extern const struct kdk_command kdk_command_sym;
extern const struct kdk_command kdk_command_sys;
extern const struct kdk_command kdk_command_vm;
extern const struct kdk_command kdk_command_vtop;
extern const struct kdk_command kdk_command_walk;
extern const struct kdk_command kdk_command_whatis;

static const struct kdk_command *const dump_commands[] = {
	&kdk_command_info,
	&kdk_command_check,
	&kdk_command_dmesg,
	&kdk_command_shell,
	NULL,
};

static const struct kdk_command *const kernel_commands[] = {
	&kdk_command_report,
	&kdk_command_bt,
	&kdk_command_ps,
	&kdk_command_blocked,
	&kdk_command_sys,
	&kdk_command_mod,
	&kdk_command_mount,
	&kdk_command_files,
	&kdk_command_vm,
	&kdk_command_irq,
	&kdk_command_mem,
	NULL,
};

static const struct kdk_command *const symbol_commands[] = {
	&kdk_command_sym,
	&kdk_command_whatis,
	&kdk_command_struct,
	&kdk_command_walk,
	NULL,
};

static const struct kdk_command *const memory_commands[] = {
	&kdk_command_rd,
	&kdk_command_dis,
	&kdk_command_vtop,
	NULL,
};

const struct kdk_command_group kdk_command_groups[] = {
	{ N_("Dumps"), dump_commands },
	{ N_("The crashed kernel"), kernel_commands },
	{ N_("Symbols and types"), symbol_commands },
	{ N_("Memory"), memory_commands },
	{ NULL, NULL },
};
