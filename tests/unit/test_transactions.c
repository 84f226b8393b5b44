/* What overtakes what on the way to the audio thread: the model and the sound end in the same place, whatever was
 * stamped. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/change.h"
#include "rack/control/control_private.h"
#include "tests/unit/rig.h"

#include <stdbool.h>

enum { RATE = 48000 };

static void fill(struct stereo *s, float level)
{
	for (size_t i = 0; i < s->n; i++)
		s->of[0][i] = s->of[1][i] = level;
}

/* Gain in dB that a level of 0.1 got at this frame. */
static double gain_at(const struct stereo *out, size_t frame)
{
	return 20 * log10(out->of[0][frame] / 0.1);
}

/* The sum of the gains of all trims: what the model says is heard. */
static double gain_of(const struct control *control)
{
	double sum = 0;
	for (uint32_t i = 0; i < control_rack(control)->n_slots; i++)
		sum += control_rack(control)->slots[i].values[0];
	return sum;
}

static void expect_gain(const struct stereo *out, size_t frame, double db)
{
	double is = gain_at(out, frame);
	if (!(fabs(is - db) < 1e-3))
		fail_msg("%.3f dB at frame %zu, not %.3f", is, frame, db);
}

static void a_value_set_before_a_stamped_edit_survives_it(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(RATE), out = stereo_new(RATE);
	fill(&in, 0.1f);
	control_begin(rig.control, 24000);
	assert_int_equal(control_insert(rig.control, "trim", 9, "late", 0, NULL), STATUS_OK);
	rig_set(&rig, "late", "gain", 1);
	control_end(rig.control);
	rig_run(&rig, in.of, out.of, 0, 6400, 64);
	rig_set(&rig, "trim", "gain", -6);
	rig_set(&rig, "late", "gain", 2); /* of a slot that does not sound yet */
	rig_run(&rig, in.of, out.of, 6400, in.n - 6400, 64);
	expect_gain(&out, 23999, -6);
	expect_gain(&out, in.n - 1, gain_of(rig.control));
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

static void an_older_chain_never_replaces_a_newer_one(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(RATE), out = stereo_new(RATE);
	fill(&in, 0.1f);
	control_begin(rig.control, 24000);
	assert_int_equal(control_insert(rig.control, "trim", 9, "late", 0, NULL), STATUS_OK);
	rig_set(&rig, "late", "gain", 3);
	control_end(rig.control);
	rig_run(&rig, in.of, out.of, 0, 6400, 64);
	assert_int_equal(control_insert(rig.control, "trim", 9, "now", 0, NULL), STATUS_OK);
	rig_set(&rig, "now", "gain", 4);
	rig_run(&rig, in.of, out.of, 6400, in.n - 6400, 64);
	expect_gain(&out, in.n - 1, gain_of(rig.control));
	/* Every chain came back: more than can be under way at once go through. */
	for (int i = 0; i < 40; i++) {
		control_begin(rig.control, i % 2 ? (uint64_t)in.n * 2 : 0);
		assert_int_equal(control_remove(rig.control, "now", 0, NULL), STATUS_OK);
		assert_int_equal(control_insert(rig.control, "trim", 9, "now", 0, NULL), STATUS_OK);
		control_end(rig.control);
		rig_run(&rig, in.of, out.of, 0, 6400, 64);
	}
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	assert_int_equal(control_applied(rig.control), control_sequence(rig.control));
	expect_gain(&out, in.n - 1, gain_of(rig.control));
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

static void what_waits_for_this_frame_comes_before_what_arrives_on_it(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(RATE), out = stereo_new(RATE);
	fill(&in, 0.1f);
	control_begin(rig.control, 6400);
	rig_set(&rig, "trim", "gain", 6);
	control_end(rig.control);
	rig_run(&rig, in.of, out.of, 0, 6400, 64);
	rig_set(&rig, "trim", "gain", -3); /* the first block that sees it starts on frame 6400 */
	rig_run(&rig, in.of, out.of, 6400, in.n - 6400, 64);
	expect_gain(&out, in.n - 1, gain_of(rig.control));
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

static unsigned n_told;

static void hear_value(void *user, uint32_t slot, uint32_t param, float value, unsigned origin)
{
	(void)user, (void)slot, (void)param, (void)value, (void)origin;
	n_told++;
}

/* A stamped value that was overtaken still comes on its frame; then the model says so too, and its listeners hear of
 * it. */
static void the_model_follows_what_was_stamped(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "trim", NULL);
	struct stereo in = stereo_new(RATE), out = stereo_new(RATE);
	fill(&in, 0.1f);
	control_begin(rig.control, 24000);
	rig_set(&rig, "trim", "gain", 6);
	rig_set(&rig, "trim_2", "solo", 1);
	control_set(rig.control, RACK_ITSELF, RACK_MATCH, 1, 0, NULL, NULL);
	control_end(rig.control);
	rig_run(&rig, in.of, out.of, 0, 6400, 64);
	rig_set(&rig, "trim", "gain", -3);
	rig_set(&rig, "trim_2", "gain", 2);
	rig_set(&rig, "trim_2", "solo", 0);
	rig_run(&rig, in.of, out.of, 6400, 16000, 64);
	expect_gain(&out, 22399, -1);
	assert_true(gain_of(rig.control) == -1);
	struct control_listener listener = { .value = hear_value };
	control_listen(rig.control, &listener);
	n_told = 0;
	rig_run(&rig, in.of, out.of, 22400, in.n - 22400, 64);
	assert_true(gain_of(rig.control) == 8);
	assert_int_equal(n_told, 2);
	expect_gain(&out, in.n - 1, 2); /* trim_2 alone */
	rig_set(&rig, "trim_2", "solo", 0);
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	expect_gain(&out, in.n - 1, 8);
	/* A solo to come knows nothing of a bypass set meanwhile. */
	control_begin(rig.control, 3 * RATE);
	rig_set(&rig, "trim_2", "solo", 1);
	control_end(rig.control);
	rig_set(&rig, "trim_2", "bypass", 1);
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	expect_gain(&out, RATE / 2, 6);
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	assert_true(control_rack(rig.control)
			    ->slots[1]
			    .values[slot_find_param(&control_rack(rig.control)->slots[1], "bypass")] == 1);
	expect_gain(&out, in.n - 1, 0);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* A slow scene goes on its way through edits beside it. */
static void an_edit_does_not_hurry_a_scene(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(3 * RATE), out = stereo_new(3 * RATE);
	fill(&in, 0.1f);
	rig_set(&rig, "trim", "gain", 12);
	assert_int_equal(control_scene_store(rig.control, "up", NULL), STATUS_OK);
	rig_set(&rig, "trim", "gain", 0);
	rig_run(&rig, in.of, out.of, 0, RATE / 2, 64);
	assert_int_equal(control_scene_recall(rig.control, "up", 2, 0, NULL), STATUS_OK);
	rig_run(&rig, in.of, out.of, RATE / 2, RATE / 2, 64);
	assert_int_equal(control_insert(rig.control, "eq", 9, NULL, 0, NULL), STATUS_OK);
	rig_run(&rig, in.of, out.of, RATE, 2 * RATE, 64);
	for (int tenth = 1; tenth < 20; tenth++) {
		double db = gain_at(&out, RATE / 2 + (size_t)RATE / 10 * (size_t)tenth);
		if (fabs(db - 12 * tenth / 20.0) > 0.06)
			fail_msg("%.3f dB after %.1f s", db, tenth / 10.0);
	}
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* A recall and an edit in one transaction: rows of slots that the edit moved arrive too. */
static void a_recall_and_an_edit_go_together(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "trim", NULL);
	struct stereo in = stereo_new(2 * RATE), out = stereo_new(2 * RATE);
	fill(&in, 0.1f);
	rig_set(&rig, "trim", "gain", 6);
	rig_set(&rig, "trim_2", "gain", 5);
	assert_int_equal(control_scene_store(rig.control, "s", NULL), STATUS_OK);
	rig_set(&rig, "trim", "gain", 0);
	rig_set(&rig, "trim_2", "gain", 0);
	assert_int_equal(control_move(rig.control, "trim", 1, 0, NULL), STATUS_OK);
	rig_run(&rig, in.of, out.of, 0, RATE / 2, 64);
	control_begin(rig.control, 0);
	assert_int_equal(control_scene_recall(rig.control, "s", 0.5f, 0, NULL), STATUS_OK);
	assert_int_equal(control_insert(rig.control, "eq", 0, NULL, 0, NULL), STATUS_OK);
	control_end(rig.control);
	rig_run(&rig, in.of, out.of, RATE / 2, in.n - RATE / 2, 64);
	expect_gain(&out, in.n - 1, 11);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* At 8 kHz the parts of a cross-fade are shorter than the largest piece, and a second edit waits for the first one's
 * end. */
static void waiting_edits_sound_alike_in_all_blocks(void **state)
{
	(void)state;
	enum { LOW = 8000 };
	struct stereo in = stereo_new(LOW), small = stereo_new(LOW), large = stereo_new(LOW);
	fill(&in, 0.1f);
	for (int turn = 0; turn < 2; turn++) {
		struct rig rig = rig_new(LOW, "trim", NULL);
		for (uint64_t frame = 1024; frame < 1200; frame += 100) {
			control_begin(rig.control, frame);
			assert_int_equal(control_insert(rig.control, "trim", 9, NULL, 0, NULL), STATUS_OK);
			rig_set(&rig, frame == 1024 ? "trim_2" : "trim_3", "gain", 6);
			control_end(rig.control);
		}
		rig_run(&rig, in.of, turn ? large.of : small.of, 0, in.n, turn ? 1024 : 7);
		rig_free(&rig);
	}
	for (size_t i = 0; i < in.n; i++)
		if (small.of[0][i] != large.of[0][i])
			fail_msg("%g and %g at frame %zu", (double)small.of[0][i], (double)large.of[0][i], i);
	expect_gain(&large, in.n - 1, 12);
	stereo_free(&in);
	stereo_free(&small);
	stereo_free(&large);
}

/* A random row of a random slot, to a random value of its range. */
static void set_something(struct rig *rig, uint32_t *seed)
{
	const struct rack *rack = control_rack(rig->control);
	if (rack->n_slots == 0)
		return;
	uint32_t slot = rig_random(seed) % rack->n_slots, row = rig_random(seed) % slot_n_params(&rack->slots[slot]);
	const struct param *param = slot_param(&rack->slots[slot], row);
	float part = (float)(rig_random(seed) % 1000) / 999;
	control_set(rig->control, slot, row, param->min + part * (param->max - param->min), 0, NULL, NULL);
}

static void edit_something(struct rig *rig, uint32_t *seed)
{
	static const char *const types[] = { "trim", "eq", "compressor", "imager", "limiter", "multiband" };
	const struct rack *rack = control_rack(rig->control);
	char id[RACK_ID_SIZE] = "";
	if (rack->n_slots)
		snprintf(id, sizeof id, "%s", rack->slots[rig_random(seed) % rack->n_slots].id);
	const char *type = types[rig_random(seed) % 6];
	switch (rig_random(seed) % 5) {
	case 0:
		control_insert(rig->control, type, rig_random(seed) % 9, NULL, 0, NULL);
		break;
	case 1:
		control_remove(rig->control, id, 0, NULL);
		break;
	case 2:
		control_move(rig->control, id, rig_random(seed) % 9, 0, NULL);
		break;
	case 3:
		control_replace(rig->control, id, type, 0, NULL);
		break;
	default:
		control_scene_recall(rig->control, "start", (float)(rig_random(seed) % 200) / 1000, 0, NULL);
	}
}

/* Frames are counted anew, from where they soon go over 32 bits. */
static void start_late(struct rig *rig, double rate)
{
	control_stop(rig->control);
	unsigned flags = CONTROL_OFFLINE | CONTROL_LATE;
	assert_int_equal(control_start(rig->control, &(struct spec){ .rate = rate }, flags, NULL), STATUS_OK);
	rig->engine = control_engine(rig->control);
}

static void run_random(
	double rate, uint32_t seed, const struct stereo *in, struct stereo *out, uint32_t block, bool late)
{
	struct rig rig = rig_new(rate, "trim", "eq", "compressor", "limiter", NULL);
	if (late)
		start_late(&rig, rate);
	uint64_t first = late ? CONTROL_LATE_FRAME : 0;
	for (uint64_t frame = 300; frame >= 200; frame -= 50) { /* the later one is told first */
		control_begin(rig.control, first + frame);
		rig_set(&rig, "trim", "gain", (float)frame / 100);
		control_end(rig.control);
	}
	assert_int_equal(control_scene_store(rig.control, "start", NULL), STATUS_OK);
	uint32_t edits = CHANGE_CHAINS_MAX - 2;
	for (uint64_t frame = 500; frame < in->n; frame += 1 + rig_random(&seed) % (in->n / 40)) {
		control_begin(rig.control, first + frame);
		for (uint32_t n = rig_random(&seed) % 6; n; n--)
			set_something(&rig, &seed);
		if (edits && rig_random(&seed) % 4 == 0) {
			edits--;
			edit_something(&rig, &seed);
		}
		control_end(rig.control);
	}
	struct buses buses = { .in = { in->of[0], in->of[1] }, .out = { out->of[0], out->of[1] } };
	for (int i = 0; i < 64; i++) /* so much is taken in a block, and no more */
		engine_process(rig.engine, &buses, 0, 0);
	for (size_t done = 0; done < in->n;) {
		uint32_t n = block ? block : 1 + rig_random(&seed) % 700;
		n = n < in->n - done ? n : (uint32_t)(in->n - done);
		engine_process(rig.engine, &buses, n, 0);
		done += n;
		for (int c = 0; c < 2; c++) {
			buses.in[c] += n;
			buses.out[c] += n;
		}
	}
	for (int i = 0; i < 8; i++) {
		control_tick(rig.control);
		engine_process(rig.engine, &buses, 0, 0);
	}
	struct control_status status;
	control_read_status(rig.control, &status);
	assert_true(status.frames == first + in->n);
	assert_true(control_applied(rig.control) == control_sequence(rig.control));
	rig_free(&rig);
}

/* Whatever is sent for whatever frame: the sound does not tell how it was cut into blocks. */
static void blocks_are_never_heard(void **state)
{
	(void)state;
	static const double rates[] = { 48000, 8000, 96000 };
	for (uint32_t turn = 0; turn < 12; turn++) {
		double rate = rates[turn % 3];
		struct stereo in = stereo_new((size_t)rate), whole = stereo_new(in.n), cut = stereo_new(in.n);
		stereo_fill_music(&in, rate, 0.8f);
		run_random(rate, turn, &in, &whole, 1024, false);
		for (uint32_t block = 0; block <= 64; block += 32) {
			run_random(rate, turn, &in, &cut, block, false);
			for (size_t i = 0; i < in.n; i++)
				if (whole.of[0][i] != cut.of[0][i] || whole.of[1][i] != cut.of[1][i])
					fail_msg("turn %u, blocks of %u: frame %zu is %g and not %g", turn, block, i,
						(double)cut.of[0][i], (double)whole.of[0][i]);
		}
		stereo_free(&in);
		stereo_free(&whole);
		stereo_free(&cut);
	}
}

/* Nor how long it has been running: frames and transactions go over 32 bits in the middle of it. */
static void a_long_day_is_not_heard(void **state)
{
	(void)state;
	for (uint32_t turn = 0; turn < 4; turn++) {
		struct stereo in = stereo_new(48000), fresh = stereo_new(in.n), late = stereo_new(in.n);
		stereo_fill_music(&in, 48000, 0.8f);
		run_random(48000, 100 + turn, &in, &fresh, 64, false);
		run_random(48000, 100 + turn, &in, &late, 64, true);
		for (size_t i = 0; i < in.n; i++)
			if (fresh.of[0][i] != late.of[0][i] || fresh.of[1][i] != late.of[1][i])
				fail_msg("turn %u, frame %zu: %g after a day and not %g", turn, i,
					(double)late.of[0][i], (double)fresh.of[0][i]);
		stereo_free(&in);
		stereo_free(&fresh);
		stereo_free(&late);
	}
}

static void the_model_follows_over_the_wrap(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(4800), out = stereo_new(in.n);
	start_late(&rig, RATE);
	for (size_t i = 0; i < in.n; i++)
		in.of[0][i] = in.of[1][i] = 0.1f;
	for (uint64_t frame = 300; frame >= 200; frame -= 50) {
		control_begin(rig.control, CONTROL_LATE_FRAME + frame);
		rig_set(&rig, "trim", "gain", (float)frame / 100);
		control_end(rig.control);
	}
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	expect_gain(&out, in.n - 1, 3);
	assert_true(control_value(rig.control, 0, 0) == 3);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

static void expect_own_numbers(const struct rack *rack)
{
	for (uint32_t i = 0; i < rack->n_slots; i++) {
		uint32_t uid = rack->slots[i].uid;
		assert_true(uid != 0 && uid < CHANGE_SAFE_GAIN_UID);
		for (uint32_t k = 0; k < i; k++)
			assert_int_not_equal(uid, rack->slots[k].uid);
	}
}

/* Slots come and go until their numbers start anew: none is the rack's, the safe bypass's, or one that is still held.
 */
static void numbers_of_slots_start_anew(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "eq", NULL);
	const struct rack *rack = control_rack(rig.control);
	uint32_t trim = rack->slots[0].uid, eq = rack->slots[1].uid, before = trim;
	bool anew = false;
	assert_int_equal(control_scene_store(rig.control, "kept", NULL), STATUS_OK);
	assert_int_equal(control_remove(rig.control, "eq", 0, NULL), STATUS_OK); /* the scene has it, and undo */
	for (int i = 0; i < 100; i++) {
		assert_int_equal(control_insert(rig.control, "compressor", 9, "new", 0, NULL), STATUS_OK);
		expect_own_numbers(rack);
		anew |= rack->slots[1].uid < before;
		before = rack->slots[1].uid;
		assert_int_equal(control_remove(rig.control, "new", 0, NULL), STATUS_OK);
		control_tick(rig.control);
	}
	assert_true(anew);
	rig.control->last_uid = trim - 1; /* once around */
	assert_int_equal(control_insert(rig.control, "compressor", 9, NULL, 0, NULL), STATUS_OK);
	expect_own_numbers(rack);
	assert_int_not_equal(rack->slots[1].uid, eq);
	assert_int_equal(control_scene_recall(rig.control, "kept", 0, 0, NULL), STATUS_OK);
	assert_int_equal(rack->slots[0].uid, trim);
	assert_int_equal(rack->slots[1].uid, eq);
	expect_own_numbers(rack);
	rig_free(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_set_before_a_stamped_edit_survives_it),
		cmocka_unit_test(an_older_chain_never_replaces_a_newer_one),
		cmocka_unit_test(what_waits_for_this_frame_comes_before_what_arrives_on_it),
		cmocka_unit_test(the_model_follows_what_was_stamped),
		cmocka_unit_test(an_edit_does_not_hurry_a_scene),
		cmocka_unit_test(a_recall_and_an_edit_go_together),
		cmocka_unit_test(waiting_edits_sound_alike_in_all_blocks),
		cmocka_unit_test(blocks_are_never_heard),
		cmocka_unit_test(a_long_day_is_not_heard),
		cmocka_unit_test(the_model_follows_over_the_wrap),
		cmocka_unit_test(numbers_of_slots_start_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
