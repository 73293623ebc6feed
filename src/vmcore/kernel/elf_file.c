/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/elf_file.h"

#include <gelf.h>
#include <string.h>
#include <unistd.h>

bool kdk_elf_probe(int fd)
{
	char magic[SELFMAG];

	return pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	       !memcmp(magic, ELFMAG, SELFMAG);
}

/* The letter nm would show. */
static char letter(Elf *elf, const GElf_Sym *symbol)
{
	bool local = GELF_ST_BIND(symbol->st_info) == STB_LOCAL;
	Elf_Scn *section;
	GElf_Shdr header;
	char type = 'd';

	if (GELF_ST_BIND(symbol->st_info) == STB_WEAK)
		return 'W';
	if (symbol->st_shndx == SHN_ABS)
		return local ? 'a' : 'A';
	section = elf_getscn(elf, symbol->st_shndx);
	if (section && gelf_getshdr(section, &header)) {
		if (header.sh_flags & SHF_EXECINSTR)
			type = 't';
		else if (header.sh_type == SHT_NOBITS)
			type = 'b';
		else if (!(header.sh_flags & SHF_WRITE))
			type = 'r';
	}
	return local ? type : type - 'a' + 'A';
}

static struct kdk_error *add_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
				     uint64_t shift, uint64_t from, struct kdk_symtab *tab)
{
	Elf_Data *data = elf_getdata(section, NULL);
	struct kdk_error *err = NULL;
	size_t count;

	if (!data || !header->sh_entsize)
		return kdk_error_new(KDK_ERROR_FORMAT, "its symbols cannot be read: %s",
				     elf_errmsg(-1));
	count = header->sh_size / header->sh_entsize;
	for (size_t i = 1; !err && i < count; i++) {
		GElf_Sym symbol;
		const char *name;
		unsigned int type;

		if (!gelf_getsym(data, i, &symbol))
			break;
		type = GELF_ST_TYPE(symbol.st_info);
		if (symbol.st_shndx == SHN_UNDEF || type == STT_FILE || type == STT_SECTION)
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (!name || !*name || *name == '$')
			continue;
		if (symbol.st_value >= from && symbol.st_shndx != SHN_ABS)
			symbol.st_value += shift;
		err = kdk_symtab_add(tab, symbol.st_value, symbol.st_size, letter(elf, &symbol),
				     name, strlen(name));
	}
	return err;
}

struct kdk_error *kdk_elf_read_symbols(const char *path, int fd, uint64_t shift, uint64_t from,
				       struct kdk_symtab *tab)
{
	struct kdk_error *err = NULL;
	Elf_Scn *section = NULL;
	bool found = false;
	GElf_Shdr header;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		elf_end(elf);
		return kdk_error_new(KDK_ERROR_FORMAT, "%s is no ELF file", path);
	}
	while (!err && (section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		found = true;
		err = add_symbols(elf, section, &header, shift, from, tab);
	}
	if (!err && !found)
		err = kdk_error_new(KDK_ERROR_ABSENT, "it has no symbol table");
	elf_end(elf);
	return kdk_error_wrap(err, "%s", path);
}

static void find_in(Elf *elf, Elf_Data *data, const GElf_Shdr *header,
		    const char *const *names, size_t count, uint64_t *ret, bool *ret_found)
{
	size_t symbols = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
	size_t left = count;

	for (size_t i = 1; data && left && i < symbols; i++) {
		GElf_Sym symbol;
		const char *name;

		if (!gelf_getsym(data, i, &symbol) || symbol.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		for (size_t j = 0; name && j < count; j++) {
			if (ret_found[j] || strcmp(names[j], name))
				continue;
			ret[j] = symbol.st_value;
			ret_found[j] = true;
			left--;
		}
	}
}

void kdk_elf_find_symbols(int fd, const char *const *names, size_t count, uint64_t *ret,
			  bool *ret_found)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	Elf *elf;

	memset(ret_found, 0, count * sizeof(*ret_found));
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	while (elf && (section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			find_in(elf, elf_getdata(section, NULL), &header, names, count, ret,
				ret_found);
	elf_end(elf);
}
