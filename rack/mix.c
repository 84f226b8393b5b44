/* The two-path mix behind bypass, solo and delta. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/mix.h"

#include "rack/dsp/fade.h"

#include <string.h>

#define FADE_MS 20

void mix_init(struct mix *m, double rate, double wet, double dry)
{
	uint32_t length = fade_frames(rate, FADE_MS);
	*m = (struct mix){ .wet = wet, .dry = dry, .to_wet = wet, .to_dry = dry, .at = length, .length = length };
}

void mix_to(struct mix *m, double wet, double dry) RT
{
	if (wet == m->to_wet && dry == m->to_dry)
		return;
	double w = fade_weight(m->at, m->length);
	m->wet += w * (m->to_wet - m->wet);
	m->dry += w * (m->to_dry - m->dry);
	m->to_wet = wet;
	m->to_dry = dry;
	m->at = 0;
}

static bool settled(const struct mix *m) RT
{
	return m->at >= m->length;
}

bool mix_needs_dry(const struct mix *m) RT
{
	return !settled(m) || m->to_dry != 0;
}

bool mix_needs_wet(const struct mix *m) RT
{
	return m->to_wet != 0 || (!settled(m) && m->wet != 0);
}

void mix_restart(struct mix *m) RT
{
	m->wet = m->dry = 0;
	m->at = 0;
}

void mix_restart_wet(struct mix *m) RT
{
	m->dry += fade_weight(m->at, m->length) * (m->to_dry - m->dry);
	m->wet = 0;
	m->at = 0;
}

static void run_settled(const struct mix *m, double *const io[2], double *const dry[2], uint32_t n) RT
{
	for (int c = 0; c < 2; c++) {
		if (m->to_wet == 0 && m->to_dry == 0)
			memset(io[c], 0, n * sizeof(double));
		else if (m->to_wet == 0 && m->to_dry == 1)
			memcpy(io[c], dry[c], n * sizeof(double));
		else if (m->to_dry == 0) /* dry holds nothing then */
			for (uint32_t i = 0; i < n; i++)
				io[c][i] *= m->to_wet;
		else
			for (uint32_t i = 0; i < n; i++)
				io[c][i] = m->to_wet * io[c][i] + m->to_dry * dry[c][i];
	}
}

void mix_run(struct mix *m, double *const io[2], double *const dry[2], uint32_t n) RT
{
	uint32_t fading = m->length - m->at < n ? m->length - m->at : n;
	for (uint32_t i = 0; i < fading; i++) {
		double w = fade_weight(m->at + i, m->length);
		double wet = m->wet + w * (m->to_wet - m->wet), unwet = m->dry + w * (m->to_dry - m->dry);
		for (int c = 0; c < 2; c++)
			io[c][i] = wet * io[c][i] + unwet * dry[c][i];
	}
	m->at += fading;
	if (fading == n || (m->to_wet == 1 && m->to_dry == 0))
		return;
	double *const io_rest[2] = { io[0] + fading, io[1] + fading };
	double *const dry_rest[2] = { dry[0] + fading, dry[1] + fading };
	run_settled(m, io_rest, dry_rest, n - fading);
}
