/* OSC messages applied to a rack without a wire: what render does with event files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_DIRECT_H
#define OSC_DIRECT_H

#include "osc/wire/word.h"
#include "rack/control/control.h"

struct direct;

struct direct *direct_new(struct control *); /* NULL: no memory */
void direct_free(struct direct *);

/* One message of n words (osc/wire/word.h), each as the address wants it, through the same router as those from the
 * network; answers are dropped. What would change a person's own files is refused. UNKNOWN or BAD_VALUE with the words
 * that a sender would get by /error. OK: the reason says what a value beyond its range was clamped to, else it is
 * empty. Control thread. */
enum status direct_apply_words(struct direct *, const char *address, const struct word *words, int n, struct reason *);

#endif
