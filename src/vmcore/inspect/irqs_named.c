/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/irqs_named.h"

#include <stddef.h>

#define STAT(label, member, text) { label, "irq_cpustat_t." member, NULL, text, false }
#define RARE(label, member, text) { label, "irq_cpustat_t." member, NULL, text, true }

const struct kdk_irq_name kdk_irq_names[] = {
	STAT("NMI", "__nmi_count", "Non-maskable interrupts"),
	STAT("LOC", "apic_timer_irqs", "Local timer interrupts"),
	STAT("SPU", "irq_spurious_count", "Spurious interrupts"),
	STAT("PMI", "apic_perf_irqs", "Performance monitoring interrupts"),
	STAT("IWI", "apic_irq_work_irqs", "IRQ work interrupts"),
	STAT("RTR", "icr_read_retry_count", "APIC ICR read retries"),
	RARE("PLT", "x86_platform_ipis", "Platform interrupts"),
	STAT("RES", "irq_resched_count", "Rescheduling interrupts"),
	STAT("CAL", "irq_call_count", "Function call interrupts"),
	STAT("TLB", "irq_tlb_count", "TLB shootdowns"),
	STAT("TRM", "irq_thermal_count", "Thermal event interrupts"),
	STAT("THR", "irq_threshold_count", "Threshold APIC interrupts"),
	STAT("DFR", "irq_deferred_error_count", "Deferred Error APIC interrupts"),
	{ "MCE", NULL, "mce_exception_count", "Machine check exceptions", false },
	{ "MCP", NULL, "mce_poll_count", "Machine check polls", false },
	RARE("HYP", "irq_hv_callback_count", "Hypervisor callback interrupts"),
	RARE("HRE", "irq_hv_reenlightenment_count", "Hyper-V reenlightenment interrupts"),
	RARE("HVS", "hyperv_stimer0_count", "Hyper-V stimer0 interrupts"),
	STAT("PIN", "kvm_posted_intr_ipis", "Posted-interrupt notification event"),
	STAT("NPI", "kvm_posted_intr_nested_ipis", "Nested posted-interrupt event"),
	STAT("PIW", "kvm_posted_intr_wakeup_ipis", "Posted-interrupt wakeup event"),
	STAT("PMN", "posted_msi_notification_count", "Posted MSI notification event"),
	{ NULL, NULL, NULL, NULL, false },
};
