/* SPDX-License-Identifier: GPL-2.0-or-later */
/* format_seeds FOLDER: the corpora elf, kdump, flattened and codec in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mkdump_spec.h"

#define KDUMP "format kdump\nblock 512\nmax 20\nlevel 31\nvmcoreinfo OSRELEASE=6.1.0\n"	\
	      "note CORE 1 30 1\npage 0 zlib pattern 1\nzero 1-2\npage 3 raw pattern 2\n"	\
	      "page 8 lzo pattern 1\npage 9 snappy pattern 1\npage 10 zstd pattern 1\n"	\
	      "excluded 11-13\nlost 14\nbad 15 zstd\n"
#define ELF "vmcoreinfo OSRELEASE=6.1.0\nnote CORE 1 30 1\n"				\
	    "segment phys=0x1000 virt=0xffffffff81000000 size=0x300 seed=1\n"		\
	    "segment phys=0x1200 virt=2 size=0x200 seed=2\n"				\
	    "segment phys=0x800 virt=1 size=0x300 file=0x100 seed=1\n"

static const struct {
	const char *name;
	const char *description;
} seeds[] = {
	{ "elf/elf64", "format elf\n" ELF },
	{ "elf/elf32", "format elf\nword 32\n" ELF },
	{ "elf/elf64-big", "format elf\nendian big\n" ELF },
	{ "elf/elf32-big", "format elf\nword 32\nendian big\n" ELF },
	{ "elf/extended", "format elf\nextended\n" ELF },
	{ "elf/kcore", "format elf\nnote-text CORE 3 vmlinux\n" ELF },
	{ "elf/truncated", "format elf\n" ELF "truncate 900\n" },
	{ "elf/program", "format elf\nnote CORE 6 30 1\n" ELF },
	{ "elf/qemu", "format elf\nnote QEMU 0 40 1\nsegment phys=0 size=0x100 seed=1\n"
		      "segment phys=0x100000000 size=0x100 file=0x80 seed=1\n" },
	{ "kdump/lp64", KDUMP },
	{ "kdump/lp64-big", KDUMP "endian big\nmachine s390x\n" },
	{ "kdump/ia32", KDUMP "layout ia32\nmachine i686\n" },
	{ "kdump/arm", KDUMP "layout arm\nmachine armv7l\n" },
	{ "kdump/ppc", KDUMP "layout arm\nmachine ppc\nendian big\n" },
	{ "kdump/version1", KDUMP "version 1\n" },
	{ "kdump/version3", KDUMP "version 3\n" },
	{ "kdump/incomplete", KDUMP "status 0x19\ntruncate 4000\n" },
	{ "kdump/bitmaps", KDUMP "truncate 2600\n" },
	{ "kdump/set", KDUMP "split 4 9 wide\n" },
	{ "kdump/set-narrow", KDUMP "split 9\n" },
	{ "flattened/kdump", KDUMP "flatten record=300 rewrite\n" },
	{ "flattened/elf", "format elf\n" ELF "flatten record=100 rewrite\n" },
	{ "flattened/noend", KDUMP "flatten record=512 noend\n" },
	{ "flattened/large", "format elf\n" ELF "flatten\n" },
	{ "flattened/cut", KDUMP "flatten record=256\ntruncate 7000\n" },
};

static FILE *create(const char *folder, const char *name)
{
	char *path, *slash;
	FILE *file;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		mkdump_die("out of memory");
	slash = strrchr(path, '/');
	*slash = '\0';
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		mkdump_die("cannot make %s", path);
	*slash = '/';
	file = fopen(path, "wb");
	if (!file)
		mkdump_die("cannot write %s", path);
	free(path);
	return file;
}

static void save(FILE *file, const void *data, size_t size)
{
	if (fwrite(data, 1, size, file) != size)
		mkdump_die("cannot write");
}

static void save_codecs(const char *folder)
{
	static const char *const names[] = { "zlib", "lzo", "snappy", "zstd" };
	uint8_t page[4096], packed[16384];

	for (size_t i = 0; i < sizeof(page); i++)
		page[i] = mkdump_pattern(1, i * 3);
	for (size_t i = 0; i < 4; i++)
		for (size_t shift = 0; shift < 4; shift += 3) {
			uint8_t choice = (uint8_t)(i | shift << 2);
			size_t size = sizeof(packed);
			char name[32];
			FILE *file;

			snprintf(name, sizeof(name), "codec/%s-%u", names[i],
				 512u << shift);
			mkdump_pack(names[i], page, (size_t)512 << shift, packed, &size);
			file = create(folder, name);
			save(file, &choice, 1);
			save(file, packed, size);
			fclose(file);
		}
}

int main(int argc, char **argv)
{
	if (argc != 2)
		mkdump_die("usage: format_seeds FOLDER");
	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		/* The target adds the constant header of a flattened file itself. */
		size_t skip = strncmp(seeds[i].name, "flattened/", 10) ? 0 : 4096;
		FILE *file = create(argv[1], seeds[i].name);
		struct mkdump dump;

		mkdump_make(seeds[i].description, NULL, 0, &dump);
		for (size_t part = 0; part < dump.count; part++)
			save(file, dump.files[part].data + skip,
			     dump.files[part].size - skip);
		fclose(file);
		mkdump_free(&dump);
	}
	save_codecs(argv[1]);
	return 0;
}
