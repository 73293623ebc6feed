/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/fault.h"

#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "vmcore/kernel/modules.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/vmcoreinfo.h"

/* A member of an object that a wrong pointer was taken for lies within this. */
#define OBJECT 4096

#define ERRNO_MAX 4095

/* include/linux/poison.h: bytes that memory is filled with */
static const struct {
	uint8_t byte;
	enum kdk_pointee pointee;
} fills[] = {
	{ 0x6b, KDK_POINTEE_FREED_SLAB },    /* POISON_FREE */
	{ 0x5a, KDK_POINTEE_UNINITIALISED }, /* POISON_INUSE */
	{ 0xaa, KDK_POINTEE_FREED_PAGE },    /* PAGE_POISON */
	{ 0xbb, KDK_POINTEE_RED_ZONE },	     /* SLUB_RED_INACTIVE */
	{ 0xcc, KDK_POINTEE_RED_ZONE },	     /* SLUB_RED_ACTIVE, POISON_FREE_INITMEM */
};

/* LIST_POISON1 and 2 (0x122; 0x200 before 4.15) above POISON_POINTER_DELTA */
static const uint64_t list_deltas[] = {
	UINT64_C(0xdead000000000000), /* x86_64, aarch64, riscv64, s390x … */
	UINT64_C(0x5deadbeef0000000), /* ppc64 */
};

const char *kdk_pointee_name(enum kdk_pointee pointee)
{
	static const char *const names[] = {
		[KDK_POINTEE_UNKNOWN] = "unknown",
		[KDK_POINTEE_NULL] = "null",
		[KDK_POINTEE_ERROR] = "error",
		[KDK_POINTEE_LIST_POISON] = "list-poison",
		[KDK_POINTEE_FREED_SLAB] = "freed-slab",
		[KDK_POINTEE_UNINITIALISED] = "uninitialised",
		[KDK_POINTEE_FREED_PAGE] = "freed-page",
		[KDK_POINTEE_RED_ZONE] = "red-zone",
		[KDK_POINTEE_NON_CANONICAL] = "non-canonical",
		[KDK_POINTEE_USER] = "user",
		[KDK_POINTEE_TEXT] = "text",
		[KDK_POINTEE_DATA] = "data",
		[KDK_POINTEE_MODULE] = "module",
		[KDK_POINTEE_DIRECT_MAP] = "direct-map",
		[KDK_POINTEE_VMALLOC] = "vmalloc",
		[KDK_POINTEE_UNMAPPED] = "unmapped",
	};

	return names[pointee];
}

static int64_t extend(uint64_t value, unsigned int word_bytes)
{
	return word_bytes == 4 ? (int64_t)(int32_t)value : (int64_t)value;
}

static bool is_near(uint64_t address, uint64_t base, int64_t *ret_offset)
{
	int64_t offset = (int64_t)(address - base);

	*ret_offset = offset;
	return offset > -OBJECT && offset < OBJECT;
}

enum kdk_pointee kdk_pointee_by_value(uint64_t address, unsigned int word_bytes,
				      int64_t *ret_offset)
{
	uint64_t mask = word_bytes == 4 ? UINT32_MAX : UINT64_MAX;
	int64_t value = extend(address, word_bytes);

	*ret_offset = 0;
	if (value >= 0 && value < OBJECT) {
		*ret_offset = value;
		return KDK_POINTEE_NULL;
	}
	if (value < 0 && value >= -ERRNO_MAX)
		return KDK_POINTEE_ERROR;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(fills); i++)
		if (is_near(address & mask,
			    UINT64_C(0x0101010101010101) * fills[i].byte & mask,
			    ret_offset))
			return fills[i].pointee;
	for (size_t i = 0; i < KDK_ARRAY_SIZE(list_deltas) && word_bytes == 8; i++) {
		if (!is_near(address, list_deltas[i] + 0x100, ret_offset))
			continue;
		/* A list_head's own members are named, others by their distance. */
		return KDK_POINTEE_LIST_POISON;
	}
	*ret_offset = 0;
	return KDK_POINTEE_UNKNOWN;
}

static const char *error_name(int number)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ 1, "EPERM" },	      { 2, "ENOENT" },	    { 4, "EINTR" },
		{ 5, "EIO" },	      { 6, "ENXIO" },	    { 11, "EAGAIN" },
		{ 12, "ENOMEM" },     { 13, "EACCES" },	    { 14, "EFAULT" },
		{ 16, "EBUSY" },      { 17, "EEXIST" },	    { 19, "ENODEV" },
		{ 20, "ENOTDIR" },    { 22, "EINVAL" },	    { 28, "ENOSPC" },
		{ 95, "EOPNOTSUPP" }, { 110, "ETIMEDOUT" }, { 517, "EPROBE_DEFER" },
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(names); i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

static void say_offset(struct kdk_buffer *text, int64_t offset)
{
	if (offset)
		kdk_buffer_printf(text, ", %s %#" PRIx64, offset < 0 ? "minus" : "plus",
				  (uint64_t)(offset < 0 ? -offset : offset));
}

/* What a value alone says, in words. */
static void say_value(enum kdk_pointee pointee, uint64_t address, unsigned int word_bytes,
		      int64_t offset, struct kdk_buffer *text)
{
	const char *name;

	switch (pointee) {
	case KDK_POINTEE_NULL:
		if (offset)
			kdk_buffer_printf(text,
					  "a member %#" PRIx64
					  " bytes into an object at NULL",
					  (uint64_t)offset);
		else
			kdk_buffer_puts(text, "NULL");
		return;
	case KDK_POINTEE_ERROR:
		name = error_name((int)-extend(address, word_bytes));
		kdk_buffer_printf(text,
				  "an error number taken for a pointer: "
				  "ERR_PTR(%d%s%s)",
				  (int)extend(address, word_bytes), name ? ", " : "",
				  name ? name : "");
		return;
	case KDK_POINTEE_LIST_POISON:
		kdk_buffer_puts(text, "LIST_POISON: a list entry that had been taken off "
				      "its list");
		/* LIST_POISON2 is the other end of the same. */
		say_offset(text, offset == 0x22 || offset == 0x100 ? 0 : offset);
		return;
	case KDK_POINTEE_FREED_SLAB:
		kdk_buffer_puts(text, "the pattern of freed memory (0x6b): a pointer "
				      "read from a freed object");
		break;
	case KDK_POINTEE_UNINITIALISED:
		kdk_buffer_puts(text, "the pattern of memory never written (0x5a): a "
				      "pointer read from a new object");
		break;
	case KDK_POINTEE_FREED_PAGE:
		kdk_buffer_puts(text, "the pattern of freed pages (0xaa): a pointer read "
				      "from a freed page");
		break;
	case KDK_POINTEE_RED_ZONE:
		kdk_buffer_printf(text,
				  "the pattern between objects (%#x): a pointer "
				  "read past an object's end",
				  (unsigned int)(address >> 24 & 0xff));
		break;
	default:
		return;
	}
	say_offset(text, offset);
}

/* Bits of a kernel-virtual address on machines where the rest must repeat the highest; 0:
 * not such. */
static unsigned int address_bits(const struct kdk_kernel *kernel)
{
	const char *mode = kernel->memory ? kdk_memory_mode(kernel->memory, NULL) : NULL;

	switch (kernel->arch->elf_machine) {
	case 62: /* EM_X86_64 */
		return mode && !strncmp(mode, "5-level", 7) ? 57 : 48;
	case 183: /* EM_AARCH64: the halves are told by bit 55 */
		return 56;
	case 243: /* EM_RISCV */
		return kernel->arch->word_bytes == 8 ? 57 : 0;
	default:
		return 0;
	}
}

/* Which half: true when the address cannot be the kernel's. */
static bool not_kernel(const struct kdk_kernel *kernel, uint64_t address,
		       enum kdk_pointee *ret, struct kdk_buffer *text)
{
	unsigned int bits = address_bits(kernel);
	int64_t extended;

	if (!bits)
		return false;
	extended = (int64_t)(address << (64 - bits)) >> (64 - bits);
	if ((uint64_t)extended != address) {
		*ret = KDK_POINTEE_NON_CANONICAL;
		kdk_buffer_puts(text, "no address at all (not canonical): the pointer is "
				      "garbage");
		return true;
	}
	if (extended < 0)
		return false;
	*ret = KDK_POINTEE_USER;
	kdk_buffer_puts(text, "an address of user space");
	return true;
}

/* The kernel's own and modules' memory */
static bool by_symbol(struct kdk_kernel *kernel, uint64_t address, enum kdk_pointee *ret,
		      struct kdk_buffer *text)
{
	struct kdk_symbols *symbols;
	struct kdk_modules *modules;
	struct kdk_symbol symbol;
	struct kdk_error *err = kdk_kernel_symbols(kernel, &symbols);
	const struct kdk_module *module;
	bool code;

	kdk_error_destroy(err);
	if (!err && kdk_symbols_at(symbols, address, &symbol)) {
		code = strchr("tTwW", symbol.type) && symbol.type;
		*ret = code ? KDK_POINTEE_TEXT : KDK_POINTEE_DATA;
		kdk_buffer_printf(text, "%s%s%s: %s+%#" PRIx64,
				  code ? "code of " : "data of ",
				  symbol.module ? "the module " : "the kernel",
				  symbol.module ? symbol.module : "", symbol.name,
				  address - symbol.address);
		return true;
	}
	err = kdk_kernel_modules(kernel, &modules);
	kdk_error_destroy(err);
	module = err ? NULL : kdk_modules_at(modules, address);
	if (!module)
		return false;
	*ret = KDK_POINTEE_MODULE;
	kdk_buffer_printf(text, "memory of the module %s", module->name);
	return true;
}

/* Where vmalloc() hands out addresses, as far as the dump says: [*ret, *ret_end) */
static bool vmalloc_range(struct kdk_kernel *kernel, uint64_t *ret, uint64_t *ret_end)
{
	struct kdk_symbols *symbols;
	uint64_t start, end;
	struct kdk_error *err;

	if (kernel->info &&
	    kdk_vmcoreinfo_number(kernel->info, "NUMBER(VMALLOC_START)", ret) &&
	    kdk_vmcoreinfo_number(kernel->info, "NUMBER(VMALLOC_END)", ret_end))
		return true;
	err = kdk_kernel_symbols(kernel, &symbols);
	if (err || !kdk_symbols_find(symbols, "vmalloc_base", &start) ||
	    !kdk_symbols_find(symbols, "vmemmap_base", &end)) {
		kdk_error_destroy(err);
		return false;
	}
	err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, start, ret);
	if (!err)
		err = kdk_memory_read_word(kernel->memory, KDK_VIRTUAL, end, ret_end);
	kdk_error_destroy(err);
	return !err;
}

/* A freed object keeps its pattern until it is given out again. */
static bool holds_pattern(struct kdk_kernel *kernel, uint64_t address)
{
	uint8_t bytes[16];
	struct kdk_error *err = kdk_memory_read(kernel->memory, KDK_VIRTUAL,
						address & ~(uint64_t)15, bytes,
						sizeof(bytes));

	kdk_error_destroy(err);
	for (size_t i = 0; !err && i < sizeof(bytes); i++)
		if (bytes[i] != 0x6b)
			return false;
	return !err;
}

static void by_memory(struct kdk_kernel *kernel, uint64_t address, enum kdk_pointee *ret,
		      struct kdk_buffer *text)
{
	uint64_t start = 0, end = 0;
	enum kdk_page_state state;
	struct kdk_walk walk;
	struct kdk_error *err;
	bool vmalloc;

	if (!kernel->memory)
		return;
	vmalloc = vmalloc_range(kernel, &start, &end) && address >= start &&
		  address < end;
	err = kdk_memory_translate(kernel->memory, address, &walk);
	if (err) {
		*ret = KDK_POINTEE_UNMAPPED;
		kdk_buffer_puts(text, vmalloc ? "vmalloc space with nothing mapped "
						"there"
					      : "an address of the kernel with nothing "
						"mapped there");
		kdk_error_destroy(err);
		return;
	}
	*ret = vmalloc ? KDK_POINTEE_VMALLOC : KDK_POINTEE_DIRECT_MAP;
	kdk_buffer_puts(text, vmalloc ? "vmalloc memory" : "the kernel's map of RAM");
	err = kdk_memory_state(kernel->memory, KDK_VIRTUAL, address, &state);
	kdk_error_destroy(err);
	if (!err && state == KDK_PAGE_HOLE)
		kdk_buffer_puts(text, ", where there is no RAM");
	else if (holds_pattern(kernel, address))
		kdk_buffer_puts(text, ", a freed object (it holds 0x6b)");
}

struct kdk_error *kdk_pointee_find(struct kdk_kernel *kernel, uint64_t address,
				   enum kdk_pointee *ret, char **ret_text)
{
	struct kdk_buffer text = { 0 };
	int64_t offset;

	*ret = KDK_POINTEE_UNKNOWN;
	if (kernel->arch) {
		*ret = kdk_pointee_by_value(address, kernel->arch->word_bytes, &offset);
		say_value(*ret, address, kernel->arch->word_bytes, offset, &text);
		if (*ret == KDK_POINTEE_UNKNOWN &&
		    !not_kernel(kernel, address, ret, &text) &&
		    !by_symbol(kernel, address, ret, &text))
			by_memory(kernel, address, ret, &text);
	}
	return kdk_buffer_take(&text, ret_text);
}
