/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/diagnosis.h"

#include <inttypes.h>
#include <string.h>

#include "core/i18n.h"
#include "core/text.h"

const char *kdk_taint_text(unsigned int bit)
{
	static const char *const texts[] = {
		N_("a module under a proprietary licence was loaded"),
		N_("a module was loaded by force"),
		N_("the processors are not specified to work together"),
		N_("a module was unloaded by force"),
		N_("the hardware had reported an error (machine check)"),
		N_("a page of memory was found in a bad state"),
		N_("somebody asked for it from user space"),
		N_("the kernel had died before (oops or BUG)"),
		N_("an ACPI table was replaced"),
		N_("the kernel had given a warning"),
		N_("a module from the staging area was loaded"),
		N_("a serious fault of the firmware is worked around"),
		N_("a module that is not part of the kernel was loaded"),
		N_("a module without a valid signature was loaded"),
		N_("a CPU had been stuck (soft lockup)"),
		N_("the kernel was patched while it ran"),
		N_("the distribution has set its own flag"),
		N_("the layout of structures was randomised"),
		N_("a test was run inside of the kernel"),
		N_("a program changed a device behind its driver"),
	};

	return bit < KDK_ARRAY_SIZE(texts) ? texts[bit] : NULL;
}

void kdk_frame_say(const struct kdk_frame *frame, struct kdk_buffer *buffer)
{
	if (frame->function && frame->inlined)
		kdk_buffer_printf(buffer, "%s (inlined)", frame->function);
	else if (frame->function)
		kdk_buffer_printf(buffer, "%s+%#" PRIx64, frame->function, frame->offset);
	else
		kdk_buffer_printf(buffer, "%#" PRIx64, frame->pc);
	if (frame->module)
		kdk_buffer_printf(buffer, " [%s]", frame->module);
}

/* " in kdk_follow of the module kdk_crash" */
static void say_place(const struct kdk_diagnosis *diagnosis, struct kdk_buffer *text)
{
	size_t first = diagnosis->parts.first;
	const struct kdk_frame *frame;

	if (!diagnosis->culprit)
		return;
	if (kdk_crash_kind_is_lockup(diagnosis->kind) ||
	    diagnosis->kind == KDK_CRASH_HUNG_TASK ||
	    diagnosis->kind == KDK_CRASH_STACK_OVERFLOW)
		first = diagnosis->suspect.frame;
	if (first == KDK_NO_FRAME)
		return;
	frame = &diagnosis->culprit->trace.frames[first];
	if (!frame->function)
		return;
	kdk_buffer_printf(text, " in %s", frame->function);
	if (frame->module)
		kdk_buffer_printf(text, " of the module %s", frame->module);
}

static void say_access(const struct kdk_diagnosis *diagnosis, struct kdk_buffer *text)
{
	static const char *const words[] = {
		[KDK_ACCESS_UNKNOWN] = "used",
		[KDK_ACCESS_READ] = "read from",
		[KDK_ACCESS_WRITE] = "wrote to",
		[KDK_ACCESS_EXECUTE] = "jumped to",
	};
	const struct kdk_fault *fault = &diagnosis->fault;

	kdk_buffer_printf(text, "The kernel %s ", words[fault->access]);
	if (diagnosis->kind == KDK_CRASH_NULL_POINTER &&
	    fault->pointee == KDK_POINTEE_NULL)
		kdk_buffer_puts(text, fault->address ? "a member of an object that was "
						       "not there (a NULL pointer)"
						     : "a NULL pointer");
	else if (fault->address_known)
		kdk_buffer_printf(text, "the address %#" PRIx64, fault->address);
	else
		kdk_buffer_puts(text, "memory or an instruction that it must not");
	say_place(diagnosis, text);
	if (fault->address_known && fault->text && *fault->text &&
	    diagnosis->kind != KDK_CRASH_NULL_POINTER)
		kdk_buffer_printf(text, ": that is %s", fault->text);
	kdk_buffer_puts(text, ".");
}

static void say_task(const struct kdk_stack *stack, struct kdk_buffer *text)
{
	if (stack && stack->count && stack->tasks[0].address)
		kdk_buffer_printf(text, "%s (PID %d)", stack->tasks[0].comm,
				  (int)stack->tasks[0].pid);
	else
		kdk_buffer_puts(text, "A task");
}

static void say_lockup(const struct kdk_diagnosis *diagnosis, struct kdk_buffer *text)
{
	const struct kdk_stack *stack = diagnosis->culprit;

	if (stack && stack->count)
		kdk_buffer_printf(text, "CPU %u was busy", stack->tasks[0].cpu);
	else
		kdk_buffer_puts(text, "A CPU was busy");
	say_place(diagnosis, text);
	kdk_buffer_puts(
		text,
		diagnosis->kind == KDK_CRASH_SOFT_LOCKUP
			? " for so long that nothing else could run there, and the machine "
			  "is set to panic over it (softlockup_panic)."
		: diagnosis->kind == KDK_CRASH_HARD_LOCKUP
			? " for so long with interrupts off that it did not answer any "
			  "more, and the machine is set to panic over it."
			: " for so long without a pause that RCU could not go on, and the "
			  "machine is set to panic over it (panic_on_rcu_stall).");
}

static void say_overflow(const struct kdk_diagnosis *diagnosis, struct kdk_buffer *text)
{
	kdk_buffer_puts(text, "The stack of the kernel ran out");
	say_place(diagnosis, text);
	if (diagnosis->suspect.why == KDK_SUSPECT_RECURSION)
		kdk_buffer_printf(text,
				  ", which is on it %zu times: it calls itself "
				  "without end",
				  diagnosis->suspect.times);
	kdk_buffer_puts(text, ".");
}

static void say_oom(const struct kdk_diagnosis *diagnosis, struct kdk_buffer *text)
{
	kdk_buffer_puts(text, "The machine ran out of memory");
	if (diagnosis->suspect.function) {
		kdk_buffer_printf(text, " while %s", diagnosis->suspect.function);
		if (diagnosis->suspect.module)
			kdk_buffer_printf(text, " of the module %s",
					  diagnosis->suspect.module);
		kdk_buffer_puts(text, " asked for more");
	}
	kdk_buffer_puts(text, ", and no process could be ended to get some back, or it "
			      "is set to panic over it (panic_on_oom).");
}

/* The kernel's own words, without what every panic begins with. */
static void say_reason(const struct kdk_diagnosis *diagnosis, struct kdk_buffer *text)
{
	static const char prefix[] = "Kernel panic - not syncing: ";
	const char *reason = diagnosis->reason;

	if (!reason)
		return;
	if (!strncmp(reason, prefix, sizeof(prefix) - 1))
		reason += sizeof(prefix) - 1;
	kdk_buffer_printf(text, ": %s", reason);
}

static void say_nothing(const struct kdk_diagnosis *diagnosis, struct kdk_buffer *text)
{
	if (!diagnosis->crashed) {
		kdk_buffer_puts(text, "No sign of a crash: this kernel seems to have "
				      "been running when its memory was saved.");
		return;
	}
	kdk_buffer_puts(text, "The kernel gave up");
	say_place(diagnosis, text);
	say_reason(diagnosis, text);
	kdk_buffer_puts(text, ".");
}

static void say(const struct kdk_diagnosis *diagnosis, struct kdk_buffer *text)
{
	switch (diagnosis->kind) {
	case KDK_CRASH_SYSRQ:
		kdk_buffer_puts(text, "Somebody asked for this crash, with sysrq: ");
		say_task(diagnosis->panic, text);
		kdk_buffer_puts(text, " was running on that CPU.");
		return;
	case KDK_CRASH_NULL_POINTER:
	case KDK_CRASH_OOPS:
	case KDK_CRASH_GPF:
		say_access(diagnosis, text);
		return;
	case KDK_CRASH_BUG:
		kdk_buffer_puts(text, "A check that must never fail (BUG) failed");
		say_place(diagnosis, text);
		kdk_buffer_puts(text, ".");
		return;
	case KDK_CRASH_WARN:
		kdk_buffer_puts(text, "The kernel warned of something wrong");
		say_place(diagnosis, text);
		kdk_buffer_puts(text, ", and the machine is set to panic over warnings "
				      "(panic_on_warn).");
		return;
	case KDK_CRASH_SOFT_LOCKUP:
	case KDK_CRASH_HARD_LOCKUP:
	case KDK_CRASH_RCU_STALL:
		say_lockup(diagnosis, text);
		return;
	case KDK_CRASH_HUNG_TASK:
		say_task(diagnosis->culprit, text);
		kdk_buffer_puts(text, " waited");
		say_place(diagnosis, text);
		kdk_buffer_puts(text, " for longer than the machine is set to bear "
				      "(hung_task_panic).");
		return;
	case KDK_CRASH_OOM:
		say_oom(diagnosis, text);
		return;
	case KDK_CRASH_MCE:
		kdk_buffer_puts(text, "The hardware reported an error that no kernel can "
				      "go on after: suspect memory, processor or board, "
				      "not the software.");
		return;
	case KDK_CRASH_NMI:
		kdk_buffer_puts(text, "A non-maskable interrupt ended it: a button, a "
				      "management controller or faulty hardware sent it, "
				      "and the machine is set to panic over it.");
		return;
	case KDK_CRASH_STACK_OVERFLOW:
		say_overflow(diagnosis, text);
		return;
	case KDK_CRASH_UNKNOWN:
		break;
	}
	say_nothing(diagnosis, text);
}

struct kdk_error *kdk_diagnosis_say(struct kdk_diagnosis *diagnosis)
{
	struct kdk_buffer text = { 0 };

	say(diagnosis, &text);
	if (diagnosis->crashed && diagnosis->oopses > 1)
		kdk_buffer_printf(&text,
				  " It was not the first: the log counts %u "
				  "oopses since boot, and the first may have "
				  "caused the rest.",
				  diagnosis->oopses);
	return kdk_buffer_take(&text, &diagnosis->verdict);
}
