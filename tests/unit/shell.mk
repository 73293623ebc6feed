# SPDX-License-Identifier: GPL-2.0-or-later
shell_tests = \
	tests/unit/test_shell_interrupt \
	tests/unit/test_shell_names \
	tests/unit/test_shell_parse

check_PROGRAMS += $(shell_tests)
TESTS += $(shell_tests) tests/check-shell
dist_check_SCRIPTS += tests/check-shell

tests_unit_test_shell_interrupt_SOURCES = tests/unit/test_shell_interrupt.c tests/unit/unit.h
tests_unit_test_shell_interrupt_LDADD = $(UNIT_LDADD)
tests_unit_test_shell_names_SOURCES = tests/unit/test_shell_names.c tests/unit/unit.h
tests_unit_test_shell_names_LDADD = $(UNIT_LDADD)
tests_unit_test_shell_parse_SOURCES = tests/unit/test_shell_parse.c tests/unit/unit.h
tests_unit_test_shell_parse_LDADD = $(UNIT_LDADD)
