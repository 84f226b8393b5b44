/* Denormal numbers count as zero while the rack computes: they cost time on most machines and are never heard. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_FLUSH_H
#define RACK_FLUSH_H

#include "rack/base/realtime.h"

#include <stdint.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
enum { FLUSH_BITS = 0x8040 }; /* MXCSR: flush to zero, denormals are zero */

/* Returns what restore_denormals() puts back. */
static inline uint32_t flush_denormals(void) RT
{
	uint32_t saved = _mm_getcsr();
	_mm_setcsr(saved | FLUSH_BITS);
	return saved;
}

static inline void restore_denormals(uint32_t saved) RT
{
	_mm_setcsr(saved);
}
#elif defined(__aarch64__)
static inline uint32_t flush_denormals(void) RT
{
	uint64_t saved;
	__asm__ volatile("mrs %0, fpcr" : "=r"(saved));
	__asm__ volatile("msr fpcr, %0" : : "r"(saved | (1u << 24))); /* FZ */
	return (uint32_t)saved;
}

static inline void restore_denormals(uint32_t saved) RT
{
	uint64_t value = saved;
	__asm__ volatile("msr fpcr, %0" : : "r"(value));
}
#else
static inline uint32_t flush_denormals(void) RT
{
	return 0;
}

static inline void restore_denormals(uint32_t saved) RT
{
	(void)saved;
}
#endif

#endif
