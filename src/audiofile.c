/* Audio files over libsndfile. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/audiofile.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct audiofile {
	SNDFILE *file;
	uint32_t channels;
	enum audiofile_bits bits;
	uint64_t clipped;
};

enum { CHUNK = 1024 };

static enum audiofile_bits bits_of(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_S8:
	case SF_FORMAT_PCM_U8:
	case SF_FORMAT_PCM_16:
	case SF_FORMAT_ULAW:
	case SF_FORMAT_ALAW:
	case SF_FORMAT_ALAC_16:
		return AUDIOFILE_16;
	case SF_FORMAT_PCM_24:
	case SF_FORMAT_ALAC_20:
	case SF_FORMAT_ALAC_24:
		return AUDIOFILE_24;
	default:
		return AUDIOFILE_32F;
	}
}

static struct audiofile *wrap(SNDFILE *file, uint32_t channels, enum audiofile_bits bits, struct reason *reason)
{
	struct audiofile *f = calloc(1, sizeof *f);
	if (!f) {
		sf_close(file);
		reason_set(reason, STATUS_NO_MEMORY, "no memory for the file");
		return NULL;
	}
	f->file = file;
	f->channels = channels;
	f->bits = bits;
	return f;
}

/* libsndfile's words without their full stop, or better the system's. */
static enum status file_error(SNDFILE *file, const char *what, struct reason *reason)
{
	const char *text = sf_error(file) == SF_ERR_SYSTEM && errno ? strerror(errno) : sf_strerror(file);
	return reason_set(reason, STATUS_IO, "%s: %.*s", what, (int)strcspn(text, "."), text);
}

struct audiofile *audiofile_open(const char *path, struct audiofile_info *info, struct reason *reason)
{
	SF_INFO sf = { 0 };
	SNDFILE *file = sf_open(path, SFM_READ, &sf);
	if (!file) {
		file_error(NULL, "cannot be read", reason);
		return NULL;
	}
	if (sf.channels < 1 || sf.channels > 2) {
		reason_set(reason, STATUS_BAD_VALUE, "has %d channels; one or two are possible", sf.channels);
		sf_close(file);
		return NULL;
	}
	if (sf.samplerate < 8000 || sf.samplerate > 384000) {
		reason_set(reason, STATUS_BAD_VALUE, "has a rate of %d Hz; 8000 to 384000 are possible", sf.samplerate);
		sf_close(file);
		return NULL;
	}
	*info = (struct audiofile_info){ (uint32_t)sf.samplerate, (uint32_t)sf.channels, (uint64_t)sf.frames,
		bits_of(sf.format) };
	return wrap(file, info->channels, info->bits, reason);
}

size_t audiofile_read(struct audiofile *f, float *frames, size_t n)
{
	sf_count_t got = sf_readf_float(f->file, frames, (sf_count_t)n);
	return got > 0 ? (size_t)got : 0;
}

static int container(const char *path)
{
	static const struct {
		const char *end;
		int format;
	} kinds[] = {
		{ "wav", SF_FORMAT_WAV },
		{ "w64", SF_FORMAT_W64 },
		{ "rf64", SF_FORMAT_RF64 },
		{ "aiff", SF_FORMAT_AIFF },
		{ "aif", SF_FORMAT_AIFF },
		{ "caf", SF_FORMAT_CAF },
		{ "flac", SF_FORMAT_FLAC },
	};
	const char *dot = strrchr(path, '.');
	for (size_t i = 0; dot && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcasecmp(dot + 1, kinds[i].end) == 0)
			return kinds[i].format;
	return 0;
}

struct audiofile *audiofile_create(
	const char *path, uint32_t rate, uint32_t channels, enum audiofile_bits bits, struct reason *reason)
{
	static const int encodings[] = { SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_FLOAT };
	int kind = container(path);
	if (!kind) {
		reason_set(reason, STATUS_BAD_VALUE, "the name must end in .wav, .w64, .rf64, .aiff, .caf or .flac");
		return NULL;
	}
	SF_INFO sf = { .samplerate = (int)rate, .channels = (int)channels, .format = kind | encodings[bits] };
	if (!sf_format_check(&sf)) {
		reason_set(reason, STATUS_BAD_VALUE, "this kind of file holds 16 or 24 bits, not float");
		return NULL;
	}
	SNDFILE *file = sf_open(path, SFM_WRITE, &sf);
	if (!file) {
		file_error(NULL, "cannot be written", reason);
		return NULL;
	}
	/* The chunk holds the time of writing. */
	sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	return wrap(file, channels, bits, reason);
}

/* libsndfile takes the upper bits of 32. Its own way from float cuts instead of rounding, or wraps. */
static int to_steps(struct audiofile *f, float sample)
{
	int shift = f->bits == AUDIOFILE_16 ? 16 : 8;
	double top = f->bits == AUDIOFILE_16 ? 0x8000 : 0x800000;
	double step = rint(sample * top);
	if (!(step >= -top && step < top)) {
		f->clipped++;
		step = step >= top ? top - 1 : step < 0 ? -top : 0;
	}
	return (int)step * (1 << shift);
}

static bool write_steps(struct audiofile *f, const float *frames, size_t n)
{
	int steps[CHUNK * 2];
	while (n) {
		size_t part = n < CHUNK ? n : CHUNK, samples = part * f->channels;
		for (size_t i = 0; i < samples; i++)
			steps[i] = to_steps(f, frames[i]);
		if (sf_writef_int(f->file, steps, (sf_count_t)part) != (sf_count_t)part)
			return false;
		frames += samples;
		n -= part;
	}
	return true;
}

enum status audiofile_write(struct audiofile *f, const float *frames, size_t n, struct reason *reason)
{
	bool written = f->bits == AUDIOFILE_32F ? sf_writef_float(f->file, frames, (sf_count_t)n) == (sf_count_t)n
						: write_steps(f, frames, n);
	return written ? STATUS_OK : file_error(f->file, "cannot be written", reason);
}

uint64_t audiofile_clipped(const struct audiofile *f)
{
	return f->clipped;
}

enum status audiofile_close(struct audiofile *f, struct reason *reason)
{
	if (!f)
		return STATUS_OK;
	int error = sf_close(f->file);
	free(f);
	return error ? reason_set(reason, STATUS_IO, "cannot be finished: %s", sf_error_number(error)) : STATUS_OK;
}
