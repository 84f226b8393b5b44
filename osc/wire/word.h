/* Words as people write them, on a command line or in an event file, as arguments of a message. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_WORD_H
#define OSC_WORD_H

#include "osc/wire/message.h"

struct word {
	const char *text;
	bool quoted; /* text in any case */
};

/* Adds the words as the arguments of that address. arguments: what it takes, as its row of the map has it
 * (osc/server/route.h), "" where that is not known. A name stays text ("/scene/store 2"); on and off become switches
 * where a switch is wanted and stay text for a parameter, which reads both ("/rack/dither/bits off"); several words for
 * a parameter are one text ("/rack/trim/gain 3 dB"). */
void words_add(lo_message, const char *address, const char *arguments, const struct word *, int n);

#endif
