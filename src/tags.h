/* What a sound file carries beside the sound: texts, cues, the broadcast chunk. Read from one file, written to another.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_TAGS_H
#define SRC_TAGS_H

#include <sndfile.h>
#include <stdbool.h>

struct measurement;
struct tags;

/* NULL: there are none, or no memory. */
struct tags *tags_read(SNDFILE *);
void tags_free(struct tags *); /* NULL is allowed */

/* Cues and the time reference count frames: where the rate changes they do too. */
void tags_rescale(struct tags *, double ratio);

/* The loudness fields of the broadcast chunk (EBU Tech 3285, version 2): hundredths, 0x7FFF where undefined. True:
 * there is such a chunk. */
bool tags_set_loudness(struct tags *, const struct measurement *);

/* Before the first frame is written; the broadcast chunk again before the file is closed. True: taken, or there is
 * nothing to take. */
bool tags_write_texts(const struct tags *, SNDFILE *);
bool tags_write_cues(const struct tags *, SNDFILE *);
bool tags_write_broadcast(const struct tags *, SNDFILE *);

#endif
