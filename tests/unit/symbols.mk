# SPDX-License-Identifier: GPL-2.0-or-later
fake_view_sources = tests/unit/fake_btf.c tests/unit/fake_btf.h tests/unit/fake_view.c \
	tests/unit/fake_view.h $(fake_machine_sources)

check_PROGRAMS += \
	tests/unit/test_btf \
	tests/unit/test_debuginfo \
	tests/unit/test_kallsyms \
	tests/unit/test_modules \
	tests/unit/test_symtab \
	tests/unit/test_types

TESTS += \
	tests/unit/test_btf \
	tests/unit/test_debuginfo \
	tests/unit/test_kallsyms \
	tests/unit/test_modules \
	tests/unit/test_symtab \
	tests/unit/test_types

tests_unit_test_btf_SOURCES = tests/unit/test_btf.c tests/unit/fake_btf.c tests/unit/fake_btf.h
tests_unit_test_btf_LDADD = $(UNIT_LDADD)
tests_unit_test_kallsyms_SOURCES = tests/unit/test_kallsyms.c $(fake_view_sources)
tests_unit_test_kallsyms_LDADD = $(UNIT_LDADD)
tests_unit_test_modules_SOURCES = tests/unit/test_modules.c $(fake_view_sources)
tests_unit_test_modules_LDADD = $(UNIT_LDADD)
tests_unit_test_symtab_SOURCES = tests/unit/test_symtab.c
tests_unit_test_symtab_LDADD = $(UNIT_LDADD)
tests_unit_test_types_SOURCES = tests/unit/test_types.c $(fake_view_sources)
tests_unit_test_types_LDADD = $(UNIT_LDADD)

# It reads its own DWARF, whatever CFLAGS say.
tests_unit_test_debuginfo_SOURCES = tests/unit/test_debuginfo.c
tests_unit_test_debuginfo_CFLAGS = $(AM_CFLAGS) -g
tests_unit_test_debuginfo_LDADD = $(UNIT_LDADD)
