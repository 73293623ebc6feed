/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One instruction at a time; what of capstone differs by processor stays in here. */
#ifndef KDK_DECODER_H
#define KDK_DECODER_H

#include "arch/arch.h"
#include "vmcore/inspect/disassembly.h"

struct kdk_decoder;

/* KDK_ERROR_UNSUPPORTED: built without capstone, or it does not know the processor. */
struct kdk_error *kdk_decoder_create(const struct kdk_arch *arch, bool intel,
				     struct kdk_decoder **ret);

/* NULL is fine. */
void kdk_decoder_destroy(struct kdk_decoder *decoder);

KDK_DEFINE_CLEANUP(struct kdk_decoder *, kdk_decoder_destroy)

/*
 * Fills all of `ret` but its symbol. At least one byte is there and is taken; those that
 * begin no instruction become one that is not known.
 */
void kdk_decoder_next(struct kdk_decoder *decoder, uint64_t address, const uint8_t *bytes,
		      size_t size, struct kdk_instruction *ret);

/* Bytes that every instruction's size is a multiple of. */
unsigned int kdk_decoder_step(const struct kdk_decoder *decoder);

#endif
