/* Analyser: rms, correlation and balance of left and right over 300 ms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/meters/analyser.h"

enum { WINDOW_HOPS = 30, LANES = 4 };
_Static_assert(ANALYSER_LANES % LANES == 0, "silence follows the hop's last frame");
#define BALANCE_MAX_DB 60

static const struct level rows[] = {
	{ .id = "rms",
		.label = "RMS",
		.unit = UNIT_DBFS,
		.min = -60,
		.width = 2,
		.role = ROLE_RMS,
		.help = "RMS of left and right over 300 ms in dB; a sine of full scale has -3" },
	{ .id = "correlation",
		.label = "Correlation",
		.min = -1,
		.max = 1,
		.kind = LEVEL_CENTRED,
		.role = ROLE_CORRELATION,
		.help = "Correlation of left and right over 300 ms: 1 is mono, below 0 cancels in mono; 0 in silence" },
	{ .id = "balance",
		.label = "Balance",
		.unit = UNIT_DB,
		.min = -BALANCE_MAX_DB,
		.max = BALANCE_MAX_DB,
		.kind = LEVEL_CENTRED,
		.help = "How much louder the right channel is in dB, over 300 ms" },
};

struct sums {
	double left, right, both; /* of squares, and of products */
};

struct stereo {
	struct sums hops[WINDOW_HOPS];
	uint32_t newest;
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct stereo);
}

/* In sums beside each other: one alone would wait for its own last addition at every frame. */
static struct sums sum_products(const float *left, const float *right, uint32_t n)
{
	double lefts[LANES] = { 0 }, rights[LANES] = { 0 }, boths[LANES] = { 0 };
	for (uint32_t i = 0; i < n; i += LANES)
		for (uint32_t k = 0; k < LANES; k++) {
			double l = (double)left[i + k], r = (double)right[i + k];
			lefts[k] += l * l;
			rights[k] += r * r;
			boths[k] += l * r;
		}
	return (struct sums){ lefts[0] + lefts[1] + lefts[2] + lefts[3], rights[0] + rights[1] + rights[2] + rights[3],
		boths[0] + boths[1] + boths[2] + boths[3] };
}

static void hear(void *state, const struct hops *hops, enum tap own)
{
	struct stereo *s = state;
	s->newest = (s->newest + 1) % WINDOW_HOPS;
	s->hops[s->newest] = sum_products(hops->of[own].x[0], hops->of[own].x[1], hops->n);
}

static double balance(double left, double right)
{
	if (left == right)
		return 0;
	double db = left == 0 ? BALANCE_MAX_DB : right == 0 ? -BALANCE_MAX_DB : 10 * log10(right / left);
	return fmax(-BALANCE_MAX_DB, fmin(BALANCE_MAX_DB, db));
}

static void read(void *state, const struct hops *hops, enum tap own, float *values)
{
	const struct stereo *s = state;
	struct sums sums = { 0 };
	(void)own;
	for (int i = 0; i < WINDOW_HOPS; i++) {
		sums.left += s->hops[i].left;
		sums.right += s->hops[i].right;
		sums.both += s->hops[i].both;
	}
	double n = (double)hops->n * WINDOW_HOPS, product = sqrt(sums.left) * sqrt(sums.right);
	*values++ = (float)decibel_or_silence(sqrt(sums.left / n));
	*values++ = (float)decibel_or_silence(sqrt(sums.right / n));
	*values++ = product > 0 ? (float)fmax(-1, fmin(1, sums.both / product)) : 0;
	*values = (float)balance(sums.left, sums.right);
}

const struct analyser analyser_stereo = {
	.id = "stereo",
	.rows = rows,
	.n_rows = sizeof rows / sizeof rows[0],
	.taps = TAPS_HEARD,
	.size = size,
	.hear = hear,
	.read = read,
};
