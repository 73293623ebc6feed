/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_view.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/kernel_view.h"

/* Where the tables lie, physical. */
#define NUM_SYMS 0x300000
#define BASE 0x300010
#define OFFSETS 0x301000
#define NAMES 0x302000
#define TOKEN_TABLE 0x308000
#define TOKEN_INDEX 0x309000
#define BTF 0x310000
#define STEXT 0x200000
#define END 0x800000

/* Tokens: characters stand for themselves, 1 is "Tinit_" and 2 is "_page". */
static const char token_one[] = "Tinit_", token_two[] = "_page";

struct fake_view *fake_view_create(bool big_endian)
{
	struct fake_view *view = calloc(1, sizeof(*view));

	assert_non_null(view);
	view->big = big_endian;
	view->virt = big_endian ? 0 : FAKE_TEXT;
	view->machine = fake_create(big_endian);
	fake_btf_init(&view->btf, big_endian);
	return view;
}

void fake_symbol_at(struct fake_view *view, const char *name, char type, uint64_t address)
{
	assert_true(view->symbol_count < FAKE_SYMBOLS);
	assert_true(strlen(name) < sizeof(view->symbols[0].name));
	strcpy(view->symbols[view->symbol_count].name, name);
	view->symbols[view->symbol_count].type = type;
	view->symbols[view->symbol_count++].address = address;
}

uint64_t fake_symbol(struct fake_view *view, const char *name, char type, uint64_t phys)
{
	fake_symbol_at(view, name, type, view->virt + phys);
	return view->virt + phys;
}

void fake_word(struct fake_view *view, uint64_t phys, uint64_t value)
{
	fake_put(view->machine, phys, value, 8, view->big);
}

static void write_tokens(struct fake_view *view)
{
	uint8_t index[512];
	char table[1024] = "";
	size_t used = 0;

	for (size_t i = 0; i < 256; i++) {
		kdk_put_u16(index + 2 * i, used, view->big);
		if (i == 1)
			strcpy(table + used, token_one);
		else if (i == 2)
			strcpy(table + used, token_two);
		else if (i >= 0x20 && i < 0x7f)
			table[used] = i;
		used += strlen(table + used) + 1;
	}
	fake_write(view->machine, TOKEN_TABLE, table, used);
	fake_write(view->machine, TOKEN_INDEX, index, sizeof(index));
}

/* Type and name as tokens; returns their number. */
static size_t compress(char type, const char *name, uint8_t *to)
{
	char text[320];
	size_t used = 0;

	text[0] = type;
	strcpy(text + 1, name);
	for (const char *at = text; *at;) {
		if (at == text && !strncmp(at, token_one, strlen(token_one))) {
			to[used++] = 1;
			at += strlen(token_one);
		} else if (!strncmp(at, token_two, strlen(token_two))) {
			to[used++] = 2;
			at += strlen(token_two);
		} else {
			to[used++] = *at++;
		}
	}
	return used;
}

static void write_names(struct fake_view *view, bool long_names)
{
	uint64_t at = NAMES;

	for (size_t i = 0; i < view->symbol_count; i++) {
		uint8_t tokens[320], length[2];
		size_t count = compress(view->symbols[i].type, view->symbols[i].name, tokens);
		bool two = long_names && count > 127;

		length[0] = two ? 0x80 | (count & 0x7f) : count;
		length[1] = count >> 7;
		assert_true(count < 256 || two);
		fake_write(view->machine, at, length, 1 + two);
		fake_write(view->machine, at + 1 + two, tokens, count);
		at += 1 + two + count;
	}
	assert_true(at < TOKEN_TABLE);
}

static void write_addresses(struct fake_view *view, enum kdk_kallsyms_encoding encoding)
{
	uint64_t base = view->virt + STEXT;

	fake_put(view->machine, BASE, base, 8, view->big);
	for (size_t i = 0; i < view->symbol_count; i++) {
		uint64_t address = view->symbols[i].address, place = OFFSETS + 4 * i;

		switch (encoding) {
		case KDK_KALLSYMS_ABSOLUTE:
			fake_put(view->machine, OFFSETS + 8 * i, address, 8, view->big);
			break;
		case KDK_KALLSYMS_RELATIVE:
			fake_put(view->machine, place, address - base, 4, view->big);
			break;
		case KDK_KALLSYMS_PERCPU:
			fake_put(view->machine, place,
				 address < base ? address : base - 1 - address, 4, view->big);
			break;
		case KDK_KALLSYMS_PLACE:
			fake_put(view->machine, place, address - (view->virt + place), 4,
				 view->big);
			break;
		}
	}
}

static void tell(struct fake_view *view, const char *name, uint64_t phys)
{
	fake_info(view->machine, "SYMBOL(%s)=%jx", name, (uintmax_t)(view->virt + phys));
}

static void write_btf(struct fake_view *view)
{
	uint8_t *data;
	size_t size;

	if (!view->btf.count)
		return;
	data = fake_btf_take(&view->btf, 0, &size);
	fake_write(view->machine, BTF, data, size);
	fake_symbol(view, "__start_BTF", 'R', BTF);
	fake_symbol(view, "__stop_BTF", 'R', BTF + size);
	free(data);
}

void fake_view_open(struct fake_view *view, enum kdk_kallsyms_encoding encoding, bool long_names)
{
	write_btf(view);
	fake_symbol(view, "_end", 'B', END);
	write_tokens(view);
	write_names(view, long_names);
	write_addresses(view, encoding);
	fake_put(view->machine, NUM_SYMS, view->symbol_count, 4, view->big);
	tell(view, "kallsyms_num_syms", NUM_SYMS);
	tell(view, "kallsyms_names", NAMES);
	tell(view, "kallsyms_token_table", TOKEN_TABLE);
	tell(view, "kallsyms_token_index", TOKEN_INDEX);
	tell(view, encoding == KDK_KALLSYMS_ABSOLUTE ? "kallsyms_addresses" : "kallsyms_offsets",
	     OFFSETS);
	if (encoding == KDK_KALLSYMS_RELATIVE || encoding == KDK_KALLSYMS_PERCPU)
		tell(view, "kallsyms_relative_base", BASE);
	tell(view, "_stext", STEXT);
	if (!view->big) {
		fake_info(view->machine, "NUMBER(phys_base)=0");
		fake_segment(view->machine, FAKE_TEXT, 0, 0x1000000);
	}
	fake_open(view->machine, view->big ? "s390x" : "x86_64", FAKE_PAGE);
	view->kernel = (struct kdk_kernel){
		.dump = &view->machine->dump,
		.arch = kdk_arch_find(0, 8, view->big, view->big ? "s390x" : "x86_64"),
		.info = view->machine->info,
		.memory = view->machine->memory,
		.page_size = FAKE_PAGE,
	};
	assert_non_null(view->kernel.arch);
}

int fake_view_teardown(void **state)
{
	struct fake_view *view = *state;

	if (view) {
		kdk_kernel_view_deinit(&view->kernel);
		fake_destroy(view->machine);
	}
	free(view);
	*state = NULL;
	return 0;
}
