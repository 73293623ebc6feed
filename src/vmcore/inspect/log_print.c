/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/log_print.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "core/json.h"
#include "core/text.h"

#define NSEC_PER_SEC INT64_C(1000000000)

/* What is gathered before it goes to the stream */
#define FLUSH_SIZE (1u << 15)

/* How a record's later lines begin */
enum later_lines {
	LATER_RAW,
	LATER_INDENTED,
	LATER_PREFIXED,
};

/* What is printed of a descriptor without data */
enum dataless {
	DATALESS_PREFIX,
	DATALESS_NEWLINE,
	DATALESS_NOTHING,
	DATALESS_UNLESS_LOST, /* the prefix for an empty line, nothing for a lost text */
};

struct printer {
	const struct kdk_log *log;
	const struct kdk_log_print *options;
	const struct style *style;
	FILE *out;
	struct kdk_buffer buffer;
	unsigned int text_flags;
	bool caller;
};

struct style {
	enum later_lines later;
	enum dataless dataless;
	bool plain_prefix;		/* shows the "<6>" of a plain log */
	bool caller_apart;		/* a space between time and caller */
	int caller_width;
	bool zone;			/* a time of day names its zone */
	void (*escape)(struct printer *printer, const uint8_t *text, size_t size);
};

/* Printable ASCII and tab go through; escape_byte says what becomes of the others. */
static void escape_each(struct printer *printer, const uint8_t *text, size_t size,
			void (*escape_byte)(struct printer *printer, uint8_t byte))
{
	size_t start = 0;

	for (size_t i = 0; i < size; i++) {
		if ((text[i] >= ' ' && text[i] < 0x7f) || text[i] == '\t')
			continue;
		kdk_buffer_add(&printer->buffer, text + start, i - start);
		escape_byte(printer, text[i]);
		start = i + 1;
	}
	kdk_buffer_add(&printer->buffer, text + start, size - start);
}

static void byte_hex(struct printer *printer, uint8_t byte)
{
	kdk_buffer_printf(&printer->buffer, "\\x%02x", byte);
}

static void byte_dot(struct printer *printer, uint8_t byte)
{
	(void)byte;
	kdk_buffer_add(&printer->buffer, ".", 1);
}

/* makedumpfile prints a plain char, whose sign is that of the dumped processor. */
static void byte_char(struct printer *printer, uint8_t byte)
{
	uint16_t machine = printer->log->elf_machine;
	bool is_signed = machine == EM_X86_64 || machine == EM_386;

	if (is_signed && byte & 0x80)
		kdk_buffer_printf(&printer->buffer, "\\xffffff%02x", byte);
	else
		byte_hex(printer, byte);
}

static void escape_hex(struct printer *printer, const uint8_t *text, size_t size)
{
	escape_each(printer, text, size, byte_hex);
}

static void escape_dot(struct printer *printer, const uint8_t *text, size_t size)
{
	escape_each(printer, text, size, byte_dot);
}

static void escape_char(struct printer *printer, const uint8_t *text, size_t size)
{
	escape_each(printer, text, size, byte_char);
}

static void escape_utf8(struct printer *printer, const uint8_t *text, size_t size)
{
	kdk_buffer_escape(&printer->buffer, text, size, printer->text_flags);
}

static const struct style styles[] = {
	[KDK_LOG_VMCORE_DMESG] = {
		.later = LATER_RAW,
		.dataless = DATALESS_PREFIX,
		.plain_prefix = true,
		.caller_apart = true,
		.caller_width = 8,
		.escape = escape_hex,
	},
	[KDK_LOG_KERNEL] = {
		.later = LATER_PREFIXED,
		.dataless = DATALESS_UNLESS_LOST,
		.caller_width = 6,
		.escape = escape_utf8,
	},
	[KDK_LOG_MAKEDUMPFILE] = {
		.later = LATER_INDENTED,
		.dataless = DATALESS_NOTHING,
		.plain_prefix = true,
		.caller_apart = true,
		.caller_width = 8,
		.escape = escape_char,
	},
	[KDK_LOG_CRASH] = {
		.later = LATER_INDENTED,
		.dataless = DATALESS_NEWLINE,
		.plain_prefix = true,
		.caller_apart = true,
		.caller_width = 8,
		.zone = true,
		.escape = escape_dot,
	},
};

/* Whether callers are shown when nobody has said so. */
static bool caller_by_default(const struct kdk_log *log, enum kdk_log_style style)
{
	/* A ring has callers also when the kernel was built not to show them. */
	if (style == KDK_LOG_KERNEL)
		return log->kind == KDK_LOG_RECORDS;
	return style == KDK_LOG_MAKEDUMPFILE;
}

/* False when no calendar has that time. */
static bool print_time_of_day(struct printer *printer, uint64_t ns)
{
	char text[64];
	int64_t wall;
	time_t seconds;
	struct tm tm;
	size_t length;

	if (ns > INT64_MAX ||
	    __builtin_add_overflow(printer->options->boot_time, (int64_t)ns, &wall))
		return false;
	seconds = wall / NSEC_PER_SEC - (wall % NSEC_PER_SEC < 0);
	if (!localtime_r(&seconds, &tm))
		return false;
	if (printer->style->zone)
		length = strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Z %Y", &tm);
	else
		length = strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &tm);
	if (!length)
		return false;
	kdk_buffer_printf(&printer->buffer, "[%s]", text);
	return true;
}

static void print_time(struct printer *printer, uint64_t ns)
{
	if (printer->options->human_time && print_time_of_day(printer, ns))
		return;
	kdk_buffer_printf(&printer->buffer, "[%5llu.%06llu]",
			  (unsigned long long)(ns / NSEC_PER_SEC),
			  (unsigned long long)(ns % NSEC_PER_SEC / 1000));
}

static void print_facility(struct printer *printer, const struct kdk_log_record *record)
{
	const char *name = kdk_log_facility_name(record->facility);
	char number[8];

	if (!name) {
		snprintf(number, sizeof(number), "%u", record->facility);
		name = number;
	}
	if (record->level == KDK_LOG_NO_LEVEL)
		name = "";
	kdk_buffer_printf(&printer->buffer, "%-6s:%-6s: ", name,
			  kdk_log_level_name(record->level));
}

static void print_prefix(struct printer *printer, const struct kdk_log_record *record)
{
	bool crash = printer->options->style == KDK_LOG_CRASH;
	char caller[KDK_LOG_CALLER_TEXT];

	if (printer->options->facility && !crash)
		print_facility(printer, record);
	if (printer->log->has_time) {
		print_time(printer, record->ts_nsec);
		if (printer->caller)
			kdk_buffer_printf(&printer->buffer, "%s[%*s]",
					  printer->style->caller_apart ? " " : "",
					  printer->style->caller_width,
					  kdk_log_caller_format(record->caller, caller));
		kdk_buffer_add(&printer->buffer, " ", 1);
		if (printer->options->facility && crash)
			kdk_buffer_printf(&printer->buffer, "<%x>", record->level);
	} else if (record->prefix_size && printer->style->plain_prefix) {
		kdk_buffer_add(&printer->buffer, record->text - record->prefix_size,
			       record->prefix_size);
	}
}

/* The text's lines; what stands in front of the first one begins at `start`. */
static void print_lines(struct printer *printer, const struct kdk_log_record *record,
			size_t start)
{
	const uint8_t *text = (const uint8_t *)record->text;
	size_t size = record->text_size;
	size_t prefix = printer->buffer.size - start;

	for (;;) {
		const uint8_t *newline = size ? memchr(text, '\n', size) : NULL;
		size_t length = newline ? (size_t)(newline - text) : size;

		printer->style->escape(printer, text, length);
		if (!newline)
			return;
		kdk_buffer_add(&printer->buffer, "\n", 1);
		if (printer->style->later == LATER_PREFIXED)
			print_prefix(printer, record);
		else if (printer->style->later == LATER_INDENTED)
			kdk_buffer_printf(&printer->buffer, "%*s", (int)prefix, "");
		text += length + 1;
		size -= length + 1;
	}
}

static void print_record(struct printer *printer, const struct kdk_log_record *record)
{
	enum dataless dataless = printer->style->dataless;
	size_t start = printer->buffer.size;

	if (!record->has_data) {
		if (dataless == DATALESS_NOTHING ||
		    (dataless == DATALESS_UNLESS_LOST && record->text_lost))
			return;
		if (dataless == DATALESS_NEWLINE) {
			kdk_buffer_add(&printer->buffer, "\n", 1);
			return;
		}
	}
	print_prefix(printer, record);
	print_lines(printer, record, start);
	/* The last line of a plain log may be one that the kernel had not ended. */
	if (printer->log->kind != KDK_LOG_PLAIN || !printer->style->plain_prefix ||
	    record->flags & KDK_LOG_FLAG_NEWLINE)
		kdk_buffer_add(&printer->buffer, "\n", 1);
}

static void print_json(struct printer *printer, const struct kdk_log_record *record)
{
	const struct kdk_log *log = printer->log;
	char caller[KDK_LOG_CALLER_TEXT];
	struct kdk_json json;

	kdk_json_init(&json, printer->out, true);
	kdk_json_object_begin(&json, NULL);
	kdk_json_unsigned(&json, "seq", record->seq);
	if (log->has_time)
		kdk_json_unsigned(&json, "ts_ns", record->ts_nsec);
	else
		kdk_json_null(&json, "ts_ns");
	if (record->level != KDK_LOG_NO_LEVEL) {
		kdk_json_unsigned(&json, "level", record->level);
		kdk_json_unsigned(&json, "facility", record->facility);
	} else {
		kdk_json_null(&json, "level");
		kdk_json_null(&json, "facility");
	}
	kdk_json_string(&json, "caller", record->caller == KDK_LOG_NO_CALLER ? NULL :
			kdk_log_caller_format(record->caller, caller));
	if (record->text_lost)
		kdk_json_null(&json, "text");
	else
		kdk_json_text(&json, "text", record->text, record->text_size);
	if (record->subsystem[0])
		kdk_json_string(&json, "subsystem", record->subsystem);
	if (record->device[0])
		kdk_json_string(&json, "device", record->device);
	kdk_json_object_end(&json);
	fputc('\n', printer->out);
}

static bool record_wanted(const struct kdk_log_print *options,
			  const struct kdk_log_record *record)
{
	if (!options->levels)
		return true;
	return record->level < 8 && options->levels & 1u << record->level;
}

static struct kdk_error *printer_flush(struct printer *printer)
{
	struct kdk_buffer *buffer = &printer->buffer;

	if (buffer->failed)
		return &kdk_enomem;
	if (buffer->size)
		fwrite(buffer->data, 1, buffer->size, printer->out);
	buffer->size = 0;
	if (ferror(printer->out))
		return kdk_error_system(errno, "writing the kernel log");
	return NULL;
}

static struct kdk_error *print_all(struct printer *printer)
{
	const struct kdk_log *log = printer->log;
	bool json = printer->options->style == KDK_LOG_JSON;
	struct kdk_error *err = NULL;

	for (size_t i = 0; i < log->count && !err; i++) {
		const struct kdk_log_record *record = &log->records[i];

		if (!record_wanted(printer->options, record))
			continue;
		if (json)
			print_json(printer, record);
		else
			print_record(printer, record);
		if (json || printer->buffer.size >= FLUSH_SIZE || printer->buffer.failed)
			err = printer_flush(printer);
	}
	return err ? err : printer_flush(printer);
}

struct kdk_error *kdk_log_print(const struct kdk_log *log,
				const struct kdk_log_print *options, FILE *out)
{
	struct printer printer = {
		.log = log,
		.options = options,
		.out = out,
		.text_flags = KDK_TEXT_KEEP_TAB | kdk_text_locale_flags(),
	};
	struct kdk_error *err;

	if (options->style != KDK_LOG_JSON) {
		printer.style = &styles[options->style];
		printer.caller = options->caller == KDK_LOG_CALLER_SHOW ||
				 (options->caller == KDK_LOG_CALLER_DEFAULT &&
				  caller_by_default(log, options->style));
		printer.caller = printer.caller && log->has_caller;
		if (options->human_time && !(log->has_time && options->boot_time_known))
			return kdk_error_new(KDK_ERROR_USAGE,
					     "times of day cannot be shown: the "
					     "dump does not say when the kernel started");
	}
	err = print_all(&printer);
	kdk_buffer_deinit(&printer.buffer);
	return err;
}
