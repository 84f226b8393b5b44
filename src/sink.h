/* Where rendered frames go: dither, measure and file, on a thread beside the one that renders. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_SINK_H
#define SRC_SINK_H

#include "src/audiofile.h"
#include "src/measurement.h"
#include "src/offline.h"

struct sink;

/* Stereo. bits_to_dither: 16 or 24, with TPDF from the first frame on that is not on a step already, so that what is
 * only copied stays as it is; 0: none. NULL: a reason that does not name the file. */
struct sink *sink_open(const char *path, const struct audiowriter_settings *, uint32_t bits_to_dither, struct reason *);

/* Tags that OUT has no place for, "" where there are none (audiowriter_lost). */
const char *sink_lost(const struct sink *);

/* Takes a copy; waits while the other thread is far behind, and fails once writing has failed. */
struct offline_sink sink_of(struct sink *);

/* Ends the thread; the status is that of the first write that failed. Measures what was written. */
enum status sink_end(struct sink *, struct measurement *, struct reason *);

/* After sink_end(): samples that were clipped at full scale. */
uint64_t sink_clipped(const struct sink *);

/* After sink_end(), which was well: the file takes its place, with the measured loudness in it (audiowriter_finish). */
enum status sink_keep(struct sink *, const struct measurement *, struct reason *);

/* Ends the thread if it runs; a file that was not kept is gone. NULL is allowed. */
void sink_free(struct sink *);

#endif
