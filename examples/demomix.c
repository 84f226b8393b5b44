/* Makes a minute of music that sounds like a mix before mastering: boomy, harsh in places, phasey below, quiet. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* demomix OUT.wav: 48 kHz, 24 bit, stereo; the same bytes each time. 24 bars at 96 beats a minute: intro, verse,
 * chorus, end. Wrong on purpose: chords swell around 260 Hz, accented lead notes bite at 3 to 5 kHz, the bass is spread
 * by phase, drums stick out 16 dB above the loudness, and at -20 LUFS the whole is too quiet for any delivery. */
#include <math.h>
#include <sndfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	RATE = 48000,
	N_BARS = 24,
	STEPS = 8 /* eighths in a bar */,
	BAR = RATE * 5 / 2,
	STEP = BAR / STEPS,
	N_FRAMES = N_BARS * BAR
};

#define TAU 6.28318530717958648

/* Dry sound, and what goes to the reverb. */
struct mix {
	float dry[2][N_FRAMES], wet[2][N_FRAMES];
	uint32_t noise; /* state of the noise generator */
};

/* Roots and thirds as MIDI note numbers: Am F C G, then Dm Am F E. */
static const int verse_chords[4][3] = { { 57, 60, 64 }, { 53, 57, 60 }, { 55, 60, 64 }, { 55, 59, 62 } };
static const int chorus_chords[4][3] = { { 57, 62, 65 }, { 57, 60, 64 }, { 53, 57, 60 }, { 56, 59, 64 } };
static const int verse_bass[4] = { 33, 29, 36, 31 }, chorus_bass[4] = { 38, 33, 29, 28 };

/* The tune by eighths; 0 holds. */
static const int verse_tune[8][STEPS] = {
	{ 69, 0, 72, 0, 76, 0, 74, 72 },
	{ 72, 0, 69, 0, 65, 0, 67, 69 },
	{ 67, 0, 72, 0, 76, 74, 72, 0 },
	{ 71, 0, 74, 0, 67, 0, 69, 71 },
	{ 76, 0, 0, 74, 72, 0, 71, 69 },
	{ 77, 0, 76, 0, 72, 0, 69, 0 },
	{ 79, 0, 76, 0, 72, 0, 74, 76 },
	{ 74, 0, 71, 0, 67, 0, 0, 0 },
};
static const int chorus_tune[8][STEPS] = {
	{ 77, 76, 74, 0, 81, 0, 77, 74 },
	{ 76, 0, 72, 69, 76, 0, 81, 0 },
	{ 84, 0, 81, 77, 81, 0, 84, 0 },
	{ 83, 0, 80, 76, 80, 83, 88, 0 },
	{ 86, 0, 84, 81, 77, 0, 74, 77 },
	{ 81, 0, 76, 72, 69, 72, 76, 81 },
	{ 77, 0, 81, 84, 0, 81, 77, 0 },
	{ 76, 80, 83, 88, 0, 0, 0, 0 },
};

static double hertz(double note)
{
	return 440 * exp2((note - 69) / 12);
}

static double noise(struct mix *m)
{
	m->noise = m->noise * 1664525u + 1013904223u;
	return (int32_t)m->noise / 2147483648.0;
}

static void add(struct mix *m, int frame, double left, double right, double send)
{
	if (frame < 0 || frame >= N_FRAMES)
		return;
	m->dry[0][frame] += (float)left;
	m->dry[1][frame] += (float)right;
	m->wet[0][frame] += (float)(left * send);
	m->wet[1][frame] += (float)(right * send);
}

/* Rises within attack_s, falls by 60 dB in decay_s, and ends within 10 ms at length_s. */
static double envelope(double t, double attack_s, double decay_s, double length_s)
{
	double rise = t < attack_s ? t / attack_s : 1, end = t > length_s - 0.01 ? (length_s - t) / 0.01 : 1;
	return end <= 0 ? 0 : rise * end * pow(0.001, t / decay_s);
}

static void kick(struct mix *m, int start, double level)
{
	double phase = 0;
	for (int i = 0; i < RATE * 2 / 5; i++) {
		double t = (double)i / RATE;
		phase += TAU * (46 + 130 * exp(-t / 0.03)) / RATE;
		double x = level * (sin(phase) * envelope(t, 0.0005, 0.45, 0.4) + 0.3 * noise(m) * exp(-t / 0.001));
		add(m, start + i, x, x, 0.02);
	}
}

static void snare(struct mix *m, int start, double level)
{
	double last = 0;
	for (int i = 0; i < RATE * 3 / 10; i++) {
		double t = (double)i / RATE, white = noise(m), rattle = white + 0.7 * last;
		last = white;
		double x = level * (0.6 * sin(TAU * 188 * t) * exp(-t / 0.06) + 0.45 * rattle * exp(-t / 0.055));
		add(m, start + i, x * 1.05, x * 0.95, 0.25);
	}
}

static void hat(struct mix *m, int start, double level, double decay_s)
{
	double a = 0, b = 0;
	for (int i = 0; i < (int)(RATE * decay_s * 6); i++) {
		double white = noise(m), bright = white - 2 * a + b; /* second difference: only the top octaves */
		b = a, a = white;
		double x = level * bright * exp(-i / (decay_s * RATE));
		add(m, start + i, x * 0.7, x, 0.05);
	}
}

/* Harmonics up to 1.2 kHz; the right channel's fundamental runs ahead and a little sharp: the low end is wide and
 * wanders. */
static void bass(struct mix *m, int start, double note, double length_s, double level)
{
	double f = hertz(note);
	for (int i = 0; i < (int)(length_s * RATE); i++) {
		double t = (double)i / RATE, left = 0, right = 0;
		for (int h = 1; h * f < 1200; h++) {
			double strength = pow(h, -1.1) * exp(-t * (h - 1) * 0.9);
			left += strength * sin(TAU * h * f * t);
			right += strength * sin(TAU * h * (f + 0.35) * t + (h == 1 ? 1.9 : 0.5));
		}
		double loud = level * envelope(t, 0.006, 3, length_s);
		add(m, start + i, loud * left, loud * right, 0.03);
	}
}

/* A soft pad of two detuned voices; the swell around 260 Hz is what wants an equalizer. */
static void pad(struct mix *m, int start, double note, double length_s, double level, double pan)
{
	double f = hertz(note), strength[24];
	int n = 0;
	for (int h = 1; n < 24 && h * f < 5000; h++) {
		double octaves = log2(h * f / 260);
		strength[n++] = pow(h, -1.35) * (1 + 2.6 * exp(-octaves * octaves * 3));
	}
	for (int i = 0; i < (int)(length_s * RATE); i++) {
		double t = (double)i / RATE, left = 0, right = 0;
		for (int h = 0; h < n; h++) {
			left += strength[h] * sin(TAU * (h + 1) * (f - 0.12) * t + h);
			right += strength[h] * sin(TAU * (h + 1) * (f + 0.12) * t + h + 0.6);
		}
		double loud = level * envelope(t, 0.08, 9, length_s);
		add(m, start + i, loud * left * (1 - pan), loud * right * (1 + pan), 0.35);
	}
}

/* Two-operator frequency modulation with vibrato; an accent pushes the modulator up until it bites at 3 to 5 kHz. */
static void lead(struct mix *m, int start, double note, double length_s, double level, int accent)
{
	double f = hertz(note), phase = 0;
	for (int i = 0; i < (int)(length_s * RATE); i++) {
		double t = (double)i / RATE;
		phase += TAU * f * (1 + 0.004 * sin(TAU * 5.3 * t) * fmin(1, t * 3)) / RATE;
		double depth = (accent ? 4.5 : 1.1) * (0.5 + 0.5 * exp(-t / 0.12));
		double x = sin(phase + depth * sin(phase));
		double loud = level * envelope(t, 0.012, 2.2, length_s);
		add(m, start + i, loud * x * 0.95, loud * x * 1.05, 0.3);
	}
}

static void drums(struct mix *m, int bar, int busy)
{
	int start = bar * BAR;
	for (int step = 0; step < STEPS; step++) {
		int at = start + step * STEP;
		if (step % 4 == 0 || (busy && step == 3) || (bar % 4 == 3 && step == 7))
			kick(m, at, step == 0 ? 1 : 0.85);
		if (step % 4 == 2)
			snare(m, at, 0.8);
		hat(m, at, step % 2 ? 0.022 : 0.035, 0.02);
		if (busy)
			hat(m, at + STEP / 2, 0.013, 0.02);
		if (step == 7)
			hat(m, at, 0.026, 0.09);
	}
}

static void tune(struct mix *m, int bar, const int steps[STEPS], double level)
{
	for (int step = 0; step < STEPS; step++) {
		int length = 1;
		if (!steps[step])
			continue;
		while (step + length < STEPS && !steps[step + length])
			length++;
		if (length > 3)
			length = 3;
		lead(m, bar * BAR + step * STEP, steps[step], length * (double)STEP / RATE, level, steps[step] >= 81);
	}
}

static void harmony(struct mix *m, int bar, const int chord[3], int root, int with_bass)
{
	for (int voice = 0; voice < 3; voice++)
		pad(m, bar * BAR, chord[voice], (double)BAR / RATE, 0.05, (voice - 1) * 0.35);
	static const int pattern[STEPS] = { 1, 0, 1, 1, 0, 1, 1, 0 };
	for (int step = 0; with_bass && step < STEPS; step++)
		if (pattern[step])
			bass(m, bar * BAR + step * STEP, root + (step == 6 ? 12 : 0), 1.3 * STEP / RATE, 0.3);
}

static void play(struct mix *m)
{
	for (int bar = 0; bar < N_BARS; bar++) {
		int intro = bar < 4, end = bar >= 20, chorus = bar >= 12 && bar < 20;
		harmony(m, bar, chorus ? chorus_chords[bar % 4] : verse_chords[bar % 4],
			chorus ? chorus_bass[bar % 4] : verse_bass[bar % 4], !intro);
		if (bar >= 2 && bar < 23)
			drums(m, bar, chorus);
		if (!intro && !end)
			tune(m, bar, chorus ? chorus_tune[bar - 12] : verse_tune[bar - 4], 0.26);
	}
}

/* Schroeder's reverberator: four combs side by side, then two all-passes; other lengths right than left. */
static void reverb(float *x, int spread)
{
	static const int combs[4] = { 1687, 1601, 2053, 2251 }, allpasses[2] = { 347, 113 };
	float *sum = calloc(N_FRAMES, sizeof *sum), line[2400];
	if (!sum)
		exit(1);
	for (int c = 0; c < 4; c++) {
		int length = combs[c] + spread;
		memset(line, 0, sizeof line);
		for (int i = 0; i < N_FRAMES; i++) {
			float out = line[i % length];
			line[i % length] = x[i] + 0.82f * out;
			sum[i] += 0.25f * out;
		}
	}
	for (int a = 0; a < 2; a++) {
		int length = allpasses[a] + spread;
		memset(line, 0, sizeof line);
		for (int i = 0; i < N_FRAMES; i++) {
			float delayed = line[i % length], in = sum[i] + 0.7f * delayed;
			line[i % length] = in;
			sum[i] = delayed - 0.7f * in;
		}
	}
	memcpy(x, sum, N_FRAMES * sizeof *sum);
	free(sum);
}

static int save(const struct mix *m, const char *path, double gain)
{
	SF_INFO info = { .samplerate = RATE, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_24 };
	SNDFILE *file = sf_open(path, SFM_WRITE, &info);
	if (!file) {
		fprintf(stderr, "demomix: %s: %s\n", path, sf_strerror(NULL));
		return 1;
	}
	for (int i = 0; i < N_FRAMES; i++) {
		double fade = fmin(1, (N_FRAMES - i) / (2.5 * RATE)); /* the last bar dies away */
		double frame[2];
		for (int c = 0; c < 2; c++)
			frame[c] = gain * fade * (m->dry[c][i] + m->wet[c][i]);
		if (sf_writef_double(file, frame, 1) != 1) {
			fprintf(stderr, "demomix: %s: %s\n", path, sf_strerror(file));
			sf_close(file);
			return 1;
		}
	}
	return sf_close(file) != 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: demomix OUT.wav\n");
		return 2;
	}
	struct mix *m = calloc(1, sizeof *m);
	if (!m)
		return 1;
	play(m);
	reverb(m->wet[0], 0);
	reverb(m->wet[1], 23);
	int status = save(m, argv[1], 0.36);
	free(m);
	return status;
}
