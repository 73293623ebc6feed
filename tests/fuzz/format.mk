# SPDX-License-Identifier: GPL-2.0-or-later
# tests/generators/format_seeds writes the corpora.
check_PROGRAMS += \
	tests/fuzz/fuzz_codec \
	tests/fuzz/fuzz_elf \
	tests/fuzz/fuzz_flattened \
	tests/fuzz/fuzz_kdump
FUZZ_TARGETS += fuzz_codec fuzz_elf fuzz_flattened fuzz_kdump

tests_fuzz_fuzz_codec_SOURCES = tests/fuzz/fuzz_codec.c tests/fuzz/replay.c
tests_fuzz_fuzz_codec_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_elf_SOURCES = tests/fuzz/fuzz_elf.c tests/fuzz/fuzz_dump.h tests/fuzz/replay.c
tests_fuzz_fuzz_elf_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_flattened_SOURCES = tests/fuzz/fuzz_flattened.c tests/fuzz/fuzz_dump.h tests/fuzz/replay.c
tests_fuzz_fuzz_flattened_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_kdump_SOURCES = tests/fuzz/fuzz_kdump.c tests/fuzz/fuzz_dump.h tests/fuzz/replay.c
tests_fuzz_fuzz_kdump_LDADD = $(FUZZ_LDADD)
