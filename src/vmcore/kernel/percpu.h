/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUs of the dumped machine and where each keeps its per-CPU variables. */
#ifndef KDK_PERCPU_H
#define KDK_PERCPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/kernel/kernel.h"

#define KDK_CPUS_MAX 8192	/* the most that any kernel is built for */

struct kdk_cpu {
	uint64_t offset;	/* __per_cpu_offset[cpu] */
	bool possible, present, online;
};

struct kdk_percpu {
	struct kdk_cpu *cpus;	/* by CPU number; holes have possible false */
	size_t count;		/* nr_cpu_ids: one past the last possible CPU */
	size_t online;		/* CPUs that are */
};

/*
 * KDK_ERROR_ABSENT when the symbols that it needs (__per_cpu_offset and the CPU masks)
 * are not known, as in kernels whose kallsyms names functions only. A kernel for one
 * processor has one CPU with offset 0.
 */
struct kdk_error *kdk_percpu_read(struct kdk_kernel *kernel, struct kdk_percpu *ret);
void kdk_percpu_deinit(struct kdk_percpu *percpu);

/*
 * Address of a per-CPU variable: of its symbol, a small number or an address by
 * architecture. False when there is no such symbol or no such possible CPU.
 */
bool kdk_percpu_address(struct kdk_kernel *kernel, const struct kdk_percpu *percpu,
			const char *symbol, size_t cpu, uint64_t *ret);

/* For per-CPU pointers that structs hold (alloc_percpu). False: no such possible CPU. */
bool kdk_percpu_pointer(const struct kdk_kernel *kernel, const struct kdk_percpu *percpu,
			uint64_t pointer, size_t cpu, uint64_t *ret);

#endif
