/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dumped machine at a glance: kernel, time, load, tasks, CPUs, taints, hardware. */
#ifndef KDK_SYSTEM_H
#define KDK_SYSTEM_H

#include "vmcore/inspect/remarks.h"
#include "vmcore/kernel/kernel.h"

#define KDK_SYSTEM_TEXT 128

/* Strings are hostile; "" when the dump does not say. */
struct kdk_system {
	char nodename[66], release[66], version[66], machine[66];
	char *command_line;	/* owned; NULL when not known */
	char *panic;		/* owned; the panic line of the log; NULL: none */
	bool uptime_known, uptime_from_log;
	uint64_t uptime_ns;	/* since boot, with time asleep unless from the log */
	bool load_known;
	double load[3];		/* of 1, 5 and 15 minutes */
	bool cpus_known;
	size_t cpus_possible, cpus_present, cpus_online;
	char cpu_model[KDK_SYSTEM_TEXT];
	bool memory_known;
	uint64_t memory;	/* bytes that the kernel managed */
	size_t processes, threads;	/* without idle tasks */
	size_t states[26];	/* tasks by state, 'A' first: states['R' - 'A'] */
	bool taint_known;
	uint64_t taint;		/* bits of TAINT_* */
	char vendor[KDK_SYSTEM_TEXT], product[KDK_SYSTEM_TEXT];
	char bios_version[KDK_SYSTEM_TEXT], bios_date[KDK_SYSTEM_TEXT];
	struct kdk_remarks remarks;
};

/* Fails only when memory cannot be read at all; what is missing is not known or empty. */
struct kdk_error *kdk_system_read(struct kdk_kernel *kernel, struct kdk_system *ret);
void kdk_system_deinit(struct kdk_system *system);

/* What taint bit `bit` means, in words; NULL for a bit that has no meaning here. */
const char *kdk_taint_meaning(unsigned int bit);

#define KDK_TAINT_BITS 20

#endif
