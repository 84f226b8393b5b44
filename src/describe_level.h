/* The rows of levels and meters in words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_DESCRIBE_LEVEL_H
#define SRC_DESCRIBE_LEVEL_H

#include "rack/meters/analysers.h"

/* "-60 .. 0 dBFS, left and right, since the last reset". */
void describe_level(const struct level *, char *text, size_t size);

/* "in, out": where an analyser measures. */
void describe_taps(const struct analyser *, char *text, size_t size);

#endif
