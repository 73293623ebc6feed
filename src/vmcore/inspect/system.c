/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/system.h"

#include <stdlib.h>
#include <string.h>

#include "vmcore/inspect/log.h"
#include "vmcore/inspect/shape.h"
#include "vmcore/kernel/percpu.h"
#include "vmcore/kernel/tasks.h"

#define COMMAND_LINE_MAX 4096
#define LOAD_ONE 2048.0 /* FIXED_1 of include/linux/sched/loadavg.h */
#define NS_PER_S 1000000000ull
#define UPTIME_MAX_S (100ull * 365 * 24 * 3600)

/* kernel/panic.c, Documentation/admin-guide/tainted-kernels.rst */
static const char *const taint_meanings[KDK_TAINT_BITS] = {
	"a proprietary module was loaded",
	"a module was force-loaded",
	"the processor or system is out of its specification",
	"a module was force-unloaded",
	"the processor reported a machine check",
	"a bad page was found",
	"user space asked for it",
	"the kernel has died before: an oops or a bug",
	"an ACPI table was overridden",
	"the kernel issued a warning",
	"a staging driver was loaded",
	"a firmware bug was worked around",
	"an out-of-tree module was loaded",
	"an unsigned module was loaded",
	"a soft lockup occurred",
	"the kernel was live-patched",
	"the distribution's own taint",
	"the kernel was built with randomised structs",
	"an in-kernel test was run",
	"a firmware control interface was used in a way that can break the device",
};

const char *kdk_taint_meaning(unsigned int bit)
{
	return bit < KDK_TAINT_BITS ? taint_meanings[bit] : NULL;
}

static void read_names(struct kdk_kernel *kernel, struct kdk_system *system)
{
	static const char *const members[] = {
		"uts_namespace.name.nodename",
		"uts_namespace.name.release",
		"uts_namespace.name.version",
		"uts_namespace.name.machine",
	};
	char *const texts[] = {
		system->nodename,
		system->release,
		system->version,
		system->machine,
	};
	uint64_t uts;
	struct kdk_error *err = kdk_symbol_address(kernel, "init_uts_ns", &uts);

	for (size_t i = 0; i < KDK_ARRAY_SIZE(members) && !err; i++)
		err = kdk_object_string(kernel, uts, members[i], texts[i],
					sizeof(system->nodename));
	kdk_remarks_add_error(&system->remarks, err, "names of the kernel");
}

static void read_command_line(struct kdk_kernel *kernel, struct kdk_system *system)
{
	char text[COMMAND_LINE_MAX];
	uint64_t pointer;

	if (kdk_symbol_value(kernel, "saved_command_line", kernel->arch->word_bytes,
			     &pointer) &&
	    kdk_string_at(kernel, pointer, text, sizeof(text)))
		system->command_line = strdup(text);
}

/*
 * struct tk_data has a type since 6.13; before, the timekeeper stands behind a sequence
 * counter in a struct without a name.
 */
static bool find_timekeeper(struct kdk_kernel *kernel, uint64_t *ret)
{
	uint64_t address, offset = 8;
	struct kdk_error *err = kdk_symbol_address(kernel, "timekeeper_data", &address);

	if (!err)
		err = kdk_kernel_offset(kernel, "tk_data.timekeeper", &offset);
	else {
		kdk_error_destroy(err);
		err = kdk_symbol_address(kernel, "tk_core", &address);
	}
	kdk_error_destroy(err);
	*ret = address + offset;
	return !err;
}

enum { REAL, TO_MONO, BOOT, TIME_MEMBERS };

static const char *const time_paths[TIME_MEMBERS] = {
	[REAL] = "timekeeper.xtime_sec",
	[TO_MONO] = "timekeeper.wall_to_monotonic.tv_sec",
	[BOOT] = "timekeeper.offs_boot",
};

static void read_uptime(struct kdk_kernel *kernel, const struct kdk_log *log,
			struct kdk_system *system)
{
	uint64_t value[TIME_MEMBERS], timekeeper, seconds, last;
	struct kdk_shape shape;
	struct kdk_error *err;

	err = kdk_shape_make(kernel, time_paths, TIME_MEMBERS, TIME_MEMBERS, &shape);
	if (!err && find_timekeeper(kernel, &timekeeper)) {
		err = kdk_shape_read(kernel, &shape, timekeeper, value);
		seconds = value[REAL] + value[TO_MONO];
		/* A wrong place would hardly give a time that adds up. */
		if (!err && seconds < UPTIME_MAX_S &&
		    value[BOOT] < UPTIME_MAX_S * NS_PER_S) {
			system->uptime_known = true;
			system->uptime_ns = seconds * NS_PER_S + value[BOOT];
		}
	}
	kdk_error_destroy(err);
	if (!log || !log->has_time || !log->count)
		return;
	last = log->records[log->count - 1].ts_nsec;
	/* Seconds of the timekeeper stand still between ticks: the log may know better.
	 */
	if (!system->uptime_known || system->uptime_ns < last) {
		system->uptime_from_log = !system->uptime_known;
		system->uptime_known = true;
		system->uptime_ns = last;
	}
}

static void read_load(struct kdk_kernel *kernel, struct kdk_system *system)
{
	uint64_t table, value;
	struct kdk_error *err = kdk_symbol_address(kernel, "avenrun", &table);

	system->load_known = !err;
	kdk_error_destroy(err);
	for (unsigned int i = 0; i < 3 && system->load_known; i++) {
		system->load_known =
			kdk_word_at(kernel, table + i * kernel->arch->word_bytes, &value);
		system->load[i] = value / LOAD_ONE;
	}
}

static void read_cpus(struct kdk_kernel *kernel, struct kdk_system *system)
{
	struct kdk_percpu percpu;
	uint64_t boot;
	struct kdk_error *err = kdk_percpu_read(kernel, &percpu);

	system->cpus_known = !err;
	for (size_t i = 0; i < (err ? 0 : percpu.count); i++) {
		system->cpus_possible += percpu.cpus[i].possible;
		system->cpus_present += percpu.cpus[i].present;
		system->cpus_online += percpu.cpus[i].online;
	}
	if (!err)
		kdk_percpu_deinit(&percpu);
	kdk_error_destroy(err);
	err = kdk_symbol_address(kernel, "boot_cpu_data", &boot);
	if (!err)
		err = kdk_object_string(kernel, boot, "cpuinfo_x86.x86_model_id",
					system->cpu_model, sizeof(system->cpu_model));
	kdk_error_destroy(err);
}

static void read_tasks(struct kdk_kernel *kernel, struct kdk_system *system)
{
	struct kdk_tasks tasks = { 0 };
	struct kdk_error *err = kdk_tasks_read(kernel, &tasks);

	kdk_remarks_add_error(&system->remarks, err, "tasks");
	for (size_t i = 0; i < tasks.count; i++) {
		char state = kdk_task_state(&tasks.tasks[i]);

		if (tasks.tasks[i].idle)
			continue;
		system->threads++;
		system->processes += tasks.tasks[i].leader;
		if ((state | 0x20) >= 'a' && (state | 0x20) <= 'z')
			system->states[(state | 0x20) - 'a']++;
	}
	kdk_tasks_deinit(&tasks);
}

/* dmi_ident[] holds what the firmware says of the machine. */
static void read_hardware(struct kdk_kernel *kernel, struct kdk_system *system)
{
	const struct {
		const char *field;
		char *text;
	} fields[] = {
		{ "DMI_SYS_VENDOR", system->vendor },
		{ "DMI_PRODUCT_NAME", system->product },
		{ "DMI_BIOS_VERSION", system->bios_version },
		{ "DMI_BIOS_DATE", system->bios_date },
	};
	uint64_t table, index, pointer;
	struct kdk_types *types;
	struct kdk_error *err = kdk_symbol_address(kernel, "dmi_ident", &table);

	if (!err)
		err = kdk_kernel_types(kernel, &types);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(fields) && !err; i++)
		if (kdk_types_constant(types, fields[i].field, &index) && index < 64 &&
		    kdk_word_at(kernel, table + index * kernel->arch->word_bytes,
				&pointer))
			kdk_string_at(kernel, pointer, fields[i].text, KDK_SYSTEM_TEXT);
	kdk_error_destroy(err);
}

/* The last panic line: an earlier one may be of a test. */
static void read_panic(const struct kdk_log *log, struct kdk_system *system)
{
	static const char mark[] = "Kernel panic - not syncing: ";

	for (size_t i = log ? log->count : 0; i > 0; i--) {
		const struct kdk_log_record *record = &log->records[i - 1];
		const char *found =
			memmem(record->text, record->text_size, mark, strlen(mark));
		const char *end = record->text + record->text_size, *newline;

		/* "---[ end Kernel panic …" ends what that line began. */
		if (!found || memmem(record->text, found - record->text, "[ end ", 6))
			continue;
		newline = memchr(found, '\n', end - found);
		system->panic = strndup(found, (newline ? newline : end) - found);
		return;
	}
}

struct kdk_error *kdk_system_read(struct kdk_kernel *kernel, struct kdk_system *ret)
{
	_cleanup_(kdk_log_destroyp) struct kdk_log *log = NULL;
	unsigned int word;
	uint64_t pages;
	struct kdk_error *err = kdk_kernel_need_memory(kernel);

	if (err)
		return err;
	*ret = (struct kdk_system){ 0 };
	word = kernel->arch->word_bytes;
	kdk_remarks_add_error(&ret->remarks, kdk_log_read(kernel, &log), "the log");
	read_names(kernel, ret);
	read_command_line(kernel, ret);
	read_uptime(kernel, log, ret);
	read_load(kernel, ret);
	read_cpus(kernel, ret);
	read_tasks(kernel, ret);
	read_hardware(kernel, ret);
	read_panic(log, ret);
	ret->memory_known = kdk_symbol_value(kernel, "_totalram_pages", word, &pages);
	ret->memory = ret->memory_known ? pages * kernel->page_size : 0;
	ret->taint_known = kdk_symbol_value(kernel, "tainted_mask", word, &ret->taint);
	return NULL;
}

void kdk_system_deinit(struct kdk_system *system)
{
	free(system->command_line);
	free(system->panic);
	kdk_remarks_deinit(&system->remarks);
	*system = (struct kdk_system){ 0 };
}
