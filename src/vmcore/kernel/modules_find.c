/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of the list of modules. Where kallsyms names functions only, it is looked
 * for in the kernel's data: a list_head whose first entry points back at it and is in
 * a struct module that names itself (mkobj.mod).
 */
#include "vmcore/kernel/modules_find.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"

#define DATA_MAX (UINT64_C(64) << 20)	/* bytes behind the kernel's text that are searched */
#define STEP 4096

struct search {
	struct kdk_kernel *kernel;
	uint64_t list, self;	/* offsets in struct module */
	unsigned int word;
	bool big;
};

static bool read_word(const struct search *search, uint64_t address, uint64_t *ret)
{
	struct kdk_error *err = kdk_memory_read_word(search->kernel->memory, KDK_VIRTUAL, address,
						     ret);

	kdk_error_destroy(err);
	return !err;
}

static bool is_head(const struct search *search, uint64_t head, uint64_t next, uint64_t previous)
{
	uint64_t back, self;

	if (next == head || !next || !previous || next % search->word || previous % search->word)
		return false;
	return read_word(search, next + search->word, &back) && back == head &&
	       read_word(search, next - search->list + search->self, &self) &&
	       self == next - search->list && read_word(search, previous, &back) && back == head;
}

/* Only a pointer into the upper half of the address space can be one of the kernel's. */
static bool could_point(const struct search *search, uint64_t value)
{
	return search->word == 8 ? value >> 47 : value >> 31;
}

static bool search_step(const struct search *search, uint64_t start, const uint8_t *data,
			size_t size, uint64_t *ret)
{
	for (size_t at = 0; at + 2 * search->word <= size; at += search->word) {
		uint64_t next = kdk_get_word(data + at, search->big, search->word);
		uint64_t previous;

		if (!could_point(search, next) || next - start < STEP)
			continue;
		previous = kdk_get_word(data + at + search->word, search->big, search->word);
		if (could_point(search, previous) && is_head(search, start + at, next, previous)) {
			*ret = start + at;
			return true;
		}
	}
	return false;
}

static struct kdk_error *search_data(struct search *search, uint64_t start, uint64_t end,
				     uint64_t *ret)
{
	_cleanup_free_ uint8_t *data = malloc(STEP + 8);

	if (!data)
		return &kdk_enomem;
	for (start &= ~(uint64_t)(STEP - 1); start < end; start += STEP) {
		size_t size = STEP + search->word;
		struct kdk_error *err = kdk_memory_read(search->kernel->memory, KDK_VIRTUAL, start,
							data, size);

		if (err) {
			/* The last page before a gap. */
			kdk_error_destroy(err);
			size = STEP;
			err = kdk_memory_read(search->kernel->memory, KDK_VIRTUAL, start, data,
					      size);
		}
		kdk_error_destroy(err);
		if (!err && search_step(search, start, data, size, ret))
			return NULL;
	}
	return kdk_error_new(KDK_ERROR_ABSENT,
			     "no symbol tells where the list of modules is, and no memory of the "
			     "kernel's data looks like it");
}

struct kdk_error *kdk_modules_find_head(struct kdk_kernel *kernel, uint64_t *ret)
{
	struct search search = { .kernel = kernel };
	struct kdk_symbols *symbols;
	uint64_t start;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);

	if (err)
		return err;
	if (kdk_symbols_find(symbols, "modules", ret))
		return NULL;
	err = kdk_kernel_offset(kernel, "module.list", &search.list);
	if (!err)
		err = kdk_kernel_offset(kernel, "module.mkobj.mod", &search.self);
	if (err)
		return err;
	search.word = kernel->arch->word_bytes;
	search.big = kernel->arch->big_endian;
	if (!kdk_symbols_find(symbols, "_einittext", &start) &&
	    !kdk_symbols_find(symbols, "_etext", &start))
		return kdk_error_new(KDK_ERROR_ABSENT,
				     "no symbol tells where the kernel's data is: _etext");
	return search_data(&search, start, start + DATA_MAX, ret);
}
