/* The record that a module exports: its rows and its functions. One file in modules/ and one line in modules.def make
 * one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_MODULE_H
#define RACK_MODULE_H

#include "rack/level.h"

struct fft;

/* What the audio runs at. Fixed for the life of a module's state. */
struct spec {
	double rate;     /* Hz, 8000 .. 384000 */
	bool key;        /* there is a key bus */
	struct fft *fft; /* plans of rack/dsp/fft.h, for init and design to prepare */
};

enum {
	MODULE_PARAMS_MAX = 112, /* rows of one module */
	MODULE_METERS_MAX = 8,
	SET_FRAMES = 16, /* a module glides linearly to newly set values within this many frames */
	BLOCK_MAX = 256, /* most frames of one process() call */
};

/* What one call of process() works on: planar stereo, n frames. */
struct block {
	double *const *io;        /* the sound, in place: left, right */
	const double *const *key; /* the key bus, delayed as io is by the slots before; NULL: there is none */
	uint32_t n;               /* 1 .. BLOCK_MAX */
	float *meters;            /* n_meters values, the worst within these frames */
};

/* The host owns the memory: one block per instance, zeroed and aligned to 64 bytes. A state holds no pointers into
 * itself, so the host may copy it (memcpy) and run both copies; that happens within one block, so long sound belongs
 * into what is shared. Modules never allocate. */
struct module {
	const char *id, *label, *help;
	enum role role;
	const struct param *params;
	uint32_t n_params;
	const struct level
		*meters; /* such as gain reduction, one value each: read once per block, /meter/<slot>/<id> */
	uint32_t n_meters;

	/* Control thread. Bytes of state at this rate. */
	size_t (*size)(const struct spec *);

	/* Control thread. Prepares zeroed memory; cannot fail. */
	void (*init)(void *state, const struct spec *);

	/* Control thread, optional: bytes of zeroed memory, aligned like the state, that the copies of one slot share:
	 * for sound that would be too long to copy when a fade begins. What lies there may depend only on the input and
	 * on rows that glide; two copies with the same delay hear the same input, for the same frames, the one that was
	 * there before first. */
	size_t (*shared)(const struct spec *);

	/* Gives it to a state: control thread, after init. Audio thread, with from: the state has just been copied from
	 * one that shared `from`, and takes over what it needs of that. */
	void (*share)(void *state, void *memory, const void *from) RT;

	/* Any thread. Delay in frames with these values; may depend on toggle, choice and jump rows only. NULL: none.
	 */
	uint32_t (*latency)(const struct spec *, const float *values) RT;

	/* Optional, all three: a kernel is what takes too long to design on the audio thread, such as a convolution.
	 * The host owns it: kernel_size bytes at this rate, zeroed and aligned to 64, which nothing changes once they
	 * are designed. Control thread. */
	size_t (*kernel_size)(const struct spec *);

	/* Worker thread; the control thread where nothing plays in real time. From rows marked `design` alone; the same
	 * values give the same bits. Whoever needs Fourier transforms prepares them in spec->fft. Cannot fail. */
	void (*design)(const struct spec *, const float *values, void *kernel);

	/* Audio thread, after set with the values of the design: the state hears by this kernel from the next frame on.
	 * Another copy of the slot may use it at the same time, and the host fades from one to the other, so this need
	 * not. process is never called before the first, set and reset may be; reset keeps it. */
	void (*use)(void *state, const void *kernel) RT;

	/* Audio thread. All values in table order, clamped and finite. The first call after init or reset applies at
	 * once; later ones are reached by a linear glide over the next SET_FRAMES frames (a new call starts a new glide
	 * from where the last one is). Must be cheap: while a control moves it is called every SET_FRAMES frames. */
	void (*set)(void *state, const float *values) RT;

	/* Audio thread. Forgets the past (filters, envelopes, delay lines, unfinished glides), keeps the settings. */
	void (*reset)(void *state) RT;

	/* Audio thread. The output must not depend on how the frames are cut into blocks. Non-finite output is the
	 * host's business (it resets the slot), so no checks for it here. */
	void (*process)(void *state, const struct block *) RT;
};

#endif
