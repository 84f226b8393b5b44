/* Left and right (or mid and side) of a frame as one vector: what a filter does to both costs what it does to one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_PAIR_H
#define RACK_DSP_PAIR_H

/* Two doubles are a register on every x86-64 and ARM64, so there is one kernel and one result everywhere. */
typedef double pair __attribute__((vector_size(2 * sizeof(double))));

#endif
