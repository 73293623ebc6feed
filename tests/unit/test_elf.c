/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF vmcores and /proc/kcore. */
#include <stdio.h>
#include <string.h>

#include "format_dump.h"
#include "vmcore/kernel/kernel.h"

static void each_class_and_byte_order(void **state)
{
	static const char *const words[] = { "64", "32" };
	static const char *const endians[] = { "little", "big" };

	(void)state;
	for (int w = 0; w < 2; w++)
		for (int e = 0; e < 2; e++) {
			struct made made;
			char text[512];

			snprintf(text, sizeof(text),
				 "format elf\nword %s\nendian %s\nmachine 22\n"
				 "vmcoreinfo OSRELEASE=6.1.0\nnote CORE 1 100 5\n"
				 "segment phys=0x1000 virt=0xc0001000 size=0x3000 seed=1\n"
				 "segment phys=0x10000 virt=0xc0010000 size=0x4000 file=0x1800 seed=2\n",
				 words[w], endians[e]);
			made_open_well(&made, NULL, text);
			assert_string_equal(made.dump->format->name, "elf");
			assert_string_equal(dump_map(made.dump, 0x800),
					    "H2 P6 H24 P3 E5");
			assert_pattern(made.dump, 1, 0x1000, 0x3000);
			assert_pattern(made.dump, 2, 0x10001, 0x17ff);
			assert_int_equal(made.dump->facts.elf_machine, 22);
			assert_int_equal(made.dump->facts.word_bytes, w ? 4 : 8);
			assert_int_equal(made.dump->facts.big_endian, e);
			assert_int_equal(made.dump->facts.page_size, 0);
			assert_true(made.dump->facts.max_phys == 0x14000);
			assert_string_equal(made.dump->vmcoreinfo, "OSRELEASE=6.1.0\n");
			assert_int_equal(made.dump->vmcoreinfo_size, 16);
			assert_int_equal(made.dump->note_count, 2);
			assert_string_equal(made.dump->notes[0].name, "CORE");
			assert_true(made.dump->segments[1].virt == 0xc0010000);
			assert_false(made.dump->facts.incomplete);
			made_close(&made);
		}
}

static void any_order_and_overlap(void **state)
{
	struct made made;

	(void)state;
	/* The kernel's own segment first, in the middle of RAM, as on x86_64. */
	made_open_well(&made, NULL,
		       "format elf\n"
		       "segment phys=0x4000 virt=0xffffffff81000000 size=0x2000 seed=1\n"
		       "segment phys=0x8000 virt=2 size=0x1000 seed=3\n"
		       "segment phys=0x1000 virt=3 size=0x5800 seed=2\n");
	assert_string_equal(dump_map(made.dump, 0x800), "H2 P11 H3 P2");
	assert_pattern(made.dump, 2, 0x1000, 0x3000);
	assert_pattern(made.dump, 1, 0x4000, 0x2000);
	assert_pattern(made.dump, 2, 0x6000, 0x800);
	assert_pattern(made.dump, 3, 0x8000, 0x1000);
	assert_true(made.dump->segments[0].phys == 0x1000 &&
		    made.dump->segments[2].phys == 0x8000);
	made_close(&made);
}

static void bytes_in_the_file_win_over_missing_ones(void **state)
{
	struct made made;

	(void)state;
	/* The first segment excludes what the second has, and is first where both have bytes. */
	made_open_well(&made, NULL,
		       "format elf\n"
		       "segment phys=0x1000 size=0x4000 file=0x1000 seed=1\n"
		       "segment phys=0x1800 size=0x2000 seed=2\n");
	assert_string_equal(dump_map(made.dump, 0x800), "H2 P5 E3");
	assert_pattern(made.dump, 1, 0x1000, 0x1000);
	assert_pattern(made.dump, 2, 0x2000, 0x1800);
	made_close(&made);
}

static void a_read_crosses_segments_and_says_where_it_stops(void **state)
{
	uint8_t bytes[0x1000];
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format elf\n"
		       "segment phys=0x1000 size=0x234 seed=1\n"
		       "segment phys=0x1234 size=0x100 seed=1\n"
		       "segment phys=0x1334 size=0xccc file=0 seed=1\n");
	assert_pattern(made.dump, 1, 0x1200, 0x134);
	assert_failure(
		made.dump->format->read(made.dump, 0x1200, bytes, 0x200),
		KDK_ERROR_ABSENT,
		"physical address 0x1334 is excluded: the dump's filter left it out");
	assert_failure(made.dump->format->read(made.dump, 0, bytes, 1), KDK_ERROR_ABSENT,
		       NULL);
	assert_failure(made.dump->format->read(made.dump, UINT64_MAX, bytes, 1),
		       KDK_ERROR_ABSENT, NULL);
	made_close(&made);
}

static void a_truncated_file_loses_its_end(void **state)
{
	struct made made;

	(void)state;
	/* 64 + 2 * 56 bytes of headers, then 0x2000 and 0x1800 bytes. */
	made_open_well(&made, NULL,
		       "format elf\n"
		       "segment phys=0x1000 size=0x2000 seed=1\n"
		       "segment phys=0x8000 size=0x4000 file=0x1800 seed=2\n"
		       "truncate 0x28b0\n");
	assert_string_equal(dump_map(made.dump, 0x800), "H2 P4 H10 P1 L2 E5");
	assert_remark(made.dump, "truncated");
	made_close(&made);
}

static void qemu_leaves_virtual_addresses_zero(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format elf\nnote QEMU 0 64 1\nsegment phys=0 size=0x1000 seed=1\n"
		       "segment phys=0x100000000 size=0x1000 seed=2\n");
	assert_true(made.dump->segments[0].virt == KDK_NO_ADDRESS);
	assert_true(made.dump->segments[1].virt == KDK_NO_ADDRESS);
	assert_string_equal(made.dump->notes[0].name, "QEMU");
	made_close(&made);
}

static void more_headers_than_sixteen_bits_count(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format elf\nextended\n"
		       "segment phys=0x1000 size=0x10 count=65600 step=0x20 seed=1\n");
	assert_int_equal(made.dump->segment_count, 65600);
	assert_true(made.dump->facts.max_phys == 0x1000 + 65599ull * 0x20 + 0x10);
	assert_pattern(made.dump, 1, 0x1000 + 65599ull * 0x20, 0x10);
	assert_pattern(made.dump, 1, 0x1000, 0x10);
	made_close(&made);
	/* sh_info of a section header that the file does not have */
	assert_failure(made_open(&made, NULL,
				 "format elf\nextended\nsegment phys=0 size=1\npoke 40 00ffff\n"),
		       KDK_ERROR_ABSENT, NULL);
	made_close(&made);
}

static void the_writers_mark_of_an_incomplete_file(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, NULL, "format elf\nflags 1\nsegment phys=0 size=16\n");
	assert_true(made.dump->facts.incomplete);
	made_close(&made);
	/* 64-bit PowerPC's first ABI has the same bit. */
	made_open_well(&made, NULL,
		       "format elf\nmachine 21\nendian big\nflags 1\nsegment phys=0 size=16\n");
	assert_false(made.dump->facts.incomplete);
	made_close(&made);
}

static void notes_may_be_damaged(void **state)
{
	struct made made;

	(void)state;
	/* The notes begin behind 64 + 2 * 56 bytes; the second note's name size is forged. */
	made_open_well(&made, NULL,
		       "format elf\nnote CORE 1 16 1\nnote CORE 1 16 2\nsegment phys=0 size=16\n"
		       "poke 212 ffffffff\n");
	assert_int_equal(made.dump->note_count, 1);
	assert_remark(made.dump, "notes are damaged");
	made_close(&made);
	/* A name without its NUL does not run into the next bytes. */
	made_open_well(&made, NULL,
		       "format elf\nnote CORE 1 16 1\nsegment phys=0 size=16\npoke 192 41\n");
	assert_string_equal(made.dump->notes[0].name, "CORE");
	made_close(&made);
}

static void claims_beyond_the_file_are_refused(void **state)
{
	struct made made;

	(void)state;
	assert_failure(made_open(&made, NULL,
				 "format elf\nsegment phys=0x1000 size=0x10000 seed=1\n"
				 "segment phys=0x100000 size=0x10000 count=100 step=0x10000 share\n"),
		       KDK_ERROR_FORMAT,
		       "dump: its segments claim more than eight times the bytes of the file");
	made_close(&made);
	/* e_phnum and e_phoff */
	assert_failure(made_open(&made, NULL,
				 "format elf\nsegment phys=0x1000 size=0x100\npoke 56 ff7f\n"),
		       KDK_ERROR_FORMAT, NULL);
	made_close(&made);
	assert_failure(made_open(&made, NULL,
				 "format elf\nsegment phys=0x1000 size=0x100\n"
				 "poke 32 f0ffffffffffffff\n"), KDK_ERROR_FORMAT, NULL);
	made_close(&made);
	assert_failure(
		made_open(&made, NULL,
			  "format elf\nsegment phys=0x1000 size=0x100\npoke 54 1000\n"),
		KDK_ERROR_FORMAT, "dump: program headers of 16 bytes are too small");
	made_close(&made);
}

static void segments_at_the_end_of_the_address_space(void **state)
{
	struct kdk_run run;
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format elf\nsegment phys=0xfffffffffffff000 size=0x3000 file=0x800 seed=1\n");
	assert_remark(made.dump, "it is cut");
	assert_success(made.dump->format->run(made.dump, 0xfffffffffffff800, &run));
	assert_int_equal(run.state, KDK_PAGE_EXCLUDED);
	assert_true(run.length == 0x7ff);
	assert_success(made.dump->format->run(made.dump, UINT64_MAX, &run));
	assert_true(run.length == 1);
	made_close(&made);
}

static void more_in_the_file_than_in_memory(void **state)
{
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format elf\nsegment phys=0x1000 size=0x800 file=0x1000 seed=1\n");
	assert_remark(made.dump, "it is cut");
	assert_string_equal(dump_map(made.dump, 0x800), "H2 P1");
	assert_true(made.dump->segments[0].file_size == 0x800);
	made_close(&made);
}

static void other_core_files_are_refused_by_name(void **state)
{
	struct made made;

	(void)state;
	/* NT_AUXV */
	assert_failure(made_open(&made, NULL,
				 "format elf\nnote CORE 6 64 1\nsegment phys=0 virt=1 size=16\n"),
		       KDK_ERROR_UNSUPPORTED,
		       "dump: the core dump of a program, not of a kernel: open it with a debugger");
	made_close(&made);
	assert_failure(
		made_open(&made, NULL, "format elf\nsections 5\n"), KDK_ERROR_UNSUPPORTED,
		"dump: a core file of a Xen guest (xc_core), which this version does not read");
	made_close(&made);
	assert_failure(made_open(&made, NULL, "format elf\nnote CORE 1 64 1\n"),
		       KDK_ERROR_FORMAT,
		       "dump: an ELF core file without memory segments");
	made_close(&made);
}

#define KCORE "format elf\nnote-text CORE 3 ....vmlinux\nvmcoreinfo OSRELEASE=6.1\n"

static void kcore_has_virtual_memory_too(void **state)
{
	uint8_t bytes[32];
	struct made made;

	(void)state;
	made_open_well(&made, NULL, KCORE
		       "segment phys=0xffffffffffffffff virt=0xffffc90000000000 size=0x1000 seed=7\n"
		       "segment phys=0x1000 virt=0xffffffff81000000 size=0x1000 seed=1\n"
		       "segment phys=0x1000 virt=0xffff888000001000 size=0x2000 seed=1\n");
	assert_string_equal(made.dump->format->name, "kcore");
	assert_false(made.dump->facts.live);
	assert_string_equal(dump_map(made.dump, 0x1000), "H1 P2");
	assert_pattern(made.dump, 1, 0x1800, 0x1000);
	assert_true(made.dump->segments[2].phys == KDK_NO_ADDRESS);
	assert_string_equal(made.dump->vmcoreinfo, "OSRELEASE=6.1\n");
	assert_success(made.dump->format->read_virtual(made.dump, 0xffffc90000000010,
						       bytes, 16));
	for (uint64_t i = 0; i < 16; i++)
		assert_int_equal(bytes[i], mkdump_pattern(7, UINT64_MAX + 0x10 + i));
	assert_success(made.dump->format->read_virtual(made.dump, 0xffff888000002ff0,
						       bytes, 16));
	for (uint64_t i = 0; i < 16; i++)
		assert_int_equal(bytes[i], mkdump_pattern(1, 0x2ff0 + i));
	assert_failure(made.dump->format->read_virtual(made.dump, 0xffff888000002ff0,
						       bytes, 17),
		       KDK_ERROR_ABSENT, NULL);
	assert_failure(made.dump->format->read_virtual(made.dump, 0x1000, bytes, 1),
		       KDK_ERROR_ABSENT, NULL);
	made_close(&made);
}

static void kcore_of_old_kernels_has_no_physical_addresses(void **state)
{
	uint8_t bytes[16];
	struct made made;

	(void)state;
	made_open_well(&made, NULL, KCORE
		       "segment phys=0 virt=0xffffc90000000000 size=0x1000 seed=7\n"
		       "segment phys=0 virt=0xffff888000000000 size=0x2000 seed=1\n");
	assert_remark(made.dump, "does not give physical addresses");
	assert_true(made.dump->facts.max_phys == 0);
	assert_failure(made.dump->format->read(made.dump, 0, bytes, 1), KDK_ERROR_ABSENT,
		       NULL);
	assert_success(made.dump->format->read_virtual(made.dump, 0xffff888000000000,
						       bytes, 16));
	made_close(&made);
}

/* i386 with PAE and more than 4 GiB: the headers must be 64-bit, the machine is not. */
static void a_32_bit_machine_in_a_64_bit_file(void **state)
{
	struct kdk_kernel *kernel = NULL;
	struct made made;

	(void)state;
	made_open_well(&made, NULL,
		       "format elf\nword 64\nmachine 3\nvmcoreinfo OSRELEASE=5.10.0\n"
		       "segment phys=0x140000000 size=0x1000 seed=1\n");
	assert_success(kdk_kernel_open_dump(kdk_take(made.dump), NULL, &kernel));
	assert_non_null(kernel->arch);
	assert_string_equal(kernel->arch->name, "i386");
	assert_int_equal(kernel->dump->facts.word_bytes, 4);
	kdk_kernel_destroy(kernel);
	made_close(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_class_and_byte_order),
		cmocka_unit_test(any_order_and_overlap),
		cmocka_unit_test(bytes_in_the_file_win_over_missing_ones),
		cmocka_unit_test(a_read_crosses_segments_and_says_where_it_stops),
		cmocka_unit_test(a_truncated_file_loses_its_end),
		cmocka_unit_test(qemu_leaves_virtual_addresses_zero),
		cmocka_unit_test(more_headers_than_sixteen_bits_count),
		cmocka_unit_test(the_writers_mark_of_an_incomplete_file),
		cmocka_unit_test(notes_may_be_damaged),
		cmocka_unit_test(claims_beyond_the_file_are_refused),
		cmocka_unit_test(segments_at_the_end_of_the_address_space),
		cmocka_unit_test(more_in_the_file_than_in_memory),
		cmocka_unit_test(other_core_files_are_refused_by_name),
		cmocka_unit_test(kcore_has_virtual_memory_too),
		cmocka_unit_test(kcore_of_old_kernels_has_no_physical_addresses),
		cmocka_unit_test(a_32_bit_machine_in_a_64_bit_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
