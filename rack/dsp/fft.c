/* Plans of FFTW, one pair for each size. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/fft.h"

#include "rack/base/memory.h"

#include <fftw3.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SIZES = 21 };
_Static_assert(1 << (SIZES - 1) == FFT_SIZE_MAX, "a place for every power of two");
_Static_assert(sizeof(struct fft_bin) == sizeof(fftw_complex), "bins are FFTW's numbers");

/* By the logarithm of the size. A plan never changes once it is there. */
struct fft {
	_Atomic(fftw_plan) forward[SIZES], inverse[SIZES];
};

/* What the audio thread may call: FFTW promises that new arrays with a plan are safe on any thread, its header does not
 * say it. */
/* NOLINTBEGIN(misc-misplaced-const): as fftw3.h declares them */
void fftw_execute_dft_r2c(const fftw_plan plan, double *in, fftw_complex *out) RT;
void fftw_execute_dft_c2r(const fftw_plan plan, fftw_complex *in, double *out) RT;
/* NOLINTEND(misc-misplaced-const) */

/* FFTW's planner serves one thread at a time: its own lock is told to see to that, which may be told any number of
 * times. */
struct fft *fft_new(void)
{
	fftw_make_planner_thread_safe();
	return memory_new(sizeof(struct fft));
}

void fft_free(struct fft *f)
{
	for (int i = 0; f && i < SIZES; i++) {
		fftw_destroy_plan(atomic_load_explicit(&f->forward[i], memory_order_relaxed));
		fftw_destroy_plan(atomic_load_explicit(&f->inverse[i], memory_order_relaxed));
	}
	free(f);
}

static uint32_t place(uint32_t size) RT
{
	return (uint32_t)__builtin_ctz(size);
}

/* Whoever comes second throws its own away: by estimate both are the same. */
static void keep(_Atomic(fftw_plan) *where, fftw_plan plan)
{
	fftw_plan none = NULL;
	if (!atomic_compare_exchange_strong_explicit(where, &none, plan, memory_order_release, memory_order_relaxed))
		fftw_destroy_plan(plan);
}

void fft_prepare(struct fft *f, uint32_t size)
{
	/* By estimate FFTW looks at the places and not at what stands there. */
	enum { ALIGNED = 64 };
	double *samples = (double *)(uintptr_t)ALIGNED;
	fftw_complex *bins = (fftw_complex *)(uintptr_t)(ALIGNED + (size_t)FFT_SIZE_MAX * 2 * sizeof(double));
	uint32_t at = place(size);
	if (!atomic_load_explicit(&f->forward[at], memory_order_acquire))
		keep(&f->forward[at], fftw_plan_dft_r2c_1d((int)size, samples, bins, FFTW_ESTIMATE));
	if (!atomic_load_explicit(&f->inverse[at], memory_order_acquire))
		keep(&f->inverse[at], fftw_plan_dft_c2r_1d((int)size, bins, samples, FFTW_ESTIMATE));
}

void fft_forward(const struct fft *f, uint32_t size, const double *samples, struct fft_bin *bins) RT
{
	fftw_plan plan = atomic_load_explicit(&f->forward[place(size)], memory_order_acquire);
	fftw_execute_dft_r2c(plan, (double *)(uintptr_t)samples, (fftw_complex *)bins);
}

void fft_inverse(const struct fft *f, uint32_t size, struct fft_bin *bins, double *samples) RT
{
	fftw_plan plan = atomic_load_explicit(&f->inverse[place(size)], memory_order_acquire);
	fftw_execute_dft_c2r(plan, (fftw_complex *)bins, samples);
}
