/* OSC messages as a script or a person reads them: words or JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_ANSWER_H
#define SRC_ANSWER_H

#include "osc/wire/message.h"

enum answer_style {
	ANSWER_VALUES,  /* the values, with spaces between */
	ANSWER_ADDRESS, /* the address before them */
	ANSWER_JSON,    /* {"address": "/x", "values": [1, true, "text"]}; names and values in turn become members */
};

/* One line on stdout. Numbers are the shortest that read back the same; switches are on or off; text from the network
 * cannot steer the terminal. */
void answer_print(const struct message *, enum answer_style);

#endif
