/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/notes.h"

#include <inttypes.h>
#include <string.h>

#include "core/bytes.h"

/* 8192 CPUs leave less than 16 MiB. */
#define MAX_NOTE_BYTES	(32u << 20)
#define MAX_NOTES	65536u
#define NOTE_HEADER	12u

struct note_list {
	struct kdk_dump *dump;
	size_t room;
};

static struct kdk_error *list_add(struct note_list *list, const struct kdk_note *note)
{
	struct kdk_dump *dump = list->dump;

	if (dump->note_count == list->room) {
		size_t room = list->room ? list->room * 2 : 32;
		struct kdk_note *notes = realloc(dump->notes, room * sizeof(*notes));

		if (!notes)
			return &kdk_enomem;
		dump->notes = notes;
		list->room = room;
	}
	dump->notes[dump->note_count++] = *note;
	return NULL;
}

static size_t pad4(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* The name with a NUL at its end, which a forged note may lack. */
static const char *note_name(uint8_t *bytes, size_t size)
{
	if (!size)
		return "";
	bytes[size - 1] = '\0';
	return (const char *)bytes;
}

/* Adds the notes within [bytes, bytes + size); *whole: they fill it. */
static struct kdk_error *parse_area(struct note_list *list, uint8_t *bytes, size_t size,
				    bool *whole)
{
	bool big = list->dump->facts.big_endian;

	*whole = true;
	while (size >= NOTE_HEADER) {
		size_t name_size = kdk_get_u32(bytes, big);
		size_t desc_size = kdk_get_u32(bytes + 4, big);
		struct kdk_note note = { .type = kdk_get_u32(bytes + 8, big) };
		struct kdk_error *err;
		size_t used;

		/* The kernel ends its notes with a header of zeroes. */
		if (!name_size && !desc_size && !note.type)
			return NULL;
		used = NOTE_HEADER;
		if (name_size > size - used || pad4(name_size) > size - used ||
		    desc_size > size - used - pad4(name_size) ||
		    list->dump->note_count >= MAX_NOTES) {
			*whole = false;
			return NULL;
		}
		note.name = note_name(bytes + used, name_size);
		used += pad4(name_size);
		note.desc = bytes + used;
		note.desc_size = desc_size;
		used += pad4(desc_size);
		err = list_add(list, &note);
		if (err)
			return err;
		if (used > size)
			return NULL;
		bytes += used;
		size -= used;
	}
	return NULL;
}

struct kdk_error *kdk_dump_set_vmcoreinfo(struct kdk_dump *dump, const void *text,
					  size_t size)
{
	if (size > KDK_VMCOREINFO_MAX) {
		kdk_dump_remark(dump, "vmcoreinfo of %zu bytes is cut to %u", size,
				KDK_VMCOREINFO_MAX);
		size = KDK_VMCOREINFO_MAX;
	}
	while (size && !((const char *)text)[size - 1])
		size--;
	if (!size || dump->vmcoreinfo)
		return NULL;
	dump->vmcoreinfo = malloc(size + 1);
	if (!dump->vmcoreinfo)
		return &kdk_enomem;
	memcpy(dump->vmcoreinfo, text, size);
	dump->vmcoreinfo[size] = '\0';
	dump->vmcoreinfo_size = size;
	return NULL;
}

static struct kdk_error *parse_all(struct kdk_dump *dump,
				   const struct kdk_note_area *areas, size_t count,
				   bool *whole)
{
	struct note_list list = { .dump = dump };
	uint8_t *at = dump->note_bytes;
	struct kdk_error *err;

	for (size_t i = 0; i < count; i++) {
		bool area_whole;

		err = parse_area(&list, at, areas[i].size, &area_whole);
		if (err)
			return err;
		*whole &= area_whole;
		at += areas[i].size;
	}
	for (size_t i = 0; i < dump->note_count; i++) {
		const struct kdk_note *note = &dump->notes[i];

		if (note->type || strcmp(note->name, "VMCOREINFO") != 0)
			continue;
		err = kdk_dump_set_vmcoreinfo(dump, note->desc, note->desc_size);
		if (err)
			return err;
	}
	return NULL;
}

/* Clips areas to what the file and the limit allow; the sum of what is left. */
static size_t clip_areas(const struct kdk_source *source,
			 const struct kdk_note_area *areas, struct kdk_note_area *clipped,
			 size_t count, bool *whole)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t size = areas[i].size;

		if (size > MAX_NOTE_BYTES - total)
			size = MAX_NOTE_BYTES - total;
		size = kdk_source_data(source, areas[i].offset, size);
		*whole &= size == areas[i].size;
		clipped[i] = (struct kdk_note_area){ areas[i].offset, size };
		total += size;
	}
	return total;
}

struct kdk_error *kdk_notes_load(struct kdk_dump *dump, const struct kdk_source *source,
				 const struct kdk_note_area *areas, size_t count)
{
	_cleanup_free_ struct kdk_note_area *clipped =
		calloc(count ? count : 1, sizeof(*clipped));
	struct kdk_error *err = NULL;
	bool whole = true;
	size_t total, at = 0;

	if (!clipped)
		return &kdk_enomem;
	total = clip_areas(source, areas, clipped, count, &whole);
	dump->note_bytes = malloc(total ? total : 1);
	if (!dump->note_bytes)
		return &kdk_enomem;
	for (size_t i = 0; i < count && !err; i++) {
		err = kdk_source_read(source, clipped[i].offset, dump->note_bytes + at,
				      clipped[i].size);
		at += clipped[i].size;
	}
	if (err)
		return kdk_error_wrap(err, "reading the notes");
	err = parse_all(dump, clipped, count, &whole);
	if (!err && !whole)
		kdk_dump_remark(dump, "%s: its notes are damaged or cut off",
				source->name);
	return err;
}

const struct kdk_note *kdk_dump_find_note(const struct kdk_dump *dump, const char *name,
					  uint32_t type)
{
	for (size_t i = 0; i < dump->note_count; i++)
		if (dump->notes[i].type == type && !strcmp(dump->notes[i].name, name))
			return &dump->notes[i];
	return NULL;
}
