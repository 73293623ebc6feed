/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same records in each style. What vmcore-dmesg 2.0.25, makedumpfile 1.7.6 and
 * crash 8.0.2 print for them was taken from runs of these programs.
 */
#include "log_case.h"

#include <locale.h>

static const struct fake_record hostile[] = {
	{ .ts_nsec = 0, .text = "Linux version 6.1", .level = 5 },
	{ .ts_nsec = 1234567890,
	  .text = "tab\there back\\slash",
	  .level = 4,
	  .facility = 3,
	  .caller = 1 },
	{ .ts_nsec = 1234567890123456,
	  .text = "big\nmulti\nline",
	  .level = 3,
	  .caller = 0x80000001,
	  .subsystem = "pci",
	  .device = "+pci:0000:00:01.0" },
	{ .ts_nsec = 2000000000,
	  .text = "ctl \x01\x1b[31m\r\v\f\x08\0\x7f end",
	  .size = 20,
	  .level = 6,
	  .caller = 77 },
	{ .ts_nsec = 3000000000,
	  .text = "utf \xc3\xb6 \xe2\x80\xae bad \xc3( \xff\x9b",
	  .level = 6,
	  .caller = 123456 },
	{ .ts_nsec = 4000000000,
	  .text = "cont start",
	  .level = 6,
	  .flags = 8,
	  .caller = 5 },
	{ .ts_nsec = 4000000001,
	  .text = "cont rest",
	  .level = 6,
	  .flags = 10,
	  .caller = 5 },
	{ .ts_nsec = 5000000000, .level = 6, .block = FAKE_EMPTY_LINE },
	{ .ts_nsec = 5000001000, .level = 6, .text = "x", .block = FAKE_FAILED },
	{ .ts_nsec = 5000002000, .level = 6, .text = "" },
	{ .ts_nsec = 6000000000, .level = 0, .text = "newline\n", .facility = 200 },
};

static struct fake_kernel *hostile_ring(const struct machine *machine)
{
	struct fake_kernel *fake = fake_on(machine);
	struct fake_ring ring;

	fake_ring_init(&ring, fake, 5, 12);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(hostile); i++)
		fake_ring_add(&ring, &hostile[i]);
	fake_ring_finish(&ring);
	return fake;
}

static void check_ring(const struct machine *machine, struct kdk_log_print options,
		       const char *expected)
{
	struct fake_kernel *fake = hostile_ring(machine);

	check_print(fake, &options, expected);
	fake_kernel_destroy(fake);
}

static void as_vmcore_dmesg(void **state)
{
	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(machines); i++)
		check_ring(
			&machines[i],
			(struct kdk_log_print){ .style = KDK_LOG_VMCORE_DMESG },
			"[    0.000000] Linux version 6.1\n"
			"[    1.234567] tab\there back\\slash\n"
			"[1234567.890123] big\nmulti\nline\n"
			"[    2.000000] ctl \\x01\\x1b[31m\\x0d\\x0b\\x0c\\x08\\x00\\x7f end\n"
			"[    3.000000] utf \\xc3\\xb6 \\xe2\\x80\\xae bad \\xc3( \\xff\\x9b\n"
			"[    4.000000] cont start\n"
			"[    4.000000] cont rest\n"
			"[    5.000000] \n"
			"[    5.000001] \n"
			"[    5.000002] \n"
			"[    6.000000] newline\n\n");
}

static void as_makedumpfile(void **state)
{
	(void)state;
	check_ring(
		&machines[0], (struct kdk_log_print){ .style = KDK_LOG_MAKEDUMPFILE },
		"[    0.000000] [      T0] Linux version 6.1\n"
		"[    1.234567] [      T1] tab\there back\\slash\n"
		"[1234567.890123] [      C1] big\n"
		"                            multi\n"
		"                            line\n"
		"[    2.000000] [     T77] ctl \\x01\\x1b[31m\\x0d\\x0b\\x0c\\x08\\x00\\x7f end\n"
		"[    3.000000] [ T123456] utf \\xffffffc3\\xffffffb6 "
		"\\xffffffe2\\xffffff80\\xffffffae bad \\xffffffc3( \\xffffffff\\xffffff9b\n"
		"[    4.000000] [      T5] cont start\n"
		"[    4.000000] [      T5] cont rest\n"
		"[    5.000002] [      T0] \n"
		"[    6.000000] [      T0] newline\n"
		"                          \n");
}

/* Where a char has no sign, and as the versions print it that know no callers. */
static void as_makedumpfile_elsewhere(void **state)
{
	(void)state;
	check_ring(&machines[2], (struct kdk_log_print){ .style = KDK_LOG_MAKEDUMPFILE,
							 .caller = KDK_LOG_CALLER_HIDE },
		   "[    0.000000] Linux version 6.1\n"
		   "[    1.234567] tab\there back\\slash\n"
		   "[1234567.890123] big\n"
		   "                 multi\n"
		   "                 line\n"
		   "[    2.000000] ctl \\x01\\x1b[31m\\x0d\\x0b\\x0c\\x08\\x00\\x7f end\n"
		   "[    3.000000] utf \\xc3\\xb6 \\xe2\\x80\\xae bad \\xc3( \\xff\\x9b\n"
		   "[    4.000000] cont start\n"
		   "[    4.000000] cont rest\n"
		   "[    5.000002] \n"
		   "[    6.000000] newline\n"
		   "               \n");
}

static void as_crash(void **state)
{
	(void)state;
	check_ring(&machines[0], (struct kdk_log_print){ .style = KDK_LOG_CRASH },
		   "[    0.000000] Linux version 6.1\n"
		   "[    1.234567] tab\there back\\slash\n"
		   "[1234567.890123] big\n"
		   "                 multi\n"
		   "                 line\n"
		   "[    2.000000] ctl ..[31m...... end\n"
		   "[    3.000000] utf .. ... bad .( ..\n"
		   "[    4.000000] cont start\n"
		   "[    4.000000] cont rest\n"
		   "\n"
		   "\n"
		   "[    5.000002] \n"
		   "[    6.000000] newline\n"
		   "               \n");
}

static void as_crash_with_levels(void **state)
{
	(void)state;
	check_ring(&machines[0],
		   (struct kdk_log_print){
			   .style = KDK_LOG_CRASH, .facility = true, .levels = 1 << 3 },
		   "[1234567.890123] <3>big\n"
		   "                    multi\n"
		   "                    line\n");
}

static void as_the_kernel(void **state)
{
	(void)state;
	check_ring(&machines[0], (struct kdk_log_print){ .style = KDK_LOG_KERNEL },
		   "[    0.000000] Linux version 6.1\n"
		   "[    1.234567] tab\there back\\slash\n"
		   "[1234567.890123] big\n"
		   "[1234567.890123] multi\n"
		   "[1234567.890123] line\n"
		   "[    2.000000] ctl \\x01\\x1b[31m\\x0d\\x0b\\x0c\\x08\\x00\\x7f end\n"
		   "[    3.000000] utf \xc3\xb6 \\xe2\\x80\\xae bad \\xc3( \\xff\\x9b\n"
		   "[    4.000000] cont start\n"
		   "[    4.000000] cont rest\n"
		   "[    5.000000] \n"
		   "[    5.000002] \n"
		   "[    6.000000] newline\n"
		   "[    6.000000] \n");
}

static void facility_and_caller_stand_in_front(void **state)
{
	struct kdk_log_print options = {
		.facility = true,
		.caller = KDK_LOG_CALLER_SHOW,
		.levels = 1 << 0 | 1 << 3 | 1 << 4,
	};

	(void)state;
	options.style = KDK_LOG_KERNEL;
	check_ring(&machines[0], options,
		   "daemon:warn  : [    1.234567][    T1] tab\there back\\slash\n"
		   "kern  :err   : [1234567.890123][    C1] big\n"
		   "kern  :err   : [1234567.890123][    C1] multi\n"
		   "kern  :err   : [1234567.890123][    C1] line\n"
		   "200   :emerg : [    6.000000][    T0] newline\n"
		   "200   :emerg : [    6.000000][    T0] \n");
	options.style = KDK_LOG_VMCORE_DMESG;
	options.levels = 1 << 4;
	check_ring(&machines[0], options,
		   "daemon:warn  : [    1.234567] [      T1] tab\there back\\slash\n");
}

static void as_json(void **state)
{
	(void)state;
	check_ring(
		&machines[0], (struct kdk_log_print){ .style = KDK_LOG_JSON },
		"{\"seq\": 0, \"ts_ns\": 0, \"level\": 5, \"facility\": 0, \"caller\": \"T0\", "
		"\"text\": \"Linux version 6.1\"}\n"
		"{\"seq\": 1, \"ts_ns\": 1234567890, \"level\": 4, \"facility\": 3, "
		"\"caller\": \"T1\", \"text\": \"tab\\there back\\\\slash\"}\n"
		"{\"seq\": 2, \"ts_ns\": 1234567890123456, \"level\": 3, \"facility\": 0, "
		"\"caller\": \"C1\", \"text\": \"big\\nmulti\\nline\", "
		"\"subsystem\": \"pci\", \"device\": \"+pci:0000:00:01.0\"}\n"
		"{\"seq\": 3, \"ts_ns\": 2000000000, \"level\": 6, \"facility\": 0, "
		"\"caller\": \"T77\", \"text\": \"ctl \\u0001\\u001b[31m\\u000d\\u000b\\u000c"
		"\\u0008\\u0000\\u007f end\"}\n"
		"{\"seq\": 4, \"ts_ns\": 3000000000, \"level\": 6, \"facility\": 0, "
		"\"caller\": \"T123456\", \"text\": \"utf \xc3\xb6 \\u202e bad \\u00c3( "
		"\\u00ff\\u009b\"}\n"
		"{\"seq\": 5, \"ts_ns\": 4000000000, \"level\": 6, \"facility\": 0, "
		"\"caller\": \"T5\", \"text\": \"cont start\"}\n"
		"{\"seq\": 6, \"ts_ns\": 4000000001, \"level\": 6, \"facility\": 0, "
		"\"caller\": \"T5\", \"text\": \"cont rest\"}\n"
		"{\"seq\": 7, \"ts_ns\": 5000000000, \"level\": 6, \"facility\": 0, "
		"\"caller\": \"T0\", \"text\": \"\"}\n"
		"{\"seq\": 8, \"ts_ns\": 5000001000, \"level\": 6, \"facility\": 0, "
		"\"caller\": \"T0\", \"text\": null}\n"
		"{\"seq\": 9, \"ts_ns\": 5000002000, \"level\": 6, \"facility\": 0, "
		"\"caller\": \"T0\", \"text\": \"\"}\n"
		"{\"seq\": 10, \"ts_ns\": 6000000000, \"level\": 0, \"facility\": 200, "
		"\"caller\": \"T0\", \"text\": \"newline\\n\"}\n");
}

static void check_plain(struct kdk_log_print options, const char *expected)
{
	struct fake_kernel *fake = fake_on(&machines[0]);

	fake_plain(fake, 4096, "<5>Linux version\n<6>[    0.000000] stamped\n\n"
		   "<c>cont \x01\xc3\xb6\\ tab\there\n<7>not ended");
	check_print(fake, &options, expected);
	fake_kernel_destroy(fake);
}

static void a_plain_log_keeps_its_prefixes(void **state)
{
	(void)state;
	check_plain((struct kdk_log_print){ .style = KDK_LOG_VMCORE_DMESG },
		    "<5>Linux version\n<6>[    0.000000] stamped\n\n"
		    "<c>cont \\x01\\xc3\\xb6\\ tab\there\n<7>not ended");
	check_plain((struct kdk_log_print){ .style = KDK_LOG_MAKEDUMPFILE },
		    "<5>Linux version\n<6>[    0.000000] stamped\n\n"
		    "<c>cont \\x01\\xffffffc3\\xffffffb6\\ tab\there\n<7>not ended");
	check_plain((struct kdk_log_print){ .style = KDK_LOG_CRASH },
		    "<5>Linux version\n<6>[    0.000000] stamped\n\n"
		    "<c>cont ...\\ tab\there\n<7>not ended");
	check_plain((struct kdk_log_print){ .style = KDK_LOG_KERNEL },
		    "Linux version\n[    0.000000] stamped\n\n"
		    "cont \\x01\xc3\xb6\\ tab\there\nnot ended\n");
	check_plain((struct kdk_log_print){ .style = KDK_LOG_JSON, .levels = 1 << 7 },
		    "{\"seq\": 4, \"ts_ns\": null, \"level\": 7, \"facility\": 0, "
		    "\"caller\": null, \"text\": \"not ended\"}\n");
}

/* Records of a kernel built to show callers show them as that kernel does. */
static void records_show_the_callers_they_have(void **state)
{
	(void)state;
	for (int caller = 0; caller < 2; caller++) {
		struct fake_kernel *fake = fake_on(&machines[0]);
		struct fake_records records;

		fake_records_init(&records, fake, 4096, "printk_log", caller);
		fake_records_add(&records, &hostile[1]);
		fake_records_finish(&records);
		check_print(fake, &(struct kdk_log_print){ .style = KDK_LOG_KERNEL },
			    caller ? "[    1.234567][    T1] tab\there back\\slash\n"
				   : "[    1.234567] tab\there back\\slash\n");
		check_print(fake,
			    &(struct kdk_log_print){ .style = KDK_LOG_MAKEDUMPFILE },
			    caller ? "[    1.234567] [      T1] tab\there back\\slash\n"
				   : "[    1.234567] tab\there back\\slash\n");
		fake_kernel_destroy(fake);
	}
}

static void times_of_day_come_from_the_crash(void **state)
{
	struct kdk_log_print options = { .human_time = true, .levels = 1 << 4 | 1 << 0 };
	struct fake_kernel *fake = hostile_ring(&machines[0]);
	struct kdk_log *log;
	char *text;

	(void)state;
	setenv("TZ", "UTC", 1);
	log = read_log(fake);
	assert_false(kdk_log_boot_time(&fake->kernel, log, &options.boot_time));
	assert_failure(
		kdk_log_print(log, &options, stdout), KDK_ERROR_USAGE,
		"times of day cannot be shown: the dump does not say when the kernel "
		"started");
	kdk_log_destroy(log);

	fake_info(fake, "CRASHTIME=1700000000");
	log = read_log(fake);
	assert_true(kdk_log_boot_time(&fake->kernel, log, &options.boot_time));
	assert_true(options.boot_time == INT64_C(1699999994000000000));
	options.boot_time_known = true;
	text = print_log(log, &options);
	assert_string_equal(text, "[Tue Nov 14 22:13:15 2023] tab\there back\\slash\n"
			    "[Tue Nov 14 22:13:20 2023] newline\n\n");
	free(text);
	options.style = KDK_LOG_CRASH;
	options.levels = 1 << 4;
	text = print_log(log, &options);
	assert_string_equal(text,
			    "[Tue Nov 14 22:13:15 UTC 2023] tab\there back\\slash\n");
	free(text);
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static struct fake_kernel *hostile_log(int kind, const struct machine *machine)
{
	struct fake_records records;
	struct fake_kernel *fake;

	if (kind == KDK_LOG_RING)
		return hostile_ring(machine);
	fake = fake_on(machine);
	if (kind == KDK_LOG_PLAIN) {
		fake_plain(fake, 64,
			   "<5>Linux version\n<6>one\x1b[31m\n<7>two\xff\n<7>three");
		return fake;
	}
	fake_records_init(&records, fake, 512, "printk_log", true);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(hostile); i++)
		fake_records_add(&records, &hostile[i]);
	fake_records_finish(&records);
	return fake;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static void check_harmless(const char *text)
{
	for (; *text; text++)
		if (*text != '\n' && *text != '\t')
			assert_true((unsigned char)*text >= ' ' && *text != 0x7f);
}

/* Whatever a damaged memory or vmcoreinfo says, nothing gets out that should not. */
static void flipped_bits_do_no_harm(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int turn = 0; turn < 3000; turn++) {
		struct fake_kernel *fake = hostile_log(turn % 3, &machines[turn / 3 % 4]);
		struct kdk_log *log = NULL;
		struct kdk_error *err;

		for (int n = 0; n < 1 + turn % 5; n++) {
			size_t at =
				FAKE_PAGE + next_random(&seed) % (fake->used - FAKE_PAGE);

			fake->image[at] ^= 1 << next_random(&seed) % 8;
			if (turn % 2)
				fake->info.data[next_random(&seed) % fake->info.size] ^=
					1 << next_random(&seed) % 3;
		}
		fake_kernel_ready(fake);
		err = kdk_log_read(&fake->kernel, &log);
		for (int style = 0; !err && style <= KDK_LOG_JSON; style++) {
			char *text =
				print_log(log, &(struct kdk_log_print){ .style = style });

			check_harmless(text);
			free(text);
		}
		kdk_error_destroy(err);
		kdk_log_destroy(log);
		fake_kernel_destroy(fake);
	}
}

static void a_full_disk_is_an_error(void **state)
{
	struct fake_kernel *fake = hostile_ring(&machines[0]);
	struct kdk_log *log = read_log(fake);
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	setbuf(full, NULL);
	assert_failure(kdk_log_print(log, &(struct kdk_log_print){ 0 }, full),
		       KDK_ERROR_SYSTEM, NULL);
	fclose(full);
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
}

static void levels_are_parsed_as_dmesg_does(void **state)
{
	static const struct {
		const char *text;
		uint8_t levels;
	} lists[] = {
		{ "emerg", 0x01 }, { "debug", 0x80 }, { "3", 0x08 }, { "err,warn", 0x18 },
		{ "err+", 0x0f }, { "+err", 0xf8 }, { "0", 0x01 }, { "7+", 0xff },
		{ "+0", 0xff }, { "warning,error", 0x18 }, { "alert,+info", 0xc2 },
	};
	static const char *const wrong[] = {
		"",	 ",", "err,",  ",err", "8",  "-1",	 "loud",
		"+err+", "+", "err++", "e",    "33", "err warn",
	};
	uint8_t levels;

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(lists); i++) {
		assert_success(kdk_log_levels_parse(lists[i].text, &levels));
		assert_int_equal(levels, lists[i].levels);
	}
	for (size_t i = 0; i < KDK_ARRAY_SIZE(wrong); i++)
		assert_failure(kdk_log_levels_parse(wrong[i], &levels), KDK_ERROR_USAGE,
			       NULL);
}

static void styles_have_names(void **state)
{
	enum kdk_log_style style;

	(void)state;
	assert_success(kdk_log_style_parse("vmcore-dmesg", &style));
	assert_int_equal(style, KDK_LOG_VMCORE_DMESG);
	assert_success(kdk_log_style_parse("json", &style));
	assert_int_equal(style, KDK_LOG_JSON);
	assert_failure(kdk_log_style_parse("xml", &style), KDK_ERROR_USAGE, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_vmcore_dmesg),
		cmocka_unit_test(as_makedumpfile),
		cmocka_unit_test(as_makedumpfile_elsewhere),
		cmocka_unit_test(as_crash),
		cmocka_unit_test(as_crash_with_levels),
		cmocka_unit_test(as_the_kernel),
		cmocka_unit_test(facility_and_caller_stand_in_front),
		cmocka_unit_test(as_json),
		cmocka_unit_test(a_plain_log_keeps_its_prefixes),
		cmocka_unit_test(records_show_the_callers_they_have),
		cmocka_unit_test(times_of_day_come_from_the_crash),
		cmocka_unit_test(flipped_bits_do_no_harm),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(levels_are_parsed_as_dmesg_does),
		cmocka_unit_test(styles_have_names),
	};

	/* The kernel's style shows characters where the locale can. */
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
