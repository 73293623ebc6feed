/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_seeds DIR: writes sound inputs for fuzz_log into DIR. */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "fake_kernel.h"

static const struct fake_record samples[] = {
	{ .ts_nsec = 1, .text = "Linux version", .level = 5 },
	{ .ts_nsec = 1234567890,
	  .text = "one\ntwo\tthree\x1b[31m\xc3\xb6\xff",
	  .level = 3,
	  .facility = 3,
	  .caller = 0x80000001,
	  .subsystem = "pci",
	  .device = "+pci:0000:00:01.0" },
	{ .ts_nsec = 2000000000,
	  .text = "goes on",
	  .level = 6,
	  .flags = 10,
	  .caller = 77 },
	{ .ts_nsec = 3000000000, .block = FAKE_EMPTY_LINE },
	{ .ts_nsec = 4000000000, .block = FAKE_FAILED },
	{ .ts_nsec = 5000000000, .text = "a longer text, so that the buffer soon wraps" },
	{ .ts_nsec = 6000000000, .text = "last", .state = FAKE_COMMITTED },
};

static size_t real_log(struct fake_kernel *fake, unsigned int kind, bool caller,
		       int turns)
{
	struct fake_records records;
	struct fake_ring ring;

	if (kind == 0)
		return fake_plain(fake, 64,
				  "<5>Linux version\n<6>[    0.000000] one\x1b\n<c>two"
				  "<30>this is behind the end of the buffer\n<7>last") +
		       64;
	fake_records_init(&records, fake, kind == 1 ? 256 : 8, "printk_log", caller);
	fake_ring_init(&ring, fake, kind == 2 ? 3 : 0, kind == 2 ? 8 : 0);
	for (size_t i = 0; i < KDK_ARRAY_SIZE(samples) * turns; i++) {
		const struct fake_record *sample = &samples[i % KDK_ARRAY_SIZE(samples)];

		if (kind == 1)
			fake_records_add(&records, sample);
		else
			fake_ring_add(&ring, sample);
	}
	if (kind == 1)
		fake_records_finish(&records);
	else
		fake_ring_finish(&ring);
	return kind == 1 ? records.variables : ring.pointer;
}

static bool write_seed(const char *folder, unsigned int kind, unsigned int flags,
		       int turns)
{
	struct fake_kernel *fake =
		fake_kernel_create(64u << 10, flags & 4 ? 4 : 8, flags & 8, EM_NONE);
	const uint8_t control[FAKE_LOG_CONTROL] = { kind | flags };
	size_t described = fake_log_describe(fake, kind, flags & 32), real;
	char path[4096];
	FILE *file;
	bool good;

	fake->used = FAKE_PAGE + FAKE_LOG_DESCRIBED;
	real = real_log(fake, kind, flags & 32, turns);
	memcpy(fake->image + described, fake->image + real, kind == 2 ? fake->word : 64);
	snprintf(path, sizeof(path), "%s/%s-%02x-%d", folder,
		 kind == 0 ? "plain" : kind == 1 ? "records" : "ring", flags, turns);
	file = fopen(path, "wb");
	good = file && fwrite(control, 1, sizeof(control), file) == sizeof(control) &&
	       fwrite(fake->image + FAKE_PAGE, 1, fake->used - FAKE_PAGE, file) ==
	       fake->used - FAKE_PAGE;
	if (file)
		good = !fclose(file) && good;
	if (!good)
		perror(path);
	fake_kernel_destroy(fake);
	return good;
}

int main(int argc, char **argv)
{
	bool good = argc == 2;

	for (unsigned int kind = 0; kind < 3; kind++)
		for (unsigned int machine = 0; machine < 4; machine++)
			for (int turns = 1; turns <= (kind ? 3 : 1); turns += 2)
				good = good &&
				       write_seed(argv[1], kind,
						  machine << 2 | (turns > 1 ? 48 : 0),
						  turns);
	return !good;
}
