# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/test_paths \
	tests/unit/test_shape \
	tests/unit/test_trees

TESTS += \
	tests/unit/test_paths \
	tests/unit/test_shape \
	tests/unit/test_trees

tests_unit_test_paths_SOURCES = tests/unit/test_paths.c $(fake_view_sources)
tests_unit_test_paths_LDADD = $(UNIT_LDADD)
tests_unit_test_shape_SOURCES = tests/unit/test_shape.c $(fake_view_sources)
tests_unit_test_shape_LDADD = $(UNIT_LDADD)
tests_unit_test_trees_SOURCES = tests/unit/test_trees.c $(fake_view_sources)
tests_unit_test_trees_LDADD = $(UNIT_LDADD)
