/* The terminal's bytes as keys: control sequences are read to their end, and dropped whole where they are no key. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include "tui/events.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The grammar is that of ECMA-48 (5th edition, 5.3, 5.4, 5.6 and 8.3) in its 7-bit and 8-bit forms, with what terminals
 * send beside it: xterm's mouse reports, the parameters of its SS3 keys, bracketed paste, the Linux console's F1 to F5,
 * and Alt as an Escape in front of a key. */
struct input;

enum {
	INPUT_ESCAPE_MS = 25,  /* after so long a lone Escape is the key */
	INPUT_SILENCE_MS = 500 /* after so long a sequence without an end is dropped */
};

/* utf8: characters beyond ASCII are taken in that encoding, else dropped. NULL: no memory. */
struct input *input_new(bool utf8);
void input_free(struct input *);

/* A sequence that is a key (one byte, or an Escape or 8-bit control and more); an earlier meaning stays. */
void input_add(struct input *, const char *sequence, int code);

/* Takes bytes that were read at this time; then the time alone, which ends what has been silent too long. */
void input_take(struct input *, const char *bytes, size_t n, int64_t now_ms);
void input_tick(struct input *, int64_t now_ms);

/* When the time matters next, in ms from now; -1: it does not. */
int input_wait_ms(const struct input *, int64_t now_ms);

/* The oldest event that has not been fetched; false: none. */
bool input_next(struct input *, struct event *);

#endif
