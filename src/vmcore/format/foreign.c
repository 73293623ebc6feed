/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/foreign.h"

#include <elf.h>
#include <string.h>

#include "vmcore/format/elf_headers.h"

#define START_SIZE 1024u

/* What the person can do about it. */
enum advice {
	CONVERT,	/* a dump of another tool */
	UNPACK,		/* a dump may be inside */
	NO_DUMP,	/* something else altogether */
};

/* To add one: the bytes, where they stand, and the name people know it by. */
static const struct {
	uint16_t offset;
	uint8_t size;
	char magic[17];
	enum advice advice;
	const char *name;
} foreigners[] = {
	{ 0, 8, "DISKDUMP", CONVERT, "a diskdump file (before kdump, Linux 2.4 and 2.6)" },
	{ 0, 8, "\xed\x23\x8f\x61\x73\x01\x19\xa8", CONVERT, "an LKCD dump" },
	{ 0, 8, "\xa8\x19\x01\x73\x61\x8f\x23\xed", CONVERT, "an LKCD dump" },
	{ 0, 8, "\xcd\x23\x8f\x61\x73\x01\x19\xa8", CONVERT, "an LKCD live dump" },
	{ 0, 8, "\xa8\x19\x01\x73\x61\x8f\x23\xcd", CONVERT, "an LKCD live dump" },
	{ 0, 8, "\xa8\x19\x01\x73\x61\x8f\x23\xfd", CONVERT, "an s390 stand-alone dump" },
	{ 0, 8, "\xa8\x19\x01\x73\x61\x8f\x23\xfe", CONVERT, "an s390 stand-alone dump (extended)" },
	{ 0, 8, "\xa8\x19\x01\x73\x61\x8f\x23\xff", CONVERT, "an s390 multi-volume dump" },
	{ 0, 8, "sadump\0\0", CONVERT, "a SADUMP dump (Fujitsu stand-alone dump)" },
	{ 0, 4, "\xed\xeb\x0f\xf0", CONVERT, "a core file of a Xen guest" },
	{ 0, 4, "\xee\xeb\x0f\xf0", CONVERT, "a core file of a Xen HVM guest" },
	{ 0, 4, "\xf0\x0f\xeb\xed", CONVERT, "a core file of a Xen guest" },
	{ 0, 4, "\xf0\x0f\xeb\xee", CONVERT, "a core file of a Xen HVM guest" },
	{ 0, 16, "LinuxGuestRecord", CONVERT, "a saved Xen guest" },
	{ 0, 4, "\xd0\xbe\xd2\xbe", CONVERT, "a VMware suspended state (vmss)" },
	{ 0, 4, "\xd1\xba\xd1\xba", CONVERT, "a VMware suspended state (vmss)" },
	{ 0, 4, "\xd2\xbe\xd2\xbe", CONVERT, "a VMware snapshot (vmsn)" },
	{ 0, 4, "\xd3\xbe\xd3\xbe", CONVERT, "a VMware snapshot (vmsn)" },
	{ 0, 4, "QEVM", CONVERT, "a saved QEMU machine (savevm, migration)" },
	{ 0, 16, "LibvirtQemudSave", CONVERT, "a machine saved by libvirt" },
	{ 0, 16, "LibvirtQemudPart", CONVERT, "a machine half saved by libvirt" },
	{ 0, 8, "PAGEDU64", CONVERT, "a Windows crash dump" },
	{ 0, 8, "PAGEDUMP", CONVERT, "a Windows crash dump" },
	{ 0, 4, "MDMP", CONVERT, "a Windows minidump" },
	{ 0, 8, "minidump", CONVERT, "a FreeBSD minidump" },
	{ 0, 4, "EMiL", CONVERT, "a LiME memory image" },
	{ 0, 4, "AVML", CONVERT, "an AVML memory image" },
	{ 0, 2, "\x1f\x8b", UNPACK, "compressed with gzip" },
	{ 0, 6, "\xfd" "7zXZ\0", UNPACK, "compressed with xz" },
	{ 0, 4, "\x28\xb5\x2f\xfd", UNPACK, "compressed with zstd" },
	{ 0, 3, "BZh", UNPACK, "compressed with bzip2" },
	{ 0, 4, "\x04\x22\x4d\x18", UNPACK, "compressed with lz4" },
	{ 0, 4, "\x89LZO", UNPACK, "compressed with lzop" },
	{ 0, 4, "PK\x03\x04", UNPACK, "a zip archive" },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", UNPACK, "a 7-Zip archive" },
	{ 257, 5, "ustar", UNPACK, "a tar archive" },
	{ 0, 6, "070701", UNPACK, "a cpio archive" },
	{ 0, 4, "QFI\xfb", NO_DUMP, "a disk image (qcow2)" },
	{ 0, 4, "KDMV", NO_DUMP, "a disk image (vmdk)" },
	{ 514, 4, "HdrS", NO_DUMP, "a kernel (bzImage)" },
	{ 56, 4, "ARM\x64", NO_DUMP, "a kernel (arm64 Image)" },
};

static struct kdk_error *refuse(const char *name, enum advice advice)
{
	switch (advice) {
	case CONVERT:
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "%s, which kdumpkit knows by name only: convert it to ELF or kdump-compressed with its own tools",
				     name);
	case UNPACK:
		return kdk_error_new(KDK_ERROR_UNSUPPORTED, "%s: unpack it first", name);
	default:
		return kdk_error_new(KDK_ERROR_UNSUPPORTED, "%s, not a dump", name);
	}
}

static struct kdk_error *refuse_elf(uint16_t type)
{
	if (type == ET_EXEC || type == ET_DYN)
		return refuse("an ELF executable, maybe a kernel (vmlinux)", NO_DUMP);
	if (type == ET_REL)
		return refuse("an ELF object, maybe a kernel module", NO_DUMP);
	return kdk_error_new(KDK_ERROR_FORMAT, "an ELF file of type %u, not a core file",
			     type);
}

static bool is_text(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((bytes[i] < ' ' && bytes[i] != '\t' && bytes[i] != '\n' &&
		     bytes[i] != '\r' && bytes[i] != '\x1b') || bytes[i] == 0x7f)
			return false;
	return true;
}

static bool is_blank(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

/* A copy that broke off within the signature. */
static bool is_beginning(const uint8_t *bytes, size_t size)
{
	return (size < 8 && !memcmp(bytes, "KDUMP   ", size)) ||
	       (size < 20 && !memcmp(bytes, ELFMAG, size < SELFMAG ? size : SELFMAG)) ||
	       (size < 16 && !memcmp(bytes, "makedumpfile\0\0\0\0", size));
}

struct kdk_error *kdk_foreign_refuse(const struct kdk_source *source)
{
	size_t size = source->size < START_SIZE ? source->size : START_SIZE;
	uint8_t start[START_SIZE];
	struct kdk_error *err;
	struct kdk_elf elf;

	if (!size)
		return kdk_error_new(KDK_ERROR_FORMAT, "the file is empty");
	err = kdk_source_read(source, 0, start, size);
	if (err)
		return err;
	if (kdk_elf_identify(source, &elf))
		return refuse_elf(elf.type);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(foreigners); i++)
		if ((size_t)foreigners[i].offset + foreigners[i].size <= size &&
		    !memcmp(start + foreigners[i].offset, foreigners[i].magic,
			    foreigners[i].size))
			return refuse(foreigners[i].name, foreigners[i].advice);
	if (is_beginning(start, size))
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "too short for a dump: the file ends after %zu bytes", size);
	if (is_blank(start, size))
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "the file begins with zeroes: the dump was never finished");
	if (is_text(start, size))
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "text, not a dump; a vmcore-dmesg.txt can be read as it is");
	return kdk_error_new(KDK_ERROR_FORMAT, "not a dump that kdumpkit knows");
}
