/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking the kernel's stacks: what an architecture knows of registers, stacks and
 * frames. Kernel structures, symbols and memory are handed in by the rooms above.
 */
#ifndef KDK_ARCH_UNWIND_H
#define KDK_ARCH_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum kdk_frame_how {
	KDK_FRAME_REGISTERS,	/* the pc of saved registers */
	KDK_FRAME_ORC,
	KDK_FRAME_DWARF,
	KDK_FRAME_POINTER,	/* frame pointer or frame record */
	KDK_FRAME_CHAIN,	/* back chain */
	KDK_FRAME_CALL,		/* found by scanning, and behind a call of the very function below it */
	KDK_FRAME_GUESS,	/* a return address found by scanning the stack */
};

enum kdk_stack_kind {
	KDK_STACK_TASK,
	KDK_STACK_IRQ,
	KDK_STACK_SOFTIRQ,
	KDK_STACK_NMI,
	KDK_STACK_DOUBLE_FAULT,
	KDK_STACK_MACHINE_CHECK,
	KDK_STACK_VC,
	KDK_STACK_DEBUG,
	KDK_STACK_ENTRY,
	KDK_STACK_OVERFLOW,
	KDK_STACK_UNKNOWN,
};

/* Registers at a frame; index meaning is the architecture's (kdk_arch_unwind.registers). */
#define KDK_REGISTERS 40

struct kdk_registers {
	uint64_t value[KDK_REGISTERS];
	uint64_t known;		/* bit per register */
};

static inline bool kdk_registers_has(const struct kdk_registers *registers, unsigned int index)
{
	return registers->known >> index & 1;
}

static inline void kdk_registers_set(struct kdk_registers *registers, unsigned int index,
				     uint64_t value)
{
	registers->value[index] = value;
	registers->known |= UINT64_C(1) << index;
}

/* One stack: [begin, end) */
struct kdk_unwind_stack {
	uint64_t begin, end;
	enum kdk_stack_kind kind;
	unsigned int cpu;	/* whose it is; of a task's stack: 0 */
};

#define KDK_UNWIND_NAME 64

struct kdk_unwind_function {
	char name[KDK_UNWIND_NAME];	/* cut; hostile */
	uint64_t start;
};

/* An ORC table: `count` 32-bit place-relative addresses, and as many entries of 6 bytes. */
struct kdk_unwind_table {
	uint64_t addresses;
	uint64_t entries;
	uint64_t count;
};

/* What the rooms above hand in. Nothing here fails loudly: false is "not known". */
struct kdk_unwind_reader {
	void *context;
	bool big_endian;
	uint8_t word_bytes;
	uint32_t page_size;
	size_t cpus;		/* one past the last; 0 when they are not known */

	/* Kernel-virtual memory, all of it or false. */
	bool (*read)(void *context, uint64_t address, void *buffer, size_t length);

	bool (*symbol)(void *context, const char *name, uint64_t *ret);

	/* Address of a per-CPU variable; false also for CPUs that there are not. */
	bool (*per_cpu)(void *context, const char *symbol, size_t cpu, uint64_t *ret);

	/* Offset of a member by path, alternatives behind '|'; and sizeof (0: not known). */
	bool (*field)(void *context, const char *path, uint64_t *ret_offset, uint64_t *ret_size);
	uint64_t (*size)(void *context, const char *type);

	/* vmcoreinfo, key in full */
	bool (*number)(void *context, const char *key, uint64_t *ret);

	/* The function that pc lies in; false when pc is in no code that has a name. */
	bool (*function)(void *context, uint64_t pc, struct kdk_unwind_function *ret);

	/* The ORC table of the module that pc lies in. */
	bool (*module_table)(void *context, uint64_t pc, struct kdk_unwind_table *ret);
};

/* A walk at one frame. */
struct kdk_unwind_cursor {
	struct kdk_registers registers;
	bool exact;		/* pc is where it was interrupted, no return address */
	bool exception;		/* registers are complete: an exception was taken here */
	bool user;		/* … in user space: the stack ends */
	bool recovered;		/* return address had been replaced by a tracer */
	enum kdk_frame_how how;
	struct kdk_unwind_stack stack;	/* that the frame lies on; kind UNKNOWN, end 0: none known */

	/* Whose stack it is */
	uint64_t task;		/* address of its task_struct; 0 when not known */
	uint64_t task_stack;	/* lowest address; 0 when not known */

	/* Private to the walk */
	unsigned int hidden;	/* return addresses replaced so far */
	unsigned int switches;	/* of stacks so far */
	const char *lost;	/* why step() said so */
};

enum kdk_unwind_step {
	KDK_UNWIND_NEXT,	/* the cursor is at the caller */
	KDK_UNWIND_END,		/* there is no caller: the stack's proper end */
	KDK_UNWIND_LOST,	/* cursor->lost says why; the cursor is where it was */
};

struct kdk_unwind;

/*
 * Part of struct kdk_arch. To add: registers in the order of NT_PRSTATUS's pr_reg
 * where the kernel's pt_regs has the same, and a step by the ABI's frame layout.
 */
struct kdk_arch_unwind {
	const char *const *registers;	/* names by index; ends with NULL */
	uint8_t pc, sp;			/* indexes */

	/* Learns from the dump what its steps need; what is missing makes for less, not for an error. */
	struct kdk_error *(*init)(struct kdk_unwind *unwind);
	void (*deinit)(struct kdk_unwind *unwind);

	/* pr_reg of NT_PRSTATUS */
	bool (*prstatus)(const struct kdk_unwind_reader *reader, const uint8_t *bytes, size_t size,
			 struct kdk_registers *ret);

	/* Registers of a task that is not running: task and task_stack of the cursor are set. */
	bool (*sleeping)(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor);

	/* Sets registers, how and exact; exception and recovered are false before. */
	enum kdk_unwind_step (*step)(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor);

	/* A stack of a CPU that holds `address`. NULL: the architecture has only tasks' stacks. */
	bool (*cpu_stack)(struct kdk_unwind *unwind, uint64_t address, struct kdk_unwind_stack *ret);

	/*
	 * Whether the instruction before a return address is a call; *ret_target is where to, 0
	 * for an indirect one. NULL: cannot tell.
	 */
	bool (*after_call)(struct kdk_unwind *unwind, uint64_t pc, uint64_t *ret_target);

	/* "page fault" for the function that an exception enters by; NULL: no such function. */
	const char *(*exception_name)(const char *function);
};

struct kdk_unwind {
	const struct kdk_arch_unwind *ops;
	struct kdk_unwind_reader reader;
	uint64_t thread_size;		/* bytes of a task's stack */
	uint64_t return_to_handler;	/* function graph tracer's trampoline; 0: none */
	uint64_t rethook;		/* kretprobe trampoline; 0: none */
	void *private;			/* the architecture's own */
};

/* ops from kdk_arch.unwind; the reader is copied. Call kdk_unwind_deinit() also after an error. */
struct kdk_error *kdk_unwind_init(struct kdk_unwind *unwind, const struct kdk_arch_unwind *ops,
				  const struct kdk_unwind_reader *reader);
void kdk_unwind_deinit(struct kdk_unwind *unwind);

/* Begins at registers; cursor->task and task_stack may be set before. */
void kdk_unwind_begin(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor,
		      const struct kdk_registers *registers);

/*
 * To the caller: by the architecture's own means, then by a marked guess. Every step goes up
 * its stack or on to another one, so that a walk of at most KDK_UNWIND_FRAMES_MAX ends.
 */
enum kdk_unwind_step kdk_unwind_next(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor);

#define KDK_UNWIND_FRAMES_MAX 4096

/* For architectures' steps */
bool kdk_unwind_word(const struct kdk_unwind *unwind, uint64_t address, uint64_t *ret);
bool kdk_unwind_is_text(const struct kdk_unwind *unwind, uint64_t pc);
enum kdk_unwind_step kdk_unwind_lost(struct kdk_unwind_cursor *cursor, const char *why);

/*
 * The return address behind one that a tracer put at stack address `slot`; frame is what the
 * tracer knows the frame by. Returns pc itself when it is none of a tracer's.
 */
uint64_t kdk_unwind_recover(struct kdk_unwind *unwind, struct kdk_unwind_cursor *cursor,
			    uint64_t pc, uint64_t slot, uint64_t frame);

/* Reads `count` consecutive words into registers first … first + count − 1. */
bool kdk_unwind_load(const struct kdk_unwind *unwind, uint64_t address,
		     struct kdk_registers *registers, unsigned int first, unsigned int count);

/* The stack that an address lies on: the cursor's task's, or a CPU's. */
bool kdk_unwind_stack_of(struct kdk_unwind *unwind, const struct kdk_unwind_cursor *cursor,
			 uint64_t address, struct kdk_unwind_stack *ret);

#endif
