/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmcore/inspect/crash_kind.h"

#include <ctype.h>
#include <string.h>

#include "core/cleanup.h"

#define PANIC "Kernel panic - not syncing"
#define NSEC_PER_SEC UINT64_C(1000000000)

/* An oops is printed and dumped within moments. */
#define END_SECONDS 10

/*
 * Lines that belong to a headline follow it, or stand before it, within so many records.
 */
#define NEAR 40

/* How much a line that opens a report says. */
enum weight {
	DIE,   /* only that something is fatal: "Oops: 0000 [#1]" */
	NAMED, /* what it is */
};

/* What panic() says; "" names the kind of everything else: ask the headline. */
static const struct {
	const char *words;
	enum kdk_crash_kind kind;
} panics[] = {
	{ "sysrq triggered crash", KDK_CRASH_SYSRQ },
	{ "softlockup: hung tasks", KDK_CRASH_SOFT_LOCKUP },
	{ "hard LOCKUP", KDK_CRASH_HARD_LOCKUP },
	{ "Hard LOCKUP", KDK_CRASH_HARD_LOCKUP },
	{ "hung_task: blocked tasks", KDK_CRASH_HUNG_TASK },
	{ "panic_on_oom", KDK_CRASH_OOM },
	{ "ut of memory", KDK_CRASH_OOM },
	{ "deadlocked on memory", KDK_CRASH_OOM },
	{ "achine check", KDK_CRASH_MCE },
	{ "Machine Check", KDK_CRASH_MCE },
	{ "entered broadcast exception handler", KDK_CRASH_MCE },
	{ "Asynchronous SError", KDK_CRASH_MCE },
	{ "memory error", KDK_CRASH_MCE },
	{ "ardware error", KDK_CRASH_MCE },
	{ "NMI", KDK_CRASH_NMI },
	{ "stack overflow", KDK_CRASH_STACK_OVERFLOW },
	{ "orrupted stack end", KDK_CRASH_STACK_OVERFLOW },
	{ "orrupt kernel stack", KDK_CRASH_STACK_OVERFLOW },
	{ "stack guard page", KDK_CRASH_STACK_OVERFLOW },
	{ "stack-protector", KDK_CRASH_BUG },
	{ "KASAN: panic_on_warn", KDK_CRASH_BUG },
	{ "KFENCE: panic_on_warn", KDK_CRASH_BUG },
	{ "panic_on_warn set", KDK_CRASH_WARN },
	{ "RCU Stall", KDK_CRASH_RCU_STALL },
};

/* How reports begin, after words that say who speaks (see skip_speaker). */
static const struct headline {
	const char *start;
	enum kdk_crash_kind kind;
	enum weight weight;
} headlines[] = {
	{ "BUG: kernel NULL pointer dereference", KDK_CRASH_NULL_POINTER, NAMED },
	{ "BUG: Kernel NULL pointer dereference", KDK_CRASH_NULL_POINTER, NAMED },
	{ "BUG: unable to handle kernel NULL pointer", KDK_CRASH_NULL_POINTER, NAMED },
	{ "Unable to handle kernel NULL pointer", KDK_CRASH_NULL_POINTER, NAMED },
	{ "BUG: unable to handle ", KDK_CRASH_OOPS, NAMED },
	{ "BUG: Unable to handle kernel ", KDK_CRASH_OOPS, NAMED },
	{ "Unable to handle kernel ", KDK_CRASH_OOPS, NAMED },
	{ "general protection fault", KDK_CRASH_GPF, NAMED },
	{ "kernel BUG at ", KDK_CRASH_BUG, NAMED },
	{ "BUG: KASAN: ", KDK_CRASH_BUG, NAMED },
	{ "BUG: KFENCE: ", KDK_CRASH_BUG, NAMED },
	{ "BUG: soft lockup", KDK_CRASH_SOFT_LOCKUP, NAMED },
	{ "Watchdog detected hard LOCKUP", KDK_CRASH_HARD_LOCKUP, NAMED },
	{ "CPU detected hard LOCKUP", KDK_CRASH_HARD_LOCKUP, NAMED },
	{ "task ", KDK_CRASH_HUNG_TASK, NAMED }, /* "INFO: task sh:4711 blocked for …" */
	{ "rcu_", KDK_CRASH_RCU_STALL, NAMED }, /* "INFO: rcu_sched detected stalls …" */
	{ "WARNING: ", KDK_CRASH_WARN, NAMED },
	{ "BUG: TASK stack guard page was hit", KDK_CRASH_STACK_OVERFLOW, NAMED },
	{ "BUG: IRQ stack guard page was hit", KDK_CRASH_STACK_OVERFLOW, NAMED },
	{ "BUG: stack guard page was hit", KDK_CRASH_STACK_OVERFLOW, NAMED },
	{ "BUG: kernel stack overflow", KDK_CRASH_STACK_OVERFLOW, NAMED },
	{ "kernel stack overflow", KDK_CRASH_STACK_OVERFLOW, NAMED },
	{ "Kernel stack overflow", KDK_CRASH_STACK_OVERFLOW, NAMED },
	{ "stack guard page: ", KDK_CRASH_STACK_OVERFLOW, DIE },
	{ "Insufficient stack space to handle "
	  "exception",
	  KDK_CRASH_STACK_OVERFLOW, NAMED },
	{ "[Hardware Error]: ", KDK_CRASH_MCE, NAMED },
	{ "sysrq: ", KDK_CRASH_SYSRQ, NAMED }, /* "sysrq: SysRq : Trigger a crash" */
	{ "Uhhuh. NMI received", KDK_CRASH_NMI, NAMED },
	{ "NMI received for unknown reason", KDK_CRASH_NMI, NAMED },
	{ "PCI system error (SERR)", KDK_CRASH_NMI, NAMED },
	{ "IOCK error", KDK_CRASH_NMI, NAMED },
	{ "Oops", KDK_CRASH_OOPS, DIE },
	{ "Internal error: Oops - BUG", KDK_CRASH_BUG, DIE },
	{ "Internal error: ", KDK_CRASH_OOPS, DIE },
	{ "double fault: ", KDK_CRASH_OOPS, DIE },
};

static const char *const speakers[] = {
	"watchdog: ", "NMI watchdog: ", "NMI: ",  "rcu: ",
	"INFO: ",     "mce: ",		"Oops: ", "{1}",
};

struct kdk_text_span kdk_crash_line(const struct kdk_log_record *record)
{
	struct kdk_text_span line = { record->text, record->text_size };
	const char *end = line.size ? memchr(line.text, '\n', line.size) : NULL;

	if (end)
		line.size = end - line.text;
	return line;
}

static bool starts(struct kdk_text_span line, const char *with)
{
	size_t size = strlen(with);

	return line.size >= size && !memcmp(line.text, with, size);
}

/* Where the words are in the line; NULL: nowhere. */
static const char *find(struct kdk_text_span line, const char *words)
{
	return line.size ? memmem(line.text, line.size, words, strlen(words)) : NULL;
}

static struct kdk_text_span after(struct kdk_text_span line, const char *at)
{
	return (struct kdk_text_span){ at, line.size - (at - line.text) };
}

/* What the kernel itself has said: programs speak with other facilities. */
static struct kdk_text_span said(const struct kdk_log *log, size_t index)
{
	const struct kdk_log_record *record = &log->records[index];

	if (log->kind != KDK_LOG_PLAIN && record->facility)
		return (struct kdk_text_span){ "", 0 };
	return kdk_crash_line(record);
}

/* "watchdog: BUG: …" says the same as "BUG: …". */
static struct kdk_text_span skip_speaker(struct kdk_text_span line)
{
	for (unsigned int round = 0; round < 3; round++)
		for (size_t i = 0; i < KDK_ARRAY_SIZE(speakers); i++)
			if (starts(line, speakers[i]))
				line = after(line, line.text + strlen(speakers[i]));
	return line;
}

static const struct headline *match(struct kdk_text_span line)
{
	static const struct headline die = { "", KDK_CRASH_OOPS, DIE };
	static const struct headline oom = { "", KDK_CRASH_OOM, NAMED };
	struct kdk_text_span rest = skip_speaker(line);

	for (size_t i = 0; i < KDK_ARRAY_SIZE(headlines); i++) {
		if (!starts(rest, headlines[i].start))
			continue;
		if (headlines[i].kind == KDK_CRASH_HUNG_TASK &&
		    !find(rest, " blocked for more than "))
			continue;
		if (headlines[i].kind == KDK_CRASH_SYSRQ && !find(rest, "rigger a crash"))
			continue;
		if (headlines[i].kind == KDK_CRASH_RCU_STALL && !find(rest, "stall"))
			continue;
		return &headlines[i];
	}
	if (find(line, " invoked oom-killer: "))
		return &oom;
	/* "divide error: 0000 [#1]", "Oops: 0000 [#1]": all that is fatal is counted. */
	return find(line, " [#") && find(line, "[#")[2] >= '1' ? &die : NULL;
}

static bool is_fatal(enum kdk_crash_kind kind)
{
	return kind == KDK_CRASH_NULL_POINTER || kind == KDK_CRASH_BUG ||
	       kind == KDK_CRASH_OOPS || kind == KDK_CRASH_GPF ||
	       kind == KDK_CRASH_STACK_OVERFLOW;
}

/*
 * Before `end`, the last one that fits: `wanted`, or anything fatal when that is UNKNOWN.
 */
static void find_headline(const struct kdk_log *log, size_t end,
			  enum kdk_crash_kind wanted, struct kdk_crash_log *ret)
{
	enum kdk_crash_kind kind = KDK_CRASH_UNKNOWN;
	size_t last = KDK_NO_RECORD;

	for (size_t i = end; i-- > 0;) {
		const struct headline *found;

		if (last != KDK_NO_RECORD && last - i > NEAR)
			break;
		found = match(said(log, i));
		if (!found || (wanted ? found->kind != wanted : !is_fatal(found->kind)))
			continue;
		if (last != KDK_NO_RECORD && found->weight == DIE)
			continue;
		last = ret->headline = i;
		kind = found->kind;
		if (found->weight == NAMED)
			break;
	}
	if (!wanted)
		ret->kind = kind;
}

static void find_panic(const struct kdk_log *log, struct kdk_crash_log *ret)
{
	struct kdk_text_span line;

	for (size_t i = log->count; i-- > 0 && ret->panic == KDK_NO_RECORD;)
		if (starts(said(log, i), PANIC))
			ret->panic = i;
	if (ret->panic == KDK_NO_RECORD)
		return;
	line = said(log, ret->panic);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(panics) && !ret->kind; i++)
		if (find(line, panics[i].words))
			ret->kind = panics[i].kind;
}

static bool parse_hex(struct kdk_text_span text, uint64_t *ret)
{
	uint64_t value = 0;
	size_t digits = 0;

	if (text.size > 2 && text.text[0] == '0' && text.text[1] == 'x')
		text = after(text, text.text + 2);
	while (digits < text.size && isxdigit((unsigned char)text.text[digits])) {
		char digit = text.text[digits];

		if (++digits > 16)
			return false;
		value = value << 4 | (uint64_t)(isdigit((unsigned char)digit)
							? digit - '0'
							: (digit | 0x20) - 'a' + 10);
	}
	*ret = value;
	return digits;
}

static bool parse_number(struct kdk_text_span text, int32_t *ret)
{
	int64_t value = 0;
	size_t digits = 0;

	while (digits < text.size && isdigit((unsigned char)text.text[digits]) &&
	       digits < 10)
		value = value * 10 + (text.text[digits++] - '0');
	if (!digits || value > INT32_MAX)
		return false;
	*ret = (int32_t)value;
	return true;
}

/* The number behind `words`; false when they are not in the line. */
static bool number_after(struct kdk_text_span line, const char *words, int32_t *ret)
{
	const char *at = find(line, words);

	return at && parse_number(after(line, at + strlen(words)), ret);
}

static void take_address(struct kdk_text_span line, struct kdk_crash_log *ret)
{
	static const char *const words[] = {
		"address: ",	"virtual address ",  "non-canonical address ",
		"for address ", "on read at ",	     "on write at ",
		" at ",		"Failing address: ",
	};

	/* Old kernels pad "(null)" with blanks. */
	if (find(line, "(null)")) {
		ret->address = 0;
		ret->address_known = true;
	}
	for (size_t i = 0; i < KDK_ARRAY_SIZE(words) && !ret->address_known; i++) {
		const char *at = find(line, words[i]);

		if (at)
			ret->address_known = parse_hex(after(line, at + strlen(words[i])),
						       &ret->address);
	}
}

static void take_access(struct kdk_text_span line, struct kdk_crash_log *ret)
{
	static const struct {
		const char *words;
		enum kdk_crash_access access;
	} table[] = {
		{ "#PF: supervisor read access", KDK_ACCESS_READ },
		{ "#PF: supervisor write access", KDK_ACCESS_WRITE },
		{ "#PF: supervisor instruction fetch", KDK_ACCESS_EXECUTE },
		{ "dereference on read at", KDK_ACCESS_READ },
		{ "dereference on write at", KDK_ACCESS_WRITE },
		{ "data access on read at", KDK_ACCESS_READ },
		{ "data access on write at", KDK_ACCESS_WRITE },
		{ "handle kernel instruction fetch", KDK_ACCESS_EXECUTE },
		{ "kernel execution of user memory", KDK_ACCESS_EXECUTE },
		{ ", WnR = 0", KDK_ACCESS_READ },
		{ ", WnR = 1", KDK_ACCESS_WRITE },
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(table) && !ret->access; i++)
		if (find(line, table[i].words))
			ret->access = table[i].access;
}

/* "Oops: 0002 [#1]": the page fault's error code on x86 */
static void take_error_code(const struct kdk_log *log, struct kdk_text_span line,
			    struct kdk_crash_log *ret)
{
	uint64_t code;

	if (ret->access || (log->elf_machine != 62 && log->elf_machine != 3) ||
	    !starts(line, "Oops: ") || !parse_hex(after(line, line.text + 6), &code))
		return;
	ret->access = code & 0x10 ? KDK_ACCESS_EXECUTE
		      : code & 2  ? KDK_ACCESS_WRITE
				  : KDK_ACCESS_READ;
}

static void take_blocked(struct kdk_text_span line, struct kdk_crash_log *ret)
{
	const char *end = find(line, " blocked for more than ");
	const char *at = end;

	/* "task NAME:PID": a name may hold colons. */
	while (at && at > line.text && at[-1] != ':')
		at--;
	if (at && at > line.text)
		parse_number((struct kdk_text_span){ at, end - at }, &ret->blocked_pid);
}

/* Letters behind "Tainted: ", with blanks for bits that are not set; lower case follows
 * in newer ones. */
static void take_taint(struct kdk_text_span line, struct kdk_crash_log *ret)
{
	static const char letters[] = "PFSRMBUDAWCIOELKXTNJ";
	const char *at = find(line, "Tainted: ");

	if (ret->taint_known || (!at && !find(line, "Not tainted")))
		return;
	ret->taint_known = true;
	for (at = at ? at + 9 : line.text + line.size;
	     at < line.text + line.size && (*at == ' ' || isupper((unsigned char)*at));
	     at++) {
		const char *letter = *at == ' ' ? NULL : strchr(letters, *at);

		if (letter)
			ret->taint |= UINT64_C(1) << (letter - letters);
	}
}

/* Where a trace says who it is of: "CPU: 1 PID: 470 Comm: sh …" */
static void take_caller(struct kdk_text_span line, struct kdk_crash_log *ret)
{
	int32_t cpu;

	if (starts(line, "CPU: "))
		take_taint(line, ret);
	if (ret->cpu >= 0 || !starts(line, "CPU: ") ||
	    !number_after(line, "PID: ", &ret->pid) || !number_after(line, "CPU: ", &cpu))
		return;
	ret->cpu = cpu;
}

static void add_evidence(struct kdk_crash_log *ret, size_t index)
{
	for (size_t i = 0; i < ret->evidence_count; i++)
		if (ret->evidence[i] == index)
			return;
	if (index != KDK_NO_RECORD && ret->evidence_count < KDK_CRASH_EVIDENCE)
		ret->evidence[ret->evidence_count++] = index;
}

/* Lines that say where the kernel was; user space's registers are no evidence. */
static bool is_place(struct kdk_text_span line)
{
	static const char *const words[] = {
		"RIP: 0010:", "EIP: ",	  "pc : ",     "epc : ",
		"NIP [",      "Krnl PSW", "PC is at ",
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(words); i++)
		if (starts(line, words[i]))
			return !starts(line, "EIP: 0073:");
	return false;
}

/* What follows a headline and belongs to it. */
static void read_report(const struct kdk_log *log, struct kdk_crash_log *ret)
{
	enum kdk_crash_kind kind = ret->kind;
	bool placed = false;
	size_t end;

	/* A BUG says what was wrong on the line before. */
	if (ret->headline == KDK_NO_RECORD)
		return;
	if (kind == KDK_CRASH_WARN && ret->headline &&
	    !starts(said(log, ret->headline - 1), "------------["))
		add_evidence(ret, ret->headline - 1);
	add_evidence(ret, ret->headline);
	end = log->count - ret->headline > NEAR ? ret->headline + NEAR : log->count;
	for (size_t i = ret->headline; i < end; i++) {
		struct kdk_text_span line = said(log, i);
		bool fatal = find(line, " [#");

		take_access(line, ret);
		take_error_code(log, line, ret);
		take_caller(line, ret);
		if (kind == KDK_CRASH_HARD_LOCKUP || kind == KDK_CRASH_SOFT_LOCKUP) {
			if (ret->stuck_cpu < 0)
				number_after(line,
					     kind == KDK_CRASH_HARD_LOCKUP ? "on cpu "
									   : "CPU#",
					     &ret->stuck_cpu);
		} else if (kind == KDK_CRASH_RCU_STALL && starts(line, "rcu: \t") &&
			   i <= ret->headline + 2) {
			if (ret->stuck_cpu < 0)
				parse_number(after(line, line.text + 6), &ret->stuck_cpu);
			add_evidence(ret, i);
		} else if (kind == KDK_CRASH_MCE && i <= ret->headline + 3 &&
			   match(line)) {
			add_evidence(ret, i);
		}
		if ((is_fatal(kind) && fatal) || (!placed && is_place(line))) {
			add_evidence(ret, i);
			placed |= !fatal;
		}
		/* The next report is another one's. */
		if (i > ret->headline && starts(line, "---[ end trace"))
			break;
	}
}

static void count_oopses(const struct kdk_log *log, struct kdk_crash_log *ret)
{
	for (size_t i = log->count; i-- > 0;) {
		struct kdk_text_span line = said(log, i);
		int32_t number;

		if (!number_after(line, " [#", &number) || number <= 0)
			continue;
		ret->oopses = number;
		return;
	}
}

/* Oopses whose addresses are in the first page are NULL pointers, whatever they are
 * called. */
static void refine(struct kdk_crash_log *ret)
{
	if (ret->kind == KDK_CRASH_OOPS && ret->address_known && ret->address < 4096)
		ret->kind = KDK_CRASH_NULL_POINTER;
	if (ret->kind == KDK_CRASH_NULL_POINTER && !ret->address_known) {
		ret->address = 0;
		ret->address_known = true;
	}
}

void kdk_crash_log_read(const struct kdk_log *log, struct kdk_crash_log *ret)
{
	size_t end;

	*ret = (struct kdk_crash_log){
		.panic = KDK_NO_RECORD,
		.headline = KDK_NO_RECORD,
		.cpu = -1,
		.stuck_cpu = -1,
		.pid = -1,
		.blocked_pid = -1,
	};
	find_panic(log, ret);
	end = ret->panic == KDK_NO_RECORD ? log->count : ret->panic;
	find_headline(log, end, ret->kind, ret);
	if (ret->headline != KDK_NO_RECORD) {
		if (is_fatal(ret->kind) && ret->kind != KDK_CRASH_STACK_OVERFLOW &&
		    ret->kind != KDK_CRASH_BUG)
			take_address(said(log, ret->headline), ret);
		if (ret->kind == KDK_CRASH_HUNG_TASK)
			take_blocked(said(log, ret->headline), ret);
		read_report(log, ret);
	}
	add_evidence(ret, ret->panic);
	for (size_t i = ret->panic; i < log->count && i - ret->panic < 4; i++)
		take_caller(said(log, i), ret);
	end = ret->panic != KDK_NO_RECORD ? ret->panic : ret->headline;
	if (end != KDK_NO_RECORD)
		ret->at_the_end =
			log->records[log->count - 1].ts_nsec - log->records[end].ts_nsec <
			END_SECONDS * NSEC_PER_SEC;
	count_oopses(log, ret);
	refine(ret);
}
