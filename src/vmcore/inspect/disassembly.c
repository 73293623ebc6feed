/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/disassembly.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "vmcore/inspect/decoder.h"
#include "vmcore/kernel/symbols.h"

#define WINDOW 4096	/* bytes of code read at once */

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_symbols *symbols;	/* NULL: there are none */
	struct kdk_decoder *decoder;
	struct kdk_disassembly *ret;
	size_t capacity;

	/* Code that has been read: [begin, end) */
	uint8_t window[WINDOW + KDK_INSTRUCTION_BYTES];
	uint64_t begin, end;
};

static void take_note(struct reader *reader, const struct kdk_error *err)
{
	if (!reader->ret->note)
		reader->ret->note = strdup(err->message);
}

/*
 * Makes the window hold an instruction at `address`, or what of it is readable before
 * `limit`. False: not one byte is.
 */
static bool fill(struct reader *reader, uint64_t address, uint64_t limit)
{
	uint64_t want = limit - address;
	struct kdk_error *err;

	if (want > KDK_INSTRUCTION_BYTES)
		want = KDK_INSTRUCTION_BYTES;
	if (address >= reader->begin && address < reader->end && reader->end - address >= want)
		return true;
	want = limit - address < WINDOW ? limit - address : WINDOW;
	reader->begin = address;
	reader->end = address;
	err = kdk_memory_read(reader->kernel->memory, KDK_VIRTUAL, address, reader->window, want);
	if (!err) {
		reader->end = address + want;
		return true;
	}
	kdk_error_destroy(err);
	/* Byte by byte up to what is missing; it matters at the end of code only. */
	while (reader->end - address < want) {
		err = kdk_memory_read(reader->kernel->memory, KDK_VIRTUAL, reader->end,
				      reader->window + (reader->end - address), 1);
		if (err)
			break;
		reader->end++;
	}
	if (err && reader->end == address)
		take_note(reader, err);
	kdk_error_destroy(err);
	return reader->end > address;
}

/* "name+0x10 [module]" of an address in the kernel or a module. */
static char *symbol_text(struct reader *reader, uint64_t address)
{
	struct kdk_buffer buffer = { 0 };
	struct kdk_symbol symbol;
	struct kdk_error *err;
	char *text = NULL;

	if (!reader->symbols || !kdk_symbols_at(reader->symbols, address, &symbol))
		return NULL;
	kdk_buffer_puts(&buffer, symbol.name);
	if (address != symbol.address)
		kdk_buffer_printf(&buffer, "+%#" PRIx64, address - symbol.address);
	if (symbol.module)
		kdk_buffer_printf(&buffer, " [%s]", symbol.module);
	err = kdk_buffer_take(&buffer, &text);
	kdk_error_destroy(err);
	return err ? NULL : text;
}

static void name_target(struct reader *reader, struct kdk_instruction *instruction)
{
	if (!instruction->target)
		return;
	instruction->symbol = symbol_text(reader, instruction->target);
	/* A number that is the address of nothing is a number. */
	if (!instruction->symbol && !instruction->branch)
		instruction->target = 0;
}

static struct kdk_instruction *add(struct reader *reader)
{
	struct kdk_disassembly *ret = reader->ret;
	struct kdk_instruction *more;

	if (ret->count == reader->capacity) {
		size_t capacity = reader->capacity ? 2 * reader->capacity : 64;

		more = reallocarray(ret->instructions, capacity, sizeof(*more));
		if (!more)
			return NULL;
		ret->instructions = more;
		reader->capacity = capacity;
	}
	return &ret->instructions[ret->count++];
}

/* Forgets the first instructions until `keep` are left. */
static void keep_last(struct kdk_disassembly *ret, size_t keep)
{
	size_t drop = ret->count > keep ? ret->count - keep : 0;

	for (size_t i = 0; i < drop; i++)
		free(ret->instructions[i].symbol);
	memmove(ret->instructions, ret->instructions + drop,
		(ret->count - drop) * sizeof(*ret->instructions));
	ret->count -= drop;
}

/* From `address` on: what begins up to `last` and ends before `limit`; at most `count`. */
static struct kdk_error *decode(struct reader *reader, uint64_t address, uint64_t last,
				uint64_t limit, size_t count)
{
	while (address < limit && address <= last && reader->ret->count < count) {
		struct kdk_instruction *instruction;

		if (!fill(reader, address, limit))
			break;
		instruction = add(reader);
		if (!instruction)
			return &kdk_enomem;
		kdk_decoder_next(reader->decoder, address,
				 reader->window + (address - reader->begin),
				 reader->end - address, instruction);
		name_target(reader, instruction);
		if (__builtin_add_overflow(address, (uint64_t)instruction->size, &address))
			break;
	}
	if (address < limit && address <= last && reader->ret->count == KDK_DISASSEMBLY_MAX &&
	    asprintf(&reader->ret->note, "there is more: it ends after %d instructions",
		     KDK_DISASSEMBLY_MAX) < 0)
		return &kdk_enomem;
	return NULL;
}

/* The function that the address lies in, as far as symbols tell. */
static struct kdk_error *find_function(struct reader *reader, uint64_t address)
{
	struct kdk_disassembly *ret = reader->ret;
	struct kdk_symbol symbol;

	if (!reader->symbols || !kdk_symbols_at(reader->symbols, address, &symbol))
		return NULL;
	ret->start = symbol.address;
	ret->size = symbol.size;
	ret->function = strdup(symbol.name);
	ret->module = symbol.module ? strdup(symbol.module) : NULL;
	return ret->function && (ret->module || !symbol.module) ? NULL : &kdk_enomem;
}

/* One past the last byte of the function; the address space's last byte is never code. */
static uint64_t function_end(const struct kdk_disassembly *ret)
{
	uint64_t end;

	if (!ret->size || __builtin_add_overflow(ret->start, ret->size, &end))
		return UINT64_MAX;
	return end;
}

static struct kdk_error *read_range(struct reader *reader, uint64_t address,
				    const struct kdk_disassembly_options *options)
{
	struct kdk_disassembly *ret = reader->ret;
	size_t count = options->count && options->count < KDK_DISASSEMBLY_MAX ?
		       options->count : KDK_DISASSEMBLY_MAX;
	struct kdk_error *err;

	if (!ret->function && !(options->range == KDK_DISASSEMBLY_FORWARD && options->count))
		return kdk_error_new(KDK_ERROR_ABSENT,
				     "%#" PRIx64 " is in no function of the kernel or its modules; give a count of instructions",
				     address);
	switch (options->range) {
	case KDK_DISASSEMBLY_FORWARD:
		/* A count goes on past the function's end. */
		err = decode(reader, address, UINT64_MAX,
			     options->count ? UINT64_MAX : function_end(ret), count);
		break;
	case KDK_DISASSEMBLY_REVERSE:
		err = decode(reader, ret->start, address, function_end(ret), KDK_DISASSEMBLY_MAX);
		keep_last(ret, count);
		break;
	default:
		err = decode(reader, ret->start, UINT64_MAX, function_end(ret), count);
	}
	if (!err && !ret->count)
		return kdk_error_new(KDK_ERROR_ABSENT, "code at %#" PRIx64 ": %s", address,
				     ret->note ? ret->note : "not in the dump");
	return err;
}

struct kdk_error *kdk_disassembly_read(struct kdk_kernel *kernel, uint64_t address,
				       const struct kdk_disassembly_options *options,
				       struct kdk_disassembly *ret)
{
	_cleanup_(kdk_decoder_destroyp) struct kdk_decoder *decoder = NULL;
	struct kdk_disassembly result = { 0 };
	struct reader reader = { .kernel = kernel, .ret = &result };
	struct kdk_error *err;

	if (!kernel->memory)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED,
				     "the dump's architecture is not known: its code cannot be read");
	err = kdk_decoder_create(kernel->arch, options->intel, &decoder);
	if (err)
		return err;
	reader.decoder = decoder;
	/* Without symbols there is still code. */
	kdk_error_destroy(kdk_kernel_symbols(kernel, &reader.symbols));
	err = find_function(&reader, address);
	if (!err)
		err = read_range(&reader, address, options);
	if (err)
		kdk_disassembly_deinit(&result);
	else
		*ret = result;
	return err;
}

void kdk_disassembly_deinit(struct kdk_disassembly *disassembly)
{
	for (size_t i = 0; i < disassembly->count; i++)
		free(disassembly->instructions[i].symbol);
	free(disassembly->instructions);
	free(disassembly->function);
	free(disassembly->module);
	free(disassembly->note);
	*disassembly = (struct kdk_disassembly){ 0 };
}
