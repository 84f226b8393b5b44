/* Minimum-phase equaliser of eight bands that match their analogue prototypes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/clones.h"
#include "rack/dsp/decibel.h"
#include "rack/dsp/matched.h"
#include "rack/dsp/pair.h"
#include "rack/dsp/ramp.h"
#include "rack/module.h"
#include "rack/modules/eq_rows.h"

#include <string.h>

static const struct param params[] = { EQ_TABLE };
_Static_assert(sizeof params / sizeof params[0] == EQ_ROWS, "a row for each parameter");

enum { BAND_SECTIONS = PROTOTYPE_SECTIONS_MAX * MATCHED_DEGREE_MAX };

/* As struct svf, for both lanes; see there. */
struct section {
	pair now[SVF_NUMBERS], step[SVF_NUMBERS], target[SVF_NUMBERS];
	pair s1, s2;
};

struct band {
	struct eq_band settings; /* as last set */
	bool gliding;
	uint32_t used, used_then; /* a bit for each section that runs now, and after the glide */
	struct section section[BAND_SECTIONS];
};

struct state {
	struct matched matched;
	struct ramp_clock clock;
	struct ramp gain;
	struct band band[EQ_BANDS];
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	matched_init(&s->matched, spec->rate);
	ramp_jump(&s->gain, 1);
}

static pair lanes(enum eq_target target, double value, double idle) RT
{
	bool first = target == EQ_STEREO || target == EQ_MID || target == EQ_LEFT;
	bool second = target == EQ_STEREO || target == EQ_SIDE || target == EQ_RIGHT;
	return (pair){ first ? value : idle, second ? value : idle };
}

/* Keeps the poles: what a section glides from when it begins, and to when it ends. */
static void make_identity(pair now[SVF_NUMBERS]) RT
{
	now[SVF_DIRECT] = (pair){ 1, 1 };
	now[SVF_OUT1] = now[SVF_OUT2] = (pair){ 0, 0 };
}

static void set_section(struct section *s, const struct svf *to, enum eq_target target, bool begins, bool at_once) RT
{
	for (int i = 0; i < SVF_NUMBERS; i++)
		s->target[i] = lanes(target, to->c[i], i == SVF_DIRECT ? 1 : 0);
	if (begins || at_once)
		memcpy(s->now, s->target, sizeof s->now);
	if (begins)
		s->s1 = s->s2 = (pair){ 0, 0 };
	if (begins && !at_once)
		make_identity(s->now);
	for (int i = 0; i < SVF_NUMBERS; i++)
		s->step[i] = (s->target[i] - s->now[i]) / SET_FRAMES;
}

/* A section that is not needed any more glides to the identity and stops there. */
static void end_section(struct section *s) RT
{
	memcpy(s->target, s->now, sizeof s->target);
	make_identity(s->target);
	for (int i = 0; i < SVF_NUMBERS; i++)
		s->step[i] = (s->target[i] - s->now[i]) / SET_FRAMES;
}

static void design(const struct matched *matched, struct band *band, bool at_once) RT
{
	struct prototype prototype;
	const struct eq_band *b = &band->settings;
	prototype_make(&prototype, b->type, b->gain_db, b->q, b->slope_db_oct);
	band->used_then = 0;
	for (uint32_t k = 0; b->on && k < prototype.n_sections; k++) {
		struct svf svf[MATCHED_DEGREE_MAX];
		int n = matched_design(matched, &prototype.section[k], b->hz, svf);
		for (int i = 0; i < n; i++) {
			uint32_t at = k * MATCHED_DEGREE_MAX + (uint32_t)i;
			set_section(&band->section[at], &svf[i], b->target, !(band->used >> at & 1), at_once);
			band->used_then |= 1u << at;
		}
	}
	for (uint32_t at = 0; at < BAND_SECTIONS; at++)
		if (!at_once && (band->used & ~band->used_then) >> at & 1)
			end_section(&band->section[at]);
	band->used = at_once ? band->used_then : band->used | band->used_then;
	band->gliding = !at_once;
}

/* A change that cannot glide: the host fades to this copy from another. The filter starts from rest. */
static bool is_jump(const struct eq_band *a, const struct eq_band *b) RT
{
	return a->type != b->type || a->target != b->target || a->slope_db_oct != b->slope_db_oct;
}

static bool is_same(const struct eq_band *a, const struct eq_band *b) RT
{
	return a->on == b->on && a->hz == b->hz && a->gain_db == b->gain_db && a->q == b->q;
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	bool at_once = ramp_clock_start(&s->clock);
	ramp_to(&s->gain, decibel_to_gain(values[EQ_LEVEL]), at_once);
	for (int i = 0; i < EQ_BANDS; i++) {
		struct band *band = &s->band[i];
		struct eq_band to = eq_read_band(values, i);
		bool jump = is_jump(&band->settings, &to);
		if (!at_once && !jump && !band->gliding && is_same(&band->settings, &to))
			continue;
		if (jump)
			band->used = 0;
		band->settings = to;
		design(&s->matched, band, at_once || jump);
	}
}

static void land_band(struct band *band) RT
{
	if (!band->gliding)
		return;
	for (int i = 0; i < BAND_SECTIONS; i++)
		memcpy(band->section[i].now, band->section[i].target, sizeof band->section[i].now);
	band->used = band->used_then;
	band->gliding = false;
}

static void land(struct state *s) RT
{
	for (int i = 0; i < EQ_BANDS; i++)
		land_band(&s->band[i]);
	ramp_land(&s->gain);
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_clock_reset(&s->clock);
	land(s);
	for (int i = 0; i < EQ_BANDS; i++)
		for (int k = 0; k < BAND_SECTIONS; k++)
			s->band[i].section[k].s1 = s->band[i].section[k].s2 = (pair){ 0, 0 };
}

static inline pair tick(const pair *c, pair *s1, pair *s2, pair x) RT
{
	pair e = x - *s2;
	pair y = c[SVF_DIRECT] * x + (c[SVF_OUT1] * *s1 + c[SVF_OUT2] * *s2);
	pair first = c[SVF_P] * *s1 + c[SVF_T] * e;
	*s2 = (*s2 + c[SVF_T] * *s1) + c[SVF_Q] * e;
	*s1 = first;
	return y;
}

static void run_gliding(struct section *s, pair *x, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++) {
		for (int k = 0; k < SVF_NUMBERS; k++)
			s->now[k] += s->step[k];
		x[i] = tick(s->now, &s->s1, &s->s2, x[i]);
	}
}

/* Two sections side by side: one works on a frame while the next works on the frame before. Several of these run in one
 * loop, each a frame behind the one before it, so that their recurrences overlap. */
enum { TOGETHER = 4 };
typedef double wide __attribute__((vector_size(32)));
typedef int64_t wide_mask __attribute__((vector_size(32)));
#define INLINE static inline __attribute__((always_inline)) /* into the clones */

struct couple {
	wide c[SVF_NUMBERS], s1, s2;
	pair held; /* what the first has made for the second */
};

/* In place: the first section's sound in `sound`, then the second's. first, second: whether they have a frame now. */
INLINE void tick_couple(struct couple *p, pair *sound, bool all, bool first, bool second) RT
{
	wide x = { (*sound)[0], (*sound)[1], p->held[0], p->held[1] }, e = x - p->s2;
	wide y = p->c[SVF_DIRECT] * x + (p->c[SVF_OUT1] * p->s1 + p->c[SVF_OUT2] * p->s2);
	wide s1 = p->c[SVF_P] * p->s1 + p->c[SVF_T] * e;
	wide s2 = (p->s2 + p->c[SVF_T] * p->s1) + p->c[SVF_Q] * e;
	if (!all) {
		wide_mask mask = { -first, -first, -second, -second };
		s1 = (wide)(((wide_mask)s1 & mask) | ((wide_mask)p->s1 & ~mask));
		s2 = (wide)(((wide_mask)s2 & mask) | ((wide_mask)p->s2 & ~mask));
	}
	p->s1 = s1;
	p->s2 = s2;
	p->held = (pair){ y[0], y[1] };
	*sound = (pair){ y[2], y[3] };
}

INLINE void tick_couples(struct couple *couples, int count, pair *x, uint32_t i, uint32_t n, bool all) RT
{
	pair sound = all || i < n ? x[i] : (pair){ 0, 0 };
	for (int k = 0; k < count; k++) {
		uint32_t second = i - (uint32_t)k - 1; /* frames before the first one are very high numbers */
		tick_couple(&couples[k], &sound, all, second + 1 < n, second < n);
	}
	if (all || i >= (uint32_t)count)
		x[i - (uint32_t)count] = sound;
}

INLINE void run_couples(struct section *const *sections, const int count, pair *x, uint32_t n) RT
{
	struct couple couples[TOGETHER];
	uint32_t late = (uint32_t)count, i = 0;
	for (int k = 0; k < count; k++) {
		const struct section *a = sections[2 * k], *b = sections[2 * k + 1];
		for (int j = 0; j < SVF_NUMBERS; j++)
			couples[k].c[j] = (wide){ a->now[j][0], a->now[j][1], b->now[j][0], b->now[j][1] };
		couples[k].s1 = (wide){ a->s1[0], a->s1[1], b->s1[0], b->s1[1] };
		couples[k].s2 = (wide){ a->s2[0], a->s2[1], b->s2[0], b->s2[1] };
		couples[k].held = (pair){ 0, 0 };
	}
	for (; i < late; i++)
		tick_couples(couples, count, x, i, n, false);
	for (; i < n; i++)
		tick_couples(couples, count, x, i, n, true);
	for (; i < n + late; i++)
		tick_couples(couples, count, x, i, n, false);
	for (int k = 0; k < count; k++) {
		struct section *a = sections[2 * k], *b = sections[2 * k + 1];
		a->s1 = (pair){ couples[k].s1[0], couples[k].s1[1] };
		a->s2 = (pair){ couples[k].s2[0], couples[k].s2[1] };
		b->s1 = (pair){ couples[k].s1[2], couples[k].s1[3] };
		b->s2 = (pair){ couples[k].s2[2], couples[k].s2[3] };
	}
}

CLONES static void run_four(struct section *const *sections, pair *x, uint32_t n) RT
{
	run_couples(sections, 4, x, n);
}

CLONES static void run_three(struct section *const *sections, pair *x, uint32_t n) RT
{
	run_couples(sections, 3, x, n);
}

CLONES static void run_two(struct section *const *sections, pair *x, uint32_t n) RT
{
	run_couples(sections, 2, x, n);
}

CLONES static void run_one(struct section *const *sections, pair *x, uint32_t n) RT
{
	run_couples(sections, 1, x, n);
}

/* sections has room for one more: an odd number of them is made even. */
static void run_still(struct section **sections, uint32_t count, struct section *identity, pair *x, uint32_t n) RT
{
	if (count % 2)
		sections[count++] = identity;
	for (; count >= 2 * TOGETHER; sections += 2 * TOGETHER, count -= 2 * TOGETHER)
		run_four(sections, x, n);
	if (count == 6)
		run_three(sections, x, n);
	else if (count == 4)
		run_two(sections, x, n);
	else if (count == 2)
		run_one(sections, x, n);
}

/* Mid and side from left and right, and back: L = M + S, R = M - S. */
static void encode(pair *x, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++)
		x[i] = (pair){ (x[i][0] + x[i][1]) / 2, (x[i][0] - x[i][1]) / 2 };
}

static void decode(pair *x, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++)
		x[i] = (pair){ x[i][0] + x[i][1], x[i][0] - x[i][1] };
}

static bool wants_mid_side(const struct band *band) RT
{
	return band->settings.target == EQ_MID || band->settings.target == EQ_SIDE;
}

/* All bands of one kind (mid and side, or left and right) that follow one another from *at. */
static void run_bands(struct state *s, int *at, pair *x, uint32_t n) RT
{
	struct section *still[EQ_BANDS * BAND_SECTIONS + 1];
	struct section identity = { 0 };
	uint32_t count = 0;
	make_identity(identity.now);
	bool mid_side = wants_mid_side(&s->band[*at]);
	if (mid_side)
		encode(x, n);
	for (; *at < EQ_BANDS; ++*at) {
		struct band *band = &s->band[*at];
		if (band->used && wants_mid_side(band) != mid_side)
			break;
		for (uint32_t k = 0; band->used >> k; k++) {
			if (!(band->used >> k & 1))
				continue;
			if (!band->gliding) {
				still[count++] = &band->section[k];
				continue;
			}
			run_still(still, count, &identity, x, n);
			count = 0;
			run_gliding(&band->section[k], x, n);
		}
	}
	run_still(still, count, &identity, x, n);
	if (mid_side)
		decode(x, n);
}

static bool is_idle(const struct state *s) RT
{
	uint32_t used = 0;
	for (int i = 0; i < EQ_BANDS; i++)
		used |= s->band[i].used;
	return !used && !s->clock.left && s->gain.value == 1;
}

static void process_piece(struct state *s, double *left, double *right, uint32_t n) RT
{
	pair x[BLOCK_MAX];
	for (uint32_t i = 0; i < n; i++)
		x[i] = (pair){ left[i], right[i] };
	for (int at = 0; at < EQ_BANDS;) {
		if (s->band[at].used)
			run_bands(s, &at, x, n);
		else
			at++;
	}
	for (uint32_t i = 0; i < n; i++) {
		double gain = s->clock.left ? ramp_next(&s->gain) : s->gain.value;
		left[i] = x[i][0] * gain;
		right[i] = x[i][1] * gain;
	}
}

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct state *s = state;
	for (uint32_t at = 0; at < n;) {
		if (is_idle(s))
			return;
		uint32_t piece = n - at;
		if (s->clock.left && s->clock.left < piece)
			piece = s->clock.left;
		process_piece(s, io[0] + at, io[1] + at, piece);
		at += piece;
		if (s->clock.left && (s->clock.left -= piece) == 0)
			land(s);
	}
}

const struct module module_eq = {
	.id = "eq",
	.label = "Equaliser",
	.help = "Eight minimum-phase bands with zero latency, matched to their analogue prototypes up to 20 kHz",
	.params = params,
	.n_params = EQ_ROWS,
	.size = size,
	.init = init,
	.set = set,
	.reset = reset,
	.process = process,
};
