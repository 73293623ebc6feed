/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/x86_64/registers.h"

#include <string.h>

#include "core/bytes.h"

const char *const kdk_x86_64_register_names[] = {
	"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx",
	"rsi", "rdi", "orig_rax", "rip", "cs", "eflags", "rsp", "ss", NULL,
};

bool kdk_x86_64_prstatus(const struct kdk_unwind_reader *reader, const uint8_t *bytes,
			 size_t size, struct kdk_registers *ret)
{
	(void)reader;
	if (size < KDK_X86_64_REGISTERS * 8)
		return false;
	for (unsigned int i = 0; i < KDK_X86_64_REGISTERS; i++)
		kdk_registers_set(ret, i, kdk_get_u64(bytes + i * 8, false));
	return true;
}

/* Entry functions since 5.8 (asm_…), and those of before. */
static const struct {
	const char *function, *name;
} exceptions[] = {
	{ "asm_exc_page_fault", "page fault" },
	{ "asm_exc_general_protection", "general protection fault" },
	{ "asm_exc_invalid_op", "invalid opcode" },
	{ "asm_exc_divide_error", "divide error" },
	{ "asm_exc_int3", "int3" },
	{ "asm_exc_debug", "debug" },
	{ "asm_exc_nmi", "NMI" },
	{ "asm_exc_nmi_kvm_vmx", "NMI" },
	{ "asm_exc_double_fault", "double fault" },
	{ "asm_exc_machine_check", "machine check" },
	{ "asm_exc_vmm_communication", "#VC" },
	{ "asm_exc_virtualization_exception", "#VE" },
	{ "asm_exc_control_protection", "control protection" },
	{ "asm_exc_stack_segment", "stack segment fault" },
	{ "asm_exc_segment_not_present", "segment not present" },
	{ "asm_exc_invalid_tss", "invalid TSS" },
	{ "asm_exc_overflow", "overflow" },
	{ "asm_exc_bounds", "bounds" },
	{ "asm_exc_alignment_check", "alignment check" },
	{ "asm_exc_coprocessor_error", "x87 error" },
	{ "asm_exc_simd_coprocessor_error", "SIMD error" },
	{ "asm_exc_device_not_available", "device not available" },
	{ "asm_exc_spurious_interrupt_bug", "spurious interrupt" },
	{ "asm_exc_xen_hypervisor_callback", "Xen interrupt" },
	{ "asm_common_interrupt", "interrupt" },
	{ "asm_sysvec_apic_timer_interrupt", "timer interrupt" },
	{ "asm_sysvec_reschedule_ipi", "reschedule interrupt" },
	{ "asm_sysvec_call_function", "call function interrupt" },
	{ "asm_sysvec_call_function_single", "call function interrupt" },
	{ "asm_sysvec_reboot", "reboot interrupt" },
	{ "asm_sysvec_irq_work", "irq work interrupt" },
	{ "page_fault", "page fault" },
	{ "async_page_fault", "page fault" },
	{ "general_protection", "general protection fault" },
	{ "invalid_op", "invalid opcode" },
	{ "divide_error", "divide error" },
	{ "int3", "int3" },
	{ "debug", "debug" },
	{ "nmi", "NMI" },
	{ "end_repeat_nmi", "NMI" },
	{ "double_fault", "double fault" },
	{ "machine_check", "machine check" },
	{ "common_interrupt", "interrupt" },
	{ "ret_from_intr", "interrupt" },
	{ "apic_timer_interrupt", "timer interrupt" },
	{ "reschedule_interrupt", "reschedule interrupt" },
	{ "call_function_interrupt", "call function interrupt" },
	{ "call_function_single_interrupt", "call function interrupt" },
};

const char *kdk_x86_64_exception_name(const char *function)
{
	for (size_t i = 0; i < KDK_ARRAY_SIZE(exceptions); i++)
		if (!strcmp(exceptions[i].function, function))
			return exceptions[i].name;
	if (!strncmp(function, "asm_sysvec_", 11))
		return "interrupt";
	if (!strncmp(function, "asm_exc_", 8))
		return "exception";
	if (!strncmp(function, "entry_SYS", 9) || !strncmp(function, "entry_INT80", 11))
		return "system call";
	return NULL;
}
