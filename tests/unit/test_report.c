/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report_case.h"

#include <elf.h>

#include "cli/report_text.h"
#include "core/text.h"
#include "tests/generators/fake_kernel.h"
#include "vmcore/inspect/diagnosis.h"
#include "vmcore/inspect/report_html.h"
#include "vmcore/kernel/debuginfo.h"

static const struct kdk_debuginfo_options dump_alone = { .none = true };

struct scene {
	struct fake_kernel *fake;
	struct kdk_diagnosis diagnosis;
	struct kdk_stack stack;
	struct kdk_stack_task task;
};

/* A log of lines, in a machine whose stacks nothing is known of. */
static void scene_read(struct scene *scene, const char *const *lines)
{
	struct fake_ring ring;

	memset(scene, 0, sizeof(*scene));
	scene->fake = fake_kernel_create(512u << 10, 8, false, EM_X86_64);
	fake_ring_init(&ring, scene->fake, 5, 12);
	for (size_t i = 0; lines[i]; i++) {
		struct fake_record record = {
			.ts_nsec = UINT64_C(12345000000) + i,
			.text = lines[i],
			.level = i ? 1 : 4,
		};

		fake_ring_add(&ring, &record);
	}
	fake_ring_finish(&ring);
	fake_info(scene->fake, "OSRELEASE=6.1.0-test");
	fake_info(scene->fake, "CRASHTIME=1700000000");
	fake_kernel_ready(scene->fake);
	scene->fake->kernel.debuginfo = &dump_alone;
	assert_success(kdk_diagnosis_read(&scene->fake->kernel, &scene->diagnosis));
}

/* Puts a stack in, as if the machine's could be walked. */
static void scene_stack(struct scene *scene, const char *trace, const char *comm)
{
	struct kdk_diagnosis *diagnosis = &scene->diagnosis;

	case_trace(&scene->stack.trace, trace, true, 1);
	scene->task = (struct kdk_stack_task){ .address = 0x1000, .pid = 4711, .cpu = 3 };
	snprintf(scene->task.comm, sizeof(scene->task.comm), "%s", comm);
	scene->stack.tasks = &scene->task;
	scene->stack.count = 1;
	kdk_stacks_deinit(&diagnosis->cpus);
	diagnosis->cpus.stacks = &scene->stack;
	diagnosis->cpus.count = 1;
	diagnosis->panic = diagnosis->culprit = &scene->stack;
	kdk_trace_parts_find(&scene->stack.trace, &diagnosis->parts);
	kdk_suspect_find(&scene->stack.trace, &diagnosis->parts, diagnosis->kind, NULL,
			 &diagnosis->suspect);
}

static void scene_end(struct scene *scene)
{
	if (scene->diagnosis.cpus.stacks == &scene->stack) {
		scene->diagnosis.cpus.stacks = NULL;
		scene->diagnosis.cpus.count = 0;
	}
	kdk_backtrace_deinit(&scene->stack.trace);
	kdk_diagnosis_deinit(&scene->diagnosis);
	kdk_error_destroy(scene->fake->kernel.symbols_error);
	kdk_error_destroy(scene->fake->kernel.types_error);
	kdk_error_destroy(scene->fake->kernel.modules_error);
	fake_kernel_destroy(scene->fake);
}

static char *print(const struct kdk_diagnosis *diagnosis, bool html)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (html)
		kdk_report_html(diagnosis, out);
	else
		kdk_cli_report_text(out, diagnosis);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), size);
	return text;
}

static void expect(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" is not in:\n%s", words, text);
}

static const char *const oops[] = {
	"usb 1-1: device descriptor read/64, error -110",
	"BUG: kernel NULL pointer dereference, address: 0000000000000020",
	"#PF: supervisor write access in kernel mode",
	"Oops: 0002 [#1] PREEMPT SMP NOPTI",
	"CPU: 3 PID: 4711 Comm: sh Tainted: G           OE      6.1.0-test #1",
	"RIP: 0010:f+0x5/0x10 [foreign]",
	NULL,
};

/* All that the log can give is there although nothing else is. */
static void log_alone(void **state)
{
	struct scene scene;
	char *text;

	(void)state;
	scene_read(&scene, oops);
	assert_int_equal(scene.diagnosis.kind, KDK_CRASH_NULL_POINTER);
	assert_true(scene.diagnosis.crashed);
	assert_int_equal(scene.diagnosis.cpu, 3);
	assert_string_equal(scene.diagnosis.reason, oops[1]);
	assert_int_equal(scene.diagnosis.uptime_nsec, UINT64_C(12345000001));
	assert_true(scene.diagnosis.taint_known);
	assert_string_equal(
		scene.diagnosis.verdict,
		"The kernel wrote to a member of an object that was not there "
		"(a NULL pointer).");
	assert_memory_equal(scene.diagnosis.signature, "null-pointer::", 14);
	assert_int_equal(scene.diagnosis.warnings.count, 1);
	assert_true(scene.diagnosis.remarks.count > 0);
	text = print(&scene.diagnosis, false);
	expect(text, "Crash:      NULL pointer dereference\n");
	expect(text, "Address:    0x20: a member 0x20 bytes into an object at NULL\n");
	expect(text, "Time:       2023-11-14T22:13:20Z, 12 s after boot\n");
	expect(text,
	       "Taint:      OE: a module that is not part of the kernel was loaded;");
	expect(text, "  [   12.345000] usb 1-1: device descriptor read/64, error -110\n");
	free(text);
	scene_end(&scene);
}

static const char *const quiet[] = { "Linux version 6.1.0-test", "all is well", NULL };

static void no_crash(void **state)
{
	struct scene scene;
	char *text;

	(void)state;
	scene_read(&scene, quiet);
	assert_false(scene.diagnosis.crashed);
	assert_int_equal(scene.diagnosis.kind, KDK_CRASH_UNKNOWN);
	assert_null(scene.diagnosis.reason);
	text = print(&scene.diagnosis, false);
	expect(text, "No sign of a crash");
	assert_null(strstr(text, "Suspect:"));
	free(text);
	scene_end(&scene);
}

/* A dump that lacks its log too */
static void nothing_at_all(void **state)
{
	struct scene scene = { .fake = fake_kernel_create(64u << 10, 8, false,
							  EM_X86_64) };
	char *text;

	(void)state;
	fake_kernel_ready(scene.fake);
	scene.fake->kernel.debuginfo = &dump_alone;
	assert_success(kdk_diagnosis_read(&scene.fake->kernel, &scene.diagnosis));
	text = print(&scene.diagnosis, false);
	expect(text, "cause not known");
	free(text);
	free(print(&scene.diagnosis, true));
	scene_end(&scene);
}

static const char *const hostile[] = {
	"a warning \x1b[31mwith\x1b[0m <script>alert(1)</script> in it",
	"BUG: unable to handle page fault for address: ffffc90000010000 \"><img src=x onerror=y>",
	"Oops: 0000 [#1] & more \x9b\xff\xe2\x80\xae that turns the line",
	NULL,
};

static void stays_text(void **state)
{
	struct scene scene;
	char *text;

	(void)state;
	scene_read(&scene, hostile);
	scene_stack(&scene, "<b>f foreign:g\x1b]0;x\a \"'>", "<svg onload=x>\x1b");
	text = print(&scene.diagnosis, true);
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' && *at != '\n')
			fail_msg("a control character at %zu", (size_t)(at - text));
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<img"));
	assert_null(strstr(text, "<svg onload"));
	assert_null(strstr(text, "<b>f"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_null(strstr(text, "://"));
	expect(text, "&lt;script&gt;alert(1)&lt;/script&gt;");
	expect(text, "&quot;&gt;&lt;img src=x onerror=y&gt;");
	expect(text, "&amp; more");
	assert_memory_equal(text, "<!DOCTYPE html>", 15);
	free(text);
	text = print(&scene.diagnosis, false);
	assert_null(strchr(text, '\x1b'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	free(text);
	scene_end(&scene);
}

/* Elements that are opened are closed, in order. */
static void is_well_formed(void **state)
{
	static const char *const empty[] = { "meta", "br", "rect", "!DOCTYPE" };
	char stack[32][16];
	size_t depth = 0;
	struct scene scene;
	char *text;

	(void)state;
	scene_read(&scene, oops);
	scene_stack(&scene, "f g !h $", "sh");
	text = print(&scene.diagnosis, true);
	for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
		char name[16] = "";
		bool is_empty = false;

		assert_int_equal(sscanf(at + 1 + (at[1] == '/'), "%15[a-z0-9A-Z!]", name),
				 1);
		for (size_t i = 0; i < KDK_ARRAY_SIZE(empty); i++)
			is_empty |= !strcmp(name, empty[i]);
		if (is_empty)
			continue;
		if (at[1] != '/') {
			assert_true(depth < KDK_ARRAY_SIZE(stack));
			memcpy(stack[depth++], name, sizeof(name));
			continue;
		}
		assert_true(depth > 0);
		assert_string_equal(stack[--depth], name);
	}
	assert_int_equal(depth, 0);
	free(text);
	scene_end(&scene);
}

/* 80 columns, but for single words that are longer. */
static void fits_the_terminal(void **state)
{
	struct scene scene;
	char *text, *next, *line;

	(void)state;
	scene_read(&scene, oops);
	scene_stack(&scene,
		    "a_function_with_quite_a_long_name.constprop.0 "
		    "foreign:another_function_with_a_name_that_is_no_shorter g !h $",
		    "sh");
	text = print(&scene.diagnosis, false);
	for (next = text; (line = strsep(&next, "\n"));)
		if (kdk_text_columns(line) > 80)
			fail_msg("%zu columns: %s", kdk_text_columns(line), line);
	free(text);
	scene_end(&scene);
}

/* Recursion is one line; the suspect is marked. */
static void folds_recursion(void **state)
{
	struct scene scene;
	char *text;

	(void)state;
	scene_read(&scene, oops);
	scene_stack(&scene, "f g g g g h", "sh");
	for (size_t i = 2; i <= 4; i++)
		scene.stack.trace.frames[i].pc = scene.stack.trace.frames[1].pc;
	text = print(&scene.diagnosis, false);
	expect(text, " > #0   f+0x2\n   #1   g+0x3 (4 times)\n   #5   h+0x7\n");
	free(text);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_alone),	   cmocka_unit_test(no_crash),
		cmocka_unit_test(nothing_at_all),  cmocka_unit_test(stays_text),
		cmocka_unit_test(is_well_formed),  cmocka_unit_test(fits_the_terminal),
		cmocka_unit_test(folds_recursion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
