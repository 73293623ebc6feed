/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/btf_find.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"

#define BTF_MAGIC 0xeb9f
#define HEADER_MIN 24
#define HEADER_MAX 4096
#define SIZE_MAX_BYTES (UINT64_C(1) << 28)	/* a kernel's is 5 to 20 MiB */
#define SCAN_MAX (UINT64_C(1) << 28)		/* between text and data */
#define STEP 65536
#define MODULES_MAX 4096
#define MODULES_BYTES_MAX (UINT64_C(1) << 28)

static struct kdk_error *read_image(struct kdk_kernel *kernel, uint64_t address, uint64_t size,
				    uint8_t **ret)
{
	_cleanup_free_ uint8_t *data = NULL;
	struct kdk_error *err;

	if (!size || size > SIZE_MAX_BYTES)
		return kdk_error_new(KDK_ERROR_FORMAT, "BTF of %ju bytes", (uintmax_t)size);
	data = malloc(size);
	if (!data)
		return &kdk_enomem;
	err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, address, data, size);
	if (!err)
		*ret = kdk_take(data);
	return err;
}

static struct kdk_error *load(struct kdk_kernel *kernel, uint64_t address, uint64_t size,
			      struct kdk_btf **ret)
{
	uint8_t *data;
	struct kdk_error *err = read_image(kernel, address, size, &data);

	if (!err)
		err = kdk_btf_parse(data, size, NULL, kernel->arch->big_endian, ret);
	return kdk_error_wrap(err, "BTF at %#jx", (uintmax_t)address);
}

/* Bytes that a header speaks of; 0 when it is none. */
static uint64_t size_by_header(const uint8_t *header, bool big)
{
	uint64_t length = kdk_get_u32(header + 4, big);
	uint64_t types = kdk_get_u32(header + 8, big), types_size = kdk_get_u32(header + 12, big);
	uint64_t strings = kdk_get_u32(header + 16, big);
	uint64_t strings_size = kdk_get_u32(header + 20, big), end;

	if (kdk_get_u16(header, big) != BTF_MAGIC || header[2] != 1 || length < HEADER_MIN ||
	    length > HEADER_MAX || !types_size || !strings_size || strings < types + types_size)
		return 0;
	end = length + strings + strings_size;
	return end <= SIZE_MAX_BYTES ? end : 0;
}

/* Where in a piece of memory BTF starts; SIZE_MAX: nowhere. */
static size_t find_header(const uint8_t *data, size_t size, bool big, uint64_t *ret_size)
{
	uint8_t magic[2];

	kdk_put_u16(magic, BTF_MAGIC, big);
	for (size_t at = 0; at + HEADER_MIN <= size; at++) {
		const uint8_t *hit = memmem(data + at, size - at, magic, sizeof(magic));

		if (!hit)
			break;
		at = hit - data;
		if (at + HEADER_MIN > size)
			break;
		*ret_size = size_by_header(hit, big);
		if (*ret_size)
			return at;
	}
	return SIZE_MAX;
}

/* Pages that the dump lacks are stepped over. */
static struct kdk_error *scan(struct kdk_kernel *kernel, uint64_t start, uint64_t end,
			      struct kdk_btf **ret)
{
	_cleanup_free_ uint8_t *data = malloc(STEP + HEADER_MIN);
	uint64_t size;

	if (!data)
		return &kdk_enomem;
	while (start < end) {
		struct kdk_error *err = kdk_memory_read(kernel->memory, KDK_VIRTUAL, start, data,
							STEP + HEADER_MIN);
		size_t at;

		if (err) {
			kdk_error_destroy(err);
			start += STEP;
			continue;
		}
		at = find_header(data, STEP + HEADER_MIN, kernel->arch->big_endian, &size);
		if (at == SIZE_MAX) {
			start += STEP;
			continue;
		}
		err = load(kernel, start + at, size, ret);
		if (!err)
			return NULL;
		kdk_error_destroy(err);
		start += at + 1;
	}
	return kdk_error_new(KDK_ERROR_ABSENT,
			     "the dump has no BTF: the kernel was built without it "
			     "(CONFIG_DEBUG_INFO_BTF), or its pages are not in the dump");
}

struct kdk_error *kdk_btf_find_kernel(struct kdk_kernel *kernel, struct kdk_btf **ret)
{
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);
	uint64_t start, stop;

	if (err)
		return err;
	if (kdk_symbols_find(symbols, "__start_BTF", &start) &&
	    kdk_symbols_find(symbols, "__stop_BTF", &stop) && start < stop)
		return load(kernel, start, stop - start, ret);
	if (!kdk_symbols_find(symbols, "_etext", &start))
		return kdk_error_new(KDK_ERROR_ABSENT,
				     "no symbol tells where BTF could be: __start_BTF, _etext");
	if (!kdk_symbols_find(symbols, "_sinittext", &stop) || stop <= start ||
	    stop - start > SCAN_MAX)
		stop = start + SCAN_MAX / 4;
	return scan(kernel, start, stop, ret);
}

static struct kdk_error *read_module(struct kdk_kernel *kernel, uint64_t object,
				     struct kdk_btf_image *ret)
{
	uint64_t btf, data, size = 0;
	struct kdk_error *err = kdk_object_u64(kernel, object, "btf_module.btf", &btf);

	if (!err)
		err = kdk_object_u64(kernel, btf, "btf.data", &data);
	if (!err)
		err = kdk_object_u64(kernel, btf, "btf.data_size", &size);
	if (!err)
		err = read_image(kernel, data, size, &ret->data);
	ret->size = size;
	return err;
}

void kdk_btf_find_modules(struct kdk_kernel *kernel, struct kdk_btf_image **ret,
			  size_t *ret_count)
{
	struct kdk_symbols *symbols;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);
	struct kdk_list_walk walk;
	uint64_t head, object, total = 0;
	size_t capacity = 0;

	*ret = NULL;
	*ret_count = 0;
	kdk_error_destroy(err);
	if (err || !kdk_symbols_find(symbols, "btf_modules", &head))
		return;
	err = kdk_list_begin(&walk, kernel, head, "btf_module.list");
	while (!err && *ret_count < MODULES_MAX && kdk_list_next(&walk, &object)) {
		struct kdk_btf_image image = { 0 };

		if (*ret_count == capacity) {
			struct kdk_btf_image *images;

			capacity = capacity ? capacity * 2 : 32;
			images = reallocarray(*ret, capacity, sizeof(*images));
			if (!images)
				break;
			*ret = images;
		}
		kdk_error_destroy(read_module(kernel, object, &image));
		total += image.size;
		if (image.data && total <= MODULES_BYTES_MAX)
			(*ret)[(*ret_count)++] = image;
		else
			free(image.data);
	}
	kdk_error_destroy(err);
	kdk_list_end(&walk);
}
