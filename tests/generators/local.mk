# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += tests/generators/mkdump tests/generators/format_seeds

mkdump_sources = \
	tests/generators/mkdump.c \
	tests/generators/mkdump.h \
	tests/generators/mkdump_bytes.c \
	tests/generators/mkdump_elf.c \
	tests/generators/mkdump_kdump.c \
	tests/generators/mkdump_spec.h

tests_generators_mkdump_SOURCES = tests/generators/mkdump_main.c $(mkdump_sources)
tests_generators_mkdump_LDADD = $(GENERATOR_LDADD)

# Writes the corpora: format_seeds tests/fuzz/corpus
tests_generators_format_seeds_SOURCES = tests/generators/format_seeds.c $(mkdump_sources)
tests_generators_format_seeds_LDADD = $(GENERATOR_LDADD)
