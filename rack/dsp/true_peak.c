/* The true-peak filters and their loops, written over vectors of neighbouring frames. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/true_peak.h"

#include <math.h>
#include <string.h>

/* Clones for AVX2 are 1.6 times as fast as the best that plain x86-64 does. Sanitizers start too late for their
 * resolver. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
	!defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("avx2", "default")))
#define VECTOR_BYTES 32
#else
#define CLONES
#define VECTOR_BYTES 16
#endif

/* Lanes are neighbouring frames, so sums are made in the same order whatever the width is. */
typedef float lanes __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
typedef int32_t lanes_bits __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
enum { N_LANES = VECTOR_BYTES / sizeof(float), STEP = 2 * N_LANES };
enum { PAST = 2 * TRUE_PEAK_HALF_PAIRS - 1, EDGE_STEP = 8 };
#define LOAD(P) (*(const lanes *)(P))

#define MAGNITUDE(X) ((lanes)((lanes_bits)(X)&0x7fffffff))

/* a and b are magnitudes: their bits are ordered as they are. */
#define SELECT(MASK, A, B) ((lanes)(((lanes_bits)(A) & (MASK)) | ((lanes_bits)(B) & ~(MASK))))
#define HIGHEST(A, B) SELECT((lanes_bits)(A) > (lanes_bits)(B), A, B)

/* Modified Bessel function of the first kind, order 0 (power series). */
static double bessel_i0(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; k < 40; k++) {
		term *= (x / (2 * k)) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

/* Sinc of the distance from the wanted point, within a Kaiser window that ends at `reach`. */
static double tap(double distance, double reach, double beta)
{
	double x = distance / reach;
	if (fabs(x) >= 1)
		return 0;
	double window = bessel_i0(beta * sqrt(1 - x * x)) / bessel_i0(beta);
	return distance == 0 ? 1 : window * sin(M_PI * distance) / (M_PI * distance);
}

void true_peak_design(struct true_peak_filter *f)
{
	/* beta: a ripple of 0.01 dB in the first stage; the second has half its band to fall in. */
	double beta_half = 5.5, beta_fine = 5.0;
	double sum = 0;
	for (int j = 0; j < TRUE_PEAK_HALF_PAIRS; j++) {
		f->half[j] = (float)tap(j + 0.5, TRUE_PEAK_HALF_PAIRS, beta_half);
		sum += 2 * f->half[j];
	}
	for (int j = 0; j < TRUE_PEAK_HALF_PAIRS; j++)
		f->half[j] = (float)(f->half[j] / sum);
	for (int j = 0; j < 2 * TRUE_PEAK_HALF_PAIRS; j++) {
		double hann = 0.5 - 0.5 * cos(2 * M_PI * (j + 0.5) / (2 * TRUE_PEAK_HALF_PAIRS));
		f->edge[j] = (float)((j % 2 ? -1 : 1) * hann / TRUE_PEAK_HALF_PAIRS);
	}
	double sum_middle = 0, sum_quarter = 0;
	for (int j = 0; j < TRUE_PEAK_FINE_PAIRS; j++) {
		double left = tap(j + 0.25, TRUE_PEAK_FINE_PAIRS, beta_fine);
		double right = tap(j + 0.75, TRUE_PEAK_FINE_PAIRS, beta_fine);
		f->middle[j] = (float)tap(j + 0.5, TRUE_PEAK_FINE_PAIRS, beta_fine);
		f->quarter_even[j] = (float)((left + right) / 2);
		f->quarter_odd[j] = (float)((left - right) / 2);
		sum_middle += 2 * f->middle[j];
		sum_quarter += left + right;
	}
	for (int j = 0; j < TRUE_PEAK_FINE_PAIRS; j++) {
		f->middle[j] = (float)(f->middle[j] / sum_middle);
		f->quarter_even[j] = (float)(f->quarter_even[j] / sum_quarter);
		f->quarter_odd[j] = (float)(f->quarter_odd[j] / sum_quarter);
	}
}

/* The points in the middle: x[0] is the frame 31 before the first of them. Two vectors at a time: a coefficient is
 * loaded for both, and neither waits for its own last sum. */
CLONES static void interpolate_halves(const struct true_peak_filter *f, const float *x, float *halves, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i += STEP) {
		lanes first = { 0 }, second = { 0 };
		for (int j = 0; j < TRUE_PEAK_HALF_PAIRS; j++) {
			const float *before = x + i + j, *after = x + i + 2 * TRUE_PEAK_HALF_PAIRS - 1 - j;
			float weight = f->half[TRUE_PEAK_HALF_PAIRS - 1 - j];
			first += weight * (LOAD(before) + LOAD(after));
			second += weight * (LOAD(before + N_LANES) + LOAD(after + N_LANES));
		}
		*(lanes *)(halves + i) = first;
		*(lanes *)(halves + i + N_LANES) = second;
	}
}

/* The points of an interval of the doubled rate. The pairs around it are before[] and after[], nearest first. The
 * quarter and the three-quarter points are sums and differences of what is common and what differs: the higher of them
 * is the sum of the magnitudes. */
struct interval {
	const float *before[TRUE_PEAK_FINE_PAIRS], *after[TRUE_PEAK_FINE_PAIRS];
};

CLONES static void interpolate_interval(
	const struct true_peak_filter *f, const struct interval *t, float *peaks, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i += N_LANES) {
		lanes middle = { 0 }, even = { 0 }, odd = { 0 };
		for (int j = TRUE_PEAK_FINE_PAIRS - 1; j >= 0; j--) {
			lanes a = LOAD(t->before[j] + i), b = LOAD(t->after[j] + i);
			lanes sum = a + b, difference = a - b;
			middle += f->middle[j] * sum;
			even += f->quarter_even[j] * sum;
			odd += f->quarter_odd[j] * difference;
		}
		lanes quarters = MAGNITUDE(even) + MAGNITUDE(odd), point = MAGNITUDE(LOAD(t->before[0] + i));
		lanes before = LOAD(peaks + i);
		middle = MAGNITUDE(middle);
		point = HIGHEST(point, middle);
		quarters = HIGHEST(quarters, before);
		*(lanes *)(peaks + i) = HIGHEST(point, quarters);
	}
}

void true_peak_process(
	struct true_peak *s, const struct true_peak_filter *f, const float *in, float *peaks, uint32_t n) RT
{
	enum { N_MAX = TRUE_PEAK_BLOCK_MAX + STEP };
	float x[PAST + N_MAX], halves[4 + N_MAX], result[N_MAX];
	memcpy(x, s->frames, sizeof s->frames);
	memcpy(x + PAST, in, n * sizeof *in);
	memset(x + PAST + n, 0, STEP * sizeof *x);
	memcpy(halves, s->halves, sizeof s->halves);
	interpolate_halves(f, x, halves + 4, n);
	/* Frame e[0] and the half h[0] behind it are the first whose neighbours are all known. */
	const float *e = x + TRUE_PEAK_HALF_PAIRS - 3, *h = halves + 2;
	const struct interval first = { { e, h - 1, e - 1, h - 2, e - 2 }, { h, e + 1, h + 1, e + 2, h + 2 } };
	const struct interval second = { { h, e, h - 1, e - 1, h - 2 }, { e + 1, h + 1, e + 2, h + 2, e + 3 } };
	memset(result, 0, (n + N_LANES) * sizeof *result);
	interpolate_interval(f, &first, result, n);
	interpolate_interval(f, &second, result, n);
	memcpy(peaks, result, n * sizeof *peaks);
	memcpy(s->frames, x + n, sizeof s->frames);
	memcpy(s->halves, halves + n, sizeof s->halves);
}

void true_peak_delay(struct true_peak *s, const float *in, float *peaks, uint32_t n) RT
{
	float x[PAST + TRUE_PEAK_BLOCK_MAX];
	memcpy(x, s->frames, sizeof s->frames);
	memcpy(x + PAST, in, n * sizeof *in);
	for (uint32_t i = 0; i < n; i++)
		peaks[i] = fabsf(x[PAST - TRUE_PEAK_DELAY + i]);
	memcpy(s->frames, x + n, sizeof s->frames);
}

/* Turned by half the rate the upper edge of the band lies at 0 Hz; what is left of it behind a narrow low-pass (Hann,
 * 0.03 of the rate) changes so slowly that every 8th frame will do. The sums have a fixed order. */
static float edge_magnitude(const float *x, const float *weights) RT
{
	float sums[EDGE_STEP] = { 0 }, sum = 0;
	for (int k = 0; k < 2 * TRUE_PEAK_HALF_PAIRS; k += EDGE_STEP)
		for (int j = 0; j < EDGE_STEP; j++)
			sums[j] += x[k + j] * weights[k + j];
	for (int j = 0; j < EDGE_STEP; j++)
		sum += sums[j];
	return fabsf(sum);
}

void true_peak_edge(struct true_peak *s, const struct true_peak_filter *f, const float *in, float *missed, float share,
	uint32_t n) RT
{
	float x[PAST + TRUE_PEAK_BLOCK_MAX];
	memcpy(x, s->frames, sizeof s->frames);
	memcpy(x + PAST, in, n * sizeof *in);
	for (uint32_t i = 0; i < n;) {
		if (s->edge_at == 0) {
			s->edges[2] = s->edges[1];
			s->edges[1] = s->edges[0];
			s->edges[0] = edge_magnitude(x + i, f->edge);
		}
		float top = s->edges[0] > s->edges[1] ? s->edges[0] : s->edges[1];
		top = share * (top > s->edges[2] ? top : s->edges[2]);
		for (; s->edge_at < EDGE_STEP && i < n; i++, s->edge_at++)
			missed[i] = top;
		s->edge_at %= EDGE_STEP;
	}
}
