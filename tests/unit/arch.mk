# SPDX-License-Identifier: GPL-2.0-or-later
fake_machine_sources = tests/unit/fake_machine.c tests/unit/fake_machine.h tests/unit/unit.h

check_PROGRAMS += \
	tests/unit/test_arch \
	tests/unit/test_paging_aarch64 \
	tests/unit/test_paging_i386 \
	tests/unit/test_paging_ppc64 \
	tests/unit/test_paging_riscv64 \
	tests/unit/test_paging_s390x \
	tests/unit/test_paging_x86_64

TESTS += \
	tests/unit/test_arch \
	tests/unit/test_paging_aarch64 \
	tests/unit/test_paging_i386 \
	tests/unit/test_paging_ppc64 \
	tests/unit/test_paging_riscv64 \
	tests/unit/test_paging_s390x \
	tests/unit/test_paging_x86_64

tests_unit_test_arch_SOURCES = tests/unit/test_arch.c tests/unit/unit.h
tests_unit_test_arch_LDADD = $(UNIT_LDADD)
tests_unit_test_paging_aarch64_SOURCES = tests/unit/test_paging_aarch64.c $(fake_machine_sources)
tests_unit_test_paging_aarch64_LDADD = $(UNIT_LDADD)
tests_unit_test_paging_i386_SOURCES = tests/unit/test_paging_i386.c $(fake_machine_sources)
tests_unit_test_paging_i386_LDADD = $(UNIT_LDADD)
tests_unit_test_paging_ppc64_SOURCES = tests/unit/test_paging_ppc64.c $(fake_machine_sources)
tests_unit_test_paging_ppc64_LDADD = $(UNIT_LDADD)
tests_unit_test_paging_riscv64_SOURCES = tests/unit/test_paging_riscv64.c $(fake_machine_sources)
tests_unit_test_paging_riscv64_LDADD = $(UNIT_LDADD)
tests_unit_test_paging_s390x_SOURCES = tests/unit/test_paging_s390x.c $(fake_machine_sources)
tests_unit_test_paging_s390x_LDADD = $(UNIT_LDADD)
tests_unit_test_paging_x86_64_SOURCES = tests/unit/test_paging_x86_64.c $(fake_machine_sources)
tests_unit_test_paging_x86_64_LDADD = $(UNIT_LDADD)
