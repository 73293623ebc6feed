/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/types_known.h"

#include <string.h>

#include "core/cleanup.h"

bool kdk_types_known_variable(struct kdk_types *types, const char *name, uint32_t *ret)
{
	static const struct {
		const char *name, *type;
	} known[] = {
		{ "init_task", "struct task_struct" },
		{ "init_mm", "struct mm_struct" },
		{ "init_uts_ns", "struct uts_namespace" },
		{ "init_nsproxy", "struct nsproxy" },
		{ "init_pid_ns", "struct pid_namespace" },
		{ "init_net", "struct net" },
		{ "init_fs", "struct fs_struct" },
		{ "init_cred", "struct cred" },
		{ "modules", "struct list_head" },
		{ "super_blocks", "struct list_head" },
		{ "slab_caches", "struct list_head" },
		{ "net_namespace_list", "struct list_head" },
		{ "vmap_area_list", "struct list_head" },
		{ "vmap_area_root", "struct rb_root" },
		{ "boot_cpu_data", "struct cpuinfo_x86" },
		{ "contig_page_data", "pg_data_t" },
		{ "prb", "struct printk_ringbuffer" },
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, name))
			return kdk_types_find(types, known[i].type, ret);
	return false;
}
