/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "vmcore/inspect/crash_kind.h"

#define RECORDS 64

/* A log of lines; "~text" was written by a program. */
static void read_lines(const char *text, uint16_t machine, struct kdk_crash_log *ret)
{
	struct kdk_log_record records[RECORDS] = { 0 };
	struct kdk_log log = {
		.kind = KDK_LOG_RING,
		.elf_machine = machine,
		.records = records,
		.has_time = true,
		.has_level = true,
	};

	while (*text) {
		struct kdk_log_record *record = &records[log.count];
		size_t size = strcspn(text, "\n");

		assert_true(log.count < RECORDS);
		if (*text == '~') {
			record->facility = 1;
			text++;
			size--;
		}
		record->text = text;
		record->text_size = size;
		record->has_data = true;
		record->ts_nsec = UINT64_C(1000000000) * ++log.count;
		text += size + (text[size] == '\n');
	}
	kdk_crash_log_read(&log, ret);
}

static const struct {
	const char *log;
	const char *kind;
	uint64_t address; /* 1: none is known */
} logs[] = {
	{ "sysrq: Trigger a crash\nKernel panic - not syncing: sysrq triggered "
	  "crash",
	  "sysrq", 1 },
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000020\n"
	  "Oops: 0000 [#1] PREEMPT SMP NOPTI",
	  "null-pointer", 0x20 },
	{ "BUG: unable to handle kernel NULL pointer dereference at           (null)\n"
	  "Oops: 0002 [#1] SMP",
	  "null-pointer", 0 },
	{ "Unable to handle kernel NULL pointer dereference at virtual address "
	  "0000000000000008\n"
	  "Internal error: Oops: 0000000096000004 [#1] SMP\n"
	  "Kernel panic - not syncing: Oops: Fatal exception",
	  "null-pointer", 8 },
	{ "BUG: Kernel NULL pointer dereference on read at 0x00000010\n"
	  "Oops: Kernel access of bad area, sig: 11 [#1]",
	  "null-pointer", 0x10 },
	{ "BUG: unable to handle page fault for address: ffffc90000010000\n"
	  "Oops: 0002 [#1] SMP\nKernel panic - not syncing: Fatal exception",
	  "oops", UINT64_C(0xffffc90000010000) },
	{ "BUG: unable to handle page fault for address: 0000000000000ff8\nOops: 0000 "
	  "[#1]",
	  "null-pointer", 0xff8 },
	{ "Unable to handle kernel paging request at virtual address dead000000000108\n"
	  "Internal error: Oops: 96000044 [#2] "
	  "SMP",
	  "oops", UINT64_C(0xdead000000000108) },
	{ "general protection fault, probably for non-canonical address "
	  "0x6b6b6b6b6b6b6b8b: 0000 [#1]",
	  "gpf", UINT64_C(0x6b6b6b6b6b6b6b8b) },
	{ "Oops: general protection fault, probably for non-canonical address "
	  "0x1234567800000020: 0000 [#1]",
	  "gpf", UINT64_C(0x1234567800000020) },
	{ "general protection fault: 0000 [#1] SMP", "gpf", 1 },
	{ "kernel BUG at mm/slub.c:379!\ninvalid opcode: 0000 [#1] SMP", "bug", 1 },
	{ "kernel BUG at fs/inode.c:1!\nInternal error: Oops - BUG: 00000000f2000800 "
	  "[#1] SMP",
	  "bug", 1 },
	{ "divide error: 0000 [#1] SMP\nRIP: 0010:f+0x1/0x2", "oops", 1 },
	{ "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [sh:470]\n"
	  "Kernel panic - not syncing: softlockup: hung tasks",
	  "soft-lockup", 1 },
	{ "NMI watchdog: Watchdog detected hard LOCKUP on cpu 3\n"
	  "Kernel panic - not syncing: Hard LOCKUP",
	  "hard-lockup", 1 },
	{ "INFO: task a:b:107 blocked for more than 120 seconds.\n"
	  "Kernel panic - not syncing: hung_task: blocked tasks",
	  "hung-task", 1 },
	{ "sh invoked oom-killer: gfp_mask=0xcc0\nKernel panic - not syncing: Out of "
	  "memory: "
	  "system-wide panic_on_oom is enabled",
	  "oom", 1 },
	{ "Kernel panic - not syncing: System is deadlocked on memory", "oom", 1 },
	{ "mce: [Hardware Error]: CPU 0: Machine Check Exception: 5 Bank 1\n"
	  "Kernel panic - not syncing: Fatal local machine check",
	  "mce", 1 },
	{ "Kernel panic - not syncing: Asynchronous SError Interrupt", "mce", 1 },
	{ "Uhhuh. NMI received for unknown reason 31 on CPU 0.\n"
	  "Kernel panic - not syncing: NMI: Not continuing",
	  "nmi", 1 },
	{ "BUG: TASK stack guard page was hit at 00000000deadbeef (stack is 0..1)\n"
	  "stack guard page: 0000 [#1] SMP",
	  "stack-overflow", 1 },
	{ "Insufficient stack space to handle exception!\n"
	  "Kernel panic - not syncing: kernel stack overflow",
	  "stack-overflow", 1 },
	{ "WARNING: CPU: 0 PID: 464 at a.c:76 f+0x1b/0x30 [m]\n"
	  "Kernel panic - not syncing: kernel: panic_on_warn set ...",
	  "warn", 1 },
	{ "BUG: KASAN: use-after-free in f+0x1/0x2\n"
	  "Kernel panic - not syncing: KASAN: panic_on_warn set ...",
	  "bug", 1 },
	{ "rcu: INFO: rcu_preempt self-detected stall on CPU\n"
	  "Kernel panic - not syncing: RCU Stall",
	  "rcu-stall", 1 },
	{ "Kernel panic - not syncing: VFS: Unable to mount root fs on "
	  "unknown-block(0,0)",
	  "unknown", 1 },
	{ "Linux version 6.1\nWARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2", "unknown", 1 },
	/* An oops that the machine survived is not what it died of later. */
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000020\nOops: 0000 "
	  "[#1]\n"
	  "sysrq: Trigger a crash\nKernel panic - not syncing: sysrq triggered "
	  "crash",
	  "sysrq", 1 },
	/* The last of two is what it died of. */
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000020\nOops: 0000 "
	  "[#1]\n"
	  "---[ end trace 0 ]---\ngeneral protection fault: 0000 [#2]",
	  "gpf", 1 },
	/* Programs write what they want. */
	{ "~Kernel panic - not syncing: sysrq triggered crash\n"
	  "~BUG: kernel NULL pointer dereference, address: "
	  "0000000000000020",
	  "unknown", 1 },
	{ "", "unknown", 1 },
};

static void kinds_of_logs(void **state)
{
	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(logs); i++) {
		struct kdk_crash_log found;

		read_lines(logs[i].log, 62, &found);
		if (strcmp(kdk_crash_kind_name(found.kind), logs[i].kind) != 0)
			fail_msg("%s: taken for %s", logs[i].log,
				 kdk_crash_kind_name(found.kind));
		if (found.address_known ? found.address != logs[i].address
					: logs[i].address != 1)
			fail_msg("%s: address %#jx", logs[i].log,
				 (uintmax_t)found.address);
	}
}

static void what_belongs_to_an_oops(void **state)
{
	struct kdk_crash_log found;

	(void)state;
	read_lines("BUG: kernel NULL pointer dereference, address: 0000000000000020\n"
		   "#PF: supervisor write access in kernel mode\n"
		   "Oops: 0002 [#3] PREEMPT SMP NOPTI\n"
		   "CPU: 5 PID: 4711 Comm: sh Kdump: loaded Tainted: P        W  OE      "
		   "6.1.0 #1\n"
		   "Hardware name: QEMU\n"
		   "RIP: 0010:f+0x5/0x10 [m]\n"
		   "RIP: 0033:0x4ae3f7\n",
		   62, &found);
	assert_int_equal(found.access, KDK_ACCESS_WRITE);
	assert_int_equal(found.cpu, 5);
	assert_int_equal(found.pid, 4711);
	assert_int_equal(found.oopses, 3);
	assert_true(found.taint_known);
	assert_int_equal(found.taint, 1 << 0 | 1 << 9 | 1 << 12 | 1 << 13);
	assert_int_equal(found.panic, KDK_NO_RECORD);
	assert_int_equal(found.evidence_count, 3);
	assert_int_equal(found.evidence[0], 0);
	assert_int_equal(found.evidence[1], 2);
	assert_int_equal(found.evidence[2], 5);
	assert_true(found.at_the_end);
}

static void error_codes_of_page_faults(void **state)
{
	static const struct {
		const char *line;
		enum kdk_crash_access access;
	} codes[] = {
		{ "Oops: 0000 [#1]", KDK_ACCESS_READ },
		{ "Oops: 0002 [#1]", KDK_ACCESS_WRITE },
		{ "Oops: 0010 [#1]", KDK_ACCESS_EXECUTE },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(codes); i++) {
		struct kdk_crash_log found;
		char *text;

		assert_true(asprintf(&text,
				     "BUG: unable to handle kernel paging request "
				     "at "
				     "ffff880000000000\n%s",
				     codes[i].line) > 0);
		read_lines(text, 62, &found);
		assert_int_equal(found.access, codes[i].access);
		/* Only x86 has these codes. */
		read_lines(text, 183, &found);
		assert_int_equal(found.access, KDK_ACCESS_UNKNOWN);
		free(text);
	}
}

static void who_hangs_and_where(void **state)
{
	struct kdk_crash_log found;

	(void)state;
	read_lines("INFO: task kworker/0:1:107 blocked for more than 120 seconds.\n"
		   "Kernel panic - not syncing: hung_task: blocked tasks\n"
		   "CPU: 1 PID: 29 Comm: khungtaskd Not tainted 6.1.0 #1",
		   62, &found);
	assert_int_equal(found.blocked_pid, 107);
	assert_int_equal(found.cpu, 1);
	assert_true(found.taint_known);
	assert_int_equal(found.taint, 0);
	read_lines("rcu: INFO: rcu_sched detected stalls on CPUs/tasks:\n"
		   "rcu: \t3-....: (471 ticks this GP)\n"
		   "Kernel panic - not syncing: RCU Stall",
		   62, &found);
	assert_int_equal(found.stuck_cpu, 3);
	read_lines("watchdog: Watchdog detected hard LOCKUP on cpu 12\n"
		   "Kernel panic - not syncing: Hard LOCKUP",
		   62, &found);
	assert_int_equal(found.stuck_cpu, 12);
}

/* A report long before the end of a log is not what a dump was taken for. */
static void an_old_oops(void **state)
{
	struct kdk_crash_log found;

	(void)state;
	read_lines("Oops: 0000 [#1]\na\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm", 62, &found);
	assert_int_equal(found.kind, KDK_CRASH_OOPS);
	assert_false(found.at_the_end);
}

/* What names an oops stands close to it. */
static void a_report_ends(void **state)
{
	struct kdk_crash_log found;
	char text[1024] = "kernel BUG at a.c:1!\n";

	(void)state;
	for (size_t i = 0; i < 45; i++)
		strcat(text, "line\n");
	strcat(text, "divide error: 0000 [#2] SMP");
	read_lines(text, 62, &found);
	assert_int_equal(found.kind, KDK_CRASH_OOPS);
	assert_int_equal(found.headline, 46);
	assert_int_equal(found.oopses, 2);
}

/* Every prefix of every log is read within its bounds (for valgrind and sanitizers). */
static void cut_logs(void **state)
{
	struct kdk_crash_log found;

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(logs); i++) {
		for (size_t size = 0; size <= strlen(logs[i].log); size++) {
			char *cut = malloc(size + 1);

			assert_non_null(cut);
			memcpy(cut, logs[i].log, size);
			cut[size] = '\0';
			read_lines(cut, 62, &found);
			assert_true(found.evidence_count <= KDK_CRASH_EVIDENCE);
			free(cut);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_of_logs),
		cmocka_unit_test(what_belongs_to_an_oops),
		cmocka_unit_test(error_codes_of_page_faults),
		cmocka_unit_test(who_hangs_and_where),
		cmocka_unit_test(an_old_oops),
		cmocka_unit_test(a_report_ends),
		cmocka_unit_test(cut_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
