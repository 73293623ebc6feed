/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/maps.h"

#include <stdlib.h>
#include <string.h>

#include "vmcore/inspect/paths.h"
#include "vmcore/inspect/task_find.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/trees.h"

#define MAPS_MAX (1u << 24)

/* VM_* of include/linux/mm.h */
#define VM_READ 1
#define VM_WRITE 2
#define VM_EXEC 4
#define VM_MAYSHARE 0x80

/* enum vsyscall_mode of arch/x86/entry/vsyscall/vsyscall_64.c: EMULATE, XONLY, NONE */
#define VSYSCALL_NONE 2
/* mm_context_t.flags since 5.17 */
#define MM_CONTEXT_HAS_VSYSCALL 2

enum { START, END, FLAGS, PGOFF, FILE_POINTER, OPS, PRIVATE, ANON_NAME, VMA_MEMBERS };

static const char *const vma_paths[VMA_MEMBERS] = {
	[START] = "vm_area_struct.vm_start",
	[END] = "vm_area_struct.vm_end",
	[FLAGS] = "vm_area_struct.vm_flags",
	[PGOFF] = "vm_area_struct.vm_pgoff",
	[FILE_POINTER] = "vm_area_struct.vm_file",
	[OPS] = "vm_area_struct.vm_ops",
	[PRIVATE] = "vm_area_struct.vm_private_data",
	[ANON_NAME] = "vm_area_struct.anon_name",
};

enum { START_BRK, BRK, START_STACK, MM_MEMBERS };

static const char *const mm_paths[MM_MEMBERS] = {
	[START_BRK] = "mm_struct.start_brk",
	[BRK] = "mm_struct.brk",
	[START_STACK] = "mm_struct.start_stack",
};

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_paths paths;
	struct kdk_shape vma, mm;
	uint64_t mm_value[MM_MEMBERS];
	struct kdk_maps *maps;
	size_t capacity;
};

void kdk_map_permissions(const struct kdk_map *map, char text[5])
{
	text[0] = map->flags & VM_READ ? 'r' : '-';
	text[1] = map->flags & VM_WRITE ? 'w' : '-';
	text[2] = map->flags & VM_EXEC ? 'x' : '-';
	text[3] = map->flags & VM_MAYSHARE ? 's' : 'p';
	text[4] = '\0';
}

/* The vDSO and its kind: their operations are the kernel's for special mappings. */
static bool special_name(struct reader *reader, const uint64_t *vma, char *name,
			 size_t size)
{
	struct kdk_kernel *kernel = reader->kernel;
	struct kdk_symbols *symbols;
	struct kdk_symbol symbol;
	uint64_t function = 0, special;
	struct kdk_error *err;
	bool found = false;

	if (!vma[OPS])
		return false;
	err = kdk_object_u64(kernel, vma[OPS], "vm_operations_struct.name", &function);
	if (!err && function)
		err = kdk_kernel_symbols(kernel, &symbols);
	if (!err && function && kdk_symbols_at(symbols, function, &symbol) &&
	    !strcmp(symbol.name, "special_mapping_name")) {
		special = vma[PRIVATE];
		err = kdk_object_string(kernel, special, "vm_special_mapping.name", name,
					size);
		found = !err;
	}
	kdk_error_destroy(err);
	return found;
}

/* The name that prctl(PR_SET_VMA_ANON_NAME) gave. */
static bool given_name(struct reader *reader, const uint64_t *vma, char *text,
		       size_t size)
{
	char name[80] = "";
	struct kdk_error *err;

	if (!vma[ANON_NAME])
		return false;
	err = kdk_object_string(reader->kernel, vma[ANON_NAME], "anon_vma_name.name",
				name, sizeof(name));
	kdk_error_destroy(err);
	if (err)
		return false;
	snprintf(text, size, "[anon:%s]", name);
	return true;
}

static void name_memory(struct reader *reader, const uint64_t *vma, char *text,
			size_t size)
{
	const uint64_t *mm = reader->mm_value;

	text[0] = '\0';
	if (special_name(reader, vma, text, size))
		return;
	if (vma[START] < mm[BRK] && vma[END] > mm[START_BRK])
		snprintf(text, size, "[heap]");
	else if (vma[START] <= mm[START_STACK] && vma[END] >= mm[START_STACK])
		snprintf(text, size, "[stack]");
	else
		given_name(reader, vma, text, size);
}

static void fill_file(struct reader *reader, struct kdk_map *map, const uint64_t *vma,
		      char text[KDK_PATH_MAX])
{
	struct kdk_remarks *remarks = &reader->maps->remarks;
	uint64_t file[KDK_FILE_MEMBERS], inode[KDK_INODE_MEMBERS],
		super_block[KDK_SB_MEMBERS];
	struct kdk_kernel *kernel = reader->kernel;
	struct kdk_path path;
	enum kdk_path_end end;
	struct kdk_error *err;

	err = kdk_shape_read(kernel, &reader->paths.file, vma[FILE_POINTER], file);
	if (!err)
		err = kdk_shape_read(kernel, &reader->paths.inode, file[KDK_FILE_INODE],
				     inode);
	if (!err)
		err = kdk_shape_read(kernel, &reader->paths.super_block,
				     inode[KDK_INODE_SB], super_block);
	if (err) {
		kdk_remarks_add_error(remarks, err, "file of the mapping at %#jx",
				      (uintmax_t)map->start);
		return;
	}
	map->offset = vma[PGOFF] * kernel->page_size;
	map->inode = inode[KDK_INODE_NUMBER];
	map->device = super_block[KDK_SB_DEV];
	path = (struct kdk_path){ file[KDK_FILE_MNT], file[KDK_FILE_DENTRY] };
	kdk_remarks_add_error(remarks,
			      kdk_path_read(&reader->paths, &path, NULL, text, &end),
			      "file of the mapping at %#jx", (uintmax_t)map->start);
}

static struct kdk_error *grow(struct reader *reader, struct kdk_map **ret)
{
	struct kdk_maps *maps = reader->maps;

	if (maps->count == reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 32;
		struct kdk_map *grown =
			reallocarray(maps->maps, capacity, sizeof(*grown));

		if (!grown)
			return &kdk_enomem;
		maps->maps = grown;
		reader->capacity = capacity;
	}
	*ret = &maps->maps[maps->count];
	**ret = (struct kdk_map){ 0 };
	return NULL;
}

static struct kdk_error *add(struct reader *reader, uint64_t address)
{
	char text[KDK_PATH_MAX] = "";
	uint64_t vma[VMA_MEMBERS];
	struct kdk_map *map;
	struct kdk_error *err;

	err = kdk_shape_read(reader->kernel, &reader->vma, address, vma);
	if (err) {
		kdk_remarks_add_error(&reader->maps->remarks, err, "mapping %#jx",
				      (uintmax_t)address);
		return NULL;
	}
	err = grow(reader, &map);
	if (err)
		return err;
	map->address = address;
	map->start = vma[START];
	map->end = vma[END];
	map->flags = vma[FLAGS];
	if (vma[FILE_POINTER])
		fill_file(reader, map, vma, text);
	else
		name_memory(reader, vma, text, sizeof(text));
	map->name = strdup(text);
	if (!map->name)
		return &kdk_enomem;
	if (vma[END] > vma[START])
		reader->maps->size += vma[END] - vma[START];
	reader->maps->count++;
	return NULL;
}

/* Since 6.1 */
static struct kdk_error *walk_tree(struct reader *reader, uint64_t mm)
{
	struct kdk_tree_walk walk = { 0 };
	uint64_t offset, vma;
	struct kdk_error *err;

	err = kdk_kernel_offset(reader->kernel, "mm_struct.mm_mt", &offset);
	if (!err)
		err = kdk_maple_begin(&walk, reader->kernel, mm + offset);
	while (!err && reader->maps->count < MAPS_MAX && kdk_tree_next(&walk, &vma))
		err = add(reader, vma);
	if (walk.note)
		kdk_remarks_add(&reader->maps->remarks, "%s", walk.note);
	kdk_tree_end(&walk);
	return err;
}

static struct kdk_error *walk_list(struct reader *reader, uint64_t mm)
{
	struct kdk_list_walk walk = { 0 };
	uint64_t first, vma;
	struct kdk_error *err;

	err = kdk_object_u64(reader->kernel, mm, "mm_struct.mmap", &first);
	if (!err)
		err = kdk_chain_begin(&walk, reader->kernel, first,
				      "vm_area_struct.vm_next");
	while (!err && reader->maps->count < MAPS_MAX && kdk_list_next(&walk, &vma))
		err = add(reader, vma);
	if (walk.note)
		kdk_remarks_add(&reader->maps->remarks, "%s", walk.note);
	kdk_list_end(&walk);
	return err;
}

/* x86_64's page of system calls belongs to every 64-bit process and to no address space.
 */
static struct kdk_error *add_vsyscall(struct reader *reader)
{
	struct kdk_maps *maps = reader->maps;
	uint64_t mode = VSYSCALL_NONE, flags, gate;
	struct kdk_error *err;

	if (!kdk_symbol_value(reader->kernel, "vsyscall_mode", 4, &mode) ||
	    mode == VSYSCALL_NONE)
		return NULL;
	/* Not of 32-bit processes, where the kernel can tell. */
	err = kdk_object_u64(reader->kernel, maps->task.mm, "mm_struct.context.flags",
			     &flags);
	kdk_error_destroy(err);
	if (!err && !(flags & MM_CONTEXT_HAS_VSYSCALL))
		return NULL;
	err = kdk_symbol_address(reader->kernel, "gate_vma", &gate);
	kdk_error_destroy(err);
	if (err)
		return NULL;
	err = add(reader, gate);
	if (err || !maps->count || maps->maps[maps->count - 1].address != gate)
		return err;
	maps->size -= maps->maps[maps->count - 1].end - maps->maps[maps->count - 1].start;
	free(maps->maps[maps->count - 1].name);
	maps->maps[maps->count - 1].name = strdup("[vsyscall]");
	return maps->maps[maps->count - 1].name ? NULL : &kdk_enomem;
}

static struct kdk_error *read_all(struct reader *reader, int32_t pid)
{
	struct kdk_kernel *kernel = reader->kernel;
	struct kdk_task *task = &reader->maps->task;
	struct kdk_error *err;

	err = kdk_task_find(kernel, pid, task);
	if (err || !task->mm || task->flags & KDK_TASK_KTHREAD)
		return err;
	err = kdk_paths_init(&reader->paths, kernel);
	if (!err)
		err = kdk_shape_make(kernel, vma_paths, VMA_MEMBERS, FILE_POINTER + 1,
				     &reader->vma);
	if (!err)
		err = kdk_shape_make(kernel, mm_paths, MM_MEMBERS, 0, &reader->mm);
	if (err)
		return err;
	err = kdk_shape_read(kernel, &reader->mm, task->mm, reader->mm_value);
	kdk_remarks_add_error(&reader->maps->remarks, err, "address space %#jx",
			      (uintmax_t)task->mm);
	if (kdk_kernel_has(kernel, "mm_struct.mm_mt"))
		err = walk_tree(reader, task->mm);
	else
		err = walk_list(reader, task->mm);
	return err ? err : add_vsyscall(reader);
}

struct kdk_error *kdk_maps_read(struct kdk_kernel *kernel, int32_t pid,
				struct kdk_maps *ret)
{
	struct kdk_maps maps = { 0 };
	struct reader reader = { .kernel = kernel, .maps = &maps };
	struct kdk_error *err = kdk_kernel_need_memory(kernel);

	if (!err)
		err = read_all(&reader, pid);
	if (err)
		kdk_maps_deinit(&maps);
	else
		*ret = maps;
	return kdk_error_wrap(err, "reading mappings");
}

void kdk_maps_deinit(struct kdk_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++)
		free(maps->maps[i].name);
	free(maps->maps);
	kdk_remarks_deinit(&maps->remarks);
	*maps = (struct kdk_maps){ 0 };
}
