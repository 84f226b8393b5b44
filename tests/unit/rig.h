/* A rack without JACK for tests: a control, an engine, and the test as the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "rack/audio/engine.h"
#include "rack/control/control.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

struct rig {
	struct control *control;
	struct engine *engine;
	uint32_t latency;
};

/* A rack of these types (NULL at the end), running offline at this rate. */
static inline struct rig rig_new(double rate, ...)
{
	struct rig rig = { .control = control_new(NULL) };
	assert_non_null(rig.control);
	va_list types;
	va_start(types, rate);
	const char *type;
	while ((type = va_arg(types, const char *)))
		assert_int_equal(control_insert(rig.control, type, 99, NULL, 0, NULL), STATUS_OK);
	va_end(types);
	assert_int_equal(control_start(rig.control, &(struct spec){ .rate = rate }, CONTROL_OFFLINE, NULL), STATUS_OK);
	rig.engine = control_engine(rig.control);
	rig.latency = control_latency(rig.control);
	return rig;
}

static inline void rig_free(struct rig *rig)
{
	control_free(rig->control);
}

/* Sets "slot/param" to a value in its unit. */
static inline void rig_set(struct rig *rig, const char *slot, const char *param, float value)
{
	int s = rack_find_slot(control_rack(rig->control), slot);
	assert_true(s >= 0);
	int p = slot_find_param(&control_rack(rig->control)->slots[s], param);
	assert_true(p >= 0);
	assert_int_equal(control_set(rig->control, (uint32_t)s, (uint32_t)p, value, 0, NULL, NULL), STATUS_OK);
}

/* Frames at .. at + n of planar stereo through the rack in blocks of this size. */
static inline void rig_run(
	struct rig *rig, float *const in[2], float *const out[2], size_t at, size_t n, uint32_t block)
{
	for (size_t done = 0; done < n;) {
		uint32_t m = n - done < block ? (uint32_t)(n - done) : block;
		const struct buses buses = { .in = { in[0] + at + done, in[1] + at + done },
			.out = { out[0] + at + done, out[1] + at + done } };
		engine_process(rig->engine, &buses, m, 0);
		control_tick(rig->control);
		done += m;
	}
}

struct stereo {
	float *of[2];
	size_t n;
};

static inline struct stereo stereo_new(size_t n)
{
	struct stereo s = { .n = n };
	for (int c = 0; c < 2; c++) {
		s.of[c] = calloc(n, sizeof(float));
		assert_non_null(s.of[c]);
	}
	return s;
}

static inline void stereo_free(struct stereo *s)
{
	free(s->of[0]);
	free(s->of[1]);
}

/* The same everywhere and every time. */
static inline uint32_t rig_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static inline float rig_uniform(uint32_t *seed)
{
	return (float)rig_random(seed) / 8388608.0f - 1;
}

static inline float stereo_sine(size_t i, double rate, double hz, double level)
{
	return (float)(level * sin(6.283185307179586 * hz * (double)i / rate));
}

static inline void stereo_fill_sine(struct stereo *s, double rate, double hz, double level)
{
	for (size_t i = 0; i < s->n; i++)
		s->of[0][i] = s->of[1][i] = stereo_sine(i, rate, hz, level);
}

/* Something like a mix: a chord that swells, noise bursts, a difference between the sides. */
static inline void stereo_fill_music(struct stereo *s, double rate, float level)
{
	uint32_t seed = 7;
	for (size_t i = 0; i < s->n; i++) {
		double t = (double)i / rate, beat = fmod(t, 0.25);
		double chord =
			sin(6.2831853 * 110 * t) + 0.7 * sin(6.2831853 * 277.2 * t) + 0.5 * sin(6.2831853 * 3520 * t);
		double hit = exp(-beat * 40);
		for (int c = 0; c < 2; c++)
			s->of[c][i] = level * (float)(0.2 * chord * (1 + 0.5 * sin(3 * t + c)) +
						      0.3 * hit * rig_uniform(&seed));
	}
}

#endif
