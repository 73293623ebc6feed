/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/open.h"

#include <string.h>

#include "core/i18n.h"
#include "core/progress_term.h"
#include "core/text.h"
#include "core/units.h"
#include "vmcore/kernel/symbols.h"

void kdk_cli_note(struct kdk_cli *cli, const char *text)
{
	/* The answer comes first where both go to one terminal. */
	fflush(cli->out);
	fputs(_("kdumpkit: note: "), cli->err);
	kdk_text_print(cli->err, text, strlen(text), kdk_text_locale_flags());
	fputc('\n', cli->err);
}

/* The shell has put the name of its dump in front of a command's other words. */
static struct kdk_error *take_opened(struct kdk_cli *cli, char **paths, size_t count,
				     struct kdk_kernel **ret)
{
	const struct kdk_debuginfo_options *options = &cli->debuginfo;

	if (count > 1)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("a dump is open already: \"%s\" is one argument too many"),
				     paths[1]);
	if (options->vmlinux || options->system_map || options->debug_dir || options->none)
		return kdk_error_new(KDK_ERROR_USAGE,
				     _("a dump is open already: say where symbols are when the shell is started"));
	*ret = cli->kernel;
	return NULL;
}

struct kdk_error *kdk_cli_open(struct kdk_cli *cli, char **paths, size_t count,
			       struct kdk_kernel **ret)
{
	struct kdk_progress_term term;
	struct kdk_error *err;

	if (!count)
		return kdk_error_new(KDK_ERROR_USAGE, _("which dump? Give its file name"));
	if (cli->kernel)
		return take_opened(cli, paths, count, ret);
	kdk_progress_term_init(&term, cli->err);
	err = kdk_kernel_open((const char *const *)paths, count, &term.progress, ret);
	kdk_progress_term_end(&term);
	if (err)
		return err;
	(*ret)->debuginfo = &cli->debuginfo;
	for (size_t i = 0; i < (*ret)->dump->remark_count; i++)
		kdk_cli_note(cli, (*ret)->dump->remarks[i]);
	return NULL;
}

struct kdk_error *kdk_cli_parts_add(struct kdk_cli_parts *parts, const char *path)
{
	char **paths = reallocarray(parts->paths, parts->count + 1, sizeof(*paths));

	if (!paths)
		return &kdk_enomem;
	parts->paths = paths;
	paths[parts->count++] = (char *)path;
	return NULL;
}

void kdk_cli_parts_deinit(struct kdk_cli_parts *parts)
{
	free(parts->paths);
}

struct kdk_error *kdk_cli_open_parts(struct kdk_cli *cli, char *path, struct kdk_cli_parts *parts,
				     struct kdk_kernel **ret)
{
	struct kdk_error *err = path ? kdk_cli_parts_add(parts, path) : NULL;

	return err ? err : kdk_cli_open(cli, parts->paths, parts->count, ret);
}

/* "name", "name+0x10" or "module:name-8". */
static bool symbol_address(struct kdk_kernel *kernel, const char *text, uint64_t *ret)
{
	_cleanup_free_ char *name = strdup(text);
	struct kdk_symbols *symbols;
	struct kdk_error *err;
	uint64_t offset = 0;
	char sign, *end;

	if (!name)
		return false;
	end = strpbrk(name, "+-");
	sign = end ? *end : '\0';
	if (end) {
		*end = '\0';
		err = kdk_number_parse(end + 1, &offset);
		if (err) {
			kdk_error_destroy(err);
			return false;
		}
	}
	/* Without symbols vmcoreinfo still names a few. */
	if (kernel->info && kdk_vmcoreinfo_symbol(kernel->info, name, ret)) {
		*ret += sign == '-' ? -offset : offset;
		return true;
	}
	err = kdk_kernel_symbols(kernel, &symbols);
	kdk_error_destroy(err);
	if (err || !kdk_symbols_find(symbols, name, ret))
		return false;
	*ret += sign == '-' ? -offset : offset;
	return true;
}

/* Every character is one of a hexadecimal number: it may still be a symbol's name. */
static bool is_hexadecimal(const char *text)
{
	if (text[0] == '0' && (text[1] | 0x20) == 'x')
		return true;
	return text[strspn(text, "0123456789abcdefABCDEF")] == '\0';
}

struct kdk_error *kdk_cli_address(struct kdk_kernel *kernel, const char *text, uint64_t *ret)
{
	struct kdk_error *err;

	/* Numbers need no symbols, which take their time; but "dead" could be a name. */
	if (is_hexadecimal(text) && strlen(text) > 4) {
		err = kdk_address_parse(text, ret);
		if (!err)
			return NULL;
		kdk_error_destroy(err);
	}
	if (symbol_address(kernel, text, ret))
		return NULL;
	err = kdk_address_parse(text, ret);
	if (!err)
		return NULL;
	kdk_error_destroy(err);
	return kdk_error_new(KDK_ERROR_USAGE,
			     _("\"%s\" is neither a hexadecimal address nor a symbol of this dump"),
			     text);
}
