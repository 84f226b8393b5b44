/* Nothing clicks: every row of every module stepped and glided where it acts, against the figures of the design. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/registry.h"
#include "tests/unit/click.h"
#include "tests/unit/click_contexts.h"
#include "tests/unit/effort.h"

/* Rows move at 10 Hz, and where the delay takes longer than that also at 2 Hz. */
enum { GLIDE_BLOCK = 256, VALUES_MAX = 9, FIXED_MAX = VALUES_MAX + 3 };
#define SETTLE_S 0.5
#define TOTAL_STEP -75.0
#define WORST_STEP -65.0
#define TOTAL_GLIDE -78.0
#define SILENT -90.0 /* so little away from the tone needs no settings on the way */

/* A row acts where a bare switch between any two neighbouring values is this many dB above the bar for steps: elsewhere
 * passing would prove nothing. */
#define SEEN 6.0

enum motion { STEP, GLIDE };

/* A rate's sounds, and how much of the work is done there. */
struct effort {
	double seconds;
	bool all_bands, all_materials, must_act;
};

struct bench {
	struct effort effort;
	struct click_sound sound;
	struct stereo in[N_MATERIALS];
};

struct trial {
	const struct bench *bench;
	struct click_sound sound;
	const struct module *module;
	const struct param *param;
	uint32_t row;
	int material;
	float values[VALUES_MAX]; /* that the row takes */
	uint32_t n_values, latency;
};

static struct bench bench_new(double rate, struct effort effort)
{
	struct bench b = { .effort = effort, .sound = click_sound_new(rate, 1000, SETTLE_S, effort.seconds) };
	for (int i = 0; i < N_MATERIALS; i++) {
		b.in[i] = stereo_new(click_frames(&b.sound));
		click_fill(&b.in[i], rate, &contexts_materials[i].of);
	}
	return b;
}

static void bench_free(struct bench *b)
{
	for (int i = 0; i < N_MATERIALS; i++)
		stereo_free(&b->in[i]);
	click_sound_free(&b->sound);
}

/* ---- Where the row moves */

/* All choices; else 6 dB, two octaves, a factor of four, or a quarter of the range, around the default or the middle.
 */
static void find_values(struct trial *t)
{
	const struct param *p = t->param;
	float *low = &t->values[0], *high = &t->values[1];
	t->n_values = 2;
	if (contexts_find_ends(t->module, p, low, high))
		return;
	if (p->scale == SCALE_TOGGLE || p->scale == SCALE_CHOICE) {
		t->n_values = (uint32_t)p->max + 1;
		assert_true(t->n_values <= VALUES_MAX);
		for (uint32_t i = 0; i < t->n_values; i++)
			t->values[i] = (float)i;
	} else if (p->unit == UNIT_HZ && p->max >= 1000) {
		*low = param_clamp(p, 500); /* over the tone */
		*high = param_clamp(p, 2000);
	} else if (p->scale == SCALE_LOG) {
		*low = param_clamp(p, fmaxf(p->def / 2, p->min));
		*high = param_clamp(p, *low * 4);
		*low = param_clamp(p, *high / 4);
	} else if (p->unit == UNIT_DB || p->unit == UNIT_DBFS || p->unit == UNIT_DBTP || p->unit == UNIT_LU) {
		*low = param_clamp(p, fminf(p->def, p->max - 6));
		*high = param_clamp(p, *low + 6);
	} else {
		*low = param_from_norm(p, fminf(param_to_norm(p, p->def), 0.75f));
		*high = param_from_norm(p, param_to_norm(p, *low) + 0.25f);
	}
}

static float glided(const struct trial *t, size_t i, size_t period)
{
	double swing = 0.5 - 0.5 * cos(6.283185307179586 * (double)(i % period) / (double)period);
	float from = param_to_norm(t->param, t->values[0]), to = param_to_norm(t->param, t->values[1]);
	return param_from_norm(t->param, from + (float)swing * (to - from));
}

/* ---- Running */

static struct rig make_rig(struct trial *t)
{
	struct rig rig = rig_new(t->sound.rate, t->module->id, "trim", NULL);
	contexts_set(&rig, t->module, t->param);
	if (t->row == t->module->n_params + HOST_SOLO)
		control_set(rig.control, 1, 0, -6, 0, NULL, NULL); /* heard only while nothing is soloed */
	for (uint32_t i = 0; i < t->n_values; i++) /* the delay that the rack promises covers all of them */
		control_set(rig.control, 0, t->row, t->values[i], 0, NULL, NULL);
	t->latency = control_latency(rig.control);
	return rig;
}

static struct stereo run_fixed(struct trial *t, float value)
{
	const struct stereo *in = &t->bench->in[t->material];
	struct rig rig = make_rig(t);
	struct stereo out = stereo_new(in->n);
	control_set(rig.control, 0, t->row, value, 0, NULL, NULL);
	rig_run(&rig, in->of, out.of, 0, in->n, 256);
	rig_free(&rig);
	return out;
}

static struct stereo run_moved(struct trial *t, enum motion motion, uint32_t period)
{
	const struct stereo *in = &t->bench->in[t->material];
	struct rig rig = make_rig(t);
	struct stereo out = stereo_new(in->n);
	uint32_t piece = motion == GLIDE ? GLIDE_BLOCK : period / 2, seed = 1, at_value = 0;
	for (size_t at = 0; at < in->n; at += piece) {
		at_value = (at_value + 1 + rig_random(&seed) % (t->n_values - 1)) % t->n_values; /* another one */
		float value = motion == GLIDE ? glided(t, at, period) : t->values[at_value];
		control_set(rig.control, 0, t->row, value, 0, NULL, NULL);
		rig_run(&rig, in->of, out.of, at, in->n - at < piece ? in->n - at : piece, 64);
	}
	rig_free(&rig);
	return out;
}

/* What a module without any care would make of it. */
static struct stereo switch_bare(const struct stereo *a, const struct stereo *b, uint32_t period)
{
	struct stereo out = stereo_new(a->n);
	for (int c = 0; c < 2; c++)
		for (size_t i = 0; i < a->n; i++)
			out.of[c][i] = i % period < period / 2 ? a->of[c][i] : b->of[c][i];
	return out;
}

/* Difference of two runs in dB re the louder one. */
static double difference(const struct trial *t, const struct stereo *a, const struct stereo *b)
{
	double apart = 0, power[2] = { 0 };
	for (int c = 0; c < 2; c++)
		for (size_t i = t->sound.from; i < t->sound.from + t->sound.n; i++) {
			double x = (double)a->of[c][i], y = (double)b->of[c][i];
			apart += (x - y) * (x - y);
			power[0] += x * x;
			power[1] += y * y;
		}
	return 10 * log10(apart / fmax(power[0], power[1]) + 1e-30);
}

struct result {
	double apart; /* dB by which neighbouring values differ, the least of them */
	double bare;  /* and by which a bare switch between them is above the bar */
	struct click step, glide;
};

/* Of both channels at settings that stand. */
struct fixed {
	struct click_analysis of[2][FIXED_MAX];
	int n;
};

static struct click compare(const struct trial *t, struct stereo *moved, const struct fixed *fixed)
{
	struct click left = click_measure(&t->sound, moved->of[0], fixed->of[0], fixed->n);
	struct click right = click_measure(&t->sound, moved->of[1], fixed->of[1], fixed->n);
	stereo_free(moved);
	return click_higher(left, right);
}

static void add_fixed(const struct trial *t, struct fixed *fixed, const struct stereo *out)
{
	for (int c = 0; c < 2; c++)
		fixed->of[c][fixed->n] = click_analyse(&t->sound, out->of[c]);
	fixed->n++;
}

static void run_values(struct trial *t, struct fixed *fixed, struct result *r)
{
	struct stereo out[2] = { { .n = 0 }, { .n = 0 } };
	uint32_t period = (uint32_t)t->sound.rate / 10;
	for (uint32_t i = 0; i < t->n_values; i++) {
		stereo_free(&out[i & 1]);
		out[i & 1] = run_fixed(t, t->values[i]);
		add_fixed(t, fixed, &out[i & 1]);
		if (i == 0)
			continue;
		r->apart = fmin(r->apart, difference(t, &out[0], &out[1]));
		struct stereo bare = switch_bare(&out[0], &out[1], period);
		struct click click = compare(t, &bare, fixed);
		r->bare = fmin(r->bare, fmax(click.total - TOTAL_STEP, click.worst - WORST_STEP));
	}
	stereo_free(&out[0]);
	stereo_free(&out[1]);
}

static void run_between(struct trial *t, struct fixed *fixed)
{
	double loudest = -999;
	for (int i = 0; i < fixed->n; i++)
		loudest = fmax(loudest, fmax(click_floor(&fixed->of[0][i]), click_floor(&fixed->of[1][i])));
	for (int i = 1; i <= 3 && param_glides(t->param) && loudest > SILENT; i++) {
		struct stereo out = run_fixed(t, glided(t, (size_t)i, 8));
		add_fixed(t, fixed, &out);
		stereo_free(&out);
	}
}

static void run_motions(struct trial *t, const struct fixed *fixed, struct result *r)
{
	uint32_t period = (uint32_t)t->sound.rate / 10;
	struct stereo moved = run_moved(t, STEP, period);
	r->step = compare(t, &moved, fixed);
	if (t->latency > period / 4 && !param_glides(t->param)) {
		moved = run_moved(t, STEP, period * 5);
		r->step = click_higher(r->step, compare(t, &moved, fixed));
	}
	if (param_glides(t->param)) {
		moved = run_moved(t, GLIDE, period);
		r->glide = compare(t, &moved, fixed);
	}
}

static struct result try_row(struct trial *t)
{
	struct result r = { 999, 999, { -999, -999 }, { -999, -999 } };
	struct fixed fixed = { .n = 0 };
	run_values(t, &fixed, &r);
	run_between(t, &fixed);
	run_motions(t, &fixed, &r);
	for (int i = 0; i < fixed.n; i++)
		for (int c = 0; c < 2; c++)
			click_drop(&fixed.of[c][i]);
	return r;
}

/* ---- The rows */

static struct trial trial_of(const struct bench *b, const struct module *m, uint32_t row, int material)
{
	struct trial t = { .bench = b, .module = m, .row = row, .material = material };
	t.param = row < m->n_params ? &m->params[row] : &host_params[row - m->n_params];
	t.sound = b->sound;
	t.sound.hz = contexts_materials[material].of.hz;
	find_values(&t);
	return t;
}

static bool clicks(const struct click *step, const struct click *glide)
{
	return step->total > TOTAL_STEP || step->worst > WORST_STEP || glide->total > TOTAL_GLIDE;
}

/* True when it clicks; acted: set when it acts. */
static bool judge(struct trial *t, bool *acted)
{
	double acts_from = contexts_softer(t->module, t->param->id);
	struct result r = try_row(t);
	bool acts = acts_from < 0 ? r.apart > acts_from : r.bare > SEEN, bad = clicks(&r.step, &r.glide);
	*acted |= acts;
	printf("%-10s %-16s %6.0f %-6s apart %6.1f, bare %+5.1f: %s; step %7.1f total %7.1f worst 5 ms", t->module->id,
		t->param->id, t->sound.rate, contexts_materials[t->material].name, r.apart, r.bare,
		acts ? "acts" : "idle", r.step.total, r.step.worst);
	if (param_glides(t->param))
		printf(", glide %7.1f", r.glide.total);
	printf("%s\n", bad ? "   CLICKS" : "");
	return bad;
}

/* 1 when it clicks or does nothing. */
static int row_fails(const struct bench *b, const struct module *m, uint32_t row)
{
	bool acted = false, failed = false;
	for (int material = 0; material < N_MATERIALS; material++) {
		struct trial t = trial_of(b, m, row, material);
		if (acted && !(b->effort.all_materials && material <= MOVING))
			continue;
		failed |= judge(&t, &acted);
	}
	const char *id = row < m->n_params ? m->params[row].id : host_params[row - m->n_params].id;
	const char *excuse = b->effort.must_act ? contexts_excuse(m, id) : "tried at 48 kHz";
	if (!acted)
		printf("%-10s %-16s does nothing: %s\n", m->id, id, excuse ? excuse : "NOT ALLOWED");
	return failed || (!acted && !excuse);
}

static bool is_later_band(const struct module *m, uint32_t row)
{
	return row < m->n_params && strchr(m->params[row].id, '/') && !strstr(m->params[row].id, "1/");
}

struct battery {
	const struct bench *bench;
	const struct module *module;
};

static void rows_do_not_click(void **state)
{
	const struct battery *all = *state;
	const struct module *m = all->module;
	int failed = 0;
	for (uint32_t row = 0; row < m->n_params + N_HOST_PARAMS; row++)
		if (all->bench->effort.all_bands || !is_later_band(m, row))
			failed += row_fails(all->bench, m, row);
	if (failed)
		fail_msg("%s: %d rows click or do nothing (bar: step %.0f total, %.0f worst 5 ms; glide %.0f)", m->id,
			failed, TOTAL_STEP, WORST_STEP, TOTAL_GLIDE);
}

static int run_rate(double rate, struct effort effort, const char *only)
{
	int failed = 0;
	struct bench bench = bench_new(rate, effort);
	for (uint32_t i = 0; i < registry_count(); i++) {
		struct battery all = { &bench, registry_at(i) };
		if (only && strcmp(registry_at(i)->id, only) != 0)
			continue;
		struct CMUnitTest test[] = { { registry_at(i)->id, rows_do_not_click, NULL, NULL, &all } };
		failed += cmocka_run_group_tests_name(registry_at(i)->id, test, NULL, NULL);
	}
	bench_free(&bench);
	return failed;
}

/* An argument: only this module. */
int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : NULL;
	setvbuf(stdout, NULL, _IOLBF, 0);
	const struct effort all = { 2, true, true, true }, some = { 1, false, false, false };
	if (effort_is_small())
		return run_rate(48000, some, only) != 0;
	int failed = run_rate(48000, all, only);
	failed += run_rate(44100, some, only) + run_rate(96000, some, only) + run_rate(192000, some, only);
	return failed != 0;
}
