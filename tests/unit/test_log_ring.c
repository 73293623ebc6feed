/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log_case.h"

#define RECORD(stamp, string)                                                            \
	&(struct fake_record)                                                            \
	{                                                                                \
		.ts_nsec = stamp, .text = string, .level = 6                             \
	}

static const struct kdk_log_print vmcore_dmesg = { .style = KDK_LOG_VMCORE_DMESG };

static void every_field_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(machines); i++) {
		struct fake_kernel *fake = fake_on(&machines[i]);
		struct fake_ring ring;
		struct kdk_log *log;
		const struct kdk_log_record *record;

		fake_ring_init(&ring, fake, 4, 10);
		fake_ring_add(&ring, RECORD(1, "first"));
		fake_ring_add(&ring, &(struct fake_record){
			.ts_nsec = 0x0123456789abcdef, .text = "second", .level = 3,
			.facility = 5, .flags = 0x0a, .caller = 0x80000007,
			.subsystem = "pci", .device = "+pci:0000:00:01.0" });
		fake_ring_finish(&ring);
		log = read_log(fake);
		assert_int_equal(log->kind, KDK_LOG_RING);
		assert_true(log->has_time && log->has_level && log->has_caller);
		assert_int_equal(log->count, 2);
		assert_int_equal(log->note_count, 0);
		check_text(&log->records[0], "first");
		record = &log->records[1];
		check_text(record, "second");
		assert_int_equal(record->seq, 1);
		assert_int_equal(record->ts_nsec, 0x0123456789abcdef);
		assert_int_equal(record->level, 3);
		assert_int_equal(record->facility, 5);
		assert_int_equal(record->flags, 0x0a);
		assert_int_equal(record->caller, 0x80000007);
		assert_true(record->has_data);
		assert_string_equal(record->subsystem, "pci");
		assert_string_equal(record->device, "+pci:0000:00:01.0");
		kdk_log_destroy(log);
		fake_kernel_destroy(fake);
	}
}

/* Ids pass their wrap after the first few records, blocks the ring's end many times. */
static void a_ring_that_has_wrapped_gives_the_newest(void **state)
{
	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(machines); i++) {
		for (int total = 1; total < 200; total += 7) {
			struct fake_kernel *fake = fake_on(&machines[i]);
			struct fake_ring ring;
			struct kdk_log *log;
			char text[64];
			size_t first;

			fake_ring_init(&ring, fake, 5, 9);
			for (int n = 0; n < total; n++) {
				snprintf(text, sizeof(text), "record %d%.*s", n, n % 23,
					 "......................");
				fake_ring_add(&ring, RECORD(n, text));
			}
			fake_ring_finish(&ring);
			log = read_log(fake);
			assert_int_equal(log->note_count, 0);
			first = ring.overwritten;
			assert_int_equal(log->count, total - first);
			for (size_t n = 0; n < log->count; n++) {
				snprintf(text, sizeof(text), "record %zu%.*s", first + n,
					 (int)((first + n) % 23),
					 "......................");
				check_text(&log->records[n], text);
				assert_int_equal(log->records[n].seq, first + n);
			}
			kdk_log_destroy(log);
			fake_kernel_destroy(fake);
		}
	}
}

static void states_decide_what_is_a_record(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	struct kdk_log *log;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	fake_ring_add(&ring, RECORD(1000, "finalized"));
	fake_ring_add(&ring, &(struct fake_record){ .ts_nsec = 2000, .text = "reserved",
						    .state = FAKE_RESERVED });
	fake_ring_add(&ring, &(struct fake_record){ .ts_nsec = 3000, .text = "reusable",
						    .state = FAKE_REUSABLE });
	fake_ring_add(&ring, &(struct fake_record){ .ts_nsec = 4000, .text = "committed",
						    .state = FAKE_COMMITTED });
	fake_ring_finish(&ring);
	check_print(fake, &vmcore_dmesg,
		    "[    0.000001] finalized\n[    0.000004] committed\n");
	log = read_log(fake);
	assert_int_equal(log->note_count, 1);
	assert_string_equal(log->notes[0],
			    "records that were being written when the kernel stopped: 1");
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static void records_without_data_are_told_apart(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	struct kdk_log *log;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	fake_ring_add(&ring, &(struct fake_record){ .block = FAKE_EMPTY_LINE });
	fake_ring_add(&ring, &(struct fake_record){ .block = FAKE_FAILED, .text = "x" });
	fake_ring_add(&ring, RECORD(0, ""));
	fake_ring_finish(&ring);
	log = read_log(fake);
	assert_int_equal(log->count, 3);
	assert_true(!log->records[0].has_data && !log->records[0].text_lost);
	assert_true(!log->records[1].has_data && log->records[1].text_lost);
	assert_true(log->records[2].has_data && !log->records[2].text_lost);
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static void a_text_ends_with_its_block(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	uint64_t id;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	id = fake_ring_add(&ring, RECORD(0, "short"));
	fake_ring_add(&ring, RECORD(0, "other"));
	fake_put_u16(fake, fake_ring_info(&ring, id) + 16, 500);
	fake_ring_finish(&ring);
	check_print(fake, &vmcore_dmesg,
		    "[    0.000000] short\\x00\\x00\\x00\n[    0.000000] other\n");
	fake_kernel_destroy(fake);
}

/* Newer kernels let a block end exactly where the ring does. */
static void a_block_may_end_at_the_end_of_the_ring(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	uint64_t id;
	size_t desc;

	(void)state;
	fake_ring_init(&ring, fake, 4, 8);
	id = fake_ring_add(&ring, RECORD(0, "at the end"));
	desc = fake_ring_desc(&ring, id);
	fake_put_word(fake, desc + 8, 256 - 24);
	fake_put_word(fake, desc + 16, 256);
	fake_put_word(fake, ring.data + 256 - 24, id);
	fake_put_bytes(fake, ring.data + 256 - 16, "at the end", 10);
	fake_ring_finish(&ring);
	check_print(fake, &vmcore_dmesg, "[    0.000000] at the end\n");
	fake_kernel_destroy(fake);
}

/* 40 records of 32 bytes, one page of each array after the other lost. */
static void a_lost_page_costs_only_its_records(void **state)
{
	static const struct {
		const char *what;
		size_t ring_member;
	} arrays[] = {
		{ "infos", offsetof(struct fake_ring, infos) },
		{ "data", offsetof(struct fake_ring, data) },
		{ "descs", offsetof(struct fake_ring, descs) },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(arrays); i++) {
		struct fake_kernel *fake = fake_on(&machines[0]);
		struct fake_ring ring;
		struct kdk_log *log;
		size_t start, lost = 0;

		fake_ring_init(&ring, fake, 9, 14);
		for (int n = 0; n < 500; n++)
			fake_ring_add(&ring, RECORD(n, "sixteen bytes...."));
		fake_ring_finish(&ring);
		memcpy(&start, (char *)&ring + arrays[i].ring_member, sizeof(start));
		fake_page(fake, start + FAKE_PAGE, KDK_PAGE_LOST);
		log = read_log(fake);
		assert_true(log->count > 200 && log->count < 500);
		for (size_t n = 0; n < log->count; n++) {
			check_text(&log->records[n], "sixteen bytes....");
			lost += n && log->records[n].ts_nsec !=
					     log->records[n - 1].ts_nsec + 1;
		}
		assert_int_equal(lost, 1);
		assert_int_equal(log->note_count, 1);
		assert_non_null(
			strstr(log->notes[0], "records that are not in the dump: "));
		assert_non_null(strstr(log->notes[0], "lost"));
		kdk_log_destroy(log);
		fake_kernel_destroy(fake);
	}
}

static void a_ring_of_which_nothing_is_there_is_an_error(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct kdk_log *log = NULL;
	struct fake_ring ring;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	fake_ring_add(&ring, RECORD(0, "gone"));
	fake_ring_finish(&ring);
	for (size_t at = 0; at < fake->size; at += FAKE_PAGE)
		fake_page(fake, at, KDK_PAGE_EXCLUDED);
	fake_kernel_ready(fake);
	assert_failure(kdk_log_read(&fake->kernel, &log), KDK_ERROR_ABSENT, NULL);
	assert_null(log);
	fake_kernel_destroy(fake);
}

static void without_the_pointer_the_early_ring_is_read(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	struct kdk_log *log;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	fake_ring_add(&ring, RECORD(0, "early"));
	ring.early = true;
	fake_ring_finish(&ring);
	log = read_log(fake);
	assert_int_equal(log->count, 1);
	assert_int_equal(log->note_count, 1);
	assert_non_null(strstr(log->notes[0], "trying the ring of early boot"));
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static void a_text_that_is_another_record_s_is_left_out(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	struct kdk_log *log;
	uint64_t id;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	id = fake_ring_add(&ring, RECORD(1, "one"));
	fake_ring_add(&ring, RECORD(2, "two"));
	fake_put_word(fake, fake_ring_block(&ring, id), id + 16);
	fake_ring_finish(&ring);
	log = read_log(fake);
	assert_int_equal(log->count, 1);
	check_text(&log->records[0], "two");
	assert_int_equal(log->note_count, 1);
	assert_string_equal(log->notes[0],
			    "records whose place for the text holds something else: 1");
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static void a_tail_out_of_reach_does_not_matter(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	struct kdk_log *log;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	for (int n = 0; n < 20; n++)
		fake_ring_add(&ring, RECORD(n, "text"));
	ring.tail_id -= 1000000;
	fake_ring_finish(&ring);
	log = read_log(fake);
	assert_int_equal(log->count, 16);
	assert_int_equal(log->note_count, 1);
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static void a_descriptor_with_another_id_is_no_record(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	struct kdk_log *log;
	uint64_t id;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	fake_ring_add(&ring, RECORD(1, "one"));
	id = fake_ring_add(&ring, RECORD(2, "two"));
	fake_put_word(fake, fake_ring_desc(&ring, id), (UINT64_C(2) << 62) | (id - 16));
	fake_put_word(fake, fake_ring_block(&ring, id), id - 16);
	fake_ring_finish(&ring);
	log = read_log(fake);
	assert_int_equal(log->count, 1);
	check_text(&log->records[0], "one");
	assert_int_equal(log->note_count, 1);
	assert_string_equal(log->notes[0],
			    "descriptors between tail and head of other records: 1");
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static void names_may_fill_their_fields(void **state)
{
	static const char name[] = "0123456789abcdef0123456789abcdef0123456789abcdef";
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	struct kdk_log *log;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	fake_ring_add(&ring, &(struct fake_record){ .text = "text", .subsystem = name,
						    .device = name });
	fake_ring_finish(&ring);
	log = read_log(fake);
	assert_string_equal(log->records[0].subsystem, "0123456789abcde");
	assert_int_equal(strlen(log->records[0].device), 47);
	assert_memory_equal(log->records[0].device, name, 47);
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static void impossible_sizes_are_refused(void **state)
{
	static const struct {
		unsigned int count_bits, size_bits;
	} sizes[] = { { 27, 10 }, { 4, 32 }, { UINT32_MAX, 10 }, { 4, UINT32_MAX } };

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(sizes); i++) {
		struct fake_kernel *fake = fake_on(&machines[i]);
		struct kdk_log *log = NULL;
		struct fake_ring ring;
		char words[128];

		fake_ring_init(&ring, fake, 4, 10);
		fake_ring_add(&ring, RECORD(0, "text"));
		fake_ring_finish(&ring);
		fake_put_u32(fake, ring.header, sizes[i].count_bits);
		fake_put_u32(fake, ring.header + 6 * fake->word, sizes[i].size_bits);
		fake_kernel_ready(fake);
		snprintf(words, sizeof(words),
			 "kernel log: the ring claims 2^%u descriptors "
			 "and 2^%u bytes of text",
			 sizes[i].count_bits, sizes[i].size_bits);
		assert_failure(kdk_log_read(&fake->kernel, &log), KDK_ERROR_FORMAT,
			       words);
		assert_null(log);
		fake_kernel_destroy(fake);
	}
}

/* The largest ring that is believed, of which the image has next to nothing. */
static void claims_cost_nothing_that_is_not_there(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	struct kdk_log *log = NULL;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	fake_ring_add(&ring, RECORD(0, "text"));
	ring.tail_id -= 1 << 25;
	fake_ring_finish(&ring);
	fake_put_u32(fake, ring.header, 26);
	fake_put_u32(fake, ring.header + 6 * fake->word, 31);
	fake_kernel_ready(fake);
	assert_failure(kdk_log_read(&fake->kernel, &log), KDK_ERROR_ABSENT, NULL);
	fake_kernel_destroy(fake);
}

static void a_missing_key_is_named(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct kdk_log *log = NULL;
	struct fake_ring ring;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	fake_ring_add(&ring, RECORD(0, "text"));
	fake_ring_finish(&ring);
	fake_info_drop(fake, "OFFSET(prb_desc.state_var)");
	fake_kernel_ready(fake);
	assert_failure(kdk_log_read(&fake->kernel, &log), KDK_ERROR_ABSENT,
		       "kernel log: vmcoreinfo has no OFFSET(prb_desc.state_var)");
	fake_kernel_destroy(fake);
}

static void a_field_outside_its_struct_is_refused(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct kdk_log *log = NULL;
	struct fake_ring ring;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	fake_ring_add(&ring, RECORD(0, "text"));
	fake_ring_finish(&ring);
	fake_info(fake, "OFFSET(printk_info.text_len)=93");
	fake_kernel_ready(fake);
	assert_failure(
		kdk_log_read(&fake->kernel, &log), KDK_ERROR_FORMAT,
		"kernel log: vmcoreinfo: printk_info.text_len lies outside its struct");
	fake_kernel_destroy(fake);
}

static void optional_keys_may_be_missing(void **state)
{
	static const char *const keys[] = {
		"OFFSET(printk_info.seq)", "OFFSET(printk_info.caller_id)",
		"OFFSET(printk_info.dev_info)", "OFFSET(atomic_long_t.counter)",
	};
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_ring ring;
	struct kdk_log *log;

	(void)state;
	fake_ring_init(&ring, fake, 4, 10);
	for (int n = 0; n < 3; n++)
		fake_ring_add(&ring, &(struct fake_record){ .text = "text",
							    .subsystem = "pci" });
	fake_ring_finish(&ring);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(keys); i++)
		fake_info_drop(fake, keys[i]);
	log = read_log(fake);
	assert_int_equal(log->count, 3);
	assert_int_equal(log->records[2].seq, 2);
	assert_int_equal(log->records[2].caller, KDK_LOG_NO_CALLER);
	assert_false(log->has_caller);
	assert_string_equal(log->records[2].subsystem, "");
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read),
		cmocka_unit_test(a_ring_that_has_wrapped_gives_the_newest),
		cmocka_unit_test(states_decide_what_is_a_record),
		cmocka_unit_test(records_without_data_are_told_apart),
		cmocka_unit_test(a_text_ends_with_its_block),
		cmocka_unit_test(a_block_may_end_at_the_end_of_the_ring),
		cmocka_unit_test(a_lost_page_costs_only_its_records),
		cmocka_unit_test(a_ring_of_which_nothing_is_there_is_an_error),
		cmocka_unit_test(without_the_pointer_the_early_ring_is_read),
		cmocka_unit_test(a_text_that_is_another_record_s_is_left_out),
		cmocka_unit_test(a_tail_out_of_reach_does_not_matter),
		cmocka_unit_test(a_descriptor_with_another_id_is_no_record),
		cmocka_unit_test(names_may_fill_their_fields),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(claims_cost_nothing_that_is_not_there),
		cmocka_unit_test(a_missing_key_is_named),
		cmocka_unit_test(a_field_outside_its_struct_is_refused),
		cmocka_unit_test(optional_keys_may_be_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
