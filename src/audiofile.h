/* Audio files as interleaved float frames: reading anything that libsndfile knows, writing 16, 24 bits or float. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_AUDIOFILE_H
#define SRC_AUDIOFILE_H

#include "rack/base/status.h"

#include <stddef.h>
#include <stdint.h>

struct audiofile;

/* Integer files: 1.0 is one step above the highest, in reading as in writing, so that copies are exact. */
enum audiofile_bits { AUDIOFILE_16, AUDIOFILE_24, AUDIOFILE_32F };

struct audiofile_info {
	uint32_t rate, channels;
	uint64_t frames;
	enum audiofile_bits bits; /* the least that holds what is in the file */
};

/* One or two channels, 8000 .. 384000 Hz; else NULL and a reason that does not name the file. */
struct audiofile *audiofile_open(const char *path, struct audiofile_info *, struct reason *);

/* Up to n frames; fewer only at the end. Samples of float files come as they are, beyond full scale and NaN too. */
size_t audiofile_read(struct audiofile *, float *frames, size_t n);

/* The kind of file follows from the name's end: wav, w64, rf64, aiff, aif, caf, flac; anything else is BAD_VALUE, as is
 * 32F for flac. Replaces what is there. The same frames make the same bytes: no time stamps. */
struct audiofile *audiofile_create(
	const char *path, uint32_t rate, uint32_t channels, enum audiofile_bits, struct reason *);

/* Rounds to the nearest step; what is beyond full scale of an integer file is clipped (never wraps around) and counted.
 */
enum status audiofile_write(struct audiofile *, const float *frames, size_t n, struct reason *);

/* Samples (not frames) clipped so far. */
uint64_t audiofile_clipped(const struct audiofile *);

/* A full disk may show only here. NULL is allowed. */
enum status audiofile_close(struct audiofile *, struct reason *);

#endif
