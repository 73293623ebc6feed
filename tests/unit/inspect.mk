# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/test_disassembly \
	tests/unit/test_lock_wait

TESTS += \
	tests/unit/test_disassembly \
	tests/unit/test_lock_wait

tests_unit_test_disassembly_SOURCES = tests/unit/test_disassembly.c $(fake_view_sources)
tests_unit_test_disassembly_LDADD = $(UNIT_LDADD)
tests_unit_test_lock_wait_SOURCES = tests/unit/test_lock_wait.c $(fake_view_sources)
tests_unit_test_lock_wait_LDADD = $(UNIT_LDADD)
