/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/registry.h"

#include <elf.h>
#include <string.h>

/* To add one, see the checklist in arch.h. */
const struct kdk_arch *const kdk_archs[] = {
	&kdk_arch_x86_64,
	&kdk_arch_i386,
	&kdk_arch_aarch64,
	&kdk_arch_aarch64_be,
	&kdk_arch_ppc64le,
	&kdk_arch_ppc64,
	&kdk_arch_s390x,
	&kdk_arch_riscv64,
	NULL,
};

static bool arch_has_machine(const struct kdk_arch *arch, const char *machine)
{
	for (size_t i = 0; arch->machines[i]; i++)
		if (!strcmp(arch->machines[i], machine))
			return true;
	return false;
}

/*
 * A container may be wider than its machine: i386 with more than 4 GiB of memory comes
 * in 64-bit containers. It is never narrower.
 */
static bool arch_fits(const struct kdk_arch *arch, uint8_t word_bytes, bool big_endian)
{
	return (!word_bytes || arch->word_bytes <= word_bytes) &&
	       arch->big_endian == big_endian;
}

const struct kdk_arch *kdk_arch_find(uint16_t elf_machine, uint8_t word_bytes,
				     bool big_endian, const char *machine)
{
	for (size_t i = 0; elf_machine != EM_NONE && kdk_archs[i]; i++)
		if (kdk_archs[i]->elf_machine == elf_machine &&
		    arch_fits(kdk_archs[i], word_bytes, big_endian))
			return kdk_archs[i];
	for (size_t i = 0; kdk_archs[i]; i++)
		if (arch_has_machine(kdk_archs[i], machine))
			return kdk_archs[i];
	return NULL;
}

static bool arch_has_key(const struct kdk_arch *arch,
			 bool (*has)(void *context, const char *key), void *context)
{
	for (size_t i = 0; arch->keys[i]; i++)
		if (has(context, arch->keys[i]))
			return true;
	return false;
}

const struct kdk_arch *kdk_arch_guess(uint8_t word_bytes, bool big_endian,
				      bool (*has)(void *context, const char *key),
				      void *context)
{
	for (size_t i = 0; kdk_archs[i]; i++)
		if (arch_fits(kdk_archs[i], word_bytes, big_endian) &&
		    arch_has_key(kdk_archs[i], has, context))
			return kdk_archs[i];
	return NULL;
}
