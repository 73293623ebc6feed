/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "arch/x86_64/orc.h"
#include "core/bytes.h"

static void put(uint8_t *entry, int sp_offset, int bp_offset, unsigned int bits)
{
	kdk_put_u16(entry, sp_offset, false);
	kdk_put_u16(entry + 2, bp_offset, false);
	kdk_put_u16(entry + 4, bits, false);
}

static struct kdk_orc decode(enum kdk_orc_version version, unsigned int bits)
{
	uint8_t entry[KDK_ORC_BYTES];
	struct kdk_orc orc;

	put(entry, -16, 24, bits);
	assert_true(kdk_orc_decode(entry, version, &orc));
	assert_int_equal(orc.sp_offset, -16);
	assert_int_equal(orc.bp_offset, 24);
	return orc;
}

static bool refuses(enum kdk_orc_version version, unsigned int bits)
{
	uint8_t entry[KDK_ORC_BYTES];
	struct kdk_orc orc;

	put(entry, 8, 0, bits);
	return !kdk_orc_decode(entry, version, &orc);
}

/* Fields by arch/x86/include/asm/orc_types.h of 4.14, 6.3, 6.4 and 7.1 */
static void test_fields(void **state)
{
	struct kdk_orc orc;

	(void)state;
	orc = decode(KDK_ORC_4_14, 0x015);	/* sp, bp from prev_sp, call */
	assert_int_equal(orc.sp, KDK_ORC_SP);
	assert_int_equal(orc.bp, KDK_ORC_PREV_SP);
	assert_int_equal(orc.type, KDK_ORC_CALL);
	assert_false(orc.signal);
	orc = decode(KDK_ORC_4_14, 0x105);	/* regs: the next pc is exact */
	assert_int_equal(orc.type, KDK_ORC_REGS);
	assert_true(orc.signal);
	assert_int_equal(decode(KDK_ORC_4_14, 0x205).type, KDK_ORC_REGS_PARTIAL);
	assert_int_equal(decode(KDK_ORC_4_14, 0x400).type, KDK_ORC_END);
	assert_int_equal(decode(KDK_ORC_4_14, 0).type, KDK_ORC_NONE);

	orc = decode(KDK_ORC_6_3, 0x505);
	assert_int_equal(orc.type, KDK_ORC_REGS);
	assert_true(orc.signal);
	assert_int_equal(decode(KDK_ORC_6_3, 0x800).type, KDK_ORC_END);
	assert_int_equal(decode(KDK_ORC_6_3, 0x400).type, KDK_ORC_NONE);

	assert_int_equal(decode(KDK_ORC_6_4, 0x205).type, KDK_ORC_CALL);
	assert_int_equal(decode(KDK_ORC_6_4, 0x100).type, KDK_ORC_END);
	assert_int_equal(decode(KDK_ORC_6_4, 0).type, KDK_ORC_NONE);
	orc = decode(KDK_ORC_6_4, 0xb45);
	assert_int_equal(orc.type, KDK_ORC_REGS);
	assert_int_equal(orc.bp, KDK_ORC_BP);
	assert_true(orc.signal);
	assert_int_equal(decode(KDK_ORC_6_4, 0x209).sp, KDK_ORC_SP_INDIRECT);

	assert_int_equal(decode(KDK_ORC_7_1, 0x203).sp, KDK_ORC_SP);
	assert_int_equal(decode(KDK_ORC_7_1, 0x284).sp, KDK_ORC_BP);
	assert_int_equal(decode(KDK_ORC_7_1, 0x284).bp, KDK_ORC_PREV_SP);
	assert_int_equal(decode(KDK_ORC_7_1, 0x209).sp, KDK_ORC_SP_INDIRECT);
	assert_int_equal(decode(KDK_ORC_7_1, 0x206).sp, KDK_ORC_R10);
}

static void test_refused(void **state)
{
	(void)state;
	assert_true(refuses(KDK_ORC_4_14, 0x305));	/* a type too many */
	assert_true(refuses(KDK_ORC_4_14, 0x805));	/* a bit behind the last field */
	assert_true(refuses(KDK_ORC_6_3, 0x1005));
	assert_true(refuses(KDK_ORC_6_4, 0x505));
	assert_true(refuses(KDK_ORC_6_4, 0x1205));
	assert_true(refuses(KDK_ORC_6_4, 0x20b));	/* no such register */
	assert_true(refuses(KDK_ORC_6_4, 0x255));	/* bp is never found by sp */
	assert_true(refuses(KDK_ORC_7_1, 0x20b));
	assert_true(refuses(KDK_ORC_UNKNOWN, 0x205));
}

/* What a table mostly has, and in between an exception's entry and a stack's end */
static enum kdk_orc_version guess(unsigned int common, unsigned int regs, unsigned int end)
{
	uint8_t entries[100 * KDK_ORC_BYTES];

	for (unsigned int i = 0; i < 100; i++)
		put(entries + i * KDK_ORC_BYTES, 8 * (1 + i % 5), 0,
		    i % 20 == 3 ? regs : i % 20 == 7 ? end : common);
	return kdk_orc_version_by_entries(entries, 100);
}

static void test_version(void **state)
{
	static const uint8_t unknown[20] = { 1 };
	uint8_t noise[60];

	(void)state;
	assert_int_equal(guess(0x005, 0x105, 0x400), KDK_ORC_4_14);
	assert_int_equal(guess(0x005, 0x505, 0x800), KDK_ORC_6_3);
	assert_int_equal(guess(0x205, 0xb05, 0x100), KDK_ORC_6_4);
	assert_int_equal(guess(0x203, 0xb03, 0x100), KDK_ORC_7_1);
	assert_int_equal(kdk_orc_version_by_hash(unknown), KDK_ORC_UNKNOWN);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = 0xff - i;
	assert_int_equal(kdk_orc_version_by_entries(noise, 10), KDK_ORC_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
