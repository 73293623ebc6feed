/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF of a kernel, byte order by the first byte; every question is asked of every type. */
#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/btf.h"

#define ASKED_MAX 200	/* types and entries that are asked about */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_entries(const struct kdk_btf *btf, uint32_t id, const struct kdk_btf_type *type)
{
	struct kdk_btf_member member;
	uint32_t of, offset, bytes;
	const char *name;
	uint64_t value;

	for (uint32_t i = 0; i < type->count + 1 && i < ASKED_MAX; i++) {
		if (kdk_btf_member(btf, id, i, &member) && !member.name)
			abort();
		if (kdk_btf_enumerator(btf, id, i, &name, &value) && !name)
			abort();
		(void)kdk_btf_variable(btf, id, i, &of, &offset, &bytes);
	}
}

static void ask(const struct kdk_btf *btf)
{
	for (uint32_t id = 0; id <= kdk_btf_end(btf) && id < ASKED_MAX; id++) {
		struct kdk_btf_type type;
		uint64_t bytes;
		uint32_t found;

		if (!kdk_btf_type(btf, id, &type))
			continue;
		ask_entries(btf, id, &type);
		(void)kdk_btf_resolve(btf, id);
		(void)kdk_btf_size(btf, id, 8, &bytes);
		(void)kdk_btf_find(btf, type.name, UINT32_MAX, &found);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kdk_btf *base, *module;
	struct kdk_error *err;
	uint8_t *copy;
	bool big;

	if (!size)
		return 0;
	big = data[0] & 1;
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data + 1, size - 1);
	err = kdk_btf_parse(copy, size - 1, NULL, big, &base);
	kdk_error_destroy(err);
	if (err)
		return 0;
	ask(base);
	/* The same bytes as a module's, behind themselves. */
	copy = malloc(size);
	if (copy) {
		memcpy(copy, data + 1, size - 1);
		err = kdk_btf_parse(copy, size - 1, base, big, &module);
		kdk_error_destroy(err);
		if (!err) {
			ask(module);
			kdk_btf_destroy(module);
		}
	}
	kdk_btf_destroy(base);
	return 0;
}
