/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unwind_case.h"

#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

static bool on_read(void *context, uint64_t address, void *buffer, size_t length)
{
	const struct unwind_case *c = context;

	if (address < c->base || address - c->base > CASE_BYTES ||
	    length > CASE_BYTES - (address - c->base))
		return false;
	memcpy(buffer, c->memory + (address - c->base), length);
	return true;
}

static bool on_symbol(void *context, const char *name, uint64_t *ret)
{
	const struct unwind_case *c = context;

	for (size_t i = 0; i < c->symbol_count; i++)
		if (!strcmp(c->symbols[i].name, name)) {
			*ret = c->symbols[i].value;
			return true;
		}
	return false;
}

static bool on_per_cpu(void *context, const char *symbol, size_t cpu, uint64_t *ret)
{
	return !cpu && on_symbol(context, symbol, ret);
}

static bool on_field(void *context, const char *path, uint64_t *ret_offset, uint64_t *ret_size)
{
	const struct unwind_case *c = context;

	for (size_t i = 0; i < c->field_count; i++)
		if (!strcmp(c->fields[i].name, path)) {
			*ret_offset = c->fields[i].value;
			*ret_size = 0x1000;
			return true;
		}
	return false;
}

static uint64_t on_size(void *context, const char *type)
{
	const struct unwind_case *c = context;

	for (size_t i = 0; i < c->size_count; i++)
		if (!strcmp(c->sizes[i].name, type))
			return c->sizes[i].value;
	return 0;
}

static bool on_number(void *context, const char *key, uint64_t *ret)
{
	const struct unwind_case *c = context;

	for (size_t i = 0; i < c->number_count; i++)
		if (!strcmp(c->numbers[i].name, key)) {
			*ret = c->numbers[i].value;
			return true;
		}
	return false;
}

static bool on_function(void *context, uint64_t pc, struct kdk_unwind_function *ret)
{
	const struct unwind_case *c = context;

	for (size_t i = 0; i < c->function_count; i++)
		if (pc >= c->functions[i].start && pc < c->functions[i].end) {
			snprintf(ret->name, sizeof(ret->name), "%s", c->functions[i].name);
			ret->start = c->functions[i].start;
			return true;
		}
	return false;
}

static bool on_module_table(void *context, uint64_t pc, struct kdk_unwind_table *ret)
{
	(void)context;
	(void)pc;
	(void)ret;
	return false;
}

void case_init(struct unwind_case *c, unsigned int word, bool big_endian)
{
	memset(c, 0, sizeof(*c));
	c->base = word == 4 ? CASE_BASE_32 : CASE_BASE;
	c->memory = calloc(1, CASE_BYTES);
	assert_non_null(c->memory);
	c->reader = (struct kdk_unwind_reader){
		.context = c,
		.big_endian = big_endian,
		.word_bytes = word,
		.page_size = 4096,
		.cpus = 1,
		.read = on_read,
		.symbol = on_symbol,
		.per_cpu = on_per_cpu,
		.field = on_field,
		.size = on_size,
		.number = on_number,
		.function = on_function,
		.module_table = on_module_table,
	};
}

void case_deinit(struct unwind_case *c)
{
	kdk_unwind_deinit(&c->unwind);
	free(c->memory);
}

void case_symbol(struct unwind_case *c, const char *name, uint64_t value)
{
	assert_true(c->symbol_count < CASE_NAMES);
	c->symbols[c->symbol_count].name = name;
	c->symbols[c->symbol_count++].value = value;
}

void case_field(struct unwind_case *c, const char *path, uint64_t offset)
{
	assert_true(c->field_count < CASE_NAMES);
	c->fields[c->field_count].name = path;
	c->fields[c->field_count++].value = offset;
}

void case_size(struct unwind_case *c, const char *type, uint64_t size)
{
	assert_true(c->size_count < CASE_NAMES);
	c->sizes[c->size_count].name = type;
	c->sizes[c->size_count++].value = size;
}

void case_number(struct unwind_case *c, const char *key, uint64_t value)
{
	assert_true(c->number_count < CASE_NAMES);
	c->numbers[c->number_count].name = key;
	c->numbers[c->number_count++].value = value;
}

uint64_t case_function(struct unwind_case *c, const char *name)
{
	uint64_t start = c->base + CASE_TEXT + c->function_count * 0x100;

	assert_true(c->function_count < CASE_NAMES);
	c->functions[c->function_count].name = name;
	c->functions[c->function_count].start = start;
	c->functions[c->function_count++].end = start + 0x100;
	return start;
}

void case_put_bytes(struct unwind_case *c, uint64_t address, const void *bytes, size_t size)
{
	assert_true(address >= c->base && address - c->base + size <= CASE_BYTES);
	memcpy(c->memory + (address - c->base), bytes, size);
}

void case_put(struct unwind_case *c, uint64_t address, uint64_t word)
{
	uint8_t bytes[8];

	if (c->reader.word_bytes == 4)
		kdk_put_u32(bytes, word, c->reader.big_endian);
	else
		kdk_put_u64(bytes, word, c->reader.big_endian);
	case_put_bytes(c, address, bytes, c->reader.word_bytes);
}

void case_start(struct unwind_case *c, const struct kdk_arch_unwind *ops, uint64_t stack)
{
	case_symbol(c, "init_stack", 0);
	case_symbol(c, "__end_init_stack", 0);
	c->symbols[c->symbol_count - 2].value = CASE_BASE;
	c->symbols[c->symbol_count - 1].value = CASE_BASE + stack;
	kdk_unwind_deinit(&c->unwind);
	assert_success(kdk_unwind_init(&c->unwind, ops, &c->reader));
	c->cursor.task_stack = c->base;
}

const char *case_where(struct unwind_case *c)
{
	static char text[128];
	uint64_t pc = c->cursor.registers.value[c->unwind.ops->pc];
	struct kdk_unwind_function function;

	if (c->cursor.user)
		return "user";
	if (!on_function(c, c->cursor.exact ? pc : pc - 1, &function))
		return "?";
	snprintf(text, sizeof(text), "%s+%#" PRIx64, function.name, pc - function.start);
	return text;
}
