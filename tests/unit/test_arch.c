/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <elf.h>
#include <string.h>

#include "arch/arch.h"

static const char *found(uint16_t machine, uint8_t word_bytes, bool big_endian,
			 const char *name)
{
	const struct kdk_arch *arch = kdk_arch_find(machine, word_bytes, big_endian, name);

	return arch ? arch->name : "none";
}

static void by_elf_machine(void **state)
{
	(void)state;
	assert_string_equal(found(EM_X86_64, 8, false, ""), "x86_64");
	assert_string_equal(found(EM_386, 4, false, ""), "i386");
	/* PAE with more than 4 GiB */
	assert_string_equal(found(EM_386, 8, false, ""), "i386");
	assert_string_equal(found(EM_AARCH64, 8, false, ""), "aarch64");
	assert_string_equal(found(EM_AARCH64, 8, true, ""), "aarch64_be");
	assert_string_equal(found(EM_PPC64, 8, false, ""), "ppc64le");
	assert_string_equal(found(EM_PPC64, 8, true, ""), "ppc64");
	assert_string_equal(found(EM_S390, 8, true, ""), "s390x");
	assert_string_equal(found(EM_RISCV, 0, false, ""), "riscv64");
	assert_string_equal(found(EM_RISCV, 4, false, ""), "none");
	assert_string_equal(found(EM_SPARCV9, 8, true, ""), "none");
}

static void by_name(void **state)
{
	(void)state;
	assert_string_equal(found(EM_NONE, 8, false, "x86_64"), "x86_64");
	assert_string_equal(found(EM_NONE, 4, false, "i686"), "i386");
	assert_string_equal(found(EM_NONE, 0, true, "s390x"), "s390x");
	assert_string_equal(found(EM_NONE, 8, false, "ppc64le"), "ppc64le");
	assert_string_equal(found(EM_NONE, 8, false, "Unknown"), "none");
	assert_string_equal(found(EM_NONE, 8, false, ""), "none");
	/* The ELF machine is the better word. */
	assert_string_equal(found(EM_X86_64, 8, false, "aarch64"), "x86_64");
}

static bool has(void *context, const char *key)
{
	return !strcmp(context, key);
}

static void by_vmcoreinfo(void **state)
{
	char arm[] = "NUMBER(kimage_voffset)", ppc[] = "SYMBOL(vmemmap_list)", any[] = "OSRELEASE";
	char pae[] = "CONFIG_X86_PAE";

	(void)state;
	assert_string_equal(kdk_arch_guess(8, false, has, arm)->name, "aarch64");
	assert_string_equal(kdk_arch_guess(8, true, has, ppc)->name, "ppc64");
	assert_string_equal(kdk_arch_guess(0, false, has, ppc)->name, "ppc64le");
	assert_string_equal(kdk_arch_guess(8, false, has, pae)->name, "i386");
	assert_null(kdk_arch_guess(4, false, has, arm));
	assert_null(kdk_arch_guess(8, false, has, any));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_elf_machine),
		cmocka_unit_test(by_name),
		cmocka_unit_test(by_vmcoreinfo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
