/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/scan.h"

#include <string.h>

#include "vmcore/kernel/memory.h"

/* vmcoreinfo's first line, in every kernel */
#define NEEDLE "OSRELEASE="
#define NEEDLE_SIZE (sizeof(NEEDLE) - 1)

/* In a page that starts with an ELF note named VMCOREINFO, the text begins here. */
#define NOTE_HEADER 24

#define STEP 4096u		/* pages are multiples of it everywhere */
#define FRAME_MAX (1u << 18)
#define TEXT_MAX (1u << 16)	/* the kernel gives it one page */
#define CANDIDATES 32
#define ATTEMPTS 1024		/* places looked at closely; a hostile dump has many */
#define REPORT_EVERY (64u << 20)

struct candidate {
	char *text;
	size_t size;
	unsigned int score;
	unsigned int copies;
};

/* How well a text fits the dump: the sum of these. */
enum {
	FITS_UTSNAME = 8,	/* its init_uts_ns holds its OSRELEASE */
	FITS_CRASH = 4,		/* has CRASHTIME: that kernel has crashed */
	FITS_PAGING = 2,	/* its _stext can be translated */
	FITS_ALL = FITS_UTSNAME | FITS_CRASH | FITS_PAGING,
};

struct scan {
	const struct kdk_dump *dump;
	struct kdk_progress *progress;
	uint32_t frame_size;
	struct candidate candidates[CANDIDATES];
	size_t candidate_count;
	unsigned int attempts;
	uint64_t reported;
	bool done;			/* nothing can fit better */
};

/* Bytes from phys on that could be read, `length` at most. */
static size_t read_some(const struct scan *scan, uint64_t phys, char *buffer, size_t length)
{
	size_t done = 0;

	while (done < length) {
		size_t part = scan->frame_size - phys % scan->frame_size;
		struct kdk_error *err;
		struct kdk_run run;

		err = scan->dump->format->run(scan->dump, phys, &run);
		if (!err && run.state == KDK_PAGE_PRESENT) {
			part = part < length - done ? part : length - done;
			part = run.length < part ? run.length : part;
			err = scan->dump->format->read(scan->dump, phys, buffer + done, part);
		} else {
			part = 0;
		}
		if (err || !part) {
			kdk_error_destroy(err);
			break;
		}
		done += part;
		phys += part;
	}
	return done;
}

/* Bytes of whole KEY=VALUE lines at the start. */
static size_t text_size(const char *text, size_t size)
{
	size_t start = 0;

	while (start < size) {
		bool equals = false;
		size_t end = start;

		for (; end < size && text[end] >= ' ' && text[end] <= '~'; end++)
			equals |= text[end] == '=';
		if (end == size || text[end] != '\n' || !equals)
			break;
		start = end + 1;
	}
	return start;
}

static bool is_plausible(const struct kdk_vmcoreinfo *info)
{
	const char *release = kdk_vmcoreinfo_find(info, "OSRELEASE");
	uint64_t number;

	if (!release || !kdk_vmcoreinfo_number(info, "PAGESIZE", &number) || number % STEP ||
	    number > FRAME_MAX)
		return false;
	return kdk_vmcoreinfo_symbol(info, "init_uts_ns", &number) ||
	       kdk_vmcoreinfo_symbol(info, "swapper_pg_dir", &number) ||
	       kdk_vmcoreinfo_symbol(info, "_stext", &number);
}

static bool utsname_matches(struct kdk_memory *memory, const struct kdk_vmcoreinfo *info)
{
	const char *release = kdk_vmcoreinfo_find(info, "OSRELEASE");
	/* A reference count, six names of 65 bytes: sysname, nodename, release first. */
	char bytes[256] = "";
	uint64_t virt;

	if (!kdk_vmcoreinfo_symbol(info, "init_uts_ns", &virt))
		return false;
	kdk_error_destroy(kdk_memory_read(memory, KDK_VIRTUAL, virt, bytes, sizeof(bytes)));
	return memmem(bytes, sizeof(bytes), release, strlen(release) + 1);
}

static const struct kdk_arch *find_arch(const struct kdk_dump_facts *facts,
					const struct kdk_vmcoreinfo *info)
{
	const struct kdk_arch *arch;

	arch = kdk_arch_find(facts->elf_machine, facts->word_bytes, facts->big_endian,
			     facts->machine);
	return arch ? arch : kdk_vmcoreinfo_arch(info, facts->word_bytes, facts->big_endian);
}

static unsigned int score(const struct scan *scan, const struct kdk_vmcoreinfo *info)
{
	const struct kdk_arch *arch = find_arch(&scan->dump->facts, info);
	_cleanup_(kdk_memory_destroyp) struct kdk_memory *memory = NULL;
	unsigned int result = 0;
	uint64_t number;
	struct kdk_error *err;
	struct kdk_walk walk;

	if (kdk_vmcoreinfo_find(info, "CRASHTIME"))
		result |= FITS_CRASH;
	if (!arch || !kdk_vmcoreinfo_number(info, "PAGESIZE", &number))
		return result;
	err = kdk_memory_create(scan->dump, arch, info, number, &memory);
	if (err) {
		kdk_error_destroy(err);
		return result;
	}
	if (utsname_matches(memory, info))
		result |= FITS_UTSNAME;
	if (!kdk_vmcoreinfo_symbol(info, "_stext", &number))
		return result;
	err = kdk_memory_translate(memory, number, &walk);
	if (!err)
		result |= FITS_PAGING;
	kdk_error_destroy(err);
	return result;
}

static struct candidate *find_equal(struct scan *scan, const char *text, size_t size)
{
	for (size_t i = 0; i < scan->candidate_count; i++)
		if (scan->candidates[i].size == size &&
		    !memcmp(scan->candidates[i].text, text, size))
			return &scan->candidates[i];
	return NULL;
}

static struct kdk_error *add_candidate(struct scan *scan, const char *text, size_t size)
{
	_cleanup_(kdk_vmcoreinfo_destroyp) struct kdk_vmcoreinfo *info = NULL;
	struct candidate *candidate = find_equal(scan, text, size);
	struct kdk_error *err;

	if (candidate) {
		candidate->copies++;
		return NULL;
	}
	if (scan->candidate_count == CANDIDATES)
		return NULL;
	err = kdk_vmcoreinfo_parse(text, size, &info);
	if (err)
		return err;
	if (!is_plausible(info))
		return NULL;
	candidate = &scan->candidates[scan->candidate_count];
	candidate->text = strndup(text, size);
	if (!candidate->text)
		return &kdk_enomem;
	candidate->size = size;
	candidate->copies = 1;
	candidate->score = score(scan, info);
	scan->done = candidate->score == FITS_ALL;
	scan->candidate_count++;
	return NULL;
}

/* The needle is at phys. *ret_used: bytes that are of this text, if it is one. */
static struct kdk_error *look_closely(struct scan *scan, uint64_t phys, size_t *ret_used)
{
	size_t size = scan->frame_size < TEXT_MAX ? scan->frame_size : TEXT_MAX;
	_cleanup_free_ char *text = NULL;
	char digit = 0;

	*ret_used = NEEDLE_SIZE;
	/* Not the kernel's own "OSRELEASE=%s", nor what programs have of it. */
	read_some(scan, phys + NEEDLE_SIZE, &digit, 1);
	if (digit < '0' || digit > '9' || scan->attempts++ >= ATTEMPTS)
		return NULL;
	text = malloc(size);
	if (!text)
		return &kdk_enomem;
	size = read_some(scan, phys, text, size);
	size = text_size(text, size);
	if (size < NEEDLE_SIZE)
		return NULL;
	*ret_used = size;
	return add_candidate(scan, text, size);
}

static struct kdk_error *report(struct scan *scan, uint64_t phys)
{
	if (phys - scan->reported < REPORT_EVERY)
		return NULL;
	scan->reported = phys;
	if (kdk_progress_report(scan->progress, "searching vmcoreinfo", phys,
				scan->dump->facts.max_phys))
		return NULL;
	return kdk_error_new(KDK_ERROR_USAGE, "searching vmcoreinfo: stopped at %#llx",
			     (unsigned long long)phys);
}

static struct kdk_error *search_page_starts(struct scan *scan, uint64_t start, uint64_t end)
{
	char bytes[NOTE_HEADER + NEEDLE_SIZE];
	struct kdk_error *err = NULL;
	size_t used;

	start = start + (STEP - 1) - (start + (STEP - 1)) % STEP;
	for (uint64_t phys = start; !err && !scan->done && phys < end; phys += STEP) {
		if (read_some(scan, phys, bytes, sizeof(bytes)) == sizeof(bytes)) {
			if (!memcmp(bytes, NEEDLE, NEEDLE_SIZE))
				err = look_closely(scan, phys, &used);
			else if (!memcmp(bytes + NOTE_HEADER, NEEDLE, NEEDLE_SIZE))
				err = look_closely(scan, phys + NOTE_HEADER, &used);
		}
		if (!err)
			err = report(scan, phys);
	}
	return err;
}

/* bytes[0] is at phys. */
static struct kdk_error *search_bytes(struct scan *scan, uint64_t phys, const char *bytes,
				      size_t size)
{
	struct kdk_error *err;
	const char *hit;
	size_t used;

	for (size_t from = 0; from < size; from = hit - bytes + used) {
		hit = memmem(bytes + from, size - from, NEEDLE, NEEDLE_SIZE);
		if (!hit)
			break;
		err = look_closely(scan, phys + (hit - bytes), &used);
		if (err)
			return err;
	}
	return NULL;
}

static struct kdk_error *search_everything(struct scan *scan, uint64_t start, uint64_t end)
{
	/* In front of each frame, the last bytes of the one before. */
	_cleanup_free_ char *bytes = malloc(NEEDLE_SIZE - 1 + scan->frame_size);
	size_t carried = 0, size;
	struct kdk_error *err;

	if (!bytes)
		return &kdk_enomem;
	for (uint64_t phys = start; !scan->done && phys < end;) {
		size_t part = scan->frame_size - phys % scan->frame_size;

		part = end - phys < part ? end - phys : part;
		size = carried + read_some(scan, phys, bytes + carried, part);
		err = search_bytes(scan, phys - carried, bytes, size);
		if (!err)
			err = report(scan, phys);
		if (err)
			return err;
		/* After a page that could not be read, there is nothing to go on from. */
		carried = size < carried + part ? 0 :
			  size < NEEDLE_SIZE - 1 ? size : NEEDLE_SIZE - 1;
		memmove(bytes, bytes + size - carried, carried);
		phys += part;
	}
	return NULL;
}

/*
 * How much there is to search at most. Program headers of a hostile ELF file may all
 * show the same bytes of it; in a compressed dump each page has a descriptor of its own.
 */
static uint64_t search_limit(const struct kdk_dump *dump)
{
	uint64_t limit = 0;

	if (!dump->segment_count)
		return UINT64_MAX;
	for (size_t i = 0; i < dump->source_count; i++)
		if (__builtin_add_overflow(limit, dump->sources[i]->size, &limit))
			return UINT64_MAX;
	return limit;
}

/* Where the state that phys has ends: runs of a format need not be the longest possible. */
static struct kdk_error *stretch(const struct kdk_dump *dump, uint64_t phys, bool *ret_present,
				 uint64_t *ret_end)
{
	struct kdk_error *err;
	struct kdk_run run;
	uint64_t end = phys;
	bool present;

	do {
		err = dump->format->run(dump, end, &run);
		if (err)
			return err;
		present = run.state == KDK_PAGE_PRESENT;
		if (end == phys)
			*ret_present = present;
		else if (present != *ret_present)
			break;
		if (!run.length || __builtin_add_overflow(end, run.length, &end) ||
		    end > dump->facts.max_phys)
			end = dump->facts.max_phys;
	} while (end < dump->facts.max_phys);
	*ret_end = end;
	return NULL;
}

/* Calls `search` for each present stretch. */
static struct kdk_error *search_runs(struct scan *scan,
				     struct kdk_error *(*search)(struct scan *scan,
								 uint64_t start,
								 uint64_t end))
{
	const struct kdk_dump *dump = scan->dump;
	uint64_t limit = search_limit(dump), end;
	struct kdk_error *err;
	bool present = false;

	scan->reported = 0;
	for (uint64_t phys = 0; phys < dump->facts.max_phys; phys = end) {
		err = stretch(dump, phys, &present, &end);
		if (err)
			return err;
		if (!present)
			continue;
		if (end - phys > limit)
			end = phys + limit;
		err = search(scan, phys, end);
		if (err)
			return err;
		limit -= end - phys;
		if (!limit || scan->done)
			break;
	}
	return NULL;
}

static struct candidate *best_candidate(struct scan *scan)
{
	struct candidate *best = NULL;

	for (size_t i = 0; i < scan->candidate_count; i++) {
		struct candidate *one = &scan->candidates[i];

		if (!best || one->score > best->score ||
		    (one->score == best->score && one->copies > best->copies))
			best = one;
	}
	return best;
}

static struct kdk_error *search(struct scan *scan)
{
	struct kdk_error *err = search_runs(scan, search_page_starts);
	struct candidate *best = best_candidate(scan);

	if (err || (best && (best->score & FITS_UTSNAME)))
		return err;
	return search_runs(scan, search_everything);
}

struct kdk_error *kdk_vmcoreinfo_scan(const struct kdk_dump *dump,
				      struct kdk_progress *progress,
				      char **ret, size_t *ret_size)
{
	struct scan scan = { .dump = dump, .progress = progress };
	struct candidate *best;
	struct kdk_error *err;

	scan.frame_size = dump->facts.page_size ? dump->facts.page_size : STEP;
	if (scan.frame_size % STEP || scan.frame_size > FRAME_MAX)
		return kdk_error_new(KDK_ERROR_FORMAT, "searching vmcoreinfo: page frames of "
				     "%u bytes", (unsigned int)scan.frame_size);
	err = search(&scan);
	best = best_candidate(&scan);
	if (!err && !best)
		err = kdk_error_new(KDK_ERROR_ABSENT,
				    "searching vmcoreinfo: none in the dump's memory");
	if (!err) {
		*ret = kdk_take(best->text);
		*ret_size = best->size;
	}
	for (size_t i = 0; i < scan.candidate_count; i++)
		free(scan.candidates[i].text);
	return err;
}
