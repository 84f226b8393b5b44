/* The two-path mix behind bypass, solo and delta. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/mix.h"

#include "rack/dsp/fade.h"

#include <string.h>

#define FADE_MS 20

static struct mix_path resting(double from, double to) RT
{
	return (struct mix_path){ .from = from, .to = to };
}

void mix_init(struct mix *m, double rate, double wet, double dry)
{
	uint32_t length = fade_frames(rate, FADE_MS);
	*m = (struct mix){ .wet = resting(wet, wet), .dry = resting(dry, dry), .at = length, .length = length };
}

static bool settled(const struct mix *m) RT
{
	return m->at >= m->length;
}

/* t: 0..1 of the fade. */
static double place(const struct mix_path *p, double t) RT
{
	double t3 = t * t * t;
	return p->to + (p->from - p->to) * (1 - t3 * (10 - 15 * t + 6 * t * t)) +
	       p->speed * (t - t3 * (6 - 8 * t + 3 * t * t)) + p->bend / 2 * (t * t - t3 * (3 - 3 * t + t * t));
}

static double speed(const struct mix_path *p, double t) RT
{
	double t2 = t * t;
	return (p->to - p->from) * 30 * t2 * (1 - 2 * t + t2) + p->speed * (1 - t2 * (18 - 32 * t + 15 * t2)) +
	       p->bend / 2 * (2 * t - t2 * (9 - 12 * t + 5 * t2));
}

static double bend(const struct mix_path *p, double t) RT
{
	double t2 = t * t;
	return (p->to - p->from) * 60 * t * (1 - 3 * t + 2 * t2) - p->speed * t * (36 - 96 * t + 60 * t2) +
	       p->bend / 2 * (2 - 18 * t + 36 * t2 - 20 * t * t2);
}

static double now(const struct mix *m) RT
{
	return (m->at + 0.5) / m->length;
}

static struct mix_path turned(const struct mix *m, const struct mix_path *p, double to) RT
{
	if (settled(m))
		return resting(p->to, to);
	double t = now(m);
	return (struct mix_path){ place(p, t), speed(p, t), bend(p, t), to };
}

void mix_to(struct mix *m, double wet, double dry) RT
{
	if (wet == m->wet.to && dry == m->dry.to)
		return;
	m->wet = turned(m, &m->wet, wet);
	m->dry = turned(m, &m->dry, dry);
	m->at = 0;
}

bool mix_needs_dry(const struct mix *m) RT
{
	return !settled(m) || m->dry.to != 0;
}

bool mix_needs_wet(const struct mix *m) RT
{
	return m->wet.to != 0 || (!settled(m) && (m->wet.from != 0 || m->wet.speed != 0 || m->wet.bend != 0));
}

void mix_restart(struct mix *m) RT
{
	m->wet = resting(0, m->wet.to);
	m->dry = resting(0, m->dry.to);
	m->at = 0;
}

void mix_restart_wet(struct mix *m) RT
{
	m->dry = turned(m, &m->dry, m->dry.to);
	m->wet = resting(0, m->wet.to);
	m->at = 0;
}

static void run_settled(const struct mix *m, double *const io[2], double *const dry[2], uint32_t n) RT
{
	for (int c = 0; c < 2; c++) {
		if (m->wet.to == 0 && m->dry.to == 0)
			memset(io[c], 0, n * sizeof(double));
		else if (m->wet.to == 0 && m->dry.to == 1)
			memcpy(io[c], dry[c], n * sizeof(double));
		else if (m->dry.to == 0) /* dry holds nothing then */
			for (uint32_t i = 0; i < n; i++)
				io[c][i] *= m->wet.to;
		else
			for (uint32_t i = 0; i < n; i++)
				io[c][i] = m->wet.to * io[c][i] + m->dry.to * dry[c][i];
	}
}

void mix_run(struct mix *m, double *const io[2], double *const dry[2], uint32_t n) RT
{
	uint32_t fading = m->length - m->at < n ? m->length - m->at : n;
	for (uint32_t i = 0; i < fading; i++) {
		double t = (m->at + i + 0.5) / m->length, wet = place(&m->wet, t), unwet = place(&m->dry, t);
		for (int c = 0; c < 2; c++)
			io[c][i] = wet * io[c][i] + unwet * dry[c][i];
	}
	m->at += fading;
	if (fading == n || (m->wet.to == 1 && m->dry.to == 0))
		return;
	double *const io_rest[2] = { io[0] + fading, io[1] + fading };
	double *const dry_rest[2] = { dry[0] + fading, dry[1] + fading };
	run_settled(m, io_rest, dry_rest, n - fading);
}
