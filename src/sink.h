/* Where rendered frames go: dither, measure and file, on a thread beside the one that renders. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_SINK_H
#define SRC_SINK_H

#include "src/audiofile.h"

#include <stdbool.h>

struct loudness;
struct sink;

/* Stereo. bits_to_dither: 16 or 24, with TPDF from the first frame on that is not on a step already, so that what is
 * only copied stays as it is; 0: none. NULL: a reason that does not name the file. */
struct sink *sink_open(const char *path, uint32_t rate, enum audiofile_bits, uint32_t bits_to_dither, struct reason *);

/* Takes a copy of n interleaved frames; waits while the other thread is far behind. False once writing has failed. */
bool sink_put(struct sink *, const float *frames, size_t n);

/* Ends the thread and closes the file; the status is that of the first write or of the close that failed. */
enum status sink_end(struct sink *, struct reason *);

/* After sink_end(): what was written, measured, and how many samples were clipped at full scale. */
struct loudness *sink_loudness(struct sink *);
uint64_t sink_clipped(const struct sink *);

/* After sink_end(). NULL is allowed. */
void sink_free(struct sink *);

#endif
