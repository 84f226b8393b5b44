/* Writes sound files by libsndfile, beside what they replace. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/draft.h"
#include "src/audiofile.h"
#include "src/tags.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1024, HEADER_ROOM = 256 * 1024, COPY_SIZE = 65536 };

struct kind {
	const char *end;
	int format;
	bool long_files; /* beyond 4 GiB */
};

static const struct kind kinds[] = {
	{ "wav", SF_FORMAT_WAV, false }, /* the first is that of pipes */
	{ "w64", SF_FORMAT_W64, true },
	{ "rf64", SF_FORMAT_RF64, true },
	{ "aiff", SF_FORMAT_AIFF, false },
	{ "aif", SF_FORMAT_AIFF, false },
	{ "caf", SF_FORMAT_CAF, true },
	{ "flac", SF_FORMAT_FLAC, true },
};

struct audiowriter {
	SNDFILE *file;
	uint32_t channels;
	enum audiofile_bits bits;
	uint64_t clipped;
	uint64_t bytes, most; /* of sound so far; that the kind of file can hold */
	struct tags *tags;
	char lost[64];

	struct draft *draft; /* NULL: for a pipe or device, to which the finished file is copied */
	FILE *spool;
	char *path;
};

static enum status file_error(SNDFILE *file, const char *what, struct reason *reason)
{
	const char *text = sf_error(file) == SF_ERR_SYSTEM && errno ? strerror(errno) : sf_strerror(file);
	return reason_set(reason, STATUS_IO, "%s: %.*s", what, (int)strcspn(text, "."), text);
}

/* ---- Opening */

static uint64_t frame_bytes(enum audiofile_bits bits, uint32_t channels)
{
	static const uint32_t widths[] = { [AUDIOFILE_16] = 2, [AUDIOFILE_24] = 3, [AUDIOFILE_32F] = 4 };
	return (uint64_t)widths[bits] * channels;
}

static const struct kind *find_kind(const char *path, bool plain)
{
	const char *dot = strrchr(path, '.');
	for (size_t i = 0; dot && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcasecmp(dot + 1, kinds[i].end) == 0)
			return &kinds[i];
	return plain ? NULL : &kinds[0];
}

/* Only what is known to fit is plain WAV; what may become long is RF64, which libsndfile turns into WAV in the end
 * where it did not. */
static enum status choose_format(struct audiowriter *w, const struct kind *kind, const struct audiowriter_settings *s,
	SF_INFO *sf, struct reason *reason)
{
	static const int encodings[] = { SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_FLOAT };
	uint64_t room = UINT32_MAX - HEADER_ROOM, bytes = s->frames * frame_bytes(s->bits, s->channels);
	bool fits = s->frames && bytes <= room, rf64 = kind->format == SF_FORMAT_WAV && !fits;
	w->most = kind->long_files || rf64 ? UINT64_MAX : room;
	*sf = (SF_INFO){ .samplerate = (int)s->rate, .channels = (int)s->channels };
	sf->format = (rf64 ? SF_FORMAT_RF64 : kind->format) | encodings[s->bits];
	if (!sf_format_check(sf))
		return reason_set(reason, STATUS_BAD_VALUE, "this kind of file holds 16 or 24 bits, not float");
	if (bytes > w->most)
		return reason_set(reason, STATUS_BAD_VALUE,
			"%" PRIu64 " frames are %.1f GiB, and .%s holds 4; .wav, .w64, .caf and .flac hold more",
			s->frames, (double)bytes / (1 << 30), kind->end);
	return STATUS_OK;
}

static void add_lost(struct audiowriter *w, bool taken, const char *what)
{
	size_t used = strlen(w->lost);
	if (!taken)
		snprintf(w->lost + used, sizeof w->lost - used, "%s%s", used ? ", " : "", what);
}

static void write_tags(struct audiowriter *w)
{
	if (!w->tags)
		return;
	add_lost(w, tags_write_broadcast(w->tags, w->file), "bext chunk");
	add_lost(w, tags_write_cues(w->tags, w->file), "cues");
	add_lost(w, tags_write_texts(w->tags, w->file), "tags");
}

/* A pipe cannot be gone back in, as headers want it. */
static enum status open_target(struct audiowriter *w, const char *path, bool plain, int *fd, struct reason *reason)
{
	if (plain) {
		draft_sweep(path);
		w->draft = draft_open(path, DRAFT_NO_FOLDERS, reason);
		*fd = w->draft ? draft_fd(w->draft) : -1;
		return w->draft ? STATUS_OK : STATUS_IO;
	}
	w->path = strdup(path);
	w->spool = tmpfile();
	if (!w->path || !w->spool)
		return reason_set(reason, STATUS_IO, "no temporary file: %s", strerror(errno));
	*fd = fileno(w->spool);
	return STATUS_OK;
}

static enum status open_all(
	struct audiowriter *w, const char *path, const struct audiowriter_settings *settings, struct reason *reason)
{
	struct stat s;
	SF_INFO sf;
	int fd = -1;
	bool plain = stat(path, &s) != 0 || S_ISREG(s.st_mode) || S_ISDIR(s.st_mode);
	const struct kind *kind = find_kind(path, plain);
	if (!kind)
		return reason_set(
			reason, STATUS_BAD_VALUE, "the name must end in .wav, .w64, .rf64, .aiff, .caf or .flac");
	enum status status = choose_format(w, kind, settings, &sf, reason);
	if (status == STATUS_OK)
		status = open_target(w, path, plain, &fd, reason);
	if (status != STATUS_OK)
		return status;
	w->file = sf_open_fd(fd, SFM_WRITE, &sf, SF_FALSE);
	if (!w->file)
		return file_error(NULL, "cannot be written", reason);
	/* The chunk holds the time of writing. */
	sf_command(w->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	if (kind->format == SF_FORMAT_WAV && settings->frames == 0)
		sf_command(w->file, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
	write_tags(w);
	return STATUS_OK;
}

struct audiowriter *audiowriter_open(
	const char *path, const struct audiowriter_settings *settings, struct reason *reason)
{
	struct audiowriter *w = calloc(1, sizeof *w);
	if (!w) {
		reason_set(reason, STATUS_NO_MEMORY, "no memory for the file");
		return NULL;
	}
	w->channels = settings->channels;
	w->bits = settings->bits;
	w->tags = settings->tags;
	if (open_all(w, path, settings, reason) == STATUS_OK)
		return w;
	audiowriter_discard(w);
	return NULL;
}

const char *audiowriter_lost(const struct audiowriter *w)
{
	return w->lost;
}

/* ---- Writing */

/* libsndfile takes the upper bits of 32. Its own way from float cuts instead of rounding, or wraps. */
static int to_steps(struct audiowriter *w, float sample)
{
	int shift = w->bits == AUDIOFILE_16 ? 16 : 8;
	double top = w->bits == AUDIOFILE_16 ? 0x8000 : 0x800000;
	double step = rint((double)sample * top);
	if (!(step >= -top && step < top)) {
		w->clipped++;
		step = step >= top ? top - 1 : step < 0 ? -top : 0;
	}
	return (int)step * (1 << shift);
}

static bool put_steps(struct audiowriter *w, const float *frames, size_t n)
{
	int steps[CHUNK * 2];
	while (n) {
		size_t part = n < CHUNK ? n : CHUNK, samples = part * w->channels;
		for (size_t i = 0; i < samples; i++)
			steps[i] = to_steps(w, frames[i]);
		if (sf_writef_int(w->file, steps, (sf_count_t)part) != (sf_count_t)part)
			return false;
		frames += samples;
		n -= part;
	}
	return true;
}

enum status audiowriter_put(struct audiowriter *w, const float *frames, size_t n, struct reason *reason)
{
	w->bytes += n * frame_bytes(w->bits, w->channels);
	if (w->bytes > w->most)
		return reason_set(reason, STATUS_IO, "this kind of file cannot hold more than 4 GiB");
	bool written = w->bits == AUDIOFILE_32F ? sf_writef_float(w->file, frames, (sf_count_t)n) == (sf_count_t)n
						: put_steps(w, frames, n);
	return written ? STATUS_OK : file_error(w->file, "cannot be written", reason);
}

uint64_t audiowriter_clipped(const struct audiowriter *w)
{
	return w->clipped;
}

void audiowriter_set_loudness(struct audiowriter *w, const struct measurement *m)
{
	if (w->tags && tags_set_loudness(w->tags, m))
		tags_write_broadcast(w->tags, w->file);
}

/* ---- The end */

static enum status copy_out(struct audiowriter *w, struct reason *reason)
{
	char bytes[COPY_SIZE];
	size_t n;
	int fd = open(w->path, O_WRONLY | O_CLOEXEC);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "wb");
	if (!to)
		return reason_set(reason, STATUS_IO, "cannot be written: %s", strerror(errno));
	rewind(w->spool);
	bool well = true;
	while (well && (n = fread(bytes, 1, sizeof bytes, w->spool)) > 0)
		well = fwrite(bytes, 1, n, to) == n;
	well &= !ferror(w->spool);
	well &= fclose(to) == 0;
	return well ? STATUS_OK : reason_set(reason, STATUS_IO, "cannot be written: %s", strerror(errno));
}

enum status audiowriter_finish(struct audiowriter *w, struct reason *reason)
{
	enum status status = STATUS_OK;
	int error = sf_close(w->file);
	w->file = NULL;
	if (error)
		status = reason_set(reason, STATUS_IO, "cannot be finished: %s", sf_error_number(error));
	else if (!w->draft)
		status = copy_out(w, reason);
	else {
		status = draft_commit(w->draft, DRAFT_DROP_OLD, reason);
		w->draft = NULL;
	}
	audiowriter_discard(w);
	return status;
}

void audiowriter_discard(struct audiowriter *w)
{
	if (!w)
		return;
	if (w->file)
		sf_close(w->file);
	draft_discard(w->draft);
	if (w->spool)
		fclose(w->spool);
	free(w->path);
	free(w);
}
