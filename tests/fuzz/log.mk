# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += tests/fuzz/fuzz_log tests/generators/log_seeds
FUZZ_TARGETS += fuzz_log

tests_fuzz_fuzz_log_SOURCES = tests/fuzz/fuzz_log.c tests/fuzz/replay.c $(fake_kernel_sources)
tests_fuzz_fuzz_log_LDADD = $(FUZZ_LDADD)

# Writes the corpus: log_seeds tests/fuzz/corpus/log
tests_generators_log_seeds_SOURCES = tests/generators/log_seeds.c $(fake_kernel_sources)
tests_generators_log_seeds_LDADD = $(GENERATOR_LDADD)

EXTRA_DIST += \
	tests/fuzz/corpus/log/plain-00-1 \
	tests/fuzz/corpus/log/plain-04-1 \
	tests/fuzz/corpus/log/plain-08-1 \
	tests/fuzz/corpus/log/plain-0c-1 \
	tests/fuzz/corpus/log/records-00-1 \
	tests/fuzz/corpus/log/records-04-1 \
	tests/fuzz/corpus/log/records-08-1 \
	tests/fuzz/corpus/log/records-0c-1 \
	tests/fuzz/corpus/log/records-30-3 \
	tests/fuzz/corpus/log/records-34-3 \
	tests/fuzz/corpus/log/records-38-3 \
	tests/fuzz/corpus/log/records-3c-3 \
	tests/fuzz/corpus/log/ring-00-1 \
	tests/fuzz/corpus/log/ring-04-1 \
	tests/fuzz/corpus/log/ring-08-1 \
	tests/fuzz/corpus/log/ring-0c-1 \
	tests/fuzz/corpus/log/ring-30-3 \
	tests/fuzz/corpus/log/ring-34-3 \
	tests/fuzz/corpus/log/ring-38-3 \
	tests/fuzz/corpus/log/ring-3c-3
