# SPDX-License-Identifier: GPL-2.0-or-later
format_tests = \
	tests/unit/test_codec \
	tests/unit/test_elf \
	tests/unit/test_flattened \
	tests/unit/test_format_open \
	tests/unit/test_kdump \
	tests/unit/test_split

check_PROGRAMS += $(format_tests)
TESTS += $(format_tests)

format_test_sources = \
	tests/unit/format_dump.c \
	tests/unit/format_dump.h \
	tests/unit/unit.h \
	$(mkdump_sources)

tests_unit_test_codec_SOURCES = tests/unit/test_codec.c tests/unit/unit.h
tests_unit_test_codec_LDADD = $(UNIT_LDADD)
tests_unit_test_elf_SOURCES = tests/unit/test_elf.c $(format_test_sources)
tests_unit_test_elf_LDADD = $(UNIT_LDADD)
tests_unit_test_flattened_SOURCES = tests/unit/test_flattened.c $(format_test_sources)
tests_unit_test_flattened_LDADD = $(UNIT_LDADD)
tests_unit_test_format_open_SOURCES = tests/unit/test_format_open.c $(format_test_sources)
tests_unit_test_format_open_LDADD = $(UNIT_LDADD)
tests_unit_test_kdump_SOURCES = tests/unit/test_kdump.c $(format_test_sources)
tests_unit_test_kdump_LDADD = $(UNIT_LDADD)
tests_unit_test_split_SOURCES = tests/unit/test_split.c $(format_test_sources)
tests_unit_test_split_LDADD = $(UNIT_LDADD)
