# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/test_error \
	tests/unit/test_json \
	tests/unit/test_options \
	tests/unit/test_progress \
	tests/unit/test_sys \
	tests/unit/test_table \
	tests/unit/test_text \
	tests/unit/test_units

TESTS += \
	tests/unit/test_error \
	tests/unit/test_json \
	tests/unit/test_options \
	tests/unit/test_progress \
	tests/unit/test_sys \
	tests/unit/test_table \
	tests/unit/test_text \
	tests/unit/test_units

tests_unit_test_error_SOURCES = tests/unit/test_error.c tests/unit/unit.h
tests_unit_test_error_LDADD = $(UNIT_LDADD)
tests_unit_test_json_SOURCES = tests/unit/test_json.c
tests_unit_test_json_LDADD = $(UNIT_LDADD)
tests_unit_test_options_SOURCES = tests/unit/test_options.c
tests_unit_test_options_LDADD = $(UNIT_LDADD)
tests_unit_test_progress_SOURCES = tests/unit/test_progress.c
tests_unit_test_progress_LDADD = $(UNIT_LDADD)
tests_unit_test_sys_SOURCES = tests/unit/test_sys.c tests/unit/sys_recorder.c tests/unit/sys_recorder.h
tests_unit_test_sys_LDADD = $(UNIT_LDADD)
tests_unit_test_table_SOURCES = tests/unit/test_table.c
tests_unit_test_table_LDADD = $(UNIT_LDADD)
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_LDADD = $(UNIT_LDADD)
tests_unit_test_units_SOURCES = tests/unit/test_units.c
tests_unit_test_units_LDADD = $(UNIT_LDADD)
