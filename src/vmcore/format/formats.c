/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/format/formats.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "vmcore/format/state.h"

/* kcore first: it is an ELF core file with a signature in its notes. */
const struct kdk_format *const kdk_formats[] = {
	&kdk_format_kdump,
	&kdk_format_kcore,
	&kdk_format_elf,
	NULL,
};

const char *kdk_page_state_name(enum kdk_page_state state)
{
	switch (state) {
	case KDK_PAGE_PRESENT:
		return "present";
	case KDK_PAGE_ZERO:
		return "zero";
	case KDK_PAGE_EXCLUDED:
		return "excluded";
	case KDK_PAGE_HOLE:
		return "hole";
	case KDK_PAGE_LOST:
		return "lost";
	}
	return "unknown";
}

struct kdk_error *kdk_state_error(enum kdk_page_state state, uint64_t phys)
{
	const char *why = "";

	if (state == KDK_PAGE_EXCLUDED)
		why = "the dump's filter left it out";
	else if (state == KDK_PAGE_HOLE)
		why = "the machine had no memory there";
	else if (state == KDK_PAGE_LOST)
		why = "the file is cut off, a part of the set is missing, or the disk was full";
	return kdk_error_new(KDK_ERROR_ABSENT, "physical address %#" PRIx64 " is %s: %s",
			     phys, kdk_page_state_name(state), why);
}

void kdk_dump_remark(struct kdk_dump *dump, const char *format, ...)
{
	char **remarks, *text;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return;
	remarks = realloc(dump->remarks, (dump->remark_count + 1) * sizeof(*remarks));
	if (!remarks) {
		free(text);
		return;
	}
	dump->remarks = remarks;
	remarks[dump->remark_count++] = text;
}
