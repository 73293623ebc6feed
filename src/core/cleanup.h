/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scope-bound release: `_cleanup_(kdk_thing_destroyp) struct kdk_thing *t = NULL;` */
#ifndef KDK_CLEANUP_H
#define KDK_CLEANUP_H

#include <stdlib.h>

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_free_ _cleanup_(kdk_freep)

static inline void kdk_freep(void *pointer)
{
	free(*(void **)pointer);
}

/* Defines kdk_thing_destroyp() for use with _cleanup_(). */
#define KDK_DEFINE_CLEANUP(type, destroy)			\
	static inline void destroy##p(type *pointer)		\
	{							\
		if (*pointer)					\
			destroy(*pointer);			\
	}

/* Hands the pointer on, so the scope no longer releases it. */
#define kdk_take(pointer)					\
	__extension__({						\
		__typeof__(pointer) taken_ = (pointer);		\
		(pointer) = NULL;				\
		taken_;						\
	})

#define KDK_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
