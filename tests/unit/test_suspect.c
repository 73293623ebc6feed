/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report_case.h"

#include "vmcore/inspect/signature.h"

/* "foreign" is from elsewhere, "friendly" came with the kernel. */
static struct kdk_module module_list[] = {
	{ .name = "foreign", .taints = 1 << 12 },
	{ .name = "friendly" },
};
static struct kdk_modules modules = { .modules = module_list, .count = 2 };

#define SYSCALL " ksys_write do_syscall_64 entry_SYSCALL_64_after_hwframe !$"

static const struct {
	enum kdk_crash_kind kind;
	bool registers; /* the notes hold the fault's own */
	const char *trace;
	int first;	      /* frame; -1: none */
	const char *function; /* of the suspect; NULL: none */
	enum kdk_suspect_why why;
} cases[] = {
	{ KDK_CRASH_SYSRQ, true,
	  "__crash_kexec panic sysrq_handle_crash "
	  "__handle_sysrq.cold" SYSCALL,
	  2, NULL, KDK_SUSPECT_ASKED_FOR },
	{ KDK_CRASH_NULL_POINTER, true, "foreign:f foreign:g vfs_write" SYSCALL, 0, "f",
	  KDK_SUSPECT_FIRST_FOREIGN },
	{ KDK_CRASH_NULL_POINTER, true, "friendly:f vfs_write" SYSCALL, 0, "f",
	  KDK_SUSPECT_FIRST },
	/* An oops seen from inside of panic() */
	{ KDK_CRASH_OOPS, true,
	  "delay_tsc panic oops_end page_fault_oops exc_page_fault asm_exc_page_fault "
	  "!ext4_write vfs_write" SYSCALL,
	  6, "ext4_write", KDK_SUSPECT_FIRST },
	/* Helpers and checks do what they are told. */
	{ KDK_CRASH_GPF, true, "memcpy_erms ext4_write vfs_write" SYSCALL, 0,
	  "ext4_write", KDK_SUSPECT_CALLER },
	{ KDK_CRASH_BUG, true,
	  "__list_del_entry_valid list_del friendly:f "
	  "vfs_write" SYSCALL,
	  0, "f", KDK_SUSPECT_CALLER },
	{ KDK_CRASH_OOPS, true, "kmem_cache_alloc ext4_write foreign:f vfs_write" SYSCALL,
	  0, "f", KDK_SUSPECT_NEAREST_FOREIGN },
	{ KDK_CRASH_NULL_POINTER, true, "- friendly:f vfs_write" SYSCALL, 0, "f",
	  KDK_SUSPECT_BAD_POINTER },
	{ KDK_CRASH_NULL_POINTER, true, "- foreign:f vfs_write" SYSCALL, 0, "f",
	  KDK_SUSPECT_BAD_POINTER },
	/* What an interrupt came upon has nothing to do with a crash in it. */
	{ KDK_CRASH_NULL_POINTER, true,
	  "net_rx __do_softirq asm_sysvec_apic_timer_interrupt !foreign:spin "
	  "vfs_write" SYSCALL,
	  0, "net_rx", KDK_SUSPECT_FIRST },
	{ KDK_CRASH_WARN, true,
	  "__crash_kexec panic check_panic_on_warn.cold __warn report_bug handle_bug "
	  "exc_invalid_op asm_exc_invalid_op !foreign:f" SYSCALL,
	  8, "f", KDK_SUSPECT_FIRST_FOREIGN },
	/* A watchdog looks at what it interrupted. */
	{ KDK_CRASH_SOFT_LOCKUP, true,
	  "__crash_kexec panic watchdog_timer_fn.cold __hrtimer_run_queues "
	  "hrtimer_interrupt asm_sysvec_apic_timer_interrupt !_raw_spin_lock ext4_write "
	  "vfs_write" SYSCALL,
	  3, "ext4_write", KDK_SUSPECT_INTERRUPTED },
	{ KDK_CRASH_HARD_LOCKUP, true,
	  "panic nmi_panic watchdog_overflow_callback __perf_event_overflow "
	  "default_do_nmi exc_nmi !foreign:spin" SYSCALL,
	  6, "spin", KDK_SUSPECT_INTERRUPTED },
	{ KDK_CRASH_RCU_STALL, true, "foreign:spin foreign:f vfs_write" SYSCALL, 0,
	  "spin", KDK_SUSPECT_INTERRUPTED },
	{ KDK_CRASH_HUNG_TASK, false,
	  "__schedule schedule __mutex_lock.constprop.0 ext4_write kthread ret_from_fork",
	  0, "ext4_write", KDK_SUSPECT_WAITING },
	{ KDK_CRASH_OOM, true,
	  "__crash_kexec panic out_of_memory.cold __alloc_pages_slowpath __alloc_pages "
	  "foreign:eat vfs_write" SYSCALL,
	  2, "eat", KDK_SUSPECT_ALLOCATING },
	/* A program that uses its own memory */
	{ KDK_CRASH_OOM, true,
	  "panic out_of_memory __alloc_pages vma_alloc_folio handle_mm_fault "
	  "do_user_addr_fault exc_page_fault asm_exc_page_fault !$",
	  1, NULL, KDK_SUSPECT_NONE },
	{ KDK_CRASH_STACK_OVERFLOW, true,
	  "memset a b a b a b a b a b a b a b a b a b a "
	  "b" SYSCALL,
	  0, "a", KDK_SUSPECT_RECURSION },
	{ KDK_CRASH_MCE, true,
	  "panic mce_panic do_machine_check exc_machine_check "
	  "!foreign:f",
	  4, NULL, KDK_SUSPECT_HARDWARE },
	{ KDK_CRASH_NMI, true, "panic nmi_panic unknown_nmi_error exc_nmi !foreign:f", 4,
	  NULL, KDK_SUSPECT_OUTSIDE },
	{ KDK_CRASH_OOPS, true,
	  "panic ?foreign:f "
	  "friendly:g",
	  1, "g", KDK_SUSPECT_CALLER },
	/* Inlined calls change nothing. */
	{ KDK_CRASH_OOPS, true, "panic ~foreign:e foreign:f ~g vfs_write" SYSCALL, 2, "f",
	  KDK_SUSPECT_FIRST_FOREIGN },
	{ KDK_CRASH_RCU_STALL, true, "~foreign:e foreign:spin foreign:f vfs_write" SYSCALL, 1,
	  "spin", KDK_SUSPECT_INTERRUPTED },
	{ KDK_CRASH_UNKNOWN, true, "__crash_kexec panic", -1, NULL, KDK_SUSPECT_NONE },
};

static void suspects(void **state)
{
	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(cases); i++) {
		struct kdk_trace_parts parts;
		struct kdk_backtrace trace;
		struct kdk_suspect suspect;

		case_trace(&trace, cases[i].trace, cases[i].registers, 1);
		kdk_trace_parts_find(&trace, &parts);
		if ((int)parts.first != cases[i].first &&
		    (parts.first != KDK_NO_FRAME || cases[i].first >= 0))
			fail_msg("%s: first is %zd", cases[i].trace, parts.first);
		kdk_suspect_find(&trace, &parts, cases[i].kind, &modules, &suspect);
		if (suspect.why != cases[i].why ||
		    !suspect.function != !cases[i].function ||
		    (suspect.function &&
		     strcmp(suspect.function, cases[i].function) != 0))
			fail_msg("%s: suspects %s, %s", cases[i].trace, suspect.function,
				 kdk_suspect_why_text(suspect.why));
		kdk_backtrace_deinit(&trace);
	}
}

/* Module lists may be missing. */
static void no_modules(void **state)
{
	struct kdk_trace_parts parts;
	struct kdk_backtrace trace;
	struct kdk_suspect suspect;

	(void)state;
	case_trace(&trace, "ext4_write foreign:f", true, 1);
	kdk_trace_parts_find(&trace, &parts);
	kdk_suspect_find(&trace, &parts, KDK_CRASH_OOPS, NULL, &suspect);
	assert_string_equal(suspect.function, "ext4_write");
	kdk_backtrace_deinit(&trace);
}

static char *sign(enum kdk_crash_kind kind, const char *text, unsigned int salt)
{
	struct kdk_trace_parts parts;
	struct kdk_backtrace trace;
	struct kdk_suspect suspect;
	char *signature = NULL;

	case_trace(&trace, text, true, salt);
	kdk_trace_parts_find(&trace, &parts);
	kdk_suspect_find(&trace, &parts, kind, &modules, &suspect);
	assert_success(kdk_signature_make(kind, &trace, &parts, &suspect, &signature));
	kdk_backtrace_deinit(&trace);
	return signature;
}

static void check_signatures(enum kdk_crash_kind a_kind, const char *a,
			     enum kdk_crash_kind b_kind, const char *b, bool equal)
{
	char *first = sign(a_kind, a, 1), *second = sign(b_kind, b, 7);

	if (!strcmp(first, second) != equal)
		fail_msg("%s: %s; %s: %s", a, first, b, second);
	free(first);
	free(second);
}

static void signatures(void **state)
{
	const enum kdk_crash_kind oops = KDK_CRASH_OOPS;
	char *signature = sign(KDK_CRASH_NULL_POINTER, "foreign:f vfs_write" SYSCALL, 3);

	(void)state;
	/*
	 * Others compare signatures over years: the number must not change by accident.
	 */
	assert_string_equal(signature, "null-pointer:foreign.f:693bc2fbc340ea57");
	free(signature);
	/* Another boot, another build of the same source, another way to the dump */
	check_signatures(oops, "f g h" SYSCALL, oops, "f g h" SYSCALL, true);
	check_signatures(oops, "f g h", oops, "f.isra.0 g.cold h.constprop.3", true);
	check_signatures(oops, "f g h", oops, "panic oops_end asm_exc_page_fault !f g h",
			 true);
	check_signatures(oops, "f ?x g h", oops, "f g ?y h", true);
	check_signatures(oops, "f g !x y", oops, "f g !z", true);
	check_signatures(oops, "f g h i j k l", oops, "f g h i j m", true);
	/* Different crashes */
	check_signatures(oops, "f g h", KDK_CRASH_GPF, "f g h", false);
	check_signatures(oops, "f g h", oops, "f x h", false);
	check_signatures(oops, "foreign:f g", oops, "friendly:f g", false);
	check_signatures(oops, "f g", oops, "fg", false);
	/* Wherever recursion hit the end */
	check_signatures(KDK_CRASH_STACK_OVERFLOW,
			 "a b a b a b a b a b a b a b a b a b "
			 "c",
			 KDK_CRASH_STACK_OVERFLOW,
			 "b a b a b a b a b a b a b a b a b a "
			 "c",
			 true);
	check_signatures(KDK_CRASH_STACK_OVERFLOW, "a a a a a a a a a",
			 KDK_CRASH_STACK_OVERFLOW, "b b b b b b b b b", false);
	/* Who happens to need memory */
	check_signatures(KDK_CRASH_OOM, "out_of_memory __alloc_pages ext4_write",
			 KDK_CRASH_OOM, "out_of_memory __alloc_pages xfs_write", true);
	check_signatures(KDK_CRASH_NMI, "panic exc_nmi !do_idle", KDK_CRASH_NMI,
			 "panic exc_nmi !vfs_write", true);
}

static void hostile_names(void **state)
{
	char *signature = sign(KDK_CRASH_OOPS, "\x1b[31mf\xff", 1);

	(void)state;
	assert_null(strpbrk(signature, "\x1b\xff\n "));
	assert_memory_equal(signature, "oops:?[31mf?:", 13);
	free(signature);
}

static void kinds_of_stacks(void **state)
{
	static const struct {
		const char *trace;
		enum kdk_crash_kind kind;
	} stacks[] = {
		{ "panic sysrq_handle_crash", KDK_CRASH_SYSRQ },
		{ "panic watchdog_timer_fn.cold hrtimer_interrupt "
		  "!f",
		  KDK_CRASH_SOFT_LOCKUP },
		{ "panic check_panic_on_warn __warn report_bug exc_invalid_op "
		  "!f",
		  KDK_CRASH_WARN },
		{ "die exc_invalid_op !f", KDK_CRASH_BUG },
		{ "panic out_of_memory", KDK_CRASH_OOM },
		{ "panic ?sysrq_handle_crash", KDK_CRASH_UNKNOWN },
		{ "friendly:sysrq_handle_crash", KDK_CRASH_UNKNOWN },
		{ "diesel", KDK_CRASH_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(stacks); i++) {
		struct kdk_backtrace trace;

		case_trace(&trace, stacks[i].trace, true, 1);
		if (kdk_crash_kind_by_frames(&trace) != stacks[i].kind)
			fail_msg("%s: %s", stacks[i].trace,
				 kdk_crash_kind_name(kdk_crash_kind_by_frames(&trace)));
		kdk_backtrace_deinit(&trace);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suspects),	   cmocka_unit_test(no_modules),
		cmocka_unit_test(signatures),	   cmocka_unit_test(hostile_names),
		cmocka_unit_test(kinds_of_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
