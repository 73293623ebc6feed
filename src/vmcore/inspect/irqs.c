/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/irqs.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "vmcore/inspect/irqs_named.h"
#include "vmcore/inspect/shape.h"
#include "vmcore/kernel/percpu.h"
#include "vmcore/kernel/trees.h"

#define IRQS_MAX (1u << 20)
#define ACTIONS_MAX 256 /* that share one interrupt */
#define NAME_MAX_BYTES 64

/* kernel/irq/settings.h, include/linux/irq.h */
#define IRQ_HIDDEN (1u << 20)
#define IRQD_LEVEL (1u << 13)

enum { NUMBER, HARDWARE, CHIP, STATE, SETTINGS, COUNTERS, ACTION, FLOW, DESC_MEMBERS };

static const char *const desc_paths[DESC_MEMBERS] = {
	[NUMBER] = "irq_desc.irq_data.irq",
	[HARDWARE] = "irq_desc.irq_data.hwirq",
	[CHIP] = "irq_desc.irq_data.chip",
	[STATE] = "irq_desc.irq_common_data.state_use_accessors",
	[SETTINGS] = "irq_desc.status_use_accessors",
	[COUNTERS] = "irq_desc.kstat_irqs",
	[ACTION] = "irq_desc.action",
	[FLOW] = "irq_desc.name",
};

struct reader {
	struct kdk_kernel *kernel;
	struct kdk_percpu percpu;
	struct kdk_shape desc;
	uint64_t chained; /* &chained_action; 0 when not known */
	struct kdk_irqs *irqs;
	size_t capacity;
};

static struct kdk_error *grow(struct reader *reader, struct kdk_irq **ret)
{
	struct kdk_irqs *irqs = reader->irqs;

	if (irqs->count == reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 32;
		struct kdk_irq *grown =
			reallocarray(irqs->irqs, capacity, sizeof(*grown));

		if (!grown)
			return &kdk_enomem;
		irqs->irqs = grown;
		reader->capacity = capacity;
	}
	*ret = &irqs->irqs[irqs->count];
	**ret = (struct kdk_irq){ .number = -1 };
	(*ret)->counts = calloc(irqs->cpu_count ? irqs->cpu_count : 1, sizeof(uint64_t));
	if (!(*ret)->counts)
		return &kdk_enomem;
	irqs->count++;
	return NULL;
}

/* The last one, which is not to be shown. */
static void drop(struct kdk_irqs *irqs)
{
	struct kdk_irq *irq = &irqs->irqs[--irqs->count];

	free(irq->counts);
	free(irq->chip);
	free(irq->flow);
	free(irq->actions);
}

static bool any(const struct reader *reader, const struct kdk_irq *irq)
{
	for (size_t i = 0; i < reader->irqs->cpu_count; i++)
		if (irq->counts[i])
			return true;
	return false;
}

/* Names of those who asked for the interrupt, as /proc/interrupts joins them. */
static struct kdk_error *read_actions(struct reader *reader, uint64_t first, char **ret)
{
	_cleanup_(kdk_buffer_deinit) struct kdk_buffer text = { 0 };
	struct kdk_list_walk walk = { 0 };
	uint64_t action;
	struct kdk_error *err;

	err = kdk_chain_begin(&walk, reader->kernel, first, "irqaction.next");
	while (!err && walk.count < ACTIONS_MAX && kdk_list_next(&walk, &action)) {
		char name[NAME_MAX_BYTES] = "";

		kdk_error_destroy(kdk_object_string(
			reader->kernel, action, "irqaction.name", name, sizeof(name)));
		if (walk.count > 1)
			kdk_buffer_puts(&text, ", ");
		kdk_buffer_puts(&text, name);
	}
	if (walk.note)
		kdk_remarks_add(&reader->irqs->remarks, "%s", walk.note);
	kdk_list_end(&walk);
	return err ? err : kdk_buffer_take(&text, ret);
}

static void read_counts(struct reader *reader, struct kdk_irq *irq, uint64_t pointer)
{
	for (size_t i = 0; i < reader->irqs->cpu_count; i++) {
		uint64_t address;
		uint32_t count;

		if (kdk_percpu_pointer(reader->kernel, &reader->percpu, pointer,
				       reader->irqs->cpus[i], &address) &&
		    kdk_u32_at(reader->kernel, address, &count))
			irq->counts[i] = count;
		else
			kdk_remarks_add(&reader->irqs->remarks,
					"counts of interrupt %s are not in the dump",
					irq->label);
	}
}

static struct kdk_error *fill(struct reader *reader, struct kdk_irq *irq,
			      const uint64_t *desc)
{
	char chip[NAME_MAX_BYTES] = "", flow[NAME_MAX_BYTES] = "";

	if (desc[CHIP])
		kdk_error_destroy(kdk_object_string(reader->kernel, desc[CHIP],
						    "irq_chip.name", chip, sizeof(chip)));
	kdk_string_at(reader->kernel, desc[FLOW], flow, sizeof(flow));
	irq->hardware = desc[HARDWARE];
	irq->level = desc[STATE] & IRQD_LEVEL;
	irq->chip = strdup(chip);
	irq->flow = strdup(flow);
	if (!irq->chip || !irq->flow)
		return &kdk_enomem;
	return read_actions(reader, desc[ACTION] == reader->chained ? 0 : desc[ACTION],
			    &irq->actions);
}

static struct kdk_error *add(struct reader *reader, uint64_t address)
{
	uint64_t desc[DESC_MEMBERS];
	struct kdk_irq *irq;
	struct kdk_error *err;

	err = kdk_shape_read(reader->kernel, &reader->desc, address, desc);
	if (err) {
		kdk_remarks_add_error(&reader->irqs->remarks, err, "irq_desc %#jx",
				      (uintmax_t)address);
		return NULL;
	}
	if (desc[SETTINGS] & IRQ_HIDDEN)
		return NULL;
	err = grow(reader, &irq);
	if (err)
		return err;
	irq->number = (uint32_t)desc[NUMBER];
	irq->address = address;
	snprintf(irq->label, sizeof(irq->label), "%u", (uint32_t)desc[NUMBER]);
	if (desc[COUNTERS])
		read_counts(reader, irq, desc[COUNTERS]);
	/* Without a handler only those that have happened are shown. */
	if ((!desc[ACTION] || desc[ACTION] == reader->chained) && !any(reader, irq)) {
		drop(reader->irqs);
		return NULL;
	}
	return fill(reader, irq, desc);
}

/* sparse_irqs is a maple tree since 6.5; irq_desc_tree is a radix tree before. */
static struct kdk_error *walk_numbered(struct reader *reader)
{
	struct kdk_tree_walk walk = { 0 };
	uint64_t root, desc;
	struct kdk_error *err = kdk_symbol_address(reader->kernel, "sparse_irqs", &root);

	if (!err) {
		err = kdk_maple_begin(&walk, reader->kernel, root);
	} else {
		kdk_error_destroy(err);
		err = kdk_symbol_address(reader->kernel, "irq_desc_tree", &root);
		if (!err)
			err = kdk_xarray_begin(&walk, reader->kernel, root);
	}
	while (!err && walk.count < IRQS_MAX && kdk_tree_next(&walk, &desc))
		err = add(reader, desc);
	if (walk.note)
		kdk_remarks_add(&reader->irqs->remarks, "%s", walk.note);
	kdk_tree_end(&walk);
	return err;
}

static bool named_counts(struct reader *reader, const struct kdk_irq_name *name,
			 struct kdk_irq *irq)
{
	const char *symbol = name->symbol ? name->symbol : "irq_stat";
	uint64_t offset = 0, base;
	uint32_t count;

	if (name->path) {
		struct kdk_error *err =
			kdk_kernel_offset(reader->kernel, name->path, &offset);

		kdk_error_destroy(err);
		if (err)
			return false;
	}
	for (size_t i = 0; i < reader->irqs->cpu_count; i++) {
		if (!kdk_percpu_address(reader->kernel, &reader->percpu, symbol,
					reader->irqs->cpus[i], &base))
			return false;
		if (kdk_u32_at(reader->kernel, base + offset, &count))
			irq->counts[i] = count;
	}
	return true;
}

static struct kdk_error *walk_named(struct reader *reader)
{
	struct kdk_irq *irq;

	for (const struct kdk_irq_name *name = kdk_irq_names; name->label; name++) {
		struct kdk_error *err = grow(reader, &irq);

		if (err)
			return err;
		if (!named_counts(reader, name, irq) ||
		    (name->if_any && !any(reader, irq))) {
			drop(reader->irqs);
			continue;
		}
		snprintf(irq->label, sizeof(irq->label), "%s", name->label);
		irq->chip = strdup("");
		irq->flow = strdup("");
		irq->actions = strdup(name->text);
		if (!irq->chip || !irq->flow || !irq->actions)
			return &kdk_enomem;
	}
	return NULL;
}

static struct kdk_error *read_all(struct reader *reader)
{
	struct kdk_irqs *irqs = reader->irqs;
	struct kdk_error *err;

	irqs->cpus = calloc(reader->percpu.count ? reader->percpu.count : 1,
			    sizeof(*irqs->cpus));
	if (!irqs->cpus)
		return &kdk_enomem;
	for (size_t cpu = 0; cpu < reader->percpu.count; cpu++)
		if (reader->percpu.cpus[cpu].present)
			irqs->cpus[irqs->cpu_count++] = cpu;
	err = kdk_shape_make(reader->kernel, desc_paths, DESC_MEMBERS, CHIP,
			     &reader->desc);
	if (!err)
		err = walk_numbered(reader);
	if (!err)
		err = walk_named(reader);
	irqs->errors_known =
		kdk_symbol_value(reader->kernel, "irq_err_count", 4, &irqs->errors);
	irqs->missed_known =
		kdk_symbol_value(reader->kernel, "irq_mis_count", 4, &irqs->missed);
	return err;
}

struct kdk_error *kdk_irqs_read(struct kdk_kernel *kernel, struct kdk_irqs *ret)
{
	struct kdk_irqs irqs = { 0 };
	struct reader reader = { .kernel = kernel, .irqs = &irqs };
	struct kdk_error *err = kdk_kernel_need_memory(kernel);

	if (!err)
		err = kdk_percpu_read(kernel, &reader.percpu);
	if (err)
		return kdk_error_wrap(err, "reading interrupts");
	kdk_error_destroy(kdk_symbol_address(kernel, "chained_action", &reader.chained));
	err = read_all(&reader);
	kdk_percpu_deinit(&reader.percpu);
	if (err)
		kdk_irqs_deinit(&irqs);
	else
		*ret = irqs;
	return kdk_error_wrap(err, "reading interrupts");
}

void kdk_irqs_deinit(struct kdk_irqs *irqs)
{
	while (irqs->count)
		drop(irqs);
	free(irqs->irqs);
	free(irqs->cpus);
	kdk_remarks_deinit(&irqs->remarks);
	*irqs = (struct kdk_irqs){ 0 };
}
