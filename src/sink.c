/* Rendered frames, on their way to the file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/sink.h"

#include "rack/base/thread.h"
#include "rack/dsp/dither.h"
#include "rack/meters/loudness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The threads wake each other once in half a queue. */
enum { BLOCK = 1024, BLOCKS = 64, HALF = BLOCKS / 2 };

struct block {
	size_t n;
	float frames[2 * BLOCK];
};

struct sink {
	struct audiofile *file;
	struct loudness *loudness;
	struct dither dither;
	bool dithering;             /* a sample was between the steps of the file */
	uint64_t dithered, clipped; /* samples beyond full scale: by the dither; by it and the file */

	pthread_t thread;
	pthread_mutex_t mutex; /* for what follows; a block in the queue belongs to the sink's thread */
	pthread_cond_t moved;
	struct block blocks[BLOCKS];
	size_t put, done; /* blocks since the start */
	bool ending;
	enum status status;
	struct reason reason;
};

static bool needs_dither(const struct sink *s, const float *frame)
{
	bool needs = false;
	for (int c = 0; c < 2; c++)
		needs |= fabsf(frame[c]) < 1 && !dither_on_grid((double)frame[c], s->dither.bits);
	return needs;
}

static void dither_frames(struct sink *s, float *frames, size_t n)
{
	double left[BLOCK], right[BLOCK], *const io[2] = { left, right };
	for (; n && !s->dithering; n--, frames += 2)
		if ((s->dithering = needs_dither(s, frames)))
			break;
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < 2; c++)
			io[c][i] = (double)frames[2 * i + c];
	s->dithered += dither_process(&s->dither, io, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < 2; c++)
			frames[2 * i + c] = (float)io[c][i];
}

static enum status take(struct sink *s, struct block *block, struct reason *reason)
{
	if (s->dither.bits)
		dither_frames(s, block->frames, block->n);
	loudness_add(s->loudness, block->frames, block->n);
	return audiofile_write(s->file, block->frames, block->n, reason);
}

static void *work(void *sink)
{
	struct sink *s = sink;
	pthread_mutex_lock(&s->mutex);
	for (;;) {
		while (s->done == s->put && !s->ending)
			pthread_cond_wait(&s->moved, &s->mutex);
		if (s->done == s->put)
			break;
		struct block *block = &s->blocks[s->done % BLOCKS];
		bool failed = s->status != STATUS_OK;
		pthread_mutex_unlock(&s->mutex);
		struct reason reason;
		enum status status = failed ? STATUS_OK : take(s, block, &reason);
		pthread_mutex_lock(&s->mutex);
		if (status != STATUS_OK) {
			s->status = status;
			s->reason = reason;
		}
		if (s->put - ++s->done == HALF)
			pthread_cond_signal(&s->moved);
	}
	pthread_mutex_unlock(&s->mutex);
	return NULL;
}

struct sink *sink_open(
	const char *path, uint32_t rate, enum audiofile_bits bits, uint32_t bits_to_dither, struct reason *reason)
{
	struct audiofile *file = audiofile_create(path, rate, 2, bits, reason);
	if (!file)
		return NULL;
	struct sink *s = calloc(1, sizeof *s);
	if (s) {
		s->file = file;
		s->loudness = loudness_new(rate, 2);
		s->dither = (struct dither){ .rate = rate, .bits = bits_to_dither, .blank = true };
		dither_reset(&s->dither);
		pthread_mutex_init(&s->mutex, NULL);
		pthread_cond_init(&s->moved, NULL);
		if (!s->loudness)
			reason_set(reason, STATUS_NO_MEMORY, "out of memory");
		else if (thread_start(&s->thread, "sink", work, s, reason) == STATUS_OK)
			return s;
		sink_free(s);
	} else {
		reason_set(reason, STATUS_NO_MEMORY, "out of memory");
	}
	audiofile_close(file, NULL);
	unlink(path);
	return NULL;
}

bool sink_put(struct sink *s, const float *frames, size_t n)
{
	bool well = true;
	while (n && well) {
		size_t piece = n < BLOCK ? n : BLOCK;
		pthread_mutex_lock(&s->mutex);
		while (s->put - s->done == BLOCKS)
			pthread_cond_wait(&s->moved, &s->mutex);
		well = s->status == STATUS_OK;
		struct block *block = &s->blocks[s->put % BLOCKS];
		block->n = piece;
		memcpy(block->frames, frames, 2 * piece * sizeof *frames);
		if (++s->put - s->done == HALF)
			pthread_cond_signal(&s->moved);
		pthread_mutex_unlock(&s->mutex);
		frames += 2 * piece;
		n -= piece;
	}
	return well;
}

enum status sink_end(struct sink *s, struct reason *reason)
{
	pthread_mutex_lock(&s->mutex);
	s->ending = true;
	pthread_cond_signal(&s->moved);
	pthread_mutex_unlock(&s->mutex);
	pthread_join(s->thread, NULL);
	loudness_end(s->loudness);
	s->clipped = s->dithered + audiofile_clipped(s->file);
	struct reason closing;
	enum status closed = audiofile_close(s->file, &closing);
	s->file = NULL;
	if (s->status == STATUS_OK && closed != STATUS_OK) {
		s->status = closed;
		s->reason = closing;
	}
	if (s->status != STATUS_OK && reason)
		*reason = s->reason;
	return s->status;
}

struct loudness *sink_loudness(struct sink *s)
{
	return s->loudness;
}

uint64_t sink_clipped(const struct sink *s)
{
	return s->clipped;
}

void sink_free(struct sink *s)
{
	if (!s)
		return;
	pthread_cond_destroy(&s->moved);
	pthread_mutex_destroy(&s->mutex);
	loudness_free(s->loudness);
	free(s);
}
