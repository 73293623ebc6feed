/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "vmcore/inspect/decoder.h"

#ifdef HAVE_CAPSTONE
#include <capstone.h>
#include <dlfcn.h>
#endif
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_CAPSTONE

#define TEXT_OF(text) #text
#define NUMBER_OF(number) TEXT_OF(number)

/* capstone's soname ends with the number of the interface that we were compiled for. */
#define LIBRARY "libcapstone.so." NUMBER_OF(CS_API_MAJOR)

/*
 * Loaded when something is disassembled: linked, its tables would cost every start of
 * the program a millisecond and 4 MiB.
 */
struct capstone {
	void *library;
	__typeof__(cs_support) *support;
	__typeof__(cs_open) *open;
	__typeof__(cs_close) *close;
	__typeof__(cs_strerror) *strerror;
	__typeof__(cs_option) *option;
	__typeof__(cs_malloc) *malloc;
	__typeof__(cs_free) *free;
	__typeof__(cs_disasm_iter) *disasm_iter;
};

struct kdk_decoder {
	struct capstone cs;
	csh handle;
	cs_insn *instruction;
	unsigned int step;
	cs_arch arch;
};

/* To add a processor: a line here, and its operands in operand_address(). */
static const struct machine {
	uint16_t elf_machine;
	bool big_endian;
	cs_arch arch;
	int mode;
	unsigned int step;
} machines[] = {
	{ EM_X86_64, false, CS_ARCH_X86, CS_MODE_64, 1 },
	{ EM_386, false, CS_ARCH_X86, CS_MODE_32, 1 },
	/* Instructions of aarch64 are little-endian whatever its data is. */
	{ EM_AARCH64, false, CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, 4 },
	{ EM_AARCH64, true, CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, 4 },
	{ EM_PPC64, false, CS_ARCH_PPC, CS_MODE_64 | CS_MODE_LITTLE_ENDIAN, 4 },
	{ EM_PPC64, true, CS_ARCH_PPC, CS_MODE_64 | (int)CS_MODE_BIG_ENDIAN, 4 },
	{ EM_S390, true, CS_ARCH_SYSZ, (int)CS_MODE_BIG_ENDIAN, 2 },
#if CS_API_MAJOR >= 5
	{ EM_RISCV, false, CS_ARCH_RISCV, CS_MODE_RISCV64 | CS_MODE_RISCVC, 2 },
#endif
};

static const struct machine *machine_of(const struct kdk_arch *arch)
{
	for (size_t i = 0; i < KDK_ARRAY_SIZE(machines); i++)
		if (machines[i].elf_machine == arch->elf_machine &&
		    machines[i].big_endian == arch->big_endian)
			return &machines[i];
	return NULL;
}

static struct kdk_error *load(struct capstone *cs)
{
	const struct {
		const char *name;
		void **to;
	} functions[] = {
		{ "cs_support", (void **)&cs->support },
		{ "cs_open", (void **)&cs->open },
		{ "cs_close", (void **)&cs->close },
		{ "cs_strerror", (void **)&cs->strerror },
		{ "cs_option", (void **)&cs->option },
		{ "cs_malloc", (void **)&cs->malloc },
		{ "cs_free", (void **)&cs->free },
		{ "cs_disasm_iter", (void **)&cs->disasm_iter },
	};

	cs->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; cs->library && i < KDK_ARRAY_SIZE(functions); i++) {
		*functions[i].to = dlsym(cs->library, functions[i].name);
		if (!*functions[i].to) {
			dlclose(cs->library);
			cs->library = NULL;
		}
	}
	if (!cs->library)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "disassembling needs " LIBRARY ", which cannot be loaded: install capstone");
	return NULL;
}

static struct kdk_error *open_handle(struct kdk_decoder *decoder, const struct kdk_arch *arch,
				     bool intel)
{
	const struct machine *machine = arch ? machine_of(arch) : NULL;
	const struct capstone *cs = &decoder->cs;
	cs_err err;

	if (!machine || !cs->support(machine->arch))
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "the capstone library that is in use cannot disassemble code of %s",
				     arch ? arch->name : "an unknown processor");
	decoder->step = machine->step;
	decoder->arch = machine->arch;
	err = cs->open(machine->arch, machine->mode, &decoder->handle);
	if (err != CS_ERR_OK)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED, "disassembling code of %s: %s",
				     arch->name, cs->strerror(err));
	cs->option(decoder->handle, CS_OPT_DETAIL, CS_OPT_ON);
	if (machine->arch == CS_ARCH_X86 && !intel)
		cs->option(decoder->handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
	decoder->instruction = cs->malloc(decoder->handle);
	return decoder->instruction ? NULL : &kdk_enomem;
}

struct kdk_error *kdk_decoder_create(const struct kdk_arch *arch, bool intel,
				     struct kdk_decoder **ret)
{
	_cleanup_(kdk_decoder_destroyp) struct kdk_decoder *decoder = calloc(1, sizeof(*decoder));
	struct kdk_error *err;

	if (!decoder)
		return &kdk_enomem;
	err = load(&decoder->cs);
	if (!err)
		err = open_handle(decoder, arch, intel);
	if (err)
		return err;
	*ret = kdk_take(decoder);
	return NULL;
}

void kdk_decoder_destroy(struct kdk_decoder *decoder)
{
	if (!decoder)
		return;
	if (decoder->instruction)
		decoder->cs.free(decoder->instruction, 1);
	if (decoder->handle)
		decoder->cs.close(&decoder->handle);
	if (decoder->cs.library)
		dlclose(decoder->cs.library);
	free(decoder);
}

unsigned int kdk_decoder_step(const struct kdk_decoder *decoder)
{
	return decoder->step;
}

/* The address that x86's operand names: immediate, relative to rip, or absolute. */
static uint64_t x86_address(const cs_insn *instruction, const cs_x86_op *op)
{
	if (op->type == X86_OP_IMM)
		return op->imm;
	if (op->type != X86_OP_MEM)
		return 0;
	if (op->mem.base == X86_REG_RIP)
		return instruction->address + instruction->size + op->mem.disp;
	return op->mem.base == X86_REG_INVALID || op->mem.disp < INT32_MIN / 2 ? op->mem.disp : 0;
}

/* The address that operand `index` names; false when there is no such operand. */
static bool operand_address(const struct kdk_decoder *decoder, unsigned int index, uint64_t *ret)
{
	const cs_insn *instruction = decoder->instruction;
	const cs_detail *detail = instruction->detail;

	*ret = 0;
	switch (decoder->arch) {
	case CS_ARCH_X86:
		if (index >= detail->x86.op_count)
			return false;
		*ret = x86_address(instruction, &detail->x86.operands[index]);
		return true;
	case CS_ARCH_ARM64:
		if (index >= detail->arm64.op_count)
			return false;
		if (detail->arm64.operands[index].type == ARM64_OP_IMM)
			*ret = detail->arm64.operands[index].imm;
		return true;
	case CS_ARCH_PPC:
		if (index >= detail->ppc.op_count)
			return false;
		if (detail->ppc.operands[index].type == PPC_OP_IMM)
			*ret = detail->ppc.operands[index].imm;
		return true;
	case CS_ARCH_SYSZ:
		if (index >= detail->sysz.op_count)
			return false;
		if (detail->sysz.operands[index].type == SYSZ_OP_IMM)
			*ret = detail->sysz.operands[index].imm;
		return true;
#if CS_API_MAJOR >= 5
	case CS_ARCH_RISCV:
		if (index >= detail->riscv.op_count)
			return false;
		/* jal and branches name a distance */
		if (detail->riscv.operands[index].type == RISCV_OP_IMM)
			*ret = instruction->address + detail->riscv.operands[index].imm;
		return true;
#endif
	default:
		return false;
	}
}

/* Of the operands that name addresses, the highest: where branches go is never a small number. */
static uint64_t named_address(const struct kdk_decoder *decoder)
{
	uint64_t highest = 0, address;

	for (unsigned int i = 0; operand_address(decoder, i, &address); i++)
		if (address > highest)
			highest = address;
	return highest;
}

static bool is_branch(const cs_detail *detail)
{
	for (unsigned int i = 0; i < detail->groups_count; i++)
		if (detail->groups[i] == CS_GRP_JUMP || detail->groups[i] == CS_GRP_CALL ||
		    detail->groups[i] == CS_GRP_BRANCH_RELATIVE)
			return true;
	return false;
}

static void take_unknown(const struct kdk_decoder *decoder, const uint8_t *bytes, size_t size,
			 struct kdk_instruction *ret)
{
	size_t at = 0;

	ret->size = size < decoder->step ? size : decoder->step;
	memcpy(ret->bytes, bytes, ret->size);
	snprintf(ret->mnemonic, sizeof(ret->mnemonic), ".byte");
	for (unsigned int i = 0; i < ret->size; i++)
		at += snprintf(ret->operands + at, sizeof(ret->operands) - at, "%s0x%02x",
			       i ? ", " : "", bytes[i]);
}

void kdk_decoder_next(struct kdk_decoder *decoder, uint64_t address, const uint8_t *bytes,
		      size_t size, struct kdk_instruction *ret)
{
	const cs_insn *instruction = decoder->instruction;
	uint64_t at = address;
	const uint8_t *code = bytes;
	size_t left = size;

	*ret = (struct kdk_instruction){ .address = address };
	if (!decoder->cs.disasm_iter(decoder->handle, &code, &left, &at, decoder->instruction) ||
	    !instruction->size || instruction->size > sizeof(ret->bytes)) {
		take_unknown(decoder, bytes, size, ret);
		return;
	}
	ret->known = true;
	ret->size = instruction->size;
	memcpy(ret->bytes, bytes, ret->size);
	snprintf(ret->mnemonic, sizeof(ret->mnemonic), "%s", instruction->mnemonic);
	snprintf(ret->operands, sizeof(ret->operands), "%.*s", (int)sizeof(ret->operands) - 1,
		 instruction->op_str);
	ret->target = named_address(decoder);
	ret->branch = ret->target && is_branch(instruction->detail);
}

#else

struct kdk_error *kdk_decoder_create(const struct kdk_arch *arch, bool intel,
				     struct kdk_decoder **ret)
{
	(void)arch;
	(void)intel;
	(void)ret;
	return kdk_error_new(KDK_ERROR_UNSUPPORTED,
			     "this kdumpkit was built without capstone: it cannot disassemble");
}

void kdk_decoder_destroy(struct kdk_decoder *decoder)
{
	(void)decoder;
}

unsigned int kdk_decoder_step(const struct kdk_decoder *decoder)
{
	(void)decoder;
	return 1;
}

void kdk_decoder_next(struct kdk_decoder *decoder, uint64_t address, const uint8_t *bytes,
		      size_t size, struct kdk_instruction *ret)
{
	(void)decoder;
	(void)size;
	*ret = (struct kdk_instruction){ .address = address, .size = 1, .bytes = { bytes[0] } };
}

#endif
