/* A sound file as a source. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/filesource.h"

#include "src/tags.h"

#include <math.h>
#include <samplerate.h>
#include <stdlib.h>
#include <string.h>

/* As for the engine, which counts what is beyond as poison. */
static const float highest_valid = 1e6f;

struct filesource {
	struct audiofile *file;
	uint32_t channels;
	uint64_t invalid;

	SRC_STATE *converter; /* NULL: the rate is the file's */
	double ratio;
	uint64_t taken, given; /* frames from the file, frames to the loop */
	bool ended;
	long waiting; /* frames in raw that the converter has not taken yet */
	float *next;
	float raw[2 * OFFLINE_BLOCK], converted[2 * OFFLINE_BLOCK];
};

/* ---- Reading */

static bool is_invalid(float sample)
{
	return !(fabsf(sample) <= highest_valid); /* true for NaN */
}

static void count_invalid(struct filesource *s, float *samples, uint32_t n)
{
	uint32_t invalid = 0;
	for (uint32_t i = 0; i < n; i++)
		invalid += is_invalid(samples[i]);
	s->invalid += invalid;
	for (uint32_t i = 0; s->converter && invalid && i < n; i++)
		if (is_invalid(samples[i]))
			samples[i] = 0;
}

/* As many as n before the end or a fault: a file gives fewer where damage follows. */
static enum status read_raw(struct filesource *s, uint32_t n, uint32_t *got, struct reason *reason)
{
	enum status status = STATUS_OK;
	size_t more = 1;
	for (*got = 0; *got < n && more && status == STATUS_OK; *got += (uint32_t)more)
		status = audiofile_read(s->file, s->raw + *got * s->channels, n - *got, &more, reason);
	s->taken += *got;
	count_invalid(s, s->raw, *got * s->channels);
	return status;
}

static void spread(const struct filesource *s, const float *frames, float *const channels[2], uint32_t at, uint32_t n)
{
	uint32_t right = s->channels - 1;
	for (uint32_t i = 0; i < n; i++) {
		channels[0][at + i] = frames[i * s->channels];
		channels[1][at + i] = frames[i * s->channels + right];
	}
}

static enum status read_plain(void *user, float *const channels[2], uint32_t n, uint32_t *got, struct reason *reason)
{
	struct filesource *s = user;
	enum status status = read_raw(s, n, got, reason);
	spread(s, s->raw, channels, 0, *got);
	return status;
}

/* ---- At another rate */

/* Up to n frames into converted; *made is 0 at the end only. */
static enum status convert(struct filesource *s, uint32_t n, uint32_t *made, struct reason *reason)
{
	for (*made = 0; *made == 0;) {
		if (!s->waiting && !s->ended) {
			uint32_t got;
			enum status status = read_raw(s, OFFLINE_BLOCK, &got, reason);
			if (status != STATUS_OK)
				return status;
			s->ended = got == 0;
			s->waiting = got;
			s->next = s->raw;
		}
		SRC_DATA data = { .data_in = s->next,
			.input_frames = s->waiting,
			.data_out = s->converted,
			.output_frames = n,
			.end_of_input = s->ended,
			.src_ratio = s->ratio };
		int error = src_process(s->converter, &data);
		if (error)
			return reason_set(reason, STATUS_IO, "cannot be converted: %s", src_strerror(error));
		s->next += data.input_frames_used * (long)s->channels;
		s->waiting -= data.input_frames_used;
		*made = (uint32_t)data.output_frames_gen;
		if (s->ended && *made == 0)
			break;
	}
	return STATUS_OK;
}

/* The converter may end a frame early or late; the source is as long as the file, at the rate that is wanted. */
static enum status read_converted(
	void *user, float *const channels[2], uint32_t n, uint32_t *got, struct reason *reason)
{
	struct filesource *s = user;
	for (*got = 0; *got < n;) {
		uint32_t made;
		enum status status = convert(s, n - *got, &made, reason);
		if (status != STATUS_OK)
			return status;
		uint64_t whole = s->ended ? (uint64_t)llround((double)s->taken * s->ratio) : UINT64_MAX;
		if (!made) {
			memset(s->converted, 0, sizeof s->converted);
			made = n - *got;
		}
		if (made > whole - s->given)
			made = (uint32_t)(whole - s->given);
		if (!made)
			break;
		spread(s, s->converted, channels, *got, made);
		*got += made;
		s->given += made;
	}
	return STATUS_OK;
}

/* ---- Opening */

static enum status start_converter(
	struct filesource *s, uint32_t rate, struct audiofile_info *info, struct reason *reason)
{
	int error = 0;
	if (rate == 0 || rate == info->rate)
		return STATUS_OK;
	s->ratio = (double)rate / info->rate;
	if (!src_is_valid_ratio(s->ratio))
		return reason_set(reason, STATUS_BAD_VALUE, "cannot be converted from %u to %u Hz", info->rate, rate);
	s->converter = src_new(SRC_SINC_BEST_QUALITY, (int)s->channels, &error);
	if (!s->converter)
		return reason_set(reason, STATUS_NO_MEMORY, "cannot be converted: %s", src_strerror(error));
	info->rate = rate;
	info->frames = (uint64_t)llround((double)info->frames * s->ratio);
	if (audiofile_tags(s->file))
		tags_rescale(audiofile_tags(s->file), s->ratio);
	return STATUS_OK;
}

struct filesource *filesource_open(
	const char *path, enum audiofile_take damage, uint32_t rate, struct audiofile_info *info, struct reason *reason)
{
	struct filesource *s = calloc(1, sizeof *s);
	if (!s) {
		reason_set(reason, STATUS_NO_MEMORY, "no memory for the file");
		return NULL;
	}
	s->file = audiofile_open(path, damage, info, reason);
	if (s->file) {
		s->channels = info->channels;
		if (start_converter(s, rate, info, reason) == STATUS_OK)
			return s;
	}
	filesource_close(s);
	return NULL;
}

struct offline_source filesource_source(struct filesource *s)
{
	return (struct offline_source){ s, s->converter ? read_converted : read_plain };
}

uint64_t filesource_invalid(const struct filesource *s)
{
	return s->invalid;
}

struct tags *filesource_tags(struct filesource *s)
{
	return audiofile_tags(s->file);
}

const char *filesource_damage(const struct filesource *s)
{
	return audiofile_damage(s->file);
}

void filesource_close(struct filesource *s)
{
	if (!s)
		return;
	if (s->converter)
		src_delete(s->converter);
	audiofile_close(s->file);
	free(s);
}
