/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "core/progress.h"
#include "vmcore/codec/codec.h"
#include "vmcore/format/format.h"

/* How much is read at once where the container has no page size. */
#define CHUNK		(64u << 10)

/* Memory between two reports. */
#define REPORT_BYTES	(64ull << 20)

struct counter {
	const struct kdk_dump *dump;
	struct kdk_progress *progress;
	struct kdk_dump_census *census;
	bool deep;
	uint64_t reported;
	uint8_t *page;
	uint32_t step;		/* bytes read at once */
};

static unsigned int codec_bit(uint32_t flags)
{
	return flags ? (unsigned int)__builtin_ctz(flags) : 31;
}

static struct kdk_error *count_codec(struct counter *counter, uint64_t phys)
{
	struct kdk_error *err;
	uint32_t flags;

	if (!counter->dump->format->page_flags)
		return NULL;
	err = counter->dump->format->page_flags(counter->dump, phys, &flags);
	if (!err)
		counter->census->codec_pages[codec_bit(flags)]++;
	return err;
}

/* Out of memory ends the count; everything else says that the page is bad. */
static struct kdk_error *note_bad(struct counter *counter, uint64_t phys,
				  struct kdk_error *err)
{
	struct kdk_dump_census *census = counter->census;

	if (err == &kdk_enomem)
		return err;
	if (!census->bad_pages++) {
		census->first_bad_phys = phys;
		census->first_bad_error = kdk_take(err->message);
	}
	kdk_error_destroy(err);
	return NULL;
}

static struct kdk_error *report(struct counter *counter, uint64_t phys)
{
	if (phys - counter->reported < REPORT_BYTES)
		return NULL;
	counter->reported = phys;
	if (!kdk_progress_report(counter->progress, counter->deep ? "reading pages" :
				 "counting pages", phys, counter->dump->facts.max_phys))
		return kdk_error_system(ECANCELED, "counting pages");
	return NULL;
}

static struct kdk_error *count_present(struct counter *counter, uint64_t phys,
				       uint64_t length)
{
	while (length) {
		uint64_t part = counter->step - phys % counter->step;
		struct kdk_error *err;

		if (part > length)
			part = length;
		err = count_codec(counter, phys);
		if (!err && counter->deep)
			err = counter->dump->format->read(counter->dump, phys,
							  counter->page, part);
		if (err) {
			err = note_bad(counter, phys, err);
			if (err)
				return err;
		}
		phys += part;
		length -= part;
		err = report(counter, phys);
		if (err)
			return err;
	}
	return NULL;
}

static struct kdk_error *count_run(struct counter *counter, uint64_t phys,
				   const struct kdk_run *run)
{
	struct kdk_dump_census *census = counter->census;

	switch (run->state) {
	case KDK_PAGE_PRESENT:
		census->present += run->length;
		if (counter->deep || counter->dump->format->page_flags)
			return count_present(counter, phys, run->length);
		break;
	case KDK_PAGE_ZERO:
		census->zero += run->length;
		break;
	case KDK_PAGE_EXCLUDED:
		census->excluded += run->length;
		break;
	case KDK_PAGE_HOLE:
		census->hole += run->length;
		break;
	case KDK_PAGE_LOST:
		census->lost += run->length;
		break;
	}
	return report(counter, phys + run->length);
}

static struct kdk_error *count_all(struct counter *counter)
{
	uint64_t phys = 0, end = counter->dump->facts.max_phys;

	while (phys < end) {
		struct kdk_error *err;
		struct kdk_run run;

		err = counter->dump->format->run(counter->dump, phys, &run);
		if (err)
			return err;
		if (run.length > end - phys)
			run.length = end - phys;
		err = count_run(counter, phys, &run);
		if (err)
			return err;
		phys += run.length;
	}
	return NULL;
}

struct kdk_error *kdk_dump_count(const struct kdk_dump *dump, bool deep,
				 struct kdk_progress *progress,
				 struct kdk_dump_census *ret)
{
	struct kdk_dump_census census = { .first_bad_phys = KDK_NO_ADDRESS };
	struct counter counter = {
		.dump = dump,
		.progress = progress,
		.census = &census,
		.deep = deep,
		.step = dump->facts.page_size ? dump->facts.page_size : CHUNK,
	};
	struct kdk_error *err;

	counter.page = malloc(counter.step);
	if (!counter.page)
		return &kdk_enomem;
	err = count_all(&counter);
	free(counter.page);
	if (err) {
		kdk_dump_census_deinit(&census);
		return kdk_error_wrap(err, "counting the pages of %s",
				      dump->sources[0]->name);
	}
	*ret = census;
	return NULL;
}

void kdk_dump_census_deinit(struct kdk_dump_census *census)
{
	free(census->first_bad_error);
	census->first_bad_error = NULL;
}
