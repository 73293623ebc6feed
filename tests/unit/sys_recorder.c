/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys_recorder.h"

#include <string.h>

static struct kdk_sys_recorder *recorder_of(const struct kdk_sys *sys)
{
	return sys->context;
}

static struct kdk_error *record_kexec_load(const struct kdk_sys *sys, unsigned long entry,
					   unsigned long count, struct kexec_segment *segments,
					   unsigned long flags)
{
	(void)segments;
	kdk_buffer_printf(&recorder_of(sys)->calls, "kexec_load %#lx %lu %#lx\n", entry, count,
			  flags);
	return NULL;
}

static struct kdk_error *record_kexec_file_load(const struct kdk_sys *sys, int kernel_fd,
						int initrd_fd, const char *command_line,
						unsigned long flags)
{
	(void)kernel_fd;
	(void)initrd_fd;
	kdk_buffer_printf(&recorder_of(sys)->calls, "kexec_file_load %#lx %s\n", flags,
			  command_line);
	return NULL;
}

static struct kdk_error *record_mount(const struct kdk_sys *sys, const char *source,
				      const char *target, const char *type,
				      unsigned long flags, const char *data)
{
	kdk_buffer_printf(&recorder_of(sys)->calls, "mount %s %s %s %#lx%s%s\n", source, target,
			  type, flags, data ? " " : "", data ? data : "");
	return NULL;
}

static struct kdk_error *record_umount(const struct kdk_sys *sys, const char *target, int flags)
{
	kdk_buffer_printf(&recorder_of(sys)->calls, "umount %s %#x\n", target, flags);
	return NULL;
}

static struct kdk_error *record_reboot(const struct kdk_sys *sys, int command)
{
	kdk_buffer_printf(&recorder_of(sys)->calls, "reboot %#x\n", command);
	return NULL;
}

static struct kdk_error *record_run(const struct kdk_sys *sys, const char *const *argv,
				    struct kdk_run_result *ret)
{
	struct kdk_sys_recorder *recorder = recorder_of(sys);
	const struct kdk_recorded_run *run = recorder->runs;
	struct kdk_buffer line = { 0 };
	_cleanup_free_ char *command = NULL;
	struct kdk_error *err;

	for (size_t i = 0; argv[i]; i++)
		kdk_buffer_printf(&line, "%s%s", i ? " " : "", argv[i]);
	err = kdk_buffer_take(&line, &command);
	if (err)
		return err;
	kdk_buffer_printf(&recorder->calls, "run %s\n", command);
	while (run && run->command && strcmp(run->command, command))
		run++;
	ret->status = run && run->command ? run->status : 127;
	ret->output = strdup(run && run->command && run->output ? run->output : "");
	ret->output_size = ret->output ? strlen(ret->output) : 0;
	return ret->output ? NULL : &kdk_enomem;
}

static int64_t recorded_clock(const struct kdk_sys *sys)
{
	return recorder_of(sys)->clock;
}

static const struct kdk_sys_calls recorder_calls = {
	.kexec_load = record_kexec_load,
	.kexec_file_load = record_kexec_file_load,
	.mount = record_mount,
	.umount = record_umount,
	.reboot = record_reboot,
	.run = record_run,
	.clock = recorded_clock,
};

struct kdk_error *kdk_sys_recorder_init(struct kdk_sys_recorder *recorder, const char *root)
{
	struct kdk_error *err;

	*recorder = (struct kdk_sys_recorder){ 0 };
	err = kdk_sys_create(root, &recorder->sys);
	if (err)
		return err;
	recorder->sys->calls = &recorder_calls;
	recorder->sys->context = recorder;
	return NULL;
}

void kdk_sys_recorder_deinit(struct kdk_sys_recorder *recorder)
{
	kdk_sys_destroy(recorder->sys);
	kdk_buffer_deinit(&recorder->calls);
}
