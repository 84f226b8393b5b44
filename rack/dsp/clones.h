/* CLONES: a function compiled twice, for any x86-64 and for AVX2; the machine's is taken at the start. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_CLONES_H
#define RACK_DSP_CLONES_H

/* Sanitizers start too late for the resolver of the clones. Without contraction (-ffp-contract=off) both give the same
 * bits, as long as sums have a fixed order. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
	!defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("avx2", "default")))
#define CLONES_VECTOR_BYTES 32
#else
#define CLONES
#define CLONES_VECTOR_BYTES 16
#endif

#endif
