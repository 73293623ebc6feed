/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_kernel.h"

#include <stdio.h>
#include <string.h>

#include "core/bytes.h"

#define BASE_32 UINT64_C(0xc0000000)
#define BASE_64 UINT64_C(0xffff888000000000)

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fake kernel: %s\n", what);
	abort();
}

static struct fake_kernel *fake_of(const struct kdk_dump *dump)
{
	return dump->private;
}

static struct kdk_error *fake_run(const struct kdk_dump *dump, uint64_t phys,
				  struct kdk_run *ret)
{
	const struct fake_kernel *fake = fake_of(dump);

	if (phys >= fake->size) {
		*ret = (struct kdk_run){ KDK_PAGE_HOLE, UINT64_MAX - phys };
		return NULL;
	}
	*ret = (struct kdk_run){ fake->states[phys / FAKE_PAGE],
				 FAKE_PAGE - phys % FAKE_PAGE };
	return NULL;
}

static struct kdk_error *fake_read(const struct kdk_dump *dump, uint64_t phys,
				   void *buffer, size_t length)
{
	const struct fake_kernel *fake = fake_of(dump);
	enum kdk_page_state state;

	if (phys >= fake->size || length > fake->size - phys)
		return kdk_error_new(KDK_ERROR_ABSENT, "hole");
	state = fake->states[phys / FAKE_PAGE];
	if (state != KDK_PAGE_PRESENT && state != KDK_PAGE_ZERO)
		return kdk_error_new(KDK_ERROR_ABSENT, "not there");
	if (state == KDK_PAGE_ZERO)
		memset(buffer, 0, length);
	else
		memcpy(buffer, fake->image + phys, length);
	return NULL;
}

static const struct kdk_format fake_format = {
	.name = "test",
	.run = fake_run,
	.read = fake_read,
};

static struct kdk_error *fake_paging_init(struct kdk_paging *paging)
{
	(void)paging;
	return NULL;
}

static struct kdk_error *fake_translate(const struct kdk_paging *paging, uint64_t virt,
					struct kdk_walk *ret)
{
	const struct fake_kernel *fake = (const void *)
		((const char *)paging->arch - offsetof(struct fake_kernel, arch));

	memset(ret, 0, sizeof(*ret));
	ret->how = "direct map";
	if (virt < fake->base || virt - fake->base >= fake->size)
		return kdk_error_new(KDK_ERROR_ABSENT, "%#llx is not mapped",
				     (unsigned long long)virt);
	ret->phys = virt - fake->base;
	return NULL;
}

struct fake_kernel *fake_kernel_create(size_t size, unsigned int word, bool big_endian,
				       uint16_t elf_machine)
{
	struct fake_kernel *fake = calloc(1, sizeof(*fake));

	check(fake, "out of memory");
	fake->size = (size + FAKE_PAGE - 1) / FAKE_PAGE * FAKE_PAGE;
	fake->image = calloc(1, fake->size);
	fake->states = calloc(fake->size / FAKE_PAGE, sizeof(fake->states[0]));
	check(fake->image && fake->states, "out of memory");
	fake->word = word;
	fake->big_endian = big_endian;
	fake->base = word == 4 ? BASE_32 : BASE_64;
	/* Nothing at address 0, so that a wrong offset shows. */
	fake->used = FAKE_PAGE;
	fake->arch = (struct kdk_arch){
		.name = "test",
		.elf_machine = elf_machine,
		.word_bytes = word,
		.paging_init = fake_paging_init,
		.translate = fake_translate,
	};
	fake->dump.format = &fake_format;
	fake->dump.private = fake;
	fake->dump.facts.elf_machine = elf_machine;
	fake->dump.facts.big_endian = big_endian;
	fake->dump.facts.word_bytes = word;
	fake->dump.facts.page_size = FAKE_PAGE;
	fake->dump.facts.max_phys = fake->size;
	fake->dump.facts.dump_level = -1;
	fake->dump.facts.phys_base = KDK_NO_ADDRESS;
	fake->dump.facts.files = 1;
	return fake;
}

static void fake_kernel_unready(struct fake_kernel *fake)
{
	kdk_memory_destroy(fake->kernel.memory);
	kdk_vmcoreinfo_destroy(fake->kernel.info);
	memset(&fake->kernel, 0, sizeof(fake->kernel));
}

void fake_kernel_destroy(struct fake_kernel *fake)
{
	if (!fake)
		return;
	fake_kernel_unready(fake);
	kdk_buffer_deinit(&fake->info);
	free(fake->states);
	free(fake->image);
	free(fake);
}

void fake_kernel_ready(struct fake_kernel *fake)
{
	struct kdk_kernel *kernel = &fake->kernel;

	fake_kernel_unready(fake);
	kernel->dump = &fake->dump;
	kernel->arch = &fake->arch;
	kernel->page_size = FAKE_PAGE;
	check(!kdk_vmcoreinfo_parse(fake->info.data ? fake->info.data : "",
				    fake->info.size, &kernel->info),
	      "vmcoreinfo");
	check(!kdk_memory_create(kernel->dump, kernel->arch, kernel->info,
				 kernel->page_size, &kernel->memory),
	      "memory");
}

void fake_page(struct fake_kernel *fake, size_t offset, enum kdk_page_state state)
{
	check(offset < fake->size, "page outside the image");
	fake->states[offset / FAKE_PAGE] = state;
}

size_t fake_alloc(struct fake_kernel *fake, size_t size, size_t align)
{
	size_t offset = (fake->used + align - 1) / align * align;

	check(offset <= fake->size && size <= fake->size - offset, "image too small");
	fake->used = offset + size;
	return offset;
}

uint64_t fake_address(const struct fake_kernel *fake, size_t offset)
{
	return fake->base + offset;
}

void fake_put_bytes(struct fake_kernel *fake, size_t offset, const void *data,
		    size_t size)
{
	check(offset <= fake->size && size <= fake->size - offset,
	      "write outside the image");
	memcpy(fake->image + offset, data, size);
}

void fake_put_u8(struct fake_kernel *fake, size_t offset, uint8_t value)
{
	fake_put_bytes(fake, offset, &value, 1);
}

/* Byte by byte, and not with the helpers that the readers use. */
static void put_integer(struct fake_kernel *fake, size_t offset, uint64_t value,
			unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		fake_put_u8(fake, offset + (fake->big_endian ? size - 1 - i : i),
			    value >> (8 * i));
}

void fake_put_u16(struct fake_kernel *fake, size_t offset, uint16_t value)
{
	put_integer(fake, offset, value, 2);
}

void fake_put_u32(struct fake_kernel *fake, size_t offset, uint32_t value)
{
	put_integer(fake, offset, value, 4);
}

void fake_put_u64(struct fake_kernel *fake, size_t offset, uint64_t value)
{
	put_integer(fake, offset, value, 8);
}

void fake_put_word(struct fake_kernel *fake, size_t offset, uint64_t value)
{
	put_integer(fake, offset, value, fake->word);
}

void fake_info(struct fake_kernel *fake, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	kdk_buffer_vprintf(&fake->info, format, args);
	va_end(args);
	kdk_buffer_puts(&fake->info, "\n");
}

void fake_symbol(struct fake_kernel *fake, const char *name, size_t offset)
{
	fake_info(fake, "SYMBOL(%s)=%llx", name,
		  (unsigned long long)fake_address(fake, offset));
}

void fake_info_drop(struct fake_kernel *fake, const char *key)
{
	char *line = fake->info.data;
	size_t length = strlen(key);

	while (line && (strncmp(line, key, length) || line[length] != '=')) {
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	check(line, "no such line of vmcoreinfo");
	/* Keeps the text's length: a line that means nothing. */
	line[0] = 'x';
}
