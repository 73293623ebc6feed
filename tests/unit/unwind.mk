# SPDX-License-Identifier: GPL-2.0-or-later
unwind_tests = \
	tests/unit/test_orc \
	tests/unit/test_tasks \
	tests/unit/test_unwind_chains \
	tests/unit/test_unwind_x86_64

check_PROGRAMS += $(unwind_tests)
TESTS += $(unwind_tests)

unwind_test_sources = tests/unit/unit.h tests/unit/unwind_case.c tests/unit/unwind_case.h

tests_unit_test_orc_SOURCES = tests/unit/test_orc.c tests/unit/unit.h
tests_unit_test_orc_LDADD = $(UNIT_LDADD)
tests_unit_test_tasks_SOURCES = tests/unit/test_tasks.c tests/unit/unit.h $(fake_kernel_sources)
tests_unit_test_tasks_LDADD = $(UNIT_LDADD)
tests_unit_test_unwind_chains_SOURCES = tests/unit/test_unwind_chains.c $(unwind_test_sources)
tests_unit_test_unwind_chains_LDADD = $(UNIT_LDADD)
tests_unit_test_unwind_x86_64_SOURCES = tests/unit/test_unwind_x86_64.c $(unwind_test_sources)
tests_unit_test_unwind_x86_64_LDADD = $(UNIT_LDADD)
