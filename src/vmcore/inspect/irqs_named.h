/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts that an architecture counts by name and not by number. */
#ifndef KDK_IRQS_NAMED_H
#define KDK_IRQS_NAMED_H

#include <stdbool.h>

struct kdk_irq_name {
	const char *label;
	const char *path;   /* a member of the per-CPU variable irq_stat */
	const char *symbol; /* or a per-CPU variable of its own */
	const char *text;   /* as the kernel explains it */
	bool if_any;	    /* shown only when it has happened */
};

/* x86: arch/x86/kernel/irq.c; ends with a NULL label */
extern const struct kdk_irq_name kdk_irq_names[];

#endif
