/* What a module does to steady sines, measured on the module itself as the engine runs it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/probe.h"

#include "rack/audio/engine.h"
#include "rack/control/control.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, SETTLE_FRAMES = RATE / 2, WINDOW_FRAMES = RATE / 4, BLOCK = 240 };

struct probe {
	struct control *control;
	uint32_t frame; /* of the sine */
};

/* The model of a rack that holds nothing else. */
static struct rack *alone(const struct rack_slot *slot)
{
	struct rack *rack = malloc(sizeof *rack);
	if (!rack)
		return NULL;
	memset(rack, 0, sizeof *rack);
	rack_clear(rack);
	rack_insert(rack, 0, slot->module, NULL, NULL);
	memcpy(rack->slots[0].values, slot->values, slot->module->n_params * sizeof slot->values[0]);
	return rack;
}

struct probe *probe_new(const struct rack_slot *slot)
{
	struct probe *p = calloc(1, sizeof *p);
	struct rack *rack = alone(slot);
	if (p && rack && (p->control = control_new(NULL)))
		control_load(p->control, rack, ORIGIN_HOST);
	free(rack);
	if (p && p->control &&
		control_start(p->control, &(struct spec){ .rate = RATE }, CONTROL_OFFLINE, NULL) == STATUS_OK)
		return p;
	probe_free(p);
	return NULL;
}

void probe_free(struct probe *p)
{
	if (p)
		control_free(p->control);
	free(p);
}

/* Energy of the louder channel over a block of the sine. */
static double run(struct probe *p, double freq, double amplitude)
{
	float in[BLOCK], left[BLOCK], right[BLOCK];
	double energy[2] = { 0 };
	for (uint32_t i = 0; i < BLOCK; i++)
		in[i] = (float)(amplitude * sin(2 * M_PI * fmod(freq * p->frame++ / RATE, 1)));
	const struct buses buses = { .in = { in, in }, .out = { left, right } };
	engine_process(control_engine(p->control), &buses, BLOCK, 0);
	control_tick(p->control);
	for (uint32_t i = 0; i < BLOCK; i++) {
		energy[0] += (double)left[i] * (double)left[i];
		energy[1] += (double)right[i] * (double)right[i];
	}
	return fmax(energy[0], energy[1]);
}

double probe_level(struct probe *p, double freq, double level)
{
	double whole = 4 * round(freq / 4), amplitude = pow(10, level / 20), energy = 0;
	p->frame = 0;
	for (int done = 0; done < SETTLE_FRAMES; done += BLOCK)
		run(p, whole, amplitude);
	for (int done = 0; done < WINDOW_FRAMES; done += BLOCK)
		energy += run(p, whole, amplitude);
	return 10 * log10(2 * energy / WINDOW_FRAMES + 1e-20);
}
