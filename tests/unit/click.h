/* What a click is and how it is measured: materials, the power away from the carrier, what two fixed settings explain.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_CLICK_H
#define TESTS_CLICK_H

#include "tests/unit/rig.h"

#include <complex.h>
#include <fftw3.h>
#include <stdbool.h>

/* A tone, steady or moving in level, is all that goes in. What comes out more than 500 Hz away from it is the click:
 * its power over everything, and in the worst 5 ms, both against the tone's.
 *
 * Some modules put something there at any setting: harmonics, or the sidebands of a gain that moves. So the same sound
 * is processed at each of the settings as they stand (and at some on the way, where the ends have much of it), and the
 * click is what its rms is above that of the loudest of these within 2.5 ms: by the triangle inequality no less has
 * been added. A click much softer than that sound would hide behind it; so the same is done once more with 250 Hz on
 * both sides of each harmonic left out, and the higher figure counts.
 *
 * The sound is faded in and out around what is measured, by a curve that has all derivatives, so that its spectrum has
 * no edges, whatever the period of what moves. */
enum { CLICK_EDGES_S = 10, CLICK_WINDOWS_S = 200 }; /* parts of a second: the fade, and the worst window */

struct click {
	double total, worst; /* dB re tone */
};

/* What is measured of a sound, and the tools for it. */
struct click_sound {
	double rate, hz, away;        /* Hz: the tone, and how far from it everything counts */
	size_t from, n, edge, window; /* n frames from `from` on; `edge` before and after them are there too */
	double *time;
	double complex *spectrum, *kept;
	fftw_plan there, back;
};

static inline struct click_sound click_sound_new(double rate, double hz, double from_s, double n_s)
{
	struct click_sound s = {
		.rate = rate, .hz = hz, .away = 500, .from = (size_t)(from_s * rate), .n = (size_t)(n_s * rate)
	};
	s.edge = (size_t)rate / CLICK_EDGES_S;
	s.window = (size_t)rate / CLICK_WINDOWS_S;
	size_t all = s.n + 2 * s.edge;
	s.time = fftw_malloc(all * sizeof *s.time);
	s.spectrum = fftw_malloc((all / 2 + 1) * sizeof *s.spectrum);
	s.kept = fftw_malloc((all / 2 + 1) * sizeof *s.kept);
	s.there = fftw_plan_dft_r2c_1d((int)all, s.time, s.spectrum, FFTW_ESTIMATE);
	s.back = fftw_plan_dft_c2r_1d((int)all, s.kept, s.time, FFTW_ESTIMATE);
	return s;
}

static inline void click_sound_free(struct click_sound *s)
{
	fftw_destroy_plan(s->there);
	fftw_destroy_plan(s->back);
	fftw_free(s->time);
	fftw_free(s->spectrum);
	fftw_free(s->kept);
}

static inline size_t click_frames(const struct click_sound *s)
{
	return s->from + s->n + s->edge;
}

/* 0 to 1 for x from 0 to 1, smooth everywhere. */
static inline double click_edge(double x)
{
	return x <= 0 ? 0 : x >= 1 ? 1 : 1 / (1 + exp(1 / x - 1 / (1 - x)));
}

struct click_analysis {
	size_t n_windows;
	double *power[2]; /* of each window, with and without what lies beside the harmonics */
	double tone;
};

static inline void click_transform(const struct click_sound *s, const float *x)
{
	size_t all = s->n + 2 * s->edge;
	for (size_t i = 0; i < all; i++)
		s->time[i] = (double)x[s->from - s->edge + i];
	for (size_t i = 0; i < s->edge; i++) {
		double weight = click_edge(((double)i + 0.5) / (double)s->edge);
		s->time[i] *= weight;
		s->time[all - 1 - i] *= weight;
	}
	fftw_execute(s->there);
	for (size_t k = 0; k <= all / 2; k++)
		s->spectrum[k] /= (double)all;
}

/* Back in time; power of each window. */
static inline double *click_windows(const struct click_sound *s, bool without_harmonics, size_t n_windows)
{
	double *power = calloc(n_windows, sizeof *power), step = s->rate / (double)(s->n + 2 * s->edge);
	for (size_t k = 0; k <= s->n / 2 + s->edge; k++) {
		double hz = (double)k * step, beside = fabs(hz - s->hz * rint(hz / s->hz));
		bool keep = fabs(hz - s->hz) > s->away && !(without_harmonics && beside < 250);
		s->kept[k] = keep ? s->spectrum[k] : 0;
	}
	fftw_execute(s->back);
	for (size_t w = 0; w < n_windows; w++) {
		const double *x = s->time + s->edge + w * (s->window / 2);
		for (size_t i = 0; i < s->window; i++)
			power[w] += x[i] * x[i] / (double)s->window;
	}
	return power;
}

/* Power of the tone over what is measured, and half of each edge: near enough. */
static inline double click_tone(const struct click_sound *s)
{
	double power = 0, step = s->rate / (double)(s->n + 2 * s->edge);
	for (size_t k = 0; k <= s->n / 2 + s->edge; k++)
		if (fabs((double)k * step - s->hz) <= 500)
			power += 2 * creal(s->spectrum[k] * conj(s->spectrum[k]));
	return power;
}

static inline struct click_analysis click_analyse(const struct click_sound *s, const float *x)
{
	struct click_analysis a = { .n_windows = (s->n - s->window) / (s->window / 2) + 1 };
	click_transform(s, x);
	a.tone = click_tone(s);
	for (int which = 0; which < 2; which++)
		a.power[which] = click_windows(s, which, a.n_windows);
	return a;
}

/* Of a setting that stands, dB re tone. */
static inline double click_floor(const struct click_analysis *a)
{
	double total = 0;
	for (size_t w = 0; w < a->n_windows; w++)
		total += a->power[0][w] / (double)a->n_windows;
	return 10 * log10(total / a->tone + 1e-30);
}

static inline void click_drop(struct click_analysis *a)
{
	free(a->power[0]);
	free(a->power[1]);
}

/* What the settings that stand explain of window w. */
static inline double click_explained(const struct click_analysis *fixed, int n_fixed, int which, size_t w)
{
	double most = 0;
	for (int f = 0; f < n_fixed; f++)
		for (size_t i = w ? w - 1 : 0; i <= w + 1 && i < fixed[f].n_windows; i++)
			most = fmax(most, fixed[f].power[which][i]);
	return most;
}

static inline struct click click_measure(
	const struct click_sound *sound, const float *moved, const struct click_analysis *fixed, int n_fixed)
{
	struct click_analysis a = click_analyse(sound, moved);
	struct click click = { -999, -999 };
	for (int which = 0; which < 2; which++) {
		double total = 0, worst = 0;
		for (size_t w = 0; w < a.n_windows; w++) {
			double explained = click_explained(fixed, n_fixed, which, w);
			double added = fmax(0, sqrt(a.power[which][w]) - sqrt(explained));
			total += added * added / (double)a.n_windows;
			worst = fmax(worst, added * added);
		}
		click.total = fmax(click.total, 10 * log10(total / a.tone + 1e-30));
		click.worst = fmax(click.worst, 10 * log10(worst / a.tone + 1e-30));
	}
	click_drop(&a);
	return click;
}

static inline struct click click_higher(struct click a, struct click b)
{
	return (struct click){ fmax(a.total, b.total), fmax(a.worst, b.worst) };
}

/* Level in dBFS of the left channel; the right one is 2 dB below and turned, so that links and width have something to
 * do. swing: dB from loud to soft, 3.5 times a second, the right channel a quarter later: not in step with what is
 * moved. */
struct click_material {
	double hz, level, swing;
};

static inline void click_fill(struct stereo *s, double rate, const struct click_material *m)
{
	for (size_t i = 0; i < s->n; i++)
		for (int c = 0; c < 2; c++) {
			double t = (double)i / rate, phase = 6.283185307179586 * m->hz * t + 0.5 * c;
			double soft = 0.5 - 0.5 * cos(6.283185307179586 * (3.5 * t - 0.25 * c));
			s->of[c][i] = (float)(pow(10, (m->level - 2 * c - m->swing * soft) / 20) * sin(phase));
		}
}

#endif
