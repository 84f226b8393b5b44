/* Sound files as interleaved float frames: reading anything that libsndfile knows, writing 16, 24 bits or float. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_AUDIOFILE_H
#define SRC_AUDIOFILE_H

#include "rack/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Integer files: 1.0 is one step above the highest, in reading as in writing, so that copies are exact. */
enum audiofile_bits { AUDIOFILE_16, AUDIOFILE_24, AUDIOFILE_32F };

/* ---- Reading */

struct audiofile;
struct measurement;
struct tags;

struct audiofile_info {
	uint32_t rate, channels;
	uint64_t frames;          /* what the header tells, for progress and room only; 0: it tells none */
	enum audiofile_bits bits; /* the least that holds what is in the file */
};

enum audiofile_take { AUDIOFILE_WHOLE, AUDIOFILE_PARTIAL };

/* One or two channels, 8000 .. 384000 Hz; else NULL and a reason that does not name the file. A file that is shorter
 * than its header says, or an Ogg file with pages missing or spoilt, is refused too, unless PARTIAL takes what there
 * is. */
struct audiofile *audiofile_open(const char *path, enum audiofile_take, struct audiofile_info *, struct reason *);

/* Up to n frames; *got is 0 at the end only. What libsndfile cannot read or decode, or an end before the one that the
 * header tells, is IO with the place and both lengths; for PARTIAL it is the end. Samples of float files come as they
 * are, beyond full scale and NaN too. */
enum status audiofile_read(struct audiofile *, float *frames, size_t n, size_t *got, struct reason *);

/* What PARTIAL passed over, known in full at the end; NULL: nothing. */
const char *audiofile_damage(const struct audiofile *);

/* Tags and chunks beside the sound; they belong to the file. NULL: there are none, or no memory. */
struct tags *audiofile_tags(struct audiofile *);

/* NULL is allowed. */
void audiofile_close(struct audiofile *);

/* ---- Writing */

struct audiowriter;

struct audiowriter_settings {
	uint32_t rate, channels;
	enum audiofile_bits bits;
	uint64_t frames;   /* how many will come at most; 0: not known */
	struct tags *tags; /* to be carried over, outlives the writer; NULL: none */
};

/* The kind of file follows from the name's end: wav, w64, rf64, aiff, aif, caf, flac; anything else is BAD_VALUE, as is
 * 32F for flac; a pipe or device of another name gets WAV. What its kind cannot hold is refused before the start where
 * frames tells (BAD_VALUE), and WAV becomes RF64 where it is longer than 4 GiB. The same frames make the same bytes: no
 * time stamps. What is at path stays as it is until audiowriter_finish(). */
struct audiowriter *audiowriter_open(const char *path, const struct audiowriter_settings *, struct reason *);

/* Which of the tags the kind of file has no place for: "bext chunk, cues"; empty: none. */
const char *audiowriter_lost(const struct audiowriter *);

/* Rounds to the nearest step; what is beyond full scale of an integer file is clipped (never wraps around) and counted.
 */
enum status audiowriter_put(struct audiowriter *, const float *frames, size_t n, struct reason *);

/* Samples (not frames) clipped so far. */
uint64_t audiowriter_clipped(const struct audiowriter *);

/* Into the loudness fields of the bext chunk, where there is one (EBU Tech 3285, version 2). */
void audiowriter_set_loudness(struct audiowriter *, const struct measurement *);

/* The file takes its place (draft.h); or what was written goes down the pipe or to the device. Frees, on failure too.
 */
enum status audiowriter_finish(struct audiowriter *, struct reason *);

/* Nothing of it stays. NULL is allowed. */
void audiowriter_discard(struct audiowriter *);

#endif
