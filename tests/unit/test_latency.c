/* The delay through the rack is released: when asked, by itself in silence, never offline; nothing clicks, and what is
 * told is what is measured. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/rig.h"

enum { RATE = 48000, SECONDS = 4, LONG = SECONDS * RATE };

static uint32_t told;

static void hear_latency(void *user, uint32_t frames)
{
	(void)user;
	told = frames;
}

/* A rack as it runs under JACK: a trim behind a linear-phase multiband, whose 85 ms are not needed any more. */
static struct rig spare_rig(void)
{
	struct rig rig = { .control = control_new(NULL) };
	assert_non_null(rig.control);
	assert_int_equal(control_insert(rig.control, "multiband", 0, NULL, 0, NULL), STATUS_OK);
	assert_int_equal(control_insert(rig.control, "trim", 1, NULL, 0, NULL), STATUS_OK);
	rig_set(&rig, "multiband", "phase", 1);
	assert_int_equal(control_start(rig.control, &(struct spec){ .rate = RATE }, 0, NULL), STATUS_OK);
	rig.engine = control_engine(rig.control);
	engine_fade(rig.engine, true);
	static struct control_listener listener;
	listener = (struct control_listener){ .latency = hear_latency };
	control_listen(rig.control, &listener);
	rig.latency = control_latency(rig.control);
	assert_true(rig.latency > RATE / 20);
	rig_set(&rig, "multiband", "phase", 0);
	told = UINT32_MAX;
	return rig;
}

static void fill_tone(struct stereo *s, size_t from)
{
	for (size_t i = from; i < s->n; i++)
		s->of[0][i] = s->of[1][i] = 0.25f * (float)sin(2 * M_PI * 1000 * (double)i / RATE);
}

/* The frame of the highest sample. */
static size_t highest(const float *x, size_t from, size_t n)
{
	size_t at = from;
	for (size_t i = from; i < n; i++)
		if (fabsf(x[i]) > fabsf(x[at]))
			at = i;
	return at;
}

static void silence_releases(void **state)
{
	(void)state;
	struct rig rig = spare_rig();
	struct stereo in = stereo_new(LONG), out = stereo_new(LONG);
	fill_tone(&in, 0);
	rig_run(&rig, in.of, out.of, 0, LONG, 256); /* 4 s of sound */
	assert_int_equal(control_latency(rig.control), rig.latency);
	for (int c = 0; c < 2; c++)
		memset(in.of[c], 0, LONG * sizeof(float));
	rig_run(&rig, in.of, out.of, 0, 2 * RATE, 256); /* 85 ms of it are the tone that is still on its way */
	assert_int_equal(control_latency(rig.control), rig.latency);
	rig_run(&rig, in.of, out.of, 2 * RATE, RATE, 256);
	assert_int_equal(control_latency(rig.control), 0);
	assert_int_equal(told, 0);
	rig_set(&rig, "multiband", "bypass", 1); /* its crossovers turn the phase, and so move the highest sample */
	in.of[0][LONG - RATE / 2] = 1;
	rig_run(&rig, in.of, out.of, 3 * RATE, RATE, 256);
	assert_int_equal(highest(out.of[0], 0, LONG), LONG - RATE / 2);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* The sharpest bend: a click has a sharper one than the tone. */
static double sharpest(const float *x, size_t from, size_t n)
{
	double worst = 0;
	for (size_t i = from + 2; i < n; i++)
		worst = fmax(worst, fabs((double)x[i] - 2 * (double)x[i - 1] + (double)x[i - 2]));
	return worst;
}

static void asked_for_it_is_released_without_a_click(void **state)
{
	(void)state;
	struct rig rig = spare_rig();
	struct stereo in = stereo_new(LONG), out = stereo_new(LONG);
	fill_tone(&in, 0);
	rig_run(&rig, in.of, out.of, 0, RATE, 64);
	assert_int_equal(control_latency_release(rig.control, NULL), STATUS_OK);
	assert_int_equal(told, 0);
	rig_run(&rig, in.of, out.of, RATE, LONG - RATE, 64);
	/* A fade between two tones of one level bends no more than either does. */
	double tone = sharpest(in.of[0], 0, LONG), heard = sharpest(out.of[0], RATE / 2, LONG);
	if (heard > 1.02 * tone)
		fail_msg("a bend of %g, the tone's is %g", heard, tone);
	assert_int_equal(control_latency(rig.control), 0);
	for (int c = 0; c < 2; c++)
		memset(in.of[c], 0, LONG * sizeof(float));
	rig_set(&rig, "multiband", "bypass", 1);
	in.of[0][RATE] = 1;
	rig_run(&rig, in.of, out.of, 0, 2 * RATE, 64);
	assert_int_equal(highest(out.of[0], RATE / 2, 2 * RATE), RATE);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

static void what_is_needed_stays(void **state)
{
	(void)state;
	struct rig rig = spare_rig();
	assert_int_equal(control_insert(rig.control, "limiter", 9, NULL, 0, NULL), STATUS_OK);
	rig_set(&rig, "limiter", "bypass", 1); /* keeps its delay */
	assert_int_equal(control_latency_release(rig.control, NULL), STATUS_OK);
	uint32_t left = control_latency(rig.control);
	assert_true(left > 100 && left < RATE / 20);
	told = UINT32_MAX;
	assert_int_equal(control_latency_release(rig.control, NULL), STATUS_OK);
	assert_int_equal(control_latency(rig.control), left);
	assert_int_equal(told, UINT32_MAX); /* nothing changed */
	rig_free(&rig);
}

static void offline_it_stays(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "limiter", NULL);
	struct reason reason;
	assert_int_equal(control_remove(rig.control, "limiter", 0, NULL), STATUS_OK);
	assert_int_equal(control_latency_release(rig.control, &reason), STATUS_UNAVAILABLE);
	struct stereo in = stereo_new(LONG), out = stereo_new(LONG);
	rig_run(&rig, in.of, out.of, 0, LONG, 1024);
	assert_int_equal(control_latency(rig.control), rig.latency);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_releases),
		cmocka_unit_test(asked_for_it_is_released_without_a_click),
		cmocka_unit_test(what_is_needed_stays),
		cmocka_unit_test(offline_it_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
