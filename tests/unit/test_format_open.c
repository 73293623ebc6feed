/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are no dump, and dumps that end too early. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/progress.h"
#include "format_dump.h"

static struct kdk_error *open_bytes(const void *bytes, size_t size)
{
	struct kdk_source *source;
	struct kdk_dump *dump = NULL;
	struct kdk_error *err;

	assert_success(kdk_source_open_memory("file", bytes, size, &source));
	err = kdk_dump_open_sources(&source, 1, &dump);
	kdk_dump_destroy(dump);
	return err;
}

#define FOREIGN(bytes, name) { bytes, sizeof(bytes) - 1, name }

static void foreign_files_by_name(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *name;
	} files[] = {
		FOREIGN("DISKDUMP\0\0\0\0\0\0\0\0", "diskdump"),
		FOREIGN("\xed\x23\x8f\x61\x73\x01\x19\xa8", "LKCD"),
		FOREIGN("\xa8\x19\x01\x73\x61\x8f\x23\xed", "LKCD"),
		FOREIGN("\xa8\x19\x01\x73\x61\x8f\x23\xfd", "s390 stand-alone"),
		FOREIGN("\xa8\x19\x01\x73\x61\x8f\x23\xfe", "s390 stand-alone"),
		FOREIGN("sadump\0\0\0\0", "SADUMP"),
		FOREIGN("\xed\xeb\x0f\xf0", "Xen"),
		FOREIGN("\xf0\x0f\xeb\xee", "Xen HVM"),
		FOREIGN("LinuxGuestRecord", "Xen"),
		FOREIGN("\xd0\xbe\xd2\xbe", "vmss"),
		FOREIGN("\xd2\xbe\xd2\xbe", "vmsn"),
		FOREIGN("QEVM\0\0\0\3", "QEMU"),
		FOREIGN("LibvirtQemudSave", "libvirt"),
		FOREIGN("PAGEDU64", "Windows"),
		FOREIGN("PAGEDUMP", "Windows"),
		FOREIGN("MDMP\x93\xa7", "Windows minidump"),
		FOREIGN("EMiL\1\0\0\0", "LiME"),
		FOREIGN("AVML\1\0\0\0", "AVML"),
		FOREIGN("\x1f\x8b\x08\0\0\0\0\0\0\0", "gzip: unpack it first"),
		FOREIGN("\xfd"
			"7zXZ\0\0\0\0\0",
			"xz: unpack it first"),
		FOREIGN("\x28\xb5\x2f\xfd\0\0\0", "zstd: unpack it first"),
		FOREIGN("BZh91AY&SY", "bzip2: unpack it first"),
		FOREIGN("\x04\x22\x4d\x18", "lz4: unpack it first"),
		FOREIGN("\x89LZO\0\r\n\x1a\n", "lzop: unpack it first"),
		FOREIGN("PK\3\4", "zip"),
		FOREIGN("7z\xbc\xaf\x27\x1c", "7-Zip"),
		FOREIGN("QFI\xfb\0\0\0\3", "qcow2"),
		FOREIGN("\x7f"
			"ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0",
			"ELF executable, maybe a kernel"),
		FOREIGN("\x7f"
			"ELF\2\2\1\0\0\0\0\0\0\0\0\0\0\3\0\x3e",
			"ELF executable, maybe a kernel"),
		FOREIGN("\x7f"
			"ELF\1\1\1\0\0\0\0\0\0\0\0\0\1\0\x3e\0",
			"kernel module"),
		FOREIGN("[    0.000000] Linux version 6.1.0\n", "text"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct kdk_error *err = open_bytes(files[i].bytes, files[i].size);

		assert_non_null(err);
		if (err->kind != KDK_ERROR_UNSUPPORTED ||
		    !strstr(err->message, files[i].name) ||
		    strncmp(err->message, "file: ", 6) != 0)
			fail_msg("%s: %s", files[i].name, err->message);
		kdk_error_destroy(err);
	}
}

static void magics_further_inside(void **state)
{
	uint8_t bytes[1024] = { 1, 2, 3 };

	(void)state;
	memcpy(bytes + 257, "ustar", 5);
	assert_failure(open_bytes(bytes, sizeof(bytes)), KDK_ERROR_UNSUPPORTED,
		       "file: a tar archive: unpack it first");
	memcpy(bytes + 257, "\0\0\0\0\0", 5);
	memcpy(bytes + 514, "HdrS", 4);
	assert_failure(open_bytes(bytes, sizeof(bytes)), KDK_ERROR_UNSUPPORTED,
		       "file: a kernel (bzImage), not a dump");
	memcpy(bytes + 56, "ARM\x64", 4);
	memcpy(bytes + 514, "\0\0\0\0", 4);
	assert_failure(open_bytes(bytes, sizeof(bytes)), KDK_ERROR_UNSUPPORTED,
		       "file: a kernel (arm64 Image), not a dump");
	bytes[56] = 0;
	assert_failure(open_bytes(bytes, sizeof(bytes)), KDK_ERROR_FORMAT,
		       "file: not a dump that kdumpkit knows");
}

static void nothing_to_open(void **state)
{
	static const uint8_t zeroes[8192];
	struct kdk_dump *dump = NULL;

	(void)state;
	assert_failure(open_bytes("", 0), KDK_ERROR_FORMAT, "file: the file is empty");
	assert_failure(open_bytes("KDUM", 4), KDK_ERROR_FORMAT,
		       "file: too short for a dump: the file ends after 4 bytes");
	assert_failure(open_bytes("\x7f" "E", 2), KDK_ERROR_FORMAT,
		       "file: too short for a dump: the file ends after 2 bytes");
	assert_failure(open_bytes(zeroes, sizeof(zeroes)), KDK_ERROR_FORMAT,
		       "file: the file begins with zeroes: the dump was never finished");
	assert_failure(kdk_dump_open(NULL, 0, &dump), KDK_ERROR_USAGE, NULL);
	assert_failure(kdk_dump_open((const char *const[]){ "/nonexistent/vmcore" }, 1,
				     &dump),
		       KDK_ERROR_SYSTEM,
		       "opening /nonexistent/vmcore: No such file or directory");
	assert_null(dump);
}

/* Every shorter file either opens, and then can be walked, or fails with words. */
static void truncate_everywhere(const char *description)
{
	struct mkdump files;
	size_t opened = 0;

	mkdump_make(description, NULL, 0, &files);
	for (size_t size = 0; size < files.files[0].size; size++) {
		struct made made;
		struct kdk_error *err = made_open_cut(&made, &files, size);

		if (err) {
			assert_true(err->kind != KDK_ERROR_MEMORY &&
				    err->kind != KDK_ERROR_USAGE);
			assert_true(strlen(err->message) > 10);
			kdk_error_destroy(err);
			continue;
		}
		opened++;
		walk_everything(made.dump);
		kdk_dump_destroy(made.dump);
	}
	assert_true(opened > 0);
	mkdump_free(&files);
}

#define KDUMP "format kdump\nblock 512\nmax 20\nvmcoreinfo A=B\nnote CORE 1 30 1\n"	\
	      "page 0-3 zlib pattern 1\nzero 4\npage 5 raw pattern 2\npage 8 lzo pattern 1\n" \
	      "page 9 snappy pattern 1\npage 10 zstd pattern 1\nexcluded 11\nlost 12\n"
#define ELF "vmcoreinfo A=B\nnote CORE 1 30 1\nsegment phys=0x1000 virt=1 size=0x300 seed=1\n" \
	    "segment phys=0x1200 size=0x200 seed=2\nsegment phys=0x800 size=0x300 file=0x100 seed=1\n"

static void every_truncation(void **state)
{
	static const char *const dumps[] = {
		KDUMP, KDUMP "endian big\nlayout arm\nmachine ppc\n", KDUMP "split 9\n",
		KDUMP "flatten record=100 rewrite\n", KDUMP "flatten record=600\n",
		"format elf\n" ELF, "format elf\nword 32\nendian big\n" ELF,
		"format elf\nextended\n" ELF,
		"format elf\nnote-text CORE 3 vmlinux\n" ELF,
		"format elf\n" ELF "flatten record=64 rewrite\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++)
		truncate_everywhere(dumps[i]);
}

static void a_truncated_dump_counts_what_is_lost(void **state)
{
	struct kdk_dump_census census;
	struct mkdump files;
	struct made made;
	size_t size;

	(void)state;
	mkdump_make("format kdump\nmax 10\npage 0-9 raw pattern 1\n", NULL, 0, &files);
	size = files.files[0].size;
	/* The last two pages and a byte of the third. */
	assert_success(made_open_cut(&made, &files, size - 2 * 4096 - 1));
	assert_string_equal(dump_map(made.dump, 4096), "P7 L3");
	assert_success(kdk_dump_count(made.dump, true, NULL, &census));
	assert_true(census.lost == 3 * 4096 && census.present == 7 * 4096);
	assert_int_equal(census.bad_pages, 0);
	kdk_dump_destroy(made.dump);
	/* All descriptors but three, then the second bitmap. */
	assert_success(made_open_cut(&made, &files, 4 * 4096 + 3 * 24 + 5));
	assert_string_equal(dump_map(made.dump, 4096), "L10");
	kdk_dump_destroy(made.dump);
	assert_success(made_open_cut(&made, &files, 3 * 4096));
	assert_string_equal(dump_map(made.dump, 4096), "L10");
	assert_remark(made.dump, "the file ends within its bitmaps");
	made_close(&made);
}

struct impatient {
	struct kdk_progress progress;
	unsigned int calls;
};

static bool stop(struct kdk_progress *progress, const char *what, uint64_t done,
		 uint64_t total)
{
	struct impatient *impatient = (struct impatient *)progress;

	assert_true(done <= total);
	assert_string_equal(what, "counting pages");
	impatient->calls++;
	return false;
}

static void counting_can_be_stopped(void **state)
{
	struct impatient impatient = { { stop }, 0 };
	struct kdk_dump_census census;
	struct kdk_error *err;
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format elf\nsegment phys=0 size=0x10000000 file=16\n");
	err = kdk_dump_count(made.dump, false, &impatient.progress, &census);
	assert_non_null(err);
	assert_int_equal(err->errnum, ECANCELED);
	assert_int_equal(impatient.calls, 1);
	kdk_error_destroy(err);
	made_close(&made);
}

static void states_have_names(void **state)
{
	(void)state;
	assert_string_equal(kdk_page_state_name(KDK_PAGE_PRESENT), "present");
	assert_string_equal(kdk_page_state_name(KDK_PAGE_ZERO), "zero");
	assert_string_equal(kdk_page_state_name(KDK_PAGE_EXCLUDED), "excluded");
	assert_string_equal(kdk_page_state_name(KDK_PAGE_HOLE), "hole");
	assert_string_equal(kdk_page_state_name(KDK_PAGE_LOST), "lost");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_files_by_name),
		cmocka_unit_test(magics_further_inside),
		cmocka_unit_test(nothing_to_open),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(a_truncated_dump_counts_what_is_lost),
		cmocka_unit_test(counting_can_be_stopped),
		cmocka_unit_test(states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
