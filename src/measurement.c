/* Measuring a whole file and printing the result. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/measurement.h"

#include "rack/base/utf8.h"
#include "rack/meters/loudness.h"
#include "src/audiofile.h"

#include <math.h>
#include <string.h>

static double highest(const double peaks[2], uint32_t channels)
{
	return channels == 1 || peaks[0] > peaks[1] ? peaks[0] : peaks[1];
}

void measurement_take(struct measurement *m, const struct loudness *loudness, uint32_t rate, uint32_t channels)
{
	struct loudness_values v;
	loudness_read(loudness, &v);
	m->rate = rate;
	m->channels = channels;
	m->frames = v.frames;
	m->integrated_lufs = v.integrated_lufs;
	m->range_lu = isfinite(v.integrated_lufs) ? v.range_lu : -INFINITY;
	m->momentary_max_lufs = v.momentary_max_lufs;
	m->short_term_max_lufs = v.short_term_max_lufs;
	m->true_peak_dbtp = highest(v.true_peak_dbtp, channels);
	m->sample_peak_dbfs = highest(v.sample_peak_dbfs, channels);
	m->plr_lu = isfinite(v.integrated_lufs) ? m->true_peak_dbtp - v.integrated_lufs : -INFINITY;
}

enum status measurement_of_file(struct measurement *m, const char *path, struct reason *reason)
{
	enum { CHUNK = 4096 };
	float frames[CHUNK * 2];
	struct audiofile_info info;
	struct audiofile *file = audiofile_open(path, &info, reason);
	if (!file)
		return STATUS_IO;
	struct loudness *loudness = loudness_new(info.rate, info.channels);
	if (!loudness) {
		audiofile_close(file, NULL);
		return reason_set(reason, STATUS_NO_MEMORY, "no memory to measure it");
	}
	for (size_t n; (n = audiofile_read(file, frames, CHUNK)) > 0;)
		loudness_add(loudness, frames, n);
	loudness_end(loudness);
	measurement_take(m, loudness, info.rate, info.channels);
	loudness_free(loudness);
	return audiofile_close(file, reason);
}

/* Bytes of the well-formed UTF-8 character that starts here; 0: there is none. */
static size_t character_length(const char *text)
{
	unsigned char first = (unsigned char)*text;
	size_t length = first < 0x80                    ? 1
			: first >= 0xc2 && first < 0xe0 ? 2
			: first >= 0xe0 && first < 0xf0 ? 3
			: first >= 0xf0 && first < 0xf5 ? 4
							: 0;
	for (size_t i = 1; i < length; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* A file's name is any bytes; JSON is UTF-8. */
static void print_string(FILE *to, const char *text)
{
	fputc('"', to);
	while (*text) {
		size_t length = character_length(text);
		if (*text == '"' || *text == '\\')
			fprintf(to, "\\%c", *text);
		else if (length == 0)
			fputs("\\ufffd", to);
		else if ((unsigned char)*text < 0x20 || *text == 0x7f)
			fprintf(to, "\\u%04x", (unsigned)*text);
		else if (length == 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0)
			fprintf(to, "\\u%04x", (unsigned)(unsigned char)text[1]); /* a control character (C1) */
		else
			fwrite(text, 1, length, to);
		text += length ? length : 1;
	}
	fputc('"', to);
}

static void print_number(FILE *to, const char *key, double value)
{
	if (isfinite(value))
		fprintf(to, ", \"%s\": %.2f", key, value);
	else
		fprintf(to, ", \"%s\": null", key);
}

void measurement_print_json(const struct measurement *m, const char *file, FILE *to)
{
	fputs("\"file\": ", to);
	print_string(to, file);
	fprintf(to, ", \"sample_rate\": %u, \"channels\": %u, \"duration_s\": %.3f", m->rate, m->channels,
		(double)m->frames / m->rate);
	print_number(to, "integrated_lufs", m->integrated_lufs);
	print_number(to, "range_lu", m->range_lu);
	print_number(to, "momentary_max_lufs", m->momentary_max_lufs);
	print_number(to, "short_term_max_lufs", m->short_term_max_lufs);
	print_number(to, "true_peak_dbtp", m->true_peak_dbtp);
	print_number(to, "sample_peak_dbfs", m->sample_peak_dbfs);
	print_number(to, "plr_lu", m->plr_lu);
}

static void print_line(FILE *to, const char *label, double value, const char *unit)
{
	if (isfinite(value))
		fprintf(to, "  %-16s %7.2f %s\n", label, value, unit);
	else
		fprintf(to, "  %-16s %7s %s\n", label, "-", unit);
}

void measurement_print(const struct measurement *m, const char *file, FILE *to)
{
	char name[4096];
	utf8_copy(name, sizeof name, file);
	fprintf(to, "%s\n  %u Hz, %s, %.3f s\n", name, m->rate, m->channels == 1 ? "mono" : "stereo",
		(double)m->frames / m->rate);
	print_line(to, "integrated", m->integrated_lufs, "LUFS");
	print_line(to, "range", m->range_lu, "LU");
	print_line(to, "momentary max", m->momentary_max_lufs, "LUFS");
	print_line(to, "short-term max", m->short_term_max_lufs, "LUFS");
	print_line(to, "true peak", m->true_peak_dbtp, "dBTP");
	print_line(to, "sample peak", m->sample_peak_dbfs, "dBFS");
	print_line(to, "peak to loudness", m->plr_lu, "LU");
}
