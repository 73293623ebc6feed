/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vmcore/format/flattened.h"
#include "vmcore/format/foreign.h"
#include "vmcore/format/format.h"

/* More files than any set has; keeps the descriptors of this process in bounds. */
#define MAX_FILES 256u

void kdk_dump_destroy(struct kdk_dump *dump)
{
	if (!dump)
		return;
	if (dump->format)
		dump->format->close(dump);
	for (size_t i = 0; i < dump->source_count; i++)
		kdk_source_destroy(dump->sources[i]);
	for (size_t i = 0; i < dump->remark_count; i++)
		free(dump->remarks[i]);
	free(dump->sources);
	free(dump->notes);
	free(dump->note_bytes);
	free(dump->vmcoreinfo);
	free(dump->segments);
	free(dump->remarks);
	free(dump);
}

static struct kdk_error *unwrap_flattened(struct kdk_dump *dump, size_t i)
{
	struct kdk_source *inner = dump->sources[i];
	const char *damage;
	struct kdk_error *err;

	if (!kdk_flattened_probe(inner))
		return NULL;
	err = kdk_flattened_open(inner, &dump->sources[i], &damage);
	if (err)
		return kdk_error_wrap(err, "%s", inner->name);
	dump->facts.flattened = true;
	if (damage)
		kdk_dump_remark(dump,
				"%s: flattened dump: %s; what was not written is lost",
				inner->name, damage);
	return NULL;
}

static const struct kdk_format *find_format(const struct kdk_source *source)
{
	for (size_t i = 0; kdk_formats[i]; i++)
		if (kdk_formats[i]->probe(source))
			return kdk_formats[i];
	return NULL;
}

/* All sources must be of one format, and only one of them may need several. */
static struct kdk_error *choose_format(struct kdk_dump *dump)
{
	const struct kdk_format *format = NULL;

	for (size_t i = 0; i < dump->source_count; i++) {
		const struct kdk_source *source = dump->sources[i];
		const struct kdk_format *found = find_format(source);

		if (!found)
			return kdk_error_wrap(kdk_foreign_refuse(source), "%s",
					      source->name);
		if (format && found != format)
			return kdk_error_new(
				KDK_ERROR_USAGE,
				"%s and %s are not parts of one dump: their formats are %s and %s",
				dump->sources[0]->name, source->name, format->name,
				found->name);
		format = found;
	}
	if (dump->source_count > 1 && strcmp(format->name, "kdump") != 0)
		return kdk_error_new(KDK_ERROR_USAGE,
				     "%zu files given, but only kdump-compressed dumps come in parts: open one %s dump at a time",
				     dump->source_count, format->name);
	dump->format = format;
	return NULL;
}

static struct kdk_error *dump_open(struct kdk_dump *dump)
{
	struct kdk_error *err;

	dump->facts.dump_level = -1;
	dump->facts.phys_base = KDK_NO_ADDRESS;
	dump->facts.files = dump->source_count;
	for (size_t i = 0; i < dump->source_count; i++) {
		err = unwrap_flattened(dump, i);
		if (err)
			return err;
	}
	err = choose_format(dump);
	if (err)
		return err;
	err = dump->format->open(dump);
	/* Errors of a set name the file themselves. */
	return dump->source_count == 1 ? kdk_error_wrap(err, "%s", dump->sources[0]->name)
				       : err;
}

static void destroy_sources(struct kdk_source **sources, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kdk_source_destroy(sources[i]);
}

struct kdk_error *kdk_dump_open_sources(struct kdk_source **sources, size_t count,
					struct kdk_dump **ret)
{
	_cleanup_(kdk_dump_destroyp) struct kdk_dump *dump = NULL;
	struct kdk_error *err;

	if (!count || count > MAX_FILES) {
		destroy_sources(sources, count);
		return kdk_error_new(KDK_ERROR_USAGE, "%zu files are no dump", count);
	}
	dump = calloc(1, sizeof(*dump));
	if (dump)
		dump->sources = calloc(count, sizeof(*dump->sources));
	if (!dump || !dump->sources) {
		destroy_sources(sources, count);
		return &kdk_enomem;
	}
	memcpy(dump->sources, sources, count * sizeof(*sources));
	dump->source_count = count;
	err = dump_open(dump);
	if (err)
		return err;
	*ret = kdk_take(dump);
	return NULL;
}

struct kdk_error *kdk_dump_open(const char *const *paths, size_t count,
				struct kdk_dump **ret)
{
	struct kdk_source *sources[MAX_FILES];

	if (!count || count > MAX_FILES)
		return kdk_error_new(KDK_ERROR_USAGE, "%zu files are no dump", count);
	for (size_t i = 0; i < count; i++) {
		struct kdk_error *err = kdk_source_open_file(paths[i], &sources[i]);

		if (err) {
			destroy_sources(sources, i);
			return err;
		}
	}
	return kdk_dump_open_sources(sources, count, ret);
}
