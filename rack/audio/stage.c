/* Cross-fades between chains, and between a chain and its safe bypass. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/stage.h"

#include "rack/dsp/fade.h"

#include <math.h>
#include <string.h>

#define WARM_MS 20
#define FADE_MS 30
#define POWER_S 2.0
#define SAFE_GAIN_DB 24 /* either way, as far as the trim goes */

void stage_init(struct stage *s, double rate, struct chain *chain, struct ring *returns)
{
	*s = (struct stage){ .rate = rate, .now = chain, .returns = returns, .fade = fade_frames(rate, FADE_MS) };
	s->number = chain_number(chain);
}

void stage_drop(struct stage *s)
{
	chain_free(s->now);
	chain_free(s->next);
	chain_free(s->queued);
}

/* ---- What to hear */

/* The control thread has at most CHANGE_CHAINS_MAX chains under way, so the ring has room. */
static void give_back(struct stage *s, struct chain *chain) RT
{
	ring_write(s->returns, &(struct retired){ .type = RETIRED_CHAIN, .chain = chain }, 1);
}

static void start_fade(struct stage *s, struct chain *to) RT
{
	s->to = to;
	s->at = 0;
	s->warm = fade_frames(s->rate, WARM_MS) + chain_latency(to);
}

/* As loud as the chain made its input lately. */
static void set_safe_gain(struct stage *s) RT
{
	double gain_db = 10 * log10((s->power_out + 1e-12) / (s->power_in + 1e-12));
	gain_db = gain_db < -SAFE_GAIN_DB ? -SAFE_GAIN_DB : gain_db > SAFE_GAIN_DB ? SAFE_GAIN_DB : gain_db;
	chain_set_safe_gain(s->now, (float)gain_db);
}

static void start_change(struct stage *s) RT
{
	struct chain *chain = s->queued;
	s->queued = NULL;
	chain_adopt(chain, s->now);
	if (!s->safe) {
		s->next = chain;
		start_fade(s, chain);
		return;
	}
	/* Under the safe bypass nothing of the chain is heard: the new one takes its place at once. */
	give_back(s, s->now);
	s->now = chain;
	set_safe_gain(s);
}

static void start_turn(struct stage *s) RT
{
	if (s->safe_wanted)
		set_safe_gain(s);
	start_fade(s, s->safe_wanted ? chain_safe(s->now) : s->now);
}

/* Between two pieces, so that none is longer than the parts of the fade that starts here. */
static void start_waiting(struct stage *s) RT
{
	if (!s->to && s->queued)
		start_change(s);
	if (!s->to && s->safe != s->safe_wanted)
		start_turn(s);
}

static void finish_fade(struct stage *s) RT
{
	s->to = NULL;
	if (s->next) {
		give_back(s, s->now);
		s->now = s->next;
		s->next = NULL;
	} else {
		s->safe = !s->safe;
	}
	start_waiting(s);
}

/* ---- Audio thread */

void stage_expect(struct stage *s, struct chain *chain) RT
{
	if (s->n_expected < CHANGE_CHAINS_MAX)
		s->expected[s->n_expected++] = chain;
}

static void forget_expected(struct stage *s, const struct chain *chain) RT
{
	for (uint32_t i = 0; i < s->n_expected; i++)
		if (s->expected[i] == chain)
			s->expected[i] = s->expected[--s->n_expected];
}

void stage_change(struct stage *s, struct chain *chain) RT
{
	forget_expected(s, chain);
	if (chain_number(chain) < s->number) {
		give_back(s, chain);
		return;
	}
	s->number = chain_number(chain);
	if (s->queued)
		give_back(s, s->queued); /* never heard: the newer one holds everything it held */
	s->queued = chain;
	start_waiting(s);
}

void stage_want_safe(struct stage *s, bool safe) RT
{
	s->safe_wanted = safe;
	start_waiting(s);
}

void stage_set(struct stage *s, uint32_t uid, uint32_t param, float value, uint32_t glide_ms) RT
{
	struct chain *const chains[] = { s->now, s->next, s->queued };
	for (int i = 0; i < 3; i++)
		if (chains[i])
			chain_set(chains[i], uid, param, value, glide_ms);
	for (uint32_t i = 0; i < s->n_expected; i++)
		chain_set(s->expected[i], uid, param, value, glide_ms);
}

void stage_use_kernel(struct stage *s, uint32_t uid, struct kernel *kernel) RT
{
	struct chain *const chains[] = { s->now, s->next, s->queued };
	for (int i = 0; i < 3; i++)
		if (chains[i])
			chain_use_kernel(chains[i], uid, kernel);
	for (uint32_t i = 0; i < s->n_expected; i++)
		chain_use_kernel(s->expected[i], uid, kernel);
}

void stage_match(struct stage *s, double processed, double unprocessed) RT
{
	struct chain *const chains[] = { s->now, s->next, s->queued };
	for (int i = 0; i < 3; i++)
		if (chains[i])
			chain_match(chains[i], processed, unprocessed);
}

uint32_t stage_boundary(const struct stage *s) RT
{
	if (!s->to)
		return BLOCK_MAX;
	uint32_t left = s->at < s->warm ? s->warm - s->at : s->warm + s->fade - s->at;
	return left < BLOCK_MAX ? left : BLOCK_MAX;
}

static struct chain *heard(const struct stage *s) RT
{
	return s->safe ? chain_safe(s->now) : s->now;
}

const struct chain *stage_heard(const struct stage *s) RT
{
	return s->next && s->at >= s->warm ? s->next : s->now;
}

static uint32_t run_fade(
	struct stage *s, double *const io[2], const double *const key[2], double *const processed[2], uint32_t n) RT
{
	double beside[2][BLOCK_MAX];
	double *const new[2] = { beside[0], beside[1] };
	for (int c = 0; c < 2; c++)
		memcpy(new[c], io[c], n * sizeof(double));
	bool warm = s->at >= s->warm;
	uint32_t poisoned = chain_process(heard(s), io, key, warm ? NULL : processed, n);
	poisoned += chain_process(s->to, new, key, warm ? processed : NULL, n);
	for (uint32_t i = 0; i < n && s->at + i >= s->warm; i++) {
		double w = fade_weight(s->at + i - s->warm, s->fade);
		for (int c = 0; c < 2; c++)
			io[c][i] += w * (new[c][i] - io[c][i]);
	}
	s->at += n;
	if (s->at == s->warm + s->fade)
		finish_fade(s);
	return poisoned;
}

/* In sums beside each other: one alone would wait for its own last addition at every frame. */
static double mean_square(double *const io[2], uint32_t n) RT
{
	enum { LANES = 4 };
	double sums[LANES] = { 0 };
	const double *left = io[0], *right = io[1];
	uint32_t i = 0;
	for (; i + LANES <= n; i += LANES)
		for (uint32_t k = 0; k < LANES; k++)
			sums[k] += left[i + k] * left[i + k] + right[i + k] * right[i + k];
	for (; i < n; i++)
		sums[0] += left[i] * left[i] + right[i] * right[i];
	return (sums[0] + sums[1] + sums[2] + sums[3]) / n;
}

/* Silence says nothing of how loud the chain makes things. */
static void follow_power(struct stage *s, double before, double after, uint32_t n) RT
{
	if (before < 1e-8)
		return;
	double part = n / (POWER_S * s->rate);
	s->power_in += part * (before - s->power_in);
	s->power_out += part * (after - s->power_out);
}

uint32_t stage_process(
	struct stage *s, double *const io[2], const double *const key[2], double *const processed[2], uint32_t n) RT
{
	if (s->to)
		return run_fade(s, io, key, processed, n);
	if (s->safe)
		return chain_process(heard(s), io, key, processed, n);
	double before = mean_square(io, n);
	uint32_t poisoned = chain_process(s->now, io, key, processed, n);
	follow_power(s, before, mean_square(io, n), n);
	return poisoned;
}
