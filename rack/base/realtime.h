/* Marks functions that the audio thread may call; clang 20 or newer proves the mark (-Werror=function-effects). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_REALTIME_H
#define RACK_REALTIME_H

/* clang 19 takes the attribute and checks nothing, so the mark starts at 20. Written behind the parameter list, also in
 * function pointer types: `void (*process)(void *state) RT;` */
#if defined(__clang__) && __clang_major__ >= 20
#define RT __attribute__((nonblocking))
#else
#define RT
#endif

#endif
