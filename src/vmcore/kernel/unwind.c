/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/kernel/unwind.h"

#include <stdlib.h>
#include <string.h>

#include "vmcore/kernel/object.h"
#include "vmcore/kernel/symbols.h"
#include "vmcore/kernel/types.h"
#include "vmcore/kernel/unwind_modules.h"

/* Many tasks sleep in the same places: functions that were looked up are kept. */
#define CACHE_SLOTS 256

struct cached {
	uint64_t pc;
	bool filled, found;
	struct kdk_symbol symbol;
};

struct kdk_unwinder {
	struct kdk_kernel *kernel;
	const struct kdk_percpu *percpu;
	struct kdk_symbols *symbols;	/* the kernel's; NULL: none */
	struct kdk_types *types;
	struct kdk_unwind unwind;
	bool text_known;
	uint64_t text_begin, text_end;	/* of the kernel's own code */
	bool modules_read;
	struct kdk_unwind_modules modules;
	struct cached cache[CACHE_SLOTS];
};

static const struct kdk_unwind_modules *modules_of(struct kdk_unwinder *unwinder)
{
	if (!unwinder->modules_read) {
		kdk_error_destroy(kdk_unwind_modules_read(unwinder->kernel, &unwinder->modules));
		unwinder->modules_read = true;
	}
	return &unwinder->modules;
}

static bool is_code(char type)
{
	return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

/* What cannot be code at all is most of what a stack holds. */
static bool may_be_code(struct kdk_unwinder *unwinder, uint64_t pc)
{
	if (!unwinder->text_known || (pc >= unwinder->text_begin && pc < unwinder->text_end))
		return true;
	return pc >> 40 && kdk_unwind_modules_at(modules_of(unwinder), pc);
}

static const struct kdk_symbol *look_up(struct kdk_unwinder *unwinder, uint64_t pc)
{
	struct cached *slot = &unwinder->cache[(pc ^ pc >> 8) % CACHE_SLOTS];

	if (!unwinder->symbols || !may_be_code(unwinder, pc))
		return NULL;
	if (!slot->filled || slot->pc != pc) {
		slot->found = kdk_symbols_at(unwinder->symbols, pc, &slot->symbol) &&
			      is_code(slot->symbol.type);
		slot->pc = pc;
		slot->filled = true;
	}
	return slot->found ? &slot->symbol : NULL;
}

static bool on_read(void *context, uint64_t address, void *buffer, size_t length)
{
	struct kdk_unwinder *unwinder = context;
	struct kdk_error *err = kdk_memory_read(unwinder->kernel->memory, KDK_VIRTUAL, address,
						buffer, length);

	kdk_error_destroy(err);
	return !err;
}

static bool on_symbol(void *context, const char *name, uint64_t *ret)
{
	struct kdk_unwinder *unwinder = context;

	return unwinder->symbols && kdk_symbols_find(unwinder->symbols, name, ret);
}

static bool on_per_cpu(void *context, const char *symbol, size_t cpu, uint64_t *ret)
{
	struct kdk_unwinder *unwinder = context;

	return unwinder->percpu &&
	       kdk_percpu_address(unwinder->kernel, unwinder->percpu, symbol, cpu, ret);
}

static bool on_field(void *context, const char *path, uint64_t *ret_offset, uint64_t *ret_size)
{
	struct kdk_unwinder *unwinder = context;
	struct kdk_field field;
	struct kdk_error *err;

	if (!unwinder->types)
		return false;
	err = kdk_types_field(unwinder->types, path, &field);
	kdk_error_destroy(err);
	if (err)
		return false;
	*ret_offset = field.offset;
	*ret_size = field.size;
	return true;
}

static uint64_t on_size(void *context, const char *type)
{
	struct kdk_unwinder *unwinder = context;

	return unwinder->types ? kdk_types_sizeof(unwinder->types, type) : 0;
}

static bool on_number(void *context, const char *key, uint64_t *ret)
{
	struct kdk_unwinder *unwinder = context;

	return unwinder->kernel->info &&
	       kdk_vmcoreinfo_number(unwinder->kernel->info, key, ret);
}

static bool on_function(void *context, uint64_t pc, struct kdk_unwind_function *ret)
{
	const struct kdk_symbol *symbol = look_up(context, pc);
	size_t length;

	if (!symbol)
		return false;
	length = strnlen(symbol->name, sizeof(ret->name) - 1);
	memcpy(ret->name, symbol->name, length);
	ret->name[length] = '\0';
	ret->start = symbol->address;
	return true;
}

static bool on_module_table(void *context, uint64_t pc, struct kdk_unwind_table *ret)
{
	const struct kdk_unwind_module *module =
		kdk_unwind_modules_at(modules_of(context), pc);

	if (!module || !module->orc.count)
		return false;
	*ret = module->orc;
	return true;
}

static struct kdk_error *start(struct kdk_unwinder *unwinder)
{
	struct kdk_kernel *kernel = unwinder->kernel;
	struct kdk_unwind_reader reader = {
		.context = unwinder,
		.big_endian = kernel->arch->big_endian,
		.word_bytes = kernel->arch->word_bytes,
		.page_size = kernel->page_size,
		.cpus = unwinder->percpu ? unwinder->percpu->count : 0,
		.read = on_read,
		.symbol = on_symbol,
		.per_cpu = on_per_cpu,
		.field = on_field,
		.size = on_size,
		.number = on_number,
		.function = on_function,
		.module_table = on_module_table,
	};

	return kdk_unwind_init(&unwinder->unwind, kernel->arch->unwind, &reader);
}

struct kdk_error *kdk_unwinder_create(struct kdk_kernel *kernel, const struct kdk_percpu *percpu,
				      struct kdk_unwinder **ret)
{
	_cleanup_(kdk_unwinder_destroyp) struct kdk_unwinder *unwinder = NULL;
	struct kdk_error *err;

	if (!kernel->arch || !kernel->memory || !kernel->arch->unwind)
		return kdk_error_new(KDK_ERROR_UNSUPPORTED, "stacks of %s cannot be walked",
				     kernel->arch ? kernel->arch->name : "this architecture");
	unwinder = calloc(1, sizeof(*unwinder));
	if (!unwinder)
		return &kdk_enomem;
	unwinder->kernel = kernel;
	unwinder->percpu = percpu;
	err = kdk_kernel_symbols(kernel, &unwinder->symbols);
	if (err)
		return kdk_error_wrap(err, "walking stacks");
	/* Frame records and back chains can be followed without types. */
	kdk_error_destroy(kdk_kernel_types(kernel, &unwinder->types));
	unwinder->text_known =
		kdk_symbols_find(unwinder->symbols, "_stext", &unwinder->text_begin) &&
		(kdk_symbols_find(unwinder->symbols, "_einittext", &unwinder->text_end) ||
		 kdk_symbols_find(unwinder->symbols, "_etext", &unwinder->text_end)) &&
		unwinder->text_end > unwinder->text_begin;
	err = start(unwinder);
	if (err)
		return err;
	*ret = kdk_take(unwinder);
	return NULL;
}

void kdk_unwinder_destroy(struct kdk_unwinder *unwinder)
{
	if (!unwinder)
		return;
	kdk_unwind_deinit(&unwinder->unwind);
	kdk_unwind_modules_deinit(&unwinder->modules);
	free(unwinder);
}

uint64_t kdk_unwinder_stack_size(const struct kdk_unwinder *unwinder)
{
	return unwinder->unwind.thread_size;
}

static struct kdk_error *fill_frame(struct kdk_unwinder *unwinder,
				    const struct kdk_unwind_cursor *cursor,
				    struct kdk_frame *frame)
{
	const struct kdk_arch_unwind *ops = unwinder->unwind.ops;
	uint64_t pc = cursor->registers.value[ops->pc];
	/* A return address may be the first of the function behind one that never returns. */
	const struct kdk_symbol *symbol = look_up(unwinder, cursor->exact ? pc : pc - 1);

	*frame = (struct kdk_frame){
		.pc = pc,
		.sp = cursor->registers.value[ops->sp],
		.exact = cursor->exact,
		.stack = cursor->stack.kind,
		.stack_cpu = cursor->stack.cpu,
		.how = cursor->how,
		.recovered = cursor->recovered,
		.exception = cursor->exception,
		.user = cursor->user,
	};
	if (cursor->exception || cursor->how == KDK_FRAME_REGISTERS)
		frame->registers = cursor->registers;
	if (cursor->user || !symbol)
		return NULL;
	frame->function = strdup(symbol->name);
	if (!frame->function)
		return &kdk_enomem;
	frame->offset = pc - symbol->address;
	frame->size = symbol->size;
	frame->module = symbol->module;
	return NULL;
}

/* A frame that an exception interrupted is named by the function it came in by. */
static void name_exception(struct kdk_unwinder *unwinder, struct kdk_backtrace *trace)
{
	const struct kdk_arch_unwind *ops = unwinder->unwind.ops;
	struct kdk_frame *frame = &trace->frames[trace->count - 1];
	const char *entry;

	if (!frame->exception || trace->count < 2 || !ops->exception_name)
		return;
	entry = trace->frames[trace->count - 2].function;
	if (entry)
		frame->exception_name = ops->exception_name(entry);
}

static struct kdk_error *add_frame(struct kdk_unwinder *unwinder,
				   const struct kdk_unwind_cursor *cursor, size_t *capacity,
				   struct kdk_backtrace *trace)
{
	struct kdk_error *err;

	if (trace->count == *capacity) {
		size_t grown_to = *capacity ? *capacity * 2 : 16;
		struct kdk_frame *grown = realloc(trace->frames, grown_to * sizeof(*grown));

		if (!grown)
			return &kdk_enomem;
		trace->frames = grown;
		*capacity = grown_to;
	}
	err = fill_frame(unwinder, cursor, &trace->frames[trace->count]);
	if (err)
		return err;
	trace->count++;
	name_exception(unwinder, trace);
	return NULL;
}

static bool is_one_of(const char *function, const char *const *names)
{
	for (; function && *names; names++)
		if (!strncmp(function, *names, strlen(*names)))
			return true;
	return false;
}

/*
 * Soft interrupts run on the interrupt stack: told by what led there. So is the interrupt
 * stack itself where the dump does not say where it is.
 */
static void label_stacks(struct kdk_backtrace *trace)
{
	static const char *const switches[] = { "call_on_irq_stack", "call_on_stack", NULL };
	static const char *const softirqs[] = {
		"do_softirq", "__irq_exit_rcu", "irq_exit", "__local_bh_enable_ip", "__do_softirq",
		"invoke_softirq", NULL,
	};

	for (size_t end = 1; end < trace->count; end++) {
		enum kdk_stack_kind kind = trace->frames[end - 1].stack;
		size_t first = end, leader = end;

		if (trace->frames[end].stack == kind ||
		    (kind != KDK_STACK_IRQ && kind != KDK_STACK_UNKNOWN))
			continue;
		if (is_one_of(trace->frames[end].function, switches)) {
			leader += end + 1 < trace->count;
			kind = KDK_STACK_IRQ;
		}
		if (kind == KDK_STACK_IRQ && is_one_of(trace->frames[leader].function, softirqs))
			kind = KDK_STACK_SOFTIRQ;
		while (first && trace->frames[first - 1].stack == trace->frames[end - 1].stack)
			first--;
		for (; first < end; first++)
			trace->frames[first].stack = kind;
	}
}

/* A soft interrupt may also run where a hard one has just ended, on the same stack. */
static void label_softirqs(struct kdk_backtrace *trace)
{
	static const char *const runs[] = { "handle_softirqs", "__do_softirq", NULL };

	for (size_t i = 0; i < trace->count; i++) {
		if (trace->frames[i].stack != KDK_STACK_IRQ ||
		    !is_one_of(trace->frames[i].function, runs))
			continue;
		/* What came in by an exception is a hard interrupt again. */
		for (size_t j = i + 1; j-- && trace->frames[j].stack == KDK_STACK_IRQ;) {
			trace->frames[j].stack = KDK_STACK_SOFTIRQ;
			if (trace->frames[j].exception)
				break;
		}
	}
}

static struct kdk_error *set_note(struct kdk_backtrace *trace, const char *text)
{
	trace->complete = false;
	free(trace->note);
	trace->note = strdup(text);
	return trace->note ? NULL : &kdk_enomem;
}

static struct kdk_error *walk(struct kdk_unwinder *unwinder, struct kdk_unwind_cursor *cursor,
			      struct kdk_backtrace *trace)
{
	enum kdk_unwind_step step;
	size_t capacity = 0;
	bool guessed = false;
	struct kdk_error *err;

	do {
		if (trace->count == KDK_UNWIND_FRAMES_MAX)
			return set_note(trace, "there are more frames than any stack has");
		err = add_frame(unwinder, cursor, &capacity, trace);
		if (err)
			return err;
		step = kdk_unwind_next(&unwinder->unwind, cursor);
		guessed |= step == KDK_UNWIND_NEXT && cursor->how == KDK_FRAME_GUESS;
	} while (step == KDK_UNWIND_NEXT);
	label_stacks(trace);
	label_softirqs(trace);
	trace->complete = step == KDK_UNWIND_END && !guessed;
	if (step == KDK_UNWIND_LOST)
		return set_note(trace, cursor->lost);
	return guessed ? set_note(trace, "frames marked \"?\" are guesses") : NULL;
}

static struct kdk_error *finish(struct kdk_unwinder *unwinder, struct kdk_unwind_cursor *cursor,
				struct kdk_backtrace *ret)
{
	struct kdk_backtrace trace = { 0 };
	struct kdk_error *err = walk(unwinder, cursor, &trace);

	if (err) {
		kdk_backtrace_deinit(&trace);
		return err;
	}
	*ret = trace;
	return NULL;
}

struct kdk_error *kdk_unwinder_registers(struct kdk_unwinder *unwinder,
					 const struct kdk_registers *registers,
					 const struct kdk_task *task, struct kdk_backtrace *ret)
{
	struct kdk_unwind_cursor cursor = {
		.task = task ? task->address : 0,
		.task_stack = task ? task->stack : 0,
	};

	kdk_unwind_begin(&unwinder->unwind, &cursor, registers);
	return finish(unwinder, &cursor, ret);
}

struct kdk_error *kdk_unwinder_task(struct kdk_unwinder *unwinder, const struct kdk_task *task,
				    struct kdk_backtrace *ret)
{
	struct kdk_unwind_cursor cursor = {
		.task = task->address,
		.task_stack = task->stack,
	};
	struct kdk_backtrace trace = { 0 };
	struct kdk_error *err;

	/* A task that is gone has no stack any more. */
	if (task->stack && unwinder->unwind.ops->sleeping(&unwinder->unwind, &cursor))
		return finish(unwinder, &cursor, ret);
	err = set_note(&trace, task->stack ?
		       "where the task left off is not known: its saved stack pointer is not readable or is not in its stack" :
		       "the task has no stack any more");
	if (err)
		return err;
	*ret = trace;
	return NULL;
}
