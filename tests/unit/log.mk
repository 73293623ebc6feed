# SPDX-License-Identifier: GPL-2.0-or-later
log_tests = \
	tests/unit/test_log_plain \
	tests/unit/test_log_print \
	tests/unit/test_log_records \
	tests/unit/test_log_ring

check_PROGRAMS += $(log_tests)
TESTS += $(log_tests)

fake_kernel_sources = \
	tests/generators/fake_kernel.c \
	tests/generators/fake_kernel.h \
	tests/generators/fake_log.c
log_test_sources = tests/unit/log_case.h tests/unit/unit.h $(fake_kernel_sources)

tests_unit_test_log_plain_SOURCES = tests/unit/test_log_plain.c $(log_test_sources)
tests_unit_test_log_plain_LDADD = $(UNIT_LDADD)
tests_unit_test_log_print_SOURCES = tests/unit/test_log_print.c $(log_test_sources)
tests_unit_test_log_print_LDADD = $(UNIT_LDADD)
tests_unit_test_log_records_SOURCES = tests/unit/test_log_records.c $(log_test_sources)
tests_unit_test_log_records_LDADD = $(UNIT_LDADD)
tests_unit_test_log_ring_SOURCES = tests/unit/test_log_ring.c $(log_test_sources)
tests_unit_test_log_ring_LDADD = $(UNIT_LDADD)
