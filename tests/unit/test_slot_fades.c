/* Fades of a slot between two copies of a module: the same at any block size, without a trace afterwards, level kept.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/registry.h"
#include "tests/unit/rig.h"

enum { RATE = 48000, N = 4 * RATE };

static void fill_noise(struct stereo *s)
{
	uint32_t seed = 5;
	for (size_t i = 0; i < s->n; i++)
		for (int c = 0; c < 2; c++)
			s->of[c][i] = 0.25f * rig_uniform(&seed);
}

/* The same changes on the same frames, which are multiples of no block; blocks of this size in between. */
static struct stereo run_changes(const char *module, const struct stereo *in, double rate, uint32_t block)
{
	struct rig rig = rig_new(rate, module, NULL);
	const struct module *m = registry_find(module);
	struct stereo out = stereo_new(in->n);
	uint32_t seed = 11;
	for (size_t at = 0; at < in->n;) {
		uint32_t row = rig_random(&seed) % m->n_params;
		const struct param *p = &m->params[row];
		float norm = (float)(rig_random(&seed) % 100) / 99;
		if (!p->choices || strcmp(p->id, "phase") == 0 || rig_random(&seed) % 2)
			control_set(rig.control, 0, row, param_from_norm(p, norm), 0, NULL, NULL);
		int phase = module_find_param(m, "phase"); /* often, since a fade with it takes long */
		if (phase >= 0 && rig_random(&seed) % 16 == 0)
			control_set(rig.control, 0, (uint32_t)phase, (float)(rig_random(&seed) % 2), 0, NULL, NULL);
		size_t n = 1 + rig_random(&seed) % 3000;
		n = n < in->n - at ? n : in->n - at;
		rig_run(&rig, in->of, out.of, at, n, block);
		at += n;
	}
	rig_free(&rig);
	return out;
}

static void fades_do_not_depend_on_blocks(void **state)
{
	(void)state;
	static const struct {
		double rate;
		uint32_t block;
	} tried[] = { { 48000, 1 }, { 48000, 7 }, { 48000, 64 }, { 48000, 1024 }, { 8000, 64 }, { 8000, 1024 } };
	struct stereo in = stereo_new(N);
	fill_noise(&in);
	for (uint32_t i = 0; i < registry_count(); i++)
		for (size_t t = 0; t < sizeof tried / sizeof tried[0]; t++) {
			const char *id = registry_at(i)->id;
			struct stereo want = run_changes(id, &in, tried[t].rate, 256);
			struct stereo got = run_changes(id, &in, tried[t].rate, tried[t].block);
			for (size_t k = 0; k < in.n; k++)
				if (got.of[0][k] != want.of[0][k] || got.of[1][k] != want.of[1][k])
					fail_msg("%s at %.0f: blocks of %u differ from those of 256 at frame %zu", id,
						tried[t].rate, tried[t].block, k);
			stereo_free(&want);
			stereo_free(&got);
		}
	stereo_free(&in);
}

/* The multiband's copies share 85 ms of sound: what one leaves to the other has to be what it would have made itself.
 */
static struct stereo run_linear(const struct stereo *in, const char *row, float there, float here)
{
	struct rig rig = rig_new(RATE, "multiband", NULL);
	struct stereo out = stereo_new(in->n);
	rig_set(&rig, "multiband", "phase", 1);
	for (int b = 1; b <= 4; b++) {
		char id[32];
		snprintf(id, sizeof id, "band%d/gain", b);
		rig_set(&rig, "multiband", id, (float)(3 * b - 6));
	}
	rig_set(&rig, "multiband", row, there);
	rig_run(&rig, in->of, out.of, 0, RATE, 64);
	rig_set(&rig, "multiband", row, here);
	rig_run(&rig, in->of, out.of, RATE, in->n - RATE, 64);
	rig_free(&rig);
	return out;
}

static void nothing_is_left_of_a_fade(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		float there, here;
	} tried[] = { { "band1/on", 0, 1 }, { "band2/solo", 1, 0 }, { "bands", 1, 2 }, { "channels", 1, 0 },
		{ "channels", 0, 1 }, { "phase", 0, 1 }, { "band1/mode", 1, 0 } };
	struct stereo in = stereo_new(N);
	fill_noise(&in);
	for (size_t t = 0; t < sizeof tried / sizeof tried[0]; t++) {
		struct stereo got = run_linear(&in, tried[t].row, tried[t].there, tried[t].here);
		struct stereo want = run_linear(&in, tried[t].row, tried[t].here, tried[t].here);
		double most = 0;
		for (size_t k = 2 * RATE; k < in.n; k++)
			for (int c = 0; c < 2; c++)
				most = fmax(most, fabs((double)got.of[c][k] - (double)want.of[c][k]));
		if (!(most < 1e-6))
			fail_msg("%s: %g is left", tried[t].row, most);
		stereo_free(&got);
		stereo_free(&want);
	}
	stereo_free(&in);
}

static void fill_tone(struct stereo *s, double hz)
{
	for (size_t i = 0; i < s->n; i++)
		s->of[0][i] = s->of[1][i] = 0.5f * (float)sin(6.283185307179586 * hz * (double)i / RATE);
}

/* The highest sample of these frames over that of the half second before the first change, dB. */
static double above_steady(const struct stereo *s)
{
	double steady = 0, most = 0;
	for (size_t i = RATE / 2; i < RATE; i++)
		steady = fmax(steady, fabs((double)s->of[0][i]));
	for (size_t i = RATE; i < s->n; i++)
		most = fmax(most, fabs((double)s->of[0][i]));
	return 20 * log10(most / steady);
}

/* A compressed tone keeps its level while the phase changes: the gain does not take the empty line for silence, neither
 * the first time, when the rack's delay grows, nor later. */
static void level_is_kept_while_the_phase_changes(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "multiband", NULL);
	struct stereo in = stereo_new(N), out = stereo_new(N);
	fill_tone(&in, 400);
	rig_set(&rig, "multiband", "band2/threshold", -30);
	rig_set(&rig, "multiband", "band2/ratio", 4);
	rig_set(&rig, "multiband", "band2/release", 30);
	rig_run(&rig, in.of, out.of, 0, RATE, 64);
	for (int turn = 0; turn < 6; turn++) {
		rig_set(&rig, "multiband", "phase", turn % 2 == 0);
		rig_run(&rig, in.of, out.of, RATE + (size_t)turn * RATE / 2, RATE / 2, 64);
	}
	if (!(above_steady(&out) < 0.2))
		fail_msg("%.2f dB above the steady level", above_steady(&out));
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* Nor do the modules behind a slot whose delay is new hear a pause. */
static void level_is_kept_when_the_delay_grows(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "compressor", NULL);
	struct stereo in = stereo_new(N), out = stereo_new(N);
	fill_tone(&in, 400);
	rig_set(&rig, "compressor", "threshold", -30);
	rig_set(&rig, "compressor", "ratio", 8);
	rig_set(&rig, "compressor", "attack", 60);
	rig_set(&rig, "compressor", "release", 30);
	rig_run(&rig, in.of, out.of, 0, RATE, 64);
	assert_int_equal(control_insert(rig.control, "multiband", 0, "more", 0, NULL), STATUS_OK);
	rig_set(&rig, "more", "phase", 1);
	rig_run(&rig, in.of, out.of, RATE, RATE, 64);
	rig_set(&rig, "compressor", "lookahead", 10);
	rig_run(&rig, in.of, out.of, (size_t)2 * RATE, (size_t)2 * RATE, 64);
	if (!(above_steady(&out) < 0.2))
		fail_msg("%.2f dB above the steady level", above_steady(&out));
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fades_do_not_depend_on_blocks),
		cmocka_unit_test(nothing_is_left_of_a_fade),
		cmocka_unit_test(level_is_kept_while_the_phase_changes),
		cmocka_unit_test(level_is_kept_when_the_delay_grows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
