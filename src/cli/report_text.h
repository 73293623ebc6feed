/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A diagnosis for a terminal of 80 columns. */
#ifndef KDK_CLI_REPORT_TEXT_H
#define KDK_CLI_REPORT_TEXT_H

#include <stdio.h>

#include "vmcore/inspect/diagnosis.h"

void kdk_cli_report_text(FILE *out, const struct kdk_diagnosis *diagnosis);

#endif
