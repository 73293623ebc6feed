/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A diagnosis as one web page that needs nothing else: no scripts, no other files. */
#ifndef KDK_REPORT_HTML_H
#define KDK_REPORT_HTML_H

#include <stdio.h>

#include "vmcore/inspect/diagnosis.h"

/* Whatever the dump holds, none of it becomes markup. Errors stay in the stream:
 * ferror(). */
void kdk_report_html(const struct kdk_diagnosis *diagnosis, FILE *out);

/* Text for the inside of an element or an attribute; what is not safe to show as \xNN. */
void kdk_html_text(FILE *out, const char *text);

#endif
