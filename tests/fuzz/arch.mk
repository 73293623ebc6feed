# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += tests/fuzz/fuzz_paging tests/fuzz/fuzz_scan tests/fuzz/fuzz_vmcoreinfo
FUZZ_TARGETS += fuzz_paging fuzz_scan fuzz_vmcoreinfo

flat_memory_sources = tests/fuzz/flat_memory.c tests/fuzz/flat_memory.h

tests_fuzz_fuzz_paging_SOURCES = tests/fuzz/fuzz_paging.c tests/fuzz/replay.c $(flat_memory_sources)
tests_fuzz_fuzz_paging_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_scan_SOURCES = tests/fuzz/fuzz_scan.c tests/fuzz/replay.c $(flat_memory_sources)
tests_fuzz_fuzz_scan_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_vmcoreinfo_SOURCES = tests/fuzz/fuzz_vmcoreinfo.c tests/fuzz/replay.c
tests_fuzz_fuzz_vmcoreinfo_LDADD = $(FUZZ_LDADD)

EXTRA_DIST += \
	tests/fuzz/corpus/paging/aarch64-16k-47 \
	tests/fuzz/corpus/paging/aarch64-16k-52 \
	tests/fuzz/corpus/paging/aarch64-39 \
	tests/fuzz/corpus/paging/aarch64-48 \
	tests/fuzz/corpus/paging/aarch64-52 \
	tests/fuzz/corpus/paging/aarch64-52-48 \
	tests/fuzz/corpus/paging/aarch64-64k-48 \
	tests/fuzz/corpus/paging/aarch64-64k-52 \
	tests/fuzz/corpus/paging/aarch64-64k-52-48 \
	tests/fuzz/corpus/paging/aarch64_be \
	tests/fuzz/corpus/paging/i386 \
	tests/fuzz/corpus/paging/i386-pae \
	tests/fuzz/corpus/paging/ppc64-hash \
	tests/fuzz/corpus/paging/ppc64-leaf \
	tests/fuzz/corpus/paging/ppc64le \
	tests/fuzz/corpus/paging/riscv64-39 \
	tests/fuzz/corpus/paging/riscv64-48 \
	tests/fuzz/corpus/paging/riscv64-57 \
	tests/fuzz/corpus/paging/riscv64-old \
	tests/fuzz/corpus/paging/s390x-r1 \
	tests/fuzz/corpus/paging/s390x-r2 \
	tests/fuzz/corpus/paging/s390x-r3 \
	tests/fuzz/corpus/paging/s390x-seg \
	tests/fuzz/corpus/paging/x86_64-4 \
	tests/fuzz/corpus/paging/x86_64-5 \
	tests/fuzz/corpus/paging/x86_64-large \
	tests/fuzz/corpus/scan/aarch64 \
	tests/fuzz/corpus/scan/array \
	tests/fuzz/corpus/scan/many \
	tests/fuzz/corpus/scan/note \
	tests/fuzz/corpus/scan/page \
	tests/fuzz/corpus/scan/two \
	tests/fuzz/corpus/scan/unknown \
	tests/fuzz/corpus/scan/x86_64 \
	tests/fuzz/corpus/vmcoreinfo/aarch64 \
	tests/fuzz/corpus/vmcoreinfo/malformed \
	tests/fuzz/corpus/vmcoreinfo/padding \
	tests/fuzz/corpus/vmcoreinfo/x86_64
