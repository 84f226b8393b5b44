/* Reads sound files by libsndfile, and holds what comes against what the header says. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/audiofile.h"

#include "src/container.h"
#include "src/interrupt.h"
#include "src/tags.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RATE_MIN = 8000, RATE_MAX = 384000, SPOOL_SIZE = 65536 };

struct audiofile {
	int fd, error; /* errno of a read that failed */
	uint64_t size, offset;
	struct container container;

	SNDFILE *file;
	struct audiofile_info info;
	bool exact;   /* info.frames is what the file must hold */
	bool partial; /* takes what can be had of a damaged file */
	bool damaged; /* see why */
	bool at_end;
	uint64_t done; /* frames read */
	struct reason why;
	struct tags *tags;
};

/* ---- The bytes, as libsndfile sees them */

static sf_count_t file_length(void *user)
{
	return (sf_count_t)((struct audiofile *)user)->size;
}

static sf_count_t file_tell(void *user)
{
	return (sf_count_t)((struct audiofile *)user)->offset;
}

static sf_count_t file_seek(sf_count_t offset, int whence, void *user)
{
	struct audiofile *f = user;
	sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (sf_count_t)f->offset : (sf_count_t)f->size;
	if (base + offset < 0)
		return -1;
	f->offset = (uint64_t)(base + offset);
	return base + offset;
}

static void patch(const struct container *c, unsigned char *bytes, uint64_t offset, uint64_t n)
{
	for (uint32_t i = 0; i < c->patch_size; i++)
		if (c->patch_offset + i >= offset && c->patch_offset + i < offset + n)
			bytes[c->patch_offset + i - offset] = c->patch[i];
}

static sf_count_t file_read(void *bytes, sf_count_t count, void *user)
{
	struct audiofile *f = user;
	uint64_t done = 0, wanted = (uint64_t)count;
	while (done < wanted) {
		ssize_t n = pread(f->fd, (char *)bytes + done, wanted - done, (off_t)(f->offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			f->error = errno;
		if (n <= 0)
			break;
		done += (uint64_t)n;
	}
	patch(&f->container, bytes, f->offset, done);
	f->offset += done;
	return (sf_count_t)done;
}

/* ---- Opening */

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

/* The system's words, or libsndfile's without their full stop and "Error : ". */
static const char *error_text(const struct audiofile *f, int *length)
{
	static const char prefix[] = "Error : ";
	const char *text = f->error ? strerror(f->error) : sf_strerror(f->file);
	if (strncmp(text, prefix, sizeof prefix - 1) == 0)
		text += sizeof prefix - 1;
	*length = (int)strcspn(text, ".");
	return text;
}

static enum status open_failed(struct audiofile *f, struct reason *reason)
{
	int length;
	const char *text = error_text(f, &length);
	return reason_set(reason, STATUS_IO, "cannot be read: %.*s", length, text);
}

/* All that comes down a pipe, into a file without a name: headers and ends are looked at in any order. */
static int spool(struct audiofile *f, int pipe)
{
	char bytes[SPOOL_SIZE];
	ssize_t n;
	FILE *file = tmpfile();
	int fd = file ? dup(fileno(file)) : -1;
	while (fd >= 0 && (n = read(pipe, bytes, sizeof bytes)) != 0) {
		bool asked = n < 0 && errno == EINTR && !interrupt_asked();
		if (!asked && (n < 0 || write(fd, bytes, (size_t)n) != n)) {
			f->error = errno;
			break;
		}
	}
	if (fd < 0)
		f->error = errno;
	if (file)
		fclose(file);
	close(pipe);
	return fd;
}

static enum status open_bytes(struct audiofile *f, const char *path, struct reason *reason)
{
	struct stat s;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &s) != 0)
		f->error = errno;
	else if (S_ISDIR(s.st_mode))
		f->error = EISDIR;
	else if (S_ISFIFO(s.st_mode) || S_ISSOCK(s.st_mode))
		f->fd = spool(f, f->fd);
	else if (!S_ISREG(s.st_mode))
		return reason_set(reason, STATUS_BAD_VALUE, "is a device, not a sound file");
	if (!f->error && fstat(f->fd, &s) == 0)
		f->size = (uint64_t)s.st_size;
	return f->error ? open_failed(f, reason) : STATUS_OK;
}

static enum status open_sound(struct audiofile *f, const char *path, SF_INFO *sf, struct reason *reason)
{
	SF_VIRTUAL_IO io = { file_length, file_seek, file_read, NULL, file_tell };
	enum status status = open_bytes(f, path, reason);
	if (status != STATUS_OK)
		return status;
	container_scan(f->fd, &f->container);
	f->file = sf_open_virtual(&io, SFM_READ, sf, f);
	return f->file ? STATUS_OK : open_failed(f, reason);
}

static enum status check_format(const SF_INFO *sf, struct reason *reason)
{
	if (sf->channels < 1 || sf->channels > 2)
		return reason_set(reason, STATUS_BAD_VALUE, "has %d channels; one or two are possible", sf->channels);
	if (sf->samplerate < RATE_MIN || sf->samplerate > RATE_MAX)
		return reason_set(reason, STATUS_BAD_VALUE, "has a rate of %d Hz; %d to %d are possible",
			sf->samplerate, RATE_MIN, RATE_MAX);
	return STATUS_OK;
}

/* Bytes of a sample where each takes the same; 0: compressed. */
static uint32_t sample_bytes(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_S8:
	case SF_FORMAT_PCM_U8:
	case SF_FORMAT_ULAW:
	case SF_FORMAT_ALAW:
		return 1;
	case SF_FORMAT_PCM_16:
		return 2;
	case SF_FORMAT_PCM_24:
		return 3;
	case SF_FORMAT_PCM_32:
	case SF_FORMAT_FLOAT:
		return 4;
	case SF_FORMAT_DOUBLE:
		return 8;
	default:
		return 0;
	}
}

/* Of a file that is shorter than its header says: about how many where it is compressed. */
static uint64_t promised_frames(const struct container *c, const SF_INFO *sf, uint64_t frames)
{
	uint32_t bytes = sample_bytes(sf->format) * (uint32_t)sf->channels;
	if (bytes)
		return c->promised / bytes;
	return (uint64_t)((double)frames * (double)c->promised / (double)c->present);
}

/* Frames that the header tells. MP3 may tell about how many, and the last page of Ogg where the sound ends, which may
 * have begun later than at 0. */
static void take_length(struct audiofile *f, const SF_INFO *sf)
{
	const struct container *c = &f->container;
	uint64_t frames = sf->frames > 0 && sf->frames < INT64_MAX / 4 ? (uint64_t)sf->frames : 0;
	int kind = sf->format & SF_FORMAT_TYPEMASK;
	bool cut = c->promised > c->present;
	f->exact = kind == SF_FORMAT_MPEG ? cut : kind != SF_FORMAT_OGG;
	if (kind == SF_FORMAT_FLAC)
		frames = c->promised_frames;
	else if (cut && c->present && kind != SF_FORMAT_MPEG)
		frames = promised_frames(c, sf, frames);
	f->info = (struct audiofile_info){ (uint32_t)sf->samplerate, (uint32_t)sf->channels, frames,
		bits_of(sf->format) };
}

static double seconds(const struct audiofile *f, uint64_t frames)
{
	return (double)frames / f->info.rate;
}

/* what: "ends", "lost sync". */
static void damage(struct audiofile *f, const char *what)
{
	f->damaged = true;
	if (f->info.frames)
		reason_set(&f->why, STATUS_IO,
			"damaged: %s at frame %" PRIu64 " (%.3f s); its header promises %" PRIu64 " frames (%.3f s)",
			what, f->done, seconds(f, f->done), f->info.frames, seconds(f, f->info.frames));
	else
		reason_set(&f->why, STATUS_IO,
			"damaged: %s at frame %" PRIu64 " (%.3f s); its header promises no length", what, f->done,
			seconds(f, f->done));
}

/* What the header shows before anything is decoded. */
static void check_length(struct audiofile *f, const SF_INFO *sf)
{
	if (f->container.promised > f->container.present && sf->frames < (sf_count_t)f->info.frames) {
		f->done = sf->frames > 0 ? (uint64_t)sf->frames : 0;
		damage(f, "ends");
		f->done = 0;
	} else if ((sf->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG && f->size) {
		f->damaged = container_check_ogg(f->fd, &f->why) != STATUS_OK;
	}
}

struct audiofile *audiofile_open(
	const char *path, enum audiofile_take take, struct audiofile_info *info, struct reason *reason)
{
	SF_INFO sf = { 0 };
	struct audiofile *f = calloc(1, sizeof *f);
	if (!f) {
		reason_set(reason, STATUS_NO_MEMORY, "no memory for the file");
		return NULL;
	}
	f->partial = take == AUDIOFILE_PARTIAL;
	enum status status = open_sound(f, path, &sf, reason);
	if (status == STATUS_OK)
		status = check_format(&sf, reason);
	if (status == STATUS_OK) {
		take_length(f, &sf);
		check_length(f, &sf);
		if (f->damaged && !f->partial)
			status = reason_set(reason, STATUS_IO, "%s", f->why.text);
		*info = f->info;
	}
	if (status == STATUS_OK)
		return f;
	audiofile_close(f);
	return NULL;
}

/* ---- Reading */

/* Whether the sound ended where it should. */
static void check_end(struct audiofile *f)
{
	if (f->error || sf_error(f->file)) {
		char what[160];
		int length;
		const char *text = error_text(f, &length);
		snprintf(what, sizeof what, "%.*s", length, text);
		damage(f, what);
	} else if (f->exact && f->done < f->info.frames && !f->damaged) {
		damage(f, "ends");
	}
}

enum status audiofile_read(struct audiofile *f, float *frames, size_t n, size_t *got, struct reason *reason)
{
	*got = 0;
	if (!f->at_end) {
		sf_count_t read = sf_readf_float(f->file, frames, (sf_count_t)n);
		*got = read > 0 ? (size_t)read : 0;
		f->done += *got;
		f->at_end = *got < n || f->error || sf_error(f->file);
		if (f->at_end)
			check_end(f);
	}
	/* The frames before the fault come first. */
	if (f->damaged && !f->partial && *got == 0)
		return reason_set(reason, STATUS_IO, "%s", f->why.text);
	return STATUS_OK;
}

const char *audiofile_damage(const struct audiofile *f)
{
	return f->damaged ? f->why.text : NULL;
}

struct tags *audiofile_tags(struct audiofile *f)
{
	if (!f->tags)
		f->tags = tags_read(f->file);
	return f->tags;
}

void audiofile_close(struct audiofile *f)
{
	if (!f)
		return;
	tags_free(f->tags);
	if (f->file)
		sf_close(f->file);
	if (f->fd >= 0)
		close(f->fd);
	free(f);
}
