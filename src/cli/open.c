/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/open.h"

#include <string.h>

#include "core/i18n.h"
#include "core/text.h"
#include "core/units.h"

void kdk_cli_note(struct kdk_cli *cli, const char *text)
{
	/* The answer comes first where both go to one terminal. */
	fflush(cli->out);
	fputs(_("kdumpkit: note: "), cli->err);
	kdk_text_print(cli->err, text, strlen(text), kdk_text_locale_flags());
	fputc('\n', cli->err);
}

struct kdk_error *kdk_cli_open(struct kdk_cli *cli, char **paths, size_t count,
			       struct kdk_kernel **ret)
{
	struct kdk_error *err;

	if (!count)
		return kdk_error_new(KDK_ERROR_USAGE, _("which dump? Give its file name"));
	err = kdk_kernel_open((const char *const *)paths, count, ret);
	if (err)
		return err;
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

/* "name" of "name+0x10" as a symbol that vmcoreinfo lists. */
static bool symbol_address(const struct kdk_kernel *kernel, const char *text, uint64_t *ret)
{
	_cleanup_free_ char *name = strdup(text);
	struct kdk_error *err;
	uint64_t offset = 0;
	char *plus;

	if (!name || !kernel->info)
		return false;
	plus = strchr(name, '+');
	if (plus) {
		*plus = '\0';
		err = kdk_number_parse(plus + 1, &offset);
		if (err) {
			kdk_error_destroy(err);
			return false;
		}
	}
	if (!kdk_vmcoreinfo_symbol(kernel->info, name, ret))
		return false;
	*ret += offset;
	return true;
}

struct kdk_error *kdk_cli_address(const struct kdk_kernel *kernel, const char *text,
				  uint64_t *ret)
{
	struct kdk_error *err;

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
