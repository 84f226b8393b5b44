/* What a module does to steady sines, measured on the module itself as the engine runs it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/probe.h"

#include "rack/control/control.h"
#include "src/offline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, SETTLE_FRAMES = RATE / 2, WINDOW_FRAMES = RATE / 4 };

struct probe {
	struct control *control;
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

/* A sine of so many frames on both channels, and the energy that it comes out with behind the first ones. */
struct sine {
	double freq, amplitude;
	uint32_t frame, length;
	uint32_t settles;
	double energy[2];
};

static enum status read_sine(void *user, float *const channels[2], uint32_t n, uint32_t *got, struct reason *reason)
{
	struct sine *s = user;
	(void)reason;
	*got = n < s->length - s->frame ? n : s->length - s->frame;
	for (uint32_t i = 0; i < *got; i++)
		channels[0][i] = channels[1][i] =
			(float)(s->amplitude * sin(2 * M_PI * fmod(s->freq * s->frame++ / RATE, 1)));
	return STATUS_OK;
}

static bool take_energy(void *user, const float *const channels[2], uint32_t n)
{
	struct sine *s = user;
	uint32_t settling = s->settles < n ? s->settles : n;
	s->settles -= settling;
	for (int c = 0; c < 2; c++)
		for (uint32_t i = settling; i < n; i++)
			s->energy[c] += (double)channels[c][i] * (double)channels[c][i];
	return true;
}

double probe_level(struct probe *p, double freq, double level)
{
	struct sine sine = { .freq = 4 * round(freq / 4),
		.amplitude = pow(10, level / 20),
		.length = SETTLE_FRAMES + WINDOW_FRAMES,
		.settles = SETTLE_FRAMES };
	const struct offline_sink sink = { &sine, take_energy };
	struct offline loop = { .source = { &sine, read_sine }, .control = p->control, .sinks = &sink, .n_sinks = 1 };
	if (offline_run(&loop, NULL) != STATUS_OK)
		return -INFINITY;
	return 10 * log10(2 * fmax(sine.energy[0], sine.energy[1]) / WINDOW_FRAMES + 1e-20);
}
