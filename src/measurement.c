/* Loudness and peaks of a whole sound, and how they are printed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/measurement.h"

#include "rack/base/utf8.h"
#include "rack/meters/loudness.h"
#include "src/json.h"
#include "src/options.h"

#include <inttypes.h>
#include <math.h>

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
	m->plr_lu = loudness_plr(&v);
	m->invalid_samples = 0;
}

void measurement_warn(const struct measurement *m, const char *file)
{
	if (m->invalid_samples)
		options_error(file, "%" PRIu64 " invalid samples (NaN, infinity or beyond 1e6) count as silence",
			m->invalid_samples);
}

void measurement_print_json(const struct measurement *m, const char *file, struct json *j)
{
	enum { PLACES = 2 };
	json_text(j, "file", file);
	json_count(j, "sample_rate", m->rate);
	json_count(j, "channels", m->channels);
	json_places(j, "duration_s", (double)m->frames / m->rate, 3);
	json_places(j, "integrated_lufs", m->integrated_lufs, PLACES);
	json_places(j, "range_lu", m->range_lu, PLACES);
	json_places(j, "momentary_max_lufs", m->momentary_max_lufs, PLACES);
	json_places(j, "short_term_max_lufs", m->short_term_max_lufs, PLACES);
	json_places(j, "true_peak_dbtp", m->true_peak_dbtp, PLACES);
	json_places(j, "sample_peak_dbfs", m->sample_peak_dbfs, PLACES);
	json_places(j, "plr_lu", m->plr_lu, PLACES);
	json_count(j, "invalid_samples", m->invalid_samples);
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
	if (m->invalid_samples)
		fprintf(to, "  %-16s %7" PRIu64 "\n", "invalid samples", m->invalid_samples);
}
