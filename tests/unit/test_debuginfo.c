/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This program is the vmlinux: it is linked as one place and runs at another. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "vmcore/kernel/debuginfo.h"
#include "vmcore/kernel/frame_lines.h"
#include "vmcore/kernel/kernel.h"
#include "vmcore/kernel/kernel_view.h"

void _stext(void);
extern int init_uts_ns;

__attribute__((noinline, aligned(64))) void _stext(void)
{
	__asm__ volatile("");
}
static const int stext_line = __LINE__ - 4;

int init_uts_ns = 1;

void holder(void);
extern const char inlined_code[], inlined_end[];

static inline __attribute__((always_inline)) void inlined(void)
{
	__asm__ volatile(".globl inlined_code, inlined_end\n"
			 "inlined_code: nop\n"
			 "inlined_end:");
}
static const int inlined_line = __LINE__ - 4;

__attribute__((noinline)) void holder(void)
{
	inlined();
	__asm__ volatile("nop");
}
static const int holder_line = __LINE__ - 3;

/* A kernel whose vmcoreinfo has these addresses for the two symbols. */
static void make(struct kdk_kernel *kernel, const struct kdk_debuginfo_options *options,
		 uint64_t stext, uint64_t uts)
{
	char text[256];

	snprintf(text, sizeof(text), "SYMBOL(_stext)=%jx\nSYMBOL(init_uts_ns)=%jx\n",
		 (uintmax_t)stext, (uintmax_t)uts);
	*kernel = (struct kdk_kernel){ .page_size = 4096, .debuginfo = options };
	assert_success(kdk_vmcoreinfo_parse(text, strlen(text), &kernel->info));
}

static void destroy(struct kdk_kernel *kernel)
{
	kdk_kernel_view_deinit(kernel);
	kdk_vmcoreinfo_destroy(kernel->info);
}

static void an_address_has_its_function_and_line(void **state)
{
	const struct kdk_debuginfo_options options = { .vmlinux = "/proc/self/exe" };
	struct kdk_source_line lines[KDK_SOURCE_LINES];
	struct kdk_debuginfo *debuginfo;
	struct kdk_kernel kernel;

	(void)state;
	make(&kernel, &options, (uintptr_t)_stext, (uintptr_t)&init_uts_ns);
	assert_success(kdk_kernel_debuginfo(&kernel, &debuginfo));
	assert_string_equal(kdk_debuginfo_source(debuginfo), "DWARF of /proc/self/exe");
	assert_int_equal(kdk_debuginfo_lines(debuginfo, (uintptr_t)_stext, lines), 1);
	assert_string_equal(lines[0].function, "_stext");
	assert_non_null(strstr(lines[0].file, "test_debuginfo.c"));
	assert_in_range(lines[0].line, stext_line, stext_line + 3);
	assert_false(lines[0].inlined);
	/* No code of this program. */
	assert_int_equal(kdk_debuginfo_lines(debuginfo, (uintptr_t)_stext + (1ull << 40), lines), 0);
	destroy(&kernel);
}

static struct kdk_frame frame_at(const char *function, const char *pc, bool exact)
{
	return (struct kdk_frame){
		.function = function ? strdup(function) : NULL,
		.pc = (uintptr_t)pc,
		.sp = 0x1000,
		.exact = exact,
		.how = KDK_FRAME_ORC,
	};
}

static void frames_get_lines_and_inlined_calls(void **state)
{
	const struct kdk_debuginfo_options options = { .vmlinux = "/proc/self/exe" };
	struct kdk_backtrace trace = { .frames = calloc(4, sizeof(*trace.frames)), .count = 4 };
	struct kdk_debuginfo *debuginfo;
	struct kdk_kernel kernel;

	(void)state;
	assert_non_null(trace.frames);
	make(&kernel, &options, (uintptr_t)_stext, (uintptr_t)&init_uts_ns);
	assert_success(kdk_kernel_debuginfo(&kernel, &debuginfo));
	/* A call returns to behind the inlined one, an exception came in behind it. */
	trace.frames[0] = frame_at("holder", inlined_end, false);
	trace.frames[1] = frame_at("holder", inlined_end, true);
	trace.frames[1].exception = true;
	trace.frames[2] = frame_at("holder", inlined_code, true);
	trace.frames[2].module = "a_module";
	trace.frames[3] = frame_at(NULL, inlined_code, true);
	assert_success(kdk_backtrace_add_lines(&trace, debuginfo));

	assert_int_equal(trace.count, 5);
	assert_true(trace.frames[0].inlined);
	assert_string_equal(trace.frames[0].function, "inlined");
	assert_non_null(strstr(trace.frames[0].file, "test_debuginfo.c"));
	assert_in_range(trace.frames[0].line, inlined_line - 1, inlined_line + 3);
	assert_true(trace.frames[0].pc == trace.frames[1].pc && trace.frames[0].sp == 0x1000);
	assert_false(trace.frames[1].inlined);
	assert_string_equal(trace.frames[1].function, "holder");
	assert_int_equal(trace.frames[1].line, holder_line);
	assert_false(trace.frames[2].inlined);
	assert_int_equal(trace.frames[2].line, holder_line + 1);
	assert_true(!trace.frames[3].file && !trace.frames[4].file);

	assert_null(kdk_backtrace_exception(&trace, 0));
	assert_ptr_equal(kdk_backtrace_exception(&trace, 2), &trace.frames[2]);
	trace.frames[1].exception = true;
	assert_ptr_equal(kdk_backtrace_exception(&trace, 0), &trace.frames[1]);
	assert_null(kdk_backtrace_exception(&trace, 1));
	assert_int_equal(kdk_backtrace_end(&trace, 0, 2), 3);
	assert_int_equal(kdk_backtrace_end(&trace, 1, 9), 5);
	kdk_backtrace_deinit(&trace);
	destroy(&kernel);
}

static void another_kernels_vmlinux_is_refused(void **state)
{
	const struct kdk_debuginfo_options options = { .vmlinux = "/proc/self/exe" };
	struct kdk_debuginfo *debuginfo;
	struct kdk_kernel kernel;

	(void)state;
	make(&kernel, &options, (uintptr_t)_stext, (uintptr_t)&init_uts_ns + 4096);
	for (int i = 0; i < 2; i++)
		assert_failure(kdk_kernel_debuginfo(&kernel, &debuginfo), KDK_ERROR_FORMAT,
			       "/proc/self/exe: it belongs to another kernel than the dump");
	destroy(&kernel);
	/* The kernel moves by whole pages. */
	make(&kernel, &options, (uintptr_t)_stext + 8, (uintptr_t)&init_uts_ns + 8);
	assert_failure(kdk_kernel_debuginfo(&kernel, &debuginfo), KDK_ERROR_FORMAT,
		       "/proc/self/exe: it cannot be told to be the dump's kernel");
	destroy(&kernel);
}

static void nothing_is_searched_where_debuginfo_is_not_wanted(void **state)
{
	const struct kdk_debuginfo_options options = { .none = true };
	struct kdk_debuginfo *debuginfo;
	struct kdk_kernel kernel;

	(void)state;
	make(&kernel, &options, (uintptr_t)_stext, (uintptr_t)&init_uts_ns);
	assert_failure(kdk_kernel_debuginfo(&kernel, &debuginfo), KDK_ERROR_ABSENT,
		       "debuginfo is not wanted");
	destroy(&kernel);
}

static void a_file_that_is_missing_is_named(void **state)
{
	const struct kdk_debuginfo_options options = { .vmlinux = "/nonexistent/vmlinux" };
	struct kdk_debuginfo *debuginfo;
	struct kdk_kernel kernel;

	(void)state;
	make(&kernel, &options, (uintptr_t)_stext, (uintptr_t)&init_uts_ns);
	assert_failure(kdk_kernel_debuginfo(&kernel, &debuginfo), KDK_ERROR_SYSTEM,
		       "opening /nonexistent/vmlinux: No such file or directory");
	destroy(&kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_its_function_and_line),
		cmocka_unit_test(frames_get_lines_and_inlined_calls),
		cmocka_unit_test(another_kernels_vmlinux_is_refused),
		cmocka_unit_test(nothing_is_searched_where_debuginfo_is_not_wanted),
		cmocka_unit_test(a_file_that_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
