# SPDX-License-Identifier: GPL-2.0-or-later
report_tests = \
	tests/unit/test_crash_kind \
	tests/unit/test_fault \
	tests/unit/test_report \
	tests/unit/test_suspect

check_PROGRAMS += $(report_tests)
TESTS += $(report_tests)

tests_unit_test_crash_kind_SOURCES = tests/unit/test_crash_kind.c tests/unit/unit.h
tests_unit_test_crash_kind_LDADD = $(UNIT_LDADD)
tests_unit_test_fault_SOURCES = \
	tests/unit/test_fault.c \
	tests/unit/unit.h \
	$(fake_kernel_sources)
tests_unit_test_fault_LDADD = $(UNIT_LDADD)
tests_unit_test_report_SOURCES = \
	tests/unit/report_case.h \
	tests/unit/test_report.c \
	tests/unit/unit.h \
	$(fake_kernel_sources)
tests_unit_test_report_LDADD = $(UNIT_LDADD)
tests_unit_test_suspect_SOURCES = \
	tests/unit/report_case.h \
	tests/unit/test_suspect.c \
	tests/unit/unit.h
tests_unit_test_suspect_LDADD = $(UNIT_LDADD)
