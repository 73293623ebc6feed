/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fact.h"
#include "core/i18n.h"
#include "vmcore/inspect/irqs.h"

static const struct kdk_option options[] = {
	{ 's', "sum", NULL, N_("one column for all CPUs") }, KDK_CLI_FACT_OPTIONS
};

/* As many CPUs as a terminal has room for get a column each. */
#define CPU_COLUMNS 8

static uint64_t sum(const struct kdk_irqs *irqs, const struct kdk_irq *irq)
{
	uint64_t total = 0;

	for (size_t i = 0; i < irqs->cpu_count; i++)
		total += irq->counts[i];
	return total;
}

static void add_row(struct kdk_table *table, const struct kdk_irqs *irqs,
		    const struct kdk_irq *irq, size_t cpus)
{
	size_t column = 0;

	kdk_table_row(table);
	kdk_table_set(table, column++, "%s", irq->label);
	for (size_t i = 0; i < cpus; i++)
		kdk_table_set(table, column++, "%ju", (uintmax_t)irq->counts[i]);
	if (!cpus)
		kdk_table_set(table, column++, "%ju", (uintmax_t)sum(irqs, irq));
	kdk_table_set(table, column++, "%s", irq->chip);
	if (irq->number >= 0)
		kdk_table_set(table, column, "%ju%s%s", (uintmax_t)irq->hardware,
			      *irq->flow ? "-" : "", irq->flow);
	kdk_table_set(table, column + 1, "%s", irq->actions);
}

static struct kdk_error *print_text(struct kdk_cli *cli, const struct kdk_irqs *irqs,
				    bool summed)
{
	size_t cpus = summed || irqs->cpu_count > CPU_COLUMNS ? 0 : irqs->cpu_count,
	       count = 0;
	struct kdk_column columns[CPU_COLUMNS + 5] = { { _("IRQ"), true } };
	_cleanup_(kdk_table_destroyp) struct kdk_table *table = NULL;
	char names[CPU_COLUMNS][24];
	struct kdk_error *err;

	for (size_t i = 0; i < cpus; i++) {
		snprintf(names[i], sizeof(names[i]), "CPU%zu", irqs->cpus[i]);
		columns[++count] = (struct kdk_column){ names[i], true };
	}
	if (!cpus)
		columns[++count] = (struct kdk_column){ _("ALL CPUS"), true };
	columns[++count] = (struct kdk_column){ _("CHIP"), false };
	columns[++count] = (struct kdk_column){ _("NUMBER"), false };
	columns[++count] = (struct kdk_column){ _("WHAT"), false };
	err = kdk_table_create(columns, count + 1, &table);
	if (err)
		return err;
	for (size_t i = 0; i < irqs->count; i++)
		add_row(table, irqs, &irqs->irqs[i], cpus);
	err = kdk_table_print(table, cli->out);
	if (!err && irqs->errors_known)
		fprintf(cli->out, _("APIC errors: %ju, missed: %ju\n"),
			(uintmax_t)irqs->errors,
			(uintmax_t)(irqs->missed_known ? irqs->missed : 0));
	if (!err)
		kdk_cli_remarks(cli, &irqs->remarks);
	return err;
}

static void json_irq(struct kdk_json *json, const struct kdk_irqs *irqs,
		     const struct kdk_irq *irq)
{
	kdk_json_object_begin(json, NULL);
	kdk_json_string(json, "irq", irq->label);
	kdk_json_array_begin(json, "counts");
	for (size_t i = 0; i < irqs->cpu_count; i++)
		kdk_json_unsigned(json, NULL, irq->counts[i]);
	kdk_json_array_end(json);
	kdk_json_unsigned(json, "total", sum(irqs, irq));
	kdk_json_string(json, "actions", *irq->actions ? irq->actions : NULL);
	if (irq->number >= 0) {
		kdk_json_string(json, "chip", *irq->chip ? irq->chip : NULL);
		kdk_json_unsigned(json, "hardware_number", irq->hardware);
		kdk_json_string(json, "flow", *irq->flow ? irq->flow : NULL);
		kdk_json_bool(json, "level", irq->level);
		kdk_json_address(json, "address", irq->address);
	}
	kdk_json_object_end(json);
}

static void print_json(struct kdk_cli *cli, const struct kdk_irqs *irqs)
{
	struct kdk_json json;

	kdk_json_open(&json, cli->out);
	kdk_json_array_begin(&json, "cpus");
	for (size_t i = 0; i < irqs->cpu_count; i++)
		kdk_json_unsigned(&json, NULL, irqs->cpus[i]);
	kdk_json_array_end(&json);
	kdk_json_array_begin(&json, "irqs");
	for (size_t i = 0; i < irqs->count; i++)
		json_irq(&json, irqs, &irqs->irqs[i]);
	kdk_json_array_end(&json);
	if (irqs->errors_known)
		kdk_json_unsigned(&json, "errors", irqs->errors);
	if (irqs->missed_known)
		kdk_json_unsigned(&json, "missed", irqs->missed);
	kdk_cli_remarks_json(&json, &irqs->remarks);
	kdk_json_close(&json);
}

static struct kdk_error *run(struct kdk_cli *cli, int argc, char **argv)
{
	_cleanup_(kdk_cli_fact_deinit) struct kdk_cli_fact fact;
	struct kdk_error *err = kdk_cli_fact_open(cli, options, argc, argv, &fact);
	struct kdk_irqs irqs = { 0 };

	if (!err)
		err = kdk_cli_fact_arguments(&fact, 0);
	if (!err)
		err = kdk_irqs_read(fact.kernel, &irqs);
	if (!err && cli->json)
		print_json(cli, &irqs);
	else if (!err)
		err = print_text(cli, &irqs, fact.given['s']);
	kdk_irqs_deinit(&irqs);
	return err;
}

const struct kdk_command kdk_command_irq = {
	.name = "irq",
	.summary = N_("interrupts: counts by CPU, chips, handlers"),
	.arguments = "DUMP",
	.options = options,
	.example = "kdumpkit irq vmcore\n"
		   "kdumpkit irq --sum vmcore",
	.run = run,
};
