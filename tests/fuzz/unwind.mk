# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += tests/fuzz/fuzz_unwind
FUZZ_TARGETS += fuzz_unwind

tests_fuzz_fuzz_unwind_SOURCES = tests/fuzz/fuzz_unwind.c tests/fuzz/replay.c
tests_fuzz_fuzz_unwind_LDADD = $(FUZZ_LDADD)

EXTRA_DIST += \
	tests/fuzz/corpus/unwind/aarch64 \
	tests/fuzz/corpus/unwind/aarch64_be \
	tests/fuzz/corpus/unwind/i386 \
	tests/fuzz/corpus/unwind/ppc64 \
	tests/fuzz/corpus/unwind/ppc64le \
	tests/fuzz/corpus/unwind/riscv64 \
	tests/fuzz/corpus/unwind/s390x \
	tests/fuzz/corpus/unwind/x86_64
