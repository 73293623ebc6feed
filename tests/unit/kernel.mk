# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/test_memory \
	tests/unit/test_scan \
	tests/unit/test_vmcoreinfo

TESTS += \
	tests/unit/test_memory \
	tests/unit/test_scan \
	tests/unit/test_vmcoreinfo

tests_unit_test_memory_SOURCES = tests/unit/test_memory.c $(fake_machine_sources)
tests_unit_test_memory_LDADD = $(UNIT_LDADD)
tests_unit_test_scan_SOURCES = tests/unit/test_scan.c $(fake_machine_sources)
tests_unit_test_scan_LDADD = $(UNIT_LDADD)
tests_unit_test_vmcoreinfo_SOURCES = tests/unit/test_vmcoreinfo.c tests/unit/unit.h
tests_unit_test_vmcoreinfo_LDADD = $(UNIT_LDADD)
