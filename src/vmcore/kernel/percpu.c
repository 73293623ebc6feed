/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/percpu.h"

#include <stdlib.h>

#include "core/bytes.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/types.h"

/* Bit masks of CPUs by name: since 4.5, and the arrays of before. */
struct mask_name {
	const char *symbol;
	const char *old_symbol;
};

static const struct mask_name possible_name = { "__cpu_possible_mask", "cpu_possible_bits" };
static const struct mask_name present_name = { "__cpu_present_mask", "cpu_present_bits" };
static const struct mask_name online_name = { "__cpu_online_mask", "cpu_online_bits" };

static bool read_mask(struct kdk_kernel *kernel, struct kdk_symbols *symbols,
		      const struct mask_name *name, uint8_t *bits, size_t size)
{
	struct kdk_error *err;
	uint64_t address;

	if (!kdk_symbols_find(symbols, name->symbol, &address) &&
	    !kdk_symbols_find(symbols, name->old_symbol, &address))
		return false;
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address, bits, size);
	kdk_error_destroy(err);
	return !err;
}

/* Masks are arrays of unsigned long, so big-endian ones are swapped within a word. */
static bool mask_bit(const struct kdk_kernel *kernel, const uint8_t *bits, size_t cpu)
{
	unsigned int word = kernel->arch->word_bytes, bit = cpu % (8 * word);
	const uint8_t *at = bits + cpu / (8 * word) * word;

	return kdk_get_word(at, kernel->arch->big_endian, word) >> bit & 1;
}

/* sizeof(struct cpumask), which holds NR_CPUS bits. */
static size_t mask_size(struct kdk_kernel *kernel)
{
	struct kdk_types *types;
	struct kdk_error *err = kdk_kernel_types(kernel, &types);
	uint64_t size = err ? 0 : kdk_types_sizeof(types, "struct cpumask");

	kdk_error_destroy(err);
	if (!size || size > KDK_CPUS_MAX / 8 || size % kernel->arch->word_bytes)
		return kernel->arch->word_bytes;
	return size;
}

static void fill_states(struct kdk_kernel *kernel, struct kdk_symbols *symbols,
			struct kdk_percpu *percpu, size_t size)
{
	uint8_t present[KDK_CPUS_MAX / 8], online[KDK_CPUS_MAX / 8];
	bool has_present = read_mask(kernel, symbols, &present_name, present, size);
	bool has_online = read_mask(kernel, symbols, &online_name, online, size);

	for (size_t cpu = 0; cpu < percpu->count; cpu++) {
		struct kdk_cpu *at = &percpu->cpus[cpu];

		at->present = has_present ? mask_bit(kernel, present, cpu) : at->possible;
		at->online = has_online ? mask_bit(kernel, online, cpu) : at->possible;
		percpu->online += at->online;
	}
}

static struct kdk_error *fill_offsets(struct kdk_kernel *kernel, struct kdk_symbols *symbols,
				      struct kdk_percpu *percpu)
{
	unsigned int word = kernel->arch->word_bytes;
	struct kdk_error *err;
	uint64_t table;

	if (!kdk_symbols_find(symbols, "__per_cpu_offset", &table)) {
		/* A kernel for one processor keeps its variables in place. */
		if (percpu->count == 1)
			return NULL;
		return kdk_error_new(KDK_ERROR_ABSENT,
				     "the symbol __per_cpu_offset is not known: per-CPU variables cannot be found");
	}
	for (size_t cpu = 0; cpu < percpu->count; cpu++) {
		if (!percpu->cpus[cpu].possible)
			continue;
		err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, table + cpu * word,
					   &percpu->cpus[cpu].offset);
		if (err)
			return kdk_error_wrap(err, "__per_cpu_offset[%zu]", cpu);
	}
	return NULL;
}

struct kdk_error *kdk_percpu_read(struct kdk_kernel *kernel, struct kdk_percpu *ret)
{
	uint8_t possible[KDK_CPUS_MAX / 8];
	struct kdk_percpu percpu = { 0 };
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);
	size_t size;

	if (err)
		return kdk_error_wrap(err, "finding the CPUs");
	size = mask_size(kernel);
	if (!read_mask(kernel, symbols, &possible_name, possible, size))
		return kdk_error_new(KDK_ERROR_ABSENT,
				     "the symbol __cpu_possible_mask is not known or not readable: CPUs cannot be told");
	for (size_t cpu = 0; cpu < size * 8; cpu++)
		if (mask_bit(kernel, possible, cpu))
			percpu.count = cpu + 1;
	if (!percpu.count)
		return kdk_error_new(KDK_ERROR_FORMAT, "no bit of __cpu_possible_mask is set");
	percpu.cpus = calloc(percpu.count, sizeof(*percpu.cpus));
	if (!percpu.cpus)
		return &kdk_enomem;
	for (size_t cpu = 0; cpu < percpu.count; cpu++)
		percpu.cpus[cpu].possible = mask_bit(kernel, possible, cpu);
	fill_states(kernel, symbols, &percpu, size);
	err = fill_offsets(kernel, symbols, &percpu);
	if (err) {
		kdk_percpu_deinit(&percpu);
		return err;
	}
	*ret = percpu;
	return NULL;
}

void kdk_percpu_deinit(struct kdk_percpu *percpu)
{
	free(percpu->cpus);
	*percpu = (struct kdk_percpu){ 0 };
}

bool kdk_percpu_pointer(const struct kdk_kernel *kernel, const struct kdk_percpu *percpu,
			uint64_t pointer, size_t cpu, uint64_t *ret)
{
	if (cpu >= percpu->count || !percpu->cpus[cpu].possible)
		return false;
	*ret = pointer + percpu->cpus[cpu].offset;
	if (kernel->arch->word_bytes == 4)
		*ret = (uint32_t)*ret;
	return true;
}

bool kdk_percpu_address(struct kdk_kernel *kernel, const struct kdk_percpu *percpu,
			const char *symbol, size_t cpu, uint64_t *ret)
{
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);
	uint64_t address;

	kdk_error_destroy(err);
	return !err && kdk_symbols_find(symbols, symbol, &address) &&
	       kdk_percpu_pointer(kernel, percpu, address, cpu, ret);
}
