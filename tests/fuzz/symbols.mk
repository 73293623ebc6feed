# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += tests/fuzz/fuzz_btf tests/fuzz/fuzz_symtab tests/fuzz/fuzz_view
FUZZ_TARGETS += fuzz_btf fuzz_symtab fuzz_view

tests_fuzz_fuzz_btf_SOURCES = tests/fuzz/fuzz_btf.c tests/fuzz/replay.c
tests_fuzz_fuzz_btf_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_symtab_SOURCES = tests/fuzz/fuzz_symtab.c tests/fuzz/replay.c
tests_fuzz_fuzz_symtab_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_view_SOURCES = tests/fuzz/fuzz_view.c tests/fuzz/replay.c $(flat_memory_sources)
tests_fuzz_fuzz_view_LDADD = $(FUZZ_LDADD)

EXTRA_DIST += \
	tests/fuzz/corpus/btf/described \
	tests/fuzz/corpus/btf/header-only \
	tests/fuzz/corpus/btf/kinds-be \
	tests/fuzz/corpus/btf/kinds-le \
	tests/fuzz/corpus/symtab/System.map \
	tests/fuzz/corpus/symtab/short \
	tests/fuzz/corpus/view/circle \
	tests/fuzz/corpus/view/cut \
	tests/fuzz/corpus/view/modules \
	tests/fuzz/corpus/view/no-types
