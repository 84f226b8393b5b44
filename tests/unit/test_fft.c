/* The FFT against the plain sum, Parseval and itself: the same bits in every run, from any thread, without memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/memory.h"
#include "rack/dsp/fft.h"

#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

/* ---- Allocation trap, of every way that FFTW could ask. Sanitizers bring their own malloc. */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRAP 0
#else
#define TRAP 1
#endif

static volatile bool armed;
static volatile unsigned allocations;

#if TRAP
void *__libc_malloc(size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

void *malloc(size_t size)
{
	allocations += armed;
	return __libc_malloc(size);
}

void *memalign(size_t alignment, size_t size)
{
	allocations += armed;
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	allocations += armed;
	*memory = __libc_memalign(alignment, size);
	return *memory ? 0 : 12;
}

void free(void *p)
{
	allocations += armed;
	__libc_free(p);
}
#endif

/* ---- */

struct arrays {
	uint32_t size;
	double *samples, *back;
	struct fft_bin *bins, *spare;
};

static struct arrays arrays_new(uint32_t size)
{
	struct arrays a = { size, memory_new(size * sizeof(double)), memory_new(size * sizeof(double)),
		memory_new((size / 2 + 1) * sizeof(struct fft_bin)),
		memory_new((size / 2 + 1) * sizeof(struct fft_bin)) };
	uint32_t seed = size;
	for (uint32_t i = 0; i < size; i++) {
		seed = seed * 1664525u + 1013904223u;
		a.samples[i] = (double)(seed >> 8) / 8388608.0 - 1;
	}
	return a;
}

static void arrays_free(struct arrays *a)
{
	free(a->samples);
	free(a->back);
	free(a->bins);
	free(a->spare);
}

static void against_the_plain_sum(void **state)
{
	(void)state;
	struct fft *f = fft_new();
	for (uint32_t size = FFT_SIZE_MIN; size <= 2048; size *= 2) {
		struct arrays a = arrays_new(size);
		fft_prepare(f, size);
		fft_forward(f, size, a.samples, a.bins);
		for (uint32_t k = 0; k <= size / 2; k++) {
			long double re = 0, im = 0;
			for (uint32_t i = 0; i < size; i++) {
				long double angle = 2 * acosl(-1) * (long double)((uint64_t)i * k % size) / size;
				re += (long double)a.samples[i] * cosl(angle);
				im -= (long double)a.samples[i] * sinl(angle);
			}
			double within = 1e-15 * sqrt(size) * log2(size);
			if (fabs(a.bins[k].re - (double)re) > within || fabs(a.bins[k].im - (double)im) > within)
				fail_msg("size %u, bin %u: %g %+gi, not %g %+gi", size, k, a.bins[k].re, a.bins[k].im,
					(double)re, (double)im);
		}
		arrays_free(&a);
	}
	fft_free(f);
}

/* Every size: energies agree (Parseval), and the inverse gives the samples again, times the size. */
static void there_and_back(void **state)
{
	(void)state;
	struct fft *f = fft_new();
	for (uint32_t size = FFT_SIZE_MIN; size <= FFT_SIZE_MAX; size *= 2) {
		struct arrays a = arrays_new(size);
		fft_prepare(f, size);
		fft_forward(f, size, a.samples, a.bins);
		long double time = 0, frequency = 0;
		for (uint32_t i = 0; i < size; i++)
			time += (long double)a.samples[i] * (long double)a.samples[i];
		for (uint32_t k = 0; k <= size / 2; k++) {
			long double re = (long double)a.bins[k].re, im = (long double)a.bins[k].im;
			frequency += (k == 0 || k == size / 2 ? 1 : 2) * (re * re + im * im) / size;
		}
		if (fabsl(frequency / time - 1) > 1e-14L)
			fail_msg("size %u: energy %Lg, not %Lg", size, frequency, time);
		fft_inverse(f, size, a.bins, a.back);
		for (uint32_t i = 0; i < size; i++)
			if (fabs(a.back[i] / size - a.samples[i]) > 2e-15)
				fail_msg("size %u, sample %u: %g, not %g", size, i, a.back[i] / size, a.samples[i]);
		arrays_free(&a);
	}
	fft_free(f);
}

/* New plans every time, with others in between. */
static void the_same_bits_on_every_run(void **state)
{
	(void)state;
	for (uint32_t size = 4; size <= 1 << 16; size *= 4) {
		struct arrays a = arrays_new(size);
		double *first = memory_new(size * sizeof(double));
		for (int run = 0; run < 100; run++) {
			struct fft *f = fft_new();
			if (run % 3)
				fft_prepare(f, run % 2 ? 2 * size : size / 2);
			fft_prepare(f, size);
			fft_forward(f, size, a.samples, run ? a.spare : a.bins);
			assert_true(run == 0 || memcmp(a.bins, a.spare, (size / 2 + 1) * sizeof *a.bins) == 0);
			memcpy(a.spare, a.bins, (size / 2 + 1) * sizeof *a.bins);
			fft_inverse(f, size, a.spare, run ? a.back : first);
			assert_true(run == 0 || memcmp(first, a.back, size * sizeof *first) == 0);
			fft_free(f);
		}
		free(first);
		arrays_free(&a);
	}
}

static void executes_without_memory(void **state)
{
	(void)state;
	struct fft *f = fft_new();
	for (uint32_t size = FFT_SIZE_MIN; size <= FFT_SIZE_MAX; size *= 2) {
		struct arrays a = arrays_new(size);
		fft_prepare(f, size);
		allocations = 0;
		armed = true;
		fft_forward(f, size, a.samples, a.bins);
		fft_inverse(f, size, a.bins, a.back);
		armed = false;
		if (allocations)
			fail_msg("size %u: %u calls of malloc or free", size, allocations);
		arrays_free(&a);
	}
	armed = true;
	fft_free(f);
	armed = false;
	assert_true(!TRAP || allocations > 0); /* the trap itself sees calls */
}

struct planner {
	struct fft *own, *common;
	pthread_t thread;
	double check;
};

static void *plan(void *argument)
{
	struct planner *p = argument;
	for (uint32_t size = 4096; size >= FFT_SIZE_MIN; size /= 2) {
		struct arrays a = arrays_new(size);
		fft_prepare(p->common, size);
		fft_prepare(p->own, size);
		fft_forward(p->common, size, a.samples, a.bins);
		fft_forward(p->own, size, a.samples, a.spare);
		p->check += memcmp(a.bins, a.spare, (size / 2 + 1) * sizeof *a.bins) ? NAN : a.bins[1].re;
		arrays_free(&a);
	}
	return NULL;
}

static void plans_from_many_threads(void **state)
{
	(void)state;
	enum { THREADS = 4 };
	for (int turn = 0; turn < 20; turn++) {
		struct planner planners[THREADS];
		struct fft *common = fft_new();
		for (int i = 0; i < THREADS; i++) {
			planners[i] = (struct planner){ .own = fft_new(), .common = common };
			assert_int_equal(pthread_create(&planners[i].thread, NULL, plan, &planners[i]), 0);
		}
		for (int i = 0; i < THREADS; i++) {
			pthread_join(planners[i].thread, NULL);
			assert_true(planners[i].check == planners[0].check);
			fft_free(planners[i].own);
		}
		fft_free(common);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_the_plain_sum),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(the_same_bits_on_every_run),
		cmocka_unit_test(executes_without_memory),
		cmocka_unit_test(plans_from_many_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
