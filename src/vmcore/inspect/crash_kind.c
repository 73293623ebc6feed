/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/crash_kind.h"

#include <string.h>

#include "core/cleanup.h"
#include "core/i18n.h"

static const struct {
	const char *name;
	const char *title;
} kinds[] = {
	[KDK_CRASH_UNKNOWN] = { "unknown", N_("cause not known") },
	[KDK_CRASH_SYSRQ] = { "sysrq", N_("crash on request (sysrq)") },
	[KDK_CRASH_NULL_POINTER] = { "null-pointer", N_("NULL pointer dereference") },
	[KDK_CRASH_BUG] = { "bug", N_("failed check in the kernel (BUG)") },
	[KDK_CRASH_OOPS] = { "oops", N_("bad memory access or instruction (oops)") },
	[KDK_CRASH_GPF] = { "gpf", N_("general protection fault") },
	[KDK_CRASH_SOFT_LOCKUP] = { "soft-lockup", N_("soft lockup") },
	[KDK_CRASH_HARD_LOCKUP] = { "hard-lockup", N_("hard lockup") },
	[KDK_CRASH_HUNG_TASK] = { "hung-task", N_("hung task") },
	[KDK_CRASH_OOM] = { "oom", N_("out of memory") },
	[KDK_CRASH_MCE] = { "mce", N_("hardware error (machine check)") },
	[KDK_CRASH_NMI] = { "nmi", N_("non-maskable interrupt (NMI)") },
	[KDK_CRASH_STACK_OVERFLOW] = { "stack-overflow", N_("kernel stack overflow") },
	[KDK_CRASH_WARN] = { "warn", N_("warning (panic_on_warn)") },
	[KDK_CRASH_RCU_STALL] = { "rcu-stall", N_("RCU stall") },
};

const char *kdk_crash_kind_name(enum kdk_crash_kind kind)
{
	return kinds[kind].name;
}

const char *kdk_crash_kind_title(enum kdk_crash_kind kind)
{
	return kinds[kind].title;
}

bool kdk_crash_kind_is_lockup(enum kdk_crash_kind kind)
{
	return kind == KDK_CRASH_SOFT_LOCKUP || kind == KDK_CRASH_HARD_LOCKUP ||
	       kind == KDK_CRASH_RCU_STALL;
}

/*
 * Functions that only one kind of crash goes through: the first of this list that is on
 * the stack decides. An interrupt or exception taken inside one of the later ones stands
 * further in, so the order is by how sure each is.
 */
static const struct {
	const char *function;
	enum kdk_crash_kind kind;
} functions[] = {
	{ "sysrq_handle_crash", KDK_CRASH_SYSRQ },
	{ "handle_stack_overflow", KDK_CRASH_STACK_OVERFLOW },
	{ "handle_bad_stack", KDK_CRASH_STACK_OVERFLOW },
	{ "panic_bad_stack", KDK_CRASH_STACK_OVERFLOW },
	{ "kernel_stack_overflow", KDK_CRASH_STACK_OVERFLOW },
	{ "mce_panic", KDK_CRASH_MCE },
	{ "do_machine_check", KDK_CRASH_MCE },
	{ "arm64_serror_panic", KDK_CRASH_MCE },
	{ "machine_check_exception", KDK_CRASH_MCE },
	{ "check_panic_on_oom", KDK_CRASH_OOM },
	{ "out_of_memory", KDK_CRASH_OOM },
	{ "watchdog_timer_fn", KDK_CRASH_SOFT_LOCKUP },
	{ "watchdog_overflow_callback", KDK_CRASH_HARD_LOCKUP },
	{ "watchdog_hardlockup_check", KDK_CRASH_HARD_LOCKUP },
	{ "soft_nmi_interrupt", KDK_CRASH_HARD_LOCKUP },
	{ "check_hung_uninterruptible_tasks", KDK_CRASH_HUNG_TASK },
	{ "check_hung_task", KDK_CRASH_HUNG_TASK },
	{ "panic_on_rcu_stall", KDK_CRASH_RCU_STALL },
	{ "print_cpu_stall", KDK_CRASH_RCU_STALL },
	{ "print_other_cpu_stall", KDK_CRASH_RCU_STALL },
	{ "rcu_check_gp_kthread_starvation", KDK_CRASH_RCU_STALL },
	{ "check_panic_on_warn", KDK_CRASH_WARN },
	{ "unknown_nmi_error", KDK_CRASH_NMI },
	{ "io_check_error", KDK_CRASH_NMI },
	{ "pci_serr_error", KDK_CRASH_NMI },
	{ "nmi_panic", KDK_CRASH_NMI },
	{ "bug_handler", KDK_CRASH_BUG },
	{ "do_invalid_op", KDK_CRASH_BUG },
	{ "exc_invalid_op", KDK_CRASH_BUG },
	{ "exc_general_protection", KDK_CRASH_GPF },
	{ "do_general_protection", KDK_CRASH_GPF },
	{ "page_fault_oops", KDK_CRASH_OOPS },
	{ "die_kernel_fault", KDK_CRASH_OOPS },
	{ "no_context", KDK_CRASH_OOPS },
	{ "bad_page_fault", KDK_CRASH_OOPS },
	{ "oops_end", KDK_CRASH_OOPS },
	{ "die", KDK_CRASH_OOPS },
};

/* Compilers add ".cold", ".constprop.0" … */
static bool is_function(const struct kdk_frame *frame, const char *name)
{
	size_t size = strlen(name);

	return frame->function && !frame->module &&
	       !strncmp(frame->function, name, size) &&
	       (!frame->function[size] || frame->function[size] == '.');
}

enum kdk_crash_kind kdk_crash_kind_by_frames(const struct kdk_backtrace *trace)
{
	size_t count = trace->count < 64 ? trace->count : 64;

	for (size_t f = 0; f < KDK_ARRAY_SIZE(functions); f++)
		for (size_t i = 0; i < count; i++)
			if (trace->frames[i].how != KDK_FRAME_GUESS && !trace->frames[i].inlined &&
			    is_function(&trace->frames[i], functions[f].function))
				return functions[f].kind;
	return KDK_CRASH_UNKNOWN;
}
