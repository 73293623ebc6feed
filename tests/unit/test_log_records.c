/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log_case.h"

#define RECORD(stamp, string)                                                            \
	&(struct fake_record)                                                            \
	{                                                                                \
		.ts_nsec = stamp, .text = string, .level = 6                             \
	}

static void every_field_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(machines); i++) {
		struct fake_kernel *fake = fake_on(&machines[i]);
		const struct kdk_log_record *record;
		struct fake_records records;
		struct kdk_log *log;

		fake_records_init(&records, fake, 4096, "printk_log", i % 2);
		fake_records_add(&records, RECORD(1, "first"));
		fake_records_add(&records, &(struct fake_record){
			.ts_nsec = 0x0123456789abcdef, .text = "second", .level = 3,
			.facility = 5, .flags = 0x0a, .caller = 0x80000007,
			.subsystem = "pci", .device = "+pci:SUBSYSTEM=usb" });
		fake_records_add(&records, RECORD(2, ""));
		fake_records_finish(&records);
		log = read_log(fake);
		assert_int_equal(log->kind, KDK_LOG_RECORDS);
		assert_true(log->has_time && log->has_level);
		assert_int_equal(log->has_caller, i % 2);
		assert_int_equal(log->count, 3);
		assert_int_equal(log->note_count, 0);
		check_text(&log->records[0], "first");
		record = &log->records[1];
		check_text(record, "second");
		assert_int_equal(record->seq, 1);
		assert_int_equal(record->ts_nsec, 0x0123456789abcdef);
		assert_int_equal(record->level, 3);
		assert_int_equal(record->facility, 5);
		assert_int_equal(record->flags, 0x0a);
		assert_int_equal(record->caller, i % 2 ? 0x80000007 : KDK_LOG_NO_CALLER);
		assert_string_equal(record->subsystem, "pci");
		assert_string_equal(record->device, "+pci:SUBSYSTEM=usb");
		assert_true(log->records[2].has_data);
		kdk_log_destroy(log);
		fake_kernel_destroy(fake);
	}
}

static void the_name_before_3_11_is_known(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_records records;

	(void)state;
	fake_records_init(&records, fake, 4096, "log", false);
	fake_records_add(&records, RECORD(1500000, "old"));
	fake_records_finish(&records);
	check_print(fake, &(struct kdk_log_print){ 0 }, "[    0.001500] old\n");
	fake_kernel_destroy(fake);
}

static void a_buffer_that_has_wrapped_gives_the_newest(void **state)
{
	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(machines); i++) {
		for (int total = 1; total < 150; total += 3) {
			struct fake_kernel *fake = fake_on(&machines[i]);
			struct fake_records records;
			struct kdk_log *log;
			char text[64];

			fake_records_init(&records, fake, 1024, "printk_log", false);
			for (int n = 0; n < total; n++) {
				snprintf(text, sizeof(text), "record %d%.*s", n, n % 23,
					 "......................");
				fake_records_add(&records, RECORD(n, text));
			}
			fake_records_finish(&records);
			log = read_log(fake);
			assert_int_equal(log->note_count, 0);
			assert_int_equal(log->count, total - records.oldest);
			for (size_t n = 0; n < log->count; n++) {
				snprintf(text, sizeof(text), "record %zu%.*s",
					 records.oldest + n,
					 (int)((records.oldest + n) % 23),
					 "......................");
				check_text(&log->records[n], text);
			}
			kdk_log_destroy(log);
			fake_kernel_destroy(fake);
		}
	}
}

static void an_empty_buffer_is_no_error(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_records records;

	(void)state;
	fake_records_init(&records, fake, 4096, "printk_log", false);
	/* What was there before the log was cleared is no record. */
	fake_records_add(&records, RECORD(0, "old"));
	records.oldest = records.count;
	records.next = records.places[0];
	fake_records_finish(&records);
	check_print(fake, &(struct kdk_log_print){ 0 }, "");
	fake_kernel_destroy(fake);
}

static struct fake_kernel *many_records(struct fake_records *records)
{
	struct fake_kernel *fake = fake_on(&machines[0]);

	fake_records_init(records, fake, 32768, "printk_log", false);
	for (int n = 0; n < 500; n++)
		fake_records_add(records, RECORD(n, "sixteen bytes...."));
	fake_records_finish(records);
	return fake;
}

/* All but a gap of fewer than `most` records, and a note with these words. */
static void check_gap(struct fake_kernel *fake, size_t most, const char *words)
{
	struct kdk_log *log = read_log(fake);
	size_t gaps = 0;

	assert_true(log->count < 500 && log->count + most > 500);
	for (size_t n = 0; n < log->count; n++) {
		check_text(&log->records[n], "sixteen bytes....");
		gaps += n && log->records[n].ts_nsec != log->records[n - 1].ts_nsec + 1;
	}
	assert_int_equal(gaps, 1);
	assert_true(log->note_count > 0);
	assert_non_null(strstr(log->notes[0], words));
	kdk_log_destroy(log);
}

static void after_a_lost_page_reading_goes_on(void **state)
{
	struct fake_records records;
	struct fake_kernel *fake = many_records(&records);

	(void)state;
	fake_page(fake, records.buffer + FAKE_PAGE, KDK_PAGE_LOST);
	check_gap(fake, 105, "not in the dump");
	fake_kernel_destroy(fake);
}

static void after_a_damaged_header_reading_goes_on(void **state)
{
	static const uint16_t lengths[] = { 1, 15, 16, 65535 };

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(lengths); i++) {
		struct fake_records records;
		struct fake_kernel *fake = many_records(&records);

		fake_put_u16(fake, records.buffer + records.places[200] + 8, lengths[i]);
		check_gap(fake, 3, "damaged");
		fake_kernel_destroy(fake);
	}
}

static void a_marker_that_is_no_end_is_damage(void **state)
{
	struct fake_records records;
	struct fake_kernel *fake = many_records(&records);

	(void)state;
	fake_put_u16(fake, records.buffer + records.places[200] + 8, 0);
	check_gap(fake, 3, "damaged");
	fake_kernel_destroy(fake);
}

static void many_damaged_places_are_counted(void **state)
{
	struct fake_records records;
	struct fake_kernel *fake = many_records(&records);
	struct kdk_log *log;

	(void)state;
	for (int n = 20; n < 500; n += 20)
		fake_put_u16(fake, records.buffer + records.places[n] + 8, 1);
	log = read_log(fake);
	assert_int_equal(log->note_count, 9);
	assert_non_null(strstr(log->notes[7], "in the buffer are damaged"));
	assert_string_equal(log->notes[8],
			    "640 bytes at 16 more places are damaged or missing");
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static void indexes_outside_the_buffer_are_refused(void **state)
{
	struct fake_kernel *fake = fake_on(&machines[0]);
	struct fake_records records;
	struct kdk_log *log = NULL;

	(void)state;
	fake_records_init(&records, fake, 4096, "printk_log", false);
	fake_records_add(&records, RECORD(0, "text"));
	records.next = 5000;
	fake_records_finish(&records);
	fake_kernel_ready(fake);
	assert_failure(
		kdk_log_read(&fake->kernel, &log), KDK_ERROR_FORMAT,
		"kernel log: records from 0 to 5000 do not lie in a buffer of 4096 bytes");
	fake_kernel_destroy(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read),
		cmocka_unit_test(the_name_before_3_11_is_known),
		cmocka_unit_test(a_buffer_that_has_wrapped_gives_the_newest),
		cmocka_unit_test(an_empty_buffer_is_no_error),
		cmocka_unit_test(after_a_lost_page_reading_goes_on),
		cmocka_unit_test(after_a_damaged_header_reading_goes_on),
		cmocka_unit_test(a_marker_that_is_no_end_is_damage),
		cmocka_unit_test(many_damaged_places_are_counted),
		cmocka_unit_test(indexes_outside_the_buffer_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
