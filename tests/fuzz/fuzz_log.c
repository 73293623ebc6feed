/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the memory of a kernel with a log. Byte 0 chooses the format, the word
 * size, the byte order and whether callers are known; bytes 1 and 2 pages that are
 * missing; bytes 3 to 5 a number of vmcoreinfo to be wrong. The rest is the memory, in
 * the layout of fake_log_describe(); tests/generators/log_seeds.c writes such inputs.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/generators/fake_kernel.h"
#include "vmcore/inspect/log_print.h"

#define CONTROL_BYTES FAKE_LOG_CONTROL
#define MAX_MEMORY (128u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One number of vmcoreinfo that is not as it should be. */
static void spoil(struct fake_kernel *fake, const uint8_t *data)
{
	static const char *const keys[] = {
		"OFFSET(printk_ringbuffer.desc_ring)",
		"OFFSET(printk_ringbuffer.text_data_ring)",
		"SIZE(printk_ringbuffer)",
		"SIZE(prb_desc_ring)",
		"OFFSET(prb_desc_ring.count_bits)",
		"OFFSET(prb_desc_ring.descs)",
		"OFFSET(prb_desc_ring.infos)",
		"OFFSET(prb_desc_ring.head_id)",
		"OFFSET(prb_desc_ring.tail_id)",
		"SIZE(prb_desc)",
		"OFFSET(prb_desc.state_var)",
		"OFFSET(prb_desc.text_blk_lpos)",
		"OFFSET(prb_data_blk_lpos.begin)",
		"OFFSET(prb_data_blk_lpos.next)",
		"SIZE(printk_info)",
		"OFFSET(printk_info.seq)",
		"OFFSET(printk_info.ts_nsec)",
		"OFFSET(printk_info.text_len)",
		"OFFSET(printk_info.caller_id)",
		"OFFSET(printk_info.dev_info)",
		"OFFSET(dev_printk_info.subsystem)",
		"LENGTH(printk_info_subsystem)",
		"OFFSET(dev_printk_info.device)",
		"LENGTH(printk_info_device)",
		"SIZE(prb_data_ring)",
		"OFFSET(prb_data_ring.size_bits)",
		"OFFSET(prb_data_ring.data)",
		"OFFSET(atomic_long_t.counter)",
		"SIZE(printk_log)",
		"OFFSET(printk_log.ts_nsec)",
		"OFFSET(printk_log.len)",
		"OFFSET(printk_log.text_len)",
		"OFFSET(printk_log.dict_len)",
		"OFFSET(printk_log.caller_id)",
	};

	if (data[0])
		fake_info(fake, "%s=%u", keys[data[0] % KDK_ARRAY_SIZE(keys)],
			  data[1] | data[2] << 8);
}

/* Aborts when a byte got out that a terminal may act on. */
static void check_output(const char *text, size_t size, bool json)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = text[i];

		if (byte == '\n' || (byte == '\t' && !json))
			continue;
		if (byte < ' ' || byte == 0x7f)
			abort();
	}
	if (size && json && text[size - 1] != '\n')
		abort();
}

static void print_all(const struct kdk_log *log)
{
	static const enum kdk_log_style styles[] = {
		KDK_LOG_VMCORE_DMESG, KDK_LOG_KERNEL, KDK_LOG_MAKEDUMPFILE, KDK_LOG_CRASH,
		KDK_LOG_JSON,
	};

	for (size_t i = 0; i < KDK_ARRAY_SIZE(styles); i++) {
		struct kdk_log_print options = {
			.style = styles[i],
			.caller = log->count % 3,
			.facility = log->count & 1,
			.human_time = log->has_time && log->count & 2,
			.boot_time_known = true,
			.boot_time = INT64_C(1700000000000000000),
		};
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		if (!out)
			abort();
		kdk_error_destroy(kdk_log_print(log, &options, out));
		fclose(out);
		check_output(text, size, styles[i] == KDK_LOG_JSON);
		free(text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake_kernel *fake;
	struct kdk_log *log = NULL;
	struct kdk_error *err;
	size_t length;

	if (size < CONTROL_BYTES || size > MAX_MEMORY)
		return 0;
	length = size - CONTROL_BYTES;
	fake = fake_kernel_create(FAKE_PAGE + FAKE_LOG_DESCRIBED + length,
				  data[0] & 4 ? 4 : 8, data[0] & 8,
				  data[0] & 16 ? EM_X86_64 : EM_S390);
	fake_log_describe(fake, data[0] % 4, data[0] & 32);
	spoil(fake, data + 3);
	memcpy(fake->image + FAKE_PAGE, data + CONTROL_BYTES, length);
	for (int i = 1; i < 3; i++)
		if (data[i])
			fake_page(fake, data[i] * (size_t)FAKE_PAGE % fake->size,
				  data[i] & 1 ? KDK_PAGE_LOST : KDK_PAGE_ZERO);
	fake_kernel_ready(fake);
	err = kdk_log_read(&fake->kernel, &log);
	if (!err)
		print_all(log);
	else if (log)
		abort();
	for (size_t i = 0; log && i < log->note_count; i++)
		check_output(log->notes[i], strlen(log->notes[i]), false);
	kdk_error_destroy(err);
	kdk_log_destroy(log);
	fake_kernel_destroy(fake);
	return 0;
}
