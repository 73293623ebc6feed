# SPDX-License-Identifier: GPL-2.0-or-later
libkdkcli_a_SOURCES += \
	src/cli/command.h \
	src/cli/commands.c \
	src/cli/help.c \
	src/cli/help.h \
	src/cli/options.c
