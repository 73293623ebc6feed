/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mkdump.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "mkdump_spec.h"

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (end == text || (*end && *end != '-' && !isspace((unsigned char)*end)))
		mkdump_die("not a number: %s", text);
	return value;
}

/* The words of a line, cut in place. */
struct words {
	char *word[MKDUMP_MAX];
	size_t count;
};

static const char *word_at(const struct words *words, size_t i)
{
	if (i >= words->count)
		mkdump_die("%s: too few words", words->word[0]);
	return words->word[i];
}

static void copy_word(char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		mkdump_die("too long: %s", from);
	strcpy(to, from);
}

static void add_note(struct spec *spec, const char *name, uint64_t type, const void *desc,
		     size_t size)
{
	struct bytes *notes = &spec->notes;

	bytes_pad(notes, 4);
	bytes_field(notes, strlen(name) + 1, 4, 1, spec->big);
	bytes_field(notes, size, 4, 1, spec->big);
	bytes_field(notes, type, 4, 1, spec->big);
	bytes_append(notes, name, strlen(name) + 1);
	bytes_pad(notes, 4);
	bytes_append(notes, desc, size);
	bytes_pad(notes, 4);
}

static void parse_note(struct spec *spec, const struct words *words)
{
	uint64_t size = number(word_at(words, 3)), seed = number(word_at(words, 4));
	uint8_t *desc = mkdump_alloc(NULL, size);

	for (uint64_t i = 0; i < size; i++)
		desc[i] = mkdump_pattern(seed, i);
	add_note(spec, word_at(words, 1), number(word_at(words, 2)), desc, size);
	free(desc);
}

static void parse_pages(struct spec *spec, enum page_kind kind, const struct words *words)
{
	struct page_range *range;
	const char *dash;

	if (spec->range_count == MKDUMP_MAX)
		mkdump_die("too many pages lines");
	range = &spec->ranges[spec->range_count++];
	range->kind = kind;
	range->first = range->last = number(word_at(words, 1));
	dash = strchr(words->word[1], '-');
	if (dash)
		range->last = number(dash + 1);
	if (kind == PAGE_BAD || kind == PAGE_DATA)
		copy_word(range->codec, sizeof(range->codec), word_at(words, 2));
	if (kind != PAGE_DATA)
		return;
	copy_word(range->content, sizeof(range->content), word_at(words, 3));
	if (words->count > 4)
		copy_word(range->argument, sizeof(range->argument), words->word[4]);
}

static void parse_segment(struct spec *spec, const struct words *words)
{
	struct segment *segment;
	bool file = false;

	if (spec->segment_count == MKDUMP_MAX)
		mkdump_die("too many segments");
	segment = &spec->segments[spec->segment_count++];
	segment->count = 1;
	for (size_t i = 1; i < words->count; i++) {
		char *word = words->word[i], *value = strchr(word, '=');
		size_t length = value ? (size_t)(value++ - word) : strlen(word);
		struct { const char *name; uint64_t *to; } fields[] = {
			{ "phys", &segment->phys }, { "virt", &segment->virt },
			{ "size", &segment->size }, { "file", &segment->file },
			{ "seed", &segment->seed }, { "count", &segment->count },
			{ "step", &segment->step },
		};
		bool known = false;

		for (size_t n = 0; n < sizeof(fields) / sizeof(fields[0]) && value; n++)
			if (strlen(fields[n].name) == length &&
			    !strncmp(word, fields[n].name, length)) {
				*fields[n].to = number(value);
				file |= fields[n].to == &segment->file;
				known = true;
			}
		if (!strcmp(word, "share"))
			segment->share = known = true;
		if (!strncmp(word, "blob=", 5)) {
			copy_word(segment->blob, sizeof(segment->blob), value);
			known = true;
		}
		if (!known)
			mkdump_die("segment: %s", word);
	}
	if (!file)
		segment->file = segment->size;
}

static void parse_poke(struct spec *spec, const struct words *words)
{
	const char *hex = word_at(words, 2);
	size_t size = strlen(hex) / 2;

	if (spec->poke_count == MKDUMP_MAX || size > sizeof(spec->pokes[0].data))
		mkdump_die("too much to poke");
	spec->pokes[spec->poke_count].offset = number(word_at(words, 1));
	spec->pokes[spec->poke_count].size = size;
	for (size_t i = 0; i < size; i++) {
		unsigned int byte;

		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			mkdump_die("poke: %s", hex);
		spec->pokes[spec->poke_count].data[i] = (uint8_t)byte;
	}
	spec->poke_count++;
}

static void parse_flatten(struct spec *spec, const struct words *words)
{
	spec->flatten = true;
	for (size_t i = 1; i < words->count; i++) {
		if (!strncmp(words->word[i], "record=", 7))
			spec->record = number(words->word[i] + 7);
		else if (!strcmp(words->word[i], "rewrite"))
			spec->rewrite = true;
		else if (!strcmp(words->word[i], "noend"))
			spec->noend = true;
		else
			mkdump_die("flatten: %s", words->word[i]);
	}
}

static void parse_split(struct spec *spec, const struct words *words)
{
	for (size_t i = 1; i < words->count; i++) {
		if (!strcmp(words->word[i], "wide"))
			spec->split_wide = true;
		else
			spec->split[spec->split_count++] = number(words->word[i]);
	}
}

/* Statements that set one number. */
static bool parse_number(struct spec *spec, const struct words *words)
{
	struct { const char *name; uint64_t *to;
	} fields[] = {
		{ "version", &spec->version },
		{ "block", &spec->block },
		{ "level", &spec->level },
		{ "status", &spec->status },
		{ "max", &spec->max },
		{ "phys-base", &spec->phys_base },
		{ "cpus", &spec->cpus },
		{ "time", &spec->time },
		{ "bitmap-blocks", &spec->bitmap_blocks },
		{ "word", &spec->word },
		{ "type", &spec->elf_type },
		{ "flags", &spec->elf_flags },
		{ "sections", &spec->sections },
		{ "truncate", &spec->truncate },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(words->word[0], fields[i].name)) {
			*fields[i].to = number(word_at(words, 1));
			spec->truncated |= fields[i].to == &spec->truncate;
			return true;
		}
	return false;
}

static void parse_statement(struct spec *spec, const struct words *words)
{
	static const struct { const char *name; enum page_kind kind;
	} kinds[] = {
		{ "page", PAGE_DATA },	       { "zero", PAGE_ZERO },
		{ "excluded", PAGE_EXCLUDED }, { "lost", PAGE_LOST },
		{ "bad", PAGE_BAD },
	};
	const char *verb = words->word[0];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(verb, kinds[i].name)) {
			parse_pages(spec, kinds[i].kind, words);
			return;
		}
	if (parse_number(spec, words))
		return;
	if (!strcmp(verb, "format"))
		copy_word(spec->format, sizeof(spec->format), word_at(words, 1));
	else if (!strcmp(verb, "layout"))
		copy_word(spec->layout, sizeof(spec->layout), word_at(words, 1));
	else if (!strcmp(verb, "endian"))
		spec->big = !strcmp(word_at(words, 1), "big");
	else if (!strcmp(verb, "machine") && !strcmp(spec->format, "elf"))
		spec->elf_machine = number(word_at(words, 1));
	else if (!strcmp(verb, "machine"))
		copy_word(spec->machine, sizeof(spec->machine), word_at(words, 1));
	else if (!strcmp(verb, "release"))
		copy_word(spec->release, sizeof(spec->release), word_at(words, 1));
	else if (!strcmp(verb, "nodename"))
		copy_word(spec->nodename, sizeof(spec->nodename), word_at(words, 1));
	else if (!strcmp(verb, "note"))
		parse_note(spec, words);
	else if (!strcmp(verb, "segment"))
		parse_segment(spec, words);
	else if (!strcmp(verb, "extended"))
		spec->extended = true;
	else if (!strcmp(verb, "split"))
		parse_split(spec, words);
	else if (!strcmp(verb, "flatten"))
		parse_flatten(spec, words);
	else if (!strcmp(verb, "poke"))
		parse_poke(spec, words);
	else
		mkdump_die("unknown statement: %s", verb);
}

/* Statements whose last word is the rest of the line. */
static bool parse_text(struct spec *spec, char *line)
{
	char name[32];
	unsigned int type;
	int used = 0;

	if (!strncmp(line, "vmcoreinfo ", 11)) {
		bytes_append(&spec->vmcoreinfo, line + 11, strlen(line + 11));
		bytes_append(&spec->vmcoreinfo, "\n", 1);
		return true;
	}
	if (sscanf(line, "note-text %31s %i %n", name, (int *)&type, &used) == 2 &&
	    used) {
		add_note(spec, name, type, line + used, strlen(line + used) + 1);
		return true;
	}
	return false;
}

static void parse(struct spec *spec, const char *description)
{
	char *text = strdup(description), *state, *line;

	for (line = strtok_r(text, "\n", &state); line;
	     line = strtok_r(NULL, "\n", &state)) {
		struct words words = { .count = 0 };
		char *word_state, *word;

		while (isspace((unsigned char)*line))
			line++;
		if (!*line || *line == '#' || parse_text(spec, line))
			continue;
		for (word = strtok_r(line, " \t", &word_state);
		     word && *word != '#' && words.count < MKDUMP_MAX;
		     word = strtok_r(NULL, " \t", &word_state))
			words.word[words.count++] = word;
		parse_statement(spec, &words);
	}
	free(text);
}

static void finish(const struct spec *spec, struct bytes *file, struct mkdump *ret)
{
	for (size_t i = 0; i < spec->poke_count; i++)
		bytes_write(file, spec->pokes[i].offset, spec->pokes[i].data,
			    spec->pokes[i].size);
	if (spec->flatten)
		mkdump_flatten(spec, file);
	if (spec->truncated && spec->truncate < file->size)
		file->size = spec->truncate;
	ret->files = mkdump_alloc(ret->files, (ret->count + 1) * sizeof(*ret->files));
	/* Exactly as large, so that a sanitizer sees reads past its end. */
	file->data = mkdump_alloc(file->data, file->size);
	ret->files[ret->count++] = (struct mkdump_file){ file->data, file->size };
}

void mkdump_make(const char *description, const struct mkdump_blob *blobs, size_t count,
		 struct mkdump *ret)
{
	struct spec *spec = mkdump_alloc(NULL, sizeof(*spec));
	uint64_t first = 0;

	memset(spec, 0, sizeof(*spec));
	spec->version = 6;
	spec->block = 4096;
	spec->word = 64;
	spec->elf_type = 4;
	spec->elf_machine = 62;
	strcpy(spec->layout, "lp64");
	strcpy(spec->machine, "x86_64");
	strcpy(spec->release, "6.1.0-test");
	strcpy(spec->nodename, "tester");
	spec->blobs = blobs;
	spec->blob_count = count;
	parse(spec, description);
	*ret = (struct mkdump){ 0 };
	if (!strcmp(spec->format, "elf")) {
		struct bytes file = { 0 };

		if (spec->vmcoreinfo.size)
			add_note(spec, "VMCOREINFO", 0, spec->vmcoreinfo.data,
				 spec->vmcoreinfo.size);
		mkdump_elf(spec, &file);
		finish(spec, &file, ret);
	} else if (!strcmp(spec->format, "kdump")) {
		for (size_t i = 0; i <= spec->split_count; i++) {
			uint64_t end = i < spec->split_count ? spec->split[i] : spec->max;
			struct bytes file = { 0 };

			mkdump_kdump(spec, first, end, spec->split_count > 0, &file);
			finish(spec, &file, ret);
			first = end;
		}
	} else {
		mkdump_die("no format");
	}
	free(spec->vmcoreinfo.data);
	free(spec->notes.data);
	free(spec);
}

void mkdump_free(struct mkdump *dump)
{
	for (size_t i = 0; i < dump->count; i++)
		free(dump->files[i].data);
	free(dump->files);
	*dump = (struct mkdump){ 0 };
}
