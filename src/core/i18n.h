/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Translation of what people read: whole sentences, never pieces of them. */
#ifndef KDK_I18N_H
#define KDK_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text)	/* translated where it is used */

#endif
