/* OSC messages applied to a rack without a wire: what render does with event files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_DIRECT_H
#define OSC_DIRECT_H

#include "rack/control/control.h"

#include <lo/lo.h>

struct direct;

struct direct *direct_new(struct control *); /* NULL: no memory */
void direct_free(struct direct *);

/* One message, through the same router as those from the network; answers are dropped. UNKNOWN or BAD_VALUE with the
 * words that a sender would get by /error. Control thread. */
enum status direct_apply(struct direct *, const char *address, lo_message body, struct reason *);

#endif
