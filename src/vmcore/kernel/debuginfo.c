/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DWARF through libdw. The file is of this machine, not of the dump, and not hostile. */
#include "vmcore/kernel/debuginfo.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmcore/kernel/debuginfo_places.h"
#include "vmcore/kernel/elf_file.h"
#include "vmcore/kernel/kernel.h"

struct kdk_debuginfo {
	int fd;
	Dwarf *dwarf;
	uint64_t shift;		/* what KASLR added to the addresses of the file */
	char *source;
};

void kdk_debuginfo_destroy(struct kdk_debuginfo *debuginfo)
{
	if (!debuginfo)
		return;
	if (debuginfo->dwarf)
		dwarf_end(debuginfo->dwarf);
	if (debuginfo->fd >= 0)
		close(debuginfo->fd);
	free(debuginfo->source);
	free(debuginfo);
}

const char *kdk_debuginfo_source(const struct kdk_debuginfo *debuginfo)
{
	return debuginfo->source;
}

/* How far the dump's kernel ran from where the file has it; symbols of both must agree. */
static struct kdk_error *find_shift(const struct kdk_kernel *kernel, int fd, uint64_t *ret)
{
	static const char *const names[] = { "_stext", "init_uts_ns", "swapper_pg_dir" };
	uint64_t linked[KDK_ARRAY_SIZE(names)], here;
	bool found[KDK_ARRAY_SIZE(names)], known = false;

	kdk_elf_find_symbols(fd, names, KDK_ARRAY_SIZE(names), linked, found);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(names); i++) {
		if (!found[i] || !kernel->info ||
		    !kdk_vmcoreinfo_symbol(kernel->info, names[i], &here))
			continue;
		if (known && here - linked[i] != *ret)
			return kdk_error_new(KDK_ERROR_FORMAT,
					     "it belongs to another kernel than the dump");
		*ret = here - linked[i];
		known = true;
	}
	if (!known || (*ret & (kernel->page_size - 1)))
		return kdk_error_new(KDK_ERROR_FORMAT,
				     "it cannot be told to be the dump's kernel");
	return NULL;
}

static struct kdk_error *open_file(const struct kdk_kernel *kernel, const char *path,
				   struct kdk_debuginfo *debuginfo)
{
	struct kdk_error *err;

	debuginfo->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (debuginfo->fd < 0)
		return kdk_error_system(errno, "opening %s", path);
	if (!kdk_elf_probe(debuginfo->fd))
		return kdk_error_new(KDK_ERROR_FORMAT, "%s is no ELF file", path);
	err = find_shift(kernel, debuginfo->fd, &debuginfo->shift);
	if (err)
		return kdk_error_wrap(err, "%s", path);
	debuginfo->dwarf = dwarf_begin(debuginfo->fd, DWARF_C_READ);
	if (!debuginfo->dwarf)
		return kdk_error_new(KDK_ERROR_ABSENT, "%s has no debuginfo: %s", path,
				     dwarf_errmsg(-1));
	return asprintf(&debuginfo->source, "DWARF of %s", path) < 0 ? &kdk_enomem : NULL;
}

static struct kdk_error *create(const struct kdk_kernel *kernel, const char *path,
				struct kdk_debuginfo **ret)
{
	struct kdk_debuginfo *debuginfo = calloc(1, sizeof(*debuginfo));
	struct kdk_error *err;

	if (!debuginfo)
		return &kdk_enomem;
	debuginfo->fd = -1;
	err = open_file(kernel, path, debuginfo);
	if (err) {
		kdk_debuginfo_destroy(debuginfo);
		return err;
	}
	*ret = debuginfo;
	return NULL;
}

static struct kdk_error *find_debuginfo(const struct kdk_kernel *kernel,
					struct kdk_debuginfo **ret)
{
	const struct kdk_debuginfo_options *options = kernel->debuginfo;
	char path[KDK_PLACE_MAX];

	if (options && options->vmlinux)
		return create(kernel, options->vmlinux, ret);
	if (options && options->none)
		return kdk_error_new(KDK_ERROR_ABSENT, "debuginfo is not wanted");
	for (size_t i = 0; kdk_debuginfo_place(kernel, KDK_PLACE_VMLINUX, i, path); i++) {
		struct kdk_error *err;

		if (access(path, R_OK) < 0)
			continue;
		err = create(kernel, path, ret);
		if (!err || err->kind == KDK_ERROR_MEMORY)
			return err;
		kdk_error_destroy(err);
	}
	return kdk_error_new(KDK_ERROR_ABSENT,
			     "no vmlinux with debuginfo of this kernel was found (--vmlinux, --debug-dir)");
}

struct kdk_error *kdk_kernel_debuginfo(struct kdk_kernel *kernel, struct kdk_debuginfo **ret)
{
	struct kdk_error *err;

	if (kernel->debuginfo_error)
		return kdk_error_new(kernel->debuginfo_error->kind, "%s",
				     kernel->debuginfo_error->message);
	if (!kernel->lines) {
		err = find_debuginfo(kernel, &kernel->lines);
		if (err && err->kind == KDK_ERROR_MEMORY)
			return err;
		kernel->debuginfo_error = err;
		if (err)
			return kdk_error_new(err->kind, "%s", err->message);
	}
	*ret = kernel->lines;
	return NULL;
}

/* By the table of address ranges; where it lacks the unit, by the units' own ranges. */
static bool find_unit(struct kdk_debuginfo *debuginfo, Dwarf_Addr pc, Dwarf_Die *ret)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Half version;
	uint8_t type;

	if (dwarf_addrdie(debuginfo->dwarf, pc, ret))
		return true;
	while (!dwarf_get_units(debuginfo->dwarf, unit, &unit, &version, &type, ret, NULL))
		if (dwarf_haspc(ret, pc) > 0)
			return true;
	return false;
}

/* The name of the file that a call was inlined in. */
static const char *call_file(Dwarf_Die *unit, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Word index;
	Dwarf_Files *files;
	size_t count;

	if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attribute), &index) ||
	    dwarf_getsrcfiles(unit, &files, &count) || index >= count)
		return NULL;
	return dwarf_filesrc(files, index, NULL, NULL);
}

static unsigned int call_number(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;

	return dwarf_formudata(dwarf_attr(die, name, &attribute), &value) ? 0 : value;
}

/* Name of a function or inlined call, which may stand in what it is an instance of. */
static const char *function_name(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute));
}

static void first_line(Dwarf_Die *unit, Dwarf_Addr pc, struct kdk_source_line *line)
{
	Dwarf_Line *source = dwarf_getsrc_die(unit, pc);
	int number;

	*line = (struct kdk_source_line){ 0 };
	if (!source)
		return;
	line->file = dwarf_linesrc(source, NULL, NULL);
	if (!dwarf_lineno(source, &number))
		line->line = number;
	if (!dwarf_linecol(source, &number))
		line->column = number;
}

/*
 * What surrounds the code at pc, innermost first. dwarf_getscopes() alone goes on from
 * an inlined call to where it was written, not to where it was inlined.
 */
static int find_scopes(Dwarf_Die *unit, Dwarf_Addr pc, Dwarf_Die **ret)
{
	Dwarf_Die *scopes = NULL, innermost;

	if (dwarf_getscopes(unit, pc, &scopes) <= 0)
		return 0;
	innermost = scopes[0];
	free(scopes);
	return dwarf_getscopes_die(&innermost, ret);
}

size_t kdk_debuginfo_lines(struct kdk_debuginfo *debuginfo, uint64_t address,
			   struct kdk_source_line lines[KDK_SOURCE_LINES])
{
	Dwarf_Addr pc = address - debuginfo->shift;
	Dwarf_Die unit, *scopes = NULL;
	size_t used = 0;
	int count;

	if (!find_unit(debuginfo, pc, &unit))
		return 0;
	first_line(&unit, pc, &lines[0]);
	count = find_scopes(&unit, pc, &scopes);
	for (int i = 0; i < count && used < KDK_SOURCE_LINES; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag == DW_TAG_subprogram) {
			lines[used++].function = function_name(&scopes[i]);
			break;
		}
		if (tag != DW_TAG_inlined_subroutine || used + 1 == KDK_SOURCE_LINES)
			continue;
		lines[used].function = function_name(&scopes[i]);
		lines[used++].inlined = true;
		/* Where it was called from is the place in what is around it. */
		lines[used] = (struct kdk_source_line){
			.file = call_file(&unit, &scopes[i]),
			.line = call_number(&scopes[i], DW_AT_call_line),
			.column = call_number(&scopes[i], DW_AT_call_column),
		};
	}
	free(scopes);
	/* Assembler has lines, but no functions. */
	return used ? used : lines[0].file != NULL;
}
