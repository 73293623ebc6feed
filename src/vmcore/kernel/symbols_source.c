/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/symbols_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmcore/kernel/debuginfo.h"
#include "vmcore/kernel/debuginfo_places.h"
#include "vmcore/kernel/elf_file.h"

#define MAP_MAX (64 * 1024 * 1024)
#define FROM_SLACK (UINT64_C(16) << 20)	/* what may stand before _stext */

static struct kdk_error *read_whole(const char *path, int fd, char **ret, size_t *ret_size)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return kdk_error_system(errno, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size > MAP_MAX)
		return kdk_error_new(KDK_ERROR_FORMAT, "%s is no System.map", path);
	*ret = malloc(st.st_size + 1);
	if (!*ret)
		return &kdk_enomem;
	for (*ret_size = 0; *ret_size < (size_t)st.st_size; *ret_size += n) {
		n = pread(fd, *ret + *ret_size, st.st_size - *ret_size, *ret_size);
		if (n < 0)
			return kdk_error_system(errno, "reading %s", path);
		if (!n)
			break;
	}
	return NULL;
}

/* Each symbol that both vmcoreinfo and the table have must have moved by the same. */
static bool fits(const struct kdk_kernel *kernel, const struct kdk_symtab *tab)
{
	static const char *const names[] = { "_stext", "init_uts_ns", "swapper_pg_dir",
					     "node_online_map" };
	uint64_t address;
	size_t index;

	for (size_t i = 0; i < KDK_ARRAY_SIZE(names); i++)
		if (kdk_vmcoreinfo_symbol(kernel->info, names[i], &address) &&
		    kdk_symtab_find(tab, names[i], &index) &&
		    tab->entries[index].address != address)
			return false;
	return true;
}

/* What the file has for _stext; the lines are few before it in neither kind of file. */
static struct kdk_error *read_into(const char *path, const char *text, size_t size, int fd,
				   uint64_t shift, uint64_t from, struct kdk_symtab *tab)
{
	struct kdk_error *err;

	if (text)
		err = kdk_error_wrap(kdk_symtab_read_map(tab, text, size, shift, from), "%s", path);
	else
		err = kdk_elf_read_symbols(path, fd, shift, from, tab);
	return err ? err : kdk_symtab_finish(tab);
}

/* Reads the table where it was linked, then once more moved by what _stext moved. */
static struct kdk_error *read_moved(struct kdk_kernel *kernel, const char *path,
				    const char *text, size_t size, int fd,
				    struct kdk_symtab *ret)
{
	struct kdk_symtab tab = { 0 };
	uint64_t stext, linked, shift;
	struct kdk_error *err;
	size_t index;

	if (!kernel->info || !kdk_vmcoreinfo_symbol(kernel->info, "_stext", &stext))
		return kdk_error_new(KDK_ERROR_ABSENT,
				     "%s: the dump does not tell where its kernel ran", path);
	err = read_into(path, text, size, fd, 0, 0, &tab);
	if (!err && !kdk_symtab_find(&tab, "_stext", &index))
		err = kdk_error_new(KDK_ERROR_FORMAT, "%s has no symbol _stext", path);
	if (err) {
		kdk_symtab_deinit(&tab);
		return err;
	}
	linked = tab.entries[index].address;
	shift = stext - linked;
	kdk_symtab_deinit(&tab);
	err = read_into(path, text, size, fd, shift, linked > FROM_SLACK ? linked - FROM_SLACK : 1,
			&tab);
	if (!err && (shift & (kernel->page_size - 1) || !fits(kernel, &tab)))
		err = kdk_error_new(KDK_ERROR_FORMAT, "%s belongs to another kernel than the dump",
				    path);
	if (err) {
		kdk_symtab_deinit(&tab);
		return err;
	}
	*ret = tab;
	return NULL;
}

struct kdk_error *kdk_symbols_read_file(struct kdk_kernel *kernel, const char *path,
					struct kdk_symtab *ret)
{
	_cleanup_free_ char *text = NULL;
	struct kdk_error *err = NULL;
	size_t size = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return kdk_error_system(errno, "opening %s", path);
	if (!kdk_elf_probe(fd))
		err = read_whole(path, fd, &text, &size);
	if (!err)
		err = read_moved(kernel, path, text, size, fd, ret);
	close(fd);
	return err;
}

static bool find_own(struct kdk_symbols *symbols, const char *name, uint64_t *ret)
{
	size_t index;

	if (symbols->kallsyms) {
		if (!kdk_kallsyms_find(symbols->kallsyms, name, &index))
			return false;
		*ret = kdk_kallsyms_address(symbols->kallsyms, index);
		return true;
	}
	if (!kdk_symtab_find(&symbols->table, name, &index))
		return false;
	*ret = symbols->table.entries[index].address;
	return true;
}

static void fill_ranges(struct kdk_symbols *symbols)
{
	uint64_t start, end;

	if (!find_own(symbols, "_text", &start) && !find_own(symbols, "_stext", &start))
		return;
	symbols->ranges[0].start = start;
	if (find_own(symbols, "_end", &end) && end > start) {
		symbols->ranges[0].end = end;
		return;
	}
	if (find_own(symbols, "_etext", &end) && end > start)
		symbols->ranges[0].end = end;
	if (find_own(symbols, "_sinittext", &start) && find_own(symbols, "_einittext", &end) &&
	    end > start) {
		symbols->ranges[1].start = start;
		symbols->ranges[1].end = end;
	}
}

static struct kdk_error *set_source(struct kdk_symbols *symbols, const char *what,
				    const char *path)
{
	char *text;

	if (asprintf(&text, "%s%s", what, path) < 0)
		return &kdk_enomem;
	free(symbols->source);
	symbols->source = text;
	return NULL;
}

/* The symbols of a file, which must be right; kallsyms is given up for it. */
static struct kdk_error *use_file(struct kdk_symbols *symbols, const char *path)
{
	struct kdk_symtab tab;
	struct kdk_error *err = kdk_symbols_read_file(symbols->kernel, path, &tab);

	if (err)
		return err;
	kdk_symtab_deinit(&symbols->table);
	symbols->table = tab;
	kdk_kallsyms_destroy(symbols->kallsyms);
	symbols->kallsyms = NULL;
	return set_source(symbols, "symbols of ", path);
}

/* The first file of this machine that fits, where distributions put them. */
static bool use_any_file(struct kdk_symbols *symbols, enum kdk_place_kind kind)
{
	char path[KDK_PLACE_MAX];

	for (size_t i = 0; kdk_debuginfo_place(symbols->kernel, kind, i, path); i++) {
		struct kdk_error *err;

		if (access(path, R_OK) < 0)
			continue;
		err = use_file(symbols, path);
		if (!err)
			return true;
		kdk_error_destroy(err);
	}
	return false;
}

static bool names_data(const struct kdk_symbols *symbols)
{
	size_t index;

	return symbols->kallsyms && (kdk_kallsyms_find(symbols->kallsyms, "init_task", &index) ||
				     kdk_kallsyms_find(symbols->kallsyms, "_end", &index));
}

static struct kdk_error *fill_symbols(struct kdk_symbols *symbols)
{
	const struct kdk_debuginfo_options *options = symbols->kernel->debuginfo;
	struct kdk_kernel *kernel = symbols->kernel;
	struct kdk_error *err;

	if (options && options->system_map)
		return use_file(symbols, options->system_map);
	if (!kernel->info)
		err = kdk_error_new(KDK_ERROR_ABSENT,
				    "the dump has no vmcoreinfo: its symbols cannot be found");
	else if (!kernel->memory)
		err = kdk_error_new(KDK_ERROR_UNSUPPORTED,
				    "the dump's architecture is not known: its memory cannot be read");
	else
		err = kdk_kallsyms_load(kernel->memory, kernel->info, kernel->arch->big_endian,
					kernel->arch->word_bytes, &symbols->kallsyms);
	if (!err)
		err = set_source(symbols, "kallsyms of the dump", "");
	if (!err && names_data(symbols))
		return NULL;
	if (options && options->vmlinux) {
		kdk_error_destroy(err);
		return use_file(symbols, options->vmlinux);
	}
	if (kernel->info && !(options && options->none) &&
	    (use_any_file(symbols, KDK_PLACE_VMLINUX) ||
	     use_any_file(symbols, KDK_PLACE_SYSTEM_MAP))) {
		kdk_error_destroy(err);
		return NULL;
	}
	if (!err)
		err = set_source(symbols, "kallsyms of the dump (functions only)", "");
	return err && kernel->info ?
		kdk_error_wrap(err, "no symbols; a System.map or vmlinux of this kernel would do "
				    "(--system-map, --vmlinux)") : err;
}

struct kdk_error *kdk_symbols_create(struct kdk_kernel *kernel, struct kdk_symbols **ret)
{
	struct kdk_symbols *symbols = calloc(1, sizeof(*symbols));
	struct kdk_error *err;

	if (!symbols)
		return &kdk_enomem;
	symbols->kernel = kernel;
	err = fill_symbols(symbols);
	if (err) {
		kdk_symbols_destroy(symbols);
		return err;
	}
	fill_ranges(symbols);
	*ret = symbols;
	return NULL;
}
