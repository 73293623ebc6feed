/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/fault.h"

#include <stdlib.h>
#include <string.h>

#define INSTRUCTIONS_BEFORE 6
#define INSTRUCTIONS_AFTER 5

/* Fills as much of the code around pc as the dump has: it may end at a page that is not
 * there. */
static void read_code(struct kdk_kernel *kernel, struct kdk_fault *fault)
{
	uint64_t before = fault->pc < KDK_FAULT_CODE / 2 ? fault->pc : KDK_FAULT_CODE / 2;
	uint64_t from[] = { fault->pc - before, fault->pc };

	for (size_t i = 0; i < KDK_ARRAY_SIZE(from) && !fault->code_size; i++) {
		for (size_t size = KDK_FAULT_CODE; size >= 8 && !fault->code_size;
		     size /= 2) {
			struct kdk_error *err = kdk_memory_read(
				kernel->memory, KDK_VIRTUAL, from[i], fault->code, size);

			if (!err && from[i] + size > fault->pc) {
				fault->code_start = from[i];
				fault->code_size = size;
			}
			kdk_error_destroy(err);
		}
	}
}

static void disassemble(struct kdk_kernel *kernel, struct kdk_fault *fault)
{
	struct kdk_disassembly_options options = {
		.range = KDK_DISASSEMBLY_REVERSE,
		.count = INSTRUCTIONS_BEFORE + 1,
	};
	struct kdk_error *err =
		kdk_disassembly_read(kernel, fault->pc, &options, &fault->before);

	/* Bytes are shown where there are no instructions. */
	kdk_error_destroy(err);
	options.range = KDK_DISASSEMBLY_FORWARD;
	options.count = INSTRUCTIONS_AFTER + 1;
	err = kdk_disassembly_read(kernel, fault->pc, &options, &fault->after);
	kdk_error_destroy(err);
	/* Padding behind a function says nothing. */
	while (fault->after.count > 1 &&
	       !strcmp(fault->after.instructions[fault->after.count - 1].mnemonic,
		       "int3"))
		free(fault->after.instructions[--fault->after.count].symbol);
	/* The one at pc is the second list's. */
	while (fault->before.count &&
	       fault->before.instructions[fault->before.count - 1].address >= fault->pc)
		free(fault->before.instructions[--fault->before.count].symbol);
}

static bool is_telling(enum kdk_pointee pointee)
{
	/* Error numbers are in registers for good reasons too. */
	return pointee == KDK_POINTEE_LIST_POISON || pointee == KDK_POINTEE_FREED_SLAB ||
	       pointee == KDK_POINTEE_UNINITIALISED ||
	       pointee == KDK_POINTEE_FREED_PAGE || pointee == KDK_POINTEE_RED_ZONE;
}

static struct kdk_error *read_registers(struct kdk_kernel *kernel,
					const struct kdk_registers *registers,
					struct kdk_fault *fault)
{
	const char *const *names = kernel->arch->unwind->registers;

	for (unsigned int i = 0; i < KDK_REGISTERS && names[i]; i++) {
		struct kdk_fault_register *one = &fault->registers[fault->register_count];
		uint64_t value = registers->value[i];
		struct kdk_error *err;
		int64_t offset;

		if (fault->register_count == KDK_FAULT_REGISTERS)
			break;
		if (!kdk_registers_has(registers, i) ||
		    !is_telling(kdk_pointee_by_value(value, kernel->arch->word_bytes,
						     &offset)))
			continue;
		err = kdk_pointee_find(kernel, value, &one->pointee, &one->text);
		if (err)
			return err;
		one->name = names[i];
		one->value = value;
		fault->register_count++;
	}
	return NULL;
}

static struct kdk_error *read_fault(struct kdk_kernel *kernel,
				    const struct kdk_crash_log *log,
				    const struct kdk_registers *registers, bool pointers,
				    struct kdk_fault *fault)
{
	struct kdk_error *err = NULL;

	if (log && pointers && log->address_known) {
		fault->address_known = true;
		fault->address = log->address;
		fault->access = log->access;
		err = kdk_pointee_find(kernel, log->address, &fault->pointee,
				       &fault->text);
	}
	if (err || !registers || !kernel->arch || !kernel->arch->unwind ||
	    !kernel->memory)
		return err;
	if (kdk_registers_has(registers, kernel->arch->unwind->pc)) {
		fault->pc_known = true;
		fault->pc = registers->value[kernel->arch->unwind->pc];
		read_code(kernel, fault);
		disassemble(kernel, fault);
	}
	return pointers ? read_registers(kernel, registers, fault) : NULL;
}

struct kdk_error *kdk_fault_read(struct kdk_kernel *kernel,
				 const struct kdk_crash_log *log,
				 const struct kdk_registers *registers, bool pointers,
				 struct kdk_fault *ret)
{
	struct kdk_fault fault = { 0 };
	struct kdk_error *err = read_fault(kernel, log, registers, pointers, &fault);

	if (err)
		kdk_fault_deinit(&fault);
	else
		*ret = fault;
	return err;
}

void kdk_fault_deinit(struct kdk_fault *fault)
{
	for (size_t i = 0; i < fault->register_count; i++)
		free(fault->registers[i].text);
	kdk_disassembly_deinit(&fault->before);
	kdk_disassembly_deinit(&fault->after);
	free(fault->text);
	*fault = (struct kdk_fault){ 0 };
}
