/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF files of this machine: a vmlinux, through libelf. */
#ifndef KDK_ELF_FILE_H
#define KDK_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "vmcore/kernel/symtab.h"

/* Whether the file starts as an ELF file does. */
bool kdk_elf_probe(int fd);

/* Adds the symbols of .symtab; `shift` is added to values from `from` on. Finish the table afterwards. */
struct kdk_error *kdk_elf_read_symbols(const char *path, int fd, uint64_t shift, uint64_t from,
				       struct kdk_symtab *tab);

/* Values of a few symbols by name; ret_found tells which are in the file. */
void kdk_elf_find_symbols(int fd, const char *const *names, size_t count, uint64_t *ret,
			  bool *ret_found);

#endif
