/* The life of the control and of its engine, the time that passes in it, and what is measured. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/chain.h"
#include "rack/audio/engine.h"
#include "rack/audio/telemetry.h"
#include "rack/base/worker.h"
#include "rack/control/control_private.h"
#include "rack/dsp/fft.h"

#include <math.h>
#include <stdlib.h>

enum { MATCH_MS = 100, RELEASE_MS = 250 }; /* how often matched loudness, and silence, are looked at */
#define RELEASE_S 2.0                      /* of silence in and out, after which spare delay is released */

/* ---- The control */

struct control *control_new(struct reason *reason)
{
	struct control *c = calloc(1, sizeof *c);
	if (c) {
		c->undo = undo_new();
		c->fft = fft_new();
		c->kernels = kernels_new();
		c->send = send_new(c->kernels);
	}
	if (!c || !c->undo || !c->fft || !c->kernels || !c->send) {
		reason_set(reason, STATUS_NO_MEMORY, "no memory for the model");
		control_free(c);
		return NULL;
	}
	c->last_uid = CONTROL_FIRST_UID;
	rack_clear(&c->rack);
	return c;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	c->listeners = NULL; /* what the worker still finishes changes a model that nobody has any more */
	worker_free(c->worker);
	if (c->engine)
		control_stop(c);
	states_clear(&c->states);
	undo_free(c->undo);
	send_free(c->send);
	kernels_free(c->kernels);
	fft_free(c->fft);
	rackfile_free(c->file);
	free(c);
}

/* ---- The engine */

enum status control_start(struct control *c, const struct spec *spec, unsigned flags, struct reason *reason)
{
	if (c->engine)
		return reason_set(reason, STATUS_UNAVAILABLE, "the engine runs already");
	if (!(spec->rate >= 8000 && spec->rate <= 384000))
		return reason_set(reason, STATUS_BAD_VALUE, "a rate of %g Hz is outside 8 to 384 kHz", spec->rate);
	c->spec = *spec;
	c->spec.fft = c->fft;
	c->flags = flags;
	c->match = (struct match){ .change_lu = c->match.change_lu };
	if (!(flags & CONTROL_OFFLINE)) {
		c->analysis = analysis_new(&c->spec, 0, reason);
		if (!c->analysis)
			return STATUS_NO_MEMORY;
	}
	kernels_start(c->kernels, &c->spec, flags & CONTROL_OFFLINE);
	struct chain *chain = send_start(c->send, &c->rack, &c->spec);
	uint64_t first_frame = flags & CONTROL_LATE ? CONTROL_LATE_FRAME : 0;
	c->engine = chain ? engine_new(&c->spec, chain, c->analysis, flags & CONTROL_OFFLINE, first_frame) : NULL;
	if (!c->engine) {
		chain_free(chain);
		control_stop(c);
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the audio engine");
	}
	send_use(c->send, c->engine);
	c->latency = send_latency(c->send);
	if (c->analysis)
		analysis_set_delay(c->analysis, c->latency);
	return STATUS_OK;
}

void control_stop(struct control *c)
{
	send_use(c->send, NULL);
	engine_free(c->engine);
	analysis_free(c->analysis);
	kernels_stop(c->kernels);
	c->engine = NULL;
	c->analysis = NULL;
}

struct engine *control_engine(struct control *c)
{
	return c->engine;
}

uint32_t control_latency(const struct control *c)
{
	return send_latency(c->send);
}

enum status control_latency_release(struct control *c, struct reason *reason)
{
	if (!c->engine)
		return reason_set(reason, STATUS_UNAVAILABLE, "no audio runs, so there is no delay to release");
	if (c->flags & CONTROL_OFFLINE)
		return reason_set(reason, STATUS_UNAVAILABLE, "a render keeps its delay, so that OUT stays aligned");
	if (kernels_busy(c->kernels))
		return reason_set(reason, STATUS_UNAVAILABLE,
			"a filter is still being designed, and the one before it may need the delay: ask again");
	control_release(c);
	return STATUS_OK;
}

/* ---- Time that passes */

/* Milliseconds until it wants to look again, -1: there is nothing to release. */
static int release_in_silence(struct control *c)
{
	if (!c->engine || c->flags & CONTROL_OFFLINE || !send_can_release(c->send, &c->rack))
		return -1;
	double silent_s = (double)engine_read_telemetry(c->engine)->silent_frames / c->spec.rate;
	bool now = silent_s >= RELEASE_S && !kernels_busy(c->kernels);
	return now && control_release(c) ? -1 : RELEASE_MS;
}

/* Milliseconds until it wants to look again, -1: match is off. */
static int match(struct control *c)
{
	bool wanted = c->rack.values[RACK_MATCH] != 0;
	if (!c->analysis || (!wanted && c->match.processed_db == 0 && c->match.unprocessed_db == 0))
		return -1;
	const float *change_lu = levels_of_role(analysis_read(c->analysis), TAP_PROCESSED, ROLE_CHANGE);
	if (match_follow(&c->match, wanted, change_lu ? *change_lu : NAN))
		control_match_gains(c);
	return wanted ? MATCH_MS : -1;
}

static int sooner(int a_ms, int b_ms)
{
	return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

int control_tick(struct control *c)
{
	send_take_back(c->send);
	control_take_due(c);
	int match_ms = match(c), release_ms = release_in_silence(c);
	if (c->depth == 0)
		send_flush_newest(c->send, &c->rack);
	if (c->worker)
		worker_collect(c->worker);
	int kernel_ms;
	if (kernels_due(c->kernels, &kernel_ms))
		kernels_post(c->kernels, c->flags & CONTROL_OFFLINE ? NULL : control_worker(c));
	send_kernels(c->send);
	return sooner(kernel_ms, sooner(send_wait_ms(c->send), sooner(match_ms, release_ms)));
}

uint64_t control_sequence(struct control *c)
{
	return send_sequence(c->send);
}

uint64_t control_applied(struct control *c)
{
	return send_applied(c->send);
}

/* ---- Figures */

void control_set_host(struct control *c, const struct host_status *host)
{
	c->host = *host;
}

void control_read_status(struct control *c, struct control_status *status)
{
	const struct telemetry *t = c->engine ? engine_read_telemetry(c->engine) : NULL;
	*status = (struct control_status){ .host = c->host, .latency_frames = control_latency(c) };
	if (!t)
		return;
	status->load_mean = t->load_mean;
	status->load_worst = t->load_worst;
	status->frames = t->frame;
	status->poisoned = t->poisoned;
	status->overload = t->overload;
}

const struct levels *control_analysis(struct control *c)
{
	return c->analysis ? analysis_read(c->analysis) : NULL;
}

void control_analysis_reset(struct control *c)
{
	if (c->analysis)
		analysis_reset(c->analysis);
}

void control_analysis_pause(struct control *c, bool paused)
{
	if (c->analysis)
		analysis_pause(c->analysis, paused);
}

float control_meter(struct control *c, uint32_t slot, uint32_t meter)
{
	const struct telemetry *t = c->engine ? engine_read_telemetry(c->engine) : NULL;
	for (uint32_t i = 0; t && i < t->n_slots; i++)
		if (t->slots[i].uid == c->rack.slots[slot].uid)
			return t->slots[i].meters[meter];
	return 0;
}

uint64_t control_frame_at(struct control *c, uint64_t time_us)
{
	const struct telemetry *t = c->engine ? engine_read_telemetry(c->engine) : NULL;
	if (!t || t->time_us == 0)
		return 0;
	double ahead = ((double)time_us - (double)t->time_us) * 1e-6 * c->spec.rate;
	double frame = (double)t->at_frame + ahead;
	return frame < 1 ? 1 : (uint64_t)llround(frame);
}
