/* OSC address <-> slot, parameter and form of its value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_ADDRESS_H
#define OSC_ADDRESS_H

#include "osc/wire/packet.h"
#include "rack/model/rack.h"

/* In which form a parameter is spoken of: by what comes behind its address. */
enum form { FORM_VALUE, FORM_NORM, FORM_TEXT, FORM_INFO, N_FORMS };

/* "", "/norm", "/str", "/info". */
const char *form_suffix(enum form);

/* Takes a suffix off the end of an address or pattern and says which it was. */
enum form form_split(char *address);

enum { ADDRESS_SIZE = PACKET_ADDRESS_MAX + 1 };

struct address_row {
	uint32_t slot; /* or RACK_ITSELF */
	uint32_t param;
	enum form form;
};

/* "/rack/eq/band4/gain/norm", "/rack/eq/band4.gain", "/bypass/match". False: no such slot or parameter; *missing (may
 * be NULL) tells which. */
bool address_find_row(const struct rack *, const char *address, struct address_row *, const char **missing);

/* The address of a parameter without a form. */
void address_of_row(const struct rack *, uint32_t slot, uint32_t param, char address[ADDRESS_SIZE]);

/* Part number index ("/chain/insert": 0 is "chain") of an address; false when there is none or it is longer than size
 * - 1. */
bool address_part(const char *address, int index, char *part, size_t size);

#endif
