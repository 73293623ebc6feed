/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A faulting address, and what such an address points to; the code that used it. */
#ifndef KDK_FAULT_H
#define KDK_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcore/inspect/crash_kind.h"
#include "vmcore/inspect/disassembly.h"
#include "vmcore/kernel/kernel.h"

enum kdk_pointee {
	KDK_POINTEE_UNKNOWN,
	KDK_POINTEE_NULL,	 /* NULL, or a member of an object that would be there */
	KDK_POINTEE_ERROR,	 /* ERR_PTR(), or a member */
	KDK_POINTEE_LIST_POISON, /* of a list entry that has been taken off */
	KDK_POINTEE_FREED_SLAB,	 /* 0x6b6b…: read from a freed object */
	KDK_POINTEE_UNINITIALISED, /* 0x5a5a… */
	KDK_POINTEE_FREED_PAGE,	   /* 0xaaaa… */
	KDK_POINTEE_RED_ZONE,	   /* 0xbbbb…, 0xcccc… */
	KDK_POINTEE_NON_CANONICAL, /* no address of this processor */
	KDK_POINTEE_USER,
	KDK_POINTEE_TEXT, /* the kernel's or a module's code */
	KDK_POINTEE_DATA,
	KDK_POINTEE_MODULE,	/* a module's memory */
	KDK_POINTEE_DIRECT_MAP, /* RAM */
	KDK_POINTEE_VMALLOC,	/* mapped by page tables */
	KDK_POINTEE_UNMAPPED,	/* the kernel's half, with nothing there */
};

/* "null", "list-poison" …, as JSON has it. */
const char *kdk_pointee_name(enum kdk_pointee pointee);

/*
 * By the value alone; UNKNOWN when it may be an address like any other. word_bytes
 * is the dumped machine's. *ret_offset is how far it lies behind what it is a pattern of.
 */
enum kdk_pointee kdk_pointee_by_value(uint64_t address, unsigned int word_bytes,
				      int64_t *ret_offset);

/* By the value, then by the dump's symbols, modules, page tables. text is the caller's. */
struct kdk_error *kdk_pointee_find(struct kdk_kernel *kernel, uint64_t address,
				   enum kdk_pointee *ret, char **ret_text);

#define KDK_FAULT_REGISTERS 8
#define KDK_FAULT_CODE 64

struct kdk_fault_register {
	const char *name;
	uint64_t value;
	enum kdk_pointee pointee;
	char *text;
};

struct kdk_fault {
	bool address_known;
	uint64_t address;
	enum kdk_crash_access access;
	enum kdk_pointee pointee;
	char *text; /* what the address is; owned, hostile */
	bool pc_known;
	uint64_t pc; /* of the instruction that failed, or where it stood */
	/* Those with a telling value */
	struct kdk_fault_register registers[KDK_FAULT_REGISTERS];
	size_t register_count;
	uint8_t code[KDK_FAULT_CODE]; /* bytes around pc, as they are in the dump */
	size_t code_size;	      /* 0: they are not in the dump */
	uint64_t code_start;
	/* Up to pc, and from there on; both empty: cannot be disassembled. */
	struct kdk_disassembly before, after;
};

/*
 * `log` and `registers`, those at the fault, may be NULL. Without `pointers` only pc and
 * its code are wanted, as where a watchdog found a CPU.
 */
struct kdk_error *kdk_fault_read(struct kdk_kernel *kernel,
				 const struct kdk_crash_log *log,
				 const struct kdk_registers *registers, bool pointers,
				 struct kdk_fault *ret);
void kdk_fault_deinit(struct kdk_fault *fault);

#endif
