/* Freeing what the audio thread gave back on the return ring. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_RETIRED_H
#define RACK_RETIRED_H

#include "rack/audio/change.h"

/* Control thread. */
void retired_free(const struct retired *);

#endif
