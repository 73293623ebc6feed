# SPDX-License-Identifier: GPL-2.0-or-later
libkdkcli_a_SOURCES += \
	src/cli/cmd_bt.c \
	src/cli/cmd_check.c \
	src/cli/cmd_dis.c \
	src/cli/cmd_dmesg.c \
	src/cli/cmd_files.c \
	src/cli/cmd_info.c \
	src/cli/cmd_irq.c \
	src/cli/cmd_mem.c \
	src/cli/cmd_mod.c \
	src/cli/cmd_mount.c \
	src/cli/cmd_ps.c \
	src/cli/cmd_rd.c \
	src/cli/cmd_report.c \
	src/cli/cmd_struct.c \
	src/cli/cmd_sym.c \
	src/cli/cmd_sys.c \
	src/cli/cmd_vm.c \
	src/cli/cmd_vtop.c \
	src/cli/cmd_walk.c \
	src/cli/cmd_whatis.c \
	src/cli/command.h \
	src/cli/commands.c \
	src/cli/fact.c \
	src/cli/fact.h \
	src/cli/help.c \
	src/cli/help.h \
	src/cli/layout_view.c \
	src/cli/open.c \
	src/cli/open.h \
	src/cli/options.c \
	src/cli/report_text.c \
	src/cli/report_text.h \
	src/cli/stack_view.c \
	src/cli/stack_view.h \
	src/cli/value_view.c \
	src/cli/value_view.h
