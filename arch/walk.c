/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/walk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/bytes.h"

struct kdk_error *kdk_walk_translate(const struct kdk_paging *paging, uint64_t virt,
				     kdk_walk_fn *tables, kdk_linear_fn *linear,
				     struct kdk_walk *ret)
{
	struct kdk_error *err = NULL;
	bool unreadable = false;

	memset(ret, 0, sizeof(*ret));
	if (paging->root_known) {
		err = tables(paging, virt, ret, &unreadable);
		if (!err || !unreadable)
			return err;
	}
	if (linear(paging, virt, ret)) {
		kdk_error_destroy(err);
		return NULL;
	}
	if (err)
		return err;
	return kdk_error_new(KDK_ERROR_ABSENT,
			     "address %#" PRIx64 ": in no linear mapping that is known, "
			     "and the dump does not say where the page tables are", virt);
}

struct kdk_error *kdk_walk_entry(const struct kdk_paging *paging, uint64_t virt,
				 const char *level, uint64_t entry_phys,
				 unsigned int entry_bytes, bool big_endian,
				 struct kdk_walk *walk, bool *unreadable, uint64_t *ret)
{
	struct kdk_walk_step *step;
	struct kdk_error *err;
	uint8_t bytes[8];

	err = paging->reader.read(paging->reader.context, entry_phys, bytes, entry_bytes);
	if (err) {
		*unreadable = err->kind != KDK_ERROR_MEMORY;
		return kdk_error_wrap(err, "address %#" PRIx64 ": its %s entry at physical %#"
				      PRIx64, virt, level, entry_phys);
	}
	*ret = kdk_get_word(bytes, big_endian, entry_bytes);
	if (walk->step_count == KDK_WALK_STEPS)
		return kdk_error_new(KDK_ERROR_FORMAT, "address %#" PRIx64
				     ": more than %d levels of page tables", virt,
				     KDK_WALK_STEPS);
	step = &walk->step[walk->step_count++];
	step->level = level;
	step->entry_phys = entry_phys;
	step->entry = *ret;
	return NULL;
}

void kdk_walk_done(struct kdk_walk *walk, uint64_t virt, uint64_t frame,
		   uint64_t page_size)
{
	uint64_t mask = page_size - 1;

	walk->how = "page tables";
	walk->page_size = page_size;
	walk->phys = (frame & ~mask) | (virt & mask);
}

struct kdk_error *kdk_walk_unmapped(uint64_t virt, const struct kdk_walk *walk)
{
	const struct kdk_walk_step *step = &walk->step[walk->step_count - 1];

	return kdk_error_new(KDK_ERROR_ABSENT, "address %#" PRIx64 ": not mapped: its %s "
			     "entry at physical %#" PRIx64 " is %#" PRIx64, virt,
			     step->level, step->entry_phys, step->entry);
}

struct kdk_error *kdk_walk_malformed(uint64_t virt, const struct kdk_walk *walk)
{
	const struct kdk_walk_step *step = &walk->step[walk->step_count - 1];

	return kdk_error_new(KDK_ERROR_FORMAT, "address %#" PRIx64 ": its %s entry at "
			     "physical %#" PRIx64 " is malformed: %#" PRIx64, virt,
			     step->level, step->entry_phys, step->entry);
}

struct kdk_error *kdk_walk_outside(const struct kdk_paging *paging, uint64_t virt)
{
	return kdk_error_new(KDK_ERROR_ABSENT,
			     "address %#" PRIx64 ": no kernel address with %s paging",
			     virt, paging->mode);
}

enum kdk_walk_verdict kdk_walk_check(const struct kdk_paging *paging, kdk_walk_fn *tables,
				     uint64_t virt, uint64_t phys)
{
	struct kdk_walk walk = { 0 };
	bool unreadable = false;
	struct kdk_error *err = tables(paging, virt, &walk, &unreadable);

	if (err) {
		kdk_error_destroy(err);
		return unreadable ? KDK_WALK_UNKNOWN : KDK_WALK_WRONG;
	}
	return walk.phys == phys ? KDK_WALK_RIGHT : KDK_WALK_WRONG;
}

uint64_t kdk_paging_number(const struct kdk_paging *paging, const char *key)
{
	uint64_t value;

	if (!paging->reader.number(paging->reader.context, key, &value))
		return KDK_NOT_KNOWN;
	return value;
}

uint64_t kdk_paging_segment(const struct kdk_paging *paging, uint64_t virt)
{
	uint64_t phys;

	if (!paging->reader.segment ||
	    !paging->reader.segment(paging->reader.context, virt, &phys))
		return KDK_NOT_KNOWN;
	return phys;
}

void kdk_paging_mode(struct kdk_paging *paging, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(paging->mode, sizeof(paging->mode), format, args);
	va_end(args);
}
