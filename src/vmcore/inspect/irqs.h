/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts and how often each CPU has taken them, as /proc/interrupts lists them. */
#ifndef KDK_IRQS_H
#define KDK_IRQS_H

#include "vmcore/inspect/remarks.h"
#include "vmcore/kernel/kernel.h"

struct kdk_irq {
	char label[16];		/* "24", "LOC" */
	int64_t number;		/* -1 for those that are counted by name */
	uint64_t address;	/* of its irq_desc; 0 for the others */
	uint64_t *counts;	/* by CPU, in the order of kdk_irqs.cpus; owned */
	char *chip;		/* "IO-APIC"; owned; hostile; "" when it has none */
	uint64_t hardware;	/* number on its chip */
	bool level;		/* triggered by level, not edge */
	char *flow;		/* "edge", "fasteoi"; owned; hostile */
	char *actions;		/* "virtio0-req.0, …", what a named one is; owned; hostile */
};

struct kdk_irqs {
	/* Those present: a panic marks all CPUs but its own as offline. */
	size_t *cpus;
	size_t cpu_count;
	struct kdk_irq *irqs;
	size_t count;
	bool errors_known, missed_known;
	uint64_t errors, missed;	/* ERR and MIS of x86 */
	struct kdk_remarks remarks;
};

struct kdk_error *kdk_irqs_read(struct kdk_kernel *kernel, struct kdk_irqs *ret);
void kdk_irqs_deinit(struct kdk_irqs *irqs);

#endif
