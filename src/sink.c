/* Rendered frames, on their way to the file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/sink.h"

#include "rack/base/thread.h"
#include "rack/dsp/dither.h"
#include "rack/meters/loudness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The threads wake each other once in half a queue. */
enum { BLOCK = OFFLINE_BLOCK, BLOCKS = 64, HALF = BLOCKS / 2 };

struct queued {
	uint32_t n;
	float channels[2][BLOCK];
};

struct sink {
	struct audiowriter *file; /* NULL once it is kept */
	uint32_t rate;
	struct loudness *loudness;
	struct dither dither;
	bool dithering;             /* a sample was between the steps of the file */
	uint64_t dithered, clipped; /* samples beyond full scale: by the dither; by it and the file */

	pthread_t thread;
	bool running;
	pthread_mutex_t mutex; /* for what follows; a block in the queue belongs to the sink's thread */
	pthread_cond_t moved;
	struct queued blocks[BLOCKS];
	size_t put, done; /* blocks since the start */
	bool ending;
	enum status status;
	struct reason reason;
};

static bool needs_dither(const struct sink *s, const struct queued *b, uint32_t i)
{
	bool needs = false;
	for (int c = 0; c < 2; c++) {
		float sample = b->channels[c][i];
		needs |= fabsf(sample) < 1 && !dither_on_grid((double)sample, s->dither.bits);
	}
	return needs;
}

static void dither_frames(struct sink *s, struct queued *b)
{
	double left[BLOCK], right[BLOCK], *const io[2] = { left, right };
	uint32_t from = 0;
	for (; from < b->n && !s->dithering; from++)
		if ((s->dithering = needs_dither(s, b, from)))
			break;
	uint32_t n = b->n - from;
	for (int c = 0; c < 2; c++)
		for (uint32_t i = 0; i < n; i++)
			io[c][i] = (double)b->channels[c][from + i];
	s->dithered += dither_process(&s->dither, io, n);
	for (int c = 0; c < 2; c++)
		for (uint32_t i = 0; i < n; i++)
			b->channels[c][from + i] = (float)io[c][i];
}

static enum status take(struct sink *s, struct queued *b, struct reason *reason)
{
	float frames[2 * BLOCK];
	if (s->dither.bits)
		dither_frames(s, b);
	for (uint32_t i = 0; i < b->n; i++) {
		frames[2 * i] = b->channels[0][i];
		frames[2 * i + 1] = b->channels[1][i];
	}
	loudness_add(s->loudness, frames, b->n);
	return audiowriter_put(s->file, frames, b->n, reason);
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
		struct queued *block = &s->blocks[s->done % BLOCKS];
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
	const char *path, const struct audiowriter_settings *settings, uint32_t bits_to_dither, struct reason *reason)
{
	struct sink *s = calloc(1, sizeof *s);
	if (!s) {
		reason_set(reason, STATUS_NO_MEMORY, "no memory");
		return NULL;
	}
	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->moved, NULL);
	s->rate = settings->rate;
	s->dither = (struct dither){ .rate = settings->rate, .bits = bits_to_dither, .blank = true };
	dither_reset(&s->dither);
	s->file = audiowriter_open(path, settings, reason);
	s->loudness = s->file ? loudness_new(settings->rate, 2) : NULL;
	if (s->file && !s->loudness)
		reason_set(reason, STATUS_NO_MEMORY, "no memory");
	s->running = s->loudness && thread_start(&s->thread, "sink", work, s, reason) == STATUS_OK;
	if (s->running)
		return s;
	sink_free(s);
	return NULL;
}

const char *sink_lost(const struct sink *s)
{
	return audiowriter_lost(s->file);
}

static bool put(void *user, const float *const channels[2], uint32_t n)
{
	struct sink *s = user;
	pthread_mutex_lock(&s->mutex);
	while (s->put - s->done == BLOCKS)
		pthread_cond_wait(&s->moved, &s->mutex);
	bool well = s->status == STATUS_OK;
	struct queued *block = &s->blocks[s->put % BLOCKS];
	block->n = n;
	for (int c = 0; c < 2; c++)
		memcpy(block->channels[c], channels[c], n * sizeof channels[c][0]);
	if (++s->put - s->done == HALF)
		pthread_cond_signal(&s->moved);
	pthread_mutex_unlock(&s->mutex);
	return well;
}

struct offline_sink sink_of(struct sink *s)
{
	return (struct offline_sink){ s, put };
}

static void stop(struct sink *s)
{
	if (!s->running)
		return;
	pthread_mutex_lock(&s->mutex);
	s->ending = true;
	pthread_cond_signal(&s->moved);
	pthread_mutex_unlock(&s->mutex);
	pthread_join(s->thread, NULL);
	s->running = false;
}

enum status sink_end(struct sink *s, struct measurement *m, struct reason *reason)
{
	stop(s);
	loudness_end(s->loudness);
	measurement_take(m, s->loudness, s->rate, 2);
	s->clipped = s->dithered + audiowriter_clipped(s->file);
	if (s->status != STATUS_OK && reason)
		*reason = s->reason;
	return s->status;
}

uint64_t sink_clipped(const struct sink *s)
{
	return s->clipped;
}

enum status sink_keep(struct sink *s, const struct measurement *m, struct reason *reason)
{
	audiowriter_set_loudness(s->file, m);
	enum status status = audiowriter_finish(s->file, reason);
	s->file = NULL;
	return status;
}

void sink_free(struct sink *s)
{
	if (!s)
		return;
	stop(s);
	audiowriter_discard(s->file);
	pthread_cond_destroy(&s->moved);
	pthread_mutex_destroy(&s->mutex);
	loudness_free(s->loudness);
	free(s);
}
