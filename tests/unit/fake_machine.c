/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

static struct fake_page *find_page(const struct fake_machine *machine, uint64_t phys)
{
	for (size_t i = 0; i < machine->page_count; i++)
		if (machine->pages[i]->phys == phys / FAKE_PAGE * FAKE_PAGE)
			return machine->pages[i];
	return NULL;
}

static struct fake_page *need_page(struct fake_machine *machine, uint64_t phys)
{
	struct fake_page *page = find_page(machine, phys);

	if (page)
		return page;
	page = calloc(1, sizeof(*page));
	assert_non_null(page);
	page->phys = phys / FAKE_PAGE * FAKE_PAGE;
	machine->pages = realloc(machine->pages,
				 (machine->page_count + 1) * sizeof(*machine->pages));
	assert_non_null(machine->pages);
	machine->pages[machine->page_count++] = page;
	if (machine->dump.facts.max_phys < page->phys + FAKE_PAGE)
		machine->dump.facts.max_phys = page->phys + FAKE_PAGE;
	return page;
}

static struct kdk_error *fake_run(const struct kdk_dump *dump, uint64_t phys,
				  struct kdk_run *ret)
{
	const struct fake_machine *machine = dump->private;
	const struct fake_page *page = find_page(machine, phys);

	if (page) {
		ret->state = page->state;
		ret->length = FAKE_PAGE - phys % FAKE_PAGE;
		return NULL;
	}
	ret->state = KDK_PAGE_HOLE;
	ret->length = UINT64_MAX - phys ? UINT64_MAX - phys : 1;
	for (size_t i = 0; i < machine->page_count; i++)
		if (machine->pages[i]->phys > phys &&
		    machine->pages[i]->phys - phys < ret->length)
			ret->length = machine->pages[i]->phys - phys;
	return NULL;
}

static struct kdk_error *fake_read(const struct kdk_dump *dump, uint64_t phys, void *buffer,
				   size_t length)
{
	struct fake_machine *machine = dump->private;
	const struct fake_page *page;
	uint8_t *to = buffer;

	machine->reads++;
	/* All or nothing. */
	for (size_t i = 0; i < length; i++) {
		page = find_page(machine, phys + i);
		if (!page || (page->state != KDK_PAGE_PRESENT && page->state != KDK_PAGE_ZERO))
			return kdk_error_new(KDK_ERROR_ABSENT, "not here");
	}
	for (size_t i = 0; i < length; i++) {
		page = find_page(machine, phys + i);
		to[i] = page->state == KDK_PAGE_ZERO ? 0 : page->bytes[(phys + i) % FAKE_PAGE];
	}
	return NULL;
}

static struct kdk_error *fake_read_virtual(const struct kdk_dump *dump, uint64_t virt,
					   void *buffer, size_t length)
{
	const struct fake_machine *machine = dump->private;

	if (!machine->virt_only || virt / FAKE_PAGE != machine->virt_only / FAKE_PAGE)
		return kdk_error_new(KDK_ERROR_ABSENT, "in no segment");
	memset(buffer, 0x5a, length);
	return NULL;
}

static const struct kdk_format fake_format = {
	.name = "fake",
	.run = fake_run,
	.read = fake_read,
	.read_virtual = fake_read_virtual,
};

struct fake_machine *fake_create(bool big_endian)
{
	struct fake_machine *machine = calloc(1, sizeof(*machine));

	assert_non_null(machine);
	machine->dump.format = &fake_format;
	machine->dump.private = machine;
	machine->dump.facts.big_endian = big_endian;
	machine->dump.facts.phys_base = KDK_NO_ADDRESS;
	machine->dump.segments = machine->segments;
	return machine;
}

void fake_destroy(struct fake_machine *machine)
{
	if (!machine)
		return;
	kdk_memory_destroy(machine->memory);
	kdk_vmcoreinfo_destroy(machine->info);
	for (size_t i = 0; i < machine->page_count; i++)
		free(machine->pages[i]);
	free(machine->pages);
	free(machine);
}

int fake_teardown(void **state)
{
	fake_destroy(*state);
	*state = NULL;
	return 0;
}

void fake_write(struct fake_machine *machine, uint64_t phys, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;

	for (size_t i = 0; i < size; i++) {
		struct fake_page *page = need_page(machine, phys + i);

		page->state = KDK_PAGE_PRESENT;
		page->bytes[(phys + i) % FAKE_PAGE] = from[i];
	}
}

void fake_put(struct fake_machine *machine, uint64_t phys, uint64_t value,
	      unsigned int size, bool big_endian)
{
	uint8_t bytes[8];

	if (size == 4)
		kdk_put_u32(bytes, value, big_endian);
	else
		kdk_put_u64(bytes, value, big_endian);
	fake_write(machine, phys, bytes, size);
}

void fake_state(struct fake_machine *machine, uint64_t phys, enum kdk_page_state state)
{
	need_page(machine, phys)->state = state;
}

void fake_segment(struct fake_machine *machine, uint64_t virt, uint64_t phys, uint64_t size)
{
	struct kdk_segment *segment = &machine->segments[machine->dump.segment_count++];

	assert_true(machine->dump.segment_count <= KDK_ARRAY_SIZE(machine->segments));
	segment->virt = virt;
	segment->phys = phys;
	segment->size = size;
	segment->file_size = size;
}

void fake_info(struct fake_machine *machine, const char *format, ...)
{
	size_t used = strlen(machine->info_text);
	va_list args;

	va_start(args, format);
	vsnprintf(machine->info_text + used, sizeof(machine->info_text) - used, format, args);
	va_end(args);
	strcat(machine->info_text, "\n");
}

static const struct kdk_arch *arch_named(const char *name)
{
	for (size_t i = 0; kdk_archs[i]; i++)
		if (!strcmp(kdk_archs[i]->name, name))
			return kdk_archs[i];
	fail_msg("no architecture %s", name);
	return NULL;
}

void fake_open(struct fake_machine *machine, const char *arch, uint32_t page_size)
{
	kdk_memory_destroy(machine->memory);
	machine->memory = NULL;
	kdk_vmcoreinfo_destroy(machine->info);
	machine->info = NULL;
	assert_success(kdk_vmcoreinfo_parse(machine->info_text, strlen(machine->info_text),
					    &machine->info));
	assert_int_equal(machine->info->malformed, 0);
	assert_success(kdk_memory_create(&machine->dump, arch_named(arch), machine->info,
					 page_size, &machine->memory));
}

static uint64_t entry_value(struct fake_machine *machine, const struct shape *shape,
			    uint64_t phys)
{
	uint8_t bytes[8] = { 0 };

	if (!find_page(machine, phys))
		return 0;
	for (size_t i = 0; i < shape->entry_size; i++)
		bytes[i] = find_page(machine, phys)->bytes[phys % FAKE_PAGE + i];
	return kdk_get_word(bytes, shape->big_endian, shape->entry_size);
}

void build(struct fake_machine *machine, const struct shape *shape, uint64_t root,
	   uint64_t virt, unsigned int level, uint64_t leaf)
{
	uint64_t table = root, place, below[6] = { 0 };

	for (unsigned int i = 0;; i++) {
		place = table + (virt >> shape->shift[i]) % (1ULL << shape->bits[i]) *
			shape->entry_size;
		if (i == level)
			break;
		below[i] = entry_value(machine, shape, place);
		if (!below[i]) {
			machine->next_table += shape->table_size;
			machine->next_table -= machine->next_table % shape->table_size;
			below[i] = shape->link(i, machine->next_table);
			fake_put(machine, place, below[i], shape->entry_size, shape->big_endian);
			table = machine->next_table;
			continue;
		}
		/* The table was made here before: its place is what links to it. */
		for (table = 0; shape->link(i, table) != below[i]; table += shape->table_size)
			assert_true(table <= machine->next_table);
	}
	fake_put(machine, place, leaf, shape->entry_size, shape->big_endian);
}

void assert_maps(struct fake_machine *machine, uint64_t virt, uint64_t phys,
		 const char *how, uint64_t page_size)
{
	struct kdk_walk walk;

	assert_success(kdk_memory_translate(machine->memory, virt, &walk));
	assert_string_equal(walk.how, how);
	assert_int_equal(walk.phys, phys);
	assert_int_equal(walk.page_size, page_size);
}

void assert_unmapped(struct fake_machine *machine, uint64_t virt,
		     enum kdk_error_kind kind, const char *text)
{
	struct kdk_walk walk;
	struct kdk_error *err = kdk_memory_translate(machine->memory, virt, &walk);

	assert_non_null(err);
	if (!strstr(err->message, text))
		fail_msg("\"%s\" does not say \"%s\"", err->message, text);
	assert_int_equal(err->kind, kind);
	kdk_error_destroy(err);
}

void assert_mode(struct fake_machine *machine, const char *mode)
{
	const char *why = NULL;

	if (!kdk_memory_mode(machine->memory, &why))
		fail_msg("no mode: %s", why);
	assert_string_equal(kdk_memory_mode(machine->memory, NULL), mode);
}
