/* The Fourier transform of real sound, over FFTW: plans made off the audio thread, run on any. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_FFT_H
#define RACK_FFT_H

#include "rack/base/realtime.h"

#include <stdint.h>

enum { FFT_SIZE_MIN = 2, FFT_SIZE_MAX = 1 << 20 };

/* Plans for powers of two, each made when it is first asked for. They are chosen by FFTW's estimate and not by
 * measuring, so every run of a machine gives the same bits; a processor with other vector units may round otherwise. */
struct fft;

/* One frequency: of `size` samples there are size / 2 + 1, the first and last without imaginary part. */
struct fft_bin {
	double re, im;
};

/* Any thread but the audio's. NULL: no memory. */
struct fft *fft_new(void);
void fft_free(struct fft *);

/* Any thread but the audio's, several at once: makes the plans for this size, a power of two within the bounds. FFTW
 * ends the program where it finds no memory. */
void fft_prepare(struct fft *, uint32_t size);

/* Any thread, several at once, for a size that is prepared; allocates nothing. Samples and bins are aligned to 64 bytes
 * and apart. Neither is scaled: forward and inverse together multiply by size. The bins are X[k] = sum of
 * samples[i] exp(-2 pi j i k / size). */
void fft_forward(const struct fft *, uint32_t size, const double *samples, struct fft_bin *bins) RT;
void fft_inverse(const struct fft *, uint32_t size, struct fft_bin *bins, double *samples) RT; /* destroys the bins */

#endif
